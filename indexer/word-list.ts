// A sorted list of words as bytes that pack well: of each word how much of its start is that of the word before, then the
// rests. Packed, a quarter smaller than the words themselves (2,035 real logs).

/** chosen: one byte says how much is shared. */
const MAX_SHARED = 255;
const LF = 0x0a;

/** A list as it is kept. */
export interface WordList {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Packs words in ascending order, each once, given as `\nword\nword\n`, one byte a character. */
export function packWordList(words: Uint8Array): WordList {
  let count = -1;
  for (let at = words.indexOf(LF); at >= 0; at = words.indexOf(LF, at + 1)) count++;
  const bytes = new Uint8Array(Math.max(count, 0) + words.length);
  let rest = Math.max(count, 0);
  let last = 0;
  let start = 1;
  for (let n = 0; n < count; n++) {
    let same = 0;
    while (same < MAX_SHARED && words[last + same] === words[start + same] && words[start + same] !== LF) same++;
    bytes[n] = same;
    let at = start + same;
    for (; words[at] !== LF; at++) bytes[rest++] = words[at] as number;
    bytes[rest++] = LF;
    last = start;
    start = at + 1;
  }
  return { count, bytes: bytes.subarray(0, rest) };
}

/**
 * Lists that are each in ascending order as one, each word once. All are `\nword\nword\n`; bytes that do not end so are left
 * out. Bytes are merged, not strings: of a million words that are some MB, where strings took a hundred.
 */
export function mergeWordLists(lists: readonly Uint8Array[]): Uint8Array {
  let merged = lists.filter((list) => list.at(-1) === LF);
  // By twos: what was merged last comes last, so that each word is compared log2 times.
  while (merged.length > 1) {
    const next: Uint8Array[] = [];
    for (let n = 0; n < merged.length; n += 2) {
      const [a, b] = [merged[n] as Uint8Array, merged[n + 1]];
      next.push(b === undefined ? a : mergeTwo(a, b));
    }
    merged = next;
  }
  return merged[0] ?? Uint8Array.of(LF);
}

function mergeTwo(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  let [i, j, end] = [1, 1, 1];
  out[0] = LF;
  while (i < a.length && j < b.length) {
    let same = 0;
    while (a[i + same] === b[j + same] && a[i + same] !== LF) same++;
    const [x, y] = [a[i + same] as number, b[j + same] as number];
    if (x === y)
      i += same + 1; // the same word: it is taken out of the other one
    else if (x === LF || (y !== LF && x < y)) {
      do out[end++] = a[i] as number;
      while (a[i++] !== LF);
    } else {
      do out[end++] = b[j] as number;
      while (b[j++] !== LF);
    }
  }
  for (const rest of [a.subarray(i), b.subarray(j)]) {
    out.set(rest, end);
    end += rest.length;
  }
  return out.subarray(0, end);
}

/** The words of a list that is told to have so many, as `\nword\nword\n`. Bytes that are no list give words that are none. */
export function readWordList(bytes: Uint8Array, told: number): Buffer {
  const count = Math.min(told, bytes.length);
  let size = 1 + bytes.length - count;
  for (let n = 0; n < count; n++) size += bytes[n] ?? 0;
  const words = Buffer.alloc(size, LF);
  let at = 1;
  let last = 1;
  let rest = count;
  for (let n = 0; n < count; n++) {
    const start = at;
    const end = last + (bytes[n] as number);
    for (let from = last; from < end; from++) words[at++] = words[from] as number;
    for (let byte = bytes[rest++]; byte !== undefined && byte !== LF; byte = bytes[rest++]) words[at++] = byte;
    at++;
    last = start;
  }
  return words;
}
