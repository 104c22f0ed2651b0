// How often green attempts differ from each other the way the target differs from them: the yardstick of chance.

import type { WhyCase } from './why-case.ts';
import { firstLineOf, Speakers, templateTexts, Wordings } from './why-templates.ts';

/**
 * Expected number of events that an attempt lacks by chance though all others have them: each read green is held
 * against the rest. Never 0: with n attempts, less than 1 in n+1 cannot be claimed.
 */
export function strayRate(c: WhyCase): number {
  const { loaded, greens } = c;
  const speakers = new Speakers();
  const texts = loaded.map((green) => templateTexts(green.lines, green.log.templates));
  for (const template of texts.flat()) speakers.add(template);
  let strays = 0;
  loaded.forEach((green, index) => {
    const rest = greens.filter((log) => log !== green.log);
    const source = loaded[index === 0 ? 1 : 0];
    if (rest.length === 0 || source === undefined) return;
    let told: Wordings | undefined;
    source.log.templates.hashes.forEach((hash, k) => {
      if (firstLineOf(green.log.templates, hash) > 0) return;
      if (!rest.every((log) => firstLineOf(log.templates, hash) > 0)) return;
      if (told === undefined) {
        told = new Wordings(speakers);
        for (const template of texts[index] ?? []) told.add(template);
      }
      if (told.find(source.lines.template(source.log.templates.firstLines[k] as number)) === 'none') strays++;
    });
  });
  return (strays + 0.5) / (Math.max(loaded.length, Math.min(greens.length, 12)) + 1);
}
