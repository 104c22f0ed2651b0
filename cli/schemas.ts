// What --json prints, as zod schemas: `firstred schema NAME` publishes them as JSON Schema, the tests check outputs by them.
import { z } from 'zod';
import { MECHANISMS } from '../indexer/why/question.ts';
import { CONCLUSIONS } from '../store/attempt.ts';

const time = z.iso.datetime().nullable().describe('ISO 8601 UTC');
const text = z.string().nullable();
const count = z.int().min(0);
const conclusion = z.enum(CONCLUSIONS);
const logId = z.string().regex(/^L[0-9a-z]{16}$/);
const mechanism = z.enum(MECHANISMS);

const attempt = z.looseObject({
  repo: text,
  sha: text,
  workflow: text,
  job: text,
  run: text,
  attempt: z.int().nullable(),
  conclusion,
  startedAt: time,
  finishedAt: time,
});
const evidence = z.looseObject({ ref: z.string(), line: z.int().min(1), text: z.string() });
const scored = z.looseObject({
  line: z.int().min(1),
  text: z.string(),
  score: z.number(),
  rule: text,
  template: z.string(),
  newInRed: z.boolean().nullable(),
});
const contextLine = z.looseObject({ line: z.int().min(1), text: z.string() });

/** By the name of the command that prints it. */
export const SCHEMAS = {
  archive: z.array(
    z.looseObject({
      logId: logId.nullable(),
      attemptKey: text,
      key: text,
      state: z.enum(['created', 'unchanged', 'spooled', 'failed']),
      rawBytes: count,
      storedBytes: count,
      lines: count,
      masked: count,
      error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
  list: z.array(attempt.extend({ logId, primary: z.boolean(), rawBytes: count, headline: text })),
  search: z.union([
    z.looseObject({
      logId,
      line: z.int().min(1),
      text: z.string(),
      start: count,
      end: count,
      attempt,
      clipped: z.literal(true).optional(),
      before: z.array(contextLine).optional(),
      after: z.array(contextLine).optional(),
    }),
    z.looseObject({
      summary: z.looseObject({
        attempts: count,
        logs: count,
        lines: count,
        red: count,
        green: count,
        redTotal: count,
        greenTotal: count,
        first: time,
        last: time,
        elapsedMs: z.number(),
        blocksRead: count,
        partial: z.boolean(),
        countsComplete: z.boolean(),
      }),
    }),
  ]),
  flush: z.looseObject({ delivered: count, waiting: count, damaged: count }),
  verify: z.looseObject({
    logs: count,
    objects: count,
    damaged: z.array(z.looseObject({ key: z.string(), problem: z.string() })),
    leftovers: z.array(
      z.looseObject({
        kind: z.enum(['object', 'feed', 'buried', 'unfinished', 'foreign', 'spool']),
        key: z.string(),
        sizeBytes: count.nullable(),
        modifiedAt: time,
      }),
    ),
    missingFeed: z.array(z.string()),
    repaired: z.array(z.string()),
  }),
  prune: z.looseObject({
    applied: z.boolean(),
    buried: z.array(z.looseObject({ logId, reason: z.string() })),
    protected: z.array(z.looseObject({ logId, reason: z.string() })),
    kept: count,
    removed: z.array(z.string()),
    revived: z.array(z.string()),
    waiting: count,
    leftovers: z.array(z.looseObject({ kind: z.string(), key: z.string(), adopted: z.boolean() })),
    facts: z.array(z.string()),
  }),
  forget: z.looseObject({ logId, removed: z.array(z.string()), keys: z.array(z.string()) }),
  mask: z.looseObject({
    file: z.string(),
    rawBytes: count,
    lines: count,
    masked: count,
    rules: text,
    counts: z.record(z.string(), count),
    withheldLines: count,
    matches: z.array(z.looseObject({ line: z.int().min(1), rules: z.array(z.string()), text: z.string() })),
  }),
  rescan: z.looseObject({
    applied: z.boolean(),
    looked: count,
    passed: count,
    unreadable: count,
    logs: z.array(
      z.looseObject({
        logId,
        newLogId: logId.nullable(),
        where: z.enum(['store', 'spool']),
        repo: text,
        sha: text,
        job: text,
        masked: count,
        counts: z.record(z.string(), count),
      }),
    ),
    returned: z.array(z.string()),
  }),
  doctor: z.array(
    z.looseObject({ check: z.string(), state: z.enum(['ok', 'warn', 'bad']), finding: z.string(), fix: text }),
  ),
  du: z.array(
    z.looseObject({
      what: z.string(),
      where: z.string(),
      files: count,
      sizeBytes: count,
      boundBytes: count.nullable(),
    }),
  ),
  export: z.looseObject({ out: z.string(), logs: z.array(z.looseObject({ logId, sizeBytes: count })) }),
  sync: z.looseObject({
    added: count,
    unchanged: count,
    facts: count,
    pending: count,
    unreadable: count,
    leftOut: count,
  }),
  config: z.array(z.looseObject({ name: z.string(), value: text, origin: z.string() })),
  errors: z.looseObject({
    ref: z.string(),
    baseline: z.array(z.string()),
    headline: z.looseObject({ line: z.int().min(1), text: z.string() }).nullable(),
    lines: z.array(scored),
  }),
  diff: z.looseObject({
    red: z.string(),
    green: z.string(),
    lines: z.array(
      z.looseObject({
        side: z.enum(['red', 'green']),
        line: z.int().min(1),
        text: z.string(),
        kind: z.enum(['new', 'missing', 'moved']),
        score: z.number(),
      }),
    ),
    steps: z.array(z.looseObject({ name: z.string() })),
  }),
  why: z.looseObject({
    ref: z.string(),
    hypotheses: z.array(
      z.looseObject({
        mechanism,
        confidence: z.number().min(0).max(1),
        sentence: z.string(),
        evidence: z.array(evidence),
        facts: z.record(z.string(), z.unknown()),
      }),
    ),
    rejected: z.array(z.looseObject({ mechanism, reason: z.string() })),
    compared: z.looseObject({ red: z.array(z.string()), green: z.array(z.string()) }),
  }),
  rules: z.array(
    z.looseObject({
      rule: z.string(),
      verdict: z.enum(['usable', 'refused', 'unproven']),
      reason: z.string(),
      attempts: count,
      red: count,
      green: count,
      redTotal: count,
      greenTotal: count,
      unreadable: count,
      examples: z.array(
        z.looseObject({ logId, line: z.int().min(1), text: z.string(), conclusion, repo: text, job: text }),
      ),
    }),
  ),
  error: z.looseObject({ code: z.string(), message: z.string(), hint: z.string() }),
} as const satisfies Record<string, z.ZodType>;

/** Names that `firstred schema` takes. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS);

/** The JSON Schema of one output, or undefined. */
export const findJsonSchema = (name: string): unknown =>
  Object.hasOwn(SCHEMAS, name) ? z.toJSONSchema(SCHEMAS[name as keyof typeof SCHEMAS]) : undefined;
