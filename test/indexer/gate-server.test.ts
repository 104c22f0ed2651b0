// The gate's second witness: what a CI server lists and what its statuses say, against what is kept.
import { describe, expect, it } from 'vitest';
import { EVERYTHING_REQUIRED, type GatePolicy } from '../../indexer/gate.ts';
import { crossCheck, type KeptAttempt, type ServerAttempt, type ServerStatus } from '../../indexer/gate-server.ts';
import { type Attempt, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';

const BASE = { ...UNKNOWN_ATTEMPT, repo: 'h/o/n', workflow: 'CI', job: 'test', event: 'push', run: '7', attempt: 1 };

const kept = (attempt: Partial<Attempt>, confirmed = false): KeptAttempt => ({
  logId: 'L0',
  attempt: { ...BASE, ...attempt },
  signature: undefined,
  headline: undefined,
  name: undefined,
  fixedBy: undefined,
  confirmed,
});
const listed = (attempt: Partial<Attempt>, more: Partial<ServerAttempt> = {}): ServerAttempt => ({
  attempt: { ...BASE, ...attempt },
  state: 'finished',
  hasLog: true,
  ...more,
});
const status = (state: string, context = 'CI / test (push)'): ServerStatus => ({ context, state });

function check(
  all: readonly KeptAttempt[],
  attempts: readonly ServerAttempt[] | undefined,
  statuses: readonly ServerStatus[] = [],
  policy: GatePolicy = EVERYTHING_REQUIRED,
) {
  const { attempts: judged, missing, awaited, logsToCome } = crossCheck(all, { attempts, statuses }, policy);
  return {
    told: judged.map(({ attempt, doubt }) =>
      doubt === undefined ? attempt.conclusion : `${attempt.conclusion}, doubted`,
    ),
    missing: missing.map(({ job }) => job),
    awaited,
    logsToCome,
  };
}
const QUIET = { missing: [], awaited: [], logsToCome: false };

describe('conclusions', () => {
  it.each([
    ['a red that the job claims stays red, whatever the server says', 'failure', 'success', 'failure'],
    ['a green that the server knows as red is red', 'success', 'failure', 'failure'],
    ['a green that the server confirms is green', 'success', 'success', 'success'],
    ['one that the job did not know is what the server says', 'unknown', 'success', 'success'],
    ['a claim that the server does not know either stands on nothing', 'success', 'unknown', 'unknown, doubted'],
  ] as const)('%s', (_name, own, servers, told) => {
    expect(check([kept({ conclusion: own })], [listed({ conclusion: servers })])).toEqual({ ...QUIET, told: [told] });
  });

  it('a green that the server does not list is doubted, unless it was fetched from the server', () => {
    expect(check([kept({ conclusion: 'success' })], []).told).toEqual(['unknown, doubted']);
    expect(check([kept({ conclusion: 'success' }, true)], []).told).toEqual(['success']);
    expect(check([kept({ conclusion: 'cancelled' })], []).told).toEqual(['cancelled']);
  });

  it('where no attempts are listed, a success among the statuses of its own job confirms a green', () => {
    const green = kept({ conclusion: 'success' });
    const told = (...statuses: ServerStatus[]) => check([green], undefined, statuses).told;
    expect(told(status('success'))).toEqual(['success']);
    expect(told(status('pending'))).toEqual(['unknown, doubted']);
    expect(told(status('success', 'CI / lint (push)'))).toEqual(['unknown, doubted']);
    expect(told(status('success', 'CI / test (pull_request)'))).toEqual(['unknown, doubted']);
    expect(told(status('success', 'somebody’s own word'))).toEqual(['unknown, doubted']);
    expect(check([green], [], [status('success')]).told).toEqual(['unknown, doubted']);
  });

  it('a job of a pull request goes by its family of events, one on the target branch does not', () => {
    const told = (event: string, context: string) =>
      check([kept({ conclusion: 'success', event })], undefined, [status('success', context)]).told;
    expect(told('pull_request_sync', 'CI / test (pull_request)')).toEqual(['success']);
    expect(told('pull_request_target', 'CI / test (pull_request)')).toEqual(['unknown, doubted']);
  });

  it('a workflow that is not known matches by the end of the name, a job that is not known matches nothing', () => {
    const told = (attempt: Partial<Attempt>) =>
      check([kept({ conclusion: 'success', ...attempt })], undefined, [status('success')]).told;
    expect(told({ workflow: undefined, event: undefined })).toEqual(['success']);
    expect(told({ workflow: 'other' })).toEqual(['unknown, doubted']);
    expect(told({ job: undefined })).toEqual(['unknown, doubted']);
  });
});

describe('which attempt is which', () => {
  it('goes by the provider’s id before anything else', () => {
    const two = [kept({ providerId: '1', job: 'x' }), kept({ providerId: '2', job: 'x' })];
    const server = [
      listed({ providerId: '2', conclusion: 'failure' }),
      listed({ providerId: '1', conclusion: 'success' }),
    ];
    expect(check(two, server).told).toEqual(['success', 'failure']);
  });

  it('then by run and number, then by what both know', () => {
    const server = [listed({ attempt: 2, conclusion: 'success' }), listed({ attempt: 1, conclusion: 'failure' })];
    expect(check([kept({ attempt: 1 }), kept({ attempt: 2 })], server).told).toEqual(['failure', 'success']);
    expect(check([kept({ attempt: undefined, run: undefined })], [listed({ conclusion: 'success' })]).told).toEqual([
      'success',
    ]);
  });

  it('a green without a number is rather the listed green than the listed red', () => {
    const server = [listed({ attempt: 1, conclusion: 'failure' }), listed({ attempt: 2, conclusion: 'success' })];
    const { told, missing } = check([kept({ attempt: undefined, conclusion: 'success' })], server);
    expect([told, missing]).toEqual([['success'], ['test']]);
  });

  it('does not take another run, workflow or job for the same', () => {
    for (const other of [{ run: '8' }, { workflow: 'other' }, { job: 'other' }])
      expect(check([kept({ conclusion: 'success' })], [listed({ ...other, conclusion: 'success' })]).told).toEqual([
        'unknown, doubted',
      ]);
  });
});

describe('what nobody kept', () => {
  it('is a red that the server lists; its log may still be had', () => {
    const server = [
      listed({ conclusion: 'failure' }, { hasLog: false }),
      listed({ job: 'lint', conclusion: 'success' }),
    ];
    expect(check([], server)).toEqual({ ...QUIET, told: [], missing: ['test'] });
    expect(check([], [listed({ conclusion: 'failure' })]).logsToCome).toBe(true);
    expect(
      check([], [listed({ conclusion: 'failure' })], [], { ...EVERYTHING_REQUIRED, ignored: ['te*'] }).missing,
    ).toEqual([]);
  });

  it('is a red of which only the statuses are left, one for each row more than is known', () => {
    const red = kept({ conclusion: 'failure' });
    const rows = (n: number) => Array.from({ length: n }, () => status('failure'));
    expect(check([red], undefined, [status('success'), ...rows(1)]).missing).toEqual([]);
    expect(check([red], undefined, [status('success'), ...rows(2)]).missing).toEqual(['CI / test (push)']);
    expect(check([], undefined, [status('error')]).missing).toEqual(['CI / test (push)']);
    expect(check([kept({ conclusion: 'cancelled' })], undefined, rows(1)).missing).toEqual([]);
  });

  it('is not our own status, nor that of an ignored job, by whatever name the policy has for it', () => {
    expect(check([], undefined, [status('failure', 'firstred/gate')]).missing).toEqual([]);
    for (const ignored of ['CI / test (push)', 'CI / test', 'test'])
      expect(check([], undefined, [status('failure')], { ...EVERYTHING_REQUIRED, ignored: [ignored] }).missing).toEqual(
        [],
      );
    expect(check([], undefined, [status('failure', 'codecov/patch')]).missing).toEqual(['codecov/patch']);
    expect(
      check([], undefined, [status('failure', 'codecov/patch')], { ...EVERYTHING_REQUIRED, ignored: ['codecov/*'] })
        .missing,
    ).toEqual([]);
  });
});

describe('what is awaited', () => {
  it('is a listed attempt that has not finished, but for advisory and ignored jobs', () => {
    const running = [listed({}, { state: 'running' }), listed({ job: undefined }, { state: 'waiting' })];
    expect(check([], running).awaited).toEqual([
      'test: it has not finished',
      'a job without a name: it has not finished',
    ]);
    expect(check([], running.slice(0, 1), [], { ...EVERYTHING_REQUIRED, advisory: ['test'] }).awaited).toEqual([]);
  });

  it('is, where none are listed, a job whose newest status is pending', () => {
    const rows = [
      status('pending'),
      status('failure'),
      status('success', 'CI / lint (push)'),
      status('pending', 'CI / lint (push)'),
    ];
    expect(check([kept({ conclusion: 'failure' })], undefined, rows).awaited).toEqual([
      'CI / test (push): it has not finished',
    ]);
    expect(check([], [], rows.slice(0, 1)).awaited).toEqual([]);
    expect(check([], undefined, [status('pending', 'somebody’s own')]).awaited).toEqual([]);
    expect(check([], undefined, rows.slice(0, 1), { ...EVERYTHING_REQUIRED, ignored: ['test'] }).awaited).toEqual([]);
  });
});
