// Which rule a line meets, and how much it weighs after what speaks against it.
import { type ByteLoops, sharedLoops } from './byte-loops.ts';
import { type NeedleTables, needleTables } from './error-hint.ts';
import type { ErrorKind } from './error-rule.ts';
import { BENIGN_RULES, ERROR_RULES } from './error-rules.ts';
import type { LogLines } from './lines.ts';

/** A line's rule and its weight. */
export interface ErrorMatch {
  readonly rule: string;
  readonly kind: ErrorKind;
  /** Weight of the rule after benign rules. */
  readonly weight: number;
}

/** Bytes of a line that rules see: bounds every pattern's time (chosen; error messages come first in a line). */
const RULE_BYTES = 600;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const scratch = new Uint8Array(RULE_BYTES);
/** Built at first use: it takes some ms, and most commands need no rules. */
let tables: NeedleTables | undefined;
/** Loops that have the tables. */
const loaded = new WeakSet<ByteLoops>();

/** Gives the loops what lines are looked through for, so that `matchFound` can be asked. */
export function loadNeedles(loops: ByteLoops): void {
  if (loaded.has(loops)) return;
  tables ??= needleTables(ERROR_RULES.map((rule) => rule.needs));
  const { columns, moves, bits, firstHit, lines, words, longest } = tables;
  let at = loops.at.NEEDLES;
  for (const { buffer, byteLength } of [columns, moves, bits]) {
    loops.bytes.set(new Uint8Array(buffer, 0, byteLength), at);
    at += byteLength;
  }
  loops.run.useNeedles(moves.length, firstHit, lines, words, longest);
  loaded.add(loops);
}

/** The rule that the visible bytes `[from, to)` of a body meet, of those that the loops have found; undefined for none. */
export function matchFound(loops: ByteLoops, from: number, to: number): ErrorMatch | undefined {
  const { uint32, at: places } = loops;
  let text: string | undefined;
  for (let at = 0; at < ERROR_RULES.length; at++) {
    if (((uint32[(places.FOUND >> 2) + (at >> 5)] as number) & (1 << (at & 31))) === 0) continue;
    text ??= decoder.decode(loops.bytes.subarray(from, Math.min(to, from + RULE_BYTES)));
    const rule = ERROR_RULES[at] as (typeof ERROR_RULES)[number];
    if (rule.pattern.test(text)) return { rule: rule.id, kind: rule.kind, weight: rule.weight * benignFactor(text) };
  }
  return undefined;
}

/** The rule that a body meets; undefined for a line that shows no error. */
function matchErrorBytes(body: Uint8Array): ErrorMatch | undefined {
  const loops = sharedLoops();
  loadNeedles(loops);
  const seen = body.subarray(0, RULE_BYTES);
  loops.bytes.set(seen, loops.at.TEXT);
  const end = loops.at.TEXT + seen.length;
  return loops.run.findNeedles(loops.at.TEXT, end) === 0 ? undefined : matchFound(loops, loops.at.TEXT, end);
}

/** The same for a text. */
export function matchError(text: string): ErrorMatch | undefined {
  const { written } = encoder.encodeInto(text, scratch);
  return matchErrorBytes(scratch.subarray(0, written));
}

function benignFactor(text: string): number {
  let factor = 1;
  for (const benign of BENIGN_RULES) if (benign.pattern.test(text)) factor *= benign.factor;
  return factor;
}

/** The rule that a line of a log meets. */
export function matchLine(log: LogLines, line: number): ErrorMatch | undefined {
  return matchErrorBytes(log.bodyBytes(line));
}
