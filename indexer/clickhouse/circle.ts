// Logs that are tied together, directly or over others, and what ties them: what one capture or fact may change.
import { inChunks } from './chunks.ts';
import type { EngineClient } from './client.ts';
import { ofLogs, placedOf } from './filter-condition.ts';
import { joiningLinks, placeIdsOf, subjectsIn } from './links.ts';
import { textArray, texts } from './sql-text.ts';

/** What a derivation begins with. */
export interface Seeds {
  readonly logs: Iterable<string>;
  readonly links?: Iterable<string>;
}

/** Logs that can be of one attempt. Grows as captures come, never shrinks. */
export interface Component {
  readonly logs: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** chosen: links are long, and a statement has each of them several times. */
export const LINKS_AT_ONCE = 100;

/** Of captures and of rows of `log_by_time`: something of this ties them. */
export const hasLink = (links: readonly string[]): string =>
  `${placedOf(texts(placeIdsOf(links)))} AND hasAny(links, ${textArray(links)})`;

/** Follows links from logs to logs in the engine. */
export class Circle {
  readonly #client: EngineClient;
  readonly #linksOf = new Map<string, Set<string>>();
  readonly #asked = new Set<string>();

  constructor(client: EngineClient) {
    this.#client = client;
  }

  get logs(): Iterable<string> {
    return this.#linksOf.keys();
  }

  get subjects(): ReadonlySet<string> {
    return new Set([...this.#linksOf.values()].flatMap((links) => subjectsIn(links)));
  }

  /** Takes all in that is tied to the seeds. */
  async grow(seeds: Seeds): Promise<void> {
    let logs = this.#newLogs(seeds.logs);
    let links = this.#newLinks(seeds.links ?? []);
    while (logs.length > 0 || links.length > 0) {
      const found = await this.#follow(logs, links);
      logs = this.#newLogs(found.map(({ log }) => log));
      for (const each of found) this.#tie(each.log, each.links);
      links = this.#newLinks(found.flatMap((each) => each.links));
    }
  }

  /** Notes what else is known to tie `log`; false: nothing of it was new. */
  add(log: string, links: readonly string[]): boolean {
    const known = this.#linksOf.get(log);
    const isNew = links.some((link) => known?.has(link) !== true);
    this.#tie(log, links);
    return isNew;
  }

  #tie(log: string, links: readonly string[]): void {
    const own = this.#linksOf.get(log) ?? new Set();
    for (const link of links) own.add(link);
    this.#linksOf.set(log, own);
  }

  #newLogs(logs: Iterable<string>): string[] {
    const added = [...new Set(logs)].filter((log) => !this.#linksOf.has(log));
    for (const log of added) this.#linksOf.set(log, new Set());
    return added;
  }

  #newLinks(links: Iterable<string>): string[] {
    const added = [...new Set(joiningLinks(links))].filter((link) => !this.#asked.has(link));
    for (const link of added) this.#asked.add(link);
    return added;
  }

  async #follow(
    logs: readonly string[],
    links: readonly string[],
  ): Promise<readonly { readonly log: string; readonly links: readonly string[] }[]> {
    const found: { log: string; links: readonly string[] }[] = [];
    const add = async (condition: string): Promise<void> => {
      const queries = ['capture_by_time', 'log_by_time'].map(
        (table) => `SELECT DISTINCT log, links FROM ${table} WHERE ${condition}`,
      );
      for (const [log, own] of await this.#client.rows(queries.join(' UNION ALL ')))
        found.push({ log: String(log), links: own as readonly string[] });
    };
    await Promise.all([
      ...[...inChunks(logs)].map((chunk) => add(ofLogs(texts(chunk)))),
      ...[...inChunks(links, LINKS_AT_ONCE)].map((chunk) => add(hasLink(chunk))),
    ]);
    return found;
  }

  /** The logs in groups of those that are tied. */
  components(): readonly Component[] {
    const logsOf = new Map<string, string[]>();
    for (const [log, links] of this.#linksOf)
      for (const link of joiningLinks(links)) logsOf.set(link, [...(logsOf.get(link) ?? []), log]);
    const taken = new Set<string>();
    const found: Component[] = [];
    for (const first of this.#linksOf.keys()) {
      if (taken.has(first)) continue;
      taken.add(first);
      const logs = new Set([first]);
      const links = new Set<string>();
      // A set that grows while it is gone through is gone through to its end.
      for (const log of logs) {
        for (const link of this.#linksOf.get(log) ?? []) {
          links.add(link);
          for (const other of logsOf.get(link) ?? []) logs.add(other);
        }
        taken.add(log);
      }
      found.push({ logs, links });
    }
    return found;
  }
}
