// A running job of a fake server in which the CI action is a step.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type ActionJob, type ActionStep, openActionJob } from './action-runner.ts';
import type { CommandResult } from './command.ts';
import { stepOf } from './fake-forge/environment.ts';
import { type FakeForge, startFakeForge } from './fake-forge/server.ts';
import type { Job, Mode, Task } from './fake-forge/world.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A running job, in which the action can be used. */
export interface Stage {
  readonly fake: FakeForge;
  readonly job: Job;
  readonly task: Task;
  readonly folder: string;
  readonly store: string;
  use(over?: Partial<ActionStep>): ActionJob;
}

/** A running job of a fake server, in which the action is a step. */
export async function openStage(mode: Mode): Promise<Stage> {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  const run = fake.world.start({ jobs: [{ name: 'test (20)' }] });
  const job = fake.world.job(run.id, 'test (20)');
  const task = fake.world.claim(job);
  const folder = await makeTempFolder();
  const { env, eventText } = stepOf(fake, job, task);
  writeFileSync(join(folder, 'event.json'), eventText);
  const store = join(folder, 'store');
  return {
    fake,
    job,
    task,
    folder,
    store,
    use: ({ env: extra = {}, inputs = {}, ...over } = {}) =>
      openActionJob(folder, {
        env: { ...env, GITHUB_EVENT_PATH: join(folder, 'event.json'), ...extra },
        inputs: { store, ...inputs },
        expressions: { 'github.token': task.token, 'toJSON(matrix)': '{"node":20}', 'job.check_run_id': '' },
        ...over,
      }),
  };
}

/** Green, whatever happened; gives what the server shows. */
export function warningsOf({ code, signal, stdout }: CommandResult): readonly string[] {
  expect([code, signal]).toEqual([0, null]);
  return [...stdout.toString().matchAll(/^::warning::(.*)$/gm)].map(([, text = '']) => text);
}
