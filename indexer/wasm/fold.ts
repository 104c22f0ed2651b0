// A word as the index has it.

/**
 * Writes the `size` bytes at `from` to `to` and gives the end: ASCII folded, K (KELVIN SIGN) and ſ (LONG S) as k and s.
 * `foldWord` of tokens.ts does the same for queries.
 */
export function foldInto(from: usize, size: usize, to: usize): usize {
  let end = to;
  for (let i: usize = 0; i < size; i++) {
    const byte = load<u8>(from + i);
    if (byte === 0xbf && end > to && load<u8>(end - 1) === 0xc5) store<u8>(end - 1, 0x73);
    else if (byte === 0xaa && end > to + 1 && load<u8>(end - 1) === 0x84 && load<u8>(end - 2) === 0xe2) {
      end--;
      store<u8>(end - 1, 0x6b);
    } else {
      store<u8>(end, byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
      end++;
    }
  }
  return end;
}
