// Where everything lies in the memory of one instance. Fixed places: the compiler then puts the addresses into the loads.

/** Below: what the compiler keeps there, and the tables of bytes. */
export const TABLES: usize = 0x10000;
/** Room in front of the text: the beginning of a word that goes over into this frame, and zeros before that. */
export const TEXT: usize = 0x20000;
/** The longest piece that is scanned at once: a line is carried on to 1 MiB, and comes with a frame behind it. */
export const TEXT_BYTES: usize = 0x180000;
/** The text with capitals folded lies so much further on. Only frames are folded, which are much shorter. */
export const TO_FOLDED: usize = 0x190000;
/** One marked word, folded. */
export const MARKED: usize = 0x200000;
/** Pieces of long words (long-words.ts): 2^18 bits. */
export const GRAMS: usize = 0x201000;
export const GRAM_BITS: u32 = 1 << 18;
/** A line without what is hidden, and where it was hidden. */
export const VISIBLE: usize = 0x210000;
export const JOINS: usize = 0x260000;
/** The documents of one frame. */
export const DOCUMENTS: usize = 0x380000;
/** Two tables of words: the one in use, and the one that takes over when it is full. */
export const SLOTS: usize = 0x600000;
export const SLOTS_BYTES: usize = 0x400000;
/** The first place behind all of it. */
export const END: usize = 0xe00000;
