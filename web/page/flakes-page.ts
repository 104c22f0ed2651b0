// Flakes: what was red and green at one commit, by how it failed, the dearest first.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { Chips, filterParams } from './chips.ts';
import { html, useMemo, useState, type VNode } from './html.ts';
import { NameForm, nameCell } from './name-form.ts';
import { barsOf, nothing, shortRepo, tinyBars, when, whenThere } from './parts.ts';
import { go, usePlace } from './router.ts';
import type { FlakeJson } from './shapes.ts';
import { count, duration, name } from './words.ts';

interface FlakeGroup {
  readonly key: string;
  readonly first: FlakeJson;
  readonly flakes: readonly FlakeJson[];
  readonly lostMs: number;
  readonly lastSeen: string | null;
}

/** The page. */
export function FlakesPage(): VNode {
  const { query } = usePlace();
  const [asked, setAsked] = useState(0);
  const url = urlOf('/api/flakes', filterParams(query));
  const answer = useAnswer(`${url} ${asked}`, (signal) => getJson<readonly FlakeJson[]>(url, signal));
  const change = (next: URLSearchParams): void => go(next.size === 0 ? '/flakes' : `/flakes?${next}`);
  return html`<section class="table-page">
    <h1>Flakes <span class="dim">red and green at one commit, the dearest first</span></h1>
    <${Chips} query=${query} offer=${['since']} change=${change} />
    ${whenThere(answer, (flakes) => html`<${FlakeTable} flakes=${flakes} named=${() => setAsked((n) => n + 1)} />`)}
  </section>`;
}

function groupsOf(flakes: readonly FlakeJson[]): readonly FlakeGroup[] {
  const groups = new Map<string, FlakeJson[]>();
  for (const flake of flakes) {
    const key = flake.signature ?? JSON.stringify([flake.repo, flake.workflow, flake.job]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [flake]);
    else group.push(flake);
  }
  return [...groups]
    .flatMap(([key, members]) => {
      const [first] = members;
      if (first === undefined) return [];
      const lostMs = members.reduce((sum, each) => sum + (each.lostMs ?? 0), 0);
      const lastSeen = members.reduce<string | null>(
        (last, each) => ((each.lastSeen ?? '') > (last ?? '') ? each.lastSeen : last),
        null,
      );
      return [{ key, first, flakes: members, lostMs, lastSeen }];
    })
    .sort((a, b) => b.lostMs - a.lostMs || b.flakes.length - a.flakes.length);
}

/** chosen: a bar a week or so. */
const TREND_BARS = 16;

function FlakeTable({ flakes, named }: { readonly flakes: readonly FlakeJson[]; named(): void }): VNode {
  const groups = useMemo(() => groupsOf(flakes), [flakes]);
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [naming, setNaming] = useState<string | undefined>(undefined);
  if (groups.length === 0) return nothing('No flakes: no job was red and green at one commit.');
  const lost = groups.reduce((sum, group) => sum + group.lostMs, 0);
  return html`<p class="dim">${count(flakes.length)} jobs of a commit, ${count(groups.length)} ways to fail${lost > 0 ? `, ${duration(lost)} of CI time lost` : ''}</p>
  <ul class="cards">${groups.map((group) => {
    const { first } = group;
    const isOpen = open === group.key;
    return html`<li key=${group.key} class="card">
      <div class="card-row flake-row">
        <button class="card-title" aria-expanded=${isOpen} onClick=${() => setOpen(isOpen ? undefined : group.key)}><span aria-hidden="true" class="fold">${isOpen ? '▾' : '▸'}</span><code>${name(first.headline, 'no headline')}</code></button>
        <span class="figure"><b>${count(group.flakes.length)}</b> times</span>
        <span class="figure">${group.lostMs > 0 ? html`<b>${duration(group.lostMs)}</b> lost` : html`<span class="dim">cost not known</span>`}</span>
        <span class="trend">${tinyBars(
          barsOf(
            group.flakes.map((each) => ({ at: each.lastSeen, red: each.red, green: 0 })),
            TREND_BARS,
          ),
          'red attempts over time',
        )}</span>
        <span class="dim figure">${when(group.lastSeen)}</span>
        <span class="name-cell">${nameCell(first, first.signature === null ? undefined : () => setNaming(naming === group.key ? undefined : group.key))}</span>
      </div>
      ${
        naming === group.key && first.signature !== null
          ? html`<${NameForm} signature=${first.signature} done=${() => {
              setNaming(undefined);
              named();
            }} />`
          : null
      }
      ${
        isOpen
          ? html`<table class="inner"><thead><tr><th>job</th><th>repository</th><th>commit</th><th>attempts</th><th>lost</th><th>last</th></tr></thead><tbody>
        ${group.flakes.map(
          (
            flake,
          ) => html`<tr><td>${name(flake.job)}</td><td class="dim">${shortRepo(flake.repo)}</td><td><a href="/attempts?sha=${flake.sha}"><code>${flake.sha.slice(0, 9)}</code></a></td>
          <td><span class="red-text">✗ ${flake.red}</span> <span class="green-text">✓ ${flake.green}</span></td><td class="dim">${duration(flake.lostMs)}</td><td class="dim">${when(flake.lastSeen)}</td></tr>`,
        )}
      </tbody></table>`
          : null
      }
    </li>`;
  })}</ul>`;
}
