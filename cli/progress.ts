// One line on a terminal that says how far a long command has come. In pipes, in CI, with --json and --quiet nothing.
import { showText } from '../store/visible-text.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { bytesText } from './sizes.ts';
import { durationText } from './times.ts';

/** How far one part of a command has come. */
export interface ProgressState {
  /** What is under way. Other words begin another part: rate and time left are those of this part alone. */
  readonly what: string;
  readonly done: number;
  /** undefined while nobody knows it: then no time left is told. */
  readonly total?: number | undefined;
  /** What is counted, in the plural; without it `done` and `total` are bytes. */
  readonly things?: string;
  /** Beside things that are counted: how many bytes they had so far. */
  readonly bytes?: number;
}

/** The line of one command. */
export interface Progress {
  show(state: ProgressState): void;
  /** For a step that cannot be counted and may hold everything up: says what is under way before it begins. */
  say(what: string): void;
  /** Takes the line away: call it before anything else is printed. */
  clear(): void;
}

/** chosen: quicker changes can't be read. */
const REDRAW_MS = 100;
/** chosen: what is over by then needs no line. */
const FIRST_MS = 500;
/** chosen: a rate of less time than this says nothing about the rest. */
const FORECAST_MS = 1000;
const TAKE_AWAY = '\r\u001b[K';

/** The progress line of a command. */
export async function openProgress(input: CommandInput, io: CommandIo): Promise<Progress> {
  const isWanted = await isProgressWanted(input, io);
  const startedMs = performance.now();
  let drawnMs = startedMs + FIRST_MS - REDRAW_MS;
  let isDrawn = false;
  let part = { what: '', startedMs };
  const draw = (text: string, nowMs: number): void => {
    // Asked each time: once a pager has the terminal, nothing may be drawn over it.
    if (!isWanted || !io.stderr.isTerminal) return;
    drawnMs = nowMs;
    isDrawn = true;
    write(TAKE_AWAY + text.slice(0, Math.max(10, (io.stderr.columns ?? 80) - 1)));
  };
  let waiting: NodeJS.Timeout | undefined;
  const write = (text: string): void => void io.stderr.write(text).catch(() => undefined); // a terminal that has gone
  return {
    show(state) {
      clearTimeout(waiting);
      const nowMs = performance.now();
      if (state.what !== part.what) part = { what: state.what, startedMs: nowMs };
      if (nowMs - drawnMs >= REDRAW_MS) draw(progressText({ ...state, elapsedMs: nowMs - part.startedMs }), nowMs);
    },
    say(what) {
      const nowMs = performance.now();
      part = { what, startedMs: nowMs };
      clearTimeout(waiting);
      const early = FIRST_MS - (nowMs - startedMs);
      // The step itself may be the first that takes long.
      if (early > 0) waiting = setTimeout(() => draw(what, performance.now()), early).unref();
      else draw(what, nowMs);
    },
    clear() {
      clearTimeout(waiting);
      if (isDrawn) write(TAKE_AWAY);
      isDrawn = false;
    },
  };
}

/**
 * Passes texts on; the line of progress follows their bytes, of all texts together. `totalBytes`: of all of them, where it
 * is known beforehand.
 */
export function countBytes(
  progress: Progress,
  totalBytes: number | undefined,
): (text: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  let done = 0;
  return async function* counted(text) {
    for await (const piece of text) {
      done += piece.byteLength;
      progress.show({ what: 'read', done, total: totalBytes });
      yield piece;
    }
  };
}

/** Says what went wrong in place of the line of progress, `ending` behind it; the command goes on. */
export const problemTeller =
  (progress: Progress, io: CommandIo, ending = '') =>
  (what: string): Promise<void> => {
    progress.clear();
    return io.stderr.write(`firstred: ${showText(what)}${ending}\n`);
  };

async function isProgressWanted(input: CommandInput, io: CommandIo): Promise<boolean> {
  if (!io.stderr.isTerminal || input.flag('quiet') || input.flag('json')) return false;
  const { env } = await io.config();
  // Some CI servers give a job a terminal that nobody sits at, and keep each redrawing of the line.
  return (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** `reading: 12 MB of 545 MB (2 %), 34 MB/s, 16s left`, or `checked: 120 of 480 logs (25 %), 12/s, 30s left`. */
export function progressText(state: ProgressState & { readonly elapsedMs: number }): string {
  const { what, done, total, things, bytes, elapsedMs } = state;
  const amount = (n: number): string => (things === undefined ? bytesText(n) : String(n));
  const isTotalKnown = total !== undefined && total > 0;
  const of = isTotalKnown ? ` of ${amount(total)}` : '';
  const percent = isTotalKnown ? ` (${Math.min(100, Math.floor((done / total) * 100))} %)` : '';
  const parts = [
    `${what}: ${amount(done)}${of}${things === undefined ? '' : ` ${things}`}${percent}`,
    ...(bytes === undefined ? [] : [bytesText(bytes)]),
    rateText(state),
    isTotalKnown ? leftText(done, total, elapsedMs) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function rateText({ done, things, bytes, elapsedMs }: ProgressState & { readonly elapsedMs: number }): string {
  const perSecond = elapsedMs > 0 ? ((bytes ?? done) / elapsedMs) * 1000 : 0;
  if (perSecond <= 0) return '';
  if (things === undefined || bytes !== undefined) return `${bytesText(perSecond)}/s`;
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`;
}

/** '' where nothing is known of the pace, or nothing is left. */
function leftText(done: number, total: number, elapsedMs: number): string {
  if (done <= 0 || done >= total || elapsedMs < FORECAST_MS) return '';
  const leftMs = (elapsedMs / done) * (total - done);
  return `${leftMs < 60_000 ? `${Math.ceil(leftMs / 1000)}s` : durationText(leftMs)} left`;
}
