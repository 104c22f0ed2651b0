// `firstred serve`: the web page over the local index and its store. It reads; naming a signature is the one change.
import { readFile } from 'node:fs/promises';
import { AppError, reasonOf } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import type { ListenOptions } from '../../web/server.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import type { Config } from '../config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'The web page: search, attempts, logs, red beside green, flakes, headroom. Stops with Ctrl-C.',
  group: 'more',
  options: [
    { flags: '-p, --port <number>', summary: 'the port (default: a free one)' },
    {
      flags: '--host <address>',
      summary: 'listen there and not on loopback alone; needs --auth-token or --trusted-header',
    },
    {
      flags: '--auth-token <token>',
      summary:
        '@FILE with the token to ask for, or the token itself, which other users of this machine then see (FIRSTRED_AUTH_TOKEN; default: a new one each start)',
    },
    { flags: '--trusted-header <name>', summary: 'a header by which the proxy in front says who is asking' },
    { flags: '--trusted-proxy <address...>', summary: 'where that proxy connects from (default: this machine)' },
    { flags: '--public-url <url>', summary: 'the address that people use, when a proxy stands in front' },
  ],
  examples: [
    { line: 'firstred serve', summary: 'on this machine: open the printed address' },
    {
      line: 'firstred serve --host 0.0.0.0 --port 8017 --public-url https://ci-logs.example.org --auth-token @/etc/firstred.token',
      summary: 'for a team, behind a proxy that speaks TLS',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'stopped',
    [EXIT.refused]: 'it may not listen there',
    [EXIT.interrupted]: 'stopped by a signal before it listened',
  },
  run: runServe,
};

async function runServe(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const options = await listenOptions(input, config);
  const [{ listen }, { siteContent }, { warmUp }] = await Promise.all([
    import('../../web/server.ts'),
    import('../serve-content.ts'),
    import('../serve-logs.ts'),
  ]);
  if (input.text('authToken')?.startsWith('@') === false && !input.flag('quiet'))
    await io.stderr.write(
      'firstred: a token on the command line is seen by every user of this machine; put it into a file and give @FILE\n',
    );
  const site = await listen(siteContent(config, io.now), options);
  const base = options.publicUrl?.href ?? `http://${shownHost(options.host)}:${site.port}/`;
  const url = input.text('trustedHeader') === undefined ? `${base}#token=${options.token}` : base;
  try {
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify({ url, port: site.port })}\n`);
    else await io.stdout.write(`${url}\n`);
    if (options.host !== undefined && options.publicUrl === undefined && !input.flag('quiet'))
      await io.stderr.write(
        'firstred: others on this network can reach this page without TLS; put a proxy in front and name it with --public-url\n',
      );
    void warmUp(config);
    await untilAborted(io.signal);
  } finally {
    await site.close();
  }
  return EXIT.done;
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A wildcard address is nothing that a browser can open. */
function shownHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

const LOOPBACK = ['127.0.0.1', '::1', '[::1]', 'localhost'];

async function listenOptions(input: CommandInput, config: Config): Promise<ListenOptions> {
  const { newToken } = await import('../../web/access.ts');
  const told = await toldToken(input.text('authToken') ?? config.env['FIRSTRED_AUTH_TOKEN']);
  const trustedHeader = input.text('trustedHeader');
  const typed = input.text('host');
  const host = typed === undefined || LOOPBACK.includes(typed) ? undefined : typed;
  if (host !== undefined && told === undefined && trustedHeader === undefined)
    throw new AppError('USAGE', `--host ${showText(host)} lets others in and needs to know whom`, {
      hint: 'add --auth-token @FILE, or --trusted-header NAME behind a proxy that knows its users',
    });
  const proxies = input.list('trustedProxy');
  if (trustedHeader !== undefined && !/^[a-z0-9-]{1,100}$/i.test(trustedHeader))
    throw new AppError('USAGE', `'${showText(trustedHeader)}' is no name of a header`, {
      hint: 'such as X-Forwarded-User',
    });
  return {
    port: parsePort(input.text('port')),
    host,
    token: told ?? newToken(),
    trustedHeader,
    trustedProxies: proxies.length > 0 ? proxies : ['127.0.0.1', '::1'],
    publicUrl: parsePublicUrl(input.text('publicUrl')),
  };
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new AppError('USAGE', `'${text.slice(0, 40)}' is no port`, { hint: 'give a number up to 65535' });
}

function parsePublicUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.username === '') return url;
  throw new AppError('USAGE', `'${text.slice(0, 120)}' is no address of a page`, {
    hint: 'give the scheme and host people use, without a path: https://ci-logs.example.org',
  });
}

/** chosen: shorter ones can be tried out over a network. */
const MIN_TOKEN = 16;

async function toldToken(text: string | undefined): Promise<string | undefined> {
  if (text === undefined || text === '') return undefined;
  const token = text.startsWith('@') ? (await readToken(text.slice(1))).trim() : text;
  if (token.length >= MIN_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new AppError('USAGE', `the token must have at least ${MIN_TOKEN} characters and no spaces`, {
    hint: 'make one: openssl rand -hex 32',
  });
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('INPUT_UNREADABLE', `the token file ${file} cannot be read: ${reasonOf(cause)}`, {
      hint: 'check its path and rights',
      cause,
    });
  }
}
