// Splits pieces of a log into lines and reads each line's prefix, time, visible bytes, flags and template hash. The one
// pass behind LogLines (all lines of a log at hand) and LogDigester (streaming, at ingest).
import { type LogStep, StepTracker } from './line-step.ts';
import { type LineTime, readLineTime } from './line-time.ts';
import { skipEscape, VisibleLine } from './line-visible.ts';
import { TemplateMasker } from './template-masker.ts';

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const DAY_MS = 86_400_000;

/** What the scanner knows of the line it stands on. One object, reused: copy what you keep. */
export interface ScannedLine {
  /** 1-based, LF-ended lines. */
  line: number;
  /** Raw bytes `[rawStart, rawEnd)` of the piece, without the LF. */
  bytes: Uint8Array;
  rawStart: number;
  rawEnd: number;
  /** Visible text: provider prefix, colours and overwritten parts removed. */
  visible: VisibleLine;
  /** Where the text behind a program's own time stamp starts, inside `visible`. */
  bodyStart: number;
  /** Epoch ms, or ms on the log's own clock (`hh:mm:ss` made monotonic over midnight); NaN without a time stamp. */
  timeMs: number;
  /** LINE_… flags. */
  flags: number;
  /** Template hash of the body; 0 when blank. */
  hash: number;
}

interface ByteSpan {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Called for each line, in order. */
export type LineSink = (scanned: ScannedLine) => void;

/** Walks over the lines of a log: visible bytes, time stamp, step and template hash of each, without a string a line. */
export class LineScanner {
  readonly #masker = new TemplateMasker();
  readonly #steps: StepTracker | undefined;
  readonly #time: LineTime = { end: 0, ms: 0, kind: 'epoch', provider: false };
  readonly #scanned: ScannedLine;
  #columns: 'unknown' | 'yes' | 'no' = 'unknown';
  #dayOffsetMs = 0;
  #lastDayMs = -1;
  /** Where in the piece a program's own time stamp starts that `#time` has been read from; -1: nowhere. */
  #stampAt = -1;

  constructor(options: { readonly steps?: 'tracked' | 'none' } = {}) {
    this.#steps = options.steps === 'none' ? undefined : new StepTracker();
    this.#scanned = {
      line: 0,
      bytes: new Uint8Array(0),
      rawStart: 0,
      rawEnd: 0,
      visible: new VisibleLine(),
      bodyStart: 0,
      timeMs: Number.NaN,
      flags: 0,
      hash: 0,
    };
  }

  /** Masker whose `text()` is the template of the line that the sink was called for. */
  get masker(): TemplateMasker {
    return this.#masker;
  }

  /** Lines seen so far. */
  get lines(): number {
    return this.#scanned.line;
  }

  /** Steps, once all lines are in. */
  finishSteps(): readonly LogStep[] {
    return this.#steps?.finish() ?? [];
  }

  /** Reads one line by itself, whatever came before: the prefixes of a line don't depend on others. */
  single(raw: Uint8Array): ScannedLine {
    const bytes = raw.constructor === Uint8Array ? raw : new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
    this.#columns = 'unknown';
    this.#line(bytes, 0, bytes.length, 'unknown');
    return this.#scanned;
  }

  /** Scans whole lines; only the last piece may lack the final LF. */
  push(given: Uint8Array, sink: LineSink): void {
    // A Buffer is another shape to the compiler; the byte loops below want to see one shape only.
    const piece =
      given.constructor === Uint8Array ? given : new Uint8Array(given.buffer, given.byteOffset, given.length);
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    const end = piece.length;
    let start = 0;
    while (start < end) {
      // One loop finds the line end and whether anything in the line is invisible: faster than a native search for each.
      let at = start;
      let plain: 'plain' | 'unknown' = 'plain';
      for (;;) {
        // Four bytes a step, as long as none of them is below a blank.
        while (at + 4 <= end) {
          const word = view.getInt32(at, true);
          if (((word - 0x20202020) & ~word & 0x80808080) !== 0) break;
          at += 4;
        }
        while (at < end && ((piece[at] as number) > 0x1f || piece[at] === TAB)) at++;
        if (at === end || piece[at] === LF) break;
        // A CR right before the LF is a line end of Windows runners, not an overwrite.
        if (piece[at] !== CR || piece[at + 1] !== LF) plain = 'unknown';
        at++;
      }
      this.#line(piece, start, at, plain);
      sink(this.#scanned);
      start = at + 1;
    }
  }

  #line(piece: Uint8Array, start: number, end: number, plain: 'plain' | 'unknown'): void {
    const scanned = this.#scanned;
    scanned.line++;
    scanned.bytes = piece;
    scanned.rawStart = start;
    scanned.rawEnd = end;
    scanned.timeMs = Number.NaN;
    const rawBody = this.#prefix(piece, start, end);
    const visible = scanned.visible;
    visible.take(piece, rawBody, end, plain);
    this.#readBody();
    const body = scanned.bodyStart;
    this.#body.bytes = visible.bytes;
    this.#body.start = body;
    this.#body.end = visible.end;
    const raw = this.#raw;
    raw.bytes = piece;
    raw.start = rawBody;
    raw.end = end;
    const timeMs = Number.isNaN(scanned.timeMs) ? undefined : scanned.timeMs;
    scanned.flags =
      this.#steps === undefined
        ? 0
        : this.#steps.take(scanned.line, timeMs, this.#body, plain === 'plain' ? undefined : raw);
  }

  /** Skips a program's own time stamps, which stay visible but are no part of the template, and masks the rest. */
  #readBody(): void {
    const scanned = this.#scanned;
    const { visible } = scanned;
    let body = visible.start;
    // Two of them occur: a tool inside a tool.
    for (let k = 0; k < 2; k++) {
      const first = visible.bytes[body];
      if (first === undefined || (first !== 0x5b && first !== 0x28 && (first < 0x30 || first > 0x39))) break;
      const isRead = body === this.#stampAt && visible.bytes === scanned.bytes;
      if (!isRead && !readLineTime(visible.bytes, body, visible.end, this.#time)) break;
      body = this.#time.end;
      if (Number.isNaN(scanned.timeMs)) scanned.timeMs = this.#absolute();
    }
    scanned.bodyStart = body;
    scanned.hash = this.#masker.mask(visible.bytes, body, visible.end);
  }

  readonly #body: ByteSpan = { bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly #raw: ByteSpan = { bytes: new Uint8Array(0), start: 0, end: 0 };

  /** Start of the line behind what the provider put in front of it. */
  #prefix(b: Uint8Array, start: number, end: number): number {
    let at = start;
    this.#stampAt = -1;
    if (b[at] === 0xef && b[at + 1] === 0xbb && b[at + 2] === 0xbf) at += 3;
    if (this.#columns !== 'no') at = this.#skipColumns(b, at, end);
    // Buildkite: ESC _ bk;t=<epoch ms> BEL
    if (b[at] === 0x1b && b[at + 1] === 0x5f) {
      const stop = skipEscape(b, at, end);
      let ms = 0;
      for (let k = at + 2; k < stop; k++) {
        const d = (b[k] as number) - 0x30;
        if (d >= 0 && d <= 9) ms = ms * 10 + d;
      }
      if (ms > 1e12 && ms < 1e13) this.#scanned.timeMs = ms;
      return stop;
    }
    const first = b[at];
    if (first === undefined || at >= end) return at;
    if (first !== 0x5b && (first < 0x30 || first > 0x39)) return at;
    if (!readLineTime(b, at, end, this.#time)) return at;
    if (!this.#time.provider) {
      this.#stampAt = at;
      return at;
    }
    this.#scanned.timeMs = this.#time.ms;
    return skipStream(b, this.#time.end, end);
  }

  /** `job TAB step TAB time`, as `gh run view --log` prints: decided on the first line. */
  #skipColumns(b: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + 400);
    const one = b.subarray(start, stop).indexOf(TAB);
    const two = one < 0 ? -1 : b.subarray(start + one + 1, stop).indexOf(TAB);
    let at = start + one + 1 + two + 1;
    // The first line of each step has a byte-order mark of its own.
    if (b[at] === 0xef && b[at + 1] === 0xbb && b[at + 2] === 0xbf) at += 3;
    if (two < 0 || !readLineTime(b, at, end, this.#time) || !this.#time.provider) {
      if (this.#columns === 'unknown' && end > start) this.#columns = 'no';
      return start;
    }
    this.#steps?.takeColumns(this.#scanned.line, this.#time.ms, b.subarray(start, start + one + 1 + two));
    this.#columns = 'yes';
    return at;
  }

  /** Times of day run on over midnight. */
  #absolute(): number {
    const { kind, ms } = this.#time;
    if (kind !== 'day') return ms;
    if (this.#lastDayMs >= 0 && ms + this.#dayOffsetMs < this.#lastDayMs - DAY_MS / 2) this.#dayOffsetMs += DAY_MS;
    const absolute = ms + this.#dayOffsetMs;
    this.#lastDayMs = absolute;
    return absolute;
  }
}

/** GitLab puts stream number, stream (`O` or `E`) and a continuation sign behind the time: `00O `, `01E+`. */
function skipStream(b: Uint8Array, at: number, end: number): number {
  const isHex = (c: number | undefined): boolean =>
    c !== undefined && ((c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66));
  const stream = b[at + 2];
  if (at + 4 > end || !isHex(b[at]) || !isHex(b[at + 1]) || (stream !== 0x4f && stream !== 0x45)) return at;
  return b[at + 3] === 0x20 || b[at + 3] === 0x2b ? at + 4 : at;
}
