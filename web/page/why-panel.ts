// What `why` says: the mechanism with how sure it is, the lines that show it as links, and what was rejected.
import { getJson, urlOf } from './api.ts';
import { useAnswer } from './asking.ts';
import { html, type VNode } from './html.ts';
import { failure } from './parts.ts';
import type { Evidence, Hypothesis, WhyAnswer } from './shapes.ts';
import { name, plural } from './words.ts';

/** Asked of the red log; compared with the green one, where one is named. */
export function WhyPanel({ logId, green }: { readonly logId: string; readonly green: string | undefined }): VNode {
  const url = urlOf(`/api/why/${logId}`, { against: green });
  const answer = useAnswer(url, (signal) => getJson<WhyAnswer>(url, signal));
  if (answer.kind === 'failed') return failure(answer.error);
  if (answer.kind === 'waiting')
    return html`<aside class="why"><p class="dim waiting" aria-live="polite">looking for the mechanism…</p></aside>`;
  const { hypotheses, rejected, compared } = answer.value;
  const [best, ...others] = hypotheses;
  // The log that is asked about stands among the reds.
  const reds = compared.red.filter((each) => each !== logId).length;
  return html`<aside class="why" aria-label="why it was red">
    ${best === undefined ? null : hypothesis(best, logId)}
    <details><summary>${plural(others.length, 'other hypothesis').replace('hypothesiss', 'hypotheses')}, ${rejected.length} rejected, compared with ${plural(compared.green.length, 'green attempt')} and ${plural(reds, 'other red one')}</summary>
      ${others.map((each) => hypothesis(each, logId))}
      <ul class="rejected">${rejected.map((each) => html`<li><b>${each.mechanism}</b>: ${name(each.reason)}</li>`)}</ul>
    </details>
  </aside>`;
}

/** chosen: what is read at a glance; the links lead to the rest. */
const SHOWN = 5;

function hypothesis({ mechanism, confidence, sentence, evidence }: Hypothesis, logId: string): VNode {
  const percent = Math.round(confidence * 100);
  return html`<div class="hypothesis">
    <h2><span class="mechanism ${mechanism === 'unknown' ? 'unknown' : ''}">${mechanism.replaceAll('-', ' ')}</span>
      ${mechanism === 'unknown' ? null : html`<span class="sure" title="how sure"><span class="sure-bar" aria-hidden="true"><i style=${{ width: `${percent}%` }}></i></span> ${percent} %</span>`}</h2>
    <p>${name(sentence)}</p>
    ${evidence.length === 0 ? null : html`<ol class="evidence">${evidence.slice(0, SHOWN).map((each) => evidenceLine(each, logId))}</ol>`}
  </div>`;
}

const evidenceLine = ({ ref, line, text }: Evidence, logId: string): VNode =>
  html`<li><a href="/log/${ref}#${line}"><span class="number">${ref === logId ? '' : `${ref.slice(0, 7)}… `}${line}</span><code class="text">${name(text)}</code></a></li>`;
