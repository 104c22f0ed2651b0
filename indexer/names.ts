// Names: which mechanism people gave a signature, where that holds and until when. Pure; facts come from the index.
import { type Attempt, forkOf } from '../store/attempt.ts';
import type { Fact, NameScope } from '../store/facts.ts';

export type NameFact = Extract<Fact, { readonly kind: 'mechanism' | 'unname' }>;

/** A name that holds now. */
export interface ActiveName {
  readonly signature: string;
  readonly mechanism: string;
  readonly issue: string | undefined;
  readonly note: string | undefined;
  readonly scope: NameScope;
  readonly by: string;
  readonly untilMs: number;
}

/** The names that hold at `nowMs`: the latest fact of a signature and scope wins, a taken-back or lapsed one is none. */
export function activeNames(facts: readonly NameFact[], nowMs: number): readonly ActiveName[] {
  const latest = new Map<string, NameFact>();
  for (const fact of [...facts].sort((a, b) => a.storedAtMs - b.storedAtMs || (a.id < b.id ? -1 : 1)))
    latest.set(JSON.stringify([fact.signature, scopeKey(fact.scope)]), fact);
  return [...latest.values()].flatMap((fact) => {
    if (fact.kind === 'unname') return [];
    const untilMs = Date.parse(fact.until);
    if (Number.isNaN(untilMs) || untilMs <= nowMs) return [];
    const { signature, mechanism, issue, note, scope, by } = fact;
    return [{ signature, mechanism, issue, note, scope, by, untilMs }];
  });
}

const scopeKey = (scope: NameScope): readonly (string | null)[] => [
  scope.repo ?? null,
  scope.workflow ?? null,
  scope.job ?? null,
  scope.sha ?? null,
];

/**
 * The name of `signature` that holds for this attempt: the narrowest scope wins. A fork's author writes the log, and could
 * write any line that was named once: there only a name of this very commit holds.
 */
export function findName(names: readonly ActiveName[], signature: string, attempt: Attempt): ActiveName | undefined {
  const fits = names.filter((name) => name.signature === signature && holdsFor(name.scope, attempt));
  return fits.sort((a, b) => width(a.scope) - width(b.scope))[0];
}

const holdsFor = (scope: NameScope, attempt: Attempt): boolean =>
  (scope.repo === undefined || scope.repo === attempt.repo) &&
  (scope.workflow === undefined || scope.workflow === attempt.workflow) &&
  (scope.job === undefined || scope.job === attempt.job) &&
  (scope.sha === undefined ? forkOf(attempt) === undefined : attempt.sha?.startsWith(scope.sha) === true);

/** How many of repository, workflow, job and commit a scope leaves open. */
const width = (scope: NameScope): number =>
  [scope.repo, scope.workflow, scope.job, scope.sha].filter((each) => each === undefined).length;
