// Distinct template hashes of a log with counts and first lines: an open-addressing table.
import { TEMPLATE_SLOTS, TEMPLATES } from './layout.ts';

/** More distinct templates than this are counted no further: such a log is data, not messages (chosen). */
const MAX_TEMPLATES: u32 = 1 << 19;
const FIRST_SLOTS: u32 = 1 << 12;

let slotCount: u32 = FIRST_SLOTS;
let size: u32 = 0;
let isComplete: boolean = true;
let isNew: boolean = false;

/** The next log. */
export function clearTemplates(): void {
  slotCount = FIRST_SLOTS;
  size = 0;
  isComplete = true;
  memory.fill(TEMPLATE_SLOTS, 0, (<usize>slotCount) << 2);
}

/** Distinct templates of the log so far. */
export function countOfTemplates(): u32 {
  return size;
}
/** False when a log has more than MAX_TEMPLATES. */
export function areTemplatesComplete(): boolean {
  return isComplete;
}
/** Whether the last `addTemplate` was the first of its hash. */
export function isNewTemplate(): boolean {
  return isNew;
}

/** Hash, count, first line, and a mark (0 or 1) of each. */
function entryOf(index: u32): usize {
  return TEMPLATES + ((<usize>index) << 4);
}
/** Whether the template was marked. */
export function isMarked(index: u32): boolean {
  return load<u32>(entryOf(index), 12) !== 0;
}
/** So marked, the scan stops at its next line. */
export function mark(index: u32, value: u32): void {
  store<u32>(entryOf(index), value, 12);
}

/** Counts `hash` (not 0) on `line`. Returns its index, or -1 when the table is full and does not know it. */
export function addTemplate(hash: u32, line: u32): i32 {
  const mask = slotCount - 1;
  let slot = hash & mask;
  isNew = false;
  for (;;) {
    const index = load<u32>(TEMPLATE_SLOTS + ((<usize>slot) << 2));
    if (index === 0) break;
    const entry = entryOf(index - 1);
    if (load<u32>(entry) === hash) {
      store<u32>(entry, load<u32>(entry, 4) + 1, 4);
      return <i32>(index - 1);
    }
    slot = (slot + 1) & mask;
  }
  if (size === MAX_TEMPLATES) {
    isComplete = false;
    return -1;
  }
  isNew = true;
  const entry = entryOf(size);
  store<u32>(entry, hash);
  store<u32>(entry, 1, 4);
  store<u32>(entry, line, 8);
  store<u32>(entry, 0, 12);
  size++;
  if (size * 2 > slotCount) widen();
  else store<u32>(TEMPLATE_SLOTS + ((<usize>slot) << 2), size);
  return <i32>(size - 1);
}

function widen(): void {
  slotCount *= 2;
  memory.fill(TEMPLATE_SLOTS, 0, (<usize>slotCount) << 2);
  const mask = slotCount - 1;
  for (let index: u32 = 0; index < size; index++) {
    let slot = load<u32>(entryOf(index)) & mask;
    while (load<u32>(TEMPLATE_SLOTS + ((<usize>slot) << 2)) !== 0) slot = (slot + 1) & mask;
    store<u32>(TEMPLATE_SLOTS + ((<usize>slot) << 2), index + 1);
  }
}
