// Reads manifests, which any writer of the store may have forged: every field is bounded, unknown versions are refused,
// and the log id is recomputed. Loading zod is dear, so only what really reads a manifest imports this file.
import { z } from 'zod';
import { type Attempt, CONCLUSIONS } from './attempt.ts';
import { AppError } from './errors.ts';
import { type LogId, logIdOf } from './log-id.ts';
import { MAX_MANIFEST_BYTES, type Manifest, STORE_FORMAT, type Step } from './manifest.ts';

/** chosen: names of jobs with large matrices reach some 2,000 characters. */
const name = z.string().max(16_384);
// What is absent comes as null or not at all; that is made one where objects are built: a transformation of
// each field cost as much as all the rest of the parsing.
const optionalName = name.nullish();
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z
  .string()
  .max(40)
  .transform((text, context) => {
    const timeMs = Date.parse(text);
    if (Number.isNaN(timeMs)) context.addIssue({ code: 'custom', message: 'no time' });
    return timeMs;
  });
const optionalTime = time.nullish();
const optionalCount = count.nullish();
const range = z.object({ start: count, end: count }).refine((r) => r.start <= r.end);
const hex = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * chosen: there are some 400 rules, and a job with a hundred labels would be odd. Counted before its entries are looked
 * at, since a complaint about each of 70,000 forged ones takes more memory than all of a sync.
 */
const MOST_ENTRIES = 2_000;
const fewEntries = z.custom<Record<string, unknown>>(
  (json) => typeof json === 'object' && json !== null && Object.keys(json).length <= MOST_ENTRIES,
  `more than ${MOST_ENTRIES} entries`,
);

/** The identity in manifests, feed entries and facts. */
export const attemptSchema = z
  .object({
    repo: optionalName,
    sha: optionalName,
    testedSha: optionalName,
    treeSha: optionalName,
    workflow: optionalName,
    job: optionalName,
    run: optionalName,
    attempt: optionalCount,
    providerId: optionalName,
    provider: z.enum(['gitea', 'forgejo', 'github', 'generic']).catch('generic'),
    branch: optionalName,
    pr: optionalCount,
    event: optionalName,
    conclusion: z.enum(CONCLUSIONS).catch('unknown'),
    startedAt: optionalTime,
    finishedAt: optionalTime,
    url: optionalName,
    labels: fewEntries.pipe(z.record(name, name)).catch({}),
    limitMs: optionalCount,
    partial: z.boolean().catch(false),
  })
  .transform(
    (a): Attempt => ({
      repo: a.repo ?? undefined,
      sha: a.sha ?? undefined,
      workflow: a.workflow ?? undefined,
      job: a.job ?? undefined,
      run: a.run ?? undefined,
      attempt: a.attempt ?? undefined,
      providerId: a.providerId ?? undefined,
      provider: a.provider,
      testedSha: a.testedSha ?? undefined,
      treeSha: a.treeSha ?? undefined,
      branch: a.branch ?? undefined,
      pr: a.pr ?? undefined,
      event: a.event ?? undefined,
      conclusion: a.conclusion,
      url: a.url ?? undefined,
      labels: a.labels,
      limitMs: a.limitMs ?? undefined,
      partial: a.partial,
      startedAtMs: a.startedAt ?? undefined,
      finishedAtMs: a.finishedAt ?? undefined,
    }),
  );

const captureSchema = z
  .object({
    id: z.string().regex(/^[0-9a-z]{8}$/),
    how: z.enum(['file', 'stdin', 'run', 'api', 'pull', 'rescue', 'rescan']),
    tool: z.string().max(200),
    startedAt: time,
    finishedAt: time,
    complete: z.boolean(),
    cutReason: optionalName,
  })
  .transform((c) => ({
    id: c.id,
    how: c.how,
    tool: c.tool,
    startedAtMs: c.startedAt,
    finishedAtMs: c.finishedAt,
    complete: c.complete,
    cutReason: c.cutReason ?? undefined,
  }));

const stepSchema = z
  .object({ name, firstLine: count, lastLine: count, startedAt: optionalTime, finishedAt: optionalTime })
  .transform((s) => ({
    name: s.name,
    firstLine: s.firstLine,
    lastLine: s.lastLine,
    startedAtMs: s.startedAt ?? undefined,
    finishedAtMs: s.finishedAt ?? undefined,
  }));

/** Up to the first that is wrong: one complaint is enough. */
function readSteps(items: readonly unknown[], context: z.RefinementCtx): Step[] {
  const steps: Step[] = [];
  for (const item of items) {
    const step = stepSchema.safeParse(item);
    if (!step.success) {
      context.addIssue({ code: 'custom', message: firstProblem(step.error), path: [steps.length] });
      return z.NEVER;
    }
    steps.push(step.data);
  }
  return steps;
}

const manifestSchema = z.object({
  format: z.literal(STORE_FORMAT),
  logId: z.string().regex(/^L[0-9a-z]{16}$/),
  logName: name,
  attempt: attemptSchema,
  capture: captureSchema,
  text: z.object({
    sizeBytes: count,
    lines: count,
    longestLineBytes: count,
    sha256: hex,
    notes: z.array(z.string().max(40)).max(20),
  }),
  object: z
    .object({
      sizeBytes: count,
      sha256: hex,
      frames: count.max(0xffff_ffff),
      lineTable: range,
      seekTable: range,
      sideTable: range.nullish(),
    })
    .transform((o) => ({ ...o, sideTable: o.sideTable ?? undefined })),
  masking: z.object({
    rules: z.string().max(40).nullable(),
    counts: fewEntries.pipe(z.record(z.string().max(100), count)),
    withheldLines: count,
  }),
  steps: z.array(z.unknown()).max(100_000).transform(readSteps),
});

/**
 * The manifest in `bytes`; `where` names it in errors. FORMAT_TOO_NEW for a newer version, STORE_DAMAGED for
 * anything else that is not a manifest.
 */
export function parseManifest(bytes: Uint8Array, where: string): Manifest {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) throw damagedManifest(where, 'it is larger than any manifest');
  const json = parseJsonObject(bytes);
  if (json === undefined) throw damagedManifest(where, 'it is no JSON object');
  refuseNewer(json['format'], where);
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw damagedManifest(where, firstProblem(parsed.error));
  const { data } = parsed;
  if (logIdOf(data.attempt, data.logName, data.text.sha256) !== data.logId)
    throw damagedManifest(where, 'its log id is not that of its identity and digest');
  const { format, logName, attempt, capture, text, object, masking, steps } = data;
  return { format, logId: data.logId as LogId, logName, attempt, capture, text, object, masking, steps };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('forbidden key');
  return value;
}

/** A JSON object without `__proto__` as a key anywhere; undefined for anything else. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = decoder.decode(bytes);
    // Looking at every key takes five times as long as parsing: only where the key may stand, in letters or in escapes.
    const isSuspect = text.includes('__proto__') || text.includes('\\u');
    const json: unknown = isSuspect ? JSON.parse(text, refuseProto) : JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Throws FORMAT_TOO_NEW when `format` is a number above what this version reads. */
export function refuseNewer(format: unknown, where: string): void {
  if (typeof format === 'number' && format > STORE_FORMAT)
    throw new AppError('FORMAT_TOO_NEW', `${where} has format ${format}, this firstred reads up to ${STORE_FORMAT}`, {
      hint: 'install a newer firstred; nothing was changed',
    });
}

/** Where zod's first complaint is, without the value. */
export const firstProblem = (error: z.ZodError): string => {
  const issue = error.issues[0];
  return issue === undefined ? 'it does not have the right form' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
};

const damagedManifest = (where: string, why: string): AppError =>
  new AppError('STORE_DAMAGED', `${where} is no manifest that can be read: ${why}`, {
    hint: 'it is left out; `firstred verify` lists every such manifest',
  });
