// Texts that logs really have and that readers stumble over.

const FRAME = 262_144;

/** Name → bytes. None is masked by any rule. */
export const ODD_TEXTS: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  'one LF': Buffer.from('\n'),
  'no final newline': Buffer.from('first\nlast'),
  'NUL bytes': Buffer.from('a\0b\n\0\n'),
  'invalid UTF-8': Buffer.from('caf\xe9\n\xff\xfe\n', 'latin1'),
  CRLF: Buffer.from('one\r\ntwo\r\n'),
  'bare CR': Buffer.from('10%\r20%\r100%\ndone\r'),
  BOM: Buffer.from('\uFEFFline\n'),
  colours: Buffer.from('\u001b[31mred\u001b[0m\n'),
  'a line as long as a frame': Buffer.from(`${'x'.repeat(FRAME)}\n`),
  'a line longer than two frames': Buffer.from(`before\n${'y'.repeat(2 * FRAME + 17)}\nafter\n`),
  'a long line of wide characters': Buffer.from(`${'€'.repeat(FRAME)}\n`),
  'CRLF on the edge of a frame': Buffer.from(`${'z'.repeat(FRAME - 1)}\r\nend\r\n`),
  'lines over many frames': Buffer.from(
    Array.from({ length: 40_000 }, (_, n) => `step ${n} took ${n * 7} ms\n`).join(''),
  ),
};

/** `bytes` in pieces of `sizes`, which repeat. */
export function* cutInto(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.byteLength; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
