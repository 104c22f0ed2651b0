// Several calls under way at a time over a stream of things, results in the order of the things.

/** How much may be under way: calls, or the sum of what `weigh` says of their things; one call always may. */
export type Width<T> = number | { readonly most: number; readonly weigh: (thing: T) => number };

/**
 * What `call` gives for each of `things`, at most `width` of them under way. The first error ends it; a caller who wants
 * to go on lets `call` give errors as values.
 */
export async function* atOnce<T, R>(
  things: AsyncIterable<T> | Iterable<T>,
  width: Width<T>,
  call: (thing: T) => Promise<R>,
): AsyncGenerator<R> {
  const { most, weigh } = typeof width === 'number' ? { most: width, weigh: () => 1 } : width;
  const underWay: { readonly result: Promise<R>; readonly weight: number }[] = [];
  let held = 0;
  for await (const thing of things) {
    const result = call(thing);
    result.catch(() => undefined); // it is awaited in its turn; until then it must not count as unhandled
    const weight = weigh(thing);
    underWay.push({ result, weight });
    held += weight;
    while (held >= most) {
      const oldest = underWay.shift();
      if (oldest === undefined) break;
      held -= oldest.weight;
      yield await oldest.result;
    }
  }
  for (const { result } of underWay) yield await result;
}
