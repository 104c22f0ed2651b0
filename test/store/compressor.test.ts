import { expect, onTestFinished, test } from 'vitest';
import { type Compressor, createCompressor } from '../../store/compressor.ts';
import { FRAME_BYTES } from '../../store/frame-table.ts';
import { loadZstd } from '../../store/zstd.ts';

/** Texts of all sizes up to a frame, none like another; enough of them to start every worker. */
const TEXTS = Array.from({ length: 60 }, (_, n) => {
  const bytes = new Uint8Array(n === 0 ? FRAME_BYTES : (n * 4_373) % FRAME_BYTES || 1);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * (n + 3)) % 251;
  return bytes;
});

function open(): Compressor {
  const compressor = createCompressor();
  onTestFinished(() => compressor.close());
  return compressor;
}

const texts = (frames: readonly Uint8Array[]): readonly Buffer[] =>
  frames.map((frame, n) => Buffer.from(loadZstd().decompress(frame, TEXTS[n]?.byteLength ?? 0)));

test('each text comes back from its own frame, however many are under way', async () => {
  const compressor = open();
  const frames = await Promise.all(TEXTS.map((text) => compressor.compress(text)));
  expect(texts(frames).every((text, n) => text.equals(TEXTS[n] ?? Buffer.alloc(0)))).toBe(true);
});

test('the text may be written over as soon as the call is made', async () => {
  const compressor = open();
  const scratch = new Uint8Array(FRAME_BYTES);
  const frames = await Promise.all(
    TEXTS.map((text) => {
      scratch.set(text);
      const frame = compressor.compress(scratch.subarray(0, text.byteLength));
      scratch.fill(0);
      return frame;
    }),
  );
  expect(texts(frames).every((text, n) => text.equals(TEXTS[n] ?? Buffer.alloc(0)))).toBe(true);
});

test('a frame stays as it was while later ones are made', async () => {
  const compressor = open();
  for (const text of TEXTS.slice(0, 10)) await compressor.compress(text);
  const first = await compressor.compress(TEXTS[11] ?? new Uint8Array(1));
  const before = Buffer.from(first);
  await Promise.all(TEXTS.map((text) => compressor.compress(text)));
  expect(before.equals(Buffer.from(first))).toBe(true);
});

test('bytes that do not shrink fit too', async () => {
  const compressor = open();
  const { randomBytes } = await import('node:crypto');
  const noise = Array.from({ length: 20 }, () => Uint8Array.from(randomBytes(FRAME_BYTES)));
  const frames = await Promise.all(noise.map((text) => compressor.compress(text)));
  frames.forEach((frame, n) => {
    expect(Buffer.from(loadZstd().decompress(frame, FRAME_BYTES)).equals(Buffer.from(noise[n] ?? []))).toBe(true);
  });
});

test('workers that end in the middle cost no frame', async () => {
  const compressor = open();
  const underWay = TEXTS.map((text) => compressor.compress(text));
  await compressor.close();
  expect(texts(await Promise.all(underWay)).every((text, n) => text.equals(TEXTS[n] ?? Buffer.alloc(0)))).toBe(true);
});
