// The ids inside the runtime token that Gitea and Forgejo give to each step. The token is decoded, never verified:
// it names the task that runs here, and the server checks it where it is used.
import { fieldsOf, findPositive } from '../json-fields.ts';
import { type EnvironmentVariables, findVariable } from './variables.ts';

/** The running task by its server's ids, as decimal text. */
export interface RuntimeIds {
  readonly taskId: string | undefined;
  readonly runId: string | undefined;
  readonly jobId: string | undefined;
}

const NO_IDS: RuntimeIds = { taskId: undefined, runId: undefined, jobId: undefined };
/** chosen: real ones are below 1 KB; more is no runtime token. */
const MAX_TOKEN_CHARS = 16_384;

/** Decimal text, from a number or such a text. */
const findId = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? value : findPositive(value)?.toString();

/**
 * Ids of the running task. All undefined where the token is opaque (Gitea before 1.22), holds GUIDs (GitHub), or is
 * not there.
 */
export function runtimeIds(env: EnvironmentVariables): RuntimeIds {
  const token = findVariable(env, 'ACTIONS_RUNTIME_TOKEN')?.trim() ?? '';
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > MAX_TOKEN_CHARS) return NO_IDS;
  const payload = fieldsOf(parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')));
  return { taskId: findId(payload['TaskID']), runId: findId(payload['RunID']), jobId: findId(payload['JobID']) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
