// The one table of exit codes. A script must treat a number it does not know as a failure.
import type { ErrorCode } from '../store/errors.ts';

export const EXIT = {
  done: 0,
  no: 1,
  usage: 2,
  partly: 20,
  notFound: 21,
  refused: 23,
  notYet: 24,
  damaged: 25,
  interrupted: 130,
} as const;

/** An exit code; `run` may return any of its child's. */
export type ExitCode = number;

/** What a command that a signal has stopped ends with, as shells count. */
export const exitOfSignal = (signal: AbortSignal): ExitCode => (signal.reason === 'SIGTERM' ? 143 : EXIT.interrupted);

/** Which exit code an error ends a command with. */
export const EXIT_OF_ERROR = {
  USAGE: EXIT.usage,
  INPUT_MISSING: EXIT.notFound,
  INPUT_UNREADABLE: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  REFUSED: EXIT.refused,
  STORE_UNAVAILABLE: EXIT.notYet,
  STORE_MISSING: EXIT.notFound,
  STORE_DAMAGED: EXIT.damaged,
  STORE_FULL: EXIT.notYet,
  FORMAT_TOO_NEW: EXIT.usage,
  INDEX_TOO_NEW: EXIT.usage,
  INDEX_DAMAGED: EXIT.damaged,
  INDEX_BUSY: EXIT.notYet,
  INDEX_UNSUPPORTED: EXIT.usage,
  PROVIDER_UNAVAILABLE: EXIT.notYet,
  PROVIDER_UNSUPPORTED: EXIT.refused,
  PATTERN_TOO_COSTLY: EXIT.usage,
  INTERRUPTED: EXIT.interrupted,
} as const satisfies Record<ErrorCode, ExitCode>;
