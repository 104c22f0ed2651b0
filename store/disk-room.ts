// How much a log in the making may take of the disk: the job that we keep the log of needs room as well.
import { statfs } from 'node:fs/promises';
import { systemErrorCode } from './errors.ts';

/** chosen: what a job is left with at least; on a small disk a twentieth of it. */
const MIN_FREE_BYTES = 256 * 1024 * 1024;
const MIN_FREE_SHARE = 1 / 20;

/** Bytes that may still be written below `folder`; infinite where the system does not tell. */
export async function roomIn(folder: string): Promise<number> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return Math.max(0, bavail * bsize - Math.min(MIN_FREE_BYTES, blocks * bsize * MIN_FREE_SHARE));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Whether an error means that no more can be written: the disk, the quota or the largest file is full. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemErrorCode(error) ?? '');
