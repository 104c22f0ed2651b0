// One line on a terminal that says how far a long command has come. Elsewhere, and with --quiet, nothing.
import type { CommandInput, CommandIo } from './command.ts';
import { bytesText } from './sizes.ts';
import { durationText } from './times.ts';

export interface Progress {
  /** `done` of `total` bytes; `total` undefined while nobody knows it. */
  show(what: string, done: number, total: number | undefined): void;
  /** The same of things that are counted: `logs`. */
  count(what: string, done: number, things: string): void;
  /** Takes the line away: call it before anything else is printed. */
  clear(): void;
}

/** chosen: quicker changes can't be read. */
const REDRAW_MS = 100;
/** chosen: what is over by then needs no line. */
const FIRST_MS = 500;
const TAKE_AWAY = '\r\u001b[K';

/** The progress line of a command. */
export function openProgress(input: CommandInput, io: CommandIo): Progress {
  const startedMs = performance.now();
  let drawnMs = startedMs + FIRST_MS - REDRAW_MS;
  let isDrawn = false;
  const write = (text: string): void => void io.stderr.write(text).catch(() => undefined); // a terminal that has gone
  const draw = (text: (elapsedMs: number) => string): void => {
    const nowMs = performance.now();
    // Asked each time: once a pager has the terminal, nothing may be drawn over it.
    if (nowMs - drawnMs < REDRAW_MS || !io.stderr.isTerminal || input.flag('quiet')) return;
    drawnMs = nowMs;
    isDrawn = true;
    write(TAKE_AWAY + text(nowMs - startedMs).slice(0, Math.max(10, (io.stderr.columns ?? 80) - 1)));
  };
  return {
    show: (what, done, total) => draw((elapsedMs) => progressText({ what, done, total, elapsedMs })),
    count: (what, done, things) =>
      draw((elapsedMs) => `${what}: ${done} ${things}, ${Math.round((done / elapsedMs) * 1000)}/s`),
    clear() {
      if (isDrawn) write(TAKE_AWAY);
      isDrawn = false;
    },
  };
}

/** `reading: 12 MB of 545 MB (2 %), 34 MB/s, 16s left`. */
export function progressText(state: {
  readonly what: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}): string {
  const { what, done, total, elapsedMs } = state;
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const rate = perSecond > 0 ? `, ${bytesText(perSecond)}/s` : '';
  if (total === undefined || total === 0) return `${what}: ${bytesText(done)}${rate}`;
  const percent = Math.min(100, Math.floor((done / total) * 100));
  const leftMs = perSecond > 0 ? (Math.max(0, total - done) / perSecond) * 1000 : 0;
  const left = leftMs > 0 ? `, ${durationText(leftMs)} left` : '';
  return `${what}: ${bytesText(done)} of ${bytesText(total)} (${percent} %)${rate}${left}`;
}
