// What `why` says of a change itself, and of resources that ran out: what supports it, what weakens it.
import { expect, test } from 'vitest';
import { explain } from '../../indexer/why.ts';
import { questionOf, type ToldAttempt } from '../support/why-logs.ts';

const HEAD = ['checkout of the harbour', 'harbour is open', 'crew on board'];
const TAIL = ['ferry has sailed', 'ferry has landed'];
const FAILURE = 'Error: expected ferry at berth 4, found none';
const failed = (more: Partial<ToldAttempt> = {}): ToldAttempt => ({
  lines: [...HEAD, FAILURE],
  conclusion: 'failure',
  ...more,
});
const green = (sha: string, atMin: number): ToldAttempt => ({ lines: [...HEAD, ...TAIL], sha, atMin });
const before = [green('b1', 10), green('b2', 20), green('b3', 30)];

async function ask(mechanism: string, target: Partial<ToldAttempt>, others: readonly ToldAttempt[]) {
  const { hypotheses, rejected } = await explain(questionOf({ ...failed(), atMin: 500, ...target }, others));
  return {
    found: hypotheses.find((each) => each.mechanism === mechanism),
    reason: rejected.find((each) => each.mechanism === mechanism)?.reason,
  };
}
const ofChange = (...others: readonly ToldAttempt[]) => ask('regression', {}, [...before, ...others]);

test('the more attempts of the SHA are red alike, the surer', async () => {
  const [one, two, three] = await Promise.all([
    ofChange(),
    ofChange(failed({ atMin: 510 })),
    ofChange(failed({ atMin: 510 }), failed({ atMin: 520 })),
  ]);
  expect(one.found?.sentence).toMatch(/^The one attempt of this SHA is red and 3 attempts of the job before are green/);
  expect(three.found?.sentence).toMatch(/^All 3 attempts of this SHA are red with the same failure .*berth 4/);
  const sure = [one, two, three].map(({ found }) => found?.confidence ?? 0);
  expect(sure).toEqual(sure.toSorted((a, b) => a - b));
  expect(new Set(sure).size).toBe(3);
});

test('reds of the SHA with another failure are no support', async () => {
  const other = (atMin: number) => failed({ lines: [...HEAD, 'panic: the anchor chain broke'], atMin });
  const alike = await ofChange(failed({ atMin: 510 }), failed({ atMin: 520 }));
  const unlike = await ofChange(other(510), other(520));
  expect(unlike.found?.sentence).toMatch(/^All 3 attempts of this SHA are red, and/);
  expect(unlike.found?.confidence).toBeLessThan(alike.found?.confidence ?? 0);
});

test('green again at later SHAs weakens it, red there with the same failure does not', async () => {
  const alone = await ofChange(failed({ atMin: 510 }));
  const passed = await ofChange(failed({ atMin: 510 }), green('c1', 600), green('c2', 610));
  const stayed = await ofChange(failed({ atMin: 510 }), failed({ sha: 'c1', atMin: 600 }), green('c2', 610));
  expect(passed.found?.facts).toMatchObject({ laterGreens: 2, laterReds: 0 });
  expect(stayed.found?.facts).toMatchObject({ laterGreens: 1, laterReds: 1 });
  expect(passed.found?.confidence).toBeLessThan(alone.found?.confidence ?? 0);
});

test('a green attempt of the SHA rejects it; without a green before nothing can be said', async () => {
  expect((await ofChange(green('a1', 510))).reason).toBe('no: 1 attempt of the same SHA is green');
  expect((await ofChange(green('a1', 510), green('a1', 520))).reason).toBe('no: 2 attempts of the same SHA are green');
  expect((await ask('regression', {}, [green('c1', 900)])).reason).toContain('no green attempt of this job before');
});

test('a resource that ran out where the job failed is surer than one long before, and than one without a green', async () => {
  const out = 'write error: No space left on device';
  const near = await ask('resource-exhaustion', { lines: [...HEAD, out, FAILURE] }, before);
  expect(near.found?.sentence).toMatch(/^A resource ran out where the job failed: .*No space left/);
  const long = Array.from({ length: 400 }, (_, n) => `step ${'abcdefgh'.charAt(n % 8)} of the crossing`);
  const far = await ask('resource-exhaustion', { lines: [out, ...HEAD, ...long, FAILURE] }, before);
  expect(far.found?.sentence).toMatch(/^A resource ran out before the job failed: /);
  expect(far.found?.confidence).toBeLessThan(near.found?.confidence ?? 0);
  const alone = await ask('resource-exhaustion', { lines: [...HEAD, out, FAILURE] }, []);
  expect(alone.found?.facts).toMatchObject({ atFailure: true, greens: 0 });
  expect((await ask('resource-exhaustion', {}, before)).reason).toMatch(/^no: no line that green attempts lack/);
});
