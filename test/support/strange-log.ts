// A log of everything that a line can have, the same at each call: numbers in all forms, stamps, marks of runners, escapes,
// bytes of no character, lines of many sizes. For comparing what is read of it with what was read before.

const PIECES = [
  ...'0 7 12 404 2026 48123 1,234,567 3.14 45.2% 0x7ffd5e8a 10.1.2.3 10.1.2.3:45112 999.1.2.3 v20.11.1 1.2.3'.split(
    ' ',
  ),
  ...'12:34 12:34:56 12:34:56.789 12:34:56,789Z 12:34:56+02:00 file.ts:12:34 2026-05-04 04/05/2026 2026.05.04'.split(
    ' ',
  ),
  ...'5s 1m23s 12MB 3.5 GiB/s 300ms 12 µs 2 minutes 3 seconds limit 300s timeout: 30s exit code 137 HTTP/1.1" 404'.split(
    ' ',
  ),
  ...'4243e8b399bd 123e4567-e89b-42d3-a456-426614174000 deadbeef 1a2b3c4d x2x9k web-x2x9k job48123 @1f3e5 3rd 2x'.split(
    ' ',
  ),
  ...'/tmp/tmp.aB3xK9/log \\Temp\\x1y2 ---- ===== [=====>    ] [###...] *** ... Sat May 4 Mon, 04 May 2026 Failures: 0'.split(
    ' ',
  ),
  ...'error Error: ERROR failed FAIL exception fatal: warning Traceback AssertionError expected tests passed'.split(
    ' ',
  ),
  ...'the quick brown fox jumps over compiling linking src/main/App.java at org.example.Main(Main.java:12)'.split(' '),
  ...['  ', '\t', ' ', ' ', ' ', ':', '=', '(', ')', '[', ']', '"', ',', '.', '-', '_', '/', '#', '+'],
  ...[
    '\u001b[31m',
    '\u001b[0m',
    '\u001b[2K',
    '\r',
    '\r\u001b[K',
    '\u001b]0;t\u0007',
    '\u001b',
    '\b',
    '\u0000',
    '\u0001',
  ],
  ...['é', 'ſ', 'K', '☃', '⭐', '✅', '\xff', '\xc3', '\xe2\x84', '\ufeff'],
];
const STARTS = [
  ...['', '', '', '', '2026-05-04T09:00:01.1234567Z ', '2026-05-04T09:00:01.123456Z 00O ', '2026-05-04 09:00:01,123 '],
  ...[
    '[2026-05-04T09:00:01.123Z] ',
    '[   12.345678] ',
    '09:00:01 ',
    '(09:00:01.5) ',
    '\u001b_bk;t=1770000000123\u0007',
    '\ufeff',
  ],
  ...[
    '##[group]Run ',
    '##[endgroup]',
    '##[error]',
    '::error file=a::',
    '##[section]Starting: ',
    '⭐ Run Main ',
    '+ ',
    '$ ',
  ],
  ...[
    '[Pipeline] { (Build)',
    '[Pipeline] }',
    '~~~ Running ',
    'Post job cleanup.',
    'travis_fold:start:x\r',
    'section_start:17:y\r',
  ],
];
const ENDS = ['\n', '\n', '\n', '\n', '\r\n', '\n\n', '\r\r\n'];

/** Bytes of so many lines; `seed` says which. */
export function strangeLog(lines: number, seed: number): Buffer {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 0x41c64e6d) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  // Pieces beyond ASCII as UTF-8, those of a single byte up to 0xff as that byte.
  const bytesOf = (piece: string): Buffer =>
    /^[\x80-\xff]+$/.test(piece) && piece !== 'é' ? Buffer.from(piece, 'latin1') : Buffer.from(piece, 'utf8');
  const pick = (from: readonly string[]): Buffer => bytesOf(from[random(from.length)] ?? '');
  const parts: Buffer[] = [];
  for (let line = 0; line < lines; line++) {
    parts.push(pick(STARTS));
    const size = random(50) === 0 ? random(1500) : random(12);
    for (let k = 0; k < size; k++) parts.push(pick(PIECES), Buffer.from(random(3) === 0 ? '' : ' '));
    parts.push(pick(ENDS));
  }
  return Buffer.concat(parts);
}
