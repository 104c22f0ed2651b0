// Steps and groups of a log, from the marks that runners write: GitHub, Gitea, Forgejo, Azure, GitLab, Travis, Jenkins,
// Buildkite. A streaming tracker: it sees the lines that may be marks (wasm/marks-of-runners.ts), and all of an echo.

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

/** What a line may have for steps. */
export interface SeenLine {
  /** The visible body, where it starts like a mark. */
  readonly mark: string | undefined;
  /** The head of the raw line, where it may have marks before a carriage return (Travis, GitLab). */
  readonly hidden: string | undefined;
  /** Nothing of it is visible. */
  readonly isBlank: boolean;
}

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
  #hasColumns = false;

  /** Whether an echo goes on: until it ends, each line has to be seen. */
  get isEcho(): boolean {
    return this.#echo;
  }

  /** Takes line `line`. Returns its flags. */
  take(line: number, timeMs: number | undefined, seen: SeenLine): number {
    if (this.#echo && this.#isPastEcho(line, timeMs)) this.#echo = false;
    let flags = this.#echo ? LINE_ECHO : 0;
    if (seen.hidden !== undefined) this.#hidden(line, timeMs, seen.hidden, seen.isBlank ? line : line - 1);
    if (seen.mark !== undefined) flags |= this.#mark(line, timeMs, seen.mark);
    return flags;
  }

  /** A group that a script calls `Run …` itself, or that is never closed, holds output: no runner takes so long to echo. */
  #isPastEcho(line: number, timeMs: number | undefined): boolean {
    const { startedAtMs, firstLine } = this.#group ?? { startedAtMs: undefined, firstLine: line };
    if (line - firstLine > MAX_ECHO_LINES) return true;
    return timeMs !== undefined && startedAtMs !== undefined && timeMs - startedAtMs > MAX_ECHO_MS;
  }

  /** Takes the step of the columns of `gh run view --log`, when they change: where they name steps, marks in the text don't. */
  takeColumns(line: number, timeMs: number, name: string): void {
    this.#hasColumns = name !== 'UNKNOWN STEP';
    if (!this.#hasColumns) return;
    this.#hasSteps = true;
    this.#start(name, line, timeMs);
  }

  /** Closes what is open. Groups stand in for steps where the format has no steps of its own. */
  finish(lastLine: number, lastTimeMs: number | undefined): readonly LogStep[] {
    this.#close(lastLine, lastTimeMs);
    this.#closeGroup(lastLine, lastTimeMs);
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
  #hidden(line: number, timeMs: number | undefined, head: string, lastLine: number): void {
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
