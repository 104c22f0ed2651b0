// Runs text through a masker the way a capture does, for tests.
import { createMasker, type MaskReport, type ToldValue } from '../../store/mask.ts';

/** What came out, and the report. */
export function maskChunks(
  chunks: readonly (string | Uint8Array)[],
  told: readonly ToldValue[] = [],
): { readonly text: string; readonly bytes: Buffer; readonly report: MaskReport } {
  const masker = createMasker({ told });
  const out: Uint8Array[] = [];
  for (const chunk of chunks) {
    // A copy that is wiped afterwards: nothing that comes out may depend on the caller's memory later.
    const bytes = Buffer.from(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    out.push(...masker.push(bytes).map((piece) => Buffer.from(piece)));
    bytes.fill(0);
  }
  out.push(...masker.end().map((piece) => Buffer.from(piece)));
  const bytes = Buffer.concat(out);
  return { text: bytes.toString('utf8'), bytes, report: masker.report() };
}

/** One piece of text, masked. */
export const maskText = (text: string, told: readonly ToldValue[] = []): string => maskChunks([text], told).text;
