// The key of a manifest as the index keeps it: a commit and a digest are half of a key, and of half the length as bytes.
import type { ObjectKey } from '../store/keys.ts';

/** chosen: what is shorter gains little. An even number of digits, the rest stays text. */
const HEX = /(?:[0-9a-f]{2}){12,64}/g;
/** Keys are ASCII: a byte from here on says how many bytes of hexadecimal digits follow. */
const MARK = 0x80;

/** Of a key without long runs of hexadecimal digits its own bytes. */
export function packKey(key: string): Uint8Array {
  const parts: Buffer[] = [];
  let end = 0;
  for (const { 0: digits, index } of key.matchAll(HEX)) {
    parts.push(
      Buffer.from(key.slice(end, index), 'latin1'),
      Buffer.of(MARK + digits.length / 2),
      Buffer.from(digits, 'hex'),
    );
    end = index + digits.length;
  }
  return Buffer.concat([...parts, Buffer.from(key.slice(end), 'latin1')]);
}

/** The key that `packKey` was given. */
export function readKey(bytes: Uint8Array): ObjectKey {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let key = '';
  for (let at = 0; at < packed.length; ) {
    let end = at;
    while (end < packed.length && (packed[end] as number) < MARK) end += 1;
    key += packed.toString('latin1', at, end);
    const size = (packed[end] ?? MARK) - MARK;
    key += packed.toString('hex', end + 1, end + 1 + size);
    at = end + 1 + size;
  }
  return key as ObjectKey;
}
