// An error as the page gets it: the status code and `{code, message, hint}`, as `--json` prints it on the command line.
import { AppError, type ErrorCode, reasonOf } from '../store/errors.ts';
import { stripControls } from '../store/visible-text.ts';

const STATUS = {
  USAGE: 400,
  PATTERN_TOO_COSTLY: 400,
  REFUSED: 403,
  INPUT_MISSING: 404,
  NOT_FOUND: 404,
  STORE_MISSING: 404,
  INDEX_BUSY: 503,
  INDEX_UNSUPPORTED: 503,
  STORE_UNAVAILABLE: 503,
  PROVIDER_UNAVAILABLE: 503,
  STORE_FULL: 507,
  INPUT_UNREADABLE: 500,
  STORE_DAMAGED: 500,
  FORMAT_TOO_NEW: 500,
  INDEX_TOO_NEW: 500,
  INDEX_DAMAGED: 500,
  PROVIDER_UNSUPPORTED: 500,
  INTERRUPTED: 503,
} as const satisfies Record<ErrorCode, number>;

/** Three fields that a page or a script can show or act on. */
export interface FailureJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The words of any thrown value; never a stack. */
export const failureJson = (error: unknown): FailureJson =>
  error instanceof AppError
    ? { code: error.code, message: stripControls(error.message), hint: stripControls(error.hint) }
    : {
        code: 'UNEXPECTED',
        message: stripControls(reasonOf(error)),
        hint: 'this is a fault in firstred: please report it',
      };

/** The answer to a question that failed. */
export const failureResponse = (error: unknown): Response =>
  jsonResponse(failureJson(error), error instanceof AppError ? STATUS[error.code] : 500);

/** A JSON answer. */
export const jsonResponse = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
