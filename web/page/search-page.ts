// Search: results as you type. A newer question takes back the one before.
import { getLines, isAborted, urlOf } from './api.ts';
import { toError } from './asking.ts';
import { Chips, filterParams } from './chips.ts';
import { html, useEffect, useRef, useState, type VNode } from './html.ts';
import { useKeys } from './keys.ts';
import { failure, nothing } from './parts.ts';
import { takeFilters } from './query-text.ts';
import { adjust, go, usePlace } from './router.ts';
import { SearchResults } from './search-results.ts';
import type { MatchJson, SummaryJson } from './shapes.ts';
import { HitTimeline } from './timeline.ts';

/** chosen: typing goes on for so long between two letters. */
const TYPING_MS = 100;
/** chosen: some screens; more on demand. */
const USUAL_LINES = 400;

/** What a search has brought so far. */
export interface SearchState {
  readonly key: string;
  readonly matches: readonly MatchJson[];
  readonly summary: SummaryJson | undefined;
  readonly error: Error | undefined;
}

const urlWith = (query: URLSearchParams): string => (query.size === 0 ? '/' : `/?${query}`);

/** The page. */
export function SearchPage(): VNode {
  const { query } = usePlace();
  const text = query.get('q') ?? '';
  const [limit, setLimit] = useState(USUAL_LINES);
  const box = useRef<HTMLInputElement>(null);
  const state = useSearch(text, query, limit);
  const change = (next: URLSearchParams): void => go(urlWith(next));
  const type = (typed: string, isDone: boolean): void => {
    const { text: rest, filters } = takeFilters(typed, isDone);
    const next = new URLSearchParams(query);
    for (const [name, value] of filters) next.set(name, value);
    if (rest === '') next.delete('q');
    else next.set('q', rest);
    setLimit(USUAL_LINES);
    if (filters.length > 0 || isDone) go(urlWith(next));
    else adjust(urlWith(next));
  };
  useKeys({ '/': ['search', () => box.current?.focus()] });
  useEffect(() => {
    if (text === '') box.current?.focus();
  }, []);
  return html`<section class="search-page">
    <form role="search" class="search-form" onSubmit=${(event: Event) => {
      event.preventDefault();
      type(box.current?.value ?? '', true);
    }}>
      <input ref=${box} class="search-box" type="search" aria-label="search every kept log" spellcheck="false" autocomplete="off"
        placeholder="an error message, or --job &quot;e2e*&quot; --since 7d …" value=${text}
        onInput=${(event: InputEvent) => type((event.currentTarget as HTMLInputElement).value, false)} />
    </form>
    <${Chips} query=${query} offer=${['conclusion', 'since', 'regex', 'word']} change=${change} />
    ${
      text === ''
        ? welcome()
        : html`
      ${state.error === undefined ? null : failure(state.error)}
      <${HitTimeline} text=${text} query=${query} summary=${state.summary} />
      <${SearchResults} state=${state} more=${() => setLimit((n) => n * 4)} />`
    }
  </section>`;
}

const welcome = (): VNode =>
  nothing(
    'Search every kept log, red and green.',
    html`<p class="dim">Type a part of an error message. Filters are those of the command line: <code>--job</code>, <code>--branch</code>, <code>--repo</code>, <code>--sha</code>, <code>--since</code>. <kbd>?</kbd> lists the keys.</p>`,
  );

/** Asks as the text settles; matches are shown as they come. */
function useSearch(text: string, query: URLSearchParams, limit: number): SearchState {
  const params = { ...filterParams(query), q: text, limit: String(limit) };
  const key = text === '' ? '' : urlOf('/api/search', params);
  const [state, setState] = useState<SearchState>({ key: '', matches: [], summary: undefined, error: undefined });
  useEffect(() => {
    if (key === '') return undefined;
    const asked = new AbortController();
    const timer = setTimeout(() => {
      collect(key, asked.signal, setState).catch((error: unknown) => {
        if (!asked.signal.aborted && !isAborted(error))
          setState({ key, matches: [], summary: undefined, error: toError(error) });
      });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [key]);
  return state;
}

async function collect(key: string, signal: AbortSignal, setState: (state: SearchState) => void): Promise<void> {
  const matches: MatchJson[] = [];
  let summary: SummaryJson | undefined;
  let drawn = 0;
  for await (const row of getLines<MatchJson & { readonly summary?: SummaryJson }>(key, signal)) {
    if (row.summary === undefined) matches.push(row);
    else summary = row.summary;
    // The first screen at once, the rest with the summary: drawing every line anew would be slower than the search.
    if (summary === undefined && drawn === 0 && matches.length >= 40) {
      drawn = matches.length;
      setState({ key, matches: [...matches], summary, error: undefined });
    }
  }
  if (!signal.aborted) setState({ key, matches, summary, error: undefined });
}
