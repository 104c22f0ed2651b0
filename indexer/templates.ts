// Templates: a line with its variable parts replaced by typed placeholders, as text and as the 32-bit hash that the
// index stores. Both come from TemplateMasker, so they cannot disagree.
import { LineScanner } from './line-scanner.ts';
import { TemplateMasker } from './template-masker.ts';

const masker = new TemplateMasker();
const encoder = new TextEncoder();

/** Template of a line of text, as LogLines gives it: without a time stamp in front. */
export function templateOf(text: string): string {
  templateHashOf(text);
  return masker.text();
}

/** Hash of that template; 0 for a blank line. Compare only within one TEMPLATE_VERSION. */
export function templateHashOf(text: string): number {
  let hash = 0;
  if (text === '') return masker.mask(new Uint8Array(0), 0, 0);
  new LineScanner(masker).push(encoder.encode(text), (scanned) => {
    hash = scanned.hash;
  });
  return hash;
}
