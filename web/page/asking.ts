// A question of a component: asked when its key changes, taken back when that happens again or the component goes.
import { isAborted } from './api.ts';
import { useEffect, useState } from './html.ts';

/** Where a question stands. */
export type Answer<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: Error };

/** The answer to `ask`; `undefined` as key asks nothing. An older answer stays until the new one is there. */
export function useAnswer<T>(key: string | undefined, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ kind: 'waiting' });
  useEffect(() => {
    if (key === undefined) return undefined;
    const asked = new AbortController();
    ask(asked.signal).then(
      (value) => {
        if (!asked.signal.aborted) setAnswer({ kind: 'there', value });
      },
      (error: unknown) => {
        if (!asked.signal.aborted && !isAborted(error)) setAnswer({ kind: 'failed', error: toError(error) });
      },
    );
    return () => asked.abort();
  }, [key]);
  return answer;
}

/** Any thrown value as an error. */
export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
