// Red beside green: why on top, then the two logs aligned by templates, differences alone or all.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { CompareList } from './compare-list.ts';
import { html, useState, type VNode } from './html.ts';
import { attemptWords, badge, noSuchPage, nothing, when, whenThere } from './parts.ts';
import { adjust, type Place, usePlace } from './router.ts';
import type { DiffJson, LogFacts } from './shapes.ts';
import { StepBars } from './step-bars.ts';
import { WhyPanel } from './why-panel.ts';
import { count, plural } from './words.ts';

interface CompareProps {
  readonly red: string;
  readonly green: string | undefined;
}

/** The page of `/compare/RED` and `/compare/RED/GREEN`. */
export function ComparePage({ place }: { readonly place: Place }): VNode {
  const [, red, green] = place.path;
  return red === undefined
    ? noSuchPage()
    : html`<${Comparison} key=${`${red} ${green ?? ''}`} red=${red} green=${green} />`;
}

function Comparison({ red, green }: CompareProps): VNode {
  const noise = usePlace().query.has('noise');
  const url = urlOf(`/api/diff/${red}`, { green, all: noise ? '1' : undefined });
  const diff = useAnswer(url, (signal) => getJson<DiffJson>(url, signal));
  return html`<section class="compare-page">
    <${WhyPanel} logId=${red} green=${green} />
    ${whenThere(diff, (found) => html`<${Compared} key=${`${found.red} ${found.green}`} diff=${found} noise=${noise} />`, 'comparing…')}
  </section>`;
}

function Compared({ diff, noise }: { readonly diff: DiffJson; readonly noise: boolean }): VNode {
  const [all, setAll] = useState(false);
  const [steps, setSteps] = useState(false);
  const change = (next: boolean): void => adjust(`${location.pathname}${next ? '?noise=1' : ''}`);
  const counts = { new: 0, missing: 0, moved: 0 };
  for (const line of diff.lines) counts[line.kind] += 1;
  const hidden = Object.values(diff.hidden).reduce((sum, n) => sum + (n ?? 0), 0);
  return html`<div class="compared">
    <div class="sides"><${Side} logId=${diff.red} words="red" /><${Side} logId=${diff.green} words="green" /></div>
    <div class="compare-bar">
      <span class="red-text">+ ${count(counts.new)} only in red</span>
      <span class="green-text">− ${count(counts.missing)} only in green</span>
      <span class="moved-text">⇅ ${count(diff.moved.length)} moved</span>
      <span class="grow"></span>
      ${diff.steps.length > 0 ? html`<button class="quiet" aria-pressed=${steps} onClick=${() => setSteps(!steps)}>steps</button>` : null}
      <button class="quiet" aria-pressed=${noise} title="routine and chance differences: values, order, counts" onClick=${() => change(!noise)}>${noise ? 'with noise' : `${count(hidden)} hidden as noise`}</button>
      <button class="quiet" aria-pressed=${all} onClick=${() => setAll(!all)}>${all ? 'all lines' : 'differences only'}</button>
    </div>
    ${steps ? html`<${StepBars} steps=${diff.steps} red=${diff.red} green=${diff.green} />` : null}
    ${
      diff.counts.length === 0
        ? null
        : html`<details class="count-changes"><summary>${plural(diff.counts.length, 'line')} more or less often</summary>
      <ul>${diff.counts.map((each) => html`<li><a href="/log/${diff.red}#${each.line}"><span class="number">${count(each.redCount)} × instead of ${count(each.greenCount)} ×</span> <code>${each.template}</code></a></li>`)}</ul></details>`
    }
    ${diff.lines.length === 0 && !all ? nothing('No difference that says anything.', html`<p class="dim">“all lines” shows both logs, “noise” what differs by chance.</p>`) : html`<${CompareList} diff=${diff} all=${all} />`}
  </div>`;
}

function Side({ logId, words }: { readonly logId: string; readonly words: string }): VNode {
  const facts = useAnswer(logId, (signal) => getJson<LogFacts>(`/api/logs/${logId}`, signal));
  return html`<div class="side ${words}">${facts.kind === 'there' ? html`${badge(facts.value.conclusion)} <a href="/log/${logId}">${attemptWords(facts.value)}</a> <span class="dim">${when(facts.value.startedAt)}</span>` : html`<a href="/log/${logId}"><code>${logId}</code></a>`}</div>`;
}
