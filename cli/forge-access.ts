// Opens the CI server that a command speaks to, and says which repository is meant.
import { setTimeout } from 'node:timers/promises';
import type { Forge } from '../forge/forge.ts';
import { AppError } from '../store/errors.ts';
import type { CommandInput, CommandIo, CommandOption } from './command.ts';
import type { Config } from './config.ts';

export const FORGE_OPTIONS: readonly CommandOption[] = [
  { flags: '--server <url>', summary: 'address of the CI server, else FIRSTRED_SERVER_URL or that of the running job' },
];

/** The server that `--server`, the environment or the running job names. Its token comes from the environment alone. */
export async function openCommandForge(input: CommandInput, io: CommandIo): Promise<Forge> {
  const { env } = await io.config();
  const [{ addressFromEnvironment }, { openForge }] = await Promise.all([
    import('../forge/access.ts'),
    import('../forge/detect.ts'),
  ]);
  return openForge(addressFromEnvironment(withServer(env, input.text('server'))), forgeTools(io), io.signal);
}

/** Whether a CI server is configured at all. */
export async function isServerKnown(input: CommandInput, io: CommandIo): Promise<boolean> {
  const { addressFromEnvironment } = await import('../forge/access.ts');
  const { serverUrl, apiUrl } = addressFromEnvironment(withServer((await io.config()).env, input.text('server')));
  return serverUrl !== undefined || apiUrl !== undefined;
}

/** The host that people know the server by, from its address alone; undefined where none is configured. */
export async function serverHost(input: CommandInput, io: CommandIo): Promise<string | undefined> {
  const { addressFromEnvironment } = await import('../forge/access.ts');
  const { serverUrl, apiUrl } = addressFromEnvironment(withServer((await io.config()).env, input.text('server')));
  const url = serverUrl ?? apiUrl ?? '';
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/** `--server` wins; when it names another server than the job's own, neither the job's API nor its token serve. */
function withServer(env: Config['env'], server: string | undefined): Config['env'] {
  if (server === undefined) return env;
  const own = env['FORGEJO_SERVER_URL'] ?? env['GITHUB_SERVER_URL'];
  const named = { ...env, FIRSTRED_SERVER_URL: server };
  if (own !== undefined && sameOrigin(own, server)) return named;
  const job = ['FIRSTRED_API_URL', 'GITHUB_API_URL', 'FORGEJO_API_URL', 'GITHUB_SERVER_URL', 'FORGEJO_SERVER_URL'];
  return { ...named, ...Object.fromEntries(job.map((name) => [name, undefined])) };
}

const sameOrigin = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;

/** Real network and clock. */
const forgeTools = (io: Pick<CommandIo, 'now'>) => ({
  fetch: globalThis.fetch,
  now: io.now,
  sleep: async (waitMs: number, signal: AbortSignal): Promise<void> => {
    await setTimeout(waitMs, undefined, { signal });
  },
});

/** `--repo`, the configured repository, or that of the running job. USAGE when none is known. */
export async function repoToAsk(input: CommandInput, config: Config): Promise<string> {
  const { readIdentity } = await import('./identity.ts');
  const repo = input.text('repo') ?? config.repo ?? (await readIdentity(input, config, 0)).repo;
  if (repo !== undefined) return repo.replace(/^https?:\/\//i, '').replace(/\.git$/, '');
  throw new AppError('USAGE', 'no repository was named', { hint: 'give --repo owner/name, or set FIRSTRED_REPO' });
}
