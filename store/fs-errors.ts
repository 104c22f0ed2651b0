// What a file system's refusals mean to a person. The one place where errno names become error codes of firstred.
import { AppError, systemErrorCode } from './errors.ts';

/** `error` of a system call on `path`, as an AppError. One that is an AppError already stays as it is. */
export function fsError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const code = systemErrorCode(error);
  const fail = (as: AppError['code'], what: string, hint: string): AppError =>
    new AppError(as, `${path}: ${what}`, { hint, cause: error });
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('STORE_FULL', 'no space left', 'free space or raise the quota, then run the command again');
    case 'EFBIG':
      return fail('STORE_FULL', 'the file would be too large here', 'use a file system without that limit');
    case 'EACCES':
    case 'EPERM':
      return fail('REFUSED', 'permission denied', 'give this user the right to write there, or name another store');
    case 'EROFS':
      return fail('REFUSED', 'the file system is read-only', 'mount it writable, or name another store');
    case 'ELOOP':
      return fail('REFUSED', 'is a symbolic link, which a store does not follow', 'put the real folder there');
    case 'ENAMETOOLONG':
      return fail('REFUSED', 'the name is too long for this file system', 'keep the store on another file system');
    case 'ENOTDIR':
    case 'EISDIR':
      return fail('STORE_DAMAGED', 'a file stands where a folder should be, or the reverse', 'run `firstred verify`');
    default:
      return fail(
        'STORE_UNAVAILABLE',
        `the file system failed${code === undefined ? '' : ` (${code})`}`,
        'check the disk or mount, then run the command again',
      );
  }
}
