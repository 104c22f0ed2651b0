// The keyboard: one list of what keys do on a page, also shown as help.
import { useLayoutEffect } from './html.ts';

/** Keys by name (`j`, `Enter`, `g s` for one after the other), what they do, and the words of the help. */
export type Keys = Readonly<Record<string, readonly [words: string, run: (event: KeyboardEvent) => void]>>;

const stack: Keys[] = [];
let before = '';
let beforeMs = 0;
/** chosen: long enough to find the second key, short enough to be forgotten. */
const CHORD_MS = 1000;

/** What keys do now, the innermost first. */
export const keysNow = (): readonly (readonly [string, string])[] =>
  [...stack].reverse().flatMap((keys) => Object.entries(keys).map(([key, [words]]) => [key, words] as const));

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) && event.key !== 'Escape') return;
  const isButton = event.target instanceof Element && event.target.closest('button, a, summary') !== null;
  if (isButton && (event.key === 'Enter' || event.key === ' ')) return;
  const chord = event.timeStamp - beforeMs < CHORD_MS ? `${before} ${event.key}` : '';
  before = event.key;
  beforeMs = event.timeStamp;
  for (const name of [chord, event.key])
    for (const keys of [...stack].reverse()) {
      const found = name === '' ? undefined : keys[name];
      if (found === undefined) continue;
      event.preventDefault();
      found[1](event);
      return;
    }
}
addEventListener('keydown', onKey);

/** What keys do while the component is there. */
export function useKeys(keys: Keys): void {
  // Before the next event, not after the next picture: two keys can come within one.
  useLayoutEffect(() => {
    stack.push(keys);
    return () => {
      stack.splice(stack.indexOf(keys), 1);
    };
  });
}
