// A command is a value: program.ts feeds commander, the docs and the completions from the same list.
import type { Config } from './config.ts';
import type { ExitCode } from './exit-codes.ts';

/** One flag. `flags` is commander's notation: `-C, --context <lines>`; a `...` after the value makes it repeatable. */
export interface CommandOption {
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** The heading that it stands under in the help; its command's own otherwise. */
  readonly heading?: string;
}

export interface CommandExample {
  readonly line: string;
  readonly summary: string;
}

/** What was typed, after commander has checked names and choices. Names are camelCase, as commander gives them. */
export interface CommandInput {
  readonly arguments: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** `--no-NAME` was given. */
  isOff(name: string): boolean;
  list(name: string): readonly string[];
}

/** What was typed, of its arguments and its options by name: a text, true, false for `--no-NAME`, or a list. */
export const commandInput = (args: readonly string[], options: Readonly<Record<string, unknown>>): CommandInput => ({
  arguments: args,
  text: (name) => (typeof options[name] === 'string' ? options[name] : undefined),
  flag: (name) => options[name] === true,
  isOff: (name) => options[name] === false,
  list: (name) => (Array.isArray(options[name]) ? options[name].map(String) : []),
});

/** Where text and bytes go; resolves when they were taken, so that a slow pipe slows us down. */
export interface Sink {
  write(chunk: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Terminal width in columns; undefined when it is no terminal. */
  readonly columns: number | undefined;
}

/** The world of a command, injected so that tests can replace it. */
export interface CommandIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted at SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Read at first use, so that `help` never fails on a broken file. */
  config(): Promise<Config>;
  /** Every command that is shown to people. */
  commands(): Promise<readonly CommandDescription[]>;
}

/** A command as the line knows it, common flags included: for what is made from all commands. */
export interface CommandDescription {
  readonly name: string;
  /** A few words. */
  readonly summary: string;
  /** commander's notation, empty where it takes none. */
  readonly arguments: string;
  readonly flags: readonly FlagDescription[];
}

/** One flag of a described command. */
export interface FlagDescription {
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** commander's notation: `[files...]`. */
  readonly arguments?: string;
  readonly group: 'daily' | 'more' | 'hidden';
  readonly options: readonly CommandOption[];
  readonly examples: readonly [CommandExample, CommandExample, ...CommandExample[]];
  /** What each exit code means for this command; 2 goes without saying. */
  readonly exitCodes: Readonly<Partial<Record<ExitCode, string>>>;
  /** Options that are not known are passed on as arguments (`run -- CMD`). */
  readonly passThrough?: true;
  /** Its answer may be longer than a screen: on a terminal it goes through the reader's pager. */
  readonly paged?: true;
  run(input: CommandInput, io: CommandIo): Promise<ExitCode>;
}
