// `firstred __complete WHAT START`: what the index knows that begins so, a word a line. For the scripts of `completion`.

import { listLogs } from '../../indexer/attempts.ts';
import type { LogRow } from '../../indexer/log-index.ts';
import type { Command } from '../command.ts';
import { INDEXED_FLAGS } from '../completion-scripts.ts';
import { EXIT } from '../exit-codes.ts';
import { isTeamIndex, openSession } from '../session.ts';

/** chosen: the newest logs; a person completes what happened lately, and the answer must come at once. */
const NEWEST = 500;
/** chosen: what fits a screen. */
const MAX_WORDS = 40;
/** SECURITY: names come from other people's branches and jobs; a shell must not find code in what it is offered. */
const SAFE = /^[\p{L}\p{N}_][\p{L}\p{N}._/:@#+=,%-]*$/u;

const REF_WORDS = ['last-red', 'last-green'];

/** Its id; for whoever begins with a commit SHA:JOB#ATTEMPT, as far as they are known. */
function refsOf({ logId, attempt: { sha, job, attempt } }: LogRow, start: string): readonly string[] {
  if (sha === undefined || !/^[0-9a-f]/.test(start)) return [logId];
  const shown = start.length > SHOWN_SHA ? sha : sha.slice(0, SHOWN_SHA);
  const number = attempt === undefined ? '' : `#${attempt}`;
  return [job === undefined ? shown : `${shown}:${encodeURIComponent(job)}${number}`];
}

/** As lists show it. */
const SHOWN_SHA = 10;

export const complete: Command = {
  name: '__complete',
  summary: 'Words for the completion of a shell.',
  arguments: '<what> [start]',
  group: 'hidden',
  options: [],
  examples: [
    { line: 'firstred __complete job e2', summary: 'jobs that begin with e2' },
    { line: 'firstred __complete ref 4f2a', summary: 'attempts whose commit begins so; with L7 log ids' },
  ],
  exitCodes: { [EXIT.done]: 'always: no index, no words' },
  run: async (input, io) => {
    const [what = '', start = ''] = input.arguments;
    const session = openSession(await io.config());
    try {
      // A key press waits for no server.
      const index = isTeamIndex(session.config) ? undefined : await session.findIndex();
      if (index === undefined) return EXIT.done;
      const field = INDEXED_FLAGS.find((flag) => flag === what);
      const words = new Set<string>(field === undefined ? REF_WORDS.filter((word) => word.startsWith(start)) : []);
      for (const log of listLogs(index, {}, { sort: 'new', limit: NEWEST })) {
        const known = field === undefined ? refsOf(log, start) : [log.attempt[field]];
        for (const word of known) if (word?.startsWith(start) === true && SAFE.test(word)) words.add(word);
        if (words.size >= MAX_WORDS) break;
      }
      if (words.size > 0) await io.stdout.write(`${[...words].join('\n')}\n`);
      return EXIT.done;
    } finally {
      await session.close();
    }
  },
};
