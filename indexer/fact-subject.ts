// Facts about attempts: under which subject they are kept, and which speak of a given attempt.
import type { Attempt } from '../store/attempt.ts';
import type { AttemptSubject, Fact, FactContent } from '../store/facts.ts';
import type { IndexReadDatabase } from './database.ts';
import { FACTS_OF_SUBJECT } from './statements-facts.ts';

/** A fact that changes what an attempt's row says. */
export type AttemptFact = Extract<FactContent, { readonly kind: 'conclusion' | 'identity' }>;

/** The provider's id where it is known, else the whole identity. */
export function subjectKey(subject: AttemptSubject): string {
  if (subject.providerId !== undefined) return JSON.stringify([subject.repo, subject.providerId]);
  const { repo, sha, workflow, job, run, attempt } = subject;
  return JSON.stringify([repo, sha ?? null, workflow ?? null, job ?? null, run ?? null, attempt ?? null]);
}

/** Facts that speak of `identity`, oldest first; identities before conclusions, as they may complete what those need. */
export function factsOfAttempt(db: IndexReadDatabase, identity: Attempt): AttemptFact[] {
  const { repo, providerId, ...rest } = identity;
  if (repo === undefined) return [];
  const keys = [subjectKey({ ...rest, repo, providerId: undefined })];
  if (providerId !== undefined) keys.unshift(subjectKey({ repo, providerId }));
  return (['identity', 'conclusion'] as const).flatMap((kind) =>
    keys
      .flatMap((subject) => db.all(FACTS_OF_SUBJECT, { kind, subject }))
      .sort((a, b) => a.stored_ms - b.stored_ms)
      .map((row) => JSON.parse(row.content) as AttemptFact),
  );
}

/** What a fact is kept under: the attempt, signature, log or repository that it speaks of. */
export function subjectOf(fact: Fact): string {
  switch (fact.kind) {
    case 'conclusion':
    case 'identity':
      return subjectKey(fact.subject);
    case 'mechanism':
    case 'unname':
      return fact.signature;
    case 'tombstone':
      return fact.logId;
    case 'rename':
      return fact.from;
    default:
      return fact satisfies never;
  }
}
