// Numbers of the placeholders in hashes: 256 + the place of each in TEMPLATE_TYPES (template-types.ts), behind all bytes.
export const TIME: i32 = 256;
export const DATE: i32 = 257;
export const DURATION: i32 = 258;
export const SIZE: i32 = 259;
export const PERCENTAGE: i32 = 260;
export const UUID: i32 = 261;
export const HASH: i32 = 262;
export const ADDRESS: i32 = 263;
export const IP: i32 = 264;
export const PORT: i32 = 265;
export const TMP_PART: i32 = 266;
export const ID: i32 = 267;
export const PROGRESS: i32 = 268;
export const NUMBER: i32 = 269;
/** Of text that stays as it is. */
export const KEEP: i32 = 0;
/** A replacement by nothing. */
export const NOTHING: i32 = 255;
