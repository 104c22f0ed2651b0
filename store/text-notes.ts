// Oddities of a text that whoever reads it should know of, noticed frame by frame, whatever a frame is cut through.
import { isUtf8 } from 'node:buffer';

const LF = 10;
const CR = 13;
const ESC = 0x1b;

/** Collects `bom crlf bare-cr nul invalid-utf8 ansi no-final-newline` from the frames of one text, in order. */
export class NoteTaker {
  readonly #notes = new Set<string>();
  #started = false;
  #lastByte = LF;
  /** The start of a character whose rest the next frame has. */
  #openCharacter: Uint8Array = new Uint8Array(0);

  read(frame: Uint8Array): void {
    if (frame.byteLength === 0) return;
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    if (!this.#started && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#notes.add('bom');
    this.#started = true;
    if (bytes.includes(0)) this.#notes.add('nul');
    if (bytes.includes(ESC)) this.#notes.add('ansi');
    this.#readReturns(bytes);
    this.#readCharacters(bytes);
    this.#lastByte = bytes.at(-1) ?? LF;
  }

  /** After the last frame. */
  end(): void {
    if (this.#lastByte === CR) this.#notes.add('bare-cr');
    if (this.#openCharacter.byteLength > 0) this.#notes.add('invalid-utf8');
    if (this.#lastByte !== LF) this.#notes.add('no-final-newline');
  }

  sorted(): readonly string[] {
    return [...this.#notes].sort();
  }

  /** A CR at the end of a frame waits for the first byte of the next. */
  #readReturns(bytes: Buffer): void {
    if (this.#lastByte === CR) this.#notes.add(bytes[0] === LF ? 'crlf' : 'bare-cr');
    for (let at = bytes.indexOf(CR); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(CR, at + 1)) {
      this.#notes.add(bytes[at + 1] === LF ? 'crlf' : 'bare-cr');
      if (this.#notes.has('bare-cr') && this.#notes.has('crlf')) return;
    }
  }

  #readCharacters(bytes: Buffer): void {
    if (this.#notes.has('invalid-utf8')) return;
    const text = this.#openCharacter.byteLength === 0 ? bytes : Buffer.concat([this.#openCharacter, bytes]);
    const openBytes = isUtf8(text) ? 0 : openCharacterBytes(text);
    this.#openCharacter = Uint8Array.from(text.subarray(text.length - openBytes));
    if (openBytes > 0 && isUtf8(text.subarray(0, text.length - openBytes))) return;
    if (!isUtf8(text)) this.#notes.add('invalid-utf8');
  }
}

/** How many bytes at the end begin a character that is not whole; 0 when the last one is whole or no character. */
function openCharacterBytes(text: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= text.byteLength; back++) {
    const byte = text[text.byteLength - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
