// Reads `--batch FILE.jsonl`: one log a line, fields as the flags and `file`.

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Attempt } from '../store/attempt.ts';
import { AppError, reasonOf } from '../store/errors.ts';
import { type Fields, withFields } from './identity.ts';
import { openLogFile } from './log-files.ts';

/** One line of the batch: a log to keep, or why there is none. */
export type BatchEntry =
  | { readonly kind: 'log'; readonly file: string; readonly name: string | undefined; readonly attempt: Attempt }
  | { readonly kind: 'error'; readonly error: AppError };

const value = z.union([z.string(), z.number(), z.boolean()]).nullish();
const lineSchema = z
  .looseObject({
    file: z.string().min(1),
    name: z.string().min(1).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
  })
  .catchall(z.unknown());

/** Lines in order. INPUT_MISSING and INPUT_UNREADABLE concern the batch file itself; a bad line is an entry of its own. */
export async function* readBatch(
  path: string,
  io: { readonly stdin: AsyncIterable<Uint8Array>; readonly now: () => number },
  defaults: Attempt,
): AsyncGenerator<BatchEntry> {
  const input = Readable.from(await openLogFile(path, io.stdin));
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === '') continue;
    yield readEntry(line, `${path}:${number}`, defaults, io.now());
  }
}

function readEntry(line: string, where: string, defaults: Attempt, nowMs: number): BatchEntry {
  try {
    const entry = lineSchema.parse(JSON.parse(line));
    const fields = Object.fromEntries(
      Object.entries(entry).flatMap(([name, each]) => {
        const known = value.safeParse(each);
        return known.success && known.data !== null && known.data !== undefined ? [[name, String(known.data)]] : [];
      }),
    ) as Fields;
    const attempt = withFields(defaults, withoutZero(fields), entry.labels ?? {}, nowMs);
    return { kind: 'log', file: entry.file, name: entry.name ?? undefined, attempt };
  } catch (cause) {
    const why =
      cause instanceof AppError
        ? `${cause.message}`
        : cause instanceof z.ZodError
          ? 'a field is missing or of another type'
          : reasonOf(cause);
    return {
      kind: 'error',
      error: new AppError('USAGE', `${where}: ${why}`, {
        hint: 'each line is one JSON object with `file` and fields named as the flags',
        cause,
      }),
    };
  }
}

/** Some servers write 0 for "unknown". */
const withoutZero = (fields: Fields): Fields => (fields.attempt === '0' ? { ...fields, attempt: undefined } : fields);
