// zstd as WASM makes frames of the same content, level and checksum as the native module, and each reads the other's.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../store/xxh64.ts';
import { checkedZstd, loadZstd } from '../../store/zstd.ts';
import { unpackFrames, unpackZstd } from '../../store/zstd-stream.ts';
import { openWasmZstd } from '../../store/zstd-wasm.ts';
import { collect } from '../support/collect.ts';
import { cutInto, ODD_TEXTS } from '../support/texts.ts';

const native = loadZstd();
const wasm = checkedZstd(openWasmZstd());
const LEVEL = 9;
const FRAME = 262_144;

async function* stream(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array> {
  yield* cutInto(bytes, sizes);
}
const unpacked = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await collect(chunks));

test('the two are two', () => {
  expect([native.kind, wasm.kind]).toEqual(['native', 'wasm']);
});

test('a checksum is the one that zstd writes, for every length that takes another path', () => {
  for (let length = 0; length < 140; length++) {
    const content = randomBytes(length);
    const frame = Buffer.from(native.compress(content, 1));
    expect([length, checksumOf(content)]).toEqual([length, frame.readUInt32LE(frame.byteLength - 4)]);
  }
  for (const content of [randomBytes(FRAME), Buffer.alloc(FRAME, 0xff), Buffer.alloc(FRAME - 1)]) {
    const frame = Buffer.from(native.compress(content, 1));
    expect(checksumOf(content)).toBe(frame.readUInt32LE(frame.byteLength - 4));
  }
});

describe.each(Object.entries(ODD_TEXTS))('%s', (_name, text) => {
  const content = text.subarray(0, FRAME);

  test('native zstd and the zstd tool read the frame, WASM reads the native one', () => {
    const frame = wasm.compress(content, LEVEL);
    expect(Buffer.from(native.decompress(frame, content.byteLength)).equals(content)).toBe(true);
    expect(execFileSync('zstd', ['-dc'], { input: frame }).equals(content)).toBe(true);
    const other = native.compress(content, LEVEL);
    expect(Buffer.from(wasm.decompress(other, content.byteLength)).equals(content)).toBe(true);
    expect(frame[4]).toBe(other[4]); // the same header: single segment, content size, checksum
    expect(Math.abs(frame.byteLength - other.byteLength)).toBeLessThanOrEqual(other.byteLength / 50);
  });
});

test('bytes that do not shrink, and none, come back', () => {
  for (const content of [randomBytes(FRAME), new Uint8Array(0), new Uint8Array(1)])
    expect(Buffer.from(wasm.decompress(wasm.compress(content, LEVEL), content.byteLength)).equals(content)).toBe(true);
});

test('memory that is given is used where it can be, and what is damaged is refused there too', () => {
  const content = randomBytes(1000);
  for (const zstd of [native, wasm]) {
    const frame = Buffer.from(zstd.compress(content, LEVEL));
    for (const room of [FRAME, 1000, 999, 0]) {
      const into = new Uint8Array(room);
      const text = zstd.decompress(frame, 1000, into);
      expect(Buffer.from(text).equals(content)).toBe(true);
      expect(text.buffer === into.buffer).toBe(zstd.kind === 'native' && room >= 1000);
    }
    frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 1;
    for (const damaged of [frame, frame.subarray(0, 900), Buffer.concat([frame, frame])])
      expect(() => zstd.decompress(damaged, 1000, new Uint8Array(FRAME))).toThrow(
        expect.objectContaining({ code: 'STORE_DAMAGED' }),
      );
  }
});

test('a frame is refused that claims another size than is expected, however large', () => {
  const huge = Buffer.from('28b52ffde0ffffffffffffff7f0100000000000000', 'hex'); // claims 2^63 bytes
  for (const frame of [wasm.compress(Buffer.alloc(1000), LEVEL), huge, Buffer.alloc(20), Buffer.alloc(0)])
    expect(() => wasm.decompress(frame, 999)).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }));
});

test('every flipped bit and every cut is noticed, and the next frame still comes', () => {
  const content = Buffer.from('a line of a log, and another one\n'.repeat(40));
  const frame = Buffer.from(wasm.compress(content, LEVEL));
  for (let at = 0; at < frame.byteLength; at++) {
    const flipped = Buffer.from(frame);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    const read = (bytes: Uint8Array) => () => wasm.decompress(bytes, content.byteLength);
    expect(read(flipped), `bit of byte ${at}`).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }));
    expect(read(frame.subarray(0, at)), `cut at ${at}`).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }));
  }
  expect(Buffer.from(wasm.decompress(frame, content.byteLength)).equals(content)).toBe(true);
});

describe('a foreign file, frame by frame', () => {
  const text = ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0);
  const tool = (...args: string[]): Buffer =>
    execFileSync('zstd', ['-qc', ...args], { input: text, maxBuffer: 2 ** 28 });
  const skippable = Buffer.concat([Buffer.from('5e2a4d1803000000', 'hex'), Buffer.from('abc')]);

  test.each([
    ['of the tool', tool()],
    ['without sizes in its header', tool('--no-content-size', '--no-check')],
    ['in long-window mode', tool('--long=20', '-3')],
    ['many frames with a skippable one between', Buffer.concat([tool(), skippable, tool('-19'), skippable])],
    ['empty', Buffer.alloc(0)],
  ])('%s: as the native decoder reads it, however it arrives', async (_name, file) => {
    const expected = await unpacked(unpackZstd(stream(file, 65_536)));
    expect((await unpacked(unpackFrames(stream(file, 1, 7, 65_536)))).equals(expected)).toBe(true);
  });

  test('of a cut file the whole frames come, then an error', async () => {
    const file = Buffer.concat([tool(), tool()]);
    const came: Uint8Array[] = [];
    const reading = async () => {
      for await (const chunk of unpackFrames(stream(file.subarray(0, -5), 1000))) came.push(chunk);
    };
    await expect(reading()).rejects.toThrow('in the middle of a zstd frame');
    expect(Buffer.concat(came).equals(text)).toBe(true);
  });

  test('a file that is no zstd, and a bomb, are refused before they are unpacked', async () => {
    await expect(unpacked(unpackFrames(stream(Buffer.from('plain text\n'), 4)))).rejects.toThrow('no zstd frame');
    const run = Buffer.from([0x02, 0x00, 0x10, 0x61]); // 131,072 times the letter a, not the last block
    const bomb = Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), ...Array.from({ length: 5000 }, () => run)]);
    await expect(unpacked(unpackFrames(stream(bomb, 1000)))).rejects.toThrow('512 MiB');
  });
});

test.each([native, wasm])(
  '$kind: a frame is written where it is asked for, and is the one that is given otherwise',
  (zstd) => {
    const content = Buffer.from('the same line again and again\n'.repeat(5_000));
    const place = Buffer.alloc(FRAME);
    const length = zstd.compressInto(place, content, LEVEL);
    expect(place.subarray(0, length).equals(Buffer.from(zstd.compress(content, LEVEL)))).toBe(true);
    expect(() => zstd.compressInto(Buffer.alloc(length - 1), content, LEVEL)).toThrow();
  },
);

test('the native module’s frames of every size are memory of their own', () => {
  const contents = [1, 100, FRAME, 3 * FRAME].map((sizeBytes) => randomBytes(sizeBytes));
  const frames = contents.map((content) => native.compress(content, 1));
  for (const [n, content] of contents.entries()) {
    const frame = frames[n] as Uint8Array;
    expect(Buffer.from(native.decompress(frame, content.byteLength)).equals(content)).toBe(true);
    expect(frame.buffer.byteLength).toBe(frame.byteLength);
  }
});
