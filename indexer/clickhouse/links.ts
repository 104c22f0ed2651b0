// What ties captures and facts to one attempt, as texts that the engine looks for: `p…` and `i…` make two captures one
// attempt, by the provider's id or by the whole identity; `s…` is the subject of a fact.
import type { Attempt } from '../../store/attempt.ts';
import { subjectKey } from '../fact-subject.ts';

/** The links of an identity. An identity without a number is another capture's only where the start is the same. */
export function linksOf(identity: Attempt): readonly string[] {
  const { repo, sha, workflow, job, run, attempt, providerId, startedAtMs } = identity;
  const links: string[] = [];
  if (providerId !== undefined) links.push(`p${JSON.stringify([repo ?? null, providerId])}`);
  if (attempt !== undefined || startedAtMs !== undefined)
    links.push(
      `i${JSON.stringify([repo, sha, workflow, job, run, attempt, attempt === undefined ? startedAtMs : null].map((v) => v ?? null))}`,
    );
  if (repo !== undefined) {
    links.push(linkOfSubject(subjectKey({ ...identity, repo, providerId: undefined })));
    if (providerId !== undefined) links.push(linkOfSubject(subjectKey({ repo, providerId })));
  }
  return links;
}

/** The link of what a fact speaks of. */
export const linkOfSubject = (subject: string): string => `s${subject}`;

/** The subjects among links. */
export const subjectsIn = (links: Iterable<string>): readonly string[] =>
  [...links].filter((link) => link.startsWith('s')).map((link) => link.slice(1));

/** The links that make captures one attempt. */
export const joiningLinks = (links: Iterable<string>): readonly string[] =>
  [...links].filter((link) => !link.startsWith('s'));

/**
 * What `place` knows a link by: an identity and its subject by their commit, which is there already; a provider's id as the link that
 * joins. As PLACE_IDS in schema.ts.
 */
export function placeIdOf(link: string): string {
  const parts = JSON.parse(link.slice(1)) as readonly (string | number | null)[];
  return parts.length === 2 ? `p${link.slice(1)}` : String(parts[1] ?? '');
}

/** Those of several links, each once. */
export const placeIdsOf = (links: Iterable<string>): ReadonlySet<string> => new Set([...links].map(placeIdOf));
