// What a person may be shown of a text from outside (log lines, names, branches, paths, error bodies of servers): no
// byte of it moves a cursor, sets a title or clipboard, hides or reorders text. It does not mask secrets (mask.ts).

/** How a text is shown. */
export interface ShowOptions {
  /** True only on a terminal that takes colours: colour codes pass in a checked form, all else never does. */
  readonly colour?: boolean;
  /** UTF-8 bytes of one line before it is cut with a note; default 8,000, Infinity for `--full`. */
  readonly maxLineBytes?: number;
}

/** chosen: some 50 rows of a wide terminal; with the note and a reset the line stays below 8 KiB. */
const MAX_LINE_BYTES = 8_000;
/** chosen: a terminal's own stops. */
const TAB_STOP = 8;
/** chosen: living scripts use up to three marks on a base; more is decoration that overprints other lines. */
const MAX_MARKS = 4;
/** The longest colour code that real tools write is some 10 numbers (bold, 24-bit fore and background). */
const MAX_SGR_NUMBERS = 16;

/** chosen: more of the same are shown as one with a count, so 2,000 bells are a word. */
const MAX_SAME_STANDS = 8;

const ESC = 0x1b;
const RESET = '\u001b[0m';
/** Nothing to do for a text of these alone, which nearly all log lines are. */
const PLAIN = /^[\x20-\x7e\n]*$/;
/**
 * Invisible, reordering or line-ending code points: format characters but the Arabic and Syriac signs that are drawn,
 * fillers that look like nothing, separators that some programs take for line ends.
 */
export const HIDDEN =
  /(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])(?:\p{Cf}|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\u2028\u2029\u115f\u1160\u3164\uffa0]|[\u{e0000}-\u{e0fff}])/u;
const MARK = /\p{M}/u;
const EMOJI = /\p{Extended_Pictographic}|[\ufe0f\u{1f3fb}-\u{1f3ff}]/u;

/** A code point written out, such as `<U+202E>`. */
const codePointName = (codePoint: number): string => `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;

/** The visible stand-in of a control: a picture for C0 and DEL, `<U+0085>` for C1. */
function controlPicture(codePoint: number): string {
  if (codePoint < 0x20) return String.fromCodePoint(0x2400 + codePoint);
  if (codePoint === 0x7f) return '\u2421';
  return codePointName(codePoint);
}

const isStringIntroducer = (code: number): boolean =>
  code === 0x50 || code === 0x58 || code === 0x5d || code === 0x5e || code === 0x5f; // P X ] ^ _ : DCS SOS OSC PM APC

/** End of a string sequence whose content starts at `from`, or `from` when it is not closed on its line. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x07 || code === 0x9c) return at + 1;
    // Any other escape cancels the string in a terminal too; stopping here also keeps `ESC ]` ×n linear.
    if (code === ESC) return text.charCodeAt(at + 1) === 0x5c ? at + 2 : from;
    if (code === 0x0a || code === 0x0d || (code >= 0x80 && code < 0x9c) || (code > 0x9c && code < 0xa0)) return from;
  }
  return from;
}

/** End of a CSI sequence whose parameters start at `from`, or `from` when no final byte comes. */
function endOfCsi(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x3f) at++;
  while (at < text.length && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) <= 0x2f) at++;
  const final = text.charCodeAt(at);
  return final >= 0x40 && final <= 0x7e ? at + 1 : from;
}

/**
 * Index after the escape sequence at `at` (ESC or a C1 introducer); an unclosed one ends after its introducer, so
 * its text is shown; `at` itself when nothing is recognised.
 */
function endOfEscape(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === 0x9b) {
    const end = endOfCsi(text, at + 1);
    return end === at + 1 ? at : end;
  }
  if (code >= 0x80 && code <= 0x9f) {
    if (!isStringIntroducer(code - 0x40)) return at;
    const end = endOfString(text, at + 1);
    return end === at + 1 ? at : end;
  }
  const next = text.charCodeAt(at + 1);
  if (next === 0x5b) return endOfCsi(text, at + 2);
  if (isStringIntroducer(next)) return endOfString(text, at + 2);
  let end = at + 1;
  while (text.charCodeAt(end) >= 0x20 && text.charCodeAt(end) <= 0x2f) end++;
  const final = text.charCodeAt(end);
  return final >= 0x30 && final <= 0x7e ? end + 1 : at;
}

/** Colours of the text being shown: only what is needed to close them and to keep text from being hidden. */
interface ColourState {
  opened: boolean;
  bold: boolean;
  fore: string;
  back: string;
}

const isPlainSgr = (n: number): boolean =>
  (n >= 0 && n <= 7) ||
  n === 9 ||
  (n >= 22 && n <= 27) ||
  n === 29 ||
  (n >= 30 && n <= 37) ||
  n === 39 ||
  (n >= 40 && n <= 47) ||
  n === 49 ||
  (n >= 90 && n <= 97) ||
  (n >= 100 && n <= 107);

/** How many numbers after a 38 or 48 at `at` belong to it, or 0 when they are no valid colour. */
function extendedColourLength(numbers: readonly number[], at: number): number {
  const isByte = (n: number | undefined): boolean => n !== undefined && n <= 255;
  if (numbers[at + 1] === 5) return isByte(numbers[at + 2]) ? 2 : 0;
  if (numbers[at + 1] !== 2) return 0;
  return isByte(numbers[at + 2]) && isByte(numbers[at + 3]) && isByte(numbers[at + 4]) ? 4 : 0;
}

function noteSgr(state: ColourState, n: number, detail: string): void {
  if (n === 0) Object.assign(state, { bold: false, fore: '', back: '' });
  else if (n === 1) state.bold = true;
  else if (n === 22) state.bold = false;
  else if (n === 38) state.fore = detail;
  else if (n === 48) state.back = detail;
  else if (n >= 30 && n <= 39) state.fore = n === 39 ? '' : String(n - 30);
  else if (n >= 40 && n <= 49) state.back = n === 49 ? '' : String(n - 40);
  else if (n >= 90 && n <= 97) state.fore = String(n - 82);
  else if (n >= 100) state.back = String(n - 92);
}

/** A colour code made of known numbers only, or '' for anything else. */
function safeSgr(sequence: string, state: ColourState): string {
  const inner = /^(?:\u001b\[|\u009b)([0-9;]*)m$/.exec(sequence)?.[1];
  if (inner === undefined) return '';
  const numbers = inner.split(';').map((part) => (part.length > 3 ? 999 : Number(part)));
  if (numbers.length > MAX_SGR_NUMBERS) return '';
  const kept: string[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const n = numbers[at] ?? 0;
    const extra = n === 38 || n === 48 ? extendedColourLength(numbers, at) : 0;
    if (extra === 0 && !isPlainSgr(n)) continue;
    const detail = numbers.slice(at + 1, at + 1 + extra).join(';');
    kept.push(extra === 0 ? String(n) : `${n};${detail}`);
    noteSgr(state, n, detail);
    at += extra;
  }
  if (kept.length === 0) return '';
  if (state.fore !== '' && state.fore === state.back) {
    kept.push('49'); // text in the colour of its background would be hidden
    state.back = '';
  }
  state.opened = true;
  return `\u001b[${kept.join(';')}m`;
}

/** True where a zero-width joiner joins two emoji, its one use that is kept. */
function joinsEmoji(text: string, at: number): boolean {
  const before = text.codePointAt(at - 2) ?? 0;
  const previous = before > 0xffff ? String.fromCodePoint(before) : (text[at - 1] ?? '');
  return EMOJI.test(previous) && EMOJI.test(String.fromCodePoint(text.codePointAt(at + 1) ?? 0));
}

/** Shows one line; `text` holds no line feed. */
class LinePrinter {
  private readonly text: string;
  private readonly colour: boolean;
  private readonly state: ColourState = { opened: false, bold: false, fore: '', back: '' };
  private shown = '';
  private bytes = 0;
  private column = 0;
  private marks = 0;
  private stand = { piece: '', count: 0 };

  constructor(text: string, colour: boolean) {
    this.text = text;
    this.colour = colour;
  }

  /** The shown form, cut after about `maxBytes` of it with a note of how much of the raw line is missing. */
  print(maxBytes: number): string {
    let at = 0;
    while (at < this.text.length && this.bytes < maxBytes) at = this.step(at);
    this.endStand();
    const rest = at < this.text.length ? cutNote(this.text.slice(at)) : '';
    return (this.state.opened ? this.shown + RESET : this.shown) + rest;
  }

  private step(at: number): number {
    const codePoint = this.text.codePointAt(at) ?? 0;
    if (codePoint === ESC || (codePoint >= 0x80 && codePoint <= 0x9f)) {
      const end = endOfEscape(this.text, at);
      if (end > at) {
        if (this.colour) this.addCode(safeSgr(this.text.slice(at, end), this.state));
        return end;
      }
    }
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (codePoint === 0x09) this.add(' '.repeat(TAB_STOP - (this.column % TAB_STOP)));
    else if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint <= 0x9f)) this.addStand(controlPicture(codePoint));
    else if (codePoint >= 0xd800 && codePoint <= 0xdfff) this.add('\ufffd');
    else if (codePoint < 0x7f) this.add(String.fromCharCode(codePoint));
    else this.addUnicode(codePoint, at);
    return next;
  }

  private addUnicode(codePoint: number, at: number): void {
    const character = String.fromCodePoint(codePoint);
    if (MARK.test(character) && !HIDDEN.test(character)) {
      if (this.marks++ < MAX_MARKS) this.addMark(character);
    } else if (!HIDDEN.test(character) || (codePoint === 0x200d && joinsEmoji(this.text, at))) this.add(character);
    else this.addStand(codePointName(codePoint));
  }

  private addMark(mark: string): void {
    this.endStand();
    this.shown += mark;
    this.bytes += Buffer.byteLength(mark);
  }

  private addCode(code: string): void {
    if (code === '') return;
    this.endStand();
    this.shown += code;
    this.bytes += code.length;
  }

  private add(piece: string): void {
    this.endStand();
    this.shown += piece;
    this.bytes += piece.length === 1 && piece < '\u0080' ? 1 : Buffer.byteLength(piece);
    this.column += piece.length;
    this.marks = 0;
  }

  /** Adds a stand-in; the same one many times over is shown once with its count. */
  private addStand(piece: string): void {
    if (this.stand.piece !== piece) this.endStand();
    this.stand = { piece, count: this.stand.count + 1 };
  }

  /** Writes the stand-ins waiting: dim where colours are on, so that they can be told from the same letters of the log. */
  private endStand(): void {
    const { piece, count } = this.stand;
    if (count === 0) return;
    this.stand = { piece: '', count: 0 };
    const shown = count > MAX_SAME_STANDS ? `${piece}\u00d7${count}` : piece.repeat(count);
    this.shown += this.colour ? `\u001b[2m${shown}\u001b[22m${this.state.bold ? '\u001b[1m' : ''}` : shown;
    if (this.colour) this.state.opened = true;
    this.bytes += Buffer.byteLength(shown);
    this.column += shown.length;
    this.marks = 0;
  }
}

const cutNote = (rest: string): string => `\u2026 +${Buffer.byteLength(rest)} bytes, --full shows them`;

/**
 * A text from outside as a person may see it, line for line: escape sequences gone (colours may stay), other controls,
 * bidi and invisible characters written out, tabs as spaces, a carriage return inside a line as ␍ with both sides kept.
 */
export function showText(text: string, options: ShowOptions = {}): string {
  const maxBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  if (text.length <= maxBytes && PLAIN.test(text)) return text;
  return text
    .split('\n')
    .map((line) => {
      const raw = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (raw.length <= maxBytes && PLAIN.test(raw)) return raw;
      return new LinePrinter(raw, options.colour === true).print(maxBytes);
    })
    .join('\n');
}

/** As {@link showText} without colours and uncut, for what is not a terminal: Markdown, web page, files. */
export const stripControls = (text: string): string => showText(text, { maxLineBytes: Number.POSITIVE_INFINITY });

/** A name or path from outside in one line: line ends are written out as well. */
export const showName = (text: string): string =>
  showText(text.replaceAll('\r', '\u240d').replaceAll('\n', '\u240a'), { maxLineBytes: 1_000 });

/**
 * Log text for the output of a CI job, which obeys lines: each line gets `prefix`, and the older `##[` form, which is
 * obeyed anywhere in a line, is broken up.
 */
export const quoteForCi = (text: string, prefix = '| '): string =>
  text
    .split('\n')
    .map((line) => prefix + line.replaceAll('##[', '## ['))
    .join('\n');
