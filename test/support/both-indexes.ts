// The same logs and facts in a local index and in a team's, and the same questions asked of both.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openTeamIndex } from '../../indexer/clickhouse/open-team-index.ts';
import { applyFact } from '../../indexer/facts.ts';
import { askInParts, type PartialIndex } from '../../indexer/index-parts.ts';
import { ingestLog } from '../../indexer/ingest.ts';
import type { LogIndex, LogIndexReader, Match, QueryFlags, SearchOptions, SearchRun } from '../../indexer/log-index.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { parseQuery } from '../../indexer/query.ts';
import type { FindLines } from '../../indexer/rule-trial.ts';
import { search } from '../../indexer/search.ts';
import type { TeamIndex } from '../../indexer/team-index.ts';
import type { Fact } from '../../store/facts.ts';
import { keysOfManifest, type Manifest } from '../../store/manifest.ts';
import { EVERY_LINE, keepLog, STORE_ID, type TestLog } from './indexed-logs.ts';
import { MemoryStore } from './memory-store.ts';
import { makeKeptFolder } from './temp-folder.ts';

/** What a search gives, without what says how it was done. */
export interface FoundLines {
  readonly lines: readonly (readonly [log: string, line: number, text: string, start: number, end: number])[];
  readonly summary: Readonly<Record<string, unknown>>;
}

export class BothIndexes {
  readonly store = new MemoryStore(() => Date.parse('2026-05-04T09:00:00.000Z'));
  readonly local: LogIndex;
  readonly team: TeamIndex;
  readonly manifests: Manifest[] = [];

  readonly #folder: string;

  private constructor(folder: string, team: TeamIndex) {
    this.#folder = folder;
    this.local = openIndex(join(folder, 'index.db'));
    this.team = team;
  }

  /** Both empty. */
  static async open(address: string): Promise<BothIndexes> {
    const team = await openTeamIndex(address);
    await team.rebuild();
    return new BothIndexes(await makeKeptFolder(), team);
  }

  async close(): Promise<void> {
    this.local.close();
    await this.team.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Puts logs into the store and both indexes. */
  async add(logs: readonly TestLog[]): Promise<readonly Manifest[]> {
    const manifests: Manifest[] = [];
    for (const log of logs) manifests.push(await keepLog(this.store, log));
    await this.addKept(manifests);
    return manifests;
  }

  /** Brings kept logs into both indexes. */
  async addKept(manifests: readonly Manifest[]): Promise<void> {
    this.manifests.push(...manifests);
    for (const manifest of manifests) await ingestLog(this.local, this.store, manifest, { store: STORE_ID });
    this.local.flush();
    await this.ingestToTeam(manifests);
  }

  /** As `sync` does: what is done already is passed over. */
  async ingestToTeam(manifests: readonly Manifest[], team: TeamIndex = this.team): Promise<void> {
    const keyOf = (manifest: Manifest): string => keysOfManifest(manifest).manifest;
    const done = await team.findDone(STORE_ID, manifests.map(keyOf));
    const ingest = team.openIngest();
    for (const manifest of manifests) {
      if (done.has(keyOf(manifest))) continue;
      await ingest.add(this.store, manifest, { store: STORE_ID });
      if (ingest.isFull) await ingest.commit();
    }
    await ingest.commit();
  }

  async addFacts(facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) applyFact(this.local, STORE_ID, fact);
    await this.team.addFacts(
      STORE_ID,
      facts.map((fact) => ({ key: `facts/${fact.id}.json`, fact })),
    );
  }

  /** The answers of both to one question; each time the team's index begins with nothing. */
  async ask<T>(question: (index: LogIndexReader) => Promise<T> | T): Promise<{ readonly local: T; readonly team: T }> {
    const parts: PartialIndex = await this.team.openParts();
    try {
      return { local: await question(this.local), team: await askInParts(parts, question) };
    } finally {
      parts.reader.close();
    }
  }

  /** The answers of both to what searches by itself. */
  async bySearch<T>(question: (find: FindLines) => Promise<T>): Promise<{ readonly local: T; readonly team: T }> {
    return {
      local: await question((query, options) => search(this.local, this.store, query, options)),
      team: await question((query, options) => this.team.search(this.store, query, options)),
    };
  }

  async search(
    text: string,
    flags: Partial<QueryFlags> = {},
    options: Partial<SearchOptions> = {},
  ): Promise<{ readonly local: FoundLines; readonly team: FoundLines }> {
    const query = parseQuery(text, { regex: false, word: false, letterCase: 'smart', visible: false, ...flags });
    const whole: SearchOptions = {
      ...EVERY_LINE,
      ...options,
    };
    return {
      local: await found(search(this.local, this.store, query, whole)),
      team: await found(this.team.search(this.store, query, whole)),
    };
  }
}

async function found(run: SearchRun): Promise<FoundLines> {
  const matches: Match[] = [];
  for await (const match of run.matches) matches.push(match);
  const { plan: _plan, blocksRead: _blocksRead, mark: _mark, matchedLogs, ...summary } = await run.summary();
  return {
    lines: matches.map(({ log, line, text, start, end }) => [log.logId, line, text, start, end] as const),
    summary: { ...summary, matchedLogs: [...matchedLogs].sort() },
  };
}
