// The words that the automaton looks for, each with what a hit on it means. Built at first use, never at import.
import { type Automaton, buildAutomaton } from './mask-automaton.ts';
import { COMMAND_RULES } from './mask-commands.ts';
import type { TokenRule } from './mask-rule.ts';
import {
  type Finder,
  findBase64Pem,
  findBasic,
  findBearer,
  findCookies,
  findGoDsn,
  findJwk,
  findJwt,
  findNetrc,
  findOracle,
  findPiped,
  findRsaXml,
  findSignature,
  findUnsealKey,
  findUserFlag,
  findUserInfo,
} from './mask-shapes.ts';
import { TOKEN_RULES } from './mask-tokens.ts';
import { WEBHOOK_RULES, type WebhookRule } from './mask-webhooks.ts';

/** What a word is for. */
export type Word =
  | { readonly is: 'token'; readonly rule: TokenRule; readonly least: number }
  | { readonly is: 'context'; readonly lettersAfter: boolean }
  | { readonly is: 'shape'; readonly find: Finder; readonly next: 'any' | 'space' | 'address' }
  | { readonly is: 'command'; readonly index: number }
  | { readonly is: 'webhook'; readonly rule: WebhookRule }
  | { readonly is: 'key-begin' }
  | { readonly is: 'putty-key' }
  | { readonly is: 'add-mask' }
  | { readonly is: 'told'; readonly forms: readonly string[] };

/** Names of secrets contain one of these; those of the first list may go on with letters (`password`, `tokens`). */
const OPEN_WORDS =
  'token secret pass key auth cred passphrase pswd jeton senha contrase motdepasse kennwort losen sessid session_id sessionid mnemonic webhook parola haslo heslo lozinka wachtwoord salasana'.split(
    ' ',
  );
const CLOSED_WORDS = 'pwd psk pat jwt hmac otp totp sas salt pepper psw _pw'.split(' ');

const SHAPES: readonly (readonly [string, Finder, 'any' | 'space' | 'address'])[] = [
  ['://', findUserInfo, 'address'],
  ['bearer', findBearer, 'space'],
  ['basic', findBasic, 'space'],
  ['eyj', findJwt, 'any'],
  ['ewog', findJwt, 'any'],
  ['ls0tls1crudjti', findBase64Pem, 'any'],
  ['cookie', findCookies, 'any'],
  [' -u', findUserFlag, 'any'],
  ['--user', findUserFlag, 'any'],
  ['sig=', findSignature, 'any'],
  ['signature=', findSignature, 'any'],
  ['login ', findNetrc, 'any'],
  ['@tcp(', findGoDsn, 'any'],
  ['@unix(', findGoDsn, 'any'],
  ['jdbc:oracle:thin:', findOracle, 'any'],
  ['"kty', findJwk, 'any'],
  ['<d>', findRsaXml, 'any'],
  ['unseal key', findUnsealKey, 'any'],
  ['recovery key', findUnsealKey, 'any'],
  ['--password-stdin', findPiped, 'any'],
  ['--with-token', findPiped, 'any'],
  ['chpasswd', findPiped, 'any'],
  ['sudo -s', findPiped, 'any'],
  ['passwd --stdin', findPiped, 'any'],
  ['--passphrase-fd', findPiped, 'any'],
];

/** chosen: enough to tell a told form from other text, few enough that hundreds of forms stay a small table. */
const TOLD_PREFIX = 12;
/** How many token characters must follow a key before its line is looked at; more is left to the expression. */
const MOST_LEAST = 16;

function leastAfter(rule: TokenRule): number {
  if (rule.back[1] > 0) return 0;
  const first = /\{(\d{1,4})/.exec(rule.tail)?.[1];
  return first === undefined ? 0 : Math.min(MOST_LEAST, Number(first));
}

/** A table of words and what each means, index by index. */
export interface WordTable {
  readonly automaton: Automaton;
  readonly words: readonly Word[];
  readonly lengths: readonly number[];
}

function staticWords(): [string, Word][] {
  return [
    ...TOKEN_RULES.map((rule): [string, Word] => [rule.key, { is: 'token', rule, least: leastAfter(rule) }]),
    ...OPEN_WORDS.map((word): [string, Word] => [word, { is: 'context', lettersAfter: true }]),
    ...CLOSED_WORDS.map((word): [string, Word] => [word, { is: 'context', lettersAfter: false }]),
    ...SHAPES.map(([word, find, next]): [string, Word] => [word, { is: 'shape', find, next }]),
    ...COMMAND_RULES.map(({ key }, index): [string, Word] => [key, { is: 'command', index }]),
    ...WEBHOOK_RULES.map((rule): [string, Word] => [rule.key, { is: 'webhook', rule }]),
    ['-----begin', { is: 'key-begin' }],
    ['---- begin', { is: 'key-begin' }],
    ['private-lines:', { is: 'putty-key' }],
    ['::add-mask::', { is: 'add-mask' }],
  ];
}

/** Told forms grouped by their first bytes, which are what the automaton looks for. */
function toldWords(forms: readonly string[]): [string, Word][] {
  const byPrefix = new Map<string, string[]>();
  for (const form of forms) {
    const prefix = form.slice(0, TOLD_PREFIX);
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [form]);
    else group.push(form);
  }
  return [...byPrefix].map(([prefix, group]) => [
    prefix,
    { is: 'told', forms: group.sort((a, b) => b.length - a.length) },
  ]);
}

let rulesOnly: WordTable | undefined;

/** The table for the rules and these told forms; the one without any is built once in a process. */
export function wordTable(toldForms: readonly string[]): WordTable {
  if (toldForms.length === 0 && rulesOnly !== undefined) return rulesOnly;
  const entries = [...staticWords(), ...toldWords(toldForms)];
  const table: WordTable = {
    automaton: buildAutomaton(entries.map(([word]) => Buffer.from(word, 'latin1'))),
    words: entries.map(([, word]) => word),
    lengths: entries.map(([word]) => word.length),
  };
  if (toldForms.length === 0) rulesOnly = table;
  return table;
}
