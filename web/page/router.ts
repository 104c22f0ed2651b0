// Which page is shown: the address is the state, so that back, reload and a link in an issue all work.
import { useEffect, useState } from './html.ts';

/** The address, read. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly hash: string;
}

/** The current address. */
export const placeNow = (): Place => ({
  path: location.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent),
  query: new URLSearchParams(location.search),
  hash: location.hash.slice(1),
});

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};
addEventListener('popstate', tell);
addEventListener('hashchange', tell);

/** Goes to an address of ours: a new step for the back button. */
export function go(url: string): void {
  if (url !== location.pathname + location.search + location.hash) history.pushState(null, '', url);
  tell();
}

/** Changes the address of this step. */
export function adjust(url: string): void {
  history.replaceState(history.state, '', url);
  tell();
}

/** The address; the component is drawn anew when it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const listener = (): void => setPlace(placeNow());
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return place;
}

/** Links of ours are followed without loading the page anew. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.origin !== location.origin || link.hasAttribute('download') || link.target !== '') return;
    if (/^\/(api|assets)\/|^\/openapi/.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
