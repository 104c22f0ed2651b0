// The inputs of the CI action (action.yml) as what `archive` takes: options of the command, and settings by their names.
import { AppError } from '../store/errors.ts';
import { type CommandInput, commandInput } from './command.ts';
import type { Environment } from './config.ts';
import { parseDurationMs } from './times.ts';

/** What the action was given. */
export interface ActionInputs {
  /** As if it had been typed. */
  readonly input: CommandInput;
  /** Settings as flags give them. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Inputs that stand for variables which the rest of the program reads. */
  readonly env: Environment;
}

/** Inputs that are a flag of `archive`, whose name is the same. */
const TEXTS = ['name', 'job', 'workflow', 'conclusion', 'time-limit'] as const;
/** Inputs that are a repeatable flag: a line or a word each. */
const LISTS = { label: /\n/, 'mask-env': /[\s,]+/, 'mask-file': /\n/ } as const;
/** Inputs that are a setting. */
const SETTINGS = ['store', 's3-endpoint'] as const;
/** Inputs that are a setting or an answer which has no flag. */
const VARIABLES = {
  's3-region': 'FIRSTRED_S3_REGION',
  's3-path-style': 'FIRSTRED_S3_PATH_STYLE',
  'server-url': 'FIRSTRED_SERVER_URL',
  spool: 'FIRSTRED_SPOOL',
} as const;

/** The options of `archive --no-fail --no-index` in a step of a job. USAGE when no store is named. */
export function readActionInputs(env: Environment): ActionInputs {
  const flags = Object.fromEntries(SETTINGS.map((name) => [camel(name), findInput(env, name)]));
  if (flags['store'] === undefined && (env['FIRSTRED_STORE'] ?? '') === '')
    throw new AppError('USAGE', 'the action was given no store, so nothing is kept', {
      hint: 'give it `store`: a folder that outlasts the job, or s3://bucket/prefix; a secret that is empty counts as none',
    });
  const texts = TEXTS.map((name) => [camel(name), findInput(env, name)] as const);
  const lists = Object.entries(LISTS).map(([name, between]) => [camel(name), listOf(findInput(env, name), between)]);
  const variables = Object.entries(VARIABLES).map(([name, variable]) => [variable, findInput(env, name)]);
  return {
    input: commandInput([], { ...Object.fromEntries([...texts, ...lists]), fail: false, index: false }),
    flags,
    env: Object.fromEntries(variables.filter(([, value]) => value !== undefined)),
  };
}

/** chosen: a log of 1 GB takes a minute; servers end a cancelled job's steps after some five. */
const TIME_LIMIT_MS = 4 * 60_000;

/** `timeout`: after that long the action gives up. USAGE when it is no duration. */
export function readTimeLimit(env: Environment): number {
  const text = findInput(env, 'timeout');
  return text === undefined ? TIME_LIMIT_MS : parseDurationMs(text);
}

/** Runners keep the hyphen of a name, but a shell between them and us may not. Empty is not given. */
function findInput(env: Environment, name: string): string | undefined {
  const variable = `INPUT_${name.toUpperCase()}`;
  const value = (env[variable] ?? env[variable.replaceAll('-', '_')])?.trim();
  return value === '' ? undefined : value;
}

const listOf = (text: string | undefined, between: RegExp): readonly string[] =>
  (text ?? '')
    .split(between)
    .map((word) => word.trim())
    .filter((word) => word !== '');

const camel = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
