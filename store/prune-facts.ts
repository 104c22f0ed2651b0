// Facts that no longer say anything: a later one of the same subject has taken their place, or their name has lapsed.
// Tombstones stay for ever, as they outlive what they bury.
import type { Fact } from './facts.ts';
import { factKey, type ObjectKey } from './keys.ts';

/** Keys of facts older than `beforeMs` without which everything stays as it is. `facts` are all there are. */
export function findSpentFacts(facts: readonly Fact[], beforeMs: number): readonly ObjectKey[] {
  const later = new Map<string, Fact>();
  const spent: ObjectKey[] = [];
  const newestFirst = [...facts].sort((a, b) => b.storedAtMs - a.storedAtMs || (a.id < b.id ? 1 : -1));
  for (const fact of newestFirst) {
    const subject = subjectOf(fact);
    const replacedBy = subject === undefined ? undefined : later.get(subject);
    if (fact.storedAtMs < beforeMs && (hasLapsed(fact, beforeMs) || isReplaced(fact, replacedBy)))
      spent.push(factKey(fact.storedAtMs, fact.id));
    if (subject !== undefined && replacedBy === undefined) later.set(subject, fact);
  }
  return spent.reverse();
}

/** What a fact speaks of: the last one of a subject wins. */
function subjectOf(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'conclusion':
    case 'identity': {
      const { repo, providerId, sha, workflow, job, run, attempt } = fact.subject;
      const whole = [sha, workflow, job, run, attempt].map((part) => part ?? null);
      return JSON.stringify([fact.kind, repo, providerId ?? null, ...(providerId === undefined ? whole : [])]);
    }
    case 'mechanism':
    case 'unname': {
      const { repo, workflow, job, sha } = fact.scope;
      return JSON.stringify(['name', fact.signature, repo ?? null, workflow ?? null, job ?? null, sha ?? null]);
    }
    case 'rename':
      return JSON.stringify(['rename', fact.from]);
    case 'tombstone':
      return undefined;
    default:
      return fact satisfies never;
  }
}

function isReplaced(fact: Fact, by: Fact | undefined): boolean {
  if (by === undefined) return false;
  // Identities add up: one is replaced only by a later one that sets all that it does.
  if (fact.kind === 'identity' && by.kind === 'identity')
    return Object.keys(fact.set).every((name) => Object.hasOwn(by.set, name));
  if (fact.kind === 'conclusion' && by.kind === 'conclusion')
    return fact.finishedAt === undefined || by.finishedAt !== undefined;
  return true;
}

const hasLapsed = (fact: Fact, beforeMs: number): boolean =>
  fact.kind === 'mechanism' && Date.parse(fact.until) < beforeMs;
