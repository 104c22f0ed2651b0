// The cheap test in front of all error rules: does a line hold any of the words that rules need? One table look-up a
// byte, so that ingest makes no string of the lines that have none.

/** Pieces of words, lower case; every rule of error-rules.ts needs one of them (a test checks it on labelled logs). */
const NEEDLES = [
  'err',
  'fail',
  'fatal',
  'exception',
  'panic',
  'abort',
  'assert',
  'cannot',
  "can't",
  'could not',
  "couldn't",
  ' not ',
  'not ok',
  'unable',
  'invalid',
  'unexpected',
  'expected',
  'undefined',
  'undeclared',
  'unresolved',
  'unknown',
  'missing',
  'denied',
  'refus',
  'reject',
  'timed out',
  'timeout',
  'time limit',
  'timing out',
  'exceed',
  'kill',
  'crash',
  'signal',
  'sigsegv',
  'sigabrt',
  'sigbus',
  'sigill',
  'sigfpe',
  'sigterm',
  'sigint',
  'core dumped',
  'traceback',
  'halted',
  ' died',
  'oops',
  'bug:',
  'bug at',
  'wrong',
  'problem',
  'conflict',
  'corrupt',
  'broken',
  'mismatch',
  'violation',
  'no space',
  'no such',
  'no module',
  'no matching',
  'no output',
  'no rule',
  'out of memory',
  'outofmemory',
  'allocate memory',
  'oomkilled',
  'too many',
  'unauthori',
  'forbidden',
  'rate limit',
  'certificate',
  'unreach',
  'expired',
  'overflow',
  'data race',
  'build stopped',
  'stopping',
  'cancel',
  'went',
  'unstable',
  'marked build',
  'giving up',
  'gave up',
  'terminat',
  'busy',
  'in use',
  'would reformat',
  'code style',
  'reformatted',
  'needs ',
  'dirty',
  'quota',
  '***',
  '____',
  'exit',
  'illegal',
  'fault',
  'unsuccess',
  'unrecog',
  'unsupp',
  'redeclared',
  'duplicate',
  'incompatib',
  'unused',
  'should ',
  'must ',
  'syntax',
  'does not',
  "doesn't",
  "didn't",
  'did not',
  'not found',
  'but was',
  'received',
  'actual',
  '- expected',
  '+ actual',
  'unhealthy',
  'locate',
  'resolve',
  'imported',
  'multiple definition',
  'temporary failure',
  'broken pipe',
  'connection',
  'handshake',
  'eacces',
  'eperm',
  'enoent',
  'econn',
  'etimedout',
  'eai_again',
  'epipe',
  'eaddrinuse',
  'ehostunreach',
  'enotfound',
  'permitted',
  'remote ref',
  'unavailable',
  'bad gateway',
  'too long',
  'leak',
  'race',
  'deadline',
  'violat',
  'inconsistent',
  'up-to-date',
  'rejected',
  'aborting',
  'severe',
  'critical',
  'emerg',
  'failing',
  'fehler',
  'erreur',
  'hangup',
  'lost',
  'stopped',
  ' 40',
  ' 50',
  '=40',
  '=50',
  ':40',
  ':50',
  ' 429',
  ' 422',
  '(40',
  '(50',
  'test:',
  '1)',
  '2)',
  '3)',
  'help',
  '* try',
  '--stacktrace',
  'caused by',
  'out of sync',
  'refusing',
  'violates',
  'reached',
  'maximum',
  'shutdown',
  'disk full',
  'bus error',
  'recipe',
  'not remade',
  'sits on',
  'elifecycle',
  'got:',
  'want:',
  ...'cdefnsw'.split('').flatMap((letter) => '123456789'.split('').map((digit) => `: ${letter}${digit}`)),
];

/** Bytes of the signs that test frameworks put before failed tests, by their UTF-8 form. */
const SIGNS = ['\u2715', '\u2716', '\u2717', '\u2718', '\u274c', '\u00d7', '\u25cf'];

const encoder = new TextEncoder();
const classes = new Uint8Array(256);
const HIT = 0xffff;

/** Transition table, state × class; built once, at first use, as an Aho-Corasick automaton. */
let table: Uint16Array | undefined;
let width = 0;

function build(): Uint16Array {
  const words = [...NEEDLES, ...SIGNS].map((needle) => encoder.encode(needle));
  let next = 1;
  for (const word of words) for (const byte of word) if (classes[byte] === 0) classes[byte] = next++;
  for (let b = 0x41; b <= 0x5a; b++) classes[b] = classes[b + 0x20] as number;
  width = next;
  const children: Int32Array[] = [new Int32Array(width).fill(-1)];
  const ends: boolean[] = [false];
  for (const word of words) {
    let state = 0;
    for (const byte of word) {
      const at = classes[byte] as number;
      let child = (children[state] as Int32Array)[at] as number;
      if (child < 0) {
        child = children.push(new Int32Array(width).fill(-1)) - 1;
        ends.push(false);
        (children[state] as Int32Array)[at] = child;
      }
      state = child;
    }
    ends[state] = true;
  }
  return link(children, ends);
}

/** Failure links, breadth first, folded into the table; any state that ends a needle becomes HIT. */
function link(children: readonly Int32Array[], ends: boolean[]): Uint16Array {
  const moves = new Uint16Array(children.length * width);
  const fallback = new Int32Array(children.length);
  const queue: number[] = [];
  for (let at = 0; at < width; at++) {
    const child = (children[0] as Int32Array)[at] as number;
    if (child > 0) queue.push(child);
    moves[at] = Math.max(0, child);
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const back = fallback[state] as number;
    if (ends[back] === true) ends[state] = true;
    for (let at = 0; at < width; at++) {
      const child = (children[state] as Int32Array)[at] as number;
      const other = moves[back * width + at] as number;
      if (child < 0) moves[state * width + at] = other;
      else {
        fallback[child] = other;
        moves[state * width + at] = child;
        queue.push(child);
      }
    }
  }
  for (let k = 0; k < moves.length; k++) if (ends[moves[k] as number] === true) moves[k] = HIT;
  return moves;
}

/** Whether the visible bytes `[from, to)` can meet an error rule. */
export function hasErrorHint(bytes: Uint8Array, from: number, to: number): boolean {
  table ??= build();
  const moves = table;
  const columns = width;
  let state = 0;
  for (let i = from; i < to; i++) {
    state = moves[state * columns + (classes[bytes[i] as number] as number)] as number;
    if (state === HIT) return true;
  }
  // pytest's assertion lines: `E   assert 1 == 2`.
  return bytes[from] === 0x45 && bytes[from + 1] === 0x20 && bytes[from + 2] === 0x20;
}
