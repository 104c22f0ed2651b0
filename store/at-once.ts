// Several calls under way at a time over a stream of things, results in the order of the things.

/**
 * What `call` gives for each of `things`, at most `width` of them under way. The first error ends it; a caller who wants
 * to go on lets `call` give errors as values.
 */
export async function* atOnce<T, R>(
  things: AsyncIterable<T> | Iterable<T>,
  width: number,
  call: (thing: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for await (const thing of things) {
    const result = call(thing);
    result.catch(() => undefined); // it is awaited in its turn; until then it must not count as unhandled
    underWay.push(result);
    const oldest = underWay.length >= width ? underWay.shift() : undefined;
    if (oldest !== undefined) yield await oldest;
  }
  for (const each of underWay) yield await each;
}
