// Where the engine of a team is: `clickhouse://[user[:password]@]host[:port][/database]`, with TLS `clickhouses://`.
import { AppError } from '../../store/errors.ts';

/** ClickHouse's own ports of its HTTP interface. */
const PORT = { plain: '8123', tls: '8443' } as const;

export interface EngineAddress {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Tables are made as `ReplicatedReplacingMergeTree`. */
  readonly isReplicated: boolean;
  /** For messages: without any credential. */
  readonly shown: string;
}

/** Credentials that the environment gives; those in the address win. */
export interface EngineCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Reads the address. USAGE when it is none; the message never holds what stands before `@`. */
export function parseEngineAddress(text: string, credentials: EngineCredentials = {}): EngineAddress {
  const refuse = (why: string): AppError =>
    new AppError('USAGE', `the address of the index is not right: ${why}`, {
      hint: 'write clickhouse://user@host:8123/database, or clickhouses:// for TLS; the password in FIRSTRED_INDEX_PASSWORD',
    });
  const scheme = /^(clickhouses?):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw refuse('it does not begin with clickhouse:// or clickhouses://');
  const isTls = scheme === 'clickhouses';
  let url: URL;
  try {
    // WHATWG splits host and path only of schemes that it knows.
    url = new URL(text.replace(/^[^:]+:/, isTls ? 'https:' : 'http:'));
  } catch {
    throw refuse('it has no host, or a port that is none');
  }
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw refuse('a percent sign in it stands for itself: write %25');
    }
  };
  const database = decoded(url.pathname.replace(/^\/+|\/+$/g, ''));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$|^$/.test(database)) throw refuse('the database is no plain name');
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'replicated');
  if (unknown !== undefined) throw refuse(`it has '${unknown.slice(0, 40)}', and knows only 'replicated'`);
  const port = url.port !== '' ? url.port : PORT[isTls ? 'tls' : 'plain'];
  const host = `${url.hostname}:${port}`;
  return {
    url: `${url.protocol}//${host}`,
    username: decoded(url.username) || (credentials.username ?? 'default'),
    password: decoded(url.password) || (credentials.password ?? ''),
    database: database === '' ? 'default' : database,
    isReplicated: url.searchParams.has('replicated'),
    shown: `${scheme}://${host}/${database}`,
  };
}
