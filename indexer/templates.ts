// Templates: a line with its variable parts replaced by typed placeholders, as text and as the 32-bit hash that the
// index stores. Both come from the same replacements, so they cannot disagree.
import { readLine, readTemplate } from './single-line.ts';

const encoder = new TextEncoder();

/** Template of a line of text, as LogLines gives it: without a time stamp in front. */
export const templateOf = (text: string): string => readTemplate(encoder.encode(text));

/** Hash of that template; 0 for a blank line. Compare only within one TEMPLATE_VERSION. */
export const templateHashOf = (text: string): number => readLine(encoder.encode(text)).hash;
