// The long round: so many inputs for each target, in batches, with time and memory watched.
// usage: node scripts/fuzz.mjs [--inputs 100000] [--only NAME] [--seed N]   (inputs for each target)
import { TARGETS } from './targets.ts';

/** chosen: a batch's inputs are let go before the next; its time tells a hang from a slow machine. */
const BATCH = 2_000;
/** Required: no input may take more. */
const MAX_RESIDENT_BYTES = 300 * 2 ** 20;
/** chosen: a batch takes a second or a few; one that takes this long hangs somewhere. */
const MAX_BATCH_MS = 120_000;

function readOptions(argv: readonly string[]): { inputs: number; only: string; seed: number } {
  const of = (name: string, otherwise: string): string =>
    argv[argv.indexOf(`--${name}`) + 1 || argv.length] ?? otherwise;
  const { inputs, seed } = {
    inputs: Number(of('inputs', '100000')),
    seed: Number(of('seed', String(Date.now() % 2 ** 31))),
  };
  return { inputs, only: of('only', ''), seed };
}

const { inputs, only, seed } = readOptions(process.argv.slice(2));
let total = 0;
let peakBytes = 0;
let finds = 0;
console.log(`seed ${seed}`);
for (const target of TARGETS.filter(({ name }) => name.includes(only))) {
  const started = performance.now();
  let done = 0;
  let slowestMs = 0;
  try {
    for (let batch = 0; done < inputs; batch++) {
      const size = Math.min(BATCH, inputs - done);
      const batchStarted = performance.now();
      target.run({ numRuns: size, seed: (seed + batch) | 0 });
      slowestMs = Math.max(slowestMs, performance.now() - batchStarted);
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      done += size;
      if (slowestMs > MAX_BATCH_MS) throw new Error(`a batch of ${size} took ${(slowestMs / 1000).toFixed(0)} s`);
      if (peakBytes > MAX_RESIDENT_BYTES) throw new Error(`${(peakBytes / 2 ** 20).toFixed(0)} MiB are resident`);
    }
  } catch (error) {
    finds++;
    console.log(`FOUND in ${target.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  total += done;
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${target.name.padEnd(42)} ${String(done).padStart(8)} inputs, ${(done / seconds).toFixed(0).padStart(6)}/s, slowest ${BATCH}: ${(slowestMs / 1000).toFixed(1)} s`,
  );
}
console.log(`${total} inputs, ${finds} finds, at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB resident`);
process.exitCode = finds === 0 ? 0 : 1;
