// Logs to measure with: a folder of real ones joined up to a size, or made ones where there is none.
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Files that look like logs under `paths`, in order. */
export function logFilesIn(paths: readonly string[]): readonly string[] {
  return paths.flatMap((each) => {
    if (statSync(each).isFile()) return [each];
    return readdirSync(each, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(log|txt|raw)$/.test(name))
      .map((name) => path.join(each, name))
      .filter((file) => statSync(file).isFile())
      .sort();
  });
}

/** Writes `sizeBytes` of log into `file`: the files one after the other, again from the start if they are too few. */
export function writeInput(file: string, sizeBytes: number, sources: readonly string[]): void {
  const out = openSync(file, 'wx');
  try {
    let written = 0;
    for (let n = 0; written < sizeBytes; n++) {
      const source = sources[n % sources.length];
      const bytes = source === undefined ? madeLog(n) : readFileSync(source);
      const piece = bytes.subarray(0, sizeBytes - written);
      writeSync(out, piece);
      written += piece.byteLength;
    }
  } finally {
    closeSync(out);
  }
}

/** About 1 MB of a made build log, another for each `seed`: without real ones there is still something to compare. */
export function madeLog(seed: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  const random = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % limit;
  };
  const words = ['resolve', 'compile', 'test', 'fetch', 'cache', 'upload', 'lint', 'module', 'service', 'timeout'];
  const word = (): string => words[random(words.length)] ?? '';
  const lines: string[] = [];
  for (let n = 0; n < 12_000; n++) {
    const time = new Date(1_777_000_000_000 + seed * 86_400_000 + n * 137 + random(90)).toISOString();
    const what = [
      `${word()} ${word()} in ${random(9_000)} ms`,
      `GET /${word()}/${random(1 << 20)} 200`,
      `${word()}: ok`,
    ];
    lines.push(`${time} [${word()}] ${what[random(3)]} #${random(1 << 24).toString(16)}\n`);
  }
  return Buffer.from(lines.join(''));
}
