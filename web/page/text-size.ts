// Stands in for the one thing of Node that shared text code uses, so that the page shows outside text by the same rules.

const encoder = new TextEncoder();

/** `Buffer.byteLength` alone. */
export const Buffer = { byteLength: (text: string): number => encoder.encode(text).length };
