// Sizes as people type and read them.
import { AppError } from '../store/errors.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `500MB`, `2 GB`, `1048576` → bytes; powers of 1,000, as everywhere here. USAGE for anything else. */
export function parseSizeBytes(text: string): number {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([kmgt]?)b?\s*$/i.exec(text);
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()];
  if (match === null || unit === undefined)
    throw new AppError('USAGE', `'${text.slice(0, 80)}' is no size`, { hint: 'write it as 500MB or 2GB' });
  return Math.round(Number(match[1]) * unit);
}

/** `1.2 MB`; powers of 1,000, as file managers and disks count. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}
