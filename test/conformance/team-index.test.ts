// One suite for both indexes: the same logs and facts, the same questions, the same answers. ENGINE_URL runs it on a server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countAttempts, findLog, findLogs, listAttempts, listLogs } from '../../indexer/attempts.ts';
import { listFlakes } from '../../indexer/flakes.ts';
import { findNearestHeadlines } from '../../indexer/fuzzy.ts';
import { listHeadroom, listStepDurations } from '../../indexer/headroom.ts';
import type { AttemptFilter, LogRow, QueryFlags, SearchOptions } from '../../indexer/log-index.ts';
import { listActiveNames } from '../../indexer/name-facts.ts';
import { parseRuleFile } from '../../indexer/rule-file.ts';
import { tryRule } from '../../indexer/rule-trial.ts';
import { findExemplar, listSignatures, signaturesOfLog } from '../../indexer/signature-report.ts';
import type { SignatureId } from '../../indexer/signatures.ts';
import { buildWhyQuestion } from '../../indexer/why/history.ts';
import type { Fact, FactContent } from '../../store/facts.ts';
import { BothIndexes } from '../support/both-indexes.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import type { TestLog } from '../support/indexed-logs.ts';
import { type Random, randomFrom } from '../support/random.ts';

const T0 = Date.parse('2026-03-01T00:00:00.000Z');
const HOUR = 3_600_000;
const WORDS = ['socket', 'TimeoutException', 'übergröße', 'retry_count', 'K8s', 'naïve', 'deadline', 'x_y_z', '日本語'];

/** Logs of a few jobs at a few commits, of every shape that makes a difference to an index. */
function makeLogs(random: Random): TestLog[] {
  const logs: TestLog[] = [];
  for (let n = 0; n < 48; n++) {
    const red = random.below(3) === 0;
    const startedAtMs = T0 + n * 7 * HOUR;
    const word = WORDS[n % WORDS.length];
    const lines = Array.from(
      { length: 30 + random.below(60) },
      (_, i) =>
        `2026-03-01T00:00:${String(i % 60).padStart(2, '0')}.${4514820 + n}Z step ${i} ${word}${i % 7} of SocketTimeoutException`,
    );
    if (red) lines.push(`Error: connection to db-${n} refused`, `AssertionError: expected ${n} to be 0`);
    if (n % 3 === 1)
      lines.push(
        '2026-03-01T00:01:00.0000000Z ##[group]Run the tests',
        `2026-03-01T00:0${2 + (n % 5)}:00.0000000Z of ${n}`,
        '2026-03-01T00:08:00.0000000Z ##[endgroup]',
      );
    if (n % 11 === 0) lines.push('\u001b[31mcol\u001b[0mour\u001b[1med word\u001b[0m');
    if (n === 5) lines.push(`begin_of_long ${'x '.repeat(200_000)} end_of_long`);
    if (n === 6) lines.push('a'.repeat(300), `${'b'.repeat(300)}needle_inside${'c'.repeat(40)}`);
    logs.push({
      text:
        n === 7
          ? Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([10, 0xff, 0xfe, 0x62, 0x61, 0x64])])
          : lines.join('\n'),
      attempt: {
        repo: `git.example/acme/${n % 4 === 0 ? 'tools' : 'widgets'}`,
        sha: n % 13 === 0 ? undefined : `${'abcdef01'.repeat(4)}${String(n >> 2).padStart(8, '0')}`,
        testedSha: n % 6 === 0 ? `f${String(n).padStart(39, '0')}` : undefined,
        workflow: n % 10 === 0 ? undefined : 'ci',
        job: ['build', 'e2e (1)', 'e2e [x]', 'unit/näh'][n % 2],
        run: String(100 + (n >> 2)),
        attempt: n % 5 === 0 ? undefined : 1 + (n % 3),
        providerId: n % 4 === 1 ? String(9000 + n) : undefined,
        conclusion: red ? 'failure' : n % 17 === 0 ? 'cancelled' : 'success',
        startedAtMs: n % 19 === 0 ? undefined : startedAtMs,
        finishedAtMs: n % 23 === 0 ? undefined : startedAtMs + 60_000 + n * 1000,
        limitMs: n % 4 < 2 ? 600_000 : undefined,
        branch: n % 2 === 0 ? 'main' : 'feature/a',
        pr: n % 8 === 0 ? n : undefined,
        event: n % 9 === 0 ? 'pull_request' : 'push',
        labels: n % 3 === 0 ? { os: 'linux', "we'ird\\": 'va"lue' } : {},
        partial: n % 16 === 15,
        url: n % 12 === 0 ? `https://git.example/runs/${n}` : undefined,
      },
      capture: {
        id: `cap${String(n).padStart(5, '0')}`,
        startedAtMs: startedAtMs + 70_000,
        how: n % 5 === 0 ? 'pull' : 'file',
      },
      ...(n % 14 === 3 ? { logName: 'database' } : {}),
    });
  }
  return logs;
}

/** Further captures: of the same text, cut, under another name, without the provider's id. */
function makeCaptures(logs: readonly TestLog[]): TestLog[] {
  const some = logs.filter((_, n) => n % 7 === 2);
  const again = some.map(
    (log, n): TestLog => ({ ...log, capture: { ...log.capture, id: `again${n}00`, how: 'api', startedAtMs: T0 } }),
  );
  const cut = some.map(
    (log, n): TestLog => ({
      ...log,
      text: String(log.text).slice(0, 900),
      capture: { ...log.capture, id: `short${n}00`, complete: false, cutReason: 'test' },
    }),
  );
  const bare = logs
    .filter((log) => log.attempt?.providerId !== undefined)
    .map(
      (log, n): TestLog => ({
        ...log,
        text: `${String(log.text)}\nfrom the job itself`,
        // Some do not know when their attempt began, so that two logs of one attempt are placed apart.
        attempt: {
          ...log.attempt,
          providerId: undefined,
          conclusion: 'unknown',
          startedAtMs: n % 2 === 0 ? undefined : log.attempt?.startedAtMs,
        },
        capture: { ...log.capture, id: `bare${String(n).padStart(4, '0')}` },
      }),
    );
  const service = some.map(
    (log, n): TestLog => ({
      ...log,
      text: `service ${n} deadline`,
      logName: 'redis',
      capture: { ...log.capture, id: `serv${n}000` },
    }),
  );
  return [...again, ...cut, ...bare, ...service];
}

let facts = 0;
const fact = (content: FactContent): Fact => ({
  ...content,
  id: `fact${String(facts++).padStart(12, '0')}`,
  by: 'watch',
  storedAtMs: T0 + facts,
});

/** What a person sees of a log row: not its number in one index. */
const shown = ({ logKey: _log, attempt, ...log }: LogRow): unknown => {
  const { attemptKey: _attempt, ...rest } = attempt;
  return { ...log, attempt: rest };
};

const FILTERS: readonly AttemptFilter[] = [
  {},
  { repo: 'widgets' },
  { repo: 'acme/tools', conclusion: 'red' },
  { repo: 'git.example/acme/renamed' },
  { sha: 'abcdef01abcdef01abcdef01abcdef0100000003' },
  { sha: 'f00000000' },
  { job: 'e2e*' },
  { job: 'e2e [[]x]' },
  { job: '*[^x]' },
  { job: 'unit/n?h' },
  { workflow: 'c[a-z]' },
  { branch: 'main', conclusion: 'green' },
  { pr: 8 },
  { run: '103' },
  { attempt: 2 },
  { attempt: 1 },
  { providerId: '9001' },
  { conclusion: 'cancelled' },
  { sinceMs: T0 + 40 * HOUR, untilMs: T0 + 120 * HOUR },
  { labels: { os: 'linux' } },
  { labels: { "we'ird\\": 'va"lue' } },
  { branch: "'; DROP TABLE log; --" },
  { job: '[' },
];

const QUERIES: readonly (readonly [string, Partial<QueryFlags>?])[] = [
  ['connection to db-3'],
  ['refused'],
  ['SocketTimeoutException'],
  ['imeoutExc'],
  ['timeoutexception'],
  ['übergröße3'],
  ['ergröß'],
  ['ÜBERGRÖSSE', { letterCase: 'insensitive' }],
  ['日本'],
  ['retry_count'],
  ['try_cou'],
  ['x_y_z2 of'],
  ['k8S', { letterCase: 'insensitive' }],
  ['4514825'],
  ['451482'],
  ['coloured'],
  ['coloured word', { visible: true }],
  ['end_of_long'],
  ['begin_of_long x x'],
  ['needle_inside'],
  ['bad'],
  ['from the job itself'],
  ['deadline', { word: true }],
  ['eadline', { word: true }],
  ['(connection|AssertionError).*(refused|to be)', { regex: true }],
  ['begin_of_long.*end_of_long', { regex: true }],
  ['^Error: .*[0-9]+ refused$', { regex: true }],
  ['\\d{3}', { regex: true }],
  ['zzz_nowhere'],
  ["it's 100%_\\ here"],
];

/** Beside the whole search, each query goes one of these. */
const WAYS: readonly Partial<SearchOptions>[] = [
  { limit: 3 },
  { mode: 'files', sort: 'old' },
  { mode: 'count', filter: { conclusion: 'red' } },
  { filter: { repo: 'widgets', sinceMs: T0 + 30 * HOUR } },
  { filter: { attempt: 1 } },
];

const engine = await startEngine();

describe.skipIf(engine === undefined)('a team’s index answers as the local one does', () => {
  let both: BothIndexes;
  beforeAll(async () => {
    both = await BothIndexes.open((engine as TestEngine).address);
    const logs = makeLogs(randomFrom(7));
    await both.add(logs);
    await both.add(makeCaptures(logs));
    const of = (n: number) => {
      const { repo = '', sha, workflow, job, run, attempt, providerId } = both.manifests[n]!.attempt;
      return providerId === undefined
        ? { repo, sha, workflow, job, run, attempt, providerId }
        : { repo, providerId, sha: undefined, workflow: undefined, job: undefined, run: undefined, attempt: undefined };
    };
    await both.addFacts([
      fact({ kind: 'conclusion', subject: of(10), conclusion: 'failure', finishedAt: undefined }),
      fact({ kind: 'conclusion', subject: of(9), conclusion: 'success', finishedAt: '2026-03-04T00:00:00.000Z' }),
      fact({ kind: 'identity', subject: of(13), set: { job: 'completed job', sha: 'c'.repeat(40), partial: false } }),
      fact({
        kind: 'tombstone',
        logId: both.manifests[20]!.logId,
        captureId: undefined,
        manifestKeys: [],
        reason: 'test',
        redirectTo: undefined,
      }),
      fact({
        kind: 'tombstone',
        logId: both.manifests[2]!.logId,
        captureId: 'again000',
        manifestKeys: [],
        reason: 'test',
        redirectTo: undefined,
      }),
      fact({
        kind: 'tombstone',
        logId: both.manifests[21]!.logId,
        captureId: undefined,
        manifestKeys: [],
        reason: 'masked',
        redirectTo: both.manifests[22]!.logId,
      }),
      fact({ kind: 'rename', from: 'git.example/acme/tools', to: 'git.example/acme/renamed' }),
    ] as Fact[]);
    // What came before its fact and after it must end up the same.
    await both.add([{ text: 'a late log of the old name', attempt: { ...both.manifests[4]!.attempt, run: '999' } }]);
  });
  afterAll(async () => {
    await both?.close();
    await engine?.stop();
  });

  test.each(FILTERS.map((filter) => [JSON.stringify(filter), filter] as const))(
    'lists and counts %s',
    async (_, filter) => {
      const answers = await both.ask((index) => ({
        all: listAttempts(index, filter, { limit: undefined }).map(shown),
        some: listAttempts(index, filter, { limit: 3, sort: 'old' }).map(shown),
        logs: listLogs(index, filter, { limit: 5 }).map(shown),
        counts: countAttempts(index, filter),
        flakes: listFlakes(index, filter, undefined),
        signatures: listSignatures(index, filter, { limit: undefined }),
        headroom: listHeadroom(index, filter),
        steps: listStepDurations(index, filter),
      }));
      expect(answers.team).toEqual(answers.local);
    },
  );

  test('the suite has durations, limits and steps to tell', () => {
    expect(listHeadroom(both.local, {}).filter(({ limitMs }) => limitMs !== undefined).length).toBeGreaterThan(1);
    expect(listStepDurations(both.local, {}).length).toBeGreaterThan(0);
  });

  test('tries rules with the same outcome', async () => {
    const rules = parseRuleFile(
      JSON.stringify({
        format: 1,
        rules: [
          { id: 'refused', pattern: 'connection to db-[0-9]' },
          { id: 'everywhere', pattern: 'SocketTimeoutException' },
          { id: 'two', lines: ['connection to', 'AssertionError'], within: 5 },
          { id: 'nowhere', pattern: 'zzz_nowhere' },
        ],
      }),
      'rules.json',
    );
    for (const rule of rules) {
      const trials = await both.bySearch(async (find) => {
        const { examples, ...trial } = await tryRule(find, rule, { filter: {}, frameCacheDir: undefined });
        return { ...trial, examples: examples.map(({ log, line, text }) => [log.logId, line, text]).sort() };
      });
      expect(trials.team).toEqual(trials.local);
      if (rule.id === 'refused' || rule.id === 'two') expect(trials.local.hit.red).toBeGreaterThan(3);
    }
  });

  test('finds logs by every part of a REF, and a buried one by its copy', async () => {
    const [first, second, copied] = [both.manifests[1]!, both.manifests[24]!, both.manifests[21]!];
    for (const ref of [
      { logIdPrefix: first.logId },
      { logIdPrefix: first.logId.slice(0, 8) },
      { logIdPrefix: copied.logId },
      { sha: second.attempt.sha },
      { sha: second.attempt.sha, job: second.attempt.job },
      { run: second.attempt.run, attempt: 2 },
      { providerId: '9001' },
      { url: second.attempt.url },
      { logIdPrefix: 'Lzzzzzz' },
    ]) {
      const rows = await both.ask((index) => findLogs(index, ref, {}).map(shown));
      expect(rows.team).toEqual(rows.local);
    }
  });

  test('tells signatures of a log, where they can be seen, and near headlines', async () => {
    const reds = listAttempts(both.local, { conclusion: 'red' }, { limit: 6 });
    for (const { logId } of reds) {
      const of = await both.ask((index) => signaturesOfLog(index, findLog(index, logId)!.logKey));
      expect(of.team).toEqual(of.local);
      for (const { signature } of of.local.slice(0, 2)) {
        const seen = await both.ask((index) => {
          const found = findExemplar(index, signature as SignatureId);
          return found === undefined ? undefined : { log: shown(found.log), line: found.line };
        });
        expect(seen.team).toEqual(seen.local);
      }
    }
    const near = await both.ask((index) =>
      findNearestHeadlines(index, 'connecton to db refused', { limit: 5, among: 1000 }),
    );
    expect(near.local.length).toBeGreaterThan(0);
    expect(near.team).toEqual(near.local);
  });

  test('brings all that why looks at', async () => {
    const [red] = listAttempts(both.local, { conclusion: 'red', job: 'build' }, { limit: 1 });
    const question = await both.ask((index) => {
      const target = findLog(index, red!.logId)!;
      const { neighbours, siblings, history, neighbourRate } = buildWhyQuestion(target, [], {
        index,
        load: () => Promise.reject(new Error('not asked')),
      });
      const refs = (logs: readonly { readonly ref: string }[]) => logs.map(({ ref }) => ref);
      const has = history.map((log) => [1, 2, 3].map((n) => log.has(n * 0x1234567)));
      return { neighbours: refs(neighbours), siblings: refs(siblings), history: refs(history), neighbourRate, has };
    });
    expect(question.team).toEqual(question.local);
  });

  test('names that people gave hold in both', async () => {
    const [row] = listSignatures(both.local, {}, { limit: 1 });
    const name = {
      kind: 'mechanism',
      signature: row!.signature,
      templates: [],
      scope: {},
      mechanism: 'timeout',
      issue: undefined,
      note: undefined,
      until: '2030-01-01T00:00:00.000Z',
      exemplar: { logId: both.manifests[0]!.logId, line: 1, text: 'x' },
    } as FactContent;
    await both.addFacts([fact(name)]);
    const names = await both.ask((index) => listActiveNames(index, T0));
    expect(names.local).toHaveLength(1);
    expect(names.team).toEqual(names.local);
  });

  test.each(QUERIES.map(([text, flags], n) => [text, flags ?? {}, n] as const))(
    'searches %s',
    async (text, flags, n) => {
      for (const options of [{}, WAYS[n % WAYS.length] ?? {}]) {
        const answers = await both.search(text, flags, options);
        expect(answers.team).toEqual(answers.local);
      }
    },
  );

  test('the suite asks for lines that are there', async () => {
    let lines = 0;
    for (const [text, flags] of QUERIES) if ((await both.search(text, flags)).local.lines.length > 0) lines++;
    expect(lines).toBeGreaterThan(QUERIES.length - 8);
  });
});
