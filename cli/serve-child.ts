// Comparing and explaining read whole logs and think hard: a process of their own keeps the server answering meanwhile,
// gives the memory back, and can be ended when nobody waits any more.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../store/built-file.ts';
import { AppError, type ErrorCode } from '../store/errors.ts';
import type { Config } from './config.ts';
import { EXIT, EXIT_OF_ERROR } from './exit-codes.ts';

/** chosen: a small machine has two processors; more at once make none of them sooner. */
const MAX_AT_ONCE = 2;
/** chosen: more waiting than this is answered with "later" at once. */
const MAX_WAITING = 8;
/** An answer larger than this is cut off: 1 GB logs that differ in every line must not fill the server's memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** chosen: going back and forth asks the same again; a green attempt that came meanwhile is seen a minute later. */
const KEPT_MS = 60_000;
const MAX_KEPT = 32;
const MAX_KEPT_LENGTH = 2_000_000;

/** Runs commands of this program in processes of their own, a few at once. */
export class ChildCommands {
  readonly #config: Config;
  readonly #main: string;
  readonly #waiting: (() => void)[] = [];
  readonly #answers = new Map<string, { readonly text: string; readonly atMs: number }>();
  #running = 0;

  constructor(config: Config, main = fileURLToPath(builtFile('cli/main.js'))) {
    this.#config = config;
    this.#main = main;
  }

  /** What `firstred ARGS --json` prints; its error as AppError. */
  async *run(args: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
    const key = JSON.stringify(args);
    const known = this.#answers.get(key);
    if (known !== undefined && performance.now() - known.atMs < KEPT_MS) {
      yield known.text;
      return;
    }
    await this.#enter(signal);
    try {
      const text = await this.#answer(args, signal);
      this.#keep(key, text);
      yield text;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #keep(key: string, text: string): void {
    this.#answers.delete(key);
    if (text.length > MAX_KEPT_LENGTH) return;
    this.#answers.set(key, { text, atMs: performance.now() });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_KEPT && oldest !== undefined) this.#answers.delete(oldest);
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#running >= MAX_AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING)
        throw new AppError('STORE_UNAVAILABLE', 'too many logs are being compared already', {
          hint: 'ask again in a moment',
        });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    if (!signal.aborted) return;
    this.#running -= 1;
    this.#waiting.shift()?.();
    throw gone();
  }

  async #answer(args: readonly string[], signal: AbortSignal): Promise<string> {
    const child = spawn(process.execPath, [this.#main, ...args, '--json', '--quiet'], {
      env: environmentOf(this.#config),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGTERM',
    });
    const code = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('close', resolve);
    });
    const [stdout, stderr] = await Promise.all([
      textOf(child.stdout, MAX_ANSWER_BYTES, () => child.kill()),
      textOf(child.stderr, 65_536, () => undefined),
    ]);
    const ended = await code;
    if (signal.aborted) throw gone();
    if (stdout === undefined)
      throw new AppError('REFUSED', 'the answer is too large for the page', {
        hint: `run \`firstred ${args.join(' ')} --json\` yourself`,
      });
    if (ended === EXIT.done || ended === EXIT.no || ended === EXIT.partly) return stdout;
    throw errorOf(stderr ?? '');
  }
}

const gone = (): AppError => new AppError('INTERRUPTED', 'the reader has gone', { hint: 'ask again' });

/** The same store and index, whatever files and flags the server had them from. */
function environmentOf(config: Config): NodeJS.ProcessEnv {
  const told = {
    FIRSTRED_STORE: config.store,
    FIRSTRED_INDEX: config.index,
    FIRSTRED_S3_ENDPOINT: config.s3Endpoint,
    FIRSTRED_S3_REGION: config.s3Region,
    FIRSTRED_S3_PATH_STYLE: config.s3PathStyle?.toString(),
    FIRSTRED_S3_ALLOW_HTTP: String(config.s3AllowHttp),
  };
  return { ...config.env, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) };
}

async function textOf(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  onTooLarge: () => void,
): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.byteLength;
    if (size <= maxBytes) parts.push(part);
    else onTooLarge();
  }
  return size > maxBytes ? undefined : Buffer.concat(parts).toString();
}

/** The `{code, message, hint}` that `--json` puts on stderr. */
function errorOf(stderr: string): AppError {
  try {
    const { code, message, hint } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    if (typeof code === 'string' && Object.hasOwn(EXIT_OF_ERROR, code))
      return new AppError(code as ErrorCode, String(message), { hint: String(hint) });
  } catch {
    // not ours: the process was ended from outside, or ran out of memory
  }
  return new AppError('STORE_UNAVAILABLE', 'the comparison ended without an answer', {
    hint: 'the logs may be too large for this machine: ask on the command line',
  });
}
