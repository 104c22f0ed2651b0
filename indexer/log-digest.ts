// What ingest keeps of a log's text besides the words: distinct templates, candidate signatures, steps, times. Streaming:
// memory is bounded by the number of distinct templates, strings are made only for lines seen for the first time.
import { type ErrorMatch, matchErrorBytes } from './error-match.ts';
import { LineScanner, type ScannedLine } from './line-scanner.ts';
import { LINE_ECHO, LINE_MARK, LINE_TRACE, type LogStep } from './line-step.ts';
import type { LogDigester } from './log-index.ts';
import { type CandidateSignature, EXEMPLAR_CHARS, HEADLINE_CHARS, signatureOf } from './signatures.ts';
import { packTemplateSet } from './template-set.ts';
import { type TemplateList, TemplateTable } from './template-table.ts';
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

/** A line that goes on over several pieces is kept whole up to here; of a longer one only head and tail are looked at. */
const MAX_CARRY = 1 << 20;
const KEPT_CARRY = 1 << 16;

/** Analyses a log piece by piece: templates, candidate signatures and steps. */
export class LogAnalyser {
  readonly #scanner = new LineScanner();
  readonly #table = new TemplateTable();
  readonly #held: Held[] = [];
  /** Of an echo that goes on: looked at when nothing else in the log says what went wrong. */
  readonly #heldEchoes: Held[] = [];
  /** Templates seen so far only in echoes of scripts: a later real line still counts. */
  readonly #echoed = new Set<number>();
  readonly #take = (scanned: ScannedLine): void => this.#line(scanned);
  #carry = EMPTY;
  #firstTimeMs: number | undefined;
  #lastTimeMs: number | undefined;
  #openTest: Held | undefined;

  /** Takes the text in order, cut anywhere; pieces that end at line ends are the fastest. */
  push(text: Uint8Array): void {
    const end = text.lastIndexOf(LF) + 1;
    let start = 0;
    if (this.#carry.length > 0) {
      start = end === 0 ? text.length : text.indexOf(LF) + 1;
      this.#carry = joinCarry(this.#carry, text.subarray(0, start));
      if (end === 0) return;
      this.#scanner.push(this.#carry, this.#take);
      this.#carry = EMPTY;
    }
    if (end > start) this.#scanner.push(text.subarray(start, end), this.#take);
    if (end < text.length) this.#carry = joinCarry(EMPTY, text.subarray(end));
  }

  end(): LogAnalysis {
    if (this.#carry.length > 0) this.#scanner.push(this.#carry, this.#take);
    this.#carry = EMPTY;
    return {
      templateVersion: TEMPLATE_VERSION,
      lines: this.#scanner.lines,
      templates: this.#table.list(),
      signatures: this.#signatures(),
      steps: this.#scanner.finishSteps(),
      firstTimeMs: this.#firstTimeMs,
      lastTimeMs: this.#lastTimeMs,
    };
  }

  #line(scanned: ScannedLine): void {
    const { timeMs, hash } = scanned;
    if (!Number.isNaN(timeMs)) {
      this.#firstTimeMs ??= timeMs;
      this.#lastTimeMs = timeMs;
    }
    // A group that was closed was an echo.
    if (this.#heldEchoes.length > 0 && (scanned.flags & LINE_MARK) !== 0) this.#heldEchoes.length = 0;
    if (hash === 0) return;
    const before = this.#table.size;
    const index = this.#table.add(hash, scanned.line);
    const isNew = this.#table.size > before;
    if (!isNew && (this.#echoed.size === 0 || !this.#echoed.has(hash))) return;
    if ((scanned.flags & (LINE_ECHO | LINE_MARK | LINE_TRACE)) !== 0) {
      if (!isNew) return;
      this.#echoed.add(hash);
      if (scanned.flags === LINE_ECHO) this.#consider(scanned, index, this.#heldEchoes);
      return;
    }
    this.#echoed.delete(hash);
    this.#consider(scanned, index, this.#held);
  }

  #consider(scanned: ScannedLine, index: number, into: Held[]): void {
    const { visible, bodyStart } = scanned;
    const match = matchErrorBytes(visible.bytes, bodyStart, visible.end);
    if (match === undefined || match.weight < MIN_WEIGHT || into.length === MAX_HELD) return;
    const text = decoder.decode(visible.bytes.subarray(bodyStart, Math.min(visible.end, bodyStart + EXEMPLAR_CHARS)));
    const held: Held = {
      index,
      hash: scanned.hash,
      line: scanned.line,
      match,
      text,
      template: this.#scanner.masker.text(),
      message: undefined,
    };
    into.push(held);
    if (into === this.#heldEchoes) return;
    const test = this.#openTest;
    if (match.kind === 'test') this.#openTest = held;
    else if (test !== undefined && match.kind === 'cause') {
      if (scanned.line - test.line <= PAIR_LINES) test.message = held;
      this.#openTest = undefined;
    }
  }

  #signatures(): CandidateSignature[] {
    const found: CandidateSignature[] = [];
    const isSaid = this.#held.some(({ match }) => match.kind !== 'exit' && match.kind !== 'context');
    for (const held of isSaid ? this.#held : [...this.#held, ...this.#heldEchoes]) {
      found.push(this.#single(held));
      if (held.message !== undefined) found.push(this.#pair(held, held.message));
    }
    return found
      .sort((a, b) => b.weight - a.weight || a.firstLine - b.firstLine || (a.id < b.id ? -1 : 1))
      .slice(0, MAX_SIGNATURES);
  }

  #single(held: Held): CandidateSignature {
    return {
      id: signatureOf([held.template]),
      headline: held.text.trim().slice(0, HEADLINE_CHARS),
      templates: [held.hash],
      rule: held.match.rule,
      kind: held.match.kind,
      weight: held.match.weight,
      firstLine: held.line,
      count: this.#table.countAt(held.index),
      exemplar: { line: held.line, text: held.text },
    };
  }

  #pair(test: Held, message: Held): CandidateSignature {
    return {
      ...this.#single(test),
      id: signatureOf([test.template, message.template]),
      headline: `${test.text.trim()} … ${message.text.trim()}`.slice(0, HEADLINE_CHARS),
      templates: [test.hash, message.hash],
      count: Math.min(this.#table.countAt(test.index), this.#table.countAt(message.index)),
      exemplar: { line: message.line, text: message.text },
    };
  }
}

const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);
const LF = 0x0a;

/** A copy, as the caller may reuse its buffer; of a monster line only head and tail, which is all that is looked at. */
function joinCarry(carry: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(carry.length + more.length);
  joined.set(carry);
  joined.set(more, carry.length);
  if (joined.length <= MAX_CARRY) return joined;
  const cut = new Uint8Array(2 * KEPT_CARRY);
  cut.set(joined.subarray(0, KEPT_CARRY));
  cut.set(joined.subarray(joined.length - KEPT_CARRY), KEPT_CARRY);
  return cut;
}

/** The analyser in the shape that the index stores. */
export function createLogDigester(): LogDigester {
  const analyser = new LogAnalyser();
  return {
    push: (text) => analyser.push(text),
    end: () => {
      const { templates, signatures, steps } = analyser.end();
      return {
        templateSet: packTemplateSet(templates.hashes),
        signatures: signatures.map((s) => ({
          signature: s.id,
          headline: s.headline,
          exemplarLine: s.exemplar.line,
          firstLine: s.firstLine,
          count: s.count,
          score: s.weight,
        })),
        steps,
      };
    },
  };
}
