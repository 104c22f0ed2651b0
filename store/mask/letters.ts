// How much a string reads like words rather than like a random draw. Tells `node-modules-cache-v3` from a token of the
// same length, which neither entropy nor character classes do.

/**
 * log2 of how much more often a pair of letters stands in words than in random text, plus 6, one digit each:
 * row = first letter, column = second. Counted over 26,511 words of package documentation, declarations and licences.
 */
const PAIRS = [
  '57874575746979473989665564', // a
  '74547344654744643664633453', // b
  '84658548747754943768634354', // c
  '75568544844654743665644343', // d
  '76897765645879575998566764', // e
  '63446643733644743655633353', // f
  '63448356634656643764634343', // g
  '83348333734554743546533453', // h
  '77877673445879874788474546', // i
  '54445433434344543353544333', // j
  '63447444644544543464534343', // k
  '84569544935855853476654473', // l
  '85458443734664773464643343', // m
  '85788694746556754589654354', // n
  '56775564646779673977766544', // o
  '84448446634744763867644353', // p
  '33333333332433333443643333', // q
  '95669564936676864687654364', // r
  '74758547835655775589755454', // s
  '84659547944664853877645374', // t
  '66556635554768563777443444', // u
  '73438333724344543443434344', // v
  '63346335624445533554334333', // w
  '53546334533443453346343443', // x
  '54445443434555463465444334', // y
  '53336344533433433444433333', // z
].join('');
const NEUTRAL = 6;
/** chosen from the share of such pairs in identifiers (some 3 %) and in random base62 text (27 %). */
const LETTER_DIGIT = -3;
/** A hump (`fooBar`) stands in some 5 % of the pairs of identifiers and in 18 % of random ones. */
const HUMP = -1;

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** log2 of how much more often two lower-case letters stand side by side in words than in random text. */
export const pairBits = (first: number, second: number): number =>
  PAIRS.charCodeAt((first - 0x61) * 26 + (second - 0x61)) - 0x30 - NEUTRAL;

function pairScore(before: number, first: number, second: number): number | undefined {
  const firstLetter = isUpper(first) || isLower(first);
  const secondLetter = isUpper(second) || isLower(second);
  if (firstLetter && secondLetter) {
    if (isLower(first) && isUpper(second)) return HUMP;
    const score = pairBits(first | 0x20, second | 0x20);
    // `HTTPServer` goes on in lower case after several capitals: rarer than `Server`, less rare than random text.
    return isUpper(first) && isLower(second) && isUpper(before) ? score + HUMP : score;
  }
  if ((firstLetter && isDigit(second)) || (isDigit(first) && secondLetter)) return LETTER_DIGIT;
  return isDigit(first) && isDigit(second) ? 0 : undefined;
}

/**
 * Bits per pair of neighbours by which `text` is likelier to be words than random characters: words are about +1,
 * random base62 -1.6, random hex -1.3. Pairs with a sign in them do not count; 0 when there are none.
 */
export function wordScore(text: string): number {
  let total = 0;
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    const score = pairScore(at > 1 ? text.charCodeAt(at - 2) : 0, text.charCodeAt(at - 1), text.charCodeAt(at));
    if (score === undefined) continue;
    total += score;
    pairs++;
  }
  return pairs === 0 ? 0 : total / pairs;
}

const counts = new Uint16Array(256);

/** Shannon entropy in bits per character of a text of one unit a byte. */
export function entropyOf(text: string): number {
  counts.fill(0);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) & 0xff;
    counts[code] = (counts[code] as number) + 1;
  }
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) & 0xff;
    const count = counts[code] as number;
    if (count === 0) continue;
    bits -= (count / text.length) * Math.log2(count / text.length);
    counts[code] = 0;
  }
  return bits;
}
