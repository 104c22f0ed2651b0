// Floors for what `why` names on labelled scenarios, as they are and in other words and formats. A floor only rises.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';
import { readScenario, type ScenarioScore, scoreScenario } from '../support/why-scenarios.ts';
import { transformScenario } from '../support/why-transforms.ts';

const SCENARIOS = fileURLToPath(new URL('../../../shared/scenarios/', import.meta.url));
const isThere = existsSync(`${SCENARIOS}easy.tar.zst`);
/** Other words, no time stamps, another way to print tests, other causes of the same kind, noise: all at once. */
const HARSHEST = 'all';

async function unpack(pack: string): Promise<readonly string[]> {
  const folder = await makeTempFolder();
  const command = `zstd -dc --long=27 "${SCENARIOS}${pack}.tar.zst" | tar -C "${folder}" -xf -`;
  execFileSync('bash', ['-o', 'pipefail', '-c', command], { stdio: 'pipe' });
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('scenario.json'))
    .map((file) => join(folder, file, '..'))
    .sort();
}

async function scoreAll(folders: readonly string[], transform?: string): Promise<readonly ScenarioScore[]> {
  const scores: ScenarioScore[] = [];
  for (const folder of folders) {
    const scenario = readScenario(folder);
    scores.push(await scoreScenario(transform === undefined ? scenario : transformScenario(scenario, transform)));
  }
  return scores;
}

const share = (scores: readonly ScenarioScore[], is: (score: ScenarioScore) => boolean): number =>
  scores.filter(is).length / scores.length;

function expectFloors(
  scores: readonly ScenarioScore[],
  floors: { top1: number; evidence: number; brier: number },
): void {
  expect(share(scores, (s) => s.right)).toBeGreaterThanOrEqual(floors.top1);
  expect(share(scores, (s) => s.cited)).toBeGreaterThanOrEqual(floors.evidence);
  expect(scores.reduce((sum, s) => sum + s.brier, 0) / scores.length).toBeLessThanOrEqual(floors.brier);
}

it('CI has ../shared/scenarios, which the floors need', () => {
  expect(isThere || process.env['CI'] === undefined).toBe(true);
});

describe.runIf(isThere)('with ../shared/scenarios', () => {
  it('easy, and easy in other words and formats', async () => {
    const folders = await unpack('easy');
    expect(folders).toHaveLength(96);
    expectFloors(await scoreAll(folders), { top1: 0.99, evidence: 0.99, brier: 0.03 });
    expectFloors(await scoreAll(folders, HARSHEST), { top1: 0.98, evidence: 0.98, brier: 0.04 });
  });

  it('hard, where much differs by chance, and hard in other words and formats', async () => {
    const folders = await unpack('hard');
    expect(folders).toHaveLength(54);
    // Every second one, as they are: 80 MB of logs together. bench/why.ts takes all.
    const sample = folders.filter((_, n) => n % 2 === 0);
    expectFloors(await scoreAll(sample), { top1: 0.98, evidence: 0.98, brier: 0.02 });
    const few = folders.filter((_, n) => n % 6 === 3);
    expectFloors(await scoreAll(few, HARSHEST), { top1: 0.98, evidence: 0.98, brier: 0.03 });
  });
});
