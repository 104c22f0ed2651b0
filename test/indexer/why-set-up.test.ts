// What `why` takes for a change of the set-up, and how much of one: by what it is about, how big the step is, and who else
// has it.
import { expect, test } from 'vitest';
import { explain } from '../../indexer/why.ts';
import { questionOf, type ToldAttempt } from '../support/why-logs.ts';

const set = (more: Readonly<Record<string, string>> = {}): string[] =>
  Object.values({
    agent: 'Agent 3.1.0',
    image: 'base image harbour/linux:22.04',
    pier: 'Using pier 18.2.1',
    key: 'loaded secret LIGHTHOUSE_KEY: ***',
    ...more,
  });
const WORK = ['mooring lines cast off', 'tide table read', 'engine warmed up', 'course laid in'];
const FAILURE = 'rudder: error while loading shared library';
const green = (n: number, more: Readonly<Record<string, string>> = {}): ToldAttempt => ({
  lines: [...set(more), ...WORK, `${n * 37} tickets sold`, 'berth cleaned'],
  atMin: n * 10,
  sha: `b${n}`,
});
const GREENS = [1, 2, 3, 4, 5].map((n) => green(n));
const failed = (more: Readonly<Record<string, string>>, told: Partial<ToldAttempt> = {}): ToldAttempt => ({
  lines: [...set(more), ...WORK, FAILURE],
  conclusion: 'failure',
  atMin: 500,
  ...told,
});

async function ask(more: Readonly<Record<string, string>>, others: readonly ToldAttempt[] = GREENS) {
  const { hypotheses, rejected } = await explain(questionOf(failed(more), others));
  return {
    found: hypotheses.find(({ mechanism }) => mechanism === 'environment-change'),
    reason: rejected.find(({ mechanism }) => mechanism === 'environment-change')?.reason,
  };
}
const sureOf = async (...args: Parameters<typeof ask>): Promise<number> => (await ask(...args)).found?.confidence ?? 0;

test('the sooner a version’s parts differ, the bigger the step', async () => {
  const major = await sureOf({ pier: 'Using pier 19.2.1' });
  const minor = await sureOf({ pier: 'Using pier 18.3.1' });
  const patch = await sureOf({ pier: 'Using pier 18.2.2' });
  expect(major).toBeGreaterThan(minor);
  expect(minor).toBeGreaterThan(patch);
});

test('of two long lines that begin alike, what is quoted is where they part', async () => {
  const long = (version: string): Readonly<Record<string, string>> => ({
    pier: `Using pier of the harbour, ${'as-the-harbour-master-wrote-it-down-'.repeat(3)}, in version ${version}`,
  });
  const { found } = await ask(
    long('19.2.1'),
    [1, 2, 3, 4, 5].map((n) => green(n, long('18.2.1'))),
  );
  expect(found?.sentence).toMatch(
    /^The set-up differs: “….*version 19\.2\.1”, where all 5 green attempts have “….*version 18\.2\.1”\.$/,
  );
});

test('a secret that is gone weighs more than a value that is another; one that is not spoken of, less', async () => {
  const gone = await ask({ key: 'warning: secret LIGHTHOUSE_KEY is not set' });
  expect(gone.found?.sentence).toContain('“warning: secret LIGHTHOUSE_KEY is not set”');
  expect(gone.found?.confidence).toBeGreaterThan(await sureOf({ pier: 'Using pier 18.3.1' }));
  const { key: _key, ...rest } = { agent: '', image: '', pier: '', key: '' };
  const { hypotheses } = await explain(
    questionOf({ ...failed({}), lines: [...set().slice(0, Object.keys(rest).length), ...WORK, FAILURE] }, GREENS),
  );
  const unsaid = hypotheses.find(({ mechanism }) => mechanism === 'environment-change');
  expect(unsaid?.sentence).toContain(
    'nothing is said here of what all 5 green attempts have, “loaded secret LIGHTHOUSE_KEY: ***”',
  );
});

test('reds of the same failure that have the change too confirm it, those that lack it do not', async () => {
  const changed = { image: 'base image harbour/alpine:22.04' };
  const alone = await sureOf(changed);
  const alike = await sureOf(changed, [...GREENS, failed(changed, { sha: 'c1', atMin: 400 })]);
  const unlike = await sureOf(changed, [...GREENS, failed({}, { sha: 'c1', atMin: 400 })]);
  expect(alike).toBeGreaterThan(unlike);
  expect(alone).toBeGreaterThan(unlike);
});

test('a red of another failure that has the change speaks against it', async () => {
  const changed = { image: 'base image harbour/alpine:22.04' };
  const other = {
    ...failed(changed, { sha: 'c1', atMin: 400 }),
    lines: [...set(changed), ...WORK, 'panic: no anchor'],
  };
  expect(await sureOf(changed, [...GREENS, other])).toBeLessThan(await sureOf(changed));
});

test('what greens differ in among themselves is no change, nor are amounts and times', async () => {
  const varied = GREENS.map((_, n) => green(n + 1, { pier: `Using pier 18.2.${n}` }));
  expect((await ask({ pier: 'Using pier 18.2.9' }, varied)).reason).toMatch(/^no: image, versions, runner and secrets/);
  const sized = GREENS.map((_, n) => green(n + 1, { pier: `pier restored in ${n + 2} s, ${n + 31} MB` }));
  expect((await ask({ pier: 'pier restored in 9 s, 77 MB' }, sized)).found).toBeUndefined();
});

test('with one green attempt it says so; without any it cannot be said', async () => {
  const one = await ask({ pier: 'Using pier 19.2.1' }, [green(1)]);
  expect(one.found?.sentence).toContain('the one green attempt has');
  expect((await ask({ pier: 'Using pier 19.2.1' }, [])).reason).toContain('cannot be said');
});
