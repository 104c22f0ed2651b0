import { describe, expect, it } from 'vitest';
import { readLines } from '../../indexer/lines.ts';

/** Name, first and last line of each step; `!` when it failed. */
const stepsOf = (lines: readonly string[]): string[] =>
  readLines('x', `${lines.join('\n')}\n`).steps.map(
    (s) => `${s.name} ${s.firstLine}-${s.lastLine}${s.failed ? '!' : ''}`,
  );

describe('steps', () => {
  it('of GitHub: groups named Run, the failed one marked', () => {
    const at = '2026-05-04T09:00:01.1234567Z ';
    expect(
      stepsOf([
        `${at}##[group]Operating System`,
        `${at}##[endgroup]`,
        `${at}##[group]Run make`,
        `${at}make`,
        `${at}##[endgroup]`,
        `${at}building`,
        `${at}##[group]Run make test`,
        `${at}##[endgroup]`,
        `${at}##[error]Process completed with exit code 2.`,
        `${at}Post job cleanup.`,
        `${at}bye`,
      ]),
    ).toEqual(['make 3-6', 'make test 7-9!', 'Post job cleanup. 10-11']);
  });

  it('of Gitea: group commands, stars and crosses', () => {
    expect(
      stepsOf([
        '⭐ Run Main Build',
        'x',
        '  ✅  Success - Main Build',
        '⭐ Run Main Test',
        '❌  Failure - Main Test',
        'Job failed',
      ]),
    ).toEqual(['Build 1-3', 'Test 4-5!', 'Job failed 6-6']);
    expect(
      stepsOf([
        '::group::Run a',
        '::endgroup::',
        'x',
        '::group::Run b',
        '::endgroup::',
        '::error file=x.ts,line=3::bad',
      ]),
    ).toEqual(['a 1-3', 'b 4-6!']);
  });

  it('of Travis: folds and commands, hidden before a carriage return', () => {
    expect(
      stepsOf([
        'travis_fold:start:git.checkout\rtravis_time:start:0a\r\u001b[0K$ git clone x',
        'travis_fold:end:git.checkout\r\u001b[0K\u001b[0K$ make test',
        'boom',
        'The command "make test" exited with 2.',
      ]),
    ).toEqual(['git clone x 1-1', 'make test 2-4!']);
  });

  it('of GitLab: sections', () => {
    expect(
      stepsOf([
        'section_start:1777885201:build_script\r\u001b[0K\u001b[0KExecuting',
        'make',
        'section_end:1777885261:build_script\r\u001b[0K',
      ]),
    ).toEqual(['build_script 1-3']);
  });

  it('of Jenkins: named pipeline blocks, or the commands of a freestyle job', () => {
    expect(
      stepsOf([
        '[Pipeline] stage',
        '[Pipeline] { (Build)',
        '[Pipeline] sh',
        '+ make',
        '[Pipeline] }',
        '[Pipeline] { (Test)',
        'x',
        '[Pipeline] }',
      ]),
    ).toEqual(['Build 2-5', 'Test 6-8']);
    expect(stepsOf(['Started by timer', '[my job] $ /bin/sh -xe /tmp/x.sh', 'x'])).toEqual([
      '/bin/sh -xe /tmp/x.sh 2-3',
    ]);
  });

  it('of Buildkite and Azure', () => {
    expect(stepsOf(['~~~ Preparing plugins', 'x', '--- :package: Build', 'y'])).toEqual([
      'Preparing plugins 1-2',
      ':package: Build 3-4',
    ]);
    expect(stepsOf(['##[section]Starting: Build', 'x', '##[section]Finishing: Build'])).toEqual(['Build 1-3']);
  });

  it('are groups where a log has no steps, and none where it has no marks', () => {
    expect(stepsOf(['##[group]Set up', 'x', '##[endgroup]', 'y'])).toEqual(['Set up 1-3']);
    expect(stepsOf(['hello', 'world'])).toEqual([]);
  });

  it('have times where lines have', () => {
    const { steps } = readLines('x', '[00:00:01] ##[group]Run a\n[00:00:05] x\n');
    expect(steps[0]).toMatchObject({ startedAtMs: 1000, finishedAtMs: 5000 });
  });
});

it('the echo of a script, marks and traces are told from output', () => {
  const log = readLines('x', '##[group]Run x\nexit 1\n##[endgroup]\n+ make\nerror: x\n##[error]y\n');
  const lines = [1, 2, 3, 4, 5, 6];
  expect(lines.map((n) => log.isMark(n))).toEqual([true, false, true, false, false, false]);
  expect(lines.map((n) => log.isEcho(n))).toEqual([false, true, true, true, false, false]);
  expect(log.isErrorMark(6)).toBe(true);
});
