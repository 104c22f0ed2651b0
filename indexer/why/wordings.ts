// The same event in other words: told by another component or with other numbers. Works on templates; what a format
// puts around its messages is learned from green logs.
import type { ReadLog } from './read.ts';
import { blurNumbers, templateWords } from './templates.ts';

/** How another log has a template: told by another speaker, with other numbers, or not at all. */
export type Wording = 'speaker' | 'numbers' | 'none';

/** At most this many leading words are taken as "who speaks" (level, component, thread). */
const MAX_SPEAKERS = 3;
/** Words from the front of a line among which speakers stand, the format's own words included. */
const MAX_LEADING = 12;
/** More templates than this are sampled: the log is not masked well anyway, and each costs time (chosen). */
const MAX_TEMPLATES = 5000;
/** Words of levels: they say how loud, not what. */
const LEVEL = /^\W*(?:trace|debug|info|notice|warn|warning|error)\W*$/i;
/** Words on more than this share of all templates are the format, not the message. */
const BOILERPLATE_SHARE = 0.7;
const MIN_TEMPLATES = 12;

/**
 * What green logs put around their messages: boilerplate on most lines (stamps, levels, JSON keys), and in front of the
 * message who speaks: components, threads. A mark of failure is neither.
 */
export class Speakers {
  readonly #leading = new Map<string, number>();
  /** Word and how many times it stands in a template at least → in how many templates. */
  readonly #repeats = new Map<string, number>();
  #templates = 0;

  /** Call for all templates before any question. */
  add(template: string): void {
    this.#templates++;
    const words = templateWords(template);
    const seen = new Map<string, number>();
    for (const word of words) {
      const times = (seen.get(word) ?? 0) + 1;
      seen.set(word, times);
      const key = `${word} ${times}`;
      this.#repeats.set(key, (this.#repeats.get(key) ?? 0) + 1);
    }
    for (let k = 0; k < Math.min(MAX_LEADING, words.length - 1); k++) {
      const word = words[k] as string;
      this.#leading.set(word, (this.#leading.get(word) ?? 0) + 1);
    }
  }

  /** The words of a template without boilerplate. */
  message(template: string): readonly string[] {
    const words = templateWords(template);
    if (this.#templates < MIN_TEMPLATES) return words;
    const seen = new Map<string, number>();
    const own = words.filter((word) => {
      if (LEVEL.test(word)) return false;
      const times = (seen.get(word) ?? 0) + 1;
      seen.set(word, times);
      // A placeholder that most lines have once is boilerplate once.
      return (this.#repeats.get(`${word} ${times}`) ?? 0) < this.#templates * BOILERPLATE_SHARE;
    });
    return own.length === 0 ? words : own;
  }

  /** The message as it is and with one to three speakers left out. */
  tails(template: string): readonly string[] {
    const words = this.message(template);
    const tails = [words.join(' ')];
    for (let k = 1; k <= MAX_SPEAKERS; k++) {
      // What is left must still say what happened: two words or more, and at least half of them.
      if (words.length - k < 2 || (words.length - k) * 2 < words.length) break;
      if ((this.#leading.get(words[k - 1] as string) ?? 0) < 2) break;
      tails.push(words.slice(k).join(' '));
    }
    return tails;
  }
}

/** Different templates of some logs as text, each once; of many, evenly spread ones. */
export function templateTexts(logs: readonly ReadLog[]): readonly string[] {
  const places = new Map<number, { read: ReadLog; line: number }>();
  for (const read of logs)
    read.templates.hashes.forEach((hash, k) => {
      if (!places.has(hash)) places.set(hash, { read, line: read.templates.firstLines[k] as number });
    });
  const step = Math.max(1, places.size / MAX_TEMPLATES);
  const all = [...places.values()];
  const texts: string[] = [];
  for (let at = 0; at < all.length; at += step) {
    const place = all[Math.floor(at)];
    if (place !== undefined) texts.push(place.read.lines.template(place.line));
  }
  return texts;
}

/** How logs with the templates `told` have each of `asked`, which none of them has as it is. */
export function findWordings(
  asked: readonly string[],
  told: readonly string[],
  speakers: Speakers,
): readonly Wording[] {
  const wordings: Wording[] = asked.map(() => 'none');
  const byTail = new Map<string, number[]>();
  const byBlur = new Map<string, number[]>();
  const ends = new Set<string>();
  asked.forEach((template, k) => {
    ends.add(endOf(template));
    for (const tail of speakers.tails(template)) {
      byTail.set(tail, [...(byTail.get(tail) ?? []), k]);
      const blurred = blurNumbers(tail);
      byBlur.set(blurred, [...(byBlur.get(blurred) ?? []), k]);
    }
  });
  for (const template of told) {
    // Whatever is left out in front, the end stays: most templates need no closer look.
    if (!ends.has(endOf(template))) continue;
    for (const tail of speakers.tails(template)) {
      for (const k of byTail.get(tail) ?? []) wordings[k] = 'speaker';
      for (const k of byBlur.get(blurNumbers(tail)) ?? []) if (wordings[k] === 'none') wordings[k] = 'numbers';
    }
  }
  return wordings;
}

const endOf = (template: string): string => {
  const end = blurNumbers(template.slice(template.lastIndexOf(' ') + 1));
  return end.endsWith('s') ? end.slice(0, -1) : end;
};
