// The lines of many logs, tested on two threads: groups of logs go to the helper while this thread fetches the next ones and, with
// the time that is left, tests some itself. Lines come in the order of the logs all the same.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogWork } from './candidate-walk.ts';
import type { FoundLine, VerifyOptions } from './found-line.ts';
import type { CompressedFrames, ReadableLog } from './frame-reader.ts';
import type { Query } from './log-index.ts';
import { isWhole, type TestedLog, testLogs, type WantedLines } from './tested-logs.ts';
import type { VerifyAnswer, VerifyHelper } from './verify-helper.ts';

/** A log with its first frames. */
export interface OpenedLog {
  readonly work: LogWork;
  readonly log: ReadableLog;
  readonly first: CompressedFrames;
}

/** What of a log is known: its lines, all of them or one after the other, and then why it could not be read on. */
export interface LinesOfLog {
  readonly opened: OpenedLog;
  readonly lines: readonly FoundLine[] | 'to be tested';
  readonly failure: TestedLog['failure'];
}

/** chosen: some 5 ms of the helper; two groups are with it, so that it never waits. */
const SENT_FRAMES = 16;
const GROUPS_SENT = 2;
/** chosen: so little that what this thread does meanwhile ends about when the helper answers. */
const OWN_FRAMES = 4;
/** chosen: some 4 MB of compressed frames, and of found lines what is in 32 MiB of text. */
const MAX_HELD_FRAMES = 128;
/** chosen: of what was read so far, as much again is in vain where the search ends now. */
const HELD_SHARE = 1 / 2;

interface Group {
  readonly logs: readonly OpenedLog[];
  readonly frames: number;
  readonly isSent: boolean;
  tested: readonly TestedLog[] | undefined;
  readonly answered: Promise<void>;
}

/** What it needs of the search. */
export interface WideTools {
  readonly helper: VerifyHelper;
  readonly query: Query;
  readonly verify: VerifyOptions;
  readonly wanted: () => WantedLines;
  /** The next log that could be opened. */
  readonly next: () => Promise<OpenedLog | undefined>;
}

/** Logs under way on both threads. */
export class WideLines {
  readonly #tools: WideTools;
  readonly #window: Group[] = [];
  /** One that is tested by itself, behind all of the window: it is large, or a line of it reaches over frames. */
  #single: OpenedLog | undefined;
  #isEnd = false;

  constructor(tools: WideTools) {
    this.#tools = tools;
  }

  /** Log by log, in order, also those without a line. */
  async *logs(): AsyncGenerator<LinesOfLog> {
    for (;;) {
      this.#tools.verify.signal?.throwIfAborted();
      while (this.#sentGroups() < GROUPS_SENT && (await this.#send()));
      const [head] = this.#window;
      if (head === undefined) {
        const opened = this.#single;
        if (opened !== undefined) yield { opened, lines: 'to be tested', failure: undefined };
        else if (!(await this.#testSome())) return;
        this.#single = undefined;
      } else if (head.tested === undefined) {
        if (await this.#testSome())
          await nextTurn(); // the helper may have answered, or somebody wants to end this
        else await head.answered;
      } else {
        for (const [n, opened] of head.logs.entries()) {
          const { lines = 'to be tested', failure } = head.tested[n] ?? {};
          yield { opened, lines, failure };
        }
        this.#window.shift();
      }
    }
  }

  /** What was not given to the end. */
  rest(): LogWork[] {
    const works = this.#window.flatMap((group) => group.logs.map(({ work }) => work));
    return this.#single === undefined ? works : [...works, this.#single.work];
  }

  #sentGroups(): number {
    return this.#window.filter((group) => group.isSent && group.tested === undefined).length;
  }

  #mostHeld(): number {
    return Math.min(MAX_HELD_FRAMES, this.#tools.verify.reader.framesRead * HELD_SHARE);
  }

  /** Logs of about so many frames; none where enough is held or there are no more. */
  async #take(frames: number): Promise<OpenedLog[]> {
    const most = this.#mostHeld();
    const held = this.#window.reduce((sum, group) => sum + group.frames, 0);
    const logs: OpenedLog[] = [];
    for (let taken = 0; taken < frames && held + taken < most; ) {
      if (this.#isEnd || this.#single !== undefined) break;
      const opened = await this.#tools.next();
      if (opened === undefined) this.#isEnd = true;
      else if (!isWhole({ log: opened.log, ...opened.work })) this.#single = opened;
      else {
        logs.push(opened);
        taken += opened.first.size;
      }
    }
    return logs;
  }

  async #send(): Promise<boolean> {
    const { helper, query, verify, wanted } = this.#tools;
    const logs = helper.state === 'ready' ? await this.#take(Math.min(SENT_FRAMES, this.#mostHeld() / 3)) : [];
    if (logs.length === 0) return false;
    const fetched = logs.map(({ work, log, first }) => ({ log, slots: work.slots, first }));
    const answer = helper.test({ ...wanted(), query, notesBare: verify.reader.notesBare, logs: fetched });
    const group: Group = {
      ...groupOf(logs),
      isSent: true,
      tested: undefined,
      answered: answer.then(async (known) => {
        if (known !== undefined) this.#note(group, known);
        group.tested = known?.tested ?? (await testLogs(fetched, wanted(), verify));
      }),
    };
    group.answered.catch(() => undefined); // awaited in its turn
    this.#window.push(group);
    return true;
  }

  /** Counts what the helper did as if it had been done here. */
  #note({ logs }: Group, { bare, framesRead, unpackMs, textBytes, blocks }: VerifyAnswer): void {
    const { reader, onFrame } = this.#tools.verify;
    reader.framesRead += framesRead;
    reader.unpackMs += unpackMs;
    onFrame?.(textBytes, blocks);
    logs.forEach(({ log }, n) => {
      for (const frame of bare[n] ?? []) reader.noteBare(log.objectKey, frame);
    });
  }

  /** Tests the next few here; false where there are none or enough is held. */
  async #testSome(): Promise<boolean> {
    const logs = await this.#take(OWN_FRAMES);
    if (logs.length === 0) return false;
    const fetched = logs.map(({ work, log, first }) => ({ log, slots: work.slots, first }));
    const tested = await testLogs(fetched, this.#tools.wanted(), this.#tools.verify);
    this.#window.push({ ...groupOf(logs), isSent: false, tested, answered: Promise.resolve() });
    return true;
  }
}

const groupOf = (logs: readonly OpenedLog[]): Pick<Group, 'logs' | 'frames'> => ({
  logs,
  frames: logs.reduce((sum, { first }) => sum + first.size, 0),
});
