// Work on many things, so many at a time, in whatever order it ends.

/**
 * What `work` gives for each of `things`, in their order, at most `width` under way at a time. After a failure nothing more
 * is begun; it is thrown once what was under way has ended.
 */
export async function eachOf<T, R>(
  things: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let begun = 0;
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const thing of things) {
    const place = begun++;
    const done: Promise<void> = work(thing)
      .then((result) => {
        results[place] = result;
      })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= width) await Promise.race(underWay);
    if (failures.length > 0) break;
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return results;
}
