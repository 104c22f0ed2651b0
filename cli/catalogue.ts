// All commands, by name: each is loaded only when it is called or described.
import type { Command } from './command.ts';

export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: Command['group'];
  load(): Promise<Command>;
}

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'archive',
    summary: 'keep the logs of an attempt',
    group: 'daily',
    load: async () => (await import('./commands/archive.ts')).archive,
  },
  {
    name: 'run',
    summary: 'run a command and keep what it prints',
    group: 'daily',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'search',
    summary: 'find lines in every kept log',
    group: 'daily',
    load: async () => (await import('./commands/search.ts')).search,
  },
  {
    name: 'show',
    summary: 'print a log, a range of it, or what is known of it',
    group: 'daily',
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'diff',
    summary: 'what a red log has that a green one lacks',
    group: 'daily',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'why',
    summary: 'name the mechanism of a red attempt',
    group: 'daily',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    name: 'gate',
    summary: 'is every red attempt of a SHA explained?',
    group: 'daily',
    load: async () => (await import('./commands/gate.ts')).gate,
  },
  {
    name: 'attach',
    summary: 'give an issue its evidence',
    group: 'daily',
    load: async () => (await import('./commands/attach.ts')).attach,
  },
  {
    name: 'errors',
    summary: 'the error lines of a log, best first',
    group: 'more',
    load: async () => (await import('./commands/errors.ts')).errors,
  },
  {
    name: 'list',
    summary: 'attempts, newest first',
    group: 'more',
    load: async () => (await import('./commands/list.ts')).list,
  },
  {
    name: 'signatures',
    summary: 'known errors with their base rates',
    group: 'more',
    load: async () => (await import('./commands/signatures.ts')).signatures,
  },
  {
    name: 'serve',
    summary: 'the web page: search, read and compare logs',
    group: 'more',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'flakes',
    summary: 'jobs that were red and green on one SHA',
    group: 'more',
    load: async () => (await import('./commands/flakes.ts')).flakes,
  },
  {
    name: 'headroom',
    summary: 'how close green attempts come to their time limits',
    group: 'more',
    load: async () => (await import('./commands/headroom.ts')).headroom,
  },
  {
    name: 'name',
    summary: 'name the mechanism of a signature',
    group: 'more',
    load: async () => (await import('./commands/name.ts')).name,
  },
  {
    name: 'unname',
    summary: 'take a name back',
    group: 'more',
    load: async () => (await import('./commands/unname.ts')).unname,
  },
  {
    name: 'rules',
    summary: 'dry run of error rules on every kept log',
    group: 'more',
    load: async () => (await import('./commands/rules.ts')).rules,
  },
  {
    name: 'sync',
    summary: 'bring new logs of the store into the index',
    group: 'more',
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  {
    name: 'flush',
    summary: 'deliver logs that wait on this machine',
    group: 'more',
    load: async () => (await import('./commands/flush.ts')).flush,
  },
  {
    name: 'pull',
    summary: 'fetch logs of finished attempts from the CI server',
    group: 'more',
    load: async () => (await import('./commands/pull.ts')).pull,
  },
  {
    name: 'rerun',
    summary: 'keep the log first, then ask the CI server to re-run',
    group: 'more',
    load: async () => (await import('./commands/rerun.ts')).rerun,
  },
  {
    name: 'watch',
    summary: 'the sidecar: keeps every finished attempt',
    group: 'more',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  {
    name: 'rescue',
    summary: 'import logs from a Gitea server’s own log storage',
    group: 'more',
    load: async () => (await import('./commands/rescue.ts')).rescue,
  },
  {
    name: 'coverage',
    summary: 'what the CI server ran against what is kept',
    group: 'more',
    load: async () => (await import('./commands/coverage.ts')).coverage,
  },
  {
    name: 'verify',
    summary: 'check every object of the store',
    group: 'more',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'prune',
    summary: 'let go of logs by a policy',
    group: 'more',
    load: async () => (await import('./commands/prune.ts')).prune,
  },
  {
    name: 'forget',
    summary: 'remove one log at once',
    group: 'more',
    load: async () => (await import('./commands/forget.ts')).forget,
  },
  {
    name: 'mask',
    summary: 'what would be masked in a log',
    group: 'more',
    load: async () => (await import('./commands/mask.ts')).mask,
  },
  {
    name: 'rescan',
    summary: 'find secrets in kept logs by newer rules',
    group: 'more',
    load: async () => (await import('./commands/rescan.ts')).rescan,
  },
  {
    name: 'rename-repo',
    summary: 'join a renamed repository’s logs',
    group: 'more',
    load: async () => (await import('./commands/rename-repo.ts')).renameRepo,
  },
  {
    name: 'export',
    summary: 'logs as files, for people without access',
    group: 'more',
    load: async () => (await import('./commands/export.ts')).exportLogs,
  },
  {
    name: 'reindex',
    summary: 'build the index anew from the store',
    group: 'more',
    load: async () => (await import('./commands/reindex.ts')).reindex,
  },
  {
    name: 'index',
    summary: 'publish this index into the store',
    group: 'more',
    load: async () => (await import('./commands/index.ts')).index,
  },
  {
    name: 'du',
    summary: 'sizes of store, spool, index and caches',
    group: 'more',
    load: async () => (await import('./commands/du.ts')).du,
  },
  {
    name: 'config',
    summary: 'every setting with its origin',
    group: 'more',
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'schema',
    summary: 'JSON Schema of what --json prints',
    group: 'more',
    load: async () => (await import('./commands/schema.ts')).schema,
  },
  {
    name: 'doctor',
    summary: 'what works here, what does not, and how to fix it',
    group: 'more',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'completion',
    summary: 'completion for bash, zsh or fish',
    group: 'more',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: '__complete',
    summary: 'words for a shell’s completion',
    group: 'hidden',
    load: async () => (await import('./commands/complete.ts')).complete,
  },
];
