// Facts: append-only JSON about what was learned later. A later fact of the same subject wins; nothing is edited.
// Their order is that of the store's clock, which stands in their keys.
import { randomBytes } from 'node:crypto';
import type { Conclusion } from './attempt.ts';
import { factKey, type ObjectKey } from './keys.ts';
import { crockford32, type LogId } from './log-id.ts';
import { STORE_FORMAT } from './manifest.ts';
import { bodyOf, type ObjectStore } from './object-store.ts';

/** Which attempt a fact is about: by the provider's id where it is known, else by the whole identity. */
export interface AttemptSubject {
  readonly repo: string;
  readonly providerId?: string | undefined;
  readonly sha?: string | undefined;
  readonly workflow?: string | undefined;
  readonly job?: string | undefined;
  readonly run?: string | undefined;
  readonly attempt?: number | undefined;
}

/** Where a name holds; absent means: not widened to that. */
export interface NameScope {
  readonly repo?: string | undefined;
  readonly workflow?: string | undefined;
  readonly job?: string | undefined;
  /** A start of the commit: for this one alone, forks included. */
  readonly sha?: string | undefined;
}

/** A line that shows a signature, kept so that a new template version can find it again. */
export interface Exemplar {
  readonly logId: LogId;
  readonly line: number;
  readonly text: string;
}

/** What a fact says. */
export type FactContent =
  | {
      readonly kind: 'conclusion';
      readonly subject: AttemptSubject;
      readonly conclusion: Conclusion;
      readonly finishedAt?: string | undefined;
    }
  | {
      readonly kind: 'identity';
      readonly subject: AttemptSubject;
      /** The fields that are now known, as they stand in a manifest. */
      readonly set: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'mechanism';
      readonly signature: string;
      readonly templates: readonly string[];
      readonly scope: NameScope;
      readonly mechanism: string;
      readonly issue?: string | undefined;
      readonly note?: string | undefined;
      /** ISO 8601: the name lapses then. */
      readonly until: string;
      readonly exemplar: Exemplar;
    }
  | {
      readonly kind: 'unname';
      readonly signature: string;
      readonly scope: NameScope;
      readonly note?: string | undefined;
    }
  | {
      readonly kind: 'tombstone';
      readonly logId: LogId;
      /** Only this capture; absent: every capture of the log. */
      readonly captureId?: string | undefined;
      readonly manifestKeys: readonly ObjectKey[];
      readonly reason: string;
      /** The log that took its place, when a masked copy was made. */
      readonly redirectTo?: LogId | undefined;
    }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

export type Fact = FactContent & {
  readonly id: string;
  /** Who wrote it: a person's name, or `watch`, `pull`. */
  readonly by: string;
  /** The store's clock, from its key, epoch ms. */
  readonly storedAtMs: number;
};

export interface FactTools {
  /** Who writes. */
  readonly by: string;
  /** `firstred 0.1.0`. */
  readonly tool: string;
}

/** Writes a fact under the store's own time and gives it back. */
export async function writeFact(store: ObjectStore, content: FactContent, tools: FactTools): Promise<Fact> {
  const id = crockford32(randomBytes(10));
  const storedAtMs = await store.clockMs();
  const json = { format: STORE_FORMAT, id, by: tools.by, tool: tools.tool, ...content };
  await store.putOnce(factKey(storedAtMs, id), bodyOf(Buffer.from(`${JSON.stringify(json, null, 2)}\n`)));
  return { ...content, id, by: tools.by, storedAtMs };
}
