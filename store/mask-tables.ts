// What a masker needs of its words, made once for a list of told values: the image of the words and the cheap checks of
// their hits. And the way to find all words of one text, which is asked for lines that are looked at.
import { AppError } from './errors.ts';
import { type FindWords, findWordsPlainly, SLICE_BYTES } from './mask-find.ts';
import { startWasmFinder } from './mask-find-wasm.ts';
import { windowOf } from './mask-grams.ts';
import { buildImage, type ImageWord, type WordImage } from './mask-image.ts';
import { type Check, checkOf, sidesOf } from './mask-probe.ts';
import { formsOfValue } from './mask-told.ts';
import { isExact, type NamedWord, toldWords, type Word, wordsOfRules } from './mask-words.ts';

/** Words to look for, index by index what each means and its cheap check, and all of them as one image. */
export interface MaskTables {
  readonly texts: readonly string[];
  readonly words: readonly Word[];
  readonly checks: readonly Check[];
  readonly image: WordImage;
  /** 1 for two folded bytes that stand side by side in a word, at first << 8 | second. */
  readonly pairs: Uint8Array;
}

/**
 * First bytes of a told form that are looked for, the first length at which there are few enough: 12 tell a form from other
 * text; thousands of values need shorter ones, which cost time.
 */
const TOLD_PREFIXES = [12, 8, 5];

interface Entry extends NamedWord {
  readonly check: Check;
  readonly imaged: ImageWord;
}

function entryOf({ text, word }: NamedWord): Entry {
  const check = checkOf(word, text.length);
  const { refused, before, follows } = check;
  const window = windowOf({ word: text, isExact: isExact(word), ...sidesOf(check) });
  return { text, word, check, imaged: { text, isExact: isExact(word), window, refused, before, follows } };
}

let rules: readonly Entry[] | undefined;

function tablesOf(told: readonly NamedWord[]): MaskTables {
  rules ??= wordsOfRules().map(entryOf);
  const entries = [...rules, ...told.map(entryOf)];
  const texts = entries.map(({ text }) => text);
  return {
    texts,
    words: entries.map(({ word }) => word),
    checks: entries.map(({ check }) => check),
    image: buildImage(entries.map(({ imaged }) => imaged)),
    pairs: pairsOf(texts),
  };
}

/** Tables for the rules and these values. USAGE when there are too many of them for any table. */
export function buildTables(values: readonly string[]): MaskTables {
  const forms = [...new Set(values.flatMap(formsOfValue))];
  for (const length of TOLD_PREFIXES) {
    try {
      return tablesOf(toldWords(forms, length));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new AppError('USAGE', `${forms.length} forms of values to mask are more than the masker can hold`, {
    hint: 'give fewer values: a mask file is for some thousand secrets at most',
  });
}

function pairsOf(texts: readonly string[]): Uint8Array {
  const pairs = new Uint8Array(1 << 16);
  for (const text of texts) {
    for (let at = 1; at < text.length; at++)
      pairs[((text.charCodeAt(at - 1) | 0x20) << 8) | (text.charCodeAt(at) | 0x20)] = 1;
  }
  return pairs;
}

let finder: FindWords | undefined;

/** The fastest way to find words that there is here. */
export const wordFinder = (): FindWords => (finder ??= startWasmFinder() ?? findWordsPlainly);

/** A word in a text: its index, and where it ends. */
export interface FoundWord {
  readonly index: number;
  readonly to: number;
}

/**
 * Every word in a text of one unit a byte, but tokens that cannot be any by the bytes around them: by where they end, the
 * longest first.
 */
export function findWords(tables: MaskTables, text: string): readonly FoundWord[] {
  const bytes = Buffer.from(text, 'latin1');
  const find = wordFinder();
  const found: FoundWord[] = [];
  for (let from = 0; from < bytes.length; ) {
    const { words, seen } = find(tables.image, bytes, from, Math.min(from + SLICE_BYTES, bytes.length));
    for (let n = 0; n < words.length; n += 2)
      found.push({ to: from + (words[n] as number), index: words[n + 1] as number });
    from = seen;
  }
  const lengthOf = ({ index }: FoundWord): number => (tables.texts[index] as string).length;
  found.sort((a, b) => a.to - b.to || lengthOf(b) - lengthOf(a) || a.index - b.index);
  // A word with two pieces in one slot's list is told twice.
  return found.filter((each, n) => n === 0 || each.to !== found[n - 1]?.to || each.index !== found[n - 1]?.index);
}
