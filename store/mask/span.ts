// Parts of a visible line that are to be masked.

/** [from, to) in UTF-16 units of the visible line, with the rule it is counted under. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly rule: string;
}

/** A value behind a name, or a token of an unknown service, is the least that can be said of it. */
const isTelling = (rule: string): boolean => !rule.startsWith('value:') && rule !== 'prefixed-token';

/** Sorted, with overlaps joined; a joined span keeps the rule of its first part that says what it is. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = merged.at(-1);
    if (last === undefined || span.from >= last.to) merged.push(span);
    else
      merged[merged.length - 1] = {
        from: last.from,
        to: Math.max(last.to, span.to),
        rule: isTelling(last.rule) ? last.rule : span.rule,
      };
  }
  return merged;
}
