// Small pieces that several pages share.

import { ApiError } from './api.ts';
import type { Answer } from './asking.ts';
import { type ComponentChildren, html, useRef, useState, type VNode } from './html.ts';
import type { AttemptJson } from './shapes.ts';
import { age, attemptNumber, moment, name, outcome, sign } from './words.ts';

/** Red or green by sign, word and colour. */
export const badge = (conclusion: string): VNode =>
  html`<span class="badge ${outcome(conclusion)}" title=${conclusion}><span aria-hidden="true">${sign(conclusion)}</span> ${conclusion.replace('_', ' ')}</span>`;

/** The sign alone, with the word for those who can't see it. */
export const dot = (conclusion: string): VNode =>
  html`<span class="dot ${outcome(conclusion)}" role="img" aria-label=${conclusion} title=${conclusion}>${sign(conclusion)}</span>`;

/** How long ago; the moment itself on hovering. */
export const when = (iso: string | null): VNode | null =>
  iso === null ? null : html`<time datetime=${iso} title="${moment(iso)} UTC">${age(iso)}</time>`;

/** `owner/name`, as the host seldom says anything. */
export const shortRepo = (repo: string | null): string =>
  name(repo === null ? null : repo.split('/').slice(-2).join('/'));

/** Where an attempt belongs. */
export const attemptWords = (a: AttemptJson): VNode => html`<span class="attempt-words">
  <b>${name(a.job, 'no job')}</b> <span class="dim">#${attemptNumber(a)} ${shortRepo(a.repo)} <code>${a.sha?.slice(0, 9) ?? ''}</code> ${a.branch === null ? '' : name(a.branch)}</span>
</span>`;

/** What went wrong, and what to do. */
export const failure = (error: Error): VNode => html`<div class="failure" role="alert">
  <b>${error.message}</b>${error instanceof ApiError && error.hint !== '' ? html`<div>${error.hint}</div>` : null}
</div>`;

/** The answer, a quiet wait, or what went wrong. */
export function whenThere<T>(answer: Answer<T>, view: (value: T) => VNode, waiting = 'loading…'): VNode {
  if (answer.kind === 'there') return view(answer.value);
  return answer.kind === 'failed'
    ? failure(answer.error)
    : html`<p class="waiting dim" aria-live="polite">${waiting}</p>`;
}

/** Nothing to show, said in words that help. */
export const nothing = (words: string, more: ComponentChildren = null): VNode =>
  html`<div class="nothing"><p>${words}</p>${more}</div>`;

/** What stands at an address that is none of ours. */
export const noSuchPage = (): VNode => nothing('There is no such page.', html`<a href="/">Search</a>`);

/** A button that copies, and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const [copied, setCopied] = useState(false);
  const timer = useRef(0);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text).catch(() => undefined);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), 1200);
  };
  return html`<button class="quiet" onClick=${copy} aria-live="polite">${copied ? 'copied' : label}</button>`;
}

/** A link that can't run anything: only addresses of the web. */
export const safeHref = (url: string | null): string | undefined =>
  url !== null && /^https?:\/\//i.test(url) ? url : undefined;

/** Bars in time: red up, green down, so that they differ in place as well as in colour. */
export function tinyBars(
  bars: readonly { readonly red: number; readonly green: number; readonly title: string }[],
  label: string,
): VNode {
  const most = Math.max(1, ...bars.map((bar) => Math.max(bar.red, bar.green)));
  const hasGreen = bars.some((bar) => bar.green > 0);
  const middle = hasGreen ? 22 : 38;
  const part = (n: number, room: number): number => (n === 0 ? 0 : Math.max(2, (n / most) * room));
  return html`<svg class="tiny-bars" viewBox="0 0 ${bars.length * 6} 40" preserveAspectRatio="none" role="img" aria-label=${label}>
    ${bars.map((bar, at) => {
      const up = part(bar.red, middle - 2);
      const down = part(bar.green, 16);
      return html`<g><title>${bar.title}</title>
        <rect class="slot" x=${at * 6} y="0" width="6" height="40" />
        <rect class="up" x=${at * 6 + 0.7} y=${middle - up} width="4.6" height=${up} />
        <rect class="down" x=${at * 6 + 0.7} y=${middle + 1} width="4.6" height=${down} />
      </g>`;
    })}
    <line x1="0" x2=${bars.length * 6} y1=${middle + 0.5} y2=${middle + 0.5} />
  </svg>`;
}

const HOUR_MS = 3_600_000;
/** How much time a bar may stand for. */
const WIDTHS_MS = [1, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760].map((hours) => hours * HOUR_MS);
/** chosen: fewer bars look like a wall, not like a course of time. */
const MIN_BARS = 16;

/** Moments counted by hours, days or more, whatever gives at most `maxBars`. */
export function barsOf(
  moments: readonly { readonly at: string | null; readonly red: number; readonly green: number }[],
  maxBars: number,
): readonly { readonly red: number; readonly green: number; readonly title: string }[] {
  const hits = moments.flatMap((each) => (each.at === null ? [] : [{ ...each, ms: Date.parse(each.at) }]));
  if (hits.length === 0) return [];
  const first = hits.reduce((least, each) => Math.min(least, each.ms), Number.POSITIVE_INFINITY);
  const last = hits.reduce((most, each) => Math.max(most, each.ms), 0);
  const barsFor = (widthMs: number): number => Math.floor(last / widthMs) - Math.floor(first / widthMs) + 1;
  const width = WIDTHS_MS.find((widthMs) => barsFor(widthMs) <= maxBars) ?? (last - first + 1) / maxBars;
  const slots = Math.max(Math.min(MIN_BARS, maxBars), barsFor(width));
  const from = Math.floor(first / width) - Math.floor((slots - barsFor(width)) / 2);
  const bars = Array.from({ length: slots }, () => ({ red: 0, green: 0 }));
  for (const { ms, red, green } of hits) {
    const bar = bars[Math.floor(ms / width) - from];
    if (bar === undefined) continue;
    bar.red += red;
    bar.green += green;
  }
  return bars.map((bar, at) => {
    const begin = moment(new Date((from + at) * width).toISOString());
    return { ...bar, title: `from ${begin} UTC: ${bar.red} red, ${bar.green} green` };
  });
}
