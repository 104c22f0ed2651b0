// When the hits of a search happened: one bar a day, red attempts up, green ones down.
import { getLines, isAborted, urlOf } from './api.ts';
import { filterParams } from './chips.ts';
import { html, useEffect, useState, type VNode } from './html.ts';
import { barsOf, tinyBars } from './parts.ts';
import type { MatchJson, SummaryJson } from './shapes.ts';
import { count, moment, outcome } from './words.ts';

/** chosen: a bar for each day of two months; more attempts than this say nothing more. */
const MAX_BARS = 60;
const MAX_LOGS = 5_000;

interface TimelineProps {
  readonly text: string;
  readonly query: URLSearchParams;
  readonly summary: SummaryJson | undefined;
}

/** Asked once the search is done, of the first line of each log alone. */
export function HitTimeline({ text, query, summary }: TimelineProps): VNode | null {
  const [hits, setHits] = useState<readonly { at: string | null; red: number; green: number }[]>([]);
  useEffect(() => {
    setHits([]);
    if (summary === undefined || summary.logs < 2) return undefined;
    const asked = new AbortController();
    const url = urlOf('/api/search', {
      ...filterParams(query),
      q: text,
      files: '1',
      limit: String(MAX_LOGS),
      budget: '0s',
    });
    collect(url, asked.signal).then(setHits, (error: unknown) => {
      if (!isAborted(error)) setHits([]);
    });
    return () => asked.abort();
  }, [summary]);
  if (summary === undefined || summary.attempts + summary.lines === 0) return null;
  const bars = barsOf(hits, MAX_BARS);
  return html`<div class="base-rate">
    <div>${baseRate(summary)}</div>
    ${
      bars.length < 2
        ? null
        : html`<figure class="timeline">${tinyBars(bars, 'hits over time, red above and green below the line')}
      <figcaption class="dim"><span>${moment(summary.first).slice(0, 10)}</span><span>✗ above, ✓ below</span><span>${moment(summary.last).slice(0, 10)}</span></figcaption></figure>`
    }
  </div>`;
}

function baseRate(s: SummaryJson): VNode {
  const least = s.countsComplete ? '' : 'at least ';
  return html`<p>in ${least}<b>${count(s.attempts)}</b> of ${count(s.attemptsTotal)} attempts: <span class="red-text">✗ ${count(s.red)} of ${count(s.redTotal)} red</span>, <span class="green-text">✓ ${count(s.green)} of ${count(s.greenTotal)} green</span></p>
    <p class="dim">${moment(s.first)}${s.first === s.last ? '' : ` to ${moment(s.last)}`} · ${Math.round(s.elapsedMs)} ms${s.unreadable.length > 0 ? ` · ${s.unreadable.length} logs could not be read` : ''}${s.notes.map((note) => ` · ${note}`)}</p>`;
}

async function collect(url: string, signal: AbortSignal): Promise<{ at: string | null; red: number; green: number }[]> {
  const hits: { at: string | null; red: number; green: number }[] = [];
  for await (const row of getLines<Partial<MatchJson>>(url, signal)) {
    if (row.attempt === undefined) continue;
    const colour = outcome(row.attempt.conclusion);
    hits.push({ at: row.attempt.startedAt, red: Number(colour === 'red'), green: Number(colour === 'green') });
  }
  return hits;
}
