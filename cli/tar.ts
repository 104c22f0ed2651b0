// Writes a tar archive, the ustar of POSIX.1-1988: plain files with short names, sizes of any length.
import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 512;

export interface TarWriter {
  /** `name` has at most 100 ASCII characters; `content` must have `sizeBytes`. */
  add(name: string, sizeBytes: number, content: AsyncIterable<Uint8Array>, modifiedAtMs: number): Promise<void>;
  end(): Promise<void>;
}

/** Appends to `file`, which is empty. */
export function createTarWriter(file: FileHandle): TarWriter {
  return {
    async add(name, sizeBytes, content, modifiedAtMs) {
      await file.appendFile(tarHeader(name, sizeBytes, modifiedAtMs));
      let written = 0;
      for await (const chunk of content) {
        await file.appendFile(chunk);
        written += chunk.byteLength;
      }
      if (written !== sizeBytes) throw new Error(`${name} has ${written} bytes in place of ${sizeBytes}`);
      await file.appendFile(new Uint8Array((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES));
    },
    end: () => file.appendFile(new Uint8Array(2 * BLOCK_BYTES)),
  };
}

function tarHeader(name: string, sizeBytes: number, modifiedAtMs: number): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'ascii');
  };
  header.write(name, 0, 'ascii');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  // 11 octal digits are 8 GiB; above, GNU's and everybody's way: the first bit set, then a binary number.
  if (sizeBytes < 8 ** 11) octal(sizeBytes, 124, 12);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(sizeBytes), 128);
  }
  octal(Math.max(0, Math.floor(modifiedAtMs / 1000)), 136, 12);
  header.fill(' ', 148, 156);
  header.write('0', 156, 'ascii');
  header.write('ustar\u{0}00', 257, 'ascii');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u{0} `, 148, 'ascii');
  return header;
}
