// Every setting there is, as data: config.ts reads them, `firstred config` prints them, docs/cli.md lists them.

export interface Setting {
  readonly name: string;
  readonly env: string;
  /** What other tools call it in the environment, the strongest first: weaker than everything but what is built in. */
  readonly commonEnv?: readonly string[];
  /** commander's notation, for those that every command takes as a flag. */
  readonly flags?: string;
  readonly summary: string;
  /** A repository's `.firstred.json` is written by whoever opens a pull request: only harmless settings may come from it. */
  readonly fromRepository: boolean;
}

export const SETTINGS = [
  {
    name: 'store',
    env: 'FIRSTRED_STORE',
    flags: '--store <location>',
    summary: 'where logs are kept: a folder or s3://bucket/prefix',
    fromRepository: false,
  },
  {
    name: 'index',
    env: 'FIRSTRED_INDEX',
    flags: '--index <file>',
    summary: 'the index file, or clickhouse://host/database of a team',
    fromRepository: false,
  },
  {
    name: 'spool',
    env: 'FIRSTRED_SPOOL',
    summary: 'folder of logs that wait for their store; in CI, one that outlasts the job',
    fromRepository: false,
  },
  {
    name: 'spoolMax',
    env: 'FIRSTRED_SPOOL_MAX',
    summary: 'what logs that wait may take of the disk together (default 2GB)',
    fromRepository: false,
  },
  {
    name: 's3Endpoint',
    env: 'FIRSTRED_S3_ENDPOINT',
    commonEnv: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    flags: '--s3-endpoint <url>',
    summary: 'address of another S3 server than AWS (default: AWS_ENDPOINT_URL)',
    fromRepository: false,
  },
  {
    name: 's3PathStyle',
    env: 'FIRSTRED_S3_PATH_STYLE',
    flags: '--s3-path-style',
    summary: 'bucket in the path, not the host name (default with an endpoint)',
    fromRepository: false,
  },
  {
    name: 's3AllowHttp',
    env: 'FIRSTRED_S3_ALLOW_HTTP',
    summary: 'true: plain http to an S3 server that is not on this machine; logs are readable on the way',
    fromRepository: false,
  },
  { name: 's3Region', env: 'FIRSTRED_S3_REGION', summary: 'region of the bucket', fromRepository: false },
  {
    name: 'storeTimeout',
    env: 'FIRSTRED_STORE_TIMEOUT',
    summary: 'give up on the store after this long, and spool (default 15s)',
    fromRepository: false,
  },
  {
    name: 'author',
    env: 'FIRSTRED_AUTHOR',
    summary: 'who writes facts (default: the login name)',
    fromRepository: false,
  },
  {
    name: 'repo',
    env: 'FIRSTRED_REPO',
    summary: 'host/owner/name of the repository, where nothing else tells it',
    fromRepository: true,
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];
