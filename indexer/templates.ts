// Templates: a line with its variable parts replaced by typed placeholders, as text and as the 32-bit hash that the
// index stores. Both come from TemplateMasker, so they cannot disagree.
import { LineScanner } from './line-scanner.ts';

const one = new LineScanner({ steps: 'none' });
const encoder = new TextEncoder();

/** Template of a line of text, as LogLines gives it: without a time stamp in front. */
export function templateOf(text: string): string {
  one.single(encoder.encode(text));
  return one.masker.text();
}

/** Hash of that template; 0 for a blank line. Compare only within one TEMPLATE_VERSION. */
export const templateHashOf = (text: string): number => one.single(encoder.encode(text)).hash;
