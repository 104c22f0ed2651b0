// Durations as people and programs write them, in several languages: `900s`, `15 minutes`, `1h 30m`, `20 Sekunden`.

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msecs?|millis|milli\w*|мс)$/i, 1],
  [/^(?:s|secs?|seconds?|sek\w*|secondes?|segundos?|secondi|с|сек\w*|秒|초)$/i, 1000],
  [/^(?:m|mins?|minutes?|minuten?|minutos?|minuti|мин\w*|分钟?|分|분)$/i, 60_000],
  [/^(?:h|hrs?|hours?|std\w*|stunden?|heures?|horas?|ore|ч\w*|小时|時間|시간)$/i, 3_600_000],
];

/** What a word of time stands for, in ms; undefined for any other word. */
export const durationUnitMs = (word: string): number | undefined => UNITS.find(([unit]) => unit.test(word))?.[1];

const DURATION = /(\d+(?:[.,]\d+)?)\s?(\p{L}+)/gu;

/** Every duration that a text names, in ms, in order. Parts that follow each other (`1h 30m`) are one. */
export function findDurationsMs(text: string): readonly number[] {
  const found: number[] = [];
  let lastEnd = -1;
  let lastUnit = 0;
  for (const match of text.matchAll(DURATION)) {
    const unit = durationUnitMs(match[2] as string);
    if (unit === undefined) continue;
    const ms = Number((match[1] as string).replace(',', '.')) * unit;
    const gap = match.index - lastEnd;
    if (lastEnd >= 0 && gap <= 1 && unit < lastUnit) found[found.length - 1] = (found.at(-1) as number) + ms;
    else found.push(ms);
    lastEnd = match.index + match[0].length;
    lastUnit = unit;
  }
  return found;
}
