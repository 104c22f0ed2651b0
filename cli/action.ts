// Entry point of the CI action (action.yml), bundled into one file. The runner starts it twice: at the job's start it only
// leaves a mark, at its end it keeps the job's log. The keeping runs in a process of its own, so that whatever becomes of
// that one, down to a crash, this one ends with 0: a job is never red because of its log.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type { Environment } from './config.ts';

/** The name of the mark: what `main` saves, `post` sees as STATE_…. */
const MARK = 'firstred';
/** Set for the process that keeps. */
const PART = 'FIRSTRED_ACTION_PART';
/** engines in package.json. */
const OLDEST_NODE = 20;
/** chosen: time to leave what is sealed in the spool. */
const GRACE_MS = 5000;

async function run(): Promise<void> {
  if (!isMainThread) {
    await import('../store/compress-worker.ts');
    return;
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE)
    return warn(
      `this job's log is not kept: Node ${process.versions.node} runs here, the action needs ${OLDEST_NODE} or newer`,
    );
  const { processSources } = await import('./config.ts');
  const { env } = processSources();
  if (env[PART] === 'keep') return keep(env);
  if (env[`STATE_${MARK}`] === undefined) return begin(env);
  return guard(env);
}

/** Runners before 2022 know the printed form alone. */
function begin(env: Environment): void {
  const file = env['GITHUB_STATE'] ?? '';
  if (file === '') process.stdout.write(`::save-state name=${MARK}::begun\n`);
  else appendFileSync(file, `${MARK}=begun\n`);
}

/** Waits for the process that keeps, but not for ever. */
async function guard(env: Environment): Promise<void> {
  const { readTimeLimit } = await import('./action-inputs.ts');
  const limitMs = readTimeLimit(env);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...env, [PART]: 'keep' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let isLate = false;
  const timers = [
    setTimeout(() => {
      isLate = true;
      child.kill('SIGTERM');
      timers.push(setTimeout(() => child.kill('SIGKILL'), GRACE_MS));
    }, limitMs),
  ];
  // A cancelled job: what the signal means is the other process's affair.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const end = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`));
  });
  for (const timer of timers) clearTimeout(timer);
  if (isLate)
    await warn(`gave up after ${limitMs / 1000} s: this job's log may not be kept (input \`timeout\` gives it longer)`);
  else if (end !== undefined)
    await warn(`this job's log is not kept: ${end}; \`firstred pull\` can fetch it from the server`);
}

/** `archive --no-fail` with the action's inputs. */
async function keep(env: Environment): Promise<void> {
  const [{ armCrashPoint }, { archive }, { readConfig, processSources }, { readActionInputs }, { sinkOf }] =
    await Promise.all([
      import('../store/crash-points.ts'),
      import('./commands/archive.ts'),
      import('./config.ts'),
      import('./action-inputs.ts'),
      import('./sinks.ts'),
    ]);
  const cancelled = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancelled.abort(signal));
  armCrashPoint(env['FIRSTRED_TEST_KILL_AT']);
  const given = readActionInputs(env);
  let config: ReturnType<typeof readConfig> | undefined;
  await archive.run(given.input, {
    stdin: (async function* () {})(),
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    signal: cancelled.signal,
    now: Date.now,
    commands: async () => [],
    config: () => (config ??= readConfig({ ...processSources(), env: { ...env, ...given.env }, flags: given.flags })),
  });
}

async function warn(text: string): Promise<void> {
  const { warningLine } = await import('./warning-line.ts');
  process.stdout.write(warningLine(text));
}

async function warnOf(error: unknown): Promise<void> {
  const { AppError, reasonOf } = await import('../store/errors.ts');
  await warn(error instanceof AppError ? `${error.message} (${error.hint})` : `unexpected failure: ${reasonOf(error)}`);
}

process.on('uncaughtException', (error) => void warnOf(error));
process.on('exit', () => {
  process.exitCode = 0;
});
void run().catch(warnOf);
