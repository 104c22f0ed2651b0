// Small fixed sets of words, by hash.
import { WORD_SETS } from './layout.ts';

const SLOTS: u32 = 512;
const SET_BYTES: usize = 2048;
const FIRST_HASH: i32 = 7;

/** Numbers after these words are evidence, so they stay: exit codes, statuses, signals, limits, versions. */
export const KEEPS_NUMBER: usize = WORD_SETS;
export const DURATION_UNITS: usize = WORD_SETS + SET_BYTES;
export const SIZE_UNITS: usize = WORD_SETS + 2 * SET_BYTES;
export const ZERO_NOUNS: usize = WORD_SETS + 3 * SET_BYTES;
export const LIMIT_WORDS: usize = WORD_SETS + 4 * SET_BYTES;
export const MONTHS: usize = WORD_SETS + 5 * SET_BYTES;
export const WEEKDAYS: usize = WORD_SETS + 6 * SET_BYTES;
export const TMP: usize = WORD_SETS + 7 * SET_BYTES;

fillSet(
  KEEPS_NUMBER,
  'exit exited exitcode code status signal errno rc ret http https error err returncode retcode returned killed ' +
    'limit timeout deadline maximum max budget within expected expect version release',
);
fillSet(
  DURATION_UNITS,
  'ms msec msecs millis millisecond milliseconds us usec micros microseconds ns nanos nanoseconds ' +
    's sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days',
);
fillSet(
  SIZE_UNITS,
  'b byte bytes kb kib mb mib gb gib tb tib k kbit mbit kbps mbps bps kbits mbits kbyte mbyte kbytes mbytes',
);
fillSet(
  ZERO_NOUNS,
  'error errors failed failure failures failing warning warnings problem problems test tests passed passing skipped',
);
fillSet(LIMIT_WORDS, 'limit timeout deadline maximum max budget within of');
fillSet(MONTHS, 'jan feb mar apr may jun jul aug sep oct nov dec');
fillSet(WEEKDAYS, 'mon tue wed thu fri sat sun');
fillSet(TMP, 'tmp temp');

function fillSet(set: usize, words: string): void {
  let hash = FIRST_HASH;
  for (let i = 0; i <= words.length; i++) {
    const isEnd = i === words.length || words.charCodeAt(i) === 0x20;
    if (!isEnd) hash = hash * 31 + words.charCodeAt(i);
    else {
      let slot = <u32>hash & (SLOTS - 1);
      while (load<i32>(set + (slot << 2)) !== 0) slot = (slot + 1) & (SLOTS - 1);
      store<i32>(set + (slot << 2), hash);
      hash = FIRST_HASH;
    }
  }
}

/** Whether the ASCII letters `[from, to)` are a word of `set`, in any case. */
export function isIn(set: usize, from: usize, to: usize): boolean {
  let hash = FIRST_HASH;
  for (let at = from; at < to; at++) hash = hash * 31 + (<i32>load<u8>(at) | 0x20);
  let slot = <u32>hash & (SLOTS - 1);
  while (true) {
    const found = load<i32>(set + (slot << 2));
    if (found === hash) return true;
    if (found === 0) return false;
    slot = (slot + 1) & (SLOTS - 1);
  }
}
