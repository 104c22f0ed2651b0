// Time and stream before each line of a log that `run` kept.

import { AppError } from '../store/errors.ts';
import type { LineTimeRow } from '../store/line-times.ts';
import { readLineTimes } from '../store/line-times.ts';
import { isoTime } from '../store/manifest-json.ts';
import type { LogSource } from './log-source.ts';
import { readManifest } from './log-source.ts';
import type { Session } from './session.ts';

/** Gives the text before line `number`; lines must be asked for in ascending order. NOT_FOUND for a log without times. */
export async function openLineStamps(source: LogSource, session: Session): Promise<(number: number) => string> {
  const rows =
    source.kind === 'file'
      ? undefined
      : await readLineTimes(await session.store(), await readManifest(session, source.log));
  if (rows === undefined)
    throw new AppError('NOT_FOUND', `no times were kept of the lines of ${source.ref}`, {
      hint: 'only `firstred run` sees when a line comes; leave --times out',
    });
  let at = 0;
  return (number) => {
    while (at + 1 < rows.length && (rows[at + 1]?.firstLine ?? 0) <= number) at += 1;
    const row: LineTimeRow | undefined = rows[at];
    return row === undefined ? '' : `${isoTime(row.timeMs)} ${row.stream === 'stderr' ? 'err' : 'out'}  `;
  };
}
