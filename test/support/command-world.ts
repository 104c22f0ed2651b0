// A command's world for tests: environment, temp folders, text sinks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command, CommandInput, CommandIo, Sink } from '../../cli/command.ts';
import { readConfig } from '../../cli/config.ts';
import { describeCommands } from '../../cli/program.ts';

export interface CommandWorld {
  readonly folder: string;
  readonly out: { text: string };
  readonly err: { text: string };
  run(command: Command, args: readonly string[], flags: Readonly<Record<string, unknown>>): Promise<number>;
  close(): void;
}

/** Stores, index and spool lie in one temp folder. `nowMs` is read at each question. stderr is a terminal if told so. */
export function openCommandWorld(
  env: Readonly<Record<string, string>>,
  nowMs: () => number,
  options: { readonly isTerminal: boolean } = { isTerminal: false },
): CommandWorld {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-command-'));
  const out = { text: '' };
  const err = { text: '' };
  const place = {
    FIRSTRED_STORE: path.join(folder, 'store'),
    FIRSTRED_INDEX: path.join(folder, 'index.db'),
    FIRSTRED_SPOOL: path.join(folder, 'spool'),
    XDG_CONFIG_HOME: folder,
  };
  const io: CommandIo = {
    stdin: (async function* () {})(),
    stdout: sinkInto(out),
    stderr: sinkInto(err, options),
    signal: new AbortController().signal,
    now: nowMs,
    commands: describeCommands,
    config: () => readConfig({ env: { ...place, ...env }, flags: {}, workingFolder: folder }),
  };
  return {
    folder,
    out,
    err,
    close: () => rmSync(folder, { recursive: true, force: true }),
    run(command, args, flags) {
      out.text = '';
      err.text = '';
      return command.run(inputOf(args, flags), io);
    },
  };
}

const sinkInto = (target: { text: string }, { isTerminal } = { isTerminal: false }): Sink => ({
  isTerminal,
  columns: isTerminal ? 100 : undefined,
  write: async (chunk) => {
    target.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  },
});

function inputOf(args: readonly string[], flags: Readonly<Record<string, unknown>>): CommandInput {
  return {
    arguments: args,
    text: (name) => (typeof flags[name] === 'string' ? flags[name] : undefined),
    flag: (name) => flags[name] === true,
    isOff: (name) => flags[name] === false,
    list: (name) => (Array.isArray(flags[name]) ? flags[name].map(String) : []),
  };
}
