// Reads the configuration once: built-in < what other tools name so < system < user < repository < environment < flags, each
// value with its origin.
// The only file that looks at the process's environment.

import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError, reasonOf } from '../store/errors.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { parseSizeBytes } from './sizes.ts';
import { parseDurationMs } from './times.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from: `built-in`, a file's path, `environment FIRSTRED_STORE` or `flag --store`. */
export interface ConfigValue {
  readonly name: SettingName;
  readonly value: string | undefined;
  readonly origin: string;
}

export interface Config {
  readonly store: string;
  readonly index: string;
  readonly spool: string;
  /** The spool outlasts this CI job, or this is no CI job. */
  readonly spoolLasts: boolean;
  /** What waiting logs may take together. */
  readonly spoolMaxBytes: number;
  readonly cache: string;
  /** What commands remember for this user. */
  readonly state: string;
  readonly s3Endpoint: string | undefined;
  readonly s3PathStyle: boolean | undefined;
  readonly s3AllowHttp: boolean;
  readonly s3Region: string | undefined;
  readonly storeTimeoutMs: number;
  readonly author: string;
  readonly repo: string | undefined;
  readonly values: readonly ConfigValue[];
  readonly env: Environment;
}

export interface ConfigSources {
  readonly env: Environment;
  /** Flags by setting name. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly workingFolder: string;
}

/** The process's environment and working folder, for `main.ts`. */
export const processSources = (): Omit<ConfigSources, 'flags'> => ({ env: process.env, workingFolder: process.cwd() });

/** chosen: enough for a store that is slow, short enough for a CI job's end. */
const DEFAULT_STORE_TIMEOUT = '15s';
/** chosen: some 30 GB of text, a tenth of a small runner's disk. */
const DEFAULT_SPOOL_MAX = '2GB';

/** Reads everything. USAGE when a file is no JSON, has an unknown name or sets what it must not. */
export async function readConfig(sources: ConfigSources): Promise<Config> {
  const { env } = sources;
  const folders = await foldersOf(env);
  const values = new Map<SettingName, ConfigValue>(
    Object.entries(builtIn(folders)).map(([name, value]) => [
      name as SettingName,
      { name: name as SettingName, value, origin: 'built-in' },
    ]),
  );
  for (const setting of SETTINGS) {
    const variable = 'commonEnv' in setting && setting.commonEnv.find((each) => (env[each] ?? '') !== '');
    if (variable)
      values.set(setting.name, { name: setting.name, value: env[variable], origin: `environment ${variable}` });
  }
  for (const file of configFiles(folders, sources.workingFolder))
    for (const [name, value] of readConfigFile(file)) values.set(name, { name, value, origin: file.path });
  for (const { name, env: variable } of SETTINGS)
    if ((env[variable] ?? '') !== '')
      values.set(name, { name, value: env[variable], origin: `environment ${variable}` });
  for (const setting of SETTINGS) {
    const { name } = setting;
    const flag = sources.flags[name];
    // `--no-index` beside `--index FILE` makes commander say true where neither is given.
    const isSwitch = 'flags' in setting && !setting.flags.includes('<');
    if (typeof flag === 'string' || (isSwitch && flag === true))
      values.set(name, { name, value: String(flag), origin: `flag --${kebab(name)}` });
  }
  const text = (name: SettingName): string | undefined => values.get(name)?.value;
  return {
    store: locate(text('store') ?? '', sources.workingFolder),
    index: locate(text('index') ?? '', sources.workingFolder),
    spool: resolve(sources.workingFolder, text('spool') ?? ''),
    spoolLasts: values.get('spool')?.origin !== 'built-in' || (env['CI'] ?? '') === '',
    spoolMaxBytes: readAs(parseSizeBytes, text('spoolMax') ?? DEFAULT_SPOOL_MAX, 'FIRSTRED_SPOOL_MAX'),
    cache: folders.cache,
    state: folders.state,
    s3Endpoint: text('s3Endpoint'),
    s3PathStyle: text('s3PathStyle') === undefined ? undefined : isYes(text('s3PathStyle')),
    s3AllowHttp: isYes(text('s3AllowHttp')),
    s3Region: text('s3Region'),
    storeTimeoutMs: readAs(parseDurationMs, text('storeTimeout') ?? DEFAULT_STORE_TIMEOUT, 'FIRSTRED_STORE_TIMEOUT'),
    author: text('author') ?? loginName(),
    repo: text('repo'),
    values: SETTINGS.map(({ name }) => values.get(name) ?? { name, value: undefined, origin: 'not set' }),
    env,
  };
}

const USER_INFO = /(:\/\/)[^/?#\s@]{1,400}@/g;
/** Addresses in a text without the user and password that some have before their host. */
export const withoutUserInfo = (text: string): string => text.replace(USER_INFO, '$1***@');

const isYes = (text: string | undefined): boolean => ['true', '1', 'yes'].includes(text ?? '');

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

interface Folders {
  readonly data: string;
  readonly config: string;
  readonly cache: string;
  readonly state: string;
}

/**
 * Containers run jobs as a user that has neither an entry nor HOME, and libraries that ask for the home folder as they
 * load (env-paths, the AWS SDK) throw then. Debian's name for no home: what would be kept there goes elsewhere or is told.
 */
function giveHome(): void {
  try {
    homedir();
  } catch {
    process.env['HOME'] = '/nonexistent';
  }
}

/** XDG on Linux, the platform's own folders elsewhere; XDG variables win everywhere. */
async function foldersOf(env: Environment): Promise<Folders> {
  giveHome();
  const { default: envPaths } = await import('env-paths');
  const platform = envPaths('firstred', { suffix: '' });
  const xdg = (variable: string, fallback: string): string =>
    (env[variable] ?? '').startsWith('/') ? join(env[variable] ?? '', 'firstred') : fallback;
  return {
    data: xdg('XDG_DATA_HOME', platform.data),
    config: xdg('XDG_CONFIG_HOME', platform.config),
    cache: xdg('XDG_CACHE_HOME', platform.cache),
    state: xdg('XDG_STATE_HOME', platform.log),
  };
}

const builtIn = (folders: Folders): Partial<Record<SettingName, string>> => ({
  store: join(folders.data, 'store'),
  index: join(folders.data, 'index.db'),
  spool: join(folders.state, 'spool'),
  spoolMax: DEFAULT_SPOOL_MAX,
  storeTimeout: DEFAULT_STORE_TIMEOUT,
});

interface ConfigFile {
  readonly path: string;
  readonly repository: boolean;
}

function configFiles(folders: Folders, workingFolder: string): readonly ConfigFile[] {
  const repository = findUpwards(workingFolder, '.firstred.json');
  return [
    { path: '/etc/firstred.json', repository: false },
    { path: join(folders.config, 'config.json'), repository: false },
    ...(repository === undefined ? [] : [{ path: repository, repository: true }]),
  ].filter((file) => existsSync(file.path));
}

function findUpwards(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  return findUpwards(dirname(folder), name);
}

/** chosen: all settings together take a tenth of this. */
const MAX_CONFIG_BYTES = 65_536;

/** A repository's file that is a link could show what it leads to in an error, a pipe or a device never ends. */
function readPlainFile({ path, repository }: ConfigFile): string {
  const file = repository ? lstatSync(path) : statSync(path);
  if (!file.isFile()) throw new Error(file.isSymbolicLink() ? 'it is a symbolic link' : 'it is no plain file');
  if (file.size > MAX_CONFIG_BYTES) throw new Error(`it has ${file.size} bytes, ${MAX_CONFIG_BYTES} at most are read`);
  return readFileSync(path, 'utf8');
}

function readConfigFile(file: ConfigFile): readonly (readonly [SettingName, string])[] {
  let json: unknown;
  try {
    json = JSON.parse(readPlainFile(file));
  } catch (cause) {
    throw new AppError('USAGE', `${file.path} cannot be read: ${reasonOf(cause)}`, {
      hint: 'mend or remove that file',
      cause,
    });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new AppError('USAGE', `${file.path} is no JSON object`, { hint: 'mend or remove that file' });
  return Object.entries(json).map(([name, value]) => {
    const setting = SETTINGS.find((s) => s.name === name);
    if (setting === undefined)
      throw new AppError('USAGE', `${file.path} sets '${name}', which is no setting`, {
        hint: '`firstred config` lists the settings',
      });
    if (file.repository && !setting.fromRepository)
      throw new AppError('USAGE', `${file.path} sets '${name}', which a repository's file must not`, {
        hint: `set it by ${setting.env} or in the user's own file, and remove it from the repository's`,
      });
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw new AppError('USAGE', `${file.path}: '${name}' must be a text, a number, true or false`, {
        hint: 'mend that line',
      });
    return [setting.name, String(value)] as const;
  });
}

/** Addresses stay as they are, folders become absolute. */
const locate = (location: string, workingFolder: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? location : resolve(workingFolder, location);

/** Says which setting it is that can't be read. */
function readAs(parse: (text: string) => number, text: string, setting: string): number {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(cause.code, `${setting} cannot be used: ${cause.message}`, { hint: cause.hint, cause });
  }
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a container may run as a user that has no entry
  }
}
