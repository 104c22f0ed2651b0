// Where everything lies in the memory of one instance. Fixed places: the compiler then puts the addresses into the loads.

/** Below: what the compiler keeps there. Tables by byte: class, what makes it special, what it makes of the next one. */
export const CLASSES: usize = 0x10000;
export const CURRENT: usize = 0x10100;
export const ENABLES: usize = 0x10300;
/** Sets of words (word-sets.ts), 512 hashes each. */
export const WORD_SETS: usize = 0x10800;
/** What JavaScript reads of the line that the scan stands on: see lines.ts. */
export const LINE: usize = 0x18000;
/** Bits of the error rules that a line may meet. */
export const FOUND: usize = 0x18100;
/** The columns of the last line that had some. */
export const COLUMNS: usize = 0x18400;
/** A line without what a person doesn't see: 4,096 + 512 bytes and a sign between. */
export const SHOWN: usize = 0x19000;
/** What is looked at behind the end of a text is so many zeros: no digit, no letter, no mark. */
export const MARGIN: usize = 64;
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
/** Replacements of one template, three numbers each. */
export const EDITS: usize = 0x362000;
/** The documents of one frame; when lines are recorded, 16 bytes of each. */
export const DOCUMENTS: usize = 0x380000;
/** Two tables of words: the one in use, and the one that takes over when it is full. */
export const SLOTS: usize = 0x600000;
export const SLOTS_BYTES: usize = 0x400000;
/** Templates of a log, 16 bytes each, and the table that finds them by hash. Only what is used takes memory of the machine. */
export const TEMPLATES: usize = 0xe00000;
export const TEMPLATE_SLOTS: usize = 0x1600000;
/** What error rules look for (needles.ts): tables as long as they need to be, up to the end of the memory. */
export const NEEDLES: usize = 0x1a00000;
export const NEEDLES_BYTES: usize = 0x200000;
