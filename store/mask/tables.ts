// What a masker needs of its words, made once for a list of told values: the image of the words and the cheap checks of
// their hits. And the way to find all words of one text, which is asked for lines that are looked at.
import { type BuiltMasker, packBuiltMasker, readBuiltMasker } from '../built-masker.ts';
import { AppError } from '../errors.ts';
import { type FindWords, findWordsPlainly, SLICE_BYTES } from './find.ts';
import { findModule, startWasmFinder } from './find-wasm.ts';
import { windowOf } from './grams.ts';
import { buildImage, IMAGE_LAYOUT, type ImageWord, type WordImage } from './image.ts';
import { type Check, checkOf, sidesOf } from './probe.ts';
import { formsOfValue } from './told.ts';
import { isExact, type NamedWord, toldWords, type Word, wordsOfRules } from './words.ts';

/** Words to look for, index by index what each means, and all of them as one image. */
export interface MaskTables {
  readonly texts: readonly string[];
  readonly words: readonly Word[];
  readonly image: WordImage;
  /** Those that were asked for: see {@link checkAt}. */
  readonly checks: (Check | undefined)[];
}

/** The cheap check of a word's hits. */
export function checkAt({ checks, words, texts }: MaskTables, index: number): Check {
  const check = checks[index] ?? checkOf(words[index] as Word, (texts[index] as string).length);
  checks[index] = check;
  return check;
}

/**
 * First bytes of a told form that are looked for, the first length at which there are few enough: 12 tell a form from other
 * text; thousands of values need shorter ones, which cost time.
 */
const TOLD_PREFIXES = [12, 8, 5];

function imagedWord({ text, word }: NamedWord): ImageWord {
  const check = checkOf(word, text.length);
  const { refused, before, follows, answers } = check;
  const window = windowOf({ word: text, isExact: isExact(word), ...sidesOf(check) });
  return { text, isExact: isExact(word), window, refused, before, follows, answers };
}

interface Rules {
  readonly words: readonly NamedWord[];
  readonly image: WordImage;
}

let rules: Rules | undefined;

/** Made once in a process, or when the program was built. */
function rulesHere(): Rules {
  if (rules === undefined) {
    const words = wordsOfRules();
    const built = readBuiltMasker();
    rules = { words, image: (built && builtImage(built, words)) ?? imageOf(words) };
  }
  return rules;
}

const imageOf = (words: readonly NamedWord[]): WordImage => buildImage(words.map(imagedWord));

function tablesOf(told: readonly NamedWord[]): MaskTables {
  const { words, image } = rulesHere();
  const all = [...words, ...told];
  return {
    texts: all.map(({ text }) => text),
    words: all.map(({ word }) => word),
    image: told.length === 0 ? image : buildImage(told.map(imagedWord), image),
    checks: [],
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

let finder: FindWords | undefined;

/** The fastest way to find words that there is here. */
export const wordFinder = (): FindWords => (finder ??= startWasmFinder(readBuiltMasker()?.module) ?? findWordsPlainly);

/** What the build keeps beside the program (built-masker.ts). */
export function packMasker(): Uint8Array {
  const words = wordsOfRules();
  return packBuiltMasker({ image: imageOf(words).bytes, words: signOf(words), module: findModule() });
}

/** All that the image of these words depends on: one that was built from other rules, or laid out otherwise, is not used. */
const signOf = (words: readonly NamedWord[]): Uint8Array =>
  Buffer.from(
    words
      .map(({ text, word }) =>
        word.is === 'token'
          ? `${text}\t${word.rule.tail}\t${word.rule.head}\t${word.rule.edges}`
          : `${text}\t${word.is}`,
      )
      .concat(IMAGE_LAYOUT)
      .join('\n'),
    'latin1',
  );

const builtImage = ({ image, words: sign }: BuiltMasker, words: readonly NamedWord[]): WordImage | undefined =>
  Buffer.compare(sign, signOf(words)) === 0 ? { bytes: image, words: words.length } : undefined;

/** Some word stands in these bytes. */
export function hasWord({ image }: MaskTables, bytes: Buffer): boolean {
  for (const { words } of looks(image, bytes)) if (words.length > 0) return true;
  return false;
}

/** Slice by slice, what is found and where the slice begins. */
function* looks(image: WordImage, bytes: Buffer): Generator<{ readonly from: number; readonly words: Int32Array }> {
  const find = wordFinder();
  for (let from = 0; from < bytes.length; ) {
    const { words, seen } = find(image, bytes, {
      from,
      end: Math.min(from + SLICE_BYTES, bytes.length),
      look: 'every',
    });
    yield { from, words };
    from = seen;
  }
}

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
  const found: FoundWord[] = [];
  for (const { from, words } of looks(tables.image, bytes))
    for (let n = 0; n < words.length; n += 2)
      found.push({ to: from + (words[n] as number), index: words[n + 1] as number });
  const lengthOf = ({ index }: FoundWord): number => (tables.texts[index] as string).length;
  found.sort((a, b) => a.to - b.to || lengthOf(b) - lengthOf(a) || a.index - b.index);
  // A word with two pieces in one slot's list is told twice.
  return found.filter((each, n) => n === 0 || each.to !== found[n - 1]?.to || each.index !== found[n - 1]?.index);
}
