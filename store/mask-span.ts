// Parts of a visible line that are to be masked.

/** [from, to) in UTF-16 units of the visible line, with the rule it is counted under. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly rule: string;
}

/** Sorted, with overlaps joined; a joined span keeps the rule of its first part. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = merged.at(-1);
    if (last === undefined || span.from >= last.to) merged.push(span);
    else if (span.to > last.to) merged[merged.length - 1] = { ...last, to: span.to };
  }
  return merged;
}
