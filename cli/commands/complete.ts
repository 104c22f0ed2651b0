// `firstred __complete WHAT START`: what the index knows that begins so, a word a line. For the scripts of `completion`.

import { listLogs } from '../../indexer/attempts.ts';
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

export const complete: Command = {
  name: '__complete',
  summary: 'Words for the completion of a shell.',
  arguments: '<what> [start]',
  group: 'hidden',
  options: [],
  examples: [
    { line: 'firstred __complete job e2', summary: 'jobs that begin with e2' },
    { line: 'firstred __complete ref L7', summary: 'log ids that begin with L7' },
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
      const words = new Set<string>();
      for (const log of listLogs(index, {}, { sort: 'new', limit: NEWEST })) {
        const word = field === undefined ? log.logId : log.attempt[field];
        if (word?.startsWith(start) === true && SAFE.test(word)) words.add(word);
        if (words.size === MAX_WORDS) break;
      }
      if (words.size > 0) await io.stdout.write(`${[...words].join('\n')}\n`);
      return EXIT.done;
    } finally {
      await session.close();
    }
  },
};
