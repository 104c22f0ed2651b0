// Which rule a line meets, and how much it weighs after what speaks against it.
import { NeedleFinder } from './error-hint.ts';
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
let finder: NeedleFinder | undefined;

/** The rule that the visible bytes `[from, to)` of a body meet; undefined for a line that shows no error. */
export function matchErrorBytes(bytes: Uint8Array, from: number, to: number): ErrorMatch | undefined {
  finder ??= new NeedleFinder(ERROR_RULES.map((rule) => rule.needs));
  const end = Math.min(to, from + RULE_BYTES);
  if (!finder.find(bytes, from, end)) return undefined;
  const { found } = finder;
  let text: string | undefined;
  for (let at = 0; at < ERROR_RULES.length; at++) {
    if (((found[at >> 5] as number) & (1 << (at & 31))) === 0) continue;
    text ??= decoder.decode(bytes.subarray(from, end));
    const rule = ERROR_RULES[at] as (typeof ERROR_RULES)[number];
    if (rule.pattern.test(text)) return { rule: rule.id, kind: rule.kind, weight: rule.weight * benignFactor(text) };
  }
  return undefined;
}

/** The same for a text. */
export function matchError(text: string): ErrorMatch | undefined {
  const { written } = encoder.encodeInto(text, scratch);
  return matchErrorBytes(scratch, 0, written);
}

function benignFactor(text: string): number {
  let factor = 1;
  for (const benign of BENIGN_RULES) if (benign.pattern.test(text)) factor *= benign.factor;
  return factor;
}

/** The rule that a line of a log meets. */
export function matchLine(log: LogLines, line: number): ErrorMatch | undefined {
  const body = log.bodyBytes(line);
  return matchErrorBytes(body, 0, body.length);
}
