// Local files as streams of log bytes.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogFile } from '../../cli/log-files.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const nothing: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };
const open = (path: string): Promise<AsyncIterable<Uint8Array>> => openLogFile(path, nothing, { chunks: 'reused' });

test.each([0, 1, 524_288, 1_500_001])(
  'a file of %i bytes comes whole from memory that is used again',
  async (sizeBytes) => {
    const path = join(await makeTempFolder(), 'a.log');
    const content = randomBytes(sizeBytes);
    writeFileSync(path, content);
    const copies: Buffer[] = [];
    const memory = new Set<ArrayBufferLike>();
    for await (const chunk of await open(path)) {
      copies.push(Buffer.from(chunk));
      memory.add(chunk.buffer);
    }
    expect(Buffer.concat(copies).equals(content)).toBe(true);
    expect(memory.size).toBeLessThanOrEqual(2);
  },
);

test('whoever stops reading in the middle leaves no open file and no failure behind', async () => {
  const path = join(await makeTempFolder(), 'a.log');
  writeFileSync(path, randomBytes(3_000_000));
  let read = 0;
  for await (const chunk of await open(path)) {
    read += chunk.byteLength;
    break;
  }
  expect(read).toBe(524_288);
});
