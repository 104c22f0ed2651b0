// Counts of things in messages, in every layer.

/** `1 line`, `2 lines`. */
export const countText = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
