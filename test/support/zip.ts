// Writes small zip files, deflated, with UTF-8 names.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A size that the table claims in place of the true one. */
  readonly claimedSize?: number;
}

/** A zip file of `entries`, in order. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const table: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, claimedSize = bytes.byteLength } of entries) {
    const title = Buffer.from(name);
    const packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2); // names are UTF-8
    fields.writeUInt16LE(8, 4); // deflate
    fields.writeUInt32LE(crcOf(bytes), 10);
    fields.writeUInt32LE(packed.byteLength, 14);
    fields.writeUInt32LE(claimedSize, 18);
    fields.writeUInt16LE(title.byteLength, 22);
    files.push(Buffer.from('PK\u0003\u0004'), fields, title, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    table.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, rest, title);
    offset += 30 + title.byteLength + packed.byteLength;
  }
  const tableBytes = Buffer.concat(table);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(tableBytes.byteLength, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, tableBytes, Buffer.from('PK\u0005\u0006'), end]);
}

const crcOf = (bytes: Uint8Array): number => crc32(bytes);
