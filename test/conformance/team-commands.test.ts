// Commands over a team's index print what they print over the local one: those that look through whole indexes, and the page.
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf, expectCode, runCommand, startCommand, type TestHome } from '../support/command.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { openFront } from '../support/engine/front.ts';
import { type Answer, dropLogs, keepLogs, type Served, serveLogs } from '../support/served.ts';

const RULES = JSON.stringify({ format: 1, rules: [{ id: 'wait', pattern: 'needle_of_the_wait' }] });
/** One field a line, so that a difference can be seen. */
const linesOf = ({ body }: Answer): readonly string[] => body.toString().split(/(?<=[,{[])(?=")/);
const engine = await startEngine();

describe.skipIf(engine === undefined)('commands over a team’s index', () => {
  let home: TestHome;
  let team: TestHome;
  beforeAll(async () => {
    home = await keepLogs(
      Array.from({ length: 9 }, (_, n) => ({
        file: `${n}.log`,
        text: `##[group]Run ${n}\nwaiting for the queue: ${10 + n} s of 60 s\nneedle_of_the_wait ${n}\nError: the ${n % 2 === 0 ? 'case' : 'suite'} failed\n`,
        sha: `abc${String(n).padStart(37, '0')}`,
        job: `job ${n % 2}`,
        run: String(40 + n),
        conclusion: n % 3 === 0 ? ('failure' as const) : ('success' as const),
        startedAt: new Date(Date.UTC(2026, 4, 1 + n)).toISOString(),
        finishedAt: new Date(Date.UTC(2026, 4, 1 + n, 0, 10 + n)).toISOString(),
      })),
    );
    team = { ...home, env: { ...home.env, FIRSTRED_INDEX: (engine as TestEngine).address } };
    expect((await runCommand(team, ['reindex', '--quiet'])).code).toBe(0);
  });
  afterAll(async () => {
    await dropLogs(home);
    await engine?.stop();
  });

  test.each([
    [['headroom', '--json', '--points']],
    [['headroom', '--steps', '--json']],
    [['headroom', '--waits', '--json']],
    [['rules', 'test', '-', '--json']],
    [['prune', '--keep-green', '1s', '--keep-red', 'forever', '--keep-last', '2', '--json']],
    [['prune', '--keep-green', '1s', '--keep-red', '1s', '--json']],
  ])('%j', async (args) => {
    const input = args[0] === 'rules' ? { input: RULES } : {};
    const [own, theirs] = [await runCommand(home, args, input), await runCommand(team, args, input)];
    expect([theirs.code, theirs.stdout.toString(), theirs.stderr]).toEqual([
      own.code,
      own.stdout.toString(),
      own.stderr,
    ]);
    expect(own.stdout.length).toBeGreaterThan(100);
  });

  test('the page answers the same', async () => {
    const servers: Served[] = [await serveLogs(home), await serveLogs(team)];
    try {
      const [first] = (await servers[0]!.ask('/api/attempts')).json<{ logId: string }[]>();
      const log = first!.logId;
      for (const path of [
        '/api/attempts?conclusion=red',
        '/api/headroom?points=true',
        '/api/flakes',
        '/api/signatures',
        `/api/logs/${log}`,
        `/api/logs/${log}/find?q=needle_of`,
        `/api/errors/${log}`,
        `/api/why/${log}`,
        `/api/diff/${log}`,
        '/api/logs/Lnowhere',
      ]) {
        const [own, theirs] = [await servers[0]!.ask(path), await servers[1]!.ask(path)];
        expect([path, theirs.status, linesOf(theirs)]).toEqual([path, own.status, linesOf(own)]);
      }
    } finally {
      for (const server of servers) await server.close();
    }
  });

  test('what prune lets go is gone from both', async () => {
    const args = ['prune', '--keep-green', '1s', '--keep-red', 'forever', '--apply', '--json'];
    const { code, stdout } = await runCommand(team, args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString()).buried.length).toBeGreaterThan(3);
    expect((await runCommand(home, ['sync', '--quiet'])).code).toBe(0);
    const [own, theirs] = [await runCommand(home, ['list', '--json']), await runCommand(team, ['list', '--json'])];
    expect(theirs.stdout.toString()).toBe(own.stdout.toString());
  });

  test.skipIf(process.platform === 'win32').each([
    ['sync --quiet', 10],
    ['reindex --quiet', 10],
    ['list --json', getPriority()],
  ])('%s ends with the priority %d', async (command, expected) => {
    let priority: number | undefined;
    const front = await openFront((engine as TestEngine).port, () => {
      priority = getPriority(child.pid);
      return { kind: 'pass' };
    });
    const env = { ...team.env, FIRSTRED_INDEX: front.address };
    const child = startCommand({ ...team, env }, command.split(' '));
    expectCode(await endOf(child), 0);
    await front.close();
    expect(priority).toBe(expected);
  });

  test('a log that cannot be read is named by both', async () => {
    const args = ['archive', '-', '--no-index', '--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'damaged'];
    expect((await runCommand(home, args, { input: 'a line\n'.repeat(100) })).code).toBe(0);
    const names = await readdir(home.store, { recursive: true });
    const name = names.find((each) => /damaged.*\.zst$/.test(each)) ?? '';
    const path = join(home.store, name);
    const bytes = await readFile(path);
    bytes[20] = (bytes[20] ?? 0) ^ 0xff;
    await chmod(path, 0o600);
    await writeFile(path, bytes);
    const [own, theirs] = [await runCommand(home, ['sync']), await runCommand(team, ['sync'])];
    expect([theirs.code, theirs.stderr]).toEqual([20, own.stderr]);
    expect(theirs.stderr).toContain(`${name.replace('.zst', '.json')}: `);
  });
});
