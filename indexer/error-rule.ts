// The shape of an error rule. Rules are data: what tools print by structure, never a project's own words.

/**
 * What a rule finds: `cause` says what went wrong; `test` names a failed test; `summary` counts or repeats failures;
 * `exit` says that something before it failed; `weak` only has the word; `context` belongs to an error near it.
 */
export type ErrorKind = 'cause' | 'test' | 'summary' | 'exit' | 'weak' | 'context';

export interface ErrorRule {
  readonly id: string;
  readonly kind: ErrorKind;
  /** 0..1: how sure such a line is about what went wrong, seen alone. */
  readonly weight: number;
  /**
   * Pieces of text, lower case, of which every match of `pattern` holds one in any case: a line without any is never
   * tried. The more telling, the cheaper. A test checks them against the samples of each rule.
   */
  readonly needs: readonly string[];
  readonly pattern: RegExp;
}

/** Lines that look like errors and are none, or less: the factor is multiplied with the weight. */
export interface BenignRule {
  readonly id: string;
  readonly factor: number;
  readonly pattern: RegExp;
}

/** One row of a rule table; `needs` is written with `|` between the pieces. */
export const rule = (id: string, kind: ErrorKind, weight: number, needs: string, pattern: RegExp): ErrorRule => ({
  id,
  kind,
  weight,
  needs: needs.split('|'),
  pattern,
});

/** A rule that lowers the weight of a line that only looks like an error. */
export const benign = (id: string, factor: number, pattern: RegExp): BenignRule => ({ id, factor, pattern });
