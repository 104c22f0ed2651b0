// Signatures: known errors with their base rates, and over what time each was seen.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { Chips, filterParams } from './chips.ts';
import { html, useState, type VNode } from './html.ts';
import { NameForm, nameCell } from './name-form.ts';
import { nothing, when, whenThere } from './parts.ts';
import { go, usePlace } from './router.ts';
import type { SignatureJson } from './shapes.ts';
import { count, moment, name, plural } from './words.ts';

/** chosen: what people read; filters narrow, a button takes more. */
const USUAL_ROWS = 100;

/** The page. */
export function SignaturesPage(): VNode {
  const { query } = usePlace();
  const [limit, setLimit] = useState(USUAL_ROWS);
  const [asked, setAsked] = useState(0);
  const url = urlOf('/api/signatures', { ...filterParams(query), limit: String(limit) });
  const answer = useAnswer(`${url} ${asked}`, (signal) => getJson<readonly SignatureJson[]>(url, signal));
  const change = (next: URLSearchParams): void => go(next.size === 0 ? '/signatures' : `/signatures?${next}`);
  return html`<section class="table-page">
    <h1>Signatures <span class="dim">known errors, most often red first</span></h1>
    <${Chips} query=${query} offer=${['since']} change=${change} />
    ${whenThere(
      answer,
      (rows) => html`<${SignatureTable} rows=${rows} named=${() => setAsked((n) => n + 1)} />
      ${rows.length >= limit ? html`<button class="wide" onClick=${() => setLimit((n) => n * 4)}>show more</button>` : null}`,
    )}
  </section>`;
}

function SignatureTable({ rows, named }: { readonly rows: readonly SignatureJson[]; named(): void }): VNode {
  const [naming, setNaming] = useState<string | undefined>(undefined);
  if (rows.length === 0) return nothing('No known errors here.');
  const times = rows
    .flatMap((row) => [row.firstSeen, row.lastSeen])
    .flatMap((each) => (each === null ? [] : [Date.parse(each)]));
  const [from, to] = [
    times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    times.reduce((a, b) => Math.max(a, b), 0),
  ];
  return html`<ul class="cards">${rows.map(
    (row) => html`<li class="card" key=${row.signature}>
    <div class="card-row signature-row">
      <a class="card-title" href=${searchUrl(row)} title="search for it"><code>${name(row.headline)}</code></a>
      <span class="figure"><span class="red-text">✗ <b>${count(row.red)}</b>/${count(row.redTotal)}</span></span>
      <span class="figure"><span class="green-text">✓ <b>${count(row.green)}</b>/${count(row.greenTotal)}</span></span>
      <span class="figure dim" title=${row.jobs.map((job) => name(job)).join(', ')}>${plural(row.jobs.length, 'job')}</span>
      <span class="span-bar" title="seen from ${moment(row.firstSeen)} to ${moment(row.lastSeen)} UTC">${lifeBar(row, from, to)}</span>
      <span class="figure dim">${when(row.lastSeen)}</span>
      <span class="name-cell">${nameCell(row, () => setNaming(naming === row.signature ? undefined : row.signature))}</span>
    </div>
    ${
      naming === row.signature
        ? html`<${NameForm} signature=${row.signature} done=${() => {
            setNaming(undefined);
            named();
          }} />`
        : null
    }
  </li>`,
  )}</ul>`;
}

/** The longest run of words that no number cuts: what varies between occurrences is left out of the search. */
function searchUrl({ headline }: SignatureJson): string {
  const [longest = headline] = headline
    .split(/\S*\d\S*|…|<[^>]*>/)
    .map((part) => part.trim())
    .sort((a, b) => b.length - a.length);
  return urlOf('/', { q: longest.length >= 6 ? longest.slice(0, 200) : headline.slice(0, 200) });
}

function lifeBar({ firstSeen, lastSeen }: SignatureJson, from: number, to: number): VNode | null {
  if (firstSeen === null || lastSeen === null) return null;
  const share = (iso: string): number => (to === from ? 0 : ((Date.parse(iso) - from) / (to - from)) * 96);
  const start = share(firstSeen);
  return html`<i style=${{ left: `${start}%`, width: `${Math.max(4, share(lastSeen) - start + 4)}%` }}></i>`;
}
