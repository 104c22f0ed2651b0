// The one error type that leaves a folder, and its codes. Which exit code each code becomes is cli/exit-codes.ts.

/** What went wrong, as a stable word for scripts. */
export type ErrorCode =
  | 'USAGE' // the words of the call, a flag, a REF, a query or a configuration value are wrong
  | 'INPUT_MISSING' // a file or folder that was named is not there
  | 'INPUT_UNREADABLE' // it is there, but is a folder, not permitted, or not what it should be
  | 'NOT_FOUND' // nothing kept answers to this name
  | 'REFUSED' // the other side said no: credentials, rights, signature
  | 'STORE_UNAVAILABLE' // the store did not answer, or not in time: trying again may help
  | 'STORE_MISSING' // the bucket or folder does not exist
  | 'STORE_DAMAGED' // bytes are not what their digest, range or manifest says
  | 'STORE_FULL' // no space left on the device, or quota used up
  | 'FORMAT_TOO_NEW' // written by a newer firstred
  | 'INDEX_TOO_NEW'
  | 'INDEX_DAMAGED'
  | 'INDEX_BUSY'
  | 'INDEX_UNSUPPORTED' // SQLite's native module is not there or not made for this machine
  | 'PROVIDER_UNAVAILABLE' // the CI server did not answer, or not in time
  | 'PROVIDER_UNSUPPORTED' // this version of the CI server cannot do it
  | 'PATTERN_TOO_COSTLY' // a user's pattern was refused or timed out
  | 'INTERRUPTED';

/**
 * An error that a person can act on: `message` says what happened and names the object, `hint` says what to do.
 * Neither ever holds a secret or a whole line of a log.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …), or undefined. */
export const systemErrorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Text of any thrown value, for a message: never a stack. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
