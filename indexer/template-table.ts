// Distinct template hashes of a log with counts and first lines, as wasm/templates.ts has counted them.
import type { ByteLoops } from './byte-loops.ts';

/** More distinct templates than this are counted no further: such a log is data, not messages (chosen; wasm/templates.ts). */
const MAX_TEMPLATES = 1 << 19;

/** Parallel arrays, ascending by hash. */
export interface TemplateList {
  readonly hashes: Uint32Array;
  readonly counts: Uint32Array;
  readonly firstLines: Uint32Array;
  /** False when a log has more than MAX_TEMPLATES. */
  readonly complete: boolean;
}

/** Four numbers of each template: hash, count, first line, mark. */
const placeOf = ({ at }: ByteLoops, index: number): number => (at.TEMPLATES >> 2) + 4 * index;

/** How often template `index` occurs. */
export const countAt = (loops: ByteLoops, index: number): number => loops.uint32[placeOf(loops, index) + 1] as number;

/** The templates of the log so far. */
export function listTemplates(loops: ByteLoops): TemplateList {
  // Hash and index as one number (32 and 19 bits): typed arrays sort numbers natively, a comparator costs ten times
  // that; plain loops, as the `from` functions of typed arrays go through iterators.
  const { uint32 } = loops;
  const first = placeOf(loops, 0);
  const size = loops.run.countOfTemplates();
  const keys = new Float64Array(size);
  for (let i = 0; i < size; i++) keys[i] = (uint32[first + 4 * i] as number) * MAX_TEMPLATES + i;
  keys.sort();
  const hashes = new Uint32Array(size);
  const counts = new Uint32Array(size);
  const firstLines = new Uint32Array(size);
  for (let at = 0; at < size; at++) {
    const place = first + 4 * ((keys[at] as number) % MAX_TEMPLATES);
    hashes[at] = uint32[place] as number;
    counts[at] = uint32[place + 1] as number;
    firstLines[at] = uint32[place + 2] as number;
  }
  return { hashes, counts, firstLines, complete: loops.run.areTemplatesComplete() !== 0 };
}

/** Their hashes alone, ascending: a third of the time. */
export function listHashes(loops: ByteLoops): Uint32Array {
  const first = placeOf(loops, 0);
  const hashes = new Uint32Array(loops.run.countOfTemplates());
  for (let i = 0; i < hashes.length; i++) hashes[i] = loops.uint32[first + 4 * i] as number;
  return hashes.sort();
}
