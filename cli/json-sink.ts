// JSON for a reader at a terminal. Its writer escapes the controls below U+0020 and no others: an 8-bit control sequence,
// a reordering or an invisible character of a name would reach the terminal as it came.
import type { Sink } from './command.ts';

/** Controls, and what hides or reorders text; tags come in pairs of units. */
const HIDDEN =
  /[\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|[\u180b-\u180f]|\udb40[\udc00-\udfff]/g;

const escaped = (text: string): string =>
  [...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** JSON with such characters as escapes: the same document, since they stand in its strings alone. */
export const terminalJson = (json: string): string => json.replace(HIDDEN, escaped);

/** For JSON: on a terminal its hidden characters are escaped; a file or pipe gets what the command wrote. */
export const jsonSink = (sink: Sink): Sink =>
  sink.isTerminal
    ? {
        write: (chunk) => sink.write(typeof chunk === 'string' ? terminalJson(chunk) : chunk),
        isTerminal: true,
        columns: sink.columns,
      }
    : sink;
