// A file that holds bytes for a while and leaves no trace: it has no name, goes round within its size, and is encrypted
// with a key that never leaves this process, as nothing unmasked may be stored.
import { type Cipher, createCipheriv, createDecipheriv, type Decipher, randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** First in, first out. `write` must not be given more than there is room for. */
export interface OverflowFile {
  /** Written and not yet read. */
  readonly waitingBytes: number;
  write(bytes: Uint8Array): Promise<void>;
  /** The next piece; undefined when nothing waits. */
  read(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** chosen: about what a pipe gives in one read. */
const READ_BYTES = 65_536;

/** Opens one of at most `capacityBytes` in `folder`. System errors are thrown as they come. */
export async function openOverflowFile(folder: string, capacityBytes: number): Promise<OverflowFile> {
  const path = join(folder, `${randomBytes(8).toString('hex')}.overflow`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  const key = randomBytes(32);
  let written = 0;
  let taken = 0;
  let ciphers = newCiphers(key);
  const hiddenBytes = Buffer.alloc(Math.min(READ_BYTES, capacityBytes));
  return {
    get waitingBytes() {
      return written - taken;
    },
    async write(bytes) {
      if (taken === written && written > 0) {
        ciphers = newCiphers(key);
        written = 0;
        taken = 0;
      }
      const hidden = ciphers.cipher.update(bytes);
      for (let done = 0; done < hidden.byteLength; ) {
        const position = (written + done) % capacityBytes;
        const length = Math.min(hidden.byteLength - done, capacityBytes - position);
        done += (await file.write(hidden, done, length, position)).bytesWritten;
      }
      written += hidden.byteLength;
    },
    async read() {
      if (taken === written) return undefined;
      const position = taken % capacityBytes;
      const length = Math.min(READ_BYTES, written - taken, capacityBytes - position);
      const { bytesRead } = await file.read(hiddenBytes, 0, length, position);
      if (bytesRead === 0) throw new Error('the overflow file ends too soon');
      taken += bytesRead;
      return ciphers.decipher.update(hiddenBytes.subarray(0, bytesRead));
    },
    close: () => file.close(),
  };
}

/** A new start value each time: the same key stream must never hide two texts. */
function newCiphers(key: Uint8Array): { readonly cipher: Cipher; readonly decipher: Decipher } {
  const start = randomBytes(16);
  return { cipher: createCipheriv('aes-256-ctr', key, start), decipher: createDecipheriv('aes-256-ctr', key, start) };
}
