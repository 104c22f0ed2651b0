// Node's own WebAssembly, of which its types for version 20 say nothing.

/** Undefined where code may not be made (`--jitless`). */
export const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown };
  };
};
