// A file of error rules that people write: what each one looks for, checked before anything is searched. It does not
// search itself, that is rule-trial.ts.
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type { Query } from './log-index.ts';
import { parseQuery } from './query.ts';

/** One rule: one pattern, or several in the order in which their lines come. */
export interface UserRule {
  readonly id: string;
  /** Each is met by one line; RE2 syntax, smart case as in `search`. */
  readonly queries: readonly [Query, ...Query[]];
  /** Lines between the first and the last of them, at most. */
  readonly within: number;
}

/** The format of the file; a newer one is refused. */
const FORMAT = 1;
/** chosen: far beyond what people keep in one file, and a bound on the work of a trial. */
const MAX_RULES = 200;
const MAX_PATTERNS = 5;
/** chosen: a failure and its cause are rarely further apart than a test's output. */
const DEFAULT_WITHIN = 200;

const pattern = z.string().min(1);
const schema = z.strictObject({
  format: z.int(),
  rules: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\w.-]{1,80}$/),
        pattern: pattern.optional(),
        lines: z.array(pattern).min(2).max(MAX_PATTERNS).optional(),
        within: z.int().min(1).max(100_000).optional(),
        note: z.string().optional(),
      }),
    )
    .min(1)
    .max(MAX_RULES),
});

/** The rules of a file's text. USAGE or PATTERN_TOO_COSTLY, with the rule's id. */
export function parseRuleFile(text: string, name: string): readonly UserRule[] {
  const { rules } = parseShape(text, name);
  const ids = new Set<string>();
  return rules.map((each) => {
    if (ids.has(each.id)) throw wrong(`${name} has two rules '${each.id}'`);
    ids.add(each.id);
    const [first, ...more] = each.lines ?? (each.pattern === undefined ? [] : [each.pattern]);
    if (first === undefined || (each.lines !== undefined && each.pattern !== undefined))
      throw wrong(`rule '${each.id}' of ${name} needs either "pattern" or "lines"`);
    return {
      id: each.id,
      queries: [queryOf(first, each.id), ...more.map((one) => queryOf(one, each.id))],
      within: each.within ?? DEFAULT_WITHIN,
    };
  });
}

function parseShape(text: string, name: string): z.infer<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong(`${name} is no JSON`, cause);
  }
  const { format } = z.looseObject({ format: z.unknown() }).catch({ format: undefined }).parse(json);
  if (typeof format === 'number' && format > FORMAT)
    throw new AppError('FORMAT_TOO_NEW', `${name} has format ${format}, this firstred knows ${FORMAT}`, {
      hint: 'install a newer firstred',
    });
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`${name}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`, parsed.error);
}

const wrong = (message: string, cause?: unknown): AppError =>
  new AppError('USAGE', message, {
    hint: 'a rule file is {"format": 1, "rules": [{"id": "…", "pattern": "…"}, …]}',
    cause,
  });

function queryOf(text: string, id: string): Query {
  try {
    return parseQuery(text, { regex: true, word: false, letterCase: 'smart', visible: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `rule '${id}': ${error.message}`, { hint: error.hint, cause: error });
  }
}
