// Work on many things, so many at a time, in whatever order it ends.

/**
 * Calls `work` for each of `things`, at most `width` at a time. After a failure nothing more is begun; it is thrown once
 * what was under way has ended.
 */
export async function eachOf<T>(
  things: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const thing of things) {
    const done: Promise<void> = work(thing)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= width) await Promise.race(underWay);
    if (failures.length > 0) break;
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
