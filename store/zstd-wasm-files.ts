// Where the two files of the WASM build of zstd come from: the installed package. The bundle of the CI action, beside which
// nothing is installed, has them inside and puts its own module in the place of this one (scripts/build-action.mjs).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The functions of libzstd that the package exports, as emscripten names them; pointers are numbers. */
export interface ZstdModule {
  readonly HEAPU8: Uint8Array;
  /** Called in place of the package's own loading, which would be asynchronous. */
  instantiateWasm?: (imports: object, take: (instance: object) => void) => object;
  init(): unknown;
  _malloc(sizeBytes: number): number;
  _free(pointer: number): void;
  _ZSTD_compressBound(sizeBytes: number): number;
  _ZSTD_isError(code: number): number;
  _ZSTD_createCCtx(): number;
  _ZSTD_compress_usingDict(
    context: number,
    to: number,
    toBytes: number,
    from: number,
    fromBytes: number,
    dictionary: number,
    dictionaryBytes: number,
    level: number,
  ): number;
  _ZSTD_decompress(to: number, toBytes: number, from: number, fromBytes: number): number;
}

/** The package's script, not yet started, and the WASM that it needs. */
export interface ZstdFiles {
  readonly script: ZstdModule;
  readonly wasm: Uint8Array<ArrayBuffer>;
}

/** Reads both. The package exports an asynchronous front alone, so its files are taken beside its entry point. */
export function readZstdFiles(): ZstdFiles {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@bokuweb/zstd-wasm'));
  const { Module } = require(join(folder, 'zstd.js')) as { readonly Module: ZstdModule };
  return { script: Module, wasm: new Uint8Array(readFileSync(join(folder, 'zstd.wasm'))) };
}
