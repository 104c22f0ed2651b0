// Escape sequences of terminals. skipEscape of visible-line.ts says the same of what a search shows.

export const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
/** chosen: a longer text in a sequence is no sequence. */
const MAX_TEXT: usize = 4096;

/** End of the escape sequence that starts at `at`, bounded by `end`; an unknown one is two bytes long. */
export function skipEscape(at: usize, end: usize): usize {
  const kind = load<u8>(at + 1);
  let i = at + 2;
  if (kind === 0x5b /* [ */) {
    while (i < end && (load<u8>(i) < 0x40 || load<u8>(i) > 0x7e)) i++;
    return min(i + 1, end);
  }
  // OSC, DCS, APC, PM: text up to BEL or ESC \ (Buildkite's time stamps, hyperlinks, titles).
  if (kind === 0x5d || kind === 0x50 || kind === 0x5f || kind === 0x5e) {
    const stop = min(end, at + MAX_TEXT);
    while (i < stop) {
      if (load<u8>(i) === BEL) return i + 1;
      if (load<u8>(i) === ESC && load<u8>(i + 1) === 0x5c) return min(i + 2, end);
      i++;
    }
    return min(at + 2, end);
  }
  if (kind === 0x28 || kind === 0x29 || kind === 0x23) return min(at + 3, end);
  return min(at + 2, end);
}
