// Things that go wrong between a client and a server, done to the answers of a fake one.

/** What to do to the next request whose path matches. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection breaks after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** The connection breaks before anything is answered. */
  | { readonly kind: 'drop' };

/** Faults in waiting: each is used up by as many requests as it is given `times`. */
export class Faults {
  readonly #waiting: { readonly path: RegExp; readonly fault: Fault; times: number }[] = [];

  add(path: RegExp, fault: Fault, times = 1): void {
    this.#waiting.push({ path, fault, times });
  }

  take(path: string): Fault | undefined {
    const found = this.#waiting.find((w) => w.times > 0 && w.path.test(path));
    if (found === undefined) return undefined;
    found.times -= 1;
    return found.fault;
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
