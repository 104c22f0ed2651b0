// Floors for what errors and diff reach on labelled logs. A floor only rises: raise it when a change does better.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { meanOf, readPairs, scoreDiff, scoreErrors } from '../support/labelled-pairs.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
const isThere = existsSync(`${CORPUS}unpack.sh`);

async function unpack(name: string) {
  const folder = await makeTempFolder();
  execFileSync('bash', [`${CORPUS}unpack.sh`, name, folder], { stdio: 'pipe' });
  return readPairs(folder);
}

it('CI has ../shared/corpus, which the floors need', () => {
  expect(isThere || process.env['CI'] === undefined).toBe(true);
});

describe.runIf(isThere)('with ../shared/corpus', () => {
  it('CiDiff: error lines and differences', async () => {
    const pairs = await unpack('cidiff-odd');
    expect(pairs).toHaveLength(39);
    const green = pairs.map((pair) => scoreErrors(pair, 'green'));
    expect(meanOf(green.map((s) => s.top1))).toBeGreaterThanOrEqual(0.97);
    expect(meanOf(green.map((s) => s.hit10))).toBeGreaterThanOrEqual(0.93);
    const alone = pairs.map((pair) => scoreErrors(pair, 'none'));
    expect(meanOf(alone.map((s) => s.top1))).toBeGreaterThanOrEqual(0.92);
    expect(meanOf(alone.map((s) => s.hit10))).toBeGreaterThanOrEqual(0.91);
    const diffs = pairs.map(scoreDiff);
    expect(meanOf(diffs.map((s) => s.recall))).toBeGreaterThanOrEqual(0.93);
    expect(meanOf(diffs.map((s) => s.precision))).toBeGreaterThanOrEqual(0.75);
  });

  it('LogSage: every fourth pair, the failing step', async () => {
    const pairs = (await unpack('logsage-odd')).filter((_pair, n) => n % 4 === 0);
    expect(pairs).toHaveLength(30);
    const green = pairs.map((pair) => scoreErrors(pair, 'green'));
    expect(meanOf(green.map((s) => s.top1))).toBeGreaterThanOrEqual(0.93);
    const alone = pairs.map((pair) => scoreErrors(pair, 'none'));
    expect(meanOf(alone.map((s) => s.top1))).toBeGreaterThanOrEqual(0.93);
  });
});
