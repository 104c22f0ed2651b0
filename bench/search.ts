// `search` against `rg -az` over the same stored objects: whole process and inside of it.
// usage: node scripts/bench.mjs search [FOLDER…]   (without a folder: made logs)
import { rmSync } from 'node:fs';
import path from 'node:path';
import { makeKeptStore } from './kept-store.ts';
import { machineText, measure, spreadOf, spreadText } from './measure.ts';

const ROUNDS = 5;
const QUERIES = [
  ['nothing found', ['search', 'zq-there-is-no-such-text-qz', '--json']],
  ['rare error', ['search', 'Connection reset', '--case-sensitive', '--json', '--limit', '20']],
  ['part of a token', ['search', 'imeoutExcep', '--case-sensitive', '--json', '--limit', '20']],
  ['common word, 20 lines', ['search', 'error', '--json', '--limit', '20']],
  ['phrase', ['search', 'BUILD FAILURE', '--case-sensitive', '--json', '--limit', '20']],
  ['expression with a literal', ['search', '--regex', 'timed? ?out after [0-9]+', '--json', '--limit', '20']],
] as const;

const store = await makeKeptStore(process.argv.slice(2).map((each) => path.resolve(each)));
await store.firstred(['sync', '--quiet']);
console.log(machineText());
console.log(`${store.logs} logs, ${(store.rawBytes / 1e6).toFixed(0)} MB of text, ${ROUNDS} rounds`);
const objects = path.join(store.folder, 'store', 'logs');
const rival: number[] = [];
for (let round = 0; round < 3; round++)
  rival.push((await measure('sh', ['-c', 'rg -azc "Connection reset" "$1" >/dev/null || true', 'sh', objects])).wallMs);
console.log(`rg -az over the same objects: ${spreadText(rival, 0)} ms`);
for (const [name, args] of QUERIES) {
  const whole: number[] = [];
  const inside: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Exit 1 is the valid answer "nothing found".
    const run = await measure('sh', ['-c', '"$@" || [ $? = 1 ]', 'sh', ...store.commandLine(args)], store.env);
    whole.push(run.wallMs);
    inside.push(Number(/"elapsedMs":([\d.]+)/.exec(run.stdout)?.[1] ?? Number.NaN));
  }
  const ratio = (values: readonly number[]): string =>
    `${(spreadOf(rival).median / spreadOf(values).median).toFixed(0)} ×`;
  console.log(
    `${name}: process ${spreadText(whole, 0)} ms, ${ratio(whole)}; inside ${spreadText(inside, 1)} ms, ${ratio(inside)}`,
  );
}
rmSync(store.folder, { recursive: true, force: true });
