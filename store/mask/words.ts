// The words that are looked for, each with what a hit on it means. Listed at first use, never at import.
import { COMMAND_RULES } from './commands.ts';
import { FOREIGN_WORDS } from './foreign-names.ts';
import type { TokenRule } from './rule.ts';
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
  findPhrase,
  findPiped,
  findRecoveryCodes,
  findRsaXml,
  findSignature,
  findSmtpLogin,
  findUnsealKey,
  findUserFlag,
  findUserInfo,
} from './shapes.ts';
import { TOKEN_RULES } from './tokens.ts';
import { WEBHOOK_RULES, type WebhookRule } from './webhooks.ts';

/** What a word is for. `trim`: signs at its end that only make it rarer. */
export type Word =
  | { readonly is: 'token'; readonly rule: TokenRule }
  | { readonly is: 'context'; readonly trim: number }
  | { readonly is: 'shape'; readonly find: Finder; readonly next: 'any' | 'space' | 'address' }
  | { readonly is: 'command'; readonly index: number; readonly flag: string }
  | { readonly is: 'webhook'; readonly rule: WebhookRule }
  | { readonly is: 'key-begin' }
  | { readonly is: 'putty-key' }
  | { readonly is: 'data-block' }
  | { readonly is: 'add-mask' }
  | { readonly is: 'told'; readonly forms: readonly string[] };

/** Names of secrets contain one of these. Each is rare in running text, and may go on with letters (`tokens`). */
const NAME_WORDS =
  'token secret passw passphrase passcode passkey keypass storepass authoriz credential pswd jeton senha contrase passe kennwort losen sessid session_id sessionid mnemonic webhook art-api sonar.login crumb parola haslo heslo lozinka wachtwoord salasana access_grant accessgrant access-grant masterauth authident honeycomb-team honeycomb_team bw_session fastlane_session unity_serial erlang_cookie _cookie rediscli_auth _p12 _pfx p12_ pfx_ keystore_b'.split(
    ' ',
  );
/** These are parts of ordinary words (`passed`, `author`, `path`): only with a sign after them are they names. */
const SHORT_NAME_WORDS =
  'pass _sk keystore keys key auth creds cred pwd psk pat jwt hmac otp totp sas salt pepper psw pw'.split(' ');
const AFTER_SHORT = [...'=:"\' ]<>%|\\,&?+_-.0123456789\n\r'];

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
  ['auth plain ', findSmtpLogin, 'any'],
  ['auth login ', findSmtpLogin, 'any'],
  ['auth xoauth2 ', findSmtpLogin, 'any'],
  ['mnemonic', findPhrase, 'any'],
  ['seed phrase', findPhrase, 'any'],
  ['seed_phrase', findPhrase, 'any'],
  ['recovery phrase', findPhrase, 'any'],
  ['unseal key', findUnsealKey, 'any'],
  ['recovery key', findUnsealKey, 'any'],
  ['recovery code', findRecoveryCodes, 'any'],
  ['backup code', findRecoveryCodes, 'any'],
  ['scratch code', findRecoveryCodes, 'any'],
  ['--password-stdin', findPiped, 'any'],
  ['--with-token', findPiped, 'any'],
  ['chpasswd', findPiped, 'any'],
  ['secret put', findPiped, 'any'],
  ['secret create', findPiped, 'any'],
  ['versions add', findPiped, 'any'],
  ['kinit', findPiped, 'any'],
  ['cryptsetup', findPiped, 'any'],
  ['sudo -s', findPiped, 'any'],
  ['passwd --stdin', findPiped, 'any'],
  ['--passphrase-fd', findPiped, 'any'],
];

/** The flag that must come for a command's expression to match. */
const FLAG = /\\s(-[a-zA-Z])/;

/** A word of the list. */
export interface NamedWord {
  readonly text: string;
  readonly word: Word;
}

/** The words of the rules. */
export function wordsOfRules(): readonly NamedWord[] {
  return staticWords().map(([text, word]) => ({ text, word }));
}

function staticWords(): [string, Word][] {
  return [
    ...TOKEN_RULES.map((rule): [string, Word] => [rule.key, { is: 'token', rule }]),
    ...[...NAME_WORDS, ...FOREIGN_WORDS].map((word): [string, Word] => [word, { is: 'context', trim: 0 }]),
    ...SHORT_NAME_WORDS.flatMap((word) =>
      AFTER_SHORT.map((sign): [string, Word] => [word + sign, { is: 'context', trim: 1 }]),
    ),
    ...SHAPES.map(([word, find, next]): [string, Word] => [word, { is: 'shape', find, next }]),
    ...COMMAND_RULES.map(({ key, tail }, index): [string, Word] => [
      key,
      { is: 'command', index, flag: FLAG.exec(tail)?.[1] ?? '' },
    ]),
    ...WEBHOOK_RULES.map((rule): [string, Word] => [rule.key, { is: 'webhook', rule }]),
    ['-----begin', { is: 'key-begin' }],
    ['---- begin', { is: 'key-begin' }],
    ['issecret=true', { is: 'add-mask' }],
    ['private-lines:', { is: 'putty-key' }],
    ['data:\n', { is: 'data-block' }],
    ['data:\r', { is: 'data-block' }],
    ['::add-mask::', { is: 'add-mask' }],
  ];
}

/** Told forms grouped by their first bytes, which are what is looked for. */
export function toldWords(forms: readonly string[], length: number): readonly NamedWord[] {
  const byPrefix = new Map<string, string[]>();
  for (const form of forms) {
    const prefix = form.slice(0, length);
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [form]);
    else group.push(form);
  }
  return [...byPrefix].map(([text, group]) => ({
    text,
    word: { is: 'told', forms: group.sort((a, b) => b.length - a.length) },
  }));
}

/** The expressions of tokens and told values know one case only; what else looks at a hit takes both. */
export const isExact = (word: Word): boolean => word.is === 'token' || word.is === 'told';
