// Long answers for people go through the pager that they chose (as git does it): `less` searches, so we need not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { CommandInput, CommandOption, Sink } from './command.ts';
import type { Environment } from './config.ts';
import { sinkOf } from './sinks.ts';

/** For commands whose answers may be longer than a screen. */
export const PAGER_OPTION: CommandOption = {
  flags: '--no-pager',
  summary: 'no pager (on a terminal: FIRSTRED_PAGER, else PAGER, else less)',
};

/** Quits by itself when everything fits, shows colours, leaves the text on the screen. */
const LESS = 'FRX';

/** Both outputs of a command, in one place: a note must not be drawn over the pager's screen. */
export interface Pager {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Shows what is left, and waits until the reader has seen enough. */
  close(): Promise<void>;
}

/** The pager, started with the first text; undefined where none is wanted, or none is there. */
export function openPager(
  input: CommandInput,
  { stdout, stderr, env }: { readonly stdout: Sink; readonly stderr: Sink; readonly env: Environment },
): Pager | undefined {
  if (!stdout.isTerminal || input.isOff('pager') || input.flag('json') || input.flag('raw')) return undefined;
  const { command, program } = pagerOf(env);
  if (command.trim() === '' || command.trim() === 'cat' || !isProgramThere(program, env['PATH'] ?? ''))
    return undefined;
  let started: { readonly pipe: Sink; readonly end: () => Promise<unknown> } | undefined;
  const write = (chunk: string | Uint8Array): Promise<void> => {
    started ??= start(command, env);
    return started.pipe.write(chunk);
  };
  return {
    stdout: { isTerminal: true, columns: stdout.columns, write },
    // Before the first text a line of progress may stand there; afterwards the screen is the pager's.
    stderr: {
      get isTerminal() {
        return started === undefined && stderr.isTerminal;
      },
      columns: stderr.columns,
      write: (chunk) => (started === undefined || !stderr.isTerminal ? stderr.write(chunk) : write(chunk)),
    },
    close: async () => void (await started?.end()),
  };
}

/** By the shell, as a pager may have arguments; the reader's own environment said it, no repository's file can. */
function start(command: string, env: Environment): { readonly pipe: Sink; readonly end: () => Promise<unknown> } {
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...env, LESS: env['LESS'] ?? LESS, LV: env['LV'] ?? '-c' },
  });
  const ended = once(child, 'close').catch(() => undefined); // it could not start: then nobody reads, as after `q`
  return {
    pipe: sinkOf(child.stdin),
    end() {
      child.stdin.end();
      return ended;
    },
  };
}

/** The pager's command line and its program; empty where none is wanted. */
export function pagerOf(env: Environment): { readonly command: string; readonly program: string } {
  const command = env['FIRSTRED_PAGER'] ?? env['PAGER'] ?? 'less';
  const [program = ''] = command.trim().split(/\s+/);
  return { command, program };
}

/** Whether a program can be started: by its path, or from one of `folders` as PATH has them. */
export function isProgramThere(program: string, folders: string): boolean {
  const places = program.includes('/')
    ? [program]
    : folders.split(path.delimiter).map((each) => path.join(each, program));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
