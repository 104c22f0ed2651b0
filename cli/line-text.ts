// One line of a log as a person may see it.
import { showText } from '../store/visible-text.ts';

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });

/** Decoded, without its line end, with nothing in it that could act on a terminal. */
export function lineText(
  bytes: Uint8Array,
  options: { readonly colour: boolean; readonly maxLineBytes?: number | undefined },
): string {
  const text = decoder.decode(bytes).replace(/\r$/, '');
  const { maxLineBytes } = options;
  return showText(text, { colour: options.colour, ...(maxLineBytes === undefined ? {} : { maxLineBytes }) });
}
