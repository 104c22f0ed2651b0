// What an answer that is no success means to a person: which object, which token, which right is missing.
import { AppError } from '../store/errors.ts';
import { showText } from '../store/visible-text.ts';

/** A request as messages name it. */
export interface RequestNote {
  /** The object asked for: `log of job 2302 of acme/widgets`. */
  readonly what: string;
  /** The right that the token needs: `read:repository`. */
  readonly scope: string;
}

/** Whose answer it is; the token itself is needed only to keep it out of messages. */
export interface AnswerSource {
  readonly host: string;
  readonly token: string | undefined;
  /** The variable that the token came from, or should be put into. */
  readonly tokenVariable: string;
}

/** chosen: a server's reason is a sentence; more is a page. */
const MAX_REASON_BYTES = 300;

/** The reason in an error body: `message` and, on Gitea up to 1.26, `errors`; '' where there is none. */
function serverReason(body: string, token: string | undefined): string {
  const found = reasonFields(body).join(': ');
  const masked = token === undefined || token === '' ? found : found.replaceAll(token, '***');
  return showText(masked, { maxLineBytes: MAX_REASON_BYTES }).replaceAll('\n', ' ').trim();
}

function reasonFields(body: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return [];
  }
  if (typeof json !== 'object' || json === null) return [];
  const { message, errors } = json as Readonly<Record<string, unknown>>;
  const list = Array.isArray(errors) ? errors : [];
  return [message, ...list].filter((part): part is string => typeof part === 'string' && part !== '');
}

/** The error that a final answer of `status` (400 and above) becomes. */
export function failureOf(status: number, body: string, note: RequestNote, source: AnswerSource): AppError {
  const cause = { status };
  const reason = serverReason(body, source.token);
  const said = `${source.host} answered ${status}${reason === '' ? '' : ` (${reason})`} for the ${note.what}`;
  const haveToken = source.token !== undefined && source.token !== '';
  if (status === 401) return new AppError('REFUSED', said, { hint: tokenHint(note, source, haveToken), cause });
  if (status === 403) {
    const hint = `the token in ${source.tokenVariable} needs ${note.scope}; in a job add it under \`permissions:\``;
    return new AppError('REFUSED', said, { hint: haveToken ? hint : tokenHint(note, source, false), cause });
  }
  if (status === 404 || status === 410) {
    const hint = haveToken
      ? 'it was deleted or has expired, or the token may not see this repository'
      : `a private repository looks absent without a token: set ${source.tokenVariable} (${note.scope})`;
    return new AppError('NOT_FOUND', said, { hint, cause });
  }
  if (status === 429) {
    return new AppError('PROVIDER_UNAVAILABLE', said, { hint: 'its rate limit is used up: try again later', cause });
  }
  if (status >= 500) {
    return new AppError('PROVIDER_UNAVAILABLE', said, { hint: 'the server has a problem: try again later', cause });
  }
  const hint = 'the server refused the request as it is: its own words stand in brackets';
  return new AppError('REFUSED', said, { hint, cause });
}

/** The HTTP status that an error of `failureOf` stands for; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof AppError ? error.cause : undefined;
  const status = typeof cause === 'object' && cause !== null && 'status' in cause ? cause.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

function tokenHint(note: RequestNote, source: AnswerSource, haveToken: boolean): string {
  return haveToken
    ? `the token in ${source.tokenVariable} is expired, revoked or of another server: make one with ${note.scope}`
    : `set ${source.tokenVariable} to a token with ${note.scope}; in a job: \`${source.tokenVariable}: \${{ github.token }}\``;
}

/** A page where JSON or a log should be: a proxy, a login, a maintenance note. */
export const notJson = (note: RequestNote, source: AnswerSource, isHtml: boolean): AppError =>
  new AppError(
    'PROVIDER_UNAVAILABLE',
    `${source.host} answered ${isHtml ? 'an HTML page' : 'something that is not JSON'} for the ${note.what}`,
    {
      hint: 'a proxy, a login page or a wrong address stands before the API: check FIRSTRED_API_URL',
      cause: { status: 200 },
    },
  );

/** JSON of another shape than the API's. `path` names the first field that is wrong. */
export const wrongShape = (note: RequestNote, source: AnswerSource, path: string): AppError =>
  new AppError(
    'PROVIDER_UNAVAILABLE',
    `${source.host} answered JSON of an unknown shape for the ${note.what} (field ${showText(path)})`,
    {
      hint: 'this version of the server is not known: run `firstred doctor` and report its version',
      cause: { status: 200 },
    },
  );
