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

/** What every rule needs somewhere: one cheap test in front of many dear ones. */
const HINT =
  /err|fail|exce|fatal|panic|abort|assert|cannot|can't|not |n't|unab|invalid|unexp|expect|received|undef|unres|unkn|missing|denied|refus|reset|timed?.?out|time limit|exceed|kill|crash|signal|sig[a-z]{3,}|exit|core dump|traceback|halted|died|oops|bug|wrong|problem|conflict|corrupt|broken|mismatch|violation|no space|no such|no module|no matching|no output|memory|too many|unauthori|forbidden|rate limit|certificate|unreach|expired|overflow|leak|race|stopp|stop\b|cancel|went|unstable|marked build|giv|gave|wait|terminat|busy|in use|not ok|[\u2715\u2717\u2718\u00d7\u2716\u274c\u25cf]|would reformat|formatting|style|sits|refs|dirty|sync|quota|: \*\*\*|_{3,}|^E\s|4\d\d|5\d\d|illegal|fault|unsucc|unrecog|unsupp|redecl|duplicate|incompat|unused|should|must|syntax|does|could|actual|was|but|got|want|left|right|fehler|erreur|unhealthy|help|more help|try:|locate|resolve|what went/i;

/** The rule that `text` (visible, without a time stamp) meets; undefined for a line that shows no error. */
export function matchError(text: string): ErrorMatch | undefined {
  const head = text.length > RULE_CHARS ? text.slice(0, RULE_CHARS) : text;
  if (!HINT.test(head)) return undefined;
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
