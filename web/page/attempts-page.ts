// Attempts: one row a job of a commit, its attempts as red and green cells, so that a re-run is seen at a glance.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { Chips, filterParams } from './chips.ts';
import { html, useMemo, useRef, useState, type VNode } from './html.ts';
import { useKeys } from './keys.ts';
import { nothing, shortRepo, when, whenThere } from './parts.ts';
import { takeFilters } from './query-text.ts';
import { go, usePlace } from './router.ts';
import type { ListedLog } from './shapes.ts';
import { useVirtualRows } from './virtual-rows.ts';
import { attemptNumber, count, duration, name, outcome, sign, tookMs } from './words.ts';

/** chosen: the newest so many logs; filters narrow, a button takes more. */
const USUAL_LOGS = 2_000;

/** Attempts of one job at one commit, oldest first. */
interface JobRow {
  readonly key: string;
  readonly attempts: readonly ListedLog[];
  readonly newest: ListedLog;
}

/** The page. */
export function AttemptsPage(): VNode {
  const { query } = usePlace();
  const [limit, setLimit] = useState(USUAL_LOGS);
  const url = urlOf('/api/attempts', { ...filterParams(query), limit: String(limit) });
  const answer = useAnswer(url, (signal) => getJson<readonly ListedLog[]>(url, signal));
  const change = (next: URLSearchParams): void => go(next.size === 0 ? '/attempts' : `/attempts?${next}`);
  const box = useRef<HTMLInputElement>(null);
  useKeys({ '/': ['filter', () => box.current?.focus()] });
  const filter = (event: Event): void => {
    event.preventDefault();
    const typed = box.current?.value ?? '';
    const { text, filters } = takeFilters(typed, true);
    const next = new URLSearchParams(query);
    for (const [key, value] of filters) next.set(key, value);
    const word = text.trim();
    // A bare word is a start of a SHA where it can be one, else a job.
    if (word !== '')
      next.set(
        /^[0-9a-f]{7,40}$/.test(word) ? 'sha' : 'job',
        /[*?[]/.test(word) || /^[0-9a-f]{7,40}$/.test(word) ? word : `*${word}*`,
      );
    if (box.current !== null) box.current.value = '';
    change(next);
  };
  return html`<section class="attempts-page">
    <form role="search" class="search-form narrow" onSubmit=${filter}>
      <input ref=${box} type="search" class="search-box small" aria-label="filter attempts" placeholder="a job, a commit, or --branch main …" spellcheck="false" autocomplete="off" />
    </form>
    <${Chips} query=${query} offer=${['conclusion', 'since']} change=${change} />
    ${whenThere(answer, (logs) => html`<${AttemptRows} logs=${logs} full=${logs.length >= limit} more=${() => setLimit((n) => n * 4)} />`)}
  </section>`;
}

function jobRows(logs: readonly ListedLog[]): readonly JobRow[] {
  const rows = new Map<string, ListedLog[]>();
  for (const log of logs) {
    if (!log.primary || log.name !== 'log') continue;
    const key = log.sha === null ? log.logId : JSON.stringify([log.repo, log.sha, log.workflow, log.job]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [log]);
    else row.push(log);
  }
  return [...rows].flatMap(([key, members]) => {
    const [newest] = members;
    return newest === undefined ? [] : [{ key, newest, attempts: [...members].reverse() }];
  });
}

function AttemptRows({
  logs,
  full,
  more,
}: {
  readonly logs: readonly ListedLog[];
  readonly full: boolean;
  more(): void;
}): VNode {
  const rows = useMemo(() => jobRows(logs), [logs]);
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const isNarrow = innerWidth < 700;
  const list = useVirtualRows(rows.length, isNarrow ? 64 : 34, scroller);
  const move = (by: number): void => {
    const next = Math.min(rows.length - 1, Math.max(0, at + by));
    setAt(next);
    list.reveal(next);
  };
  const chosen = rows[at];
  useKeys({
    j: ['next row', () => move(1)],
    k: ['row before', () => move(-1)],
    o: ['open the newest attempt', () => chosen && go(`/log/${chosen.newest.logId}`)],
    Enter: ['open the newest attempt', () => chosen && go(`/log/${chosen.newest.logId}`)],
    c: [
      'compare red with green',
      () => {
        const url = chosen === undefined ? undefined : compareUrl(chosen);
        if (url !== undefined) go(url);
      },
    ],
  });
  if (rows.length === 0)
    return nothing(
      'Nothing that is kept fits.',
      html`<p class="dim">Take a filter away, or <code>firstred sync</code> to bring what is new.</p>`,
    );
  const reds = rows.filter((row) => row.attempts.some((each) => outcome(each.conclusion) === 'red')).length;
  return html`<div class="table-wrap">
    <div class="table-head attempt-row" aria-hidden="true"><span>attempts</span><span>job</span><span>repository</span><span>commit</span><span>branch</span><span class="right">age</span><span class="right">took</span><span>headline</span></div>
    <div class="table-body" ref=${scroller} tabindex="0" role="region" aria-label="attempts">
      <ul class="virtual" style=${{ height: `${list.totalPx}px` }}>
        ${list.items.map(({ index, start, size }) => {
          const row = rows[index];
          return row === undefined
            ? null
            : html`<li key=${row.key} class="attempt-row ${index === at ? 'current' : ''}" style=${{ transform: `translateY(${start}px)`, height: `${size}px` }} aria-posinset=${index + 1} aria-setsize=${rows.length}>${rowCells(row)}</li>`;
        })}
      </ul>
    </div>
    <p class="dim foot">${count(rows.length)} jobs, ${count(reds)} with a red attempt ${full ? html`· these are the newest; <button class="quiet" onClick=${more}>show more</button>` : null}</p>
  </div>`;
}

function compareUrl({ attempts }: JobRow): string | undefined {
  const red = attempts.findLast((each) => outcome(each.conclusion) === 'red');
  const green = attempts.findLast((each) => outcome(each.conclusion) === 'green');
  if (red === undefined) return undefined;
  return green === undefined ? `/compare/${red.logId}` : `/compare/${red.logId}/${green.logId}`;
}

/** chosen: more cells than this don't fit; the newest are shown. */
const CELLS = 5;

function rowCells(row: JobRow): VNode {
  const { newest, attempts } = row;
  const red = attempts.findLast((each) => outcome(each.conclusion) === 'red');
  const isFlake = red !== undefined && attempts.some((each) => outcome(each.conclusion) === 'green');
  const compare = isFlake ? compareUrl(row) : undefined;
  return html`<span class="cells">
      ${attempts.length > CELLS ? html`<span class="dim">+${attempts.length - CELLS}</span>` : null}
      ${attempts.slice(-CELLS).map((each) => html`<a class="cell ${outcome(each.conclusion)}" href="/log/${each.logId}" aria-label="attempt ${attemptNumber(each)}: ${each.conclusion}" title="attempt ${attemptNumber(each)}: ${each.conclusion}"><span aria-hidden="true">${sign(each.conclusion)}</span><sub aria-hidden="true">${attemptNumber(each)}</sub></a>`)}
      ${compare === undefined ? null : html`<a class="compare-link" href=${compare} title="red and green at one commit: compare" aria-label="compare red with green">⇆</a>`}
    </span>
    <span class="job"><a href="/log/${(red ?? newest).logId}">${name(newest.job, 'no job')}</a></span>
    <span class="dim repo">${shortRepo(newest.repo)}</span>
    <a class="sha dim" href="/attempts?sha=${newest.sha ?? ''}"><code>${newest.sha?.slice(0, 9) ?? ''}</code></a>
    <span class="dim branch">${newest.branch === null ? '' : name(newest.branch)}</span>
    <span class="dim right">${when(newest.startedAt)}</span>
    <span class="dim right took">${duration(tookMs(newest))}</span>
    <span class="headline-cell">${red?.headline ? name(red.headline) : ''}</span>`;
}
