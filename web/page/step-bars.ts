// Steps of both attempts with their durations as bars, red over green.
import { html, type VNode } from './html.ts';
import type { StepDiff } from './shapes.ts';
import { duration, name } from './words.ts';

interface StepBarsProps {
  readonly steps: readonly StepDiff[];
  readonly red: string;
  readonly green: string;
}

/** The table. */
export function StepBars({ steps, red, green }: StepBarsProps): VNode {
  const longest = Math.max(1, ...steps.flatMap((step) => [step.red?.durationMs ?? 0, step.green?.durationMs ?? 0]));
  const bar = (side: 'red' | 'green', ms: number | null | undefined): VNode =>
    html`<span class="bar ${side}"><i style=${{ width: `${((ms ?? 0) / longest) * 100}%` }}></i><span>${duration(ms ?? null) || '–'}</span></span>`;
  return html`<table class="step-bars"><thead><tr><th>step</th><th>duration, red above green</th></tr></thead><tbody>
    ${steps.map(
      (step) => html`<tr><th scope="row">
      ${step.red === null ? html`<span class="dim" title="only green has it">✓ only</span> ` : step.green === null ? html`<span class="dim" title="only red has it">✗ only</span> ` : null}
      <a href=${step.red === null ? `/log/${green}#${step.green?.firstLine}` : `/log/${red}#${step.red.firstLine}`}>${name(step.name)}</a>${step.red?.failed === true ? html` <span class="red-text">✗ failed</span>` : null}</th>
      <td>${bar('red', step.red?.durationMs)}${bar('green', step.green?.durationMs)}</td></tr>`,
    )}
  </tbody></table>`;
}
