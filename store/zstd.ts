// The one door to zstd: zstd-napi where it can be loaded, else the same library as WASM. Every frame that passes it has a
// content size and a checksum, so `zstd -t` can test it.
import { createRequire } from 'node:module';
import type * as NativeZstd from 'zstd-napi';
import type * as NativeBinding from 'zstd-napi/binding.js';
import { AppError } from './errors.ts';
import { openWasmZstd } from './zstd-wasm.ts';

export interface Zstd {
  /** `wasm`: no native module can be had here (musl, an old libc, an install without scripts). Frames are the same. */
  readonly kind: 'native' | 'wasm';
  /** One whole frame at `level`. */
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /** As `compress`, written to the beginning of `frame`; gives how many bytes it has. An Error when they have no room. */
  compressInto(frame: Uint8Array, bytes: Uint8Array, level: number): number;
  /**
   * The content of one frame, which must be exactly `sizeBytes` long: anything else throws STORE_DAMAGED. Where it
   * can, it unpacks into the start of `into`: for a reader of thousands of frames, who keeps none of them.
   */
  decompress(frame: Uint8Array, sizeBytes: number, into?: Uint8Array): Uint8Array;
}

const require = createRequire(import.meta.url);
let loaded: Zstd | undefined;

/** zstd, loaded at the first call and kept. */
export function loadZstd(): Zstd {
  loaded ??= checkedZstd(findNativeZstd() ?? openWasmZstd());
  return loaded;
}

/** zstd-napi; undefined where it was not installed, not built or not made for this system. */
export function findNative(): typeof NativeZstd | undefined {
  try {
    return require('zstd-napi') as typeof NativeZstd;
  } catch {
    return undefined; // whatever the reason, WASM takes its place
  }
}

/** chosen: the bound of a frame of a log and then some; what is larger is seldom, and memory of its own. */
const SCRATCH_BYTES = 524_288;

/** A context for each level. */
class NativeContexts {
  readonly #binding: typeof NativeBinding;
  readonly #contexts = new Map<number, NativeBinding.CCtx>();
  #scratch: Uint8Array | undefined;

  constructor(binding: typeof NativeBinding) {
    this.#binding = binding;
  }

  /** Measured: with new memory for each frame, a thread that packs a log comes to 25 MB of it before it is collected. */
  compress(bytes: Uint8Array, level: number): Uint8Array {
    const boundBytes = this.#binding.compressBound(bytes.byteLength);
    if (boundBytes <= SCRATCH_BYTES) this.#scratch ??= new Uint8Array(SCRATCH_BYTES);
    const frame =
      boundBytes <= SCRATCH_BYTES && this.#scratch !== undefined ? this.#scratch : new Uint8Array(boundBytes);
    return frame.slice(0, this.compressInto(frame, bytes, level));
  }

  compressInto(frame: Uint8Array, bytes: Uint8Array, level: number): number {
    let context = this.#contexts.get(level);
    if (context === undefined) {
      context = new this.#binding.CCtx();
      context.setParameter(this.#binding.CParameter.compressionLevel, level);
      context.setParameter(this.#binding.CParameter.checksumFlag, 1);
      this.#contexts.set(level, context);
    }
    return context.compress2(frame, bytes);
  }
}

function findNativeZstd(): Zstd | undefined {
  const native = findNative();
  if (native === undefined) return undefined;
  const binding = require('zstd-napi/binding.js') as typeof NativeBinding;
  const contexts = new NativeContexts(binding);
  const decompressor = new native.Decompressor();
  let context: NativeBinding.DCtx | undefined;
  return {
    kind: 'native',
    compress: (bytes, level) => contexts.compress(bytes, level),
    compressInto: (frame, bytes, level) => contexts.compressInto(frame, bytes, level),
    decompress(frame, sizeBytes, into) {
      if (into === undefined || into.byteLength < sizeBytes) return decompressor.decompress(frame);
      context ??= new binding.DCtx();
      const text = into.subarray(0, sizeBytes);
      if (context.decompress(text, frame) !== sizeBytes) throw damagedFrame(undefined);
      return text;
    },
  };
}

/** Both libraries allocate what the frame's header claims: it is asked before, as the frame may come from anybody. */
export const checkedZstd = (zstd: Zstd): Zstd => ({
  ...zstd,
  decompress(frame, sizeBytes, into) {
    if (contentSizeOf(frame) !== sizeBytes) throw damagedFrame(undefined);
    try {
      return zstd.decompress(frame, sizeBytes, into);
    } catch (cause) {
      throw damagedFrame(cause);
    }
  },
});

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
