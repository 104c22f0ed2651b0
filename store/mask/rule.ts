// The form of the rules for known kinds of tokens. The rules themselves are data: mask-tokens-*.ts.

/** A token that its own text gives away. */
export interface TokenRule {
  /** Counted under this name in the manifest. */
  readonly id: string;
  /** Fixed text, in either case for the automaton; the expression below says which case is meant. */
  readonly key: string;
  /** What follows the key (after `back` characters before it); every quantifier is bounded. */
  readonly tail: string;
  /** Characters before the key that belong to the token, fewest and most. */
  readonly back: readonly [number, number];
  /** What those characters are; '' without any. */
  readonly head: string;
  /** Neighbours that are refused: a letter or digit before (`l`), any of `\w+/-` before (`L`), a letter or digit after (`r`). */
  readonly edges: string;
  /** Characters of the match that stay (a webhook's host is no secret). */
  readonly keep: number;
}

/** Characters of tokens, for the tables. */
export const A = '[A-Za-z0-9]';
export const W = '[\\w-]';
export const H = '[0-9a-f]';
export const HX = '[0-9A-Fa-f]';
export const U = '[A-Z0-9]';
export const L = '[a-z0-9]';
export const B = '[A-Za-z0-9+/]';
export const BU = '[\\w+/-]';
export const ID = `${HX}{8}-${HX}{4}-${HX}{4}-${HX}{4}-${HX}{12}`;

/** One row of a table: name, fixed text, what follows, edges. */
export type Row = readonly [id: string, key: string, tail: string, edges?: string];

/** A row as a rule. */
export const ruleOf = ([id, key, tail, edges = '']: Row): TokenRule => ({
  id,
  key,
  tail,
  edges,
  back: [0, 0],
  head: '',
  keep: 0,
});
