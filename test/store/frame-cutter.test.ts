import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type CutFrame, FrameCutter } from '../../store/frame-cutter.ts';
import { FRAME_BYTES } from '../../store/frame-table.ts';
import type { TextFacts } from '../../store/manifest.ts';
import { maskedBytes } from '../support/captures.ts';
import { cutInto, ODD_TEXTS } from '../support/texts.ts';

function cutAll(
  text: Uint8Array | string,
  sizes: readonly number[] = [65_536],
): { frames: CutFrame[]; facts: TextFacts } {
  const cutter = new FrameCutter();
  const frames: CutFrame[] = [];
  const keep = (cuts: Iterable<CutFrame>): void => {
    for (const cut of cuts) frames.push({ ...cut, text: Uint8Array.from(cut.text) });
  };
  for (const piece of cutInto(Buffer.from(text), sizes)) keep(cutter.push(maskedBytes(piece)));
  keep(cutter.end());
  return { frames, facts: cutter.facts() };
}

const notesOf = (text: Uint8Array | string): readonly string[] => cutAll(text).facts.notes;

test.each(Object.entries(ODD_TEXTS))('the frames of %s are its bytes', (_name, text) => {
  const { frames, facts } = cutAll(text);
  expect(Buffer.concat(frames.map((f) => f.text)).equals(text)).toBe(true);
  expect(facts.sizeBytes).toBe(text.byteLength);
  expect(facts.sha256).toBe(createHash('sha256').update(text).digest('hex'));
});

test('a frame holds at most 256 KiB and ends at a line end', () => {
  const { frames } = cutAll(ODD_TEXTS['lines over many frames'] ?? '');
  expect(frames.length).toBeGreaterThan(3);
  for (const { text, cutsLine } of frames) {
    expect(text.byteLength).toBeLessThanOrEqual(FRAME_BYTES);
    expect(text.at(-1)).toBe(10);
    expect(cutsLine).toBe(false);
  }
});

test('a line that is longer than a frame is split, and the lines around it are not lost', () => {
  const { frames, facts } = cutAll(ODD_TEXTS['a line longer than two frames'] ?? '');
  expect(frames.map((f) => f.cutsLine)).toEqual([false, true, true, false]);
  expect(frames.map((f) => f.lineEnds)).toEqual([1, 0, 0, 2]);
  expect(facts).toMatchObject({ lines: 3, longestLineBytes: 2 * FRAME_BYTES + 17 });
});

test('the bytes of a frame hold until the next is asked for', () => {
  const cutter = new FrameCutter();
  const text = ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0);
  let at = 0;
  for (const frame of cutter.push(maskedBytes(text))) {
    expect(text.subarray(at, at + frame.text.byteLength).equals(frame.text)).toBe(true);
    at += frame.text.byteLength;
  }
  expect(at).toBeGreaterThan(2 * FRAME_BYTES);
});

test('an empty log has no frame, no line and no note', () => {
  expect(cutAll('')).toMatchObject({ frames: [], facts: { sizeBytes: 0, lines: 0, longestLineBytes: 0, notes: [] } });
});

test('a last line without LF counts as a line', () => {
  expect(cutAll('a\nbc').facts).toMatchObject({ lines: 2, longestLineBytes: 2, notes: ['no-final-newline'] });
});

test('lines and frames do not depend on how the input is cut', () => {
  const text = ODD_TEXTS['a line longer than two frames'] ?? Buffer.alloc(0);
  const whole = cutAll(text, [text.byteLength]);
  expect(cutAll(text, [1, 300_000, 7])).toEqual(whole);
});

test.each([
  ['\uFEFFx\n', ['bom']],
  ['x\uFEFF\n', []],
  ['a\r\nb\r\n', ['crlf']],
  ['10%\r20%\n', ['bare-cr']],
  ['a\r\nb\rc\n', ['bare-cr', 'crlf']],
  ['end\r', ['bare-cr', 'no-final-newline']],
  ['a\0b\n', ['nul']],
  ['\u001b[0m\n', ['ansi']],
  ['grün\n', []],
])('%j has the notes %j', (text, notes) => {
  expect(notesOf(text)).toEqual(notes);
});

test.each([
  ['in the middle', Buffer.from('a\xffb\n', 'latin1')],
  ['as the only byte', Buffer.from('\xff', 'latin1')],
  ['as the last byte', Buffer.from('caf\xe9', 'latin1')],
  ['as the first byte', Buffer.from('\x80abc\n', 'latin1')],
  ['as a character that never ends', Buffer.from([0x61, 0xe2, 0x82])],
])('a byte that is no UTF-8 is noted %s', (_where, text) => {
  expect(notesOf(text)).toContain('invalid-utf8');
});

test.each([1, 2, 3])('a character of four bytes that a frame cuts after %i is valid', (before) => {
  const text = `${'x'.repeat(FRAME_BYTES - before)}\u{1F600}\n`;
  expect(notesOf(text)).toEqual([]);
});

test('a broken character at the edge of a frame is noted', () => {
  const edge = Buffer.concat([Buffer.alloc(FRAME_BYTES - 1, 'x'), Buffer.from([0xe2, 0x41, 0x0a])]);
  expect(notesOf(edge)).toEqual(['invalid-utf8']);
});

test('a CRLF that a frame cuts is a CRLF', () => {
  expect(notesOf(ODD_TEXTS['CRLF on the edge of a frame'] ?? '')).toEqual(['crlf']);
});
