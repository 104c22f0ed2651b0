// Passwords of letters alone, such as `correct-horse-battery`: nothing in them tells a secret from a word, so only a
// variable that is named after one, in capitals and set with `=`, makes them one.
import { isPlaceholder } from './placeholder.ts';

/** Words that say what a variable of that name is for, or that it holds nothing real. */
const SAYS_SOMETHING =
  /pass(?:word|wd|phrase)|secret|token|test|dummy|fake|sample|your|example|change|default|requir|option|postgres|mysql|maria|mongo|redis|admin|root|user|placeholder|local|none|able|string|value|file|prompt|stdin|always|never|auto|random|generat|vault|empty|unset|ignore/i;
/** chosen: a shorter word is as likely a setting (`DB_PASSWORD=prompt`). */
const SHORTEST = 8;

/** True when `NAME=text` sets a password made of words. */
export const isPassphrase = (name: string, text: string): boolean =>
  /^[A-Z][A-Z0-9_]{0,60}$/.test(name) &&
  /^[A-Za-z]{1,40}(?:[._-][A-Za-z]{1,40}){0,8}$/.test(text) &&
  text.length >= SHORTEST &&
  !isPlaceholder(text) &&
  !SAYS_SOMETHING.test(text);
