// Runs the CI action as a runner does: the committed file alone in an empty folder, inputs and state by variables and files.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type CommandResult, endOf } from './command.ts';
import { ROOT } from './sources.ts';

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

/** action.yml of this project. */
export const actionFile = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as ActionFile;

/** A step `uses: …/firstred@v1` in a job. */
export interface ActionStep {
  /** Of the job: variables that every step sees. */
  readonly env: Readonly<Record<string, string>>;
  /** `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What `${{ github.token }}` and the like are; none of them by default. */
  readonly expressions?: Readonly<Record<string, string>>;
  /** Runners of long ago give no file. */
  readonly hasStateFile?: boolean;
  /** Runs as a user that has no entry and no home, as some containers do; for root alone. */
  readonly strangerId?: number;
}

export interface ActionJob {
  /** At the start of the job. */
  main(): Promise<CommandResult>;
  /** After its last step. */
  post(extra?: Readonly<Record<string, string>>): Promise<CommandResult>;
}

/** Lays the action out in `folder`, which has nothing else in it, and opens a job that uses it. */
export function openActionJob(folder: string, step: ActionStep): ActionJob {
  const files = { action: join(folder, 'actions/v1'), work: join(folder, 'workspace'), state: join(folder, 'state') };
  mkdirSync(files.work, { recursive: true });
  writeFileSync(files.state, '');
  for (const part of [actionFile.runs.main, actionFile.runs.post]) {
    mkdirSync(dirname(join(files.action, part)), { recursive: true });
    copyFileSync(join(ROOT, part), join(files.action, part));
  }
  const { strangerId } = step;
  const user = strangerId === undefined ? {} : { uid: strangerId, gid: strangerId };
  const home = strangerId === undefined ? { HOME: join(folder, 'home') } : {};
  const base = { PATH: process.env['PATH'] ?? '', ...home, ...step.env, ...inputVariables(step) };
  const stateFile = step.hasStateFile === false ? {} : { GITHUB_STATE: files.state };
  const run = (part: string, env: Readonly<Record<string, string>>): Promise<CommandResult> =>
    endOf(
      spawn(process.execPath, [join(files.action, part)], {
        cwd: files.work,
        env: { ...base, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...user,
      }),
    );
  let printed = '';
  return {
    async main() {
      const result = await run(actionFile.runs.main, stateFile);
      printed = result.stdout.toString();
      return result;
    },
    post: (extra = {}) =>
      run(actionFile.runs.post, { ...stateFile, ...stateOf(readFileSync(files.state, 'utf8'), printed), ...extra }),
  };
}

/** INPUT_*, as runners make them: upper case, spaces as underscores, hyphens kept. */
function inputVariables({ inputs = {}, expressions = {} }: ActionStep): Record<string, string> {
  const unknown = Object.keys(inputs).filter((name) => actionFile.inputs[name] === undefined);
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const evaluate = (text: string): string =>
    text.replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => expressions[expression] ?? '');
  return Object.fromEntries(
    Object.entries(actionFile.inputs).map(([name, { default: text }]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      evaluate(inputs[name] ?? text),
    ]),
  );
}

/** STATE_*, from the state file and from the command that runners knew before there was one. */
function stateOf(file: string, printed: string): Record<string, string> {
  const saved = [...file.matchAll(/^([^=\n]+)=(.*)$/gm)];
  const commands = [...printed.matchAll(/^::save-state name=(\w+)::(.*)$/gm)];
  return Object.fromEntries([...saved, ...commands].map(([, name, value]) => [`STATE_${name}`, value ?? '']));
}
