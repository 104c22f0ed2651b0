// What one CI system's file in this folder gives: how to see that it is here, and the identity of the running job.
import type { Attempt } from '../../store/attempt.ts';
import type { EnvironmentVariables } from './variables.ts';

/** Reads a small text file; undefined when it is not there or not readable. */
export type ReadText = (path: string) => string | undefined;

/** One CI system as seen from inside a job. To add one: a file, a line in env.ts, a folder of fixtures. */
export interface Environment {
  readonly name: string;
  /** The variable that tells its presence, for messages. */
  readonly variable: string;
  isHere(env: EnvironmentVariables): boolean;
  /** What is not told stays undefined; nothing is guessed. */
  read(env: EnvironmentVariables, readText: ReadText): Attempt;
}
