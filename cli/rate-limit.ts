// Token buckets by key, bounded in number: a flood is refused without remembering every one of its senders.

export interface RateLimit {
  /** What may come at once. */
  readonly burst: number;
  /** What is given back. */
  readonly perSecond: number;
  readonly now: () => number;
}

/** chosen: as many senders are told apart; of more, the longest silent are forgotten. */
const MAX_KEYS = 10_000;

/** Says of each sender whether it may go on. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();
  readonly #limit: RateLimit;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one of the key's tokens; false when there is none. */
  take(key: string): boolean {
    const { burst, perSecond, now } = this.#limit;
    const nowMs = now();
    const old = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, old.tokens + (Math.max(0, nowMs - old.atMs) / 1000) * perSecond);
    this.#buckets.delete(key); // the order of the map is that of the last use
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    if (this.#buckets.size > MAX_KEYS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return tokens >= 1;
  }
}
