// Single bits of bytes, the lowest of each byte first.

/** Whether bit `at` is set; one behind the end is not. */
export const hasBit = (bytes: Uint8Array, at: number): boolean => ((bytes[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;

/** Sets bit `at`. */
export function setBit(bytes: Uint8Array, at: number): void {
  bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
}
