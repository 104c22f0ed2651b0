// An error as people and scripts read it: what happened, then what to do. Nothing from outside reaches a terminal raw.
import { AppError, reasonOf } from '../store/errors.ts';
import { showText } from '../store/visible-text.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { terminalJson } from './json-sink.ts';

/** The text for stderr, with a final newline. */
export function errorText(error: unknown, options: { readonly json: boolean; readonly debug: boolean }): string {
  const { code, message, hint } = wordsOf(error);
  const stack = options.debug && error instanceof Error ? `${showText(error.stack ?? '')}\n` : '';
  if (options.json) return `${terminalJson(JSON.stringify({ code, message, hint }))}\n${stack}`;
  return `firstred: ${showText(oneLine(message))}\n  ${showText(oneLine(hint))}\n${stack}`;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

function wordsOf(error: unknown): { readonly code: string; readonly message: string; readonly hint: string } {
  if (error instanceof AppError) return error;
  return {
    code: 'UNEXPECTED',
    message: `unexpected failure: ${reasonOf(error)}`,
    hint: 'this is a fault in firstred: please report it with what `--debug` adds',
  };
}

/** The exit code of an error that is no AppError. 1 would mean "no", so it is 2. */
export const exitOf = (_error: unknown): ExitCode => EXIT.usage;
