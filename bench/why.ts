// Scores `explain` on folders of labelled scenarios, without command line, store or index.
// usage: why [--verbose] [--transform NAME[,NAME…] | --all-transforms] [--brief] DIR…
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readScenario, scoreScenario } from '../test/support/why-scenarios.ts';
import { TRANSFORMS, transformScenario } from '../test/support/why-transforms.ts';

interface Row {
  n: number;
  top1: number;
  top3: number;
  cited: number;
  brier: number;
}

const args = process.argv.slice(2);
const verbose = args.includes('--verbose');
const brief = args.includes('--brief');
const roots = args.filter((a, i) => !a.startsWith('--') && args[i - 1] !== '--transform');
const asked = args[args.indexOf('--transform') + 1] ?? '';
const transforms = args.includes('--all-transforms')
  ? [undefined, ...Object.keys(TRANSFORMS)]
  : args.includes('--transform')
    ? asked.split(',')
    : [undefined];

for (const transform of transforms) for (const root of roots) await score(root, transform);

async function score(root: string, transform: string | undefined): Promise<void> {
  const rows = new Map<string, Row>();
  const confusions = new Map<string, number>();
  let bold = 0;
  for (const name of fs.readdirSync(root).sort()) {
    const dir = path.join(root, name);
    if (!fs.existsSync(path.join(dir, 'scenario.json'))) continue;
    const original = readScenario(dir);
    const scenario = transform === undefined ? original : transformScenario(original, transform);
    const { answer, right, top3, cited, brier, named, confidence } = await scoreScenario(scenario);
    const row = rows.get(scenario.mechanism) ?? { n: 0, top1: 0, top3: 0, cited: 0, brier: 0 };
    rows.set(scenario.mechanism, row);
    row.n++;
    if (right) row.top1++;
    if (cited) row.cited++;
    if (top3) row.top3++;
    row.brier += brier;
    if (scenario.mechanism === 'unknown' && !right && confidence > 0.5) bold++;
    if (!right) {
      const key = `${scenario.mechanism} → ${named}`;
      confusions.set(key, (confusions.get(key) ?? 0) + 1);
    }
    if (verbose || (!brief && (!right || !cited)))
      console.log(
        `${right ? (cited ? ' ' : 'e') : 'X'} ${name.padEnd(24)} ${answer.hypotheses
          .slice(0, 3)
          .map((h) => `${h.mechanism} ${h.confidence}`)
          .join(', ')}`,
      );
  }
  const total = { n: 0, top1: 0, top3: 0, cited: 0, brier: 0 };
  for (const [mechanism, row] of [...rows].sort()) {
    for (const key of ['n', 'top1', 'top3', 'cited', 'brier'] as const) total[key] += row[key];
    if (!brief)
      console.log(
        `${mechanism.padEnd(20)} n ${row.n}  top-1 ${(row.top1 / row.n).toFixed(2)}  top-3 ${(row.top3 / row.n).toFixed(2)}  evidence ${(row.cited / row.n).toFixed(2)}  brier ${(row.brier / row.n).toFixed(3)}`,
      );
  }
  for (const [key, n] of [...confusions].sort((a, b) => b[1] - a[1])) console.log(`  ${n}× ${key}`);
  console.log(
    `why ${path.basename(root)}${transform === undefined ? '' : ` ${transform}`}: n ${total.n} top1 ${(total.top1 / total.n).toFixed(3)} top3 ${(total.top3 / total.n).toFixed(3)} evidence ${(total.cited / total.n).toFixed(3)} brier ${(total.brier / total.n).toFixed(3)} unknown named boldly ${bold}`,
  );
}
