// How often settings change among green attempts, the way they differ between them and the target.
import type { WhyCase } from './why-case.ts';
import { lineOf } from './why-read.ts';
import { linesIn } from './why-shared.ts';
import { blurNumbers } from './why-templates.ts';

/**
 * Expected number of settings with another number than in all other attempts, where those agree: each read green is
 * held against the rest. Never 0: with n attempts, less than one in n+1 cannot be claimed.
 */
export function changeRate(c: WhyCase): number {
  const { loaded } = c;
  let changes = 0;
  for (const green of loaded) {
    const rest = loaded.filter((other) => other !== green);
    const source = rest[0];
    if (source === undefined) break;
    const lacked = new Set<string>();
    source.templates.hashes.forEach((hash, k) => {
      if (lineOf(green, hash) === 0 && linesIn(hash, rest) !== undefined)
        lacked.add(blurNumbers(source.lines.template(source.templates.firstLines[k] as number)));
    });
    if (lacked.size === 0) continue;
    green.templates.hashes.forEach((hash, k) => {
      if (rest.some((other) => lineOf(other, hash) > 0)) return;
      if (lacked.has(blurNumbers(green.lines.template(green.templates.firstLines[k] as number)))) changes++;
    });
  }
  return (Math.min(changes, loaded.length) + 0.5) / (c.greens.length + 1);
}
