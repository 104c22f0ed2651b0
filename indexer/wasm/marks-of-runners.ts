// The cheap tests in front of line-step.ts: whether a line may be a mark of a runner.

/** Marks before a carriage return are looked for in so much of a line (chosen: eight short parts). */
const HIDDEN_BYTES: usize = 700;

/** Whether a line starts like any mark. */
export function isMarkStart(i: usize, end: usize): boolean {
  if (i + 3 > end) return false;
  const second = load<u8>(i + 1);
  const third = load<u8>(i + 2);
  switch (load<u8>(i)) {
    case 0x23: // ##[
      return second === 0x23 && third === 0x5b;
    case 0x3a: // ::
      return second === 0x3a;
    case 0x5b: // [Pipeline], [workspace] $
      return second === 0x50 || hasDollar(i, end);
    case 0x24: // $
      return second === 0x20;
    case 0x2b: // + command, +++ title
      return second === 0x20 || second === 0x2b;
    case 0x2d:
    case 0x7e:
      return second === load<u8>(i) && third === second && load<u8>(i + 3) === 0x20;
    case 0xe2: // star, check mark, cross
      if (second === 0xad) return third === 0x90;
      return (second === 0x9c && third === 0x85) || (second === 0x9d && third === 0x8c);
    case 0xf0: // flag
      return second === 0x9f && third === 0x8f;
    case 0x50: // Post job cleanup
    case 0x43: // Cleaning up orphan processes
      return second === 0x6f || second === 0x6c;
    case 0x4a: // Job failed
      return second === 0x6f && third === 0x62;
    case 0x54: // The command "…" exited with
      return second === 0x68 && third === 0x65;
    default:
      return false;
  }
}

/** `] $ ` within the first 80 bytes: a freestyle Jenkins job's command. */
function hasDollar(i: usize, end: usize): boolean {
  const stop = min(end - 2, i + 80);
  for (let k = i + 1; k < stop; k++)
    if (load<u8>(k) === 0x5d) return load<u8>(k + 1) === 0x20 && load<u8>(k + 2) === 0x24;
  return false;
}

/** Whether the start of a line may have `travis_` or `section_`. */
export function mayHideMark(start: usize, end: usize): boolean {
  const stop = min(end, start + HIDDEN_BYTES);
  for (let k = start + 6; k < stop; k++) {
    if (load<u8>(k) !== 0x5f) continue;
    if (load<u8>(k - 1) === 0x73 && load<u8>(k - 6) === 0x74) return true;
    if (load<u8>(k - 1) === 0x6e && load<u8>(k - 6) === 0x65) return true;
  }
  return false;
}
