// Cuts a zstd stream into its frames by the headers of their blocks (RFC 8878, 3.1.1), without unpacking anything: for a
// decoder that takes whole frames alone. Skippable frames are passed over.

/** One whole frame, and how much its content can be at most by what its headers say. */
export interface CutFrame {
  readonly bytes: Uint8Array;
  readonly contentLimitBytes: number;
}

/**
 * chosen: both a frame and its content must fit into the memory of a WASM module beside each other. `zstd FILE` makes one
 * frame of a whole file, so this is also the largest file of that kind.
 */
const MAX_CONTENT_BYTES = 512 * 1024 ** 2;
/** RFC 8878, 3.1.1.2.3: what a compressed block can unpack to. */
const MAX_BLOCK_BYTES = 131_072;
const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

/** The frames of `input` in order. An Error when it is cut, damaged, no zstd at all, or a frame is too large. */
export async function* cutFrames(input: AsyncIterable<Uint8Array>): AsyncGenerator<CutFrame> {
  const source = new ByteSource(input);
  while (await source.hasMore()) {
    const magic = await source.take(4);
    const kind = magic.readUInt32LE();
    if (kind === ZSTD_MAGIC) yield cutFrame(magic, source);
    else if ((kind & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) await source.skip((await source.take(4)).readUInt32LE());
    else throw new Error('what stands there is no zstd frame');
  }
}

async function cutFrame(magic: Buffer, source: ByteSource): Promise<CutFrame> {
  const descriptor = await source.take(1);
  const flags = descriptor[0] ?? 0;
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeFieldBytes = flags >> 6 === 0 ? (isSingleSegment ? 1 : 0) : 1 << (flags >> 6);
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const parts = [magic, descriptor, await source.take((isSingleSegment ? 0 : 1) + dictionaryBytes + sizeFieldBytes)];
  let contentLimitBytes = 0;
  for (let isLast = false; !isLast; ) {
    const header = await source.take(3);
    const block = header.readUIntLE(0, 3);
    const [type, size] = [(block >> 1) & 3, block >> 3];
    if (type === 3 || size > MAX_BLOCK_BYTES) throw new Error('a block of a zstd frame is damaged');
    contentLimitBytes += type === 2 ? MAX_BLOCK_BYTES : size;
    if (contentLimitBytes > MAX_CONTENT_BYTES)
      throw new Error(
        `a frame of it unpacks to more than ${MAX_CONTENT_BYTES / 1024 ** 2} MiB, which takes the native module zstd-napi (\`npm rebuild zstd-napi\`, or \`zstd -dc FILE | firstred archive -\`)`,
      );
    parts.push(header, await source.take(type === 1 ? 1 : size));
    isLast = (block & 1) === 1;
  }
  if ((flags & 4) !== 0) parts.push(await source.take(4));
  return { bytes: Buffer.concat(parts), contentLimitBytes };
}

/** Bytes of a stream by number. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest.byteLength === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return false;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.#pass(count, (part) => parts.push(part));
    return Buffer.concat(parts);
  }

  skip(count: number): Promise<void> {
    return this.#pass(count, () => undefined);
  }

  async #pass(count: number, take: (part: Buffer) => void): Promise<void> {
    for (let missing = count; missing > 0; ) {
      if (!(await this.hasMore())) throw new Error('it ends in the middle of a zstd frame');
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.byteLength);
      missing -= part.byteLength;
      take(part);
    }
  }
}
