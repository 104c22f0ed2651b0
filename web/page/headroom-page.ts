// Headroom: how close green attempts of a job come to its limit, and the durations of one job or step over time.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { Chips, filterParams } from './chips.ts';
import { DurationPlot } from './duration-plot.ts';
import { html, type VNode } from './html.ts';
import { nothing, shortRepo, whenThere } from './parts.ts';
import { go, usePlace } from './router.ts';
import type { DurationPoint, HeadroomJson } from './shapes.ts';
import { count, duration, name } from './words.ts';

/** The page. */
export function HeadroomPage(): VNode {
  const { query } = usePlace();
  const bySteps = query.has('steps');
  const url = urlOf('/api/headroom', { ...filterParams(query), steps: bySteps ? '1' : undefined, limit: '200' });
  const answer = useAnswer(url, (signal) => getJson<readonly HeadroomJson[]>(url, signal));
  const change = (next: URLSearchParams): void => go(next.size === 0 ? '/headroom' : `/headroom?${next}`);
  const toggle = (): void => {
    const next = new URLSearchParams(query);
    next.delete('show');
    if (bySteps) next.delete('steps');
    else next.set('steps', '1');
    change(next);
  };
  return html`<section class="table-page">
    <h1>Headroom <span class="dim">how close green attempts come to their limit</span></h1>
    <div class="chips-line"><${Chips} query=${query} offer=${['since']} change=${change} /><button class="chip" aria-pressed=${bySteps} onClick=${toggle}>by step</button></div>
    ${whenThere(answer, (rows) => (rows.length === 0 ? nothing('No green attempt says how long it took.') : headroomView(rows, query)))}
  </section>`;
}

function headroomView(rows: readonly HeadroomJson[], query: URLSearchParams): VNode {
  const shown = query.get('show');
  const chosen = rows.find((row) => keyOf(row) === shown) ?? rows[0];
  const longest = Math.max(...rows.map((row) => Math.max(row.maxMs, row.limitMs ?? 0)));
  return html`${chosen === undefined ? null : html`<${OnePlot} key=${keyOf(chosen)} row=${chosen} query=${query} />`}
    <table class="headroom-table"><thead><tr><th>job</th><th class="wide-only">attempts</th><th>median … 95 % of limit</th><th class="right">left</th><th class="right wide-only">trend</th></tr></thead><tbody>
    ${rows.map((row) => {
      const next = new URLSearchParams(query);
      next.set('show', keyOf(row));
      return html`<tr key=${keyOf(row)} class=${row === chosen ? 'current' : ''}>
        <th scope="row"><a href="/headroom?${next}">${name(row.step ?? row.job)}</a> <span class="dim">${row.step === null ? shortRepo(row.repo) : name(row.job)}</span></th>
        <td class="wide-only"><span class="green-text">✓ ${count(row.greens)}</span> <span class="red-text">✗ ${count(row.reds)}</span>${row.timedOut > 0 ? html` <span class="dim">${row.timedOut} timed out</span>` : null}</td>
        <td>${limitBar(row, row.limitMs ?? longest)}</td>
        <td class="right ${row.headroom !== null && row.headroom < 0.1 ? 'red-text' : ''}">${row.headroom === null ? html`<span class="dim">limit not known</span>` : `${Math.round(row.headroom * 100)} %`}</td>
        <td class="right wide-only dim">${trendWords(row)}</td></tr>`;
    })}</tbody></table>`;
}

const keyOf = (row: HeadroomJson): string => JSON.stringify([row.repo, row.workflow, row.job, row.step]);

function limitBar(row: HeadroomJson, fullMs: number): VNode {
  const share = (ms: number): string => `${Math.min(100, (ms / fullMs) * 100)}%`;
  const limit = row.limitMs === null ? '' : ` of ${row.limitFrom === 'told' ? '' : '≤ '}${duration(row.limitMs)}`;
  return html`<span class="limit-bar"><i class="median" style=${{ width: share(row.medianMs) }}></i><i class="most" style=${{ width: share(row.p95Ms) }}></i>
    <span>${duration(row.medianMs)} … ${duration(row.p95Ms)}${limit}</span></span>`;
}

function trendWords(row: HeadroomJson): string {
  if (row.trendMsPerDay === null) return '–';
  const grow = `${row.trendMsPerDay < 0 ? '−' : '+'}${duration(Math.abs(row.trendMsPerDay))} a day`;
  return row.daysLeft === null ? grow : `${grow}, ${Math.floor(row.daysLeft)} days left`;
}

/** A name as a glob that only it matches: matrix jobs have brackets. */
const exactGlob = (text: string): string => text.replace(/[*?[]/g, '[$&]');

const NO_POINTS: readonly DurationPoint[] = [];

/** The attempts of one row over time: of a job, or of a step. */
function OnePlot({ row, query }: { readonly row: HeadroomJson; readonly query: URLSearchParams }): VNode {
  const url = urlOf('/api/headroom', {
    ...filterParams(query),
    ...(row.repo === null ? {} : { repo: row.repo }),
    ...(row.workflow === null ? {} : { workflow: exactGlob(row.workflow) }),
    ...(row.job === null ? {} : { job: exactGlob(row.job) }),
    steps: row.step === null ? undefined : '1',
    points: '1',
  });
  const answer = useAnswer(url, (signal) => getJson<readonly HeadroomJson[]>(url, signal));
  const words = row.step === null ? name(row.job) : `${name(row.step)} of ${name(row.job)}`;
  return html`<figure class="job-plot"><figcaption><b>${words}</b> <span class="dim">durations over time; ○ green, ✗ red${row.limitMs === null ? '' : ', the line is the limit'}</span></figcaption>
    ${whenThere(answer, (rows) => html`<${DurationPlot} points=${rows.find((each) => keyOf(each) === keyOf(row))?.points ?? NO_POINTS} limitMs=${row.limitMs} />`)}</figure>`;
}
