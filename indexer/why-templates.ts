// Template sets of logs: who has a template, where first, and whether another wording of the same event is there.
import type { LogLines } from './lines.ts';

/** Every template of one log: ascending hashes, and for each the first line (1-based) that has it. */
export interface WhyTemplates {
  readonly hashes: Uint32Array;
  readonly firstLines: Uint32Array;
}

/** Unique templates of a log whose lines are at hand. */
export function collectTemplates(lines: LogLines): WhyTemplates {
  const first = new Map<number, number>();
  for (let line = 1; line <= lines.count; line++) {
    const hash = lines.hash(line);
    if (hash !== 0 && !first.has(hash)) first.set(hash, line);
  }
  const hashes = Uint32Array.from(first.keys()).sort();
  return { hashes, firstLines: Uint32Array.from(hashes, (hash) => first.get(hash) ?? 0) };
}

/** First line of a template in a log; 0 when the log lacks it. */
export function firstLineOf(templates: WhyTemplates, hash: number): number {
  const { hashes } = templates;
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = hashes[middle] as number;
    if (at === hash) return templates.firstLines[middle] as number;
    if (at < hash) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** Words of a template, split at blanks and at what JSON, logfmt and tables put between fields. */
export const templateWords = (template: string): readonly string[] =>
  template.match(/<\w+>|[^\s"{}|=,<>]+|[<>]/g) ?? [];

/** At most this many leading words are taken as "who speaks" (level, component, thread). */
const MAX_SPEAKERS = 3;
/** Words from the front of a line among which speakers stand, the format's own words included. */
const MAX_LEADING = 12;

/** More unique templates than this are not looked at for other wordings: the log is not masked well anyway (chosen). */
const MAX_WORDINGS = 20_000;

/** How another log has a template: told by another speaker, with other numbers, or not at all. */
export type Wording = 'speaker' | 'numbers' | 'none';

/** Words of levels: they say how loud, not what. */
const LEVEL = /^\W*(?:trace|debug|info|notice|warn|warning|error)\W*$/i;
/** Words on more than this share of all templates are the format, not the message. */
const BOILERPLATE_SHARE = 0.5;
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

/** The events of one or more logs, to see whether they tell the same as a template that they lack. */
export class Wordings {
  readonly #speakers: Speakers;
  readonly #tails = new Set<string>();
  readonly #blurred = new Set<string>();

  constructor(speakers: Speakers) {
    this.#speakers = speakers;
  }

  add(template: string): void {
    for (const tail of this.#speakers.tails(template)) {
      this.#tails.add(tail);
      this.#blurred.add(blurNumbers(tail));
    }
  }

  find(template: string): Wording {
    const tails = this.#speakers.tails(template);
    if (tails.some((tail) => this.#tails.has(tail))) return 'speaker';
    return tails.some((tail) => this.#blurred.has(blurNumbers(tail))) ? 'numbers' : 'none';
  }
}

/** Templates of a log as text, at most MAX_WORDINGS of them. */
export const templateTexts = (lines: LogLines, templates: WhyTemplates): readonly string[] =>
  Array.from(templates.firstLines.subarray(0, MAX_WORDINGS), (line) => lines.template(line));

/**
 * Every number and every placeholder of one made the same, so that `node 20.1` and `node 22.4`, and `0 tests` (zero is
 * never masked) and `<num> test` are alike.
 */
export const blurNumbers = (text: string): string =>
  text.replace(/\d+(?:\.\d+)*|<(?:num|dur|size|pct|port|id|hash|addr)>/g, '0').replace(/\b0 (\p{L}{3,}?)s\b/gu, '0 $1');

/** A word that names one thing: a placeholder or a short common word does not. */
export const isName = (word: string): boolean => word.length >= 4 && /\p{L}/u.test(word) && !/^<\w+>$/.test(word);

/** The longest name among words, the last of equals: of a test's line, the test. */
export function nameOf(words: readonly string[]): string | undefined {
  let longest: string | undefined;
  for (const word of words) if (isName(word) && word.length >= (longest?.length ?? 0)) longest = word;
  return longest;
}
