// Filters as chips: what narrows a page, each to be taken away, and the usual ones to be added by a click.
import { html, type VNode } from './html.ts';
import { chipWords, FILTERS, SWITCHES } from './query-text.ts';
import { name } from './words.ts';

/** Names of the address that are filters. */
const KNOWN: readonly string[] = [...FILTERS, ...Object.keys(SWITCHES)];

/** Filters of an address, in its order. */
export const filtersOf = (query: URLSearchParams): (readonly [string, string])[] =>
  [...query].filter(([key, value]) => KNOWN.includes(key) && value !== '');

/** The address's filters as parameters of a question. */
export function filterParams(query: URLSearchParams): Record<string, string[]> {
  const params: Record<string, string[]> = {};
  for (const [key, value] of filtersOf(query)) params[key] = [...(params[key] ?? []), value];
  return params;
}

const TIMES = [
  ['24h', 'a day'],
  ['7d', 'a week'],
  ['30d', 'a month'],
  ['365d', 'a year'],
] as const;

interface ChipsProps {
  readonly query: URLSearchParams;
  /** Which of the one-click filters make sense here. */
  readonly offer: readonly ('conclusion' | 'since' | 'regex' | 'word')[];
  change(query: URLSearchParams): void;
}

/** The row of chips. */
export function Chips({ query, offer, change }: ChipsProps): VNode {
  const without = (key: string, value: string): void => {
    const next = new URLSearchParams();
    for (const [k, v] of query) if (k !== key || v !== value) next.append(k, v);
    change(next);
  };
  const put = (key: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === '') next.delete(key);
    else next.set(key, value);
    change(next);
  };
  const own = offer.map(String);
  const others = filtersOf(query).filter(([key]) => !own.includes(key));
  const conclusion = query.get('conclusion');
  return html`<div class="chips" role="group" aria-label="filters">
    ${
      offer.includes('conclusion')
        ? html`
      <button class="chip red-chip" aria-pressed=${conclusion === 'red'} onClick=${() => put('conclusion', conclusion === 'red' ? '' : 'red')}>✗ red</button>
      <button class="chip green-chip" aria-pressed=${conclusion === 'green'} onClick=${() => put('conclusion', conclusion === 'green' ? '' : 'green')}>✓ green</button>`
        : null
    }
    ${conclusion !== null && conclusion !== 'red' && conclusion !== 'green' ? chip(['conclusion', conclusion], without) : null}
    ${offer.includes('regex') ? toggleChip('regex', '.*', 'regular expression (RE2)', query, put) : null}
    ${offer.includes('word') ? toggleChip('word', '“w”', 'whole words', query, put) : null}
    ${
      offer.includes('since')
        ? html`<label class="chip ${query.has('since') ? 'on' : ''}"><span class="sr-only">since</span>
      <select value=${query.get('since') ?? ''} onChange=${(event: Event) => put('since', (event.currentTarget as HTMLSelectElement).value)}>
        <option value="">any time</option>
        ${TIMES.map(([value, words]) => html`<option value=${value} selected=${query.get('since') === value}>last ${words.replace(/^a /, '')}</option>`)}
        ${query.has('since') && !TIMES.some(([value]) => value === query.get('since')) ? html`<option selected value=${query.get('since')}>since ${query.get('since')}</option>` : null}
      </select></label>`
        : null
    }
    ${others.map((each) => chip(each, without))}
  </div>`;
}

const chip = ([key, value]: readonly [string, string], without: (key: string, value: string) => void): VNode =>
  html`<span class="chip on">${name(chipWords(key, value))}<button aria-label="remove ${key} ${value}" onClick=${() => without(key, value)}>×</button></span>`;

function toggleChip(
  key: string,
  sign: string,
  title: string,
  query: URLSearchParams,
  put: (key: string, value: string) => void,
): VNode {
  const on = query.has(key);
  return html`<button class="chip" title=${title} aria-label=${`${sign} ${title}`} aria-pressed=${on} onClick=${() => put(key, on ? '' : '1')}>${sign}</button>`;
}
