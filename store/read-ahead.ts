// Reads a stream of things ahead of whoever works on them, so that how much there is in all is known early, without a second
// listing. What is held is bounded: then the sum comes later, never wrong.

/** Things that are read ahead. */
export interface ReadAhead<T> {
  readonly things: AsyncGenerator<T>;
  /** What all of them weigh; undefined until the last one has come. */
  total(): number | undefined;
}

/** Begins to read `source` once the first thing is asked for, and holds at most `most` things that nobody has taken. */
export function readAhead<T>(
  source: AsyncIterable<T>,
  options: { readonly most: number; readonly weigh: (thing: T) => number },
): ReadAhead<T> {
  const pump = new Pump(source, options);
  return { things: pump.taken(), total: () => pump.total };
}

class Pump<T> {
  total: number | undefined;
  readonly #source: AsyncIterable<T>;
  readonly #most: number;
  readonly #weigh: (thing: T) => number;
  #waiting: T[] = [];
  #held = 0;
  #end: { readonly error?: unknown } | undefined;
  #isLeft = false;
  #wakeReader = (): void => undefined;
  #wakeTaker = (): void => undefined;

  constructor(
    source: AsyncIterable<T>,
    { most, weigh }: { readonly most: number; readonly weigh: (thing: T) => number },
  ) {
    this.#source = source;
    this.#most = most;
    this.#weigh = weigh;
  }

  /** Never rejects: what went wrong is thrown to the taker, after all that came before it. */
  async #read(): Promise<void> {
    let sum = 0;
    try {
      for await (const thing of this.#source) {
        if (this.#isLeft) return;
        sum += this.#weigh(thing);
        this.#waiting.push(thing);
        this.#held += 1;
        this.#wakeTaker();
        if (this.#held >= this.#most) await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
      this.total = sum;
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    } finally {
      this.#wakeTaker();
    }
  }

  async *taken(): AsyncGenerator<T> {
    void this.#read();
    try {
      for (;;) {
        const batch = this.#waiting;
        this.#waiting = []; // a batch at a time: shifting a long array copies it each time
        for (const thing of batch) {
          this.#held -= 1;
          this.#wakeReader();
          yield thing;
        }
        if (this.#waiting.length > 0) continue;
        if (this.#end !== undefined) {
          if ('error' in this.#end) throw this.#end.error;
          return;
        }
        await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
      }
    } finally {
      this.#isLeft = true;
      this.#wakeReader();
    }
  }
}
