// What must hold in a store after any crash: I1 and I2 of docs/design.md, and what commands say of it.
import { expect } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { readConfig } from '../../cli/config.ts';
import { describeCommands, parseInvocation } from '../../cli/program.ts';
import { type AuditReport, auditStore } from '../../store/audit.ts';
import { openFsStore } from '../../store/fs-store.ts';
import type { TestHome } from './command.ts';
import { readKeptLogs } from './kept-logs.ts';

export interface InProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process on the home's folders: quicker than a child, for what is not to be killed. */
export async function runHere(home: TestHome, argv: readonly string[], nowMs?: number): Promise<InProcessResult> {
  const out = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof out) => ({
    isTerminal: false,
    columns: undefined,
    write: async (chunk: string | Uint8Array) => {
      out[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const invocation = await parseInvocation(argv);
  if (invocation.kind !== 'run') throw new Error(`${argv.join(' ')} is no command that runs`);
  const {
    command,
    input,
    flags,
  }: { command: Command; input: typeof invocation.input; flags: typeof invocation.flags } = invocation;
  const code = await command.run(input, {
    stdin: (async function* () {})(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    signal: new AbortController().signal,
    now: () => nowMs ?? Date.now(),
    commands: describeCommands,
    config: () => readConfig({ env: home.env, flags, workingFolder: home.folder }),
  });
  return { code, ...out };
}

/** Nothing visible is broken, whatever was left behind. Gives the texts by log id. */
export async function expectWhole(
  home: TestHome,
): Promise<{ readonly texts: readonly string[]; readonly audit: AuditReport }> {
  const store = await openFsStore(home.store);
  const audit = await auditStore(store, { depth: 'bytes' });
  expect(audit.damaged).toEqual([]);
  const kept = await readKeptLogs(home.store);
  return { texts: kept.map(({ text }) => text), audit };
}

/** After `prune --leftovers` nothing is left over, and nothing that was visible is gone. */
export async function expectCleared(home: TestHome): Promise<void> {
  const before = await readKeptLogs(home.store);
  const { code, stderr } = await runHere(home, ['prune', '--leftovers', '--older-than', '0s', '--apply']);
  expect([code, stderr]).toEqual([0, '']);
  const { audit } = await expectWhole(home);
  expect(audit.leftovers.filter(({ kind }) => kind !== 'buried')).toEqual([]);
  expect(audit.missingFeed).toEqual([]);
  const after = new Set((await readKeptLogs(home.store)).map(({ manifest }) => manifest.capture.id));
  for (const { manifest } of before) expect(after.has(manifest.capture.id)).toBe(true);
}

/** Log ids that `list` shows after a sync, sorted. */
export async function listedLogs(home: TestHome): Promise<readonly string[]> {
  const synced = await runHere(home, ['sync', '--quiet']);
  expect(synced.code, synced.stderr).toBe(0);
  const { stdout } = await runHere(home, ['list', '--json']);
  return (JSON.parse(stdout) as { logId: string }[]).map(({ logId }) => logId).sort();
}
