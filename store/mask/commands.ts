// Passwords and tokens that stand in command lines under flags whose letter alone says nothing: `docker login -p X`.
import { ID } from './rule.ts';
import type { Span } from './span.ts';
import { isSecretValue, type NameKind } from './value.ts';

/** A command, as a text to find, and the expression (from there on) whose first group is the secret. */
interface CommandRule {
  readonly key: string;
  readonly tail: string;
  readonly kind: NameKind;
}

/** chosen: a registry's password is a signed document of some 2,500 characters at times. */
const MOST_READ = 4_000;
const VALUE = `["']?([^\\s"']{6,${MOST_READ}})`;
const P = `[^|;&\\n]{0,200}?\\s-p[ =]?${VALUE}`;

const FLAG = (flag: string): string => `[^|;&\\n]{0,200}?\\s${flag}[ =]${VALUE}`;
/** The last of several strings in a call. */
const STRINGS = `\\s*(?:["'][^"']{0,120}["']\\s*,\\s*){1,3}["']([^"']{6,200})["']`;
/** A key of 32 or 64 bytes as a field of a document. */
const BASE64_FIELD = `["']?[ \\t]{0,4}[=:][ \\t]{0,4}["']?([A-Za-z0-9+/]{42,86}={1,2})`;

/** chosen: tools that CI jobs log in with; the flags are from their manuals. */
export const COMMAND_RULES: readonly CommandRule[] = [
  { key: 'cf auth', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'sshpass', tail: `[^|;&\\n]{0,40}?\\s?-p ?${VALUE}`, kind: 'password' },
  { key: 'mysql', tail: `(?:dump|admin|import|sh|check)?\\b[^|;&\\n]{0,200}?\\s-p${VALUE}`, kind: 'password' },
  { key: 'mariadb', tail: `[^|;&\\n]{0,200}?\\s-p${VALUE}`, kind: 'password' },
  { key: 'redis-cli', tail: `[^|;&\\n]{0,200}?\\s-a ${VALUE}`, kind: 'password' },
  { key: 'mongo', tail: `[^|;&\\n]{0,200}?\\s-p ${VALUE}`, kind: 'password' },
  { key: 'sqlcmd', tail: `[^|;&\\n]{0,200}?\\s-P ?${VALUE}`, kind: 'password' },
  { key: 'ldapsearch', tail: `[^|;&\\n]{0,200}?\\s-w ${VALUE}`, kind: 'password' },
  { key: 'ldapadd', tail: `[^|;&\\n]{0,200}?\\s-w ${VALUE}`, kind: 'password' },
  { key: 'ldapmodify', tail: `[^|;&\\n]{0,200}?\\s-w ${VALUE}`, kind: 'password' },
  { key: 'htpasswd', tail: `\\s+-\\w{0,4}b\\w{0,4}\\s+\\S{1,120}\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'twine upload', tail: P, kind: 'password' },
  { key: 'net use', tail: `[^|;&\\n]{0,120}?/user:\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'net use', tail: `\\s+(?:\\w:|\\*)\\s+\\S{3,120}\\s+${VALUE}`, kind: 'password' },
  { key: 'smbclient', tail: `[^|;&\\n]{0,200}?\\s-U ?["']?[^\\s%]{1,80}%([^\\s"']{4,200})`, kind: 'password' },
  { key: 'psexec', tail: P, kind: 'password' },
  { key: 'xfreerdp', tail: `[^|;&\\n]{0,200}?/p:${VALUE}`, kind: 'password' },
  { key: 'lftp', tail: `[^|;&\\n]{0,80}?\\s-u ?["']?[^\\s,]{1,80},([^\\s"']{4,200})`, kind: 'password' },
  { key: 'sqlplus', tail: `\\s+(?:-\\w\\s+){0,4}["']?[^\\s/"']{1,60}/([^\\s@"']{6,200})@`, kind: 'password' },
  { key: '-passin pass:', tail: VALUE, kind: 'password' },
  { key: '-passout pass:', tail: VALUE, kind: 'password' },
  { key: 'enc -aes', tail: `[^|;&\\n]{0,200}?\\s-k ${VALUE}`, kind: 'password' },
  { key: 'zip -P', tail: `\\s?${VALUE}`, kind: 'password' },
  { key: '7z a', tail: `[^|;&\\n]{0,200}?\\s-p${VALUE}`, kind: 'password' },
  { key: 'rabbitmqctl add_user', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'rabbitmqctl change_password', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'net user', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'convertto-securestring', tail: `\\s+(?:-String\\s+)?${VALUE}`, kind: 'password' },
  { key: 'networkcredential', tail: `\\s?\\(\\s?"[^"]{1,120}"\\s?,\\s?"([^"]{6,200})`, kind: 'password' },
  { key: 'vault login', tail: `\\s+(?:-\\S{1,60}\\s+){0,4}${VALUE}`, kind: 'secret' },
  { key: 'cargo login', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'snyk auth', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'authtoken', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'codecov', tail: `[^|;&\\n]{0,200}?\\s-t ${VALUE}`, kind: 'secret' },
  { key: 'doctl auth init', tail: `[^|;&\\n]{0,80}?\\s-t ${VALUE}`, kind: 'secret' },
  { key: 'nuget push', tail: `[^|;&\\n]{0,300}?\\s-k ${VALUE}`, kind: 'secret' },
  { key: 'nuget setapikey', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'nuget add source', tail: P, kind: 'password' },
  { key: 'vsce publish', tail: P, kind: 'secret' },
  { key: 'ovsx publish', tail: P, kind: 'secret' },
  { key: 'unlock-keychain', tail: P, kind: 'password' },
  { key: 'create-keychain', tail: P, kind: 'password' },
  { key: 'set-key-partition-list', tail: `[^|;&\\n]{0,200}?\\s-k ${VALUE}`, kind: 'password' },
  { key: 'security import', tail: `[^|;&\\n]{0,200}?\\s-P ${VALUE}`, kind: 'password' },
  { key: 'signtool', tail: `[^|;&\\n]{0,200}?\\s/p ${VALUE}`, kind: 'password' },
  { key: 'schtasks', tail: `[^|;&\\n]{0,200}?\\s/rp ${VALUE}`, kind: 'password' },
  { key: '7z x', tail: `[^|;&\\n]{0,200}?\\s-p${VALUE}`, kind: 'password' },
  { key: 'net use', tail: `\\s+\\\\\\\\\\S{2,120}\\s+${VALUE}`, kind: 'password' },
  { key: 'mysqladmin', tail: `[^|;&\\n]{0,200}?\\spassword ${VALUE}`, kind: 'password' },
  { key: 'mc alias set', tail: `\\s+\\S{1,60}\\s+\\S{1,200}\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'http-basic.', tail: `[\\w.-]{1,100}\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  {
    key: 'bundle config',
    tail: `(?:\\s+(?:set|--\\w{3,10})){0,3}\\s+\\S{1,100}\\s+[^\\s:]{1,60}:${VALUE}`,
    kind: 'password',
  },
  { key: 'pypi-token.', tail: `[\\w.-]{1,60}\\s+${VALUE}`, kind: 'secret' },
  { key: 'github-oauth.', tail: `[\\w.-]{1,60}\\s+${VALUE}`, kind: 'secret' },
  { key: 'wandb login', tail: `\\s+(?:--\\S{1,40}\\s+){0,3}${VALUE}`, kind: 'secret' },
  { key: 'operator unseal', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'travis encrypt', tail: `\\s+${VALUE}`, kind: 'secret' },
  { key: 'put-parameter', tail: `[^|;&\\n]{0,300}?\\s--value[ =]${VALUE}`, kind: 'password' },
  { key: 'keyvault secret set', tail: `[^|;&\\n]{0,300}?\\s--value[ =]${VALUE}`, kind: 'password' },
  { key: 'gh secret set', tail: `[^|;&\\n]{0,200}?\\s(?:-b|--body)[ =]${VALUE}`, kind: 'password' },
  { key: '--from-literal', tail: `[= ]["']?[^\\s="']{1,120}=${VALUE}`, kind: 'password' },
  { key: '--with-token <<<', tail: `\\s{0,2}${VALUE}`, kind: 'secret' },
  { key: '--password-stdin <<<', tail: `\\s{0,2}${VALUE}`, kind: 'password' },
  { key: 'identified with', tail: `\\s+\\S{1,60}\\s+(?:by|as|BY|AS)\\s+(?:password\\s+)?${VALUE}`, kind: 'password' },
  { key: 'identified by', tail: `\\s+(?:password\\s+)?${VALUE}`, kind: 'password' },
  { key: ' login ', tail: P, kind: 'password' },
  { key: 'ssh-keygen', tail: FLAG('-N'), kind: 'password' },
  { key: 'ssh-keygen', tail: FLAG('-P'), kind: 'password' },
  { key: 'conan user', tail: P, kind: 'password' },
  { key: 'useradd', tail: P, kind: 'password' },
  { key: 'usermod', tail: P, kind: 'password' },
  { key: 'ldappasswd', tail: FLAG('-w'), kind: 'password' },
  { key: 'ldappasswd', tail: FLAG('-s'), kind: 'password' },
  { key: 'azuresigntool', tail: FLAG('-kvs'), kind: 'secret' },
  { key: 'cypress', tail: FLAG('--key'), kind: 'secret' },
  { key: 'currents run', tail: FLAG('--key'), kind: 'secret' },
  { key: 'openssl', tail: FLAG('-k'), kind: 'password' },
  { key: 'openssl', tail: FLAG('-K'), kind: 'secret' },
  { key: 'openssl', tail: FLAG('-hmac'), kind: 'secret' },
  { key: 'openssl passwd', tail: `(?:\\s+-\\w{1,8}){0,4}\\s+${VALUE}`, kind: 'password' },
  { key: '-pass pass:', tail: VALUE, kind: 'password' },
  { key: 'rar a ', tail: `(?:[^|;&\\n]{0,80}?\\s)?-h?p${VALUE}`, kind: 'password' },
  { key: 'rar x ', tail: `(?:[^|;&\\n]{0,80}?\\s)?-h?p${VALUE}`, kind: 'password' },
  { key: 'mosquitto_passwd', tail: `\\s+-b\\s+\\S{1,120}\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'bw unlock', tail: `\\s+${VALUE}`, kind: 'password' },
  { key: 'reset-admin-password', tail: `\\s+${VALUE}`, kind: 'password' },
  { key: 'secret:create', tail: FLAG('--value'), kind: 'secret' },
  { key: 'variable set', tail: FLAG('(?:-v|--value)'), kind: 'password' },
  { key: 'civo apikey save', tail: `\\s+\\S{1,60}\\s+${VALUE}`, kind: 'secret' },
  { key: 'qshell account', tail: `\\s+\\S{16,80}\\s+${VALUE}`, kind: 'secret' },
  { key: 'microk8s join', tail: `\\s+[\\w.:[\\]-]{4,80}/(\\w{32})`, kind: 'secret' },
  { key: 'db2 connect', tail: `\\s+to\\s+\\S{1,40}\\s+user\\s+\\S{1,60}\\s+using\\s+${VALUE}`, kind: 'password' },
  { key: '.logon ', tail: `[^\\s,]{1,120},([^\\s;]{6,120})`, kind: 'password' },
  { key: 'db.auth(', tail: `\\s*["'][^"']{1,80}["']\\s*,\\s*["']([^"']{6,200})`, kind: 'password' },
  { key: 'auth-pass', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'password' },
  { key: 'acl setuser', tail: `[^|;&\\n]{0,160}?\\s>([^\\s"']{6,200})`, kind: 'password' },
  { key: 'redis-cli', tail: `[^|;&\\n]{0,160}?\\s(?:AUTH|auth)\\s+(?:\\S{1,60}\\s+)?${VALUE}`, kind: 'password' },
  { key: '/v defaultpassword', tail: `[^|&\\n]{0,80}?\\s/d\\s+${VALUE}`, kind: 'password' },
  { key: 'chpasswd <<<', tail: `\\s*["']?[^\\s:"']{1,60}:([^\\s"']{6,200})`, kind: 'password' },
  { key: 'http -a ', tail: `["']?[^\\s:"']{1,80}:${VALUE}`, kind: 'password' },
  { key: '--proxy-user', tail: `[ =]["']?[^\\s:"']{1,80}:${VALUE}`, kind: 'password' },
  { key: '<(echo ', tail: `(?:-n )?["']?([^\\s"')]{8,4000})`, kind: 'secret' },
  { key: 'bundle_', tail: `[\\w-]{2,100}["']?(?:=|: )["']?[^\\s:"'/]{1,60}:${VALUE}`, kind: 'password' },
  { key: 'credentials(', tail: STRINGS, kind: 'password' },
  { key: 'basicauth(', tail: STRINGS, kind: 'password' },
  { key: 'secret id', tail: `[ \\t]{0,16}[=:][ \\t]{0,4}(${ID})`, kind: 'secret' },
  { key: 'encrypt = "', tail: `([A-Za-z0-9+/]{22,43}={1,2})"`, kind: 'secret' },
  { key: 'encrypt":', tail: `[ \\t]{0,4}"([A-Za-z0-9+/]{22,43}={1,2})"`, kind: 'secret' },
  { key: '<master>{', tail: `([A-Za-z0-9+/=]{20,200})(?=\\})`, kind: 'secret' },
  {
    key: '"bearer"',
    tail: `[ \\t]{0,4}:[ \\t]{0,4}\\{[ \\t]{0,4}"[\\w.-]{1,100}"[ \\t]{0,4}:[ \\t]{0,4}"([^"]{8,400})`,
    kind: 'secret',
  },
  { key: 'hawk id=', tail: `[^\\n]{1,200}?mac="([^"]{20,100})`, kind: 'secret' },
  {
    key: 'new value: ',
    tail: `(?=\\S*[a-z])(?=\\S*[A-Z])(?=\\S*\\d)([\\w*+-]{20}|[\\w=*+-]{20}(?<!=[a-z]))[ \\t]*$`,
    kind: 'secret',
  },
  { key: 'primarykey', tail: BASE64_FIELD, kind: 'secret' },
  { key: 'secondarykey', tail: BASE64_FIELD, kind: 'secret' },
  {
    key: '"keyname"',
    tail: `[ \\t]{0,4}:[^{}]{1,160}"value"[ \\t]{0,4}:[ \\t]{0,4}"([A-Za-z0-9+/]{40,120}={1,2})`,
    kind: 'secret',
  },
  { key: 'auth=(', tail: STRINGS, kind: 'password' },
  { key: '--cookie ', tail: `["']?[\\w.-]{1,60}=([^\\s;"']{8,4000})`, kind: 'secret' },
  { key: 'secret add', tail: FLAG('--data'), kind: 'secret' },
  { key: 'secrets:set', tail: `\\s+\\S{1,80}\\s+${VALUE}`, kind: 'secret' },
  { key: ':5432:', tail: `[^:\\s"']{1,64}:[^:\\s"']{1,64}:([^\\s"']{6,200})`, kind: 'password' },
  { key: '*:*:*:', tail: `[^:\\s"']{1,64}:([^\\s"']{6,200})`, kind: 'password' },
];

const compiled = new Map<number, RegExp>();

/** The secret of the command whose text ends at `to`. */
export function findCommandSecret(line: string, to: number, index: number): Span | undefined {
  const rule = COMMAND_RULES[index];
  if (rule === undefined) return undefined;
  // `unzip -p` prints, `zip -P` takes a password.
  if (/[A-Z]/.test(rule.key) && !line.startsWith(rule.key, to - rule.key.length)) return undefined;
  const pattern = compiled.get(index) ?? new RegExp(rule.tail, 'y');
  compiled.set(index, pattern);
  pattern.lastIndex = to;
  const match = pattern.exec(line);
  const text = match?.[1];
  if (match === null || text === undefined || !isSecretValue(text, rule.kind)) return undefined;
  const from = match.index + match[0].length - text.length - (match[0].endsWith('@') ? 1 : 0);
  let end = from + text.length;
  // A word that is longer than what an expression reads goes as a whole.
  if (text.length === MOST_READ) while (end < line.length && !/[\s"']/.test(line[end] ?? '')) end++;
  return { from, to: end, rule: 'cli-password' };
}
