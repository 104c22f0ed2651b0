// A log that is forgotten on one machine goes from index, vocabulary and caches of every other at its next sync.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { findS3Server, makeBucket, type S3Server } from '../support/s3-server.ts';

const SECRET_WORD = 'zanzibarquokka';
const IDENTITY = ['--repo', 'git.example.test/a/b', '--job', 'j', '--run', '1'];
const server = await findS3Server();

/** Whether a file under `folder` holds the word, plain. */
function holds(folder: string, word: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => readFileSync(path).includes(word));
}

const search = (home: TestHome, word = SECRET_WORD) => runCommand(home, ['search', word]);

describe.skipIf(server === undefined)('with a bucket and two machines', () => {
  const s3 = server as S3Server;

  test('forgotten on one, gone from the other: index, vocabulary, cached frames, signatures', async () => {
    const env = {
      FIRSTRED_STORE: `s3://${await makeBucket(s3)}/x`,
      FIRSTRED_S3_ENDPOINT: s3.endpoint,
      FIRSTRED_S3_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    };
    const [one, two] = [await makeHome(env), await makeHome(env)];
    const keep = async (sha: string, text: string): Promise<string> => {
      writeFileSync(join(one.folder, 'work/a.log'), text);
      const args = ['archive', 'a.log', ...IDENTITY, '--sha', sha, '--conclusion', 'red', '--json'];
      return JSON.parse(expectCode(await runCommand(one, args), 0).stdout.toString())[0].logId;
    };
    const logId = await keep('4f2a91c', `start\nError: ${SECRET_WORD} was here\n`);
    await keep('5f2a91c', 'start\nError: something else was here\n');
    expectCode(await runCommand(two, ['sync']), 0);
    // Compressed frames are cached by a search, so that there is something to remove.
    expectCode(await search(two), 0);
    const cached = (): number => readdirSync(join(two.folder, 'cache'), { recursive: true }).length;
    const before = cached();
    expect(holds(two.folder, SECRET_WORD)).not.toEqual([]);

    expectCode(await runCommand(one, ['forget', logId, '--reason', 'a name in it', '--yes']), 0);
    expectCode(await runCommand(two, ['sync']), 0);

    for (const home of [one, two]) {
      expectCode(await search(home), 1);
      expectCode(await runCommand(home, ['show', logId]), 21);
      expect(JSON.parse((await runCommand(home, ['list', '--json'])).stdout.toString())).toHaveLength(1);
      expect((await runCommand(home, ['signatures', '--json'])).stdout.toString()).not.toContain(SECRET_WORD);
      expect((await runCommand(home, ['search', '--fuzzy', SECRET_WORD])).stdout.toString()).not.toContain(SECRET_WORD);
    }
    expect(cached()).toBeLessThan(before);
    expect(holds(two.folder, SECRET_WORD)).toEqual([]);
    // What is left is untouched.
    expectCode(await search(two, 'something else'), 0);
  });
});

test('a headline that other logs have in their own words keeps nothing of the forgotten one', async () => {
  const home = await makeHome();
  const keep = async (sha: string, session: string): Promise<string> => {
    writeFileSync(join(home.folder, 'work/a.log'), `start\nError: session ${session} was refused by the shard\n`);
    const args = ['archive', 'a.log', ...IDENTITY, '--sha', sha, '--conclusion', 'red', '--json'];
    return JSON.parse(expectCode(await runCommand(home, args), 0).stdout.toString())[0].logId;
  };
  const [gone, left] = ['9f3b2c71d84e4a56b0c1', '0d4e8f6a1b7c93e2f5a8'];
  const logId = await keep('4f2a91c', gone);
  await keep('5f2a91c', left);
  const signatures = async (): Promise<readonly { readonly headline: string; readonly red: number }[]> =>
    JSON.parse(expectCode(await runCommand(home, ['signatures', '--json']), 0).stdout.toString());
  expect(await signatures()).toMatchObject([{ headline: expect.stringContaining(gone), red: 2 }]);

  expectCode(await runCommand(home, ['forget', logId, '--reason', 'a session in it', '--yes']), 0);

  expect(await signatures()).toMatchObject([{ headline: 'Error: session <hash> was refused by the shard', red: 1 }]);
  expect(holds(home.folder, gone)).toEqual([]);
});
