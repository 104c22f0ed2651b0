// Which names promise a secret. A name is read as words (`dbPassword`, `DB_PASSWORD`, `db-password`, `dbpassword`):
// the last word that names a secret decides, unless a later word says that it is about one (`password_file`).
import { FOREIGN_ENDINGS, FOREIGN_KEYS } from './foreign-names.ts';
import type { NameKind } from './value.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Words that name a password: short values count too. Letters beyond ASCII are lower-cased bytes of UTF-8. */
const PASSWORD_WORDS = set(`
  password passwd passphrase passcode keypass storepass passwort pwd pswd pass pw psw passkey motdepasse passe contrasena contrase\u00e3\u00b1a senha wachtwoord
  sandi khau requirepass psk parola parole haslo lozinka heslo jelszo salasana losenord losen passord adgangskode sifre parool kennwort kodeord
`);
/** Words that name a token or key by themselves. */
const SECRET_WORDS = set(`
  token secret tok apikey accesskey secretkey privatekey authtoken accesstoken apitoken bearertoken clientsecret appsecret appkey
  salt sk geheimnis signingkey encryptionkey masterkey sharedkey accountkey servicekey authkey hmackey sessionkey sessiontoken refreshtoken
  idtoken deploykey webhooksecret cookiesecret jwt pat pepper masterauth mnemonic bearer authorization jeton
  creds credential cred sessid sessionid phpsessid jsessionid totp otp sas dsn authtok xoauth
  oauth webhook rpcauth secretaccesskey accesssecret consumersecret apisecret
  clave chave cookie crumb csrftoken xsrftoken auth authenticator keydata servicerolekey
`);
/** In a long word without humps, such as `pgpassword` or `npmtoken`, these endings decide. */
const ENDINGS: readonly (readonly [string, NameKind])[] = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['passphrase', 'password'],
  ['passwort', 'password'],
  ['pwd', 'password'],
  ['rootpw', 'password'],
  ['bindpw', 'password'],
  ['adminpw', 'password'],
  ...['ssh', 'db', 'sql', 'smtp', 'ftp', 'mail', 'ldap', 'root', 'admin', 'user', 'svc', 'cert'].map(
    (word) => [`${word}pass`, 'password'] as const,
  ),

  ['token', 'secret'],
  ['secret', 'secret'],
  ['apikey', 'secret'],
  ['accesskey', 'secret'],
  ['secretkey', 'secret'],
  ['privatekey', 'secret'],
  ['signingkey', 'secret'],
  ['authkey', 'secret'],
  ['masterkey', 'secret'],
  ['encryptionkey', 'secret'],
  ['sessid', 'secret'],
  ['sessionid', 'secret'],
  ['licensekey', 'secret'],
  ['credential', 'secret'],
  ['passkey', 'password'],
  ...FOREIGN_ENDINGS,
];
/** Words after which `key` is a secret. */
const KEY_QUALIFIERS = set(`
  api access secret private signing sign signature encryption encrypt decryption decrypt master shared share auth authentication
  authorization service account storage admin license licence subscription ingest ingestion insert write writer deploy
  deployment session cookie jwt hmac aes rsa ec ecdsa ed25519 app application server client consumer integration
  function webhook push vapid fernet rest user security root symmetric crypto cipher wallet
  activation product serial join enrollment registration agent provisioning device bot merchant payment
  developer dev management mgmt personal customer sdk logging log telemetry
  instrumentation monitoring query search send sending sender mail email sms
  token pass refresh oauth bearer recovery backup unseal ca record
`);
/** Words before `key` that make it a lookup, not a secret. */
const HARMLESS_BEFORE_KEY = set(`
  public pub cache caching primary foreign partition sort range index idx unique natural composite surrogate row registry object
  bucket idempotency dedupe dedup lock map dict translation i18n message config group entity job task test build
  restore save kms host event metric route file image blob site publishable anon hot short arrow keyboard json field
  column dictionary resource label tag feature artifact state enter any press escape shift ctrl alt
  missing duplicate invalid unknown unexpected required expected extra the a each every no this that same wrong last
  verification verifying validation validator first next hashed ordering shard s3 checkpoint memo memoize manifest lookup matched restored hit saved resolved ordered sorted grouping pgp gpg ssh tls ssl
`);
/** After a secret word: the name is about a secret (where it is, how long, which), and holds none. */
const ABOUT = set(`
  path paths file files filename filepath dir directory folder name names type types id ids url urls uri uris count counts limit
  limits ttl ref refs len length size bytes expiry expires expire expiration expired exp age timeout version versions ver
  algorithm algo alg format field fields label labels title hint hints policy policies rule rules status state enabled
  disabled enable disable required optional provider providers endpoint endpoints host port server store stores manager
  service services bucket scope scopes audience aud issuer kind mode method class template prefix suffix pattern
  regex regexp validator validation strength reset spec specs index idx position pos offset line column budget usage
  rate digest checksum fingerprint fingerprints thumbprint sha sha1 sha256 md5 arn alias owner username email date time timestamp
  at created updated rotation rotated source location region group role prompt error errors exception message messages
  exists found missing valid invalid check checks request requests response handler factory builder parser generator
  ring board word words chain space press down up frame stone map list array table cache pool queue lookup sort order
  env envvar variable variables var vars accessor renewable duration lease policies num max min total used remaining
  scanning scan scanner test tests testing hash hashes hashed input output stream transport
  encoder decoder encoding separator delimiter char character comment support feature flag flags option options
  settings setting config configuration setup form page view controller component button dialog modal helper util utils
  api apis callback hook hooks event events change changed changes update updates entropy history grant grants
  stdin stdout stderr fd mgr through fail based less protected related aware free only like driven specific selector reader writer loader pub public algorithmid signer sign signing verify verifier commit commits revision rev image images branch tag address addresses symbol contract metadata package module
  repo repository
`);
/** True when a text of several words says what a secret is like, where it is, what was done with it. */
export const isAbout = (text: string): boolean =>
  text.split(/[^A-Za-z\u0080-\u00ff]+/).some((word) => ABOUT.has(word.toLowerCase()));

/** Before `token`: positions in a listing, parsers and language models, not access. */
const HARMLESS_BEFORE_TOKEN = set(`
  next page continuation pagination sync cancellation cancel max min total num input output prompt completion unexpected
  expected eos bos pad sep cls mask unk special syntax parse lex lexer current last first design keyword identifier
  stop start end begin close open operator punctuator string comment newline whitespace semicolon comma cached reasoning
  per no bad illegal invalid unknown unterminated stray extra missing public
`);
/** Abbreviations that mean other things elsewhere: only at the end of a name do they mean a secret. */
const SHORT_WORDS = set('sk pass pw psw pat sas otp totp tok cred creds psk auth dsn');
/** Words after an abbreviation that say nothing about what the value is. */
const NEUTRAL = set(
  'prod production dev development staging stage test qa live new old value plain b64 base64 raw text str string',
);

/** Words of a name, lower case, without trailing digits: `GITHUB_TOKEN2` gives github, token. */
function wordsOfName(name: string): string[] {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9\u0080-\u00ff]+/);
  const words: string[] = [];
  for (const part of parts) {
    const word = part.toLowerCase().replace(/\d{1,3}$/, '');
    if (word !== '') words.push(word);
  }
  return words;
}

const singular = (word: string): string =>
  word.length > 4 && word.endsWith('s') && !word.endsWith('ss') && word !== 'sas' ? word.slice(0, -1) : word;

function kindOfWord(word: string): NameKind | undefined {
  const one = singular(word);
  if (PASSWORD_WORDS.has(word) || PASSWORD_WORDS.has(one)) return 'password';
  if (SECRET_WORDS.has(word) || SECRET_WORDS.has(one)) return 'secret';
  if (word.length < 6) return undefined; // bytes: a word in other scripts has six at least
  return ENDINGS.find(([ending]) => one.endsWith(ending))?.[1];
}

/** What `…key` after the words before it is. */
function kindOfKey(before: readonly string[]): NameKind | undefined {
  const last = before.at(-1);
  if (last === undefined || HARMLESS_BEFORE_KEY.has(last)) return undefined;
  return before.some((word) => KEY_QUALIFIERS.has(word)) ? 'secret' : 'weak';
}

function kindAt(words: readonly string[], at: number): NameKind | undefined {
  const word = words[at] ?? '';
  if (word === 'key' || word === 'keys') return kindOfKey(words.slice(0, at));
  const kind = kindOfWord(word);
  const before = words[at - 1];
  if (kind === 'secret' && before !== undefined && singular(word) === 'token' && HARMLESS_BEFORE_TOKEN.has(before))
    return undefined;
  if (before === 'public' || before === 'publishable') return undefined;
  return kind;
}

/** Kinds of the names seen so far; a log repeats few names many times. */
const known = new Map<string, NameKind | null>();
/** chosen: bounds the memory a hostile log can take; cleared as a whole, which costs only time. */
const MAX_KNOWN = 4_000;

/** A file that is named after what it holds: `token.cpp`, `server.key`. */
const FILE_NAME =
  /\.(?:c|cc|cpp|cxx|h|hpp|o|a|so|js|mjs|cjs|jsx|ts|tsx|py|pyc|go|rs|java|class|jar|kt|kts|rb|php|cs|fs|vb|swift|scala|clj|ex|exs|erl|hs|ml|lua|pl|json|ya?ml|xml|toml|ini|conf|cfg|txt|md|rst|html?|css|scss|sh|bash|ps1|bat|sql|proto|png|svg|jpe?g|gif|crt|cer|csv|tf|vue|dart|zip|gz|tgz|whl|snap)$/i;

const FOREIGN_KEY = /^(?:cl(?:e|\u00e3\u00a9|ave)|chave|chiave)$/;
/** A primary, foreign or public one, or where it is. */
const ABOUT_FOREIGN_KEY = /^(?:prim|for|est|publi|p\u00e3\u00bab|ext|uni|id|path|ruta|chemin|file|nom|nome|name)/;

function readName(name: string): NameKind | undefined {
  if (FILE_NAME.test(name)) return undefined;
  // JFrog's header is named after what it opens, Sonar's old option after what it does.
  if (/(?:art-api|sonar\.login|honeycomb[-_]team|authident|bw_session|fastlane_session|unity_serial)$/i.test(name))
    return 'secret';
  if (/secret[_-]?string$|^rediscli_auth$/i.test(name)) return 'password';
  // A key store whole, as base64 in one variable.
  if (/(?:p12|pfx|jks|keystore)(?:_?(?:base_?64|b64|data|contents?|file_base64))?$/i.test(name)) return 'weak';
  const words = wordsOfName(name);
  if (FOREIGN_KEYS.test(name)) return 'secret';
  // Alone it is a hash's, in the open beside it.
  if (words.length === 1 && words[0] === 'salt') return undefined;
  // `clé_api`, `clave_secreta`: the word that decides comes first in these languages.
  if (words.length > 1 && FOREIGN_KEY.test(words[0] ?? ''))
    return words.slice(1).some((word) => ABOUT_FOREIGN_KEY.test(word)) ? undefined : 'secret';
  const tail = words.slice(-3).join(' ');
  // These ids are half of a credential, or all of one; every other `…_id` names something public.
  if (/(?:^| )secret id$|(?:^| )private key id$|(?:^| )access grant$/.test(tail)) return 'secret';
  if (/(?:^| )session id$/.test(tail)) return 'weak';
  for (let at = words.length - 1; at >= 0; at--) {
    const kind = kindAt(words, at);
    if (kind === undefined) continue;
    const after = words.slice(at + 1);
    if (SHORT_WORDS.has(words[at] ?? '')) return after.every((word) => NEUTRAL.has(word)) ? kind : undefined;
    return after.some((word) => ABOUT.has(word)) ? undefined : kind;
  }
  return undefined;
}

/** What the value of `name` would be; undefined for names that promise nothing. */
export function kindOfName(name: string): NameKind | undefined {
  const cached = known.get(name);
  if (cached !== undefined) return cached ?? undefined;
  const kind = readName(name);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, kind ?? null);
  return kind;
}
