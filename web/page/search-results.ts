// Found lines, grouped by log: whose it is, then the lines with the match marked.
import { stripControls } from '../../store/visible-text.ts';
import { html, useRef, useState, type VNode } from './html.ts';
import { useKeys } from './keys.ts';
import { attemptWords, badge, nothing, when } from './parts.ts';
import { go } from './router.ts';
import type { SearchState } from './search-page.ts';
import type { MatchJson } from './shapes.ts';
import { count, plural } from './words.ts';

interface ResultsProps {
  readonly state: SearchState;
  more(): void;
}

interface Group {
  readonly logId: string;
  readonly matches: readonly MatchJson[];
}

/** chosen: a log that says the same a hundred times must not hide the next one. */
const LINES_OF_GROUP = 5;

/** The list under the box. */
export function SearchResults({ state, more }: ResultsProps): VNode | null {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const move = (by: number): void => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>('a.match') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useKeys({
    j: ['next found line', () => move(1)],
    k: ['found line before', () => move(-1)],
    o: [
      'open it',
      () => {
        const link = document.activeElement;
        if (link instanceof HTMLAnchorElement) go(link.pathname + link.search + link.hash);
      },
    ],
  });
  const { matches, summary } = state;
  if (summary !== undefined && summary.lines === 0)
    return nothing(
      'No kept log has this.',
      html`<p class="dim">A part of the line is enough; fewer filters find more.</p>`,
    );
  return html`<div class="results" ref=${list} aria-label="found lines">
    ${groupsOf(matches).map((group) => groupView(group, open.has(group.logId), () => setOpen(new Set([...open, group.logId]))))}
    ${summary !== undefined && !summary.linesComplete ? html`<button class="wide" onClick=${more}>more than these ${count(matches.length)} lines: show more</button>` : null}
  </div>`;
}

function groupsOf(matches: readonly MatchJson[]): readonly Group[] {
  const groups = new Map<string, MatchJson[]>();
  for (const match of matches) {
    const group = groups.get(match.logId);
    if (group === undefined) groups.set(match.logId, [match]);
    else group.push(match);
  }
  return [...groups].map(([logId, members]) => ({ logId, matches: members }));
}

function groupView({ logId, matches }: Group, isOpen: boolean, open: () => void): VNode | null {
  const [first] = matches;
  if (first === undefined) return null;
  const shown = isOpen ? matches : matches.slice(0, LINES_OF_GROUP);
  return html`<article class="group" key=${logId}>
    <h3>${badge(first.attempt.conclusion)} <a href="/log/${logId}#${first.line}">${attemptWords(first.attempt)}</a> <span class="dim">${when(first.attempt.startedAt)}</span></h3>
    ${shown.map((match) => html`<a class="match" key=${match.line} href="/log/${logId}#${match.line}"><span class="number">${match.line}</span>${matchText(match)}</a>`)}
    ${shown.length < matches.length ? html`<button class="quiet" onClick=${open}>${plural(matches.length - shown.length, 'more line')} of this log</button>` : null}
  </article>`;
}

/** chosen: what is read around a match; the log has the whole line. */
const BEFORE = 160;
const AFTER = 400;

/** The line with the match marked; cut about it, and shown by the rules for outside text, which leave no colours. */
function matchText({ text, start, end }: MatchJson): VNode {
  const from = Math.max(0, start - BEFORE);
  const to = Math.min(text.length, end + AFTER);
  const show = (a: number, b: number): string => stripControls(text.slice(a, b).replace(/\r$/, ''));
  return html`<code class="text">${from > 0 ? '…' : ''}${show(from, start)}<mark>${show(start, Math.min(end, to))}</mark>${show(Math.min(end, to), to)}${to < text.length ? '…' : ''}</code>`;
}
