// What every back end says of an object in the same words.
import { AppError } from './errors.ts';
import type { ObjectKey } from './keys.ts';

/** NOT_FOUND: nothing has this key. */
export const notFound = (key: ObjectKey): AppError =>
  new AppError('NOT_FOUND', `${key} is not in the store`, { hint: 'run `firstred verify` if a manifest names it' });

/** STORE_DAMAGED: a range was asked for that the object, of `sizeBytes`, does not have. */
export const endsBeforeRange = (key: ObjectKey, sizeBytes: number): AppError =>
  new AppError('STORE_DAMAGED', `${key} ends at byte ${sizeBytes}, before the range that was asked for`, {
    hint: 'run `firstred verify --deep` to see what is damaged',
  });

/** STORE_DAMAGED: a put found other bytes at its key. */
export const takenByOther = (key: ObjectKey): AppError =>
  new AppError('STORE_DAMAGED', `${key} holds other bytes already; nothing was overwritten`, {
    hint: 'run `firstred verify`: two writers must never share a key',
  });
