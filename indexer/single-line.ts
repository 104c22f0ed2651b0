// One line by itself, whatever came before it: what is visible, its body, its template as hash and as text.
import { type ByteLoops, sharedLoops } from './byte-loops.ts';
import { lineAt, loadPiece } from './line-scanner.ts';
import { TYPE_NAMES } from './template-types.ts';

/** A replacement by nothing; symbols of placeholders are greater, bytes less. */
const NOTHING = 255;
const decoder = new TextDecoder();

/** Views that the next call for any line overwrites. */
export interface SingleLine {
  /** Without provider prefix, colours, overwritten parts. */
  readonly visible: Uint8Array;
  /** `visible` without a program's own time stamp in front. */
  readonly body: Uint8Array;
  /** Template hash of the body; 0 when blank. */
  readonly hash: number;
}

/** Reads a line without its LF. */
export function readLine(raw: Uint8Array): SingleLine {
  const loops = sharedLoops();
  loops.run.scanSingle(loadPiece(loops, raw));
  const { visibleStart, bodyStart, bodyEnd, hash } = lineAt(loops);
  return { visible: loops.bytes.subarray(visibleStart, bodyEnd), body: loops.bytes.subarray(bodyStart, bodyEnd), hash };
}

/** The template of a line without its LF. */
export function readTemplate(raw: Uint8Array): string {
  readLine(raw);
  return templateText(sharedLoops());
}

/** Text of the template of the line that the loops stand on. */
export function templateText({ bytes, uint32, at }: ByteLoops): string {
  const line = at.LINE >> 2;
  const edits = at.EDITS >> 2;
  const count = uint32[line + 12] as number;
  const end = uint32[line + 14] as number;
  let from = uint32[line + 13] as number;
  let text = '';
  for (let k = 0; k < count; k++) {
    const start = uint32[edits + 3 * k] as number;
    const symbol = uint32[edits + 3 * k + 2] as number;
    if (start > from) text += decoder.decode(bytes.subarray(from, start));
    if (symbol > NOTHING) text += `<${TYPE_NAMES[symbol - 256]}>`;
    else if (symbol < NOTHING) text += String.fromCharCode(symbol);
    from = uint32[edits + 3 * k + 1] as number;
  }
  return from < end ? text + decoder.decode(bytes.subarray(from, end)) : text;
}
