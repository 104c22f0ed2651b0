// `attach`: one comment of a kept log, edited on repetition, that pings nobody and fits what the server takes.
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { attach } from '../../cli/commands/attach.ts';
import { list } from '../../cli/commands/list.ts';
import { pull } from '../../cli/commands/pull.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
let fake: FakeForge;
let world: CommandWorld;
let logId: string;

afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  world.close();
  await fake.close();
});

async function open(mode: Mode, log = RED, job = 'test (20)'): Promise<void> {
  fake = await startFakeForge(mode);
  const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
  world = openCommandWorld(env, () => fake.world.nowMs);
  const run = fake.world.start({ jobs: [{ name: job }] });
  fake.world.ran(run.id, job, 'failure', log);
  expect(await world.run(pull, [], { sha: MAIN_SHA })).toBe(0);
  await world.run(list, [], { json: true });
  logId = (JSON.parse(world.out.text) as { logId: string }[])[0]!.logId;
}

const ours = () => fake.social.comments.filter(({ body }) => body.startsWith('<!-- firstred:'));
const attachTo = (issue: string, more = {}): Promise<number> => world.run(attach, [logId], { issue, ...more });

describe.each(['gitea-1.25', 'gitea-1.27', 'forgejo-16', 'github'] as const)('%s', (mode) => {
  test('one comment, edited on repetition, the log with it where the server takes one', async () => {
    await open(mode);
    expect(await attachTo('9')).toBe(0);
    expect(await attachTo('9')).toBe(0);
    const [comment, ...others] = ours();
    expect(others).toEqual([]);
    expect(comment?.body).toContain('not ok 3 - retries on ECONNRESET');
    expect(comment?.body).toContain(`firstred show ${logId}`);
    if (mode === 'github') expect(world.err.text).toContain('excerpt and a link');
    else {
      expect(comment?.assets.map(({ name }) => name)).toEqual([`${logId}.log.gz`]);
      expect(gunzipSync(comment!.assets[0]!.bytes).toString()).toBe(RED);
    }
    fake.social.comments.splice(fake.social.comments.indexOf(comment!), 1); // deleted by hand
    expect(await attachTo(`${fake.serverUrl}/acme/widgets/issues/9`)).toBe(0);
    expect(ours()).toHaveLength(1);
  });
});

test('at most 20 error lines, and no sign of the log is Markdown, a mention or a command', async () => {
  const lines = Array.from(
    { length: 200 },
    (_, n) => `Error: case ${n} of @team failed, fixes #12 \`\`\`\` </details> <script>`,
  );
  await open('gitea-1.26', `${lines.join('\n')}\n/close\n`, 'te`st | @all #7');
  expect(await attachTo('9')).toBe(0);
  const body = ours()[0]!.body;
  expect(body.length).toBeLessThan(60_001);
  const fence = /^(`{4,})text\n([\s\S]*?)\n\1$/m.exec(body);
  expect(fence?.[2]?.split('\n').length).toBeLessThanOrEqual(21);
  const outside = body.replace(fence?.[0] ?? '', '').replace(/(`+) [\s\S]*? \1/g, '');
  expect(outside).not.toMatch(/@(team|all)|#\d|<script|^\/close/m);
});

test('beside the error stands what is new at it, and no progress from elsewhere', async () => {
  const steps = Array.from({ length: 30 }, (_, n) => `compiling part ${'abcdefghij'[n % 10]} of the tree`);
  const red = ['Warming the cache of this host', ...steps, 'the shard goes away', 'Error: no shard answers', ...steps];
  await open('gitea-1.26', `${red.join('\n')}\n`);
  const green = fake.world.start({ jobs: [{ name: 'test (20)' }] });
  fake.world.ran(green.id, 'test (20)', 'success', `${[...steps, ...steps].join('\n')}\n`);
  expect(await world.run(pull, [], { sha: MAIN_SHA })).toBe(0);
  expect(await world.run(attach, [logId], { print: true })).toBe(0);
  expect(world.out.text).toContain('the shard goes away\n33: Error: no shard answers');
  expect(world.out.text).not.toContain('Warming');
});

test('what the server will not take is left out and said', async () => {
  await open('gitea-1.26');
  fake.social.allowedTypes = '.png,.zst';
  expect(await attachTo('9')).toBe(0);
  expect(world.err.text).toContain('neither .gz nor .log nor .txt');
  expect(ours()[0]?.assets).toEqual([]);
});

test('a plain log where .gz is forbidden', async () => {
  await open('gitea-1.26');
  fake.social.allowedTypes = '.log';
  expect(await attachTo('9')).toBe(0);
  expect(Buffer.from(ours()[0]!.assets[0]!.bytes).toString()).toBe(RED);
});

test('a locked issue refuses; a closed one takes the comment, and that is said', async () => {
  await open('gitea-1.26');
  fake.social.lockedIssue = 9;
  await expect(attachTo('9')).rejects.toMatchObject({ code: 'REFUSED', message: expect.stringContaining('is locked') });
  fake.social.lockedIssue = undefined;
  fake.social.closedIssue = 9;
  expect(await attachTo('9')).toBe(0);
  expect(world.err.text).toContain('#9 is closed');
});

test('another server’s issue is not written to; --print needs no server', async () => {
  await open('gitea-1.26');
  await expect(attachTo('https://other.example.com/acme/widgets/issues/9')).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(attachTo('nine')).rejects.toMatchObject({ code: 'USAGE' });
  const asked = fake.requests.length;
  expect(await world.run(attach, [logId], { print: true })).toBe(0);
  expect(world.out.text).toContain('not ok 3');
  expect(fake.requests).toHaveLength(asked);
});
