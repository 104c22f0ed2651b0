// libzstd as WASM, for where no native module can be loaded: frames as the native one makes them, some two to three times
// slower (docs/performance.md).
import { WebAssembly } from './web-assembly.ts';
import { checksumOf } from './xxh64.ts';
import type { Zstd } from './zstd.ts';
import { readZstdFiles, type ZstdModule } from './zstd-wasm-files.ts';

let opened: Zstd | undefined;

/** Ready when it returns: what needs a frame is not asynchronous. Of a frame at most the given size is unpacked. */
export function openWasmZstd(): Zstd {
  opened ??= wasmZstd(startModule());
  return opened;
}

function wasmZstd(zstd: ZstdModule): Zstd {
  const context = zstd._ZSTD_createCCtx();
  function compress(bytes: Uint8Array, level: number): Uint8Array {
    const bound = zstd._ZSTD_compressBound(bytes.byteLength);
    const frame = withMemory(zstd, [bytes.byteLength, bound], ([from = 0, to = 0]) => {
      zstd.HEAPU8.set(bytes, from);
      const made = zstd._ZSTD_compress_usingDict(context, to, bound, from, bytes.byteLength, 0, 0, level);
      return takeResult(zstd, to, made, CHECKSUM_BYTES);
    });
    return withChecksum(frame, bytes);
  }
  return {
    kind: 'wasm',
    compress,
    compressInto(frame, bytes, level) {
      const made = compress(bytes, level);
      frame.set(made);
      return made.byteLength;
    },
    decompress: (frame, sizeBytes) =>
      withMemory(zstd, [frame.byteLength, sizeBytes], ([from = 0, to = 0]) => {
        zstd.HEAPU8.set(frame, from);
        return takeResult(zstd, to, zstd._ZSTD_decompress(to, sizeBytes, from, frame.byteLength), 0);
      }),
  };
}

function startModule(): ZstdModule {
  const { script, wasm } = readZstdFiles();
  script.instantiateWasm = (imports, take) => {
    if (WebAssembly === undefined) throw new Error('Node runs without WebAssembly');
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports) as { readonly exports: object };
    take(instance);
    return instance.exports;
  };
  script.init();
  return script;
}

/** Lends `use` memory of these sizes, which may have moved everything that was read of the memory before. */
function withMemory<T>(zstd: ZstdModule, sizes: readonly number[], use: (pointers: readonly number[]) => T): T {
  const pointers = sizes.map((sizeBytes) => zstd._malloc(Math.max(sizeBytes, 1)));
  try {
    if (pointers.includes(0)) throw new Error(`zstd has no memory for ${Math.max(...sizes)} bytes`);
    return use(pointers);
  } finally {
    for (const pointer of pointers) if (pointer !== 0) zstd._free(pointer);
  }
}

/** A copy of what was written, with `spareBytes` behind it. */
function takeResult(zstd: ZstdModule, at: number, sizeBytes: number, spareBytes: number): Uint8Array {
  if (zstd._ZSTD_isError(sizeBytes) !== 0) throw new Error(`zstd gave up with ${sizeBytes}`);
  const bytes = new Uint8Array(sizeBytes + spareBytes);
  bytes.set(zstd.HEAPU8.subarray(at, at + sizeBytes));
  return bytes;
}

const CHECKSUM_BYTES = 4;
/** In the descriptor, the fifth byte of a frame: a checksum of the content stands at its end. RFC 8878, 3.1.1.1.1.5. */
const CHECKSUM_FLAG = 0x04;

/** What the package exports of libzstd can't be told to add the checksum. Room for it is at the end of `frame`. */
function withChecksum(frame: Uint8Array, content: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer);
  view.setUint8(4, view.getUint8(4) | CHECKSUM_FLAG);
  view.setUint32(frame.byteLength - CHECKSUM_BYTES, checksumOf(content), true);
  return frame;
}
