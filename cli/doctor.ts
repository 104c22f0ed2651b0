// What `firstred doctor` looks at: each check gives findings, none throws, none prints a credential.
import { randomUUID } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { countAttempts, listAttempts } from '../indexer/attempts.ts';
import { findIndexFault } from '../indexer/index-health.ts';
import type { LogIndexReader } from '../indexer/log-index.ts';
import { sqliteVersion } from '../indexer/sqlite-module.ts';
import { countText } from '../store/count-text.ts';
import { AppError, reasonOf, systemErrorCode } from '../store/errors.ts';
import { findObjectKey, type ObjectKey } from '../store/keys.ts';
import { bodyOf, readSmall } from '../store/object-store.ts';
import { openSpool } from '../store/spool.ts';
import { findStoreFormat } from '../store/store-format.ts';
import { loadZstd } from '../store/zstd.ts';
import type { Config } from './config.ts';
import { isProgramThere, pagerOf } from './pager.ts';
import { isTeamIndex, type OpenedStore, type Session } from './session.ts';
import { bytesText } from './sizes.ts';
import { ageOf, durationText } from './times.ts';

/** `warn`: works, but something will be missed. `bad`: something that firstred is for does not work. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'bad';
  readonly finding: string;
  /** What to do; undefined when nothing is to be done. */
  readonly fix: string | undefined;
}

/** A finding that is as it should be. */
export const ok = (check: string, finding: string): Finding => ({ check, state: 'ok', finding, fix: undefined });
/** Works, but something will be missed. */
export const warn = (check: string, finding: string, fix: string): Finding => ({ check, state: 'warn', finding, fix });
const bad = (check: string, finding: string, fix: string): Finding => ({ check, state: 'bad', finding, fix });

/** The error of a check as a finding, with the advice that it carries. */
export const failed = (check: string, error: unknown): Finding =>
  bad(check, reasonOf(error), error instanceof AppError ? error.hint : 'run the command again with --debug');

/** engines in package.json. */
const OLDEST_NODE = [20, 20] as const;

/** Node and the native modules. */
export function checkRuntime(): readonly Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return [
    isOld
      ? bad('node', `Node ${process.versions.node} is too old`, `install Node ${OLDEST_NODE.join('.')} or newer`)
      : ok('node', `Node ${process.versions.node}, ${process.platform} ${process.arch}`),
    checkZstd(),
    checkSqlite(),
  ];
}

function checkZstd(): Finding {
  try {
    const zstd = loadZstd();
    zstd.compress(new Uint8Array(1), 1);
    return zstd.kind === 'native'
      ? ok('zstd', 'the native module works')
      : warn('zstd', 'WASM takes the place of the native module: slower', 'run `npm rebuild zstd-napi`');
  } catch (error) {
    return bad('zstd', `it can't be used: ${reasonOf(error).split('\n')[0]}`, 'run `npm rebuild zstd-napi`');
  }
}

function checkSqlite(): Finding {
  try {
    sqliteVersion();
    return ok('sqlite', 'the native module works');
  } catch (error) {
    return error instanceof AppError ? bad('sqlite', error.message, error.hint) : failed('sqlite', error);
  }
}

/** Programs that are started beside a job. Only `run` without a CI's environment asks git whose log it is. */
export function checkTools({ env }: Pick<Config, 'env'>): readonly Finding[] {
  const isThere = (program: string): boolean => isProgramThere(program, env['PATH'] ?? '');
  const git = isThere('git')
    ? ok('tools: git', 'there')
    : warn(
        'tools: git',
        'not there: outside a CI job nothing tells repository and commit',
        'install git, or give --repo and --sha',
      );
  const { program: pager } = pagerOf(env);
  if ((env['CI'] ?? '') !== '' || pager === '' || isThere(pager)) return [git];
  return [
    git,
    warn('tools: pager', `${pager} is not there: long answers run through`, `install ${pager}, or set PAGER`),
  ];
}

/** chosen: below this order by time is hardly touched. */
const SKEW_WARN_MS = 60_000;
/** S3 refuses requests that are signed with a clock this wrong (RequestTimeTooSkewed, AWS documentation). */
const SKEW_BAD_MS = 15 * 60_000;

/** Whether the store answers, what it is, and whether its clock and ours agree. */
export async function checkStore(session: Session, nowMs: () => number): Promise<readonly Finding[]> {
  let store: OpenedStore;
  try {
    store = await session.store();
  } catch (error) {
    return [failed('store', error)];
  }
  try {
    const format = await findStoreFormat(store);
    const clock = await checkClock(store, nowMs);
    // Without credentials or an answer even to this there is nothing else to be said of a store.
    if (format === undefined && clock.check === 'store') return [clock];
    const first =
      format === undefined
        ? warn(
            'store',
            `${store.url}: nothing was kept here yet, or we may not read`,
            'keep a log: `firstred archive FILE`',
          )
        : ok('store', `${store.url}, format ${format.format}`);
    return [first, await checkList(store), clock];
  } catch (error) {
    return [failed('store', error)];
  }
}

async function checkList(store: OpenedStore): Promise<Finding> {
  try {
    for await (const _ of store.list('logs/')) break;
    return ok('store: list', 'allowed');
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFUSED')
      return warn('store: list', 'not allowed', 'right for a CI job; readers and `sync` need the right to list');
    if (error instanceof AppError && error.code === 'STORE_MISSING')
      return warn(
        'store: list',
        'the store does not exist yet',
        'the first `firstred archive` makes a folder; a bucket you make',
      );
    return failed('store: list', error);
  }
}

async function checkClock(store: OpenedStore, nowMs: () => number): Promise<Finding> {
  try {
    const skewMs = Math.abs((await store.clockMs()) - nowMs());
    if (skewMs < SKEW_WARN_MS) return ok('clock', 'agrees with the store’s');
    const finding = `${durationText(skewMs)} away from the store’s`;
    const fix = 'set this machine’s clock (NTP)';
    return skewMs < SKEW_BAD_MS ? warn('clock', finding, fix) : bad('clock', finding, fix);
  } catch (error) {
    return failed('store', error);
  }
}

/** Puts a small object, puts it again, tries to overwrite it, and takes it away: the rights of a writer, and invariant I2. */
export async function checkPut(session: Session): Promise<readonly Finding[]> {
  const key = findObjectKey(`logs/-/doctor-${randomUUID()}`) as ObjectKey;
  try {
    const store = await session.store();
    await store.putOnce(key, bodyOf(Buffer.from('first')));
    const put = ok('store: put', 'allowed');
    const overwrite = await store.putOnce(key, bodyOf(Buffer.from('other'))).then(
      () => bad('store: put once', 'a second write replaced the first', 'use an S3 server that knows If-None-Match'),
      (error: unknown) =>
        error instanceof AppError && ['STORE_DAMAGED', 'REFUSED'].includes(error.code)
          ? ok('store: put once', 'what is there is never overwritten')
          : failed('store: put once', error),
    );
    return [put, await checkGet(store, key), overwrite, await checkRemove(store, key)];
  } catch (error) {
    return [failed('store: put', error)];
  }
}

async function checkGet(store: OpenedStore, key: ObjectKey): Promise<Finding> {
  try {
    const read = Buffer.from(await readSmall(store, key, 100)).toString();
    return read === 'first'
      ? ok('store: get', 'allowed, and what was put comes back')
      : bad(
          'store: get',
          'other bytes came back than were put',
          'something stands between here and the store: a proxy?',
        );
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFUSED')
      return warn('store: get', 'not allowed', 'right for a CI job; readers and `sync` need the right to get');
    return failed('store: get', error);
  }
}

async function checkRemove(store: OpenedStore, key: ObjectKey): Promise<Finding> {
  try {
    await store.remove(key);
    return ok('store: delete', 'allowed: `prune` and `forget` work from here');
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFUSED')
      return ok('store: delete', `not allowed, as is right for a writer; the probe stays: ${key}`);
    return failed('store: delete', error);
  }
}

/** chosen: what a day of a busy repository takes. */
const LITTLE_SPACE_BYTES = 1024 ** 3;

/** Logs that wait, and room for more. */
export async function checkSpool(config: Config): Promise<readonly Finding[]> {
  try {
    const damaged: string[] = [];
    let waiting = 0;
    for await (const _ of openSpool(config.spool).list((path) => damaged.push(path))) waiting += 1;
    const used = await openSpool(config.spool).usedBytes();
    const findings = [
      waiting === 0
        ? ok('spool', `nothing waits in ${config.spool}`)
        : warn(
            'spool',
            `${countText(waiting, 'log')} (${bytesText(used)}) ${waiting === 1 ? 'waits' : 'wait'} in ${config.spool}`,
            'run `firstred flush`',
          ),
    ];
    if (damaged.length > 0)
      findings.push(
        bad('spool', `${damaged.length} unreadable: ${damaged[0]}`, 'look at it; `firstred verify` names all'),
      );
    return findings;
  } catch (error) {
    return [failed('spool', error)];
  }
}

/** Free disk where something grows: one finding for each file system. */
export async function checkSpace(config: Config): Promise<readonly Finding[]> {
  const growing = [
    ['spool', config.spool],
    ...(isTeamIndex(config) ? [] : [['index', dirname(config.index)]]),
    ...(config.store.includes('://') ? [] : [['store', config.store]]),
  ] as const;
  try {
    const disks = new Map<number, { readonly free: number; readonly what: string[] }>();
    for (const [what = '', folder = ''] of growing) {
      const place = await existingParent(folder);
      const { dev } = await stat(place);
      const { bavail, bsize } = await statfs(place);
      const disk = disks.get(dev) ?? { free: bavail * bsize, what: [] };
      disk.what.push(what);
      disks.set(dev, disk);
    }
    return [...disks.values()].map(({ free, what }) => spaceFinding(free, what.join(', ')));
  } catch (error) {
    return [failed('space', error)];
  }
}

const spaceFinding = (free: number, what: string): Finding =>
  free < LITTLE_SPACE_BYTES
    ? warn(
        'space',
        `${bytesText(free)} free for: ${what}`,
        '`firstred du` says what takes how much; `prune` lets logs go',
      )
    : ok('space', `${bytesText(free)} free for: ${what}`);

async function existingParent(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return existingParent(dirname(folder));
  }
}

/** Whether there is an index, is whole, and of what time its newest attempt is. */
export async function checkIndex(session: Session, nowMs: () => number): Promise<readonly Finding[]> {
  try {
    const team = await session.team();
    if (team !== undefined)
      return [
        (await team.exists())
          ? ok('index', team.shown)
          : warn('index', `none in ${team.shown}`, 'run `firstred sync`; only searching needs it'),
      ];
    const index = await session.findIndex();
    return [
      index === undefined
        ? warn('index', `none at ${session.config.index}`, 'run `firstred sync`; only searching needs it')
        : indexFinding(index, session.config.index, nowMs()),
    ];
  } catch (error) {
    return [failed('index', error)];
  }
}

function indexFinding(index: LogIndexReader, file: string, nowMs: number): Finding {
  const fault = findIndexFault(index);
  if (fault !== undefined)
    return bad(
      'index',
      `${file} is damaged: ${fault.split('\n')[0]}`,
      'run `firstred reindex`: it is made again from the store',
    );
  const { attempts } = countAttempts(index, {});
  const [newest] = listAttempts(index, {}, { limit: 1 });
  const age =
    newest === undefined ? '' : `, the newest ${ageOf(newest.attempt.startedAtMs ?? newest.capturedAtMs, nowMs)}`;
  return ok('index', `${file}: whole, ${countText(attempts, 'attempt')}${age}`);
}
