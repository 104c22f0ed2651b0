// Which masker a capture gets: told values from the environment and files, or, on two explicit flags, none.
import { readFileSync } from 'node:fs';
import { AppError, reasonOf } from '../store/errors.ts';
import { createMasker, createOpenMasker, type Masker, type ToldValue } from '../store/mask.ts';
import { toldValuesOf } from '../store/told-values.ts';
import type { CommandInput, CommandOption } from './command.ts';
import type { Environment } from './config.ts';

/** Which values are secrets beside those that the rules know. */
export const MASK_VALUE_OPTIONS: readonly CommandOption[] = [
  { flags: '--mask-env <name...>', summary: 'mask the value of this environment variable too; repeatable' },
  { flags: '--mask-file <file...>', summary: 'mask each line of this file; repeatable' },
];

export const MASK_OPTIONS: readonly CommandOption[] = [
  ...MASK_VALUE_OPTIONS,
  { flags: '--no-mask', summary: 'keep secrets as they are; needs --i-know, and the manifest says so' },
  { flags: '--i-know', summary: 'confirms --no-mask' },
];

/**
 * Gives a new masker for each log. A masker that cannot start is an error before anything is read: USAGE for
 * `--no-mask` alone, INPUT_MISSING or INPUT_UNREADABLE for a mask file.
 */
export function readMasking(input: CommandInput, env: Environment): () => Masker {
  if (input.isOff('mask')) {
    if (input.flag('iKnow')) return createOpenMasker;
    throw new AppError('USAGE', '--no-mask keeps secrets in the archive for years', {
      hint: 'say --no-mask --i-know if that is what you want',
    });
  }
  const told = [...toldValuesOf(env), ...readNamedValues(input, env)];
  return () => createMasker({ told });
}

/** Values that flags name. USAGE, INPUT_UNREADABLE. */
export function readNamedValues(input: CommandInput, env: Environment): readonly ToldValue[] {
  const told: ToldValue[] = [];
  for (const name of input.list('maskEnv')) told.push(namedValue(name, env));
  for (const path of input.list('maskFile')) told.push(...valuesInFile(path));
  return told;
}

function namedValue(name: string, env: Environment): ToldValue {
  const value = env[name];
  if (value === undefined || value === '')
    throw new AppError('USAGE', `--mask-env ${name}: there is no such environment variable, or it is empty`, {
      hint: 'pass the secret to this step’s environment, or leave the flag out',
    });
  return { name, value };
}

function valuesInFile(path: string): readonly ToldValue[] {
  try {
    const lines = readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
    return lines.map((value) => ({ name: 'mask-file', value }));
  } catch (cause) {
    throw new AppError('INPUT_UNREADABLE', `--mask-file ${path} cannot be read: ${reasonOf(cause)}`, {
      hint: 'nothing was kept: check the path, as its values would have gone unmasked',
      cause,
    });
  }
}
