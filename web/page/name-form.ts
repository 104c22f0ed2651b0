// Naming a signature: a fact in the store for everybody. The one thing that this page can change.
import { getJson, postName, type Session } from './api.ts';
import { toError, useAnswer } from './asking.ts';
import { html, useState, type VNode } from './html.ts';
import { failure, safeHref, whenThere } from './parts.ts';
import { name } from './words.ts';

interface Named {
  readonly mechanism: string | null;
  readonly issue: string | null;
}

/** The name that a signature has, or a button to give it one. */
export function nameCell({ mechanism, issue }: Named, onName: (() => void) | undefined): VNode {
  const link = safeHref(issue);
  if (mechanism !== null)
    return html`<span class="mechanism small">${mechanism.replaceAll('-', ' ')}</span>${link === undefined ? null : html` <a href=${link} rel="noreferrer noopener" target="_blank">issue</a>`}`;
  return onName === undefined
    ? html`<span class="dim">not named</span>`
    : html`<button class="quiet" onClick=${onName}>name it…</button>`;
}

/** The form under a row. */
export function NameForm({ signature, done }: { readonly signature: string; done(): void }): VNode {
  const session = useAnswer('session', (signal) => getJson<Session>('/api/session', signal));
  const [error, setError] = useState<Error | undefined>(undefined);
  const [isSending, setSending] = useState(false);
  const send = async (event: SubmitEvent, allowed: Session): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const text = (field: string): string => String(fields.get(field) ?? '').trim();
    setSending(true);
    try {
      await postName(
        { signature, mechanism: text('mechanism'), issue: text('issue'), until: text('until'), note: text('note') },
        allowed,
      );
      done();
    } catch (failed) {
      setError(toError(failed));
      setSending(false);
    }
  };
  return whenThere(
    session,
    (allowed) => html`<form class="name-form" onSubmit=${(event: SubmitEvent) => void send(event, allowed)}>
    <label>mechanism <select name="mechanism" required>${allowed.mechanisms.map((each) => html`<option value=${each}>${each.replaceAll('-', ' ')}</option>`)}</select></label>
    <label class="grow">issue <input name="issue" type="url" placeholder="https://…" /></label>
    <label>until <input name="until" placeholder="90d" size="8" /></label>
    <label class="grow">note <input name="note" /></label>
    <button type="submit" disabled=${isSending}>name it</button>
    <p class="dim">Everybody who reads this store sees it, and <code>firstred gate</code> counts it${allowed.user === null ? '' : `; written as ${name(allowed.user)}`}. <code>${signature}</code></p>
    ${error === undefined ? null : failure(error)}
  </form>`,
  );
}
