// Statuses, comments and attachments: written once, edited on repetition, within what the server takes.
import { afterEach, describe, expect, test } from 'vitest';
import { openForge } from '../../forge/detect.ts';
import type { Forge } from '../../forge/forge.ts';
import { collect } from '../../forge/pages.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';
import { testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
const REPO = 'h/acme/widgets';
let fake: FakeForge;
let forge: Forge;

async function open(mode: Mode): Promise<void> {
  fake = await startFakeForge(mode);
  const address = {
    serverUrl: fake.serverUrl,
    apiUrl: undefined,
    token: PERSONAL_TOKEN,
    tokenVariable: 'FIRSTRED_TOKEN',
  };
  forge = await openForge(address, testTools(fake.world), signal);
  fake.world.start({ jobs: [{ name: 'test' }] });
}
afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  await fake.close();
});

describe.each(['gitea-1.22', 'gitea-1.27', 'forgejo-16', 'github'] as const)('%s', (mode) => {
  test('a status is written and read back, replaced ones after it', async () => {
    await open(mode);
    const status = {
      repo: REPO,
      sha: MAIN_SHA,
      context: 'firstred/gate',
      description: `1 unexplained red ${'x'.repeat(200)}`,
    };
    await forge.setStatus({ ...status, state: 'pending' }, signal);
    await forge.setStatus({ ...status, state: 'failure', targetUrl: 'https://firstred.example/1' }, signal);
    const found = (await collect(forge.statuses(REPO, MAIN_SHA, signal))).filter((s) => s.context === 'firstred/gate');
    expect(found.map((s) => s.state)).toEqual(['failure', 'pending']);
    expect(found[0]?.targetUrl).toBe('https://firstred.example/1');
    expect(found[0]?.description.length).toBeLessThan(mode === 'github' ? 141 : 300);
  });

  test('a comment is made once, edited when it changes, left alone when it does not', async () => {
    await open(mode);
    const issue = { repo: REPO, number: 9 };
    const marker = '<!-- firstred:812 -->';
    const first = await forge.comment(issue, { marker, body: `${marker}\nred` }, signal);
    expect(first.state).toBe('created');
    expect(await forge.comment(issue, { marker, body: `${marker}\nred` }, signal)).toMatchObject({
      id: first.id,
      state: 'unchanged',
    });
    expect(await forge.comment(issue, { marker, body: `${marker}\nred, then green` }, signal)).toMatchObject({
      id: first.id,
      state: 'edited',
    });
    expect(fake.social.comments.filter((c) => c.body.includes(marker)).map((c) => c.body)).toEqual([
      `${marker}\nred, then green`,
    ]);
  });

  test('a comment that only quotes the marker is not taken for ours', async () => {
    await open(mode);
    fake.social.comments.push({ id: 800, issue: 9, body: '> <!-- m -->\nwhat is this?', assets: [] });
    expect(
      await forge.comment({ repo: REPO, number: 9 }, { marker: '<!-- m -->', body: '<!-- m -->\nred' }, signal),
    ).toMatchObject({ state: 'created' });
  });

  test('a stranger’s comment with our marker is left alone', async () => {
    await open(mode);
    const forged = { id: 800, issue: 9, author: 7, body: '<!-- m -->\nall is well', assets: [] };
    fake.social.comments.push(forged);
    const issue = { repo: REPO, number: 9 };
    const comment = { marker: '<!-- m -->', body: '<!-- m -->\nred' };
    expect(await forge.comment(issue, comment, signal)).toMatchObject({ state: 'created' });
    expect(await forge.comment(issue, { ...comment, body: '<!-- m -->\ngreen' }, signal)).toMatchObject({
      state: 'edited',
    });
    expect(forged.body).toBe('<!-- m -->\nall is well');
    fake.social.tellsUser = false;
    await expect(forge.comment(issue, comment, signal)).rejects.toMatchObject({
      code: 'REFUSED',
      hint: expect.stringContaining('read:user'),
    });
  });

  test('a locked issue refuses', async () => {
    await open(mode);
    fake.social.lockedIssue = 9;
    await expect(forge.comment({ repo: REPO, number: 9 }, { marker: 'm', body: 'm' }, signal)).rejects.toMatchObject({
      code: 'REFUSED',
    });
  });
});

describe.each(['gitea-1.25', 'gitea-1.26', 'forgejo-16'] as const)('%s attaches', (mode) => {
  test('what the server takes, after it was asked', async () => {
    await open(mode);
    const limits = await forge.attachmentLimits?.(signal);
    expect(limits).toMatchObject({ maxBytes: (mode === 'gitea-1.26' ? 100 : 2048) * 1024 * 1024, maxFiles: 5 });
    expect(limits?.endings).toContain('.gz');
    const made = await forge.comment({ repo: REPO, number: 9 }, { marker: 'm', body: 'm' }, signal);
    const file = { name: 'test-20.log.gz', mediaType: 'application/gzip', bytes: Buffer.from([31, 139, 8, 0, 255]) };
    const ref = await forge.attach?.({ repo: REPO, commentId: made.id }, file, signal);
    expect(ref?.url).toMatch(/attachments/);
    expect(Buffer.from(fake.social.comments.at(-1)!.assets[0]!.bytes)).toEqual(file.bytes);
    expect(await forge.comment({ repo: REPO, number: 9 }, { marker: 'm', body: 'm2' }, signal)).toMatchObject({
      attachments: [file.name],
    });
  });

  test('not what it forbids', async () => {
    await open(mode);
    const made = await forge.comment({ repo: REPO, number: 9 }, { marker: 'm', body: 'm' }, signal);
    const file = { name: 'test-20.log.zst', mediaType: 'application/zstd', bytes: Buffer.from([1]) };
    await expect(forge.attach?.({ repo: REPO, commentId: made.id }, file, signal)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('forbidden file extension'),
    });
  });
});

test.each(['..', 'a', '', 'a/..', '../..'])('a repository called %j reaches no other path', async (repo) => {
  await open('gitea-1.26');
  const requests = fake.requests.length;
  await expect(collect(forge.statuses(repo, MAIN_SHA, signal))).rejects.toMatchObject({ code: 'USAGE' });
  await expect(collect(forge.statuses(REPO, '../../x', signal))).rejects.toMatchObject({ code: 'USAGE' });
  await expect(collect(forge.attempts!({ repo: REPO, by: 'run', run: '1/../..' }, signal))).rejects.toMatchObject({
    code: 'USAGE',
  });
  expect(fake.requests).toHaveLength(requests);
});
