// How often settings change among green attempts, the way they differ between them and the target.
import type { WhyCase } from './why-case.ts';
import { linesIn } from './why-shared.ts';
import { blurNumbers, firstLineOf } from './why-templates.ts';

/**
 * Expected number of settings with another number than in all other attempts, where those agree: each read green is
 * held against the rest. Never 0: with n attempts, less than one in n+1 cannot be claimed.
 */
export function changeRate(c: WhyCase): number {
  const { loaded, greens } = c;
  let changes = 0;
  loaded.forEach((green, index) => {
    const rest = greens.filter((log) => log !== green.log);
    const source = loaded[index === 0 ? 1 : 0];
    if (rest.length === 0 || source === undefined) return;
    const lacked = new Set<string>();
    source.log.templates.hashes.forEach((hash, k) => {
      if (firstLineOf(green.log.templates, hash) === 0 && linesIn(hash, rest) !== undefined)
        lacked.add(blurNumbers(source.lines.template(source.log.templates.firstLines[k] as number)));
    });
    if (lacked.size === 0) return;
    green.log.templates.hashes.forEach((hash, k) => {
      if (rest.some((log) => firstLineOf(log.templates, hash) > 0)) return;
      if (lacked.has(blurNumbers(green.lines.template(green.log.templates.firstLines[k] as number)))) changes++;
    });
  });
  return (Math.min(changes, loaded.length) + 0.5) / (greens.length + 1);
}
