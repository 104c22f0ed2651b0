// Masking over a stream: lines are found, cheap checks decide which are looked at, the rest passes uncopied. The result
// does not depend on how the input was cut; memory is bounded by a chunk and one piece of a line.
import { HitScan } from './hits.ts';
import { type Inherited, type LineResult, scanLine, scanRaw } from './line.ts';
import { nextLongRun } from './prefixed.ts';
import { mergeSpans, type Span } from './span.ts';
import { buildTables, type MaskTables } from './tables.ts';
import { reasonNotMasked } from './told.ts';
import { visibleLine } from './visible.ts';

const MASK = '***';
const WITHHELD = Buffer.from('[line withheld: masking failed]');
const LF = 0x0a;
const CR = 0x0d;
/** A line longer than this is masked in pieces, so that memory stays bounded. */
const MAX_LINE = 65_536;
/** Of a piece, this much is only looked at, so that a secret at its end is seen whole. */
const LOOK_AHEAD = 8_192;
/** Text before a piece that is looked at again, so that a name at the end of the last one finds its value. */
const LOOK_BEHIND = 256;
/** chosen: a masked span longer than a piece leaves no place to cut; what follows is then masked as part of it. */
const MIN_PIECE = 1_024;
/** Masking a line once more must change nothing; a further look finds what a first mask laid open. */
const MAX_LOOKS = 4;
/** chosen: a job asks for a few masks; a hostile log must not make tables without end. */
const MAX_ADDED = 64;

/** chosen: together 512 KB at most, for the lines that a log repeats most; cleared as a whole, which costs only time. */
const MAX_KNOWN = 1_024;
const MAX_KNOWN_LINE = 512;

/** True when the next line must be looked at, whatever is in it. */
const isOpen = ({ key, name, data }: Inherited): boolean =>
  key !== undefined || name !== undefined || data !== undefined;

const isTokenByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  '+/=_.~%-'.includes(String.fromCharCode(byte));

const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR;

function lineEnd(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}

/** Index after the last line end, 0 without any. */
function afterLastLineEnd(bytes: Buffer): number {
  for (let at = bytes.length; at > 0; at--) if (isLineEnd(bytes[at - 1])) return at;
  return 0;
}

function applyMasks(bytes: Buffer, spans: readonly Span[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { from, to } of spans) {
    parts.push(bytes.subarray(at, from), Buffer.from(MASK));
    at = to;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

/** One log on its way through. */
export class MaskStream {
  private readonly firstTables: () => MaskTables;
  private readonly told: readonly string[];
  private tables: MaskTables | undefined;
  private readonly added: string[] = [];
  private held: Buffer = Buffer.alloc(0);
  private inherited: Inherited = {};
  /** Bytes before the held ones, when these are the rest of a long line. */
  private behind: Buffer = Buffer.alloc(0);
  /** A masked span reached the end of the last piece: what continues it is masked too. */
  private insideToken = false;
  /** Lines without a secret that were looked at: builds say the same again and again. */
  private readonly clear = new Set<string>();
  private readonly countsByRule: Record<string, number> = {};
  private withheldLines = 0;
  private out: Uint8Array[] = [];
  private passed = 0;

  constructor(firstTables: () => MaskTables, told: readonly string[]) {
    this.firstTables = firstTables;
    this.told = told;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.held.length === 0) return this.consume(bytes, false);
    // Only the line that was begun is joined: chunk after chunk of new memory would keep the collector busy.
    const joined = Math.min(lineEnd(bytes, 0, bytes.length) + 1, bytes.length);
    const begun = this.consume(Buffer.concat([this.held, bytes.subarray(0, joined)]), false);
    return joined === bytes.length ? begun : [...begun, ...this.consume(bytes.subarray(joined), false)];
  }

  end(): readonly Uint8Array[] {
    return this.consume(this.held, true);
  }

  counts(): { readonly counts: Readonly<Record<string, number>>; readonly withheldLines: number } {
    return { counts: { ...this.countsByRule }, withheldLines: this.withheldLines };
  }

  private get current(): MaskTables {
    this.tables ??= this.firstTables();
    return this.tables;
  }

  private consume(bytes: Buffer, isLast: boolean): readonly Uint8Array[] {
    this.out = [];
    this.passed = 0;
    const end = isLast ? bytes.length : afterLastLineEnd(bytes);
    this.maskLines(bytes, end);
    this.pass(bytes, end);
    const rest = isLast ? end : this.maskPieces(bytes, end, bytes.length);
    this.pass(bytes, rest);
    // Copied: the chunk's memory is the caller's.
    this.held = Buffer.from(bytes.subarray(rest));
    return this.out;
  }

  /** Lets bytes up to `to` go as they are. */
  private pass(bytes: Buffer, to: number): void {
    if (to > this.passed) this.out.push(bytes.subarray(this.passed, to));
    this.passed = to;
  }

  private replace(bytes: Buffer, from: number, to: number, by: Uint8Array): void {
    this.pass(bytes, from);
    this.out.push(by);
    this.passed = to;
  }

  private maskLines(bytes: Buffer, end: number): void {
    const hits = new HitScan(bytes, end);
    let at = 0;
    let longRun = -1;
    if (this.behind.length > 0 && end > 0) {
      at = lineEnd(bytes, 0, end);
      this.maskLongLine(bytes, 0, at);
    }
    while (at < end) {
      let from = at;
      if (!isOpen(this.inherited)) {
        if (longRun < at) longRun = nextLongRun(bytes, at, end);
        // A text that may be a token of no known service counts as a hit, where no rule has one before.
        const found = hits.next(this.current, at, longRun);
        const hit = found < 0 && longRun < end ? longRun + 1 : found;
        if (hit < 0) return;
        // A word may end with the line's end itself.
        from = isLineEnd(bytes[hit - 1]) ? hit - 2 : hit - 1;
        while (from > at && !isLineEnd(bytes[from - 1])) from--;
      } else {
        while (from < end && isLineEnd(bytes[from])) from++;
        if (from >= end) return;
      }
      at = lineEnd(bytes, from, end);
      if (at - from > MAX_LINE) this.maskLongLine(bytes, from, at);
      else this.maskLine(bytes, from, at);
    }
  }

  private isWorthScanning(window: Buffer): boolean {
    const { length } = window;
    return nextLongRun(window, 0, length) < length || new HitScan(window, length).next(this.current, 0, length) >= 0;
  }

  private maskLine(bytes: Buffer, from: number, to: number): void {
    let line = bytes.subarray(from, to);
    const known =
      to - from <= MAX_KNOWN_LINE && !isOpen(this.inherited) ? bytes.toString('latin1', from, to) : undefined;
    if (known !== undefined && this.clear.has(known)) return;
    let isChanged = false;
    try {
      let left: Inherited = {};
      for (let look = 0; look < MAX_LOOKS; look++) {
        const { result, spans } = this.scan(line, look === 0 ? this.inherited : {});
        if (look === 0) {
          left = result.left;
          this.addValues(result.added);
        }
        if (spans.length === 0) break;
        line = applyMasks(line, spans);
        isChanged = true;
      }
      this.inherited = left;
      if (isChanged) this.replace(bytes, from, to, line);
      else if (known !== undefined && !isOpen(left)) this.remember(known);
    } catch {
      // Whatever went wrong, the line is not kept: a note in its place, counted, and the log goes on.
      this.inherited = {};
      this.withheldLines++;
      this.replace(bytes, from, to, WITHHELD);
    }
  }

  private remember(line: string): void {
    if (this.clear.size >= MAX_KNOWN) this.clear.clear();
    this.clear.add(line);
  }

  /** Spans of a line as byte positions, counted. */
  private scan(line: Buffer, inherited: Inherited): { readonly result: LineResult; readonly spans: readonly Span[] } {
    const { text, origin, strings } = visibleLine(line, 0, line.length);
    const tables = this.current;
    const result = scanLine(text, tables, inherited);
    const found = origin === undefined ? result.spans : result.spans.map((span) => toRaw(span, origin));
    const hidden = origin === undefined ? [] : scanRaw(line.toString('latin1'), tables);
    const inStrings = strings.flatMap(({ from, to }) =>
      scanLine(line.toString('latin1', from, to), tables, {}).spans.map((span) => moved(span, from)),
    );
    const spans = mergeSpans([...found, ...hidden, ...inStrings]);
    for (const { rule } of spans) this.countsByRule[rule] = (this.countsByRule[rule] ?? 0) + 1;
    return { result, spans };
  }

  /** A line that is too long to hold: masked piece by piece, the last one with what it leaves for the next line. */
  private maskLongLine(bytes: Buffer, from: number, to: number): void {
    const at = this.maskPieces(bytes, from, to);
    this.maskPiece(bytes, at, to, true);
    this.behind = Buffer.alloc(0);
    this.insideToken = false;
  }

  /** Masks whole pieces of a line's bytes [from, to) while more than a piece is left; gives the rest's start. */
  private maskPieces(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (to - at > MAX_LINE) at = this.maskPiece(bytes, at, at + MAX_LINE, false);
    return at;
  }

  /** Masks [from, cut) of a line's piece [from, to) and gives the cut. */
  private maskPiece(bytes: Buffer, from: number, to: number, isLast: boolean): number {
    const before = this.behind.length;
    const window = before === 0 ? bytes.subarray(from, to) : Buffer.concat([this.behind, bytes.subarray(from, to)]);
    let spans: readonly Span[] = [];
    let failed = false;
    const entering = before === 0 ? this.inherited : {};
    if (isLast || before === 0) this.inherited = {};
    if (this.insideToken || isOpen(entering) || isLast || this.isWorthScanning(window)) {
      try {
        const { result, spans: found } = this.scan(window, entering);
        spans = this.withOpenToken(window, before, found);
        if (isLast) this.inherited = result.left;
      } catch {
        failed = true;
      }
    }
    const cut = isLast ? window.length : this.cutOf(spans, before, window.length);
    if (failed) {
      this.withheldLines++;
      this.replace(bytes, from, from + cut - before, WITHHELD);
    } else {
      for (const span of spans) {
        if (span.from < cut)
          this.replace(bytes, from + span.from - before, from + Math.min(span.to, cut) - before, Buffer.from(MASK));
      }
      this.pass(bytes, from + cut - before);
    }
    this.behind = Buffer.from(window.subarray(Math.max(0, cut - LOOK_BEHIND), cut));
    return from + cut - before;
  }

  /** Spans of a piece itself, with what continues the last piece's span. */
  private withOpenToken(window: Buffer, before: number, found: readonly Span[]): Span[] {
    const own = found
      .filter((span) => span.to > before)
      .map((span) => ({ ...span, from: Math.max(span.from, before) }));
    if (!this.insideToken) return own;
    let to = before;
    while (to < window.length && isTokenByte(window[to] as number)) to++;
    if (to === before) return own;
    const later = own.filter((span) => span.to > to).map((span) => ({ ...span, from: Math.max(span.from, to) }));
    return [{ from: before, to, rule: 'continued' }, ...later];
  }

  private cutOf(spans: readonly Span[], before: number, length: number): number {
    const wanted = length - LOOK_AHEAD;
    const across = spans.find((span) => span.from < wanted && span.to > wanted);
    this.insideToken = false;
    if (across === undefined) return wanted;
    if (across.from - before >= MIN_PIECE) return across.from;
    this.insideToken = across.to === length;
    return across.to;
  }

  /** Values that the log itself asks to mask (`::add-mask::`), from the next line on. */
  private addValues(values: readonly string[]): void {
    const fresh = values.filter((value) => this.isWorthAdding(value));
    if (fresh.length === 0) return;
    this.added.push(...fresh);
    this.tables = buildTables([...this.told, ...this.added]);
    this.clear.clear();
  }

  private isWorthAdding(value: string): boolean {
    if (this.added.length >= MAX_ADDED || this.added.includes(value) || reasonNotMasked(value) !== undefined)
      return false;
    // A log must not be able to hide a word of its own failure by asking to mask it.
    return value.length >= 12 ? !/^[a-z]+(?:[ _-][a-z]+){0,8}$/i.test(value) : /\d/.test(value) && /[a-z]/i.test(value);
  }
}

const moved = ({ from, to, rule }: Span, by: number): Span => ({ from: from + by, to: to + by, rule });

const toRaw = (span: Span, origin: Uint32Array): Span => ({
  rule: span.rule,
  from: origin[span.from] as number,
  to: (origin[span.to - 1] as number) + 1,
});
