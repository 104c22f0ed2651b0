// Which rule a line meets, and how much it weighs after what speaks against it.
import { BENIGN_RULES, ERROR_RULES, type ErrorKind, type ErrorRule } from './error-rules.ts';

/** A line's rule and its weight. */
export interface ErrorMatch {
  readonly rule: string;
  readonly kind: ErrorKind;
  /** Weight of the rule after benign rules. */
  readonly weight: number;
}

/** Characters of a line that rules see: bounds every pattern's time (chosen; error messages come first in a line). */
const RULE_CHARS = 600;

/**
 * The rule that `text` (visible, without a time stamp) meets; undefined for a line that shows no error. Ask
 * hasErrorHint first where there are many lines.
 */
export function matchError(text: string): ErrorMatch | undefined {
  const head = text.length > RULE_CHARS ? text.slice(0, RULE_CHARS) : text;
  const rule = findRule(head);
  if (rule === undefined) return undefined;
  let weight = rule.weight;
  for (const b of BENIGN_RULES) if (b.pattern.test(head)) weight *= b.factor;
  return { rule: rule.id, kind: rule.kind, weight };
}

function findRule(text: string): ErrorRule | undefined {
  for (const rule of ERROR_RULES) if (rule.pattern.test(text)) return rule;
  return undefined;
}
