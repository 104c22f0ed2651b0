// Shared failure of a dependency: unrelated jobs that were red at about the same time failed the same way, or name the
// same host. That others are red too is no evidence by itself.

import { countText } from '../../store/count-text.ts';
import type { NovelLine } from '../why/case.ts';
import { findHosts } from '../why/hosts.ts';
import type { Evidence, WhyLog } from '../why/question.ts';
import { lineOf, type ReadLog } from '../why/read.ts';
import { templateWords } from '../why/templates.ts';
import {
  type Detection,
  type Detector,
  evidenceOf,
  failureEvidence,
  quote,
  reject,
  type WhyView,
} from '../why/view.ts';
import { saysExit, saysFailure, saysTimeout } from '../why/words.ts';

const SAME_SIGNATURE = 50;
/** A host that both name where they failed: it may have failed each in its own way. */
const SAME_HOST = 12;
/** A line beside the failure rather than the failure itself. */
const BESIDE = 0.2;
/** The same failure in this job's own past: a known flake of both rather than an outage. */
const KNOWN_BEFORE = 0.5;
/** A message this long is hardly the same in two jobs by chance. */
const MIN_WORDS = 4;
/** Lines from the end of a neighbour's log in which its failure is looked for (chosen). */
const TAIL_LINES = 2000;

export const findSharedFailure: Detector = (view) => {
  const { neighbours, question } = view;
  if (question.neighbours.length === 0)
    return reject('shared-failure', 'no: no other job was red at about the same time');
  if (neighbours.red === 0) return reject('shared-failure', 'no: no other job was red within an hour');
  return (
    sameSignature(view) ??
    sameHost(view) ??
    reject(
      'shared-failure',
      `no: ${countText(neighbours.red, 'attempt')} of other jobs ${neighbours.red === 1 ? 'was' : 'were'} red within an hour, but none failed the same way`,
    )
  );
};

/** Lines of the failure that are specific enough to be the same in two jobs only for the same reason. */
function specificLines({ failure, novel }: Pick<WhyView, 'failure' | 'novel'>): readonly NovelLine[] {
  const lastLine = novel.findLast((n) => n.wording === 'none')?.line ?? 0;
  return failure.block
    .filter((n) => isSpecific(n) && !(n.line >= lastLine && looksLikeExit(n.text)))
    .sort((a, b) => Number(b.line === failure.line) - Number(a.line === failure.line));
}

const isSpecific = (n: NovelLine): boolean =>
  n.wording === 'none' &&
  !saysExit(n.text) &&
  templateWords(n.template).filter((w) => /\p{L}{3}/u.test(w) && !/^<\w+>$/.test(w)).length >= 2;

/**
 * A few words and an exit code, whatever the language: the last news of every job that fails is such a line. Codes are 1 to 255, which HTTP statuses and most other numbers of an outage are not.
 */
function looksLikeExit(text: string): boolean {
  const numbers = text.match(/(?<![\p{L}\d.:/_-])\d+(?![\d.:/_%-]|\s?\p{L}{1,2}(?!\p{L}))/gu) ?? [];
  const words = text.match(/\p{L}+/gu) ?? [];
  const code = Number(numbers[0]);
  return (
    numbers.length === 1 && code >= 1 && code <= 255 && words.length <= MAX_EXIT_WORDS && !/[/\\@]|\w\.\w/.test(text)
  );
}
const MAX_EXIT_WORDS = 8;

const jobOf = (log: WhyLog): string => `${log.attempt.repo} ${log.attempt.workflow} ${log.attempt.job}`;

function sameSignature(view: WhyView): Detection | undefined {
  for (const sign of specificLines(view)) {
    const sharing = view.neighbours.read.flatMap((read) => {
      const line = lineOf(read, sign.hash) || lineInOtherWords(view, read, sign.template);
      return line === 0 ? [] : [{ read, line }];
    });
    if (sharing.length === 0) continue;
    const jobs = new Set(sharing.map(({ read }) => jobOf(read.log)));
    const before = view.otherReds.filter((log) => log.has(sign.hash)).length;
    return {
      kind: 'found',
      mechanism: 'shared-failure',
      odds:
        SAME_SIGNATURE * (sign.line === view.failure.line ? 1 : BESIDE) * (before > 1 ? KNOWN_BEFORE : 1) * jobs.size,
      sentence:
        `${countText(sharing.length, 'attempt')} of ${countText(jobs.size, 'other job')} failed with the same line within ` +
        `an hour, ${quote(sign.text)}, and no green attempt has it: what they share failed.`,
      evidence: [...failureEvidence(view), ...sharing.map(({ read, line }) => evidenceOf(read.lines, line))],
      facts: {
        neighbours: sharing.map(({ read }) => read.log.ref),
        redNeighbours: view.neighbours.red,
        jobs: [...jobs],
      },
    };
  }
  return undefined;
}

/** Line of a neighbour that tells the same with another speaker in front; 0 when there is none. */
function lineInOtherWords(view: WhyView, read: ReadLog, template: string): number {
  const tails = new Set(view.speakers.tails(template).filter((tail) => tail.split(' ').length >= MIN_WORDS));
  if (tails.size === 0) return 0;
  const end = template.slice(template.lastIndexOf(' ') + 1);
  for (const line of read.templates.firstLines) {
    const other = read.lines.template(line);
    if (other.endsWith(end) && view.speakers.tails(other).some((tail) => tails.has(tail))) return line;
  }
  return 0;
}

/** A host that the failure names, and a failing line of a neighbour too, and no green attempt in such a line. */
function sameHost(view: WhyView): Detection | undefined {
  const hosts = new Set(view.failure.block.flatMap((n) => findHosts(n.text)));
  if (hosts.size === 0) return undefined;
  const found = view.neighbours.read.flatMap((read) => failingLineWith(read, hosts));
  const [first] = found;
  if (first === undefined) return undefined;
  const host = findHosts(first.text).find((h) => hosts.has(h)) ?? '';
  return {
    kind: 'found',
    mechanism: 'shared-failure',
    odds: SAME_HOST * found.length,
    sentence: `${host} is named where this job failed and where ${countText(found.length, 'attempt')} of other jobs failed within an hour.`,
    evidence: [...failureEvidence(view), ...found],
    facts: { host, neighbours: found.map((e) => e.ref), redNeighbours: view.neighbours.red },
  };
}

function failingLineWith(read: ReadLog, hosts: ReadonlySet<string>): readonly Evidence[] {
  for (let line = read.lines.count; line > Math.max(0, read.lines.count - TAIL_LINES); line--) {
    const text = read.lines.body(line);
    if ((saysFailure(text) || saysTimeout(text)) && findHosts(text).some((h) => hosts.has(h)))
      return [evidenceOf(read.lines, line)];
  }
  return [];
}
