// Lists that come in pages. Ends are taken from what came, not from what the server promises: totals can lie.
import { z } from 'zod';
import type { ApiRequest, ForgeHttp } from './http.ts';

/** How a list comes: an array, or an object with the array under `key` and a total beside it. */
export interface ListShape<T> {
  readonly item: z.ZodType<T>;
  readonly key?: string;
  /** Tells an entry from others, so that a list that moves while it is read gives each once. */
  readonly idOf: (entry: T) => string;
  /** `limit` on Gitea and Forgejo, `per_page` on GitHub. */
  readonly sizeParameter: 'limit' | 'per_page';
  readonly pageSize: number;
}

/** chosen: 400 pages of 50 are 20,000 entries; a list that is longer is read by a narrower question. */
const MAX_PAGES = 400;

/** Entries of a list in the server's order, each once; pages are asked for as they are needed. */
export async function* listPages<T>(
  http: ForgeHttp,
  request: ApiRequest,
  shape: ListShape<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { ...request.query, [shape.sizeParameter]: shape.pageSize, page };
    const { value, headers } = await http.json({ ...request, query }, pageSchema(shape), signal);
    const fresh = value.entries.filter((entry) => !seen.has(shape.idOf(entry)));
    for (const entry of fresh) {
      seen.add(shape.idOf(entry));
      yield entry;
    }
    const total = value.total ?? headerNumber(headers, 'x-total-count');
    // A page of nothing new is the end, whatever the header says: some servers repeat the last page for ever.
    if (fresh.length === 0 || !hasNext(headers, { total, seen: seen.size })) return;
  }
}

/** All entries of a list at once. */
export async function collect<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

/** `Link: rel="next"` where it is set; else the total; else there is one more page to be tried. */
function hasNext(
  headers: Headers,
  { total, seen }: { readonly total: number | undefined; readonly seen: number },
): boolean {
  const link = headers.get('link');
  if (link !== null && /rel="?next"?/.test(link)) return true;
  return total === undefined ? link === null : seen < total;
}

function headerNumber(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)?.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function pageSchema<T>({
  item,
  key,
}: ListShape<T>): z.ZodType<{ readonly entries: T[]; readonly total: number | undefined }> {
  // Go writes an empty list as null.
  const entries = z.array(item).nullable();
  if (key === undefined) return entries.transform((list) => ({ entries: list ?? [], total: undefined }));
  const total = z.int().nonnegative().optional().catch(undefined);
  return z.object({ [key]: entries.optional(), total_count: total }).transform((body) => {
    const record: Readonly<Record<string, unknown>> = body;
    return {
      entries: (record[key] as T[] | null | undefined) ?? [],
      total: record['total_count'] as number | undefined,
    };
  });
}
