import { expect, test } from 'vitest';
import type { CommitStatus } from '../../forge/forge.ts';
import { workflowNameInFile, workflowOfStatuses } from '../../forge/workflow-name.ts';

test.each([
  ['name: CI\non: push\n', 'CI'],
  ['# top\r\nname:   "build: all"  # shown\r\non: push\r\n', 'build: all'],
  ["name: 'it''s'\n", "it''s"],
  ['name: CI # comment\n', 'CI'],
  ['name: C#\n', 'C#'],
  ['on: push\njobs:\n  a:\n    name: nested\n', undefined],
  ['name:\non: push\n', undefined],
  ['name: |\n  block\n', undefined],
  ['', undefined],
])('the name in %j is %j', (text, name) => {
  expect(workflowNameInFile(text)).toBe(name);
});

const status = (context: string, targetUrl = '/acme/widgets/actions/runs/57/jobs/0'): CommitStatus => ({
  context,
  targetUrl,
  state: 'success',
  description: '',
  createdAtMs: 0,
});
const run = { repo: 'h/acme/widgets', sha: 'x', file: 'ci.yml', pageUrl: 'https://h/acme/widgets/actions/runs/57' };

test.each([
  ['the text before the job', [status('CI / test (20) (push)')], ['test (20)'], 'CI'],
  [
    'the shortest, as a reusable workflow’s job ends alike',
    [status('CI / call / test (push)'), status('CI / test (push)')],
    ['test', 'call / test'],
    'CI',
  ],
  ['a name with slashes', [status('a / b / test (push)')], ['test'], 'a / b'],
  [
    'not that of another run',
    [status('Other / test (push)', '/acme/widgets/actions/runs/571/jobs/0')],
    ['test'],
    undefined,
  ],
  ['not that of a foreign status', [status('Other / test (push)', 'https://ci.example/1')], ['test'], undefined],
  ['nothing for a workflow without a name', [status('/ test (push)')], ['test'], undefined],
])('of statuses: %s', (_name, statuses, jobs, name) => {
  expect(workflowOfStatuses(statuses, run, jobs)).toBe(name);
});
