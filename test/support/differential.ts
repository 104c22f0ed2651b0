// Random queries cut out of real lines, asked of an index and of ripgrep, which are to find the same lines.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { QueryFlags } from '../../indexer/log-index.ts';
import { AppError } from '../../store/errors.ts';
import { collect } from './collect.ts';
import type { IndexedLogs } from './indexed-logs.ts';
import type { Random } from './random.ts';

/** A query as both sides get it. */
export interface AskedQuery {
  readonly kind: string;
  readonly text: string;
  readonly regex: boolean;
  readonly word: boolean;
  readonly letterCase: QueryFlags['letterCase'];
}

/** Lines to cut queries out of. */
export function linesOf(files: readonly string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim().length > 3 && line.length < 2000),
  );
}

/** Every file with something in it under `folder`, up to `maxBytes` of text, spread evenly over the names. */
export function filesUnder(folder: string, maxBytes: number): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size > 0 && statSync(file).size < maxBytes / 4)
    .sort();
  const total = all.reduce((sum, file) => sum + statSync(file).size, 0);
  const every = Math.max(1, Math.ceil(total / maxBytes));
  return all.filter((_, n) => n % every === 0);
}

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
/** What stands on no command line or means something else there; U+FFFD stands for bytes that are no text. */
const UNFIT = /[\0-\u001f\u007f\ufffd]/;

/** One query cut out of `lines`. */
export function makeQuery(random: Random, lines: readonly string[]): AskedQuery {
  for (;;) {
    const query = cutQuery(random, lines[random.below(lines.length)] ?? '', lines[random.below(lines.length)] ?? '');
    if (query !== undefined && query.text.trim() !== '' && !UNFIT.test(query.text)) return query;
  }
}

function cutQuery(random: Random, line: string, other: string): AskedQuery | undefined {
  const cut = (text: string, max: number): string => {
    const from = random.below(text.length);
    return [...text.slice(from, from + 3 + random.below(max))].join('').replace(/[\ud800-\udfff]/g, '');
  };
  const words = line.match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
  const word = words[random.below(words.length)] ?? '';
  const piece = cut(line, 32);
  const half = piece.length >> 1;
  const plain = { regex: false, word: false, letterCase: 'smart' as const };
  const regex = { ...plain, regex: true };
  const queries: readonly [AskedQuery, ...AskedQuery[]] = [
    { ...plain, kind: 'piece', text: piece },
    { ...plain, kind: 'piece, any case', text: piece, letterCase: 'insensitive' },
    { ...plain, kind: 'piece, this case', text: piece, letterCase: 'sensitive' },
    { ...plain, kind: 'lower case', text: piece.toLowerCase() },
    { ...plain, kind: 'word', text: word },
    { ...plain, kind: 'whole word', text: word, word: true },
    { ...plain, kind: 'part of a word', text: word.slice(1 + random.below(3), word.length - random.below(2)) },
    { ...plain, kind: 'one character', text: [...line][random.below([...line].length)] ?? '' },
    { ...plain, kind: 'punctuation', text: /[^\p{L}\p{N}\s]{1,6}/u.exec(line)?.[0] ?? '' },
    { ...plain, kind: 'not there', text: `${word}${random.below(1e9)}` },
    { ...plain, kind: 'beyond ASCII', text: /[^\s]*[^\0-\u007f]+[^\s]*/u.exec(line)?.[0] ?? piece },
    { ...regex, kind: 'gap', text: `${quote(piece.slice(0, half))}.{0,3}${quote(piece.slice(half + 1))}` },
    { ...regex, kind: 'far gap', text: `${quote(word)}.*${quote(cut(line, 8))}` },
    { ...regex, kind: 'either', text: `${quote(piece)}|${quote(cut(other, 12))}` },
    { ...regex, kind: 'group', text: `(?:${quote(word)}|${quote(cut(other, 6))})[:= ]` },
    { ...regex, kind: 'from the start', text: `^${quote(line.slice(0, 3 + random.below(20)))}` },
    { ...regex, kind: 'to the end', text: `${quote(line.slice(-3 - random.below(20)))}$` },
    { ...regex, kind: 'numbers', text: quote(piece).replace(/[0-9]+/g, '[0-9]+') },
    { ...regex, kind: 'any case inside', text: `(?i)${quote(word)}` },
    {
      ...regex,
      kind: 'no literal',
      text: random.pick(['[0-9]{9}', '^[ -@]*$', '[[:upper:]]{12}', '\\.\\.', '^.?$']),
    },
  ];
  return random.pick(queries);
}

/** `file:line` of every line that ripgrep finds; undefined when it refuses the pattern. */
export async function askRipgrep(query: AskedQuery, files: readonly string[]): Promise<Set<string> | undefined> {
  const letterCase = { smart: '-S', insensitive: '-i', sensitive: '-s' }[query.letterCase];
  const flags = ['-a', '--encoding', 'none', '-n', '--null', '--no-heading', '--no-config', '-H', letterCase];
  const own = [...(query.regex ? [] : ['-F']), ...(query.word ? ['-w'] : [])];
  const child = spawn('rg', [...flags, ...own, '-e', query.text, '--', ...files], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  const out = Buffer.concat((await collect(child.stdout)) as Buffer[]).toString('latin1');
  if (![0, 1].includes((await ended) ?? 2)) return undefined;
  return new Set([...out.matchAll(/^([^\0\n]+)\0(\d+):/gm)].map(([, file = '', line]) => `${file}:${line}`));
}

/** `file:line` of every line that the index finds, or why it refuses. `fileOf` tells the file of a log. */
export async function askIndex(
  logs: IndexedLogs,
  { regex, word, letterCase, text }: AskedQuery,
  fileOf: ReadonlyMap<string, string>,
): Promise<Set<string> | string> {
  try {
    // A limit, so that what is long may be tested on two threads.
    const { matches } = await logs.find(text, { regex, word, letterCase }, { limit: Number.MAX_SAFE_INTEGER });
    return new Set(matches.filter((m) => !m.visible).map((m) => `${fileOf.get(m.log.logId)}:${m.line}`));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

/** What differs, in words; empty where both find the same, or refuse it. */
export function differences(wanted: ReadonlySet<string> | undefined, found: ReadonlySet<string> | string): string[] {
  if (typeof found === 'string') return wanted === undefined ? [] : [`refused: ${found}`];
  if (wanted === undefined) return [];
  const name = (place: string): string => basename(place);
  const missing = [...wanted].filter((place) => !found.has(place)).map((place) => `missing ${name(place)}`);
  const extra = [...found].filter((place) => !wanted.has(place)).map((place) => `extra ${name(place)}`);
  return [...missing, ...extra].slice(0, 5);
}

/** Whether there is a ripgrep here to compare with. */
export const hasRipgrep = async (): Promise<boolean> => {
  const child = spawn('rg', ['--version'], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
};
