// stdout and stderr as sinks with back-pressure. A closed pipe ends the output quietly: `| head` is no error.
import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { systemErrorCode } from '../store/errors.ts';
import type { Sink } from './command.ts';

/** Thrown by `write` once the reader has gone; `main.ts` ends with the code so far. */
export class ClosedPipe extends Error {}

type OutputStream = Writable & Partial<Pick<WriteStream, 'columns' | 'isTTY'>>;

/** A sink over one of the process's own streams, or a child's. */
export function sinkOf(stream: OutputStream): Sink {
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = wordFor(error); // whoever writes is told
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // A terminal without a size says 0.
      return stream.isTTY === true && (stream.columns ?? 0) > 0 ? stream.columns : undefined;
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        stream.write(chunk, (error) => {
          if (error === null || error === undefined) return resolve();
          reject(wordFor(error));
        });
      }),
  };
}

const wordFor = (error: Error): Error => (systemErrorCode(error) === 'EPIPE' ? new ClosedPipe() : error);
