// Scores errors and diff on labelled pairs, over all and by folds of whole projects, so that a rule that serves one
// project only shows as a fold that falls behind.
// usage: diagnosis PAIRS_DIR…  (folders as test/support/labelled-pairs.ts reads them)
import process from 'node:process';
import { meanOf, readPairs, scoreDiff, scoreErrors } from '../test/support/labelled-pairs.ts';

const FOLDS = 5;

for (const root of process.argv.slice(2)) {
  const pairs = readPairs(root);
  const projects = [...new Set(pairs.map((pair) => pair.project))].sort();
  const foldOf = new Map(projects.map((project, n) => [project, n % FOLDS]));
  const print = (title: string, values: readonly number[]): void => {
    const folds = Array.from({ length: FOLDS }, (_, fold) =>
      meanOf(values.filter((_value, n) => foldOf.get(pairs[n]?.project ?? '') === fold)).toFixed(3),
    );
    console.log(`${title.padEnd(28)} ${meanOf(values).toFixed(3)}   folds ${folds.join(' ')}`);
  };
  console.log(`${root}: ${pairs.length} pairs of ${projects.length} projects`);
  for (const baseline of ['green', 'none'] as const) {
    const scores = pairs.map((pair) => scoreErrors(pair, baseline));
    print(
      `errors, ${baseline}: top-1`,
      scores.map((score) => score.top1),
    );
    print(
      `errors, ${baseline}: hit@10`,
      scores.map((score) => score.hit10),
    );
  }
  if (!pairs.every((pair) => pair.hasLines)) continue;
  const diffs = pairs.map(scoreDiff);
  print(
    'diff: recall',
    diffs.map((score) => score.recall),
  );
  print(
    'diff: precision',
    diffs.map((score) => score.precision),
  );
}
