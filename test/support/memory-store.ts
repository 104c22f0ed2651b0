// A store in memory with a clock of its own: for tests that run thousands of steps. It keeps the contract of
// object-store.ts, and refuses to let any key's bytes change as long as the key is there.
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import type {
  ByteRange,
  Leftover,
  ObjectBody,
  ObjectRemover,
  ObjectStat,
  ObjectStore,
  PutResult,
} from '../../store/object-store.ts';

interface Stored {
  readonly bytes: Buffer;
  readonly modifiedAtMs: number;
}

export class MemoryStore implements ObjectStore, ObjectRemover {
  readonly url = 'memory';
  readonly #objects = new Map<ObjectKey, Stored>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async *get(key: ObjectKey, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const found = this.#objects.get(key);
    if (found === undefined) throw new AppError('NOT_FOUND', `${key} is not there`, { hint: 'a test' });
    const { start, end } = range ?? { start: 0, end: found.bytes.byteLength };
    if (start > end || end > found.bytes.byteLength)
      throw new AppError('STORE_DAMAGED', `${key} ends before that range`, { hint: 'a test' });
    yield Buffer.from(found.bytes.subarray(start, end));
  }

  async stat(key: ObjectKey): Promise<ObjectStat | undefined> {
    const found = this.#objects.get(key);
    return found && { key, sizeBytes: found.bytes.byteLength, modifiedAtMs: found.modifiedAtMs };
  }

  async *list(prefix: string, after = ''): AsyncGenerator<ObjectStat> {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
    for (const key of keys.sort((a, b) => (a < b ? -1 : 1))) {
      const stat = await this.stat(key);
      if (stat !== undefined) yield stat;
    }
  }

  async putOnce(key: ObjectKey, body: ObjectBody): Promise<PutResult> {
    const parts: Uint8Array[] = [];
    for await (const part of body.open()) parts.push(Uint8Array.from(part));
    const bytes = Buffer.concat(parts);
    const storedAtMs = this.#now();
    const there = this.#objects.get(key);
    if (there === undefined) {
      this.#objects.set(key, { bytes, modifiedAtMs: storedAtMs });
      return { state: 'created', storedAtMs };
    }
    if (there.bytes.equals(bytes)) return { state: 'unchanged', storedAtMs };
    throw new AppError('STORE_DAMAGED', `${key} holds other bytes already`, { hint: 'a test' });
  }

  clockMs(): Promise<number> {
    return Promise.resolve(this.#now());
  }

  async close(): Promise<void> {}

  async remove(key: ObjectKey): Promise<void> {
    this.#objects.delete(key);
  }

  async *listLeftovers(): AsyncGenerator<Leftover> {}

  async removeLeftover(): Promise<void> {}
}
