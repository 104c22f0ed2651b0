import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CutFrame, FrameCutter } from '../../store/frame-cutter.ts';
import {
  decodeFrameTable,
  encodeLineTable,
  encodeSeekTable,
  FRAME_BYTES,
  type FrameRow,
  frameTableOf,
} from '../../store/frame-table.ts';
import { maskedBytes } from '../support/captures.ts';
import { cutInto } from '../support/texts.ts';

/** Pieces of log: lines, oddities, and now and then a line that fills frames. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map((t) => Buffer.from(`${t}\n`)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom('\r\n', '\r', '\n\n', '\0').map((t) => Buffer.from(t)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 600_000 }).map((size) => Buffer.alloc(size, 'x')) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }).map((lines) => Buffer.from('a line\n'.repeat(lines))) },
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces));
const sizes = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 6 });

function cut(bytes: Uint8Array, pieceSizes: readonly number[]) {
  const cutter = new FrameCutter();
  const frames: CutFrame[] = [];
  const keep = (cuts: Iterable<CutFrame>): void => {
    for (const each of cuts) frames.push({ ...each, text: Uint8Array.from(each.text) });
  };
  for (const each of cutInto(bytes, pieceSizes)) keep(cutter.push(maskedBytes(each)));
  keep(cutter.end());
  return { frames, facts: cutter.facts() };
}

test('frames concatenate back to the input for any chunking, and are the same for every chunking', () => {
  fc.assert(
    fc.property(text, sizes, sizes, (bytes, some, others) => {
      const { frames, facts } = cut(bytes, some);
      expect(Buffer.concat(frames.map((f) => f.text)).equals(bytes)).toBe(true);
      expect(facts.sizeBytes).toBe(bytes.byteLength);
      const again = cut(bytes, others);
      expect(again.facts).toEqual(facts);
      expect(again.frames.map((f) => f.text.byteLength)).toEqual(frames.map((f) => f.text.byteLength));
    }),
    { numRuns: 60 },
  );
});

test('a frame ends at a line end unless its line is longer than a frame or the log ends', () => {
  fc.assert(
    fc.property(text, (bytes) => {
      const { frames } = cut(bytes, [65_536]);
      frames.forEach((frame, n) => {
        expect(frame.text.byteLength).toBeGreaterThan(0);
        expect(frame.text.byteLength).toBeLessThanOrEqual(FRAME_BYTES);
        if (frame.cutsLine && n < frames.length - 1) expect(frame.text.includes(10)).toBe(false);
      });
    }),
    { numRuns: 60 },
  );
});

const row: fc.Arbitrary<FrameRow> = fc
  .record({
    objectBytes: fc.integer({ min: 9, max: FRAME_BYTES }),
    textBytes: fc.integer({ min: 1, max: FRAME_BYTES }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    cutsLine: fc.boolean(),
  })
  .map(({ share, ...rest }) => ({ ...rest, lineEnds: Math.floor(share * rest.textBytes) }));

test('decoded tables are the tables that were encoded', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 300 }), fc.array(fc.nat(1000), { maxLength: 2 }), (rows, skippable) => {
      const table = frameTableOf(rows);
      const decoded = decodeFrameTable(encodeLineTable(table), encodeSeekTable(rows, skippable), {
        frames: rows.length,
        textBytes: rows.reduce((sum, r) => sum + r.textBytes, 0),
        seekTableStart: rows.reduce((sum, r) => sum + r.objectBytes, 0),
      });
      expect(decoded).toEqual(table);
    }),
  );
});

test('tables of any bytes are read as themselves or refused as damage, never otherwise', () => {
  const rows: FrameRow[] = [
    { objectBytes: 100, textBytes: 5_000, lineEnds: 100, cutsLine: false },
    { objectBytes: 90, textBytes: 4_000, lineEnds: 90, cutsLine: false },
  ];
  const good = frameTableOf(rows);
  const damage = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, damage, (lineDamage, seekDamage) => {
      const spoil = (bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array => {
        const copy = Uint8Array.from(bytes);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      };
      try {
        decodeFrameTable(spoil(encodeLineTable(good), lineDamage), spoil(encodeSeekTable(rows, [20]), seekDamage), {
          frames: 2,
          textBytes: 9_000,
          seekTableStart: 210,
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_DAMAGED' });
      }
    }),
    { numRuns: 500 },
  );
});
