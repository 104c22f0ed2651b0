// JSON for a reader at a terminal. Its writer escapes the controls below U+0020 and no others: an 8-bit control sequence,
// a reordering or an invisible character of a name would reach the terminal as it came.
import { HIDDEN } from '../store/visible-text.ts';
import type { Sink } from './command.ts';

/** Controls, what hides or reorders text, and the one code point that is still to be given such a meaning. */
const ESCAPED = new RegExp(`[\\u007f-\\u009f\\u2065]|${HIDDEN.source}`, 'gu');

const escaped = (text: string): string =>
  [...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** JSON with such characters as escapes: the same document, since they stand in its strings alone. */
export const terminalJson = (json: string): string => json.replace(ESCAPED, escaped);

/** For JSON: on a terminal its hidden characters are escaped; a file or pipe gets what the command wrote. */
export const jsonSink = (sink: Sink): Sink =>
  sink.isTerminal
    ? {
        write: (chunk) => sink.write(typeof chunk === 'string' ? terminalJson(chunk) : chunk),
        isTerminal: true,
        columns: sink.columns,
      }
    : sink;
