// Steps and groups of a log, from the marks that runners write: GitHub, Gitea, Forgejo, Azure, GitLab, Travis, Jenkins,
// Buildkite. A streaming tracker: it sees each line once and decodes only lines that start like a mark.

/** One step: lines 1-based and inclusive; times only where the lines have them. */
export interface LogStep {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** The provider marked the step, or a line in it, as failed. */
  readonly failed: boolean;
}

/** Flags of one line. */
export const LINE_MARK = 1; // a provider's mark, no output of the job
export const LINE_ECHO = 2; // the provider's echo of script and environment: may say "error" without one
export const LINE_ERROR_MARK = 4; // the provider's or the job's own error annotation
export const LINE_TRACE = 8; // a shell's `+ command` or `$ command`

interface OpenStep {
  name: string;
  firstLine: number;
  startedAtMs: number | undefined;
  failed: boolean;
  depth: number;
}

/** More steps than any real job has; a log that prints marks in a loop must not fill memory (chosen). */
const MAX_STEPS = 5000;
const MAX_NAME = 200;
/** An echo is a script and its environment, written in one go (measured on GitHub: within 20 ms; chosen with room). */
const MAX_ECHO_MS = 1000;
const MAX_ECHO_LINES = 1000;
/** Marks before a carriage return are looked for in so much of a line (chosen: eight short parts). */
const HIDDEN_BYTES = 700;
const decoder = new TextDecoder();

/** Follows groups and steps from their marks, line by line. */
export class StepTracker {
  readonly #steps: LogStep[] = [];
  readonly #groups: LogStep[] = [];
  #step: OpenStep | undefined;
  #group: OpenStep | undefined;
  #echo = false;
  #depth = 0;
  #travis = false;
  /** A step that is more than a clean-up was seen; else groups are all there is. */
  #hasSteps = false;
  #columns: Uint8Array = new Uint8Array(0);
  #hasColumns = false;
  #lastLine = 0;
  #lastTimeMs: number | undefined;

  /**
   * Takes line `line` with visible body `[start, end)` and raw bytes `[rawStart, rawEnd)` (where Travis and GitLab hide
   * marks before a carriage return). Returns the line's flags.
   */
  take(
    line: number,
    timeMs: number | undefined,
    body: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
    raw: { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | undefined,
  ): number {
    if (this.#echo && this.#isPastEcho(line, timeMs)) this.#echo = false;
    let flags = this.#echo ? LINE_ECHO : 0;
    if (raw !== undefined && mayHideMark(raw.bytes, raw.start, raw.end))
      flags |= this.#hidden(line, timeMs, raw, body.start === body.end ? line : line - 1);
    if (isMarkStart(body.bytes, body.start, body.end)) {
      const text = decoder.decode(body.bytes.subarray(body.start, Math.min(body.end, body.start + 600)));
      flags |= this.#mark(line, timeMs, text);
    }
    this.#lastLine = line;
    if (timeMs !== undefined) this.#lastTimeMs = timeMs;
    return flags;
  }

  /** A group that a script calls `Run …` itself, or that is never closed, holds output: no runner takes so long to echo. */
  #isPastEcho(line: number, timeMs: number | undefined): boolean {
    const { startedAtMs, firstLine } = this.#group ?? { startedAtMs: undefined, firstLine: line };
    if (line - firstLine > MAX_ECHO_LINES) return true;
    return timeMs !== undefined && startedAtMs !== undefined && timeMs - startedAtMs > MAX_ECHO_MS;
  }

  /** Takes the job and step columns of `gh run view --log`: where they name steps, marks in the text don't. */
  takeColumns(line: number, timeMs: number, columns: Uint8Array): void {
    if (sameBytes(this.#columns, columns)) return;
    this.#columns = columns.slice();
    const name = decoder.decode(columns.subarray(columns.indexOf(0x09) + 1));
    this.#hasColumns = name !== 'UNKNOWN STEP';
    if (!this.#hasColumns) return;
    this.#hasSteps = true;
    this.#start(name, line, timeMs);
  }

  /** Closes what is open. Groups stand in for steps where the format has no steps of its own. */
  finish(): readonly LogStep[] {
    this.#close(this.#lastLine, this.#lastTimeMs);
    this.#closeGroup(this.#lastLine, this.#lastTimeMs);
    return this.#hasSteps ? this.#steps : this.#groups;
  }

  #open(name: string, line: number, timeMs: number | undefined): void {
    if (this.#hasColumns) return;
    if (!isCleanUp(name)) this.#hasSteps = true;
    this.#start(name, line, timeMs);
  }

  #start(name: string, line: number, timeMs: number | undefined): void {
    this.#close(line - 1, timeMs);
    this.#step = {
      name: name.slice(0, MAX_NAME),
      firstLine: line,
      startedAtMs: timeMs,
      failed: false,
      depth: this.#depth,
    };
  }

  #close(lastLine: number, timeMs: number | undefined): void {
    const open = this.#step;
    this.#step = undefined;
    // A second mark on the same line names the step better (Travis: fold, then command).
    if (open === undefined || lastLine < open.firstLine) return;
    if (this.#steps.length < MAX_STEPS) this.#steps.push(closed(open, lastLine, timeMs));
  }

  #closeGroup(lastLine: number, timeMs: number | undefined): void {
    const open = this.#group;
    this.#group = undefined;
    if (open !== undefined && this.#groups.length < MAX_STEPS) this.#groups.push(closed(open, lastLine, timeMs));
  }

  #fail(): void {
    if (this.#step !== undefined) this.#step.failed = true;
    if (this.#group !== undefined) this.#group.failed = true;
  }

  #startGroup(name: string, line: number, timeMs: number | undefined): void {
    this.#closeGroup(line - 1, timeMs);
    this.#group = { name: name.slice(0, MAX_NAME), firstLine: line, startedAtMs: timeMs, failed: false, depth: 0 };
    if (name.startsWith('Run ')) {
      this.#open(name.slice(4), line, timeMs);
      this.#echo = true;
    } else if (isCleanUp(name)) this.#open(name, line, timeMs);
  }

  #mark(line: number, timeMs: number | undefined, text: string): number {
    const command =
      /^(?:##\[|::)(group|endgroup|error|section|command|warning|notice|debug)(?:\]|(?: [^:]*)?::)(.*)/.exec(text);
    if (command !== null) return this.#command(line, timeMs, command[1] as string, (command[2] as string).trim());
    if (isCleanUp(text)) {
      this.#open(text, line, timeMs);
      return LINE_MARK;
    }
    const star = /^\u2b50\ufe0f? +Run (?:Main |Pre |Post )?(.*)/u.exec(text);
    if (star !== null) {
      this.#open(star[1] as string, line, timeMs);
      return LINE_MARK;
    }
    if (/^(?:\u274c|\u2705|\u{1f3c1})\ufe0f? +(?:Failure|Success|Job)/u.test(text)) {
      if (text.startsWith('\u274c')) this.#fail();
      return LINE_MARK;
    }
    return this.#tool(line, timeMs, text);
  }

  #command(line: number, timeMs: number | undefined, word: string, rest: string): number {
    switch (word) {
      case 'group':
        this.#startGroup(rest, line, timeMs);
        return LINE_MARK;
      case 'endgroup':
        this.#echo = false;
        this.#closeGroup(line, timeMs);
        return LINE_MARK;
      case 'error':
        this.#fail();
        return LINE_ERROR_MARK;
      case 'section': {
        const azure = /^Starting: (.*)/.exec(rest);
        if (azure !== null) this.#open(azure[1] as string, line, timeMs);
        else if (/^Finishing: /.test(rest)) this.#close(line, timeMs);
        return LINE_MARK;
      }
      case 'command':
        return LINE_TRACE;
      default:
        return 0;
    }
  }

  /** Jenkins, Buildkite, Travis and shells. */
  #tool(line: number, timeMs: number | undefined, text: string): number {
    if (text.startsWith('[Pipeline] ')) {
      const block = /^\[Pipeline\] \{(?: \((.*)\))?/.exec(text);
      if (block !== null) {
        this.#depth++;
        if (block[1] !== undefined) this.#open(block[1], line, timeMs);
      } else if (/^\[Pipeline\] \}/.test(text)) {
        if (this.#step !== undefined && this.#step.depth >= this.#depth) this.#close(line, timeMs);
        this.#depth = Math.max(0, this.#depth - 1);
      }
      return LINE_MARK;
    }
    const shell = /^(?:\[[^\]]{1,80}\] )?\$ (.+)/.exec(text);
    if (shell !== null) {
      if (text.startsWith('[') || this.#travis) this.#open(shell[1] as string, line, timeMs);
      return LINE_TRACE;
    }
    if (/^\+{1,3} [\w./"'[({-]/.test(text) && !/^\+\+\+ \S+[\t ]+\d{4}-/.test(text)) return LINE_TRACE;
    const exited = /^The command ".*" (?:exited with|failed and exited with) ([1-9]\d*)/.exec(text);
    if (exited !== null) this.#fail();
    const buildkite = /^(?:---|\+\+\+|~~~) (:[a-z_-]+: .+|Running .+|Preparing .+)/.exec(text);
    if (buildkite !== null) {
      this.#open(buildkite[1] as string, line, timeMs);
      return LINE_MARK;
    }
    return 0;
  }

  /** `travis_fold:start:x`, `section_start:1699:x` before a carriage return: up to eight parts of the raw line. */
  #hidden(
    line: number,
    timeMs: number | undefined,
    raw: { bytes: Uint8Array; start: number; end: number },
    lastLine: number,
  ): number {
    const head = decoder.decode(raw.bytes.subarray(raw.start, Math.min(raw.end, raw.start + HIDDEN_BYTES)));
    for (const part of head.split('\r').slice(0, 8)) {
      const mark = /(travis_fold|section)[:_](start|end):(?:(\d+):)?([^\s[\r]+)/.exec(part);
      if (mark === null) {
        if (part.includes('travis_time:')) this.#travis = true;
        continue;
      }
      if (mark[1] === 'travis_fold') this.#travis = true;
      const at = timeMs ?? (mark[3] === undefined ? undefined : Number(mark[3]) * 1000);
      if (mark[2] === 'start') this.#open(mark[4] as string, line, at);
      // What is visible behind an end mark belongs to what comes next.
      else this.#close(lastLine, at);
    }
    return 0;
  }
}

const isCleanUp = (name: string): boolean =>
  /^post job cleanup|^cleaning up orphan processes|^job (?:succeeded|failed)$/i.test(name);

const closed = (open: OpenStep, lastLine: number, timeMs: number | undefined): LogStep => ({
  name: open.name,
  firstLine: open.firstLine,
  lastLine: Math.max(open.firstLine, lastLine),
  startedAtMs: open.startedAtMs,
  finishedAtMs: open.startedAtMs === undefined ? undefined : timeMs,
  failed: open.failed,
});

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Whether a line starts like any mark: the cheap test in front of all others. */
function isMarkStart(b: Uint8Array, i: number, end: number): boolean {
  if (end - i < 3) return false;
  const second = b[i + 1];
  switch (b[i]) {
    case 0x23: // ##[
      return second === 0x23 && b[i + 2] === 0x5b;
    case 0x3a: // ::
      return second === 0x3a;
    case 0x5b: // [Pipeline], [workspace] $
      return second === 0x50 || hasDollar(b, i, end);
    case 0x24: // $
      return second === 0x20;
    case 0x2b: // + command, +++ title
      return second === 0x20 || second === 0x2b;
    case 0x2d:
    case 0x7e:
      return second === b[i] && b[i + 2] === b[i] && b[i + 3] === 0x20;
    case 0xe2: // star, check mark, cross
      return (
        (second === 0xad && b[i + 2] === 0x90) ||
        (second === 0x9c && b[i + 2] === 0x85) ||
        (second === 0x9d && b[i + 2] === 0x8c)
      );
    case 0xf0: // flag
      return second === 0x9f && b[i + 2] === 0x8f;
    case 0x50: // Post job cleanup
    case 0x43: // Cleaning up orphan processes
      return second === 0x6f || second === 0x6c;
    case 0x4a: // Job failed
      return second === 0x6f && b[i + 2] === 0x62;
    case 0x54: // The command "…" exited with
      return second === 0x68 && b[i + 2] === 0x65;
    default:
      return false;
  }
}

/** Whether the start of a line may have `travis_` or `section_`: said without making a string of it. */
function mayHideMark(b: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + HIDDEN_BYTES);
  for (let k = start + 6; k < stop; k++) {
    if (b[k] === 0x5f && ((b[k - 1] === 0x73 && b[k - 6] === 0x74) || (b[k - 1] === 0x6e && b[k - 6] === 0x65)))
      return true;
  }
  return false;
}

/** `] $ ` within the first 80 bytes: a freestyle Jenkins job's command. */
function hasDollar(b: Uint8Array, i: number, end: number): boolean {
  const stop = Math.min(end - 2, i + 80);
  for (let k = i + 1; k < stop; k++) if (b[k] === 0x5d) return b[k + 1] === 0x20 && b[k + 2] === 0x24;
  return false;
}
