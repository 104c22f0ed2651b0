// Pieces of words, not all of each but so chosen that whatever part of a word is looked for has one of them: the lesser of any
// two that follow each other, by a hash (minimizers, as in Schleimer et al., "Winnowing", SIGMOD 2003).

/** measured: of five hex digits there are a million, and 70,000 hashes have nearly all of them; of six an eighth. */
const PIECE_BYTES = 6;
/** chosen: with pieces of six a part of seven bytes has one, as many as git shortens a commit to. */
const WINDOW = 2;
/** A shorter part of a word may have none. */
export const LEAST_BYTES = PIECE_BYTES + WINDOW - 1;

function hashAt(bytes: Uint8Array, at: number): number {
  const four =
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24);
  const two = ((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number);
  return mixed(Math.imul(four, 0x9e3779b1) ^ Math.imul(two + 1, 0x85ebca6b));
}

/** Every bit of `x` changes half of all bits. */
export function mixed(x: number): number {
  let y = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  y = Math.imul(y ^ (y >>> 15), 0x846ca68b);
  return (y ^ (y >>> 16)) >>> 0;
}

/** How many pieces a word of so many bytes has in the mean: of a window of n, two of n + 1. */
export const expectedPieces = (bytes: number): number =>
  bytes < LEAST_BYTES ? 0 : ((bytes - PIECE_BYTES + 1) * 2) / (WINDOW + 1);

/** Gives the hashes of the chosen pieces of the word at [from, to) to `take`, some of them more than once. */
export function eachPiece(bytes: Uint8Array, from: number, to: number, take: (hash: number) => void): void {
  const end = to - PIECE_BYTES;
  if (to - from < LEAST_BYTES) return;
  let least = -1;
  let leastAt = -1;
  for (let at = from + WINDOW - 1; at <= end; at++) {
    const isGone = leastAt <= at - WINDOW;
    let best = isGone ? Number.POSITIVE_INFINITY : least;
    for (let k = isGone ? at - WINDOW + 1 : at; k <= at; k++) {
      const hash = hashAt(bytes, k);
      if (hash > best) continue;
      best = hash;
      leastAt = k;
    }
    if (best !== least) take(best);
    least = best;
  }
}
