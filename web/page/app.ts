// The page: which part is shown, the way to the others, the token, and the help of keys.
import { ApiError, getJson, openSession, type Session } from './api.ts';
import { toError } from './asking.ts';
import { html, show, useEffect, useRef, useState, type VNode } from './html.ts';
import { keysNow, useKeys } from './keys.ts';
import { failure } from './parts.ts';
import { adjust, followLinks, go, type Place, usePlace } from './router.ts';
import { loadView, viewNow } from './views.ts';

const TABS = [
  ['/', 'Search', 's'],
  ['/attempts', 'Attempts', 'a'],
  ['/flakes', 'Flakes', 'f'],
  ['/signatures', 'Signatures', 'e'],
  ['/headroom', 'Headroom', 'h'],
] as const;

/** The view of an address; its code is fetched when it is first gone to. */
function View({ place }: { readonly place: Place }): VNode {
  const [first = ''] = place.path;
  const [, redraw] = useState(0);
  const [error, setError] = useState<Error | undefined>(undefined);
  const view = viewNow(first);
  useEffect(() => {
    if (view === undefined)
      loadView(first).then(
        () => redraw((n) => n + 1),
        (failed) => setError(toError(failed)),
      );
  }, [first]);
  if (error !== undefined) return failure(error);
  return view === undefined ? html`<p class="waiting dim"></p>` : html`<${view} key=${first} place=${place} />`;
}

const titleOf = ({ path }: Place): string =>
  path[0] === undefined
    ? 'Search'
    : path[0] === 'log'
      ? `Log ${path[1] ?? ''}`
      : path[0].charAt(0).toUpperCase() + path[0].slice(1);

function Page(): VNode {
  const place = usePlace();
  const [isHelp, setHelp] = useState(false);
  const goes = Object.fromEntries(
    TABS.map(([url, words, key]) => [`g ${key}`, [`to ${words.toLowerCase()}`, () => go(url)] as const]),
  );
  useKeys({
    '?': ['these keys', () => setHelp(true)],
    Escape: [
      'close, leave a field',
      () => {
        setHelp(false);
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      },
    ],
    u: ['back', () => history.back()],
    ...goes,
  });
  useEffect(() => {
    document.title = `${titleOf(place)} · firstred`;
  }, [place]);
  return html`<a class="skip" href="#main" onClick=${(event: Event) => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  }}>to the content</a>
    <nav class="top" aria-label="pages"><a class="brand" href="/">firstred</a>
      <div class="tabs">${TABS.map(([url, words]) => html`<a href=${url} aria-current=${isCurrent(place, url) ? 'page' : undefined}>${words}</a>`)}</div>
      <button class="quiet keys-button" onClick=${() => setHelp(true)} aria-label="keys" title="keys">?</button></nav>
    <main id="main" tabindex="-1"><${View} key=${place.path[0] ?? ''} place=${place} /></main>
    ${isHelp ? html`<${KeyHelp} close=${() => setHelp(false)} />` : null}`;
}

const isCurrent = ({ path }: Place, url: string): boolean => `/${path[0] ?? ''}` === url;

function KeyHelp({ close }: { close(): void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return html`<dialog ref=${dialog} class="key-help" aria-label="keys" onClose=${close} onClick=${(event: Event) => event.target === dialog.current && close()}>
    <h2>Keys</h2><dl>${keysNow().map(([key, words]) => html`<div><dt>${key.split(' ').map((part) => html`<kbd>${part === '' ? 'space' : part}</kbd> `)}</dt><dd>${words}</dd></div>`)}</dl>
    <button onClick=${close}>close</button></dialog>`;
}

/** Asks for the token when the address brought none. */
function TokenPage({ error, enter }: { readonly error: Error | undefined; enter(token: string): void }): VNode {
  const box = useRef<HTMLInputElement>(null);
  return html`<main class="token-page"><form onSubmit=${(event: Event) => {
    event.preventDefault();
    enter(box.current?.value.trim() ?? '');
  }}>
    <h1>firstred</h1><p>This page needs the token in the address that <code>firstred serve</code> printed.</p>
    <label>token <input ref=${box} type="password" autocomplete="off" autofocus /></label> <button type="submit">open</button>
    ${error === undefined ? null : failure(error)}</form></main>`;
}

function Door(): VNode {
  const [state, setState] = useState<'opening' | 'open' | 'closed'>(
    location.hash.startsWith('#token=') ? 'opening' : 'open',
  );
  const [error, setError] = useState<Error | undefined>(undefined);
  const enter = async (token: string): Promise<void> => {
    try {
      await openSession(token);
      setState('open');
    } catch (failed) {
      setError(toError(failed));
      setState('closed');
    }
  };
  useEffect(() => {
    if (state === 'opening') {
      const token = decodeURIComponent(location.hash.slice('#token='.length));
      adjust(location.pathname + location.search); // the token must not stay in the address or the history
      void enter(token);
      return;
    }
    // The page is drawn meanwhile: nearly always the cookie is there.
    getJson<Session>('/api/session').catch((failed: unknown) => {
      if (failed instanceof ApiError && failed.status === 401) setState('closed');
    });
  }, []);
  if (state === 'opening') return html`<main class="waiting"></main>`;
  return state === 'open'
    ? html`<${Page} />`
    : html`<${TokenPage} error=${error} enter=${(token: string) => void enter(token)} />`;
}

/** Draws the page in place of the outline that the document brought along. */
export function openPage(root: Element): void {
  followLinks();
  root.replaceChildren();
  show(html`<${Door} />`, root);
}
