// Whether a manifest by itself passes a filter: by the same SQL as everything that is in the index.
import type { Manifest } from '../store/manifest.ts';
import { writeManifest } from './ingest-write.ts';
import type { AttemptFilter, LogIndex } from './log-index.ts';
import { openPassingIndex } from './open-index.ts';
import { selectAttempts } from './statements-order.ts';

/** What a manifest says alone: a conclusion that came later, as a fact, does not count. */
export class ManifestFilter {
  readonly #filter: AttemptFilter;
  readonly #index: LogIndex = openPassingIndex();

  constructor(filter: AttemptFilter) {
    this.#filter = filter;
  }

  fits(manifest: Manifest): boolean {
    const { db } = this.#index;
    return db.tryOut(() => {
      writeManifest(db, 'any', manifest);
      return selectAttempts(db, this.#filter, { sort: 'new', limit: 1 }).length > 0;
    });
  }

  close(): void {
    this.#index.close();
  }
}
