// The search for a text in bytes: what plain code finds, whatever the text, the place and the pieces.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textFinder } from '../../indexer/find-text.ts';
import { countLineFeeds, findMachine } from '../../indexer/search-machine.ts';

const plain = (needle: Buffer, ignoreCase: boolean) => {
  const fold = (bytes: Buffer) => {
    const text = bytes.toString('latin1');
    return ignoreCase ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
  };
  return (bytes: Buffer, from: number, to: number): number => {
    const at = fold(bytes.subarray(from, to)).indexOf(fold(needle));
    return at < 0 ? -1 : from + at;
  };
};

/** Few different bytes, so that much is nearly found: the letters' neighbours, and bytes whose bits are those of letters. */
const bytes = (options: { minLength: number; maxLength: number }) =>
  fc
    .array(fc.constantFrom(0x00, 0x0a, 0x20, 0x40, 0x41, 0x5a, 0x5b, 0x60, 0x61, 0x7a, 0x7b, 0xc1, 0xe1, 0xff), options)
    .map((list) => Buffer.from(list));

describe('a text in bytes', () => {
  it('is found where plain code finds it, in either case or as it stands', () => {
    fc.assert(
      fc.property(
        bytes({ minLength: 0, maxLength: 200 }),
        bytes({ minLength: 1, maxLength: 40 }),
        fc.nat(200),
        fc.nat(200),
        fc.boolean(),
        fc.boolean(),
        (text, other, a, b, ignoreCase, isPart) => {
          const [from = 0, to = 0] = [Math.min(a, text.length), Math.min(b, text.length)].sort((x, y) => x - y);
          const part = text.subarray(from, Math.min(to, from + 20));
          const needle = isPart && part.length > 0 ? part : other;
          expect(textFinder(needle, { ignoreCase }).find(text, from, to)).toBe(
            plain(needle, ignoreCase)(text, from, to),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is found in a frame that was unpacked where it is searched, and its line feeds are counted there', () => {
    const room = findMachine()?.takeFrame();
    expect(findMachine()?.takeFrame()).toBeUndefined();
    if (room === undefined) throw new Error('there is no room for a frame');
    fc.assert(
      fc.property(
        bytes({ minLength: 1, maxLength: 200 }),
        fc.nat(200),
        fc.nat(200),
        fc.boolean(),
        (text, a, b, isEnd) => {
          const frame = Buffer.from(
            room.buffer,
            room.byteOffset + (isEnd ? room.length - text.length : 0),
            text.length,
          );
          frame.set(text);
          const [from = 0, to = 0] = [Math.min(a, text.length), Math.min(b, text.length)].sort((x, y) => x - y);
          const needle = text.subarray(from, Math.min(to, from + 3));
          if (needle.length > 0)
            expect(textFinder(Buffer.from(needle), { ignoreCase: true }).find(frame, from, to)).toBe(
              plain(needle, true)(text, from, to),
            );
          const count = text.subarray(from, to).filter((byte) => byte === 0x0a).length;
          expect(countLineFeeds(frame, from, to)).toBe(count);
          expect(countLineFeeds(text, from, to)).toBe(count);
        },
      ),
      { numRuns: 2000 },
    );
    findMachine()?.giveFrameBack();
    expect(findMachine()?.takeFrame()).toBe(room);
    findMachine()?.giveFrameBack();
  });

  it('is found where pieces of a long text meet, and again and again', () => {
    const text = Buffer.alloc(1_000_000, 'ab c\n');
    const needle = Buffer.from(`Needle${'x'.repeat(5000)}`);
    const places = [0, 163_839 - 20, 163_840 * 2 - 3, text.length - needle.length];
    for (const place of places) needle.copy(text, place);
    for (const ignoreCase of [false, true]) {
      const finder = textFinder(needle, { ignoreCase });
      const other = textFinder(Buffer.from('nothing like it'), { ignoreCase });
      const found: number[] = [];
      for (let at = 0; at >= 0; ) {
        at = finder.find(text, at, text.length);
        expect(other.find(text, 0, 100)).toBe(-1);
        if (at >= 0) found.push(at++);
      }
      expect(found).toEqual(places);
    }
  });

  it('is found without WebAssembly', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'firstred-find-'));
    try {
      const log = path.join(folder, 'job.log');
      writeFileSync(log, `${'no such thing\n'.repeat(9000)}Connection RESET by peer\n`);
      const env = { PATH: process.env['PATH'], HOME: folder, FIRSTRED_STORE: path.join(folder, 'store') };
      const run = (...args: string[]) =>
        execFileSync(process.execPath, ['--jitless', path.resolve('dist/cli/main.js'), ...args], {
          env,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      run('archive', '--no-index', '--repo', 'o/r', '--job', 'j', log);
      for (const text of ['connection reset', 'Connection RESET'])
        expect(run('search', '--no-index', text)).toMatch(/9001: Connection RESET by peer/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
