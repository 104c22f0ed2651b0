// Notes of what is being done, for `--debug`. Without it nobody listens, and nothing is made of them.
import { channel } from 'node:diagnostics_channel';
import type { ByteRange, ObjectReader } from '../store/object-store.ts';

const notes = channel('firstred:note');

/** A line of the trace; `words` is asked only when somebody listens. Never secrets, never lines of a log. */
export function note(words: () => string): void {
  if (notes.hasSubscribers) notes.publish(words());
}

/** The store, with a note of each call once it has ended; itself where nobody listens. */
export function tracedStore<Store extends ObjectReader>(store: Store): Store {
  if (!notes.hasSubscribers) return store;
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name !== 'string') return member;
      return (...args: unknown[]) => noted(name, args, () => member.apply(target, args));
    },
  });
}

/** chosen: what ends at once and tells nothing. */
const SILENT = new Set(['close']);

function noted(name: string, args: readonly unknown[], call: () => unknown): unknown {
  if (SILENT.has(name)) return call();
  const startedMs = performance.now();
  const what = `store ${name} ${args.map(argumentText).join(' ')}`.trim();
  const say = (end: string): void => note(() => `${what}: ${end}, ${(performance.now() - startedMs).toFixed(1)} ms`);
  const result = call();
  if (result instanceof Promise)
    return result.then(
      (value: unknown) => {
        say(valueText(value));
        return value;
      },
      (error: unknown) => {
        say(errorName(error));
        throw error;
      },
    );
  if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result)
    return counted(result as AsyncIterable<unknown>, say);
  say(valueText(result));
  return result;
}

async function* counted(pieces: AsyncIterable<unknown>, say: (end: string) => void): AsyncGenerator<unknown> {
  let count = 0;
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      count += 1;
      if (piece instanceof Uint8Array) bytes += piece.byteLength;
      yield piece;
    }
  } catch (error) {
    say(errorName(error));
    throw error;
  }
  say(bytes > 0 ? `${bytes} bytes` : `${count} entries`);
}

function argumentText(argument: unknown): string {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return '';
  if ('start' in argument && 'end' in argument) {
    const { start, end } = argument as ByteRange;
    return `[${start}, ${end})`;
  }
  return 'sizeBytes' in argument ? `(${String(argument.sizeBytes)} bytes)` : '';
}

function valueText(value: unknown): string {
  if (value === undefined) return 'done';
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (typeof value === 'object' && value !== null && 'state' in value) return String(value.state);
  return 'done';
}

const errorName = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';
