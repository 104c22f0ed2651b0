// From which fork a pull request's head comes. Apart from what asks a server: a job's environment tells it too.

/** Servers give `null` for a fork that was deleted since. */
const DELETED_FORK = 'a deleted repository';

/** The fork that the head lies in: its full name; undefined where head and base are one repository, or the base is not told. */
export function forkName(headRepo: string | undefined, baseRepo: string | undefined): string | undefined {
  if (baseRepo === undefined || headRepo?.toLowerCase() === baseRepo.toLowerCase()) return undefined;
  return headRepo ?? DELETED_FORK;
}
