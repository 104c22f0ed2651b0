// The views of the page by the first part of their address. What brings a large library along is fetched when it is first
// wanted; the rest comes with the page, as a file more is one more thing to wait for.
import { ComparePage } from './compare-page.ts';
import { FlakesPage } from './flakes-page.ts';
import type { VNode } from './html.ts';
import { LogPage } from './log-page.ts';
import { noSuchPage } from './parts.ts';
import type { Place } from './router.ts';
import { SearchPage } from './search-page.ts';
import { SignaturesPage } from './signatures-page.ts';

/** Draws the view of an address. */
export type View = (props: { readonly place: Place }) => VNode;

const views = new Map<string, View>([
  ['', SearchPage],
  ['log', LogPage],
  ['compare', ComparePage],
  ['flakes', FlakesPage],
  ['signatures', SignaturesPage],
]);

const LATER: ReadonlyMap<string, () => Promise<View>> = new Map([
  ['attempts', async () => (await import('./attempts-page.ts')).AttemptsPage],
  ['headroom', async () => (await import('./headroom-page.ts')).HeadroomPage],
]);

/** The view, where its code is here. */
export const viewNow = (name: string): View | undefined =>
  views.get(name) ?? (LATER.has(name) ? undefined : noSuchPage);

/** Fetches the code of a view that is not here yet. */
export async function loadView(name: string): Promise<void> {
  const load = LATER.get(name);
  if (load !== undefined) views.set(name, await load());
}
