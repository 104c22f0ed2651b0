// Reads facts, which may be forged as manifests may: bounded, versioned, unknown kinds passed over.
import { z } from 'zod';
import { CONCLUSIONS } from './attempt.ts';
import { AppError } from './errors.ts';
import type { Fact, FactContent } from './facts.ts';
import { FEED_OVERLAP_MS, findKeyTime } from './feed.ts';
import { factCursor, findObjectKey, type ObjectKey } from './keys.ts';
import type { LogId } from './log-id.ts';
import { firstProblem, parseJsonObject, refuseNewer } from './manifest-schema.ts';
import { type ObjectReader, readSmall } from './object-store.ts';

/** chosen: a fact holds at most a few templates and one line. */
const MAX_FACT_BYTES = 262_144;

const text = z.string().max(16_384);
const optionalText = text.nullish().transform((v) => v ?? undefined);
const logId = z
  .string()
  .regex(/^L[0-9a-z]{16}$/)
  .transform((v) => v as LogId);
const subject = z.object({
  repo: text,
  providerId: optionalText,
  sha: optionalText,
  workflow: optionalText,
  job: optionalText,
  run: optionalText,
  attempt: z
    .number()
    .int()
    .nullish()
    .transform((v) => v ?? undefined),
});
const scope = z.object({ repo: optionalText, workflow: optionalText, job: optionalText, sha: optionalText });
const key = text.transform((value, context): ObjectKey => {
  const found = findObjectKey(value);
  if (found?.startsWith('logs/') === true) return found;
  context.addIssue({ code: 'custom', message: 'no key of a log' });
  return z.NEVER;
});

const factSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('conclusion'), subject, conclusion: z.enum(CONCLUSIONS), finishedAt: optionalText }),
  z.object({ kind: z.literal('identity'), subject, set: z.record(text, z.unknown()) }),
  z.object({
    kind: z.literal('mechanism'),
    signature: text,
    templates: z.array(text).max(100),
    scope,
    mechanism: text,
    issue: optionalText,
    note: optionalText,
    until: text,
    exemplar: z.object({ logId, line: z.number().int().min(1), text }),
  }),
  z.object({ kind: z.literal('unname'), signature: text, scope, note: optionalText }),
  z.object({
    kind: z.literal('tombstone'),
    logId,
    captureId: optionalText,
    manifestKeys: z.array(key).max(10_000),
    reason: text,
    redirectTo: logId.nullish().transform((v) => v ?? undefined),
  }),
  z.object({ kind: z.literal('rename'), from: text, to: text }),
]) satisfies z.ZodType<FactContent>;

const envelope = z.looseObject({ id: z.string().regex(/^[0-9a-z]{16}$/), by: text, kind: text });
const KINDS = new Set(['conclusion', 'identity', 'mechanism', 'unname', 'tombstone', 'rename']);

/** Keys of facts from `sinceMs` on, less the overlap, ascending. */
export async function* listFacts(reader: ObjectReader, sinceMs: number): AsyncGenerator<ObjectKey> {
  const after = factCursor(Math.max(0, sinceMs - FEED_OVERLAP_MS));
  for await (const { key: found } of reader.list('facts/', after)) if (findKeyTime(found) !== undefined) yield found;
}

/** One fact; undefined for a kind that this version does not know. STORE_DAMAGED when it is none at all. */
export async function readFact(reader: ObjectReader, factKey: ObjectKey): Promise<Fact | undefined> {
  const json = parseJsonObject(await readSmall(reader, factKey, MAX_FACT_BYTES));
  refuseNewer(json?.['format'], factKey);
  const head = envelope.safeParse(json);
  if (!head.success) throw damagedFact(factKey, firstProblem(head.error));
  if (!KINDS.has(head.data.kind)) return undefined;
  const body = factSchema.safeParse(json);
  const storedAtMs = findKeyTime(factKey);
  if (!body.success || storedAtMs === undefined)
    throw damagedFact(factKey, body.success ? 'its key has no time' : firstProblem(body.error));
  return { ...body.data, id: head.data.id, by: head.data.by, storedAtMs };
}

const damagedFact = (key: string, why: string): AppError =>
  new AppError('STORE_DAMAGED', `${key} is no fact that can be read: ${why}`, {
    hint: 'it is left out; `firstred verify` lists every such fact',
  });
