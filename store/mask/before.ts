// What the text before a name tells of the text after it, where nothing but a space is between the two.

const SET_COMMAND =
  /(?:^|[\s;&|(])(?:set|setx|setenv|export|env|arg|put|add|config set|config:set|secret|secrets|configure set|variable set|-x|fish_variables)[ \t]{1,4}(?:--?[\w-]{1,20}[ \t]{1,4}){0,3}$/i;
const NETRC_BEFORE =
  /(?:login|user|role|machine|identified|encrypted|encoded|set)[ \t]{1,4}(?!with |and |your |the )(?:\S{1,80}[ \t]{1,4})?$/i;

/** chosen: longer than any name in use; bounds the work per hit on hostile lines. So far a name reaches around a word in it. */
export const MAX_NAME_LEFT = 64;
export const MAX_NAME_RIGHT = 48;
/** chosen: a longer sentence after a name leads to no value. */
export const MAX_SENTENCE = 160;
/** How much text before a name says what is done with it. */
export const MAX_BEFORE = 100;
/** Nothing but a time and spaces stand before a name. */
export const startsLine = (before: string): boolean => /^[\sT\d:.Z+-]*$/.test(before);
/** The text before a name that sets it to what comes after a space: a command, a line of netrc. */
export const isSetBefore = (before: string): boolean => SET_COMMAND.test(before) || NETRC_BEFORE.test(before);
