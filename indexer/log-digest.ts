// What ingest keeps of a log's text besides the words: distinct templates, candidate signatures, steps, times. Streaming:
// memory is bounded by the number of distinct templates, strings are made only for lines seen for the first time.
import { returnLoops, takeLoops } from './byte-loops.ts';
import { type ErrorMatch, loadNeedles, matchFound } from './error-match.ts';
import {
  clipLine,
  LineScanner,
  type LineStop,
  linePieces,
  loadPiece,
  STOP_MARKED,
  STOP_NEEDLE,
  STOP_NEW,
} from './line-scanner.ts';
import { LINE_ECHO, LINE_MARK, LINE_TRACE, type LogStep } from './line-step.ts';
import type { LogDigest, LogDigester } from './log-index.ts';
import {
  type CandidateSignature,
  EXEMPLAR_CHARS,
  HEADLINE_CHARS,
  type SignatureId,
  signatureOf,
} from './signatures.ts';
import { templateText } from './single-line.ts';
import { packTemplateSet } from './template-set.ts';
import { countAt, listHashes, listTemplates, type TemplateList } from './template-table.ts';
import { TEMPLATE_VERSION } from './template-types.ts';

/** Analysis of one log, without any baseline: the same log always gives the same analysis. */
export interface LogAnalysis {
  readonly templateVersion: number;
  readonly lines: number;
  readonly templates: TemplateList;
  /** Heaviest first, at most MAX_SIGNATURES. */
  readonly signatures: readonly CandidateSignature[];
  readonly steps: readonly LogStep[];
  /** First and last time stamp as LogLines.timeMs gives it; undefined in a log without any. */
  readonly firstTimeMs: number | undefined;
  readonly lastTimeMs: number | undefined;
}

/** Signatures kept of one log (chosen: real failures have a few; a log in which everything fails has thousands). */
export const MAX_SIGNATURES = 64;
/** Below this a rule's word is no error by itself (chosen: single words under a benign rule). */
const MIN_WEIGHT = 0.3;
/** A test's name and its message stand this close (chosen: frameworks print them together). */
const PAIR_LINES = 30;
/** Candidates held while reading, before the heaviest are kept. */
const MAX_HELD = 4096;

interface Held {
  readonly index: number;
  readonly hash: number;
  readonly line: number;
  readonly match: ErrorMatch;
  readonly text: string;
  readonly template: string;
  /** The first cause behind a failed test: the second part of an ordered signature. */
  message: Held | undefined;
}

/** Analyses a log piece by piece: templates, candidate signatures and steps. */
export class LogAnalyser {
  /** The memory that the text goes through; of this analyser until its end. */
  readonly loops = takeLoops();
  readonly #scanner = new LineScanner(this.loops, 'templates');
  readonly #held: Held[] = [];
  /** Of an echo that goes on: looked at when nothing else in the log says what went wrong. */
  readonly #heldEchoes: Held[] = [];
  readonly #take = (stop: LineStop): void => this.#line(stop);
  #carry = EMPTY;
  #openTest: Held | undefined;

  constructor() {
    loadNeedles(this.loops);
  }

  /** Takes the text in order, cut anywhere; pieces that end at line ends are the fastest. `in place`: it lies in the loops. */
  push(given: Uint8Array, where: 'given' | 'in place' = 'given'): void {
    // What was carried on is scanned in that same place.
    const text = where === 'in place' && this.#carry.length > 0 ? given.slice() : given;
    const end = text.lastIndexOf(LF) + 1;
    const rest = joinCarry(EMPTY, text.subarray(end)); // now: the scan writes behind what it takes
    let start = 0;
    if (this.#carry.length > 0) {
      start = end === 0 ? text.length : text.indexOf(LF) + 1;
      this.#carry = joinCarry(this.#carry, text.subarray(0, start));
      if (end === 0) return;
      this.#scanCarry();
    }
    if (start === 0 && where === 'in place') this.#scanner.scan(end, this.#take);
    else
      for (const [from, to] of linePieces(text, start, end))
        this.#scanner.scan(loadPiece(this.loops, text.subarray(from, to)), this.#take);
    this.#carry = rest;
  }

  #scanCarry(): void {
    this.#scanner.scan(loadPiece(this.loops, this.#carry), this.#take);
    this.#carry = EMPTY;
  }

  /** What the index keeps of it. */
  endForIndex(): LogDigest {
    if (this.#carry.length > 0) this.#scanCarry();
    const digest = {
      templateSet: packTemplateSet(listHashes(this.loops)),
      signatures: this.#signatures().map((s) => ({
        signature: s.id,
        headline: s.headline,
        exemplarLine: s.exemplar.line,
        firstLine: s.firstLine,
        count: s.count,
        score: s.weight,
      })),
      steps: this.#scanner.finishSteps(),
    };
    returnLoops(this.loops);
    return digest;
  }

  end(): LogAnalysis {
    if (this.#carry.length > 0) this.#scanCarry();
    const { run } = this.loops;
    const timeOf = (ms: number): number | undefined => (Number.isNaN(ms) ? undefined : ms);
    const analysis = {
      templateVersion: TEMPLATE_VERSION,
      lines: run.lineCount(),
      templates: listTemplates(this.loops),
      signatures: this.#signatures(),
      steps: this.#scanner.finishSteps(),
      firstTimeMs: timeOf(run.firstTimeMs()),
      lastTimeMs: timeOf(run.lastTimeMs()),
    };
    returnLoops(this.loops);
    return analysis;
  }

  #line(stop: LineStop): void {
    const { why, flags, index } = stop;
    // A group that was closed was an echo.
    if (this.#heldEchoes.length > 0 && (flags & LINE_MARK) !== 0) this.#heldEchoes.length = 0;
    // Templates seen so far only in echoes of scripts are marked: a later real line still counts.
    if ((why & (STOP_NEW | STOP_MARKED)) === 0) return;
    if ((flags & (LINE_ECHO | LINE_MARK | LINE_TRACE)) !== 0) {
      if ((why & STOP_NEW) === 0) return;
      this.loops.run.mark(index, 1);
      if (flags === LINE_ECHO) this.#consider(stop, this.#heldEchoes);
      return;
    }
    if ((why & STOP_MARKED) !== 0) this.loops.run.mark(index, 0);
    this.#consider(stop, this.#held);
  }

  #consider(stop: LineStop, into: Held[]): void {
    const { bodyStart, bodyEnd, line, hash, index } = stop;
    if ((stop.why & STOP_NEEDLE) === 0) return;
    const match = matchFound(this.loops, bodyStart, bodyEnd);
    if (match === undefined || match.weight < MIN_WEIGHT || into.length === MAX_HELD) return;
    const text = decoder.decode(this.loops.bytes.subarray(bodyStart, Math.min(bodyEnd, bodyStart + EXEMPLAR_CHARS)));
    const held: Held = { index, hash, line, match, text, template: templateText(this.loops), message: undefined };
    into.push(held);
    if (into === this.#heldEchoes) return;
    const test = this.#openTest;
    if (match.kind === 'test') this.#openTest = held;
    else if (test !== undefined && match.kind === 'cause') {
      if (line - test.line <= PAIR_LINES) test.message = held;
      this.#openTest = undefined;
    }
  }

  /** Only of those that are kept is all made: of thousands of lines that may be errors ids alone took a tenth of the time. */
  #signatures(): CandidateSignature[] {
    const found: Candidate[] = [];
    const isSaid = this.#held.some(({ match }) => match.kind !== 'exit' && match.kind !== 'context');
    for (const held of isSaid ? this.#held : [...this.#held, ...this.#heldEchoes]) {
      found.push(new Candidate(held, undefined));
      if (held.message !== undefined) found.push(new Candidate(held, held.message));
    }
    return found
      .sort((a, b) => b.weight - a.weight || a.firstLine - b.firstLine || (a.id < b.id ? -1 : 1))
      .slice(0, MAX_SIGNATURES)
      .map((candidate) => this.#signature(candidate));
  }

  #signature({ id, held, message }: Candidate): CandidateSignature {
    const { rule, kind, weight } = held.match;
    const text = held.text.trim();
    const count = countAt(this.loops, held.index);
    return {
      id,
      headline: (message === undefined ? text : `${text} … ${message.text.trim()}`).slice(0, HEADLINE_CHARS),
      templates: message === undefined ? [held.hash] : [held.hash, message.hash],
      rule,
      kind,
      weight,
      firstLine: held.line,
      count: message === undefined ? count : Math.min(count, countAt(this.loops, message.index)),
      exemplar: { line: (message ?? held).line, text: (message ?? held).text },
    };
  }
}

/** A signature to be: a line that may be an error, or a test and its message. */
class Candidate {
  readonly held: Held;
  readonly message: Held | undefined;
  #id: SignatureId | undefined;

  constructor(held: Held, message: Held | undefined) {
    this.held = held;
    this.message = message;
  }

  get weight(): number {
    return this.held.match.weight;
  }

  get firstLine(): number {
    return this.held.line;
  }

  get id(): SignatureId {
    const { held, message } = this;
    this.#id ??= signatureOf(message === undefined ? [held.template] : [held.template, message.template]);
    return this.#id;
  }
}

const decoder = new TextDecoder();
const EMPTY: Uint8Array = new Uint8Array(0);
const LF = 0x0a;

/** A copy, as the caller may reuse its buffer; of a monster line only head and tail, which is all that is looked at. */
function joinCarry(carry: Uint8Array, more: Uint8Array): Uint8Array {
  const joined = new Uint8Array(carry.length + more.length);
  joined.set(carry);
  joined.set(more, carry.length);
  return clipLine(joined);
}

/** The analyser in the shape that the index stores. */
export function createLogDigester(): LogDigester {
  const analyser = new LogAnalyser();
  return { push: (text) => analyser.push(text), end: () => analyser.endForIndex() };
}
