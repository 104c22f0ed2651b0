// A store whose calls fail as networks and processes do: before anything happened, after it was done and the answer was
// lost, in the middle of a read, or by the death of whoever called.
import { AppError } from '../../store/errors.ts';
import type { ObjectRemover, ObjectStore } from '../../store/object-store.ts';

/** `before`: nothing was done. `after`: done, but the caller is told that it failed. `crash-…`: the caller dies. */
export type StoreFault = 'before' | 'after' | 'crash-before' | 'crash-after';

/** Stands for the death of a process: nothing may catch it and go on. */
export class Crash extends Error {
  constructor() {
    super('the process died here');
    this.name = 'Crash';
  }
}

type Target = ObjectStore & ObjectRemover;

/** Asks `choose` at every call that goes to the store. After a crash every later call of this process fails too. */
export function faultyStore(target: Target, choose: (call: string) => StoreFault | undefined): Target {
  let dead = false;
  const away = (): AppError => new AppError('STORE_UNAVAILABLE', 'the network is away', { hint: 'a test' });
  function enter(call: string): StoreFault | undefined {
    if (dead) throw new Crash();
    const fault = choose(call);
    if (fault === 'crash-before') {
      dead = true;
      throw new Crash();
    }
    if (fault === 'before') throw away();
    return fault;
  }
  function leave(fault: StoreFault | undefined): void {
    if (fault === 'after') throw away();
    if (fault !== 'crash-after') return;
    dead = true;
    throw new Crash();
  }
  async function once<T>(call: string, act: () => Promise<T>): Promise<T> {
    const fault = enter(call);
    const result = await act();
    leave(fault);
    return result;
  }
  async function* each<T>(call: string, act: () => AsyncIterable<T>): AsyncGenerator<T> {
    const fault = enter(call);
    for await (const one of act()) {
      yield one;
      leave(fault); // part of it came
    }
    leave(fault);
  }
  return {
    url: target.url,
    get: (key, range) => each('get', () => target.get(key, range)),
    list: (prefix, after) => each('list', () => target.list(prefix, after)),
    stat: (key) => once('stat', () => target.stat(key)),
    putOnce: (key, body, signal) => once('put', () => target.putOnce(key, body, signal)),
    clockMs: () => once('clock', () => target.clockMs()),
    close: () => target.close(),
    remove: (key) => once('remove', () => target.remove(key)),
    listLeftovers: () => each('leftovers', () => target.listLeftovers()),
    removeLeftover: (leftover) => once('remove-leftover', () => target.removeLeftover(leftover)),
  };
}
