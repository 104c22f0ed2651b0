// `search --since-last NAME`: which logs to pass over, and what to remember of those that were given.
import { findGeneration } from '../indexer/generation.ts';
import type { LogIndexReader, Query, SearchOptions, SearchSummary } from '../indexer/log-index.ts';
import type { CommandInput, CommandIo } from './command.ts';
import type { Config } from './config.ts';
import { findSinceLast, saveSinceLast, sinceLastFile } from './since-last.ts';

/** A search that gives only what is new. */
export interface SearchAlert {
  /** What narrows the search to what is new. */
  options(index: LogIndexReader | undefined): Pick<SearchOptions, 'afterMark' | 'exceptLogs'>;
  /** Remembers what was given: call it once everything is printed. */
  save(summary: SearchSummary, index: LogIndexReader | undefined): Promise<void>;
}

/** The alert that `--since-last` names; undefined without that flag. */
export async function openAlert(
  query: Query,
  { input, io, config }: { readonly input: CommandInput; readonly io: CommandIo; readonly config: Config },
): Promise<SearchAlert | undefined> {
  const name = input.text('sinceLast');
  if (name === undefined) return undefined;
  const file = sinceLastFile(config.state, config.store, name);
  const filters = filterTexts(input);
  const question = JSON.stringify([query.kind, query.text, query.ignoreCase, query.word, query.visible, filters]);
  const found = await findSinceLast(file);
  if (found !== undefined && found.question !== question && !input.flag('quiet'))
    await io.stderr.write(`firstred: '${name}' was used with another query or other filters: it starts anew\n`);
  const last = found?.question === question ? found : undefined;
  // A fact may give a log the conclusion or the job that a filter asks for, long after the log came: its row says nothing then.
  const canMark = Object.keys(filters).length === 0;
  return {
    options: (index) => {
      const generation = index === undefined ? undefined : findGeneration(index);
      const isSame = canMark && generation !== undefined && generation === last?.generation;
      return { exceptLogs: new Set(last?.logs ?? []), afterMark: isSame ? last?.mark : undefined };
    },
    save: async (summary, index) => {
      const generation = index === undefined ? undefined : findGeneration(index);
      // What could not be read now must be looked at the next time: then no mark holds.
      const holds = generation !== undefined && summary.unreadable.length === 0;
      await saveSinceLast(file, {
        question,
        generation: holds ? generation : null,
        mark: holds ? summary.mark : 0,
        logs: [...(last?.logs ?? []), ...summary.matchedLogs],
      });
    },
  };
}

const FILTERS = ['repo', 'sha', 'workflow', 'job', 'branch', 'pr', 'run', 'attempt', 'conclusion', 'since', 'until'];

function filterTexts(input: CommandInput): Readonly<Record<string, string | readonly string[]>> {
  const texts = FILTERS.flatMap((name) => {
    const text = input.text(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  const labels = input.list('label');
  return Object.fromEntries<string | readonly string[]>([
    ...texts,
    ...(labels.length > 0 ? [['label', labels] as const] : []),
  ]);
}
