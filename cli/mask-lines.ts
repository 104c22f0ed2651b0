// Runs a log through a masker and says in which lines something went. The lines that come out are masked: what stood
// there is in no report.
import type { Masker } from '../store/mask.ts';

/** A line that the masker changed. */
export interface MaskedLine {
  /** 1-based; a line ends at LF. */
  readonly line: number;
  /** Rules that hit, each once. */
  readonly rules: readonly string[];
  /** What is left of it, at most {@link MAX_SHOWN} bytes. */
  readonly text: string;
}

/** Sizes of a log that went through. */
export interface MaskedLog {
  readonly sizeBytes: number;
  readonly lines: number;
}

/** chosen: enough to see what a line is about; some lines have megabytes. */
export const MAX_SHOWN = 2_000;
const LF = 0x0a;

export interface MaskWatch {
  /** Told of each changed line, in order. */
  readonly onLine: (line: MaskedLine) => void;
  /** Given every masked byte, in order. */
  readonly onText?: (text: Uint8Array) => Promise<void>;
}

type Counts = Readonly<Record<string, number>>;

/** Pushes `input` through `masker`, line by line, so that a mask is known to be of the line that was pushed last. */
export async function watchMasking(
  input: AsyncIterable<Uint8Array>,
  masker: Masker,
  watch: MaskWatch,
): Promise<MaskedLog> {
  const log = { sizeBytes: 0, lines: 0 };
  let before: Counts = {};
  let isOpen = false;
  /** Rules and text of the line under way, which may come in pieces. */
  let rules = new Set<string>();
  let text = '';
  const closeLine = (): void => {
    if (rules.size > 0) watch.onLine({ line: log.lines, rules: [...rules], text: text.replace(/[\r\n]+$/, '') });
    rules = new Set();
    text = '';
  };
  const take = async (out: readonly Uint8Array[], sent: Uint8Array | undefined): Promise<void> => {
    if (sent === undefined || !isSame(out, sent)) {
      const { counts } = masker.report();
      for (const rule of Object.keys(counts)) if (counts[rule] !== before[rule]) rules.add(rule);
      before = counts;
    }
    for (const piece of out) {
      if (text.length < MAX_SHOWN) text += Buffer.from(piece.subarray(0, MAX_SHOWN)).toString('utf8');
      await watch.onText?.(piece);
    }
  };
  for await (const chunk of input) {
    log.sizeBytes += chunk.byteLength;
    for (let at = 0; at < chunk.byteLength; ) {
      const end = chunk.indexOf(LF, at);
      const piece = chunk.subarray(at, end < 0 ? chunk.byteLength : end + 1);
      if (!isOpen) log.lines += 1;
      isOpen = end < 0;
      await take(masker.push(piece), piece);
      if (!isOpen) closeLine();
      at += piece.byteLength;
    }
  }
  await take(masker.end(), undefined);
  closeLine();
  return log;
}

const isSame = (out: readonly Uint8Array[], sent: Uint8Array): boolean => {
  const [only] = out;
  return out.length === 1 && only !== undefined && Buffer.compare(only, sent) === 0;
};

/** All masks of a report. */
export const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** `github 2, jwt 1`: most first. */
export const countsText = (counts: Counts): string =>
  Object.entries(counts)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([rule, count]) => `${rule} ${count}`)
    .join(', ');
