// Outside world of the forge's requests: real fetch, the fake server's clock, and no waiting.
import type { HttpTools } from '../../forge/http.ts';

export interface TestTools extends HttpTools {
  /** How long each pause would have been. */
  readonly waitsMs: number[];
}

export function testTools(clock: { readonly nowMs: number }): TestTools {
  const waitsMs: number[] = [];
  const sleep = async (waitMs: number): Promise<void> => {
    waitsMs.push(waitMs);
  };
  return { fetch, now: () => clock.nowMs, sleep, waitsMs };
}
