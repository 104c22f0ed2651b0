// The part of yauzl that log-archive.ts uses; the package brings no types.
declare module 'yauzl' {
  import type { Readable } from 'node:stream';

  export interface Entry {
    /** Undecoded, as asked for by `decodeStrings: false`. */
    readonly fileName: Buffer;
    readonly uncompressedSize: number;
    isEncrypted(): boolean;
  }
  export interface ZipFile {
    readonly entryCount: number;
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<Readable>;
    close(): void;
  }
  export function openPromise(
    path: string,
    options: { readonly autoClose: false; readonly lazyEntries: true; readonly decodeStrings: false },
  ): Promise<ZipFile>;
}
