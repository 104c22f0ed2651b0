// The one door to zstd. Every frame that passes it has a content size and a checksum, so `zstd -t` can test it.
import { createRequire } from 'node:module';
import type * as NativeZstd from 'zstd-napi';
import { AppError } from './errors.ts';

export interface Zstd {
  /** One whole frame at `level`. */
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /** The content of one frame, which must be exactly `sizeBytes` long: anything else throws STORE_DAMAGED. */
  decompress(frame: Uint8Array, sizeBytes: number): Uint8Array;
}

const require = createRequire(import.meta.url);
let loaded: Zstd | undefined;

/** zstd-napi, loaded at the first call and kept. */
export function loadZstd(): Zstd {
  loaded ??= nativeZstd(require('zstd-napi') as typeof NativeZstd);
  return loaded;
}

function nativeZstd(native: typeof NativeZstd): Zstd {
  const compressors = new Map<number, NativeZstd.Compressor>();
  const decompressor = new native.Decompressor();
  return {
    compress(bytes, level) {
      let compressor = compressors.get(level);
      if (compressor === undefined) {
        compressor = new native.Compressor();
        compressor.setParameters({ compressionLevel: level, checksumFlag: true });
        compressors.set(level, compressor);
      }
      return compressor.compress(bytes);
    },
    decompress(frame, sizeBytes) {
      // The library allocates what the frame's header claims: ask before, as the frame may come from anybody.
      if (contentSizeOf(frame) !== sizeBytes) throw damagedFrame(undefined);
      try {
        return decompressor.decompress(frame);
      } catch (cause) {
        throw damagedFrame(cause);
      }
    },
  };
}

const damagedFrame = (cause: unknown): AppError =>
  new AppError('STORE_DAMAGED', 'a compressed frame is damaged', {
    hint: 'run `firstred verify --deep` to find what else is',
    cause,
  });

/** The content size in a frame's header; undefined when it is no frame or does not say. RFC 8878, 3.1.1.1. */
function contentSizeOf(frame: Uint8Array): number | undefined {
  if (frame.byteLength < 9) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = view.getUint8(4);
  const sizeFlag = descriptor >> 6;
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  if (at + (1 << sizeFlag) > frame.byteLength) return undefined;
  if (sizeFlag === 0) return singleSegment ? view.getUint8(at) : undefined;
  if (sizeFlag === 1) return view.getUint16(at, true) + 256;
  if (sizeFlag === 2) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}
