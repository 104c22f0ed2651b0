// Red attempts of other jobs at about the time of the target: the few that are worth reading.
import type { Failure } from './failure.ts';
import type { WhyLog, WhyQuestion } from './question.ts';
import { type ReadLog, readFirst } from './read.ts';

export interface Neighbours {
  /** Red attempts of other jobs within an hour. */
  readonly red: number;
  /** Those that were read: first the ones that seem to have the target's failure. */
  readonly read: readonly ReadLog[];
}

/** Red within this of each other: most outages are over after that (chosen). */
const NEAR_MS = 60 * 60_000;
const READ = { logs: 3, bytes: 8_000_000 };

/** Reads neighbours that seem to share a line of the failure, else the nearest. */
export async function readNeighbours(question: WhyQuestion, failure: Failure): Promise<Neighbours> {
  const { startedAtMs = 0, finishedAtMs = startedAtMs } = question.target.attempt;
  const distance = (log: WhyLog): number => {
    const from = log.attempt.startedAtMs ?? 0;
    const to = log.attempt.finishedAtMs ?? from;
    return Math.max(0, from - finishedAtMs, startedAtMs - to);
  };
  const near = question.neighbours.filter((log) => distance(log) <= NEAR_MS);
  const shares = (log: WhyLog): number => (failure.block.some((n) => log.has(n.hash)) ? 0 : 1);
  const order = [...near].sort(
    (a, b) => shares(a) - shares(b) || distance(a) - distance(b) || (a.ref < b.ref ? -1 : 1),
  );
  return { red: near.length, read: await readFirst(order, READ) };
}
