// Pipes for a child's stdout and stderr. Node's own are sockets, in which `echo x > /dev/stderr` and `tee /dev/stdout`
// fail; a named pipe behaves as the terminal or pipe that the child would have had.
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface OutputPipe {
  /** What the child writes to. */
  readonly writeFd: number;
  /** The other end, for a process that is to go on reading it. */
  readonly readFd: number;
  readonly reader: Socket;
}

/** A pipe each; undefined where the system has no named pipes: then Node's own must do. */
export async function openOutputPipes(): Promise<
  { readonly stdout: OutputPipe; readonly stderr: OutputPipe } | undefined
> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), 'firstred-'));
    const paths = [join(folder, '1'), join(folder, '2')] as const;
    await promisify(execFile)('mkfifo', ['-m', '600', ...paths]);
    const stdout = openPipe(paths[0]);
    try {
      return { stdout, stderr: openPipe(paths[1]) };
    } catch (error) {
      closeSync(stdout.writeFd);
      stdout.reader.destroy();
      throw error;
    }
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined); // an empty folder is all that stays
  }
}

function openPipe(path: string): OutputPipe {
  // Reading end first and without waiting, as opening the writing end waits for a reader.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  return { writeFd, readFd, reader: new Socket({ fd: readFd, readable: true, writable: false }) };
}
