// Logs that are too large for the usual run: a line of 200 MB, a log of 5 GB. Memory stays bounded, nothing is lost.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { collect } from '../support/collect.ts';
import { expectCode, makeHome, runCommand, startCommand, type TestHome } from '../support/command.ts';

const MIB = 1_048_576;
/** The bound of a log of 1 GB is 200 MB; the rest is for a machine with more cores, each with frames under way. */
const MAX_RSS_BYTES = 300 * MIB;

/** Bytes that do not repeat, as cheaply as can be: a counter in every line. */
function* linesOf(sizeBytes: number): Generator<Buffer> {
  for (let n = 0, at = 0; at < sizeBytes; n++) {
    const block = Array.from(
      { length: 8_000 },
      (_, k) => `step ${n} of ${k}: took ${(n * 7_919 + k * 104_729) % 100_003} ms\n`,
    );
    const bytes = Buffer.from(block.join(''));
    yield bytes.subarray(0, sizeBytes - at);
    at += bytes.byteLength;
  }
}

function* oneLineOf(sizeBytes: number): Generator<Buffer> {
  yield Buffer.from('before\n');
  for (const piece of linesOf(sizeBytes)) yield Buffer.from(piece.toString('latin1').replaceAll('\n', ' '), 'latin1');
  yield Buffer.from('\nafter\n');
}

/** Keeps what `pieces` give on stdin; gives their digest and the most memory that was resident. */
async function archive(home: TestHome, pieces: Iterable<Buffer>): Promise<{ sha256: string; rssBytes: number }> {
  const args = ['archive', '-', '--sha', '4f2a91c', '--job', 'large', '--attempt', '1', '--no-index', '--json'];
  const child = startCommand(home, args, { input: '' });
  const hash = createHash('sha256');
  const output = collect(child.stdout as AsyncIterable<Buffer>);
  let rssBytes = 0;
  for (const piece of pieces) {
    hash.update(piece);
    if (child.stdin?.write(piece) === false) await once(child.stdin, 'drain');
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    rssBytes = Number(kilobytes) * 1024;
  }
  child.stdin?.end();
  const [code] = await once(child, 'close');
  expect(code, Buffer.concat(await output).toString()).toBe(0);
  return { sha256: hash.digest('hex'), rssBytes };
}

/** The digest of what the store gives back. */
async function digestOfKept(home: TestHome): Promise<string> {
  const child = startCommand(home, ['show', '4f2a91c:large', '--raw']);
  const hash = createHash('sha256');
  for await (const piece of child.stdout as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest('hex');
}

test.each([
  ['a line of 200 MB', () => oneLineOf(200_000_000)],
  ['a log of 5 GB', () => linesOf(5_000_000_000)],
])('%s is kept byte for byte in bounded memory', { timeout: 3_600_000 }, async (_what, pieces) => {
  const home = await makeHome();
  const { sha256, rssBytes } = await archive(home, pieces());
  expect(rssBytes).toBeLessThan(MAX_RSS_BYTES);
  expectCode(await runCommand(home, ['sync']), 0);
  expect(await digestOfKept(home)).toBe(sha256);
});
