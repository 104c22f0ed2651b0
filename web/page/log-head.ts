// What stands over a log: whose it is, its errors as links, and what was chosen in it, to be copied.
import { html, type VNode } from './html.ts';
import { attemptWords, badge, CopyButton, safeHref, when } from './parts.ts';
import type { LogFacts } from './shapes.ts';
import { count, duration, name, plural, size, tookMs } from './words.ts';

export interface LogHeadProps {
  readonly log: LogFacts;
  readonly anchor: readonly [number, number] | undefined;
  readonly errors: readonly number[];
  goTo(line: number): void;
}

/** The head of the page. */
export function LogHead({ log, anchor, errors, goTo }: LogHeadProps): VNode {
  const range = anchor === undefined ? '' : anchor[1] > anchor[0] ? `${anchor[0]}-${anchor[1]}` : String(anchor[0]);
  const ref = range === '' ? log.logId : `${log.logId}:${range}`;
  const [headline] = log.signatures.filter((each) => !each.commonInGreen);
  const outside = safeHref(log.url);
  return html`<header class="log-head">
    <div class="log-title">${badge(log.conclusion)} ${attemptWords(log)}
      <span class="dim">${when(log.startedAt)}${log.startedAt === null ? '' : ' ago'} ${duration(tookMs(log))}</span>
      ${log.complete ? null : html`<span class="badge other" title="this capture is known to be cut">cut</span>`}
      ${log.name === 'log' ? null : html`<span class="dim">${name(log.name)}</span>`}
    </div>
    ${headline === undefined ? null : html`<button class="headline" onClick=${() => goTo(headline.line)} title="to line ${headline.line}"><span class="mark">✗</span> ${name(headline.headline)}</button>`}
    <div class="log-actions">
      <span class="dim">${plural(log.lines, 'line')}, ${size(log.rawBytes)}</span>
      ${errors.length === 0 ? null : html`<span class="dim">${plural(errors.length, 'error line')} <kbd>e</kbd></span>`}
      <a href="/compare/${log.logId}">compare</a>
      <a href="/attempts?sha=${log.sha ?? ''}">attempts of this commit</a>
      <a href="/api/logs/${log.logId}/raw" download>download</a>
      ${outside === undefined ? null : html`<a href=${outside} rel="noreferrer noopener" target="_blank">at the CI server</a>`}
      <span class="ref"><code>${ref}</code> <${CopyButton} text=${ref} label="copy REF" /> <${CopyButton} text=${linkTo(log.logId, range)} label="copy link" /></span>
    </div>
    <span class="sr-only" aria-live="polite">${range === '' ? '' : `line ${count(anchor?.[0] ?? 1)}`}</span>
  </header>`;
}

const linkTo = (logId: string, range: string): string =>
  `${location.origin}/log/${logId}${range === '' ? '' : `#${range}`}`;
