// Work that nobody waits for gives way: a worker that fills the index of a team may share a machine with the engine, which has people's
// questions to answer at the same time.
import { constants, setPriority } from 'node:os';

/** Lowers the priority of this process, and of the threads that it starts from now on; where that is not allowed nothing happens. */
export function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It works as well, and others wait a little longer.
  }
}
