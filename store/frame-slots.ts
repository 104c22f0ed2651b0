// Memory that the compressor shares with its workers: a slot holds the text of one frame and, afterwards, the frame.
import { FRAME_BYTES, MAX_FRAME_OBJECT_BYTES } from './frame-table.ts';

/** One piece of work. Whoever holds the slot may write `text`, the worker that was told its number writes `frame`. */
export interface Slot {
  readonly number: number;
  readonly text: Uint8Array<SharedArrayBuffer>;
  readonly frame: Uint8Array<SharedArrayBuffer>;
}

/** Of one slot. */
export const SLOT_BYTES = FRAME_BYTES + MAX_FRAME_OBJECT_BYTES;

/** The slot with this number, counted from 0. */
export const findSlot = (shared: SharedArrayBuffer, number: number): Slot => ({
  number,
  text: new Uint8Array(shared, number * SLOT_BYTES, FRAME_BYTES),
  frame: new Uint8Array(shared, number * SLOT_BYTES + FRAME_BYTES, MAX_FRAME_OBJECT_BYTES),
});
