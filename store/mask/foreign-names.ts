// Names of secrets in other languages than English. Rules read text as bytes of UTF-8, one unit a byte, so capital and
// small letters beyond ASCII are words of their own.
import type { NameKind } from './value.ts';

/** As people write them in settings, prompts and messages. */
const PASSWORDS =
  'пароль 密码 密碼 口令 暗証番号 パスワード 비밀번호 암호 hasło şifre parolă jelszó lösenord løsenord aðgangsorð lykilorð slaptažodis ' +
  'κωδικός khẩu รหัสผ่าน المرور السر סיסמה סיסמא पासवर्ड';
const SECRETS =
  'токен секрет секретный 密钥 密鑰 秘钥 金鑰 令牌 トークン シークレット 토큰 시크릿 비밀키 schlüssel clé_api clé_secr clé-api';
/** In letters of ASCII alone; these are parts of no English word that builds print often. */
const PLAIN_PASSWORDS =
  'sifre jelszo adgangskode kata_sandi katasandi mat_khau matkhau kodeord slaptazodis motdepasse parool geslo';
const PLAIN_SECRETS = 'clave chave schluessel geheim cle_api cle_secr cleapi chiave';

/** Keys of an interface, of two words or one: in these languages `key` alone is a map's or a keyboard's. */
const KEYS =
  "clé api|clé d'api|clé d’api|clé d'accès|clé secrète|clef api|clef secrète|api 키|api키|액세스 키|비밀 키|인증키|apiキー|api キー|アクセスキー|" +
  '秘密鍵|暗号鍵|ключ api|api ключ|api-ключ|ключ доступа|закрытый ключ|klucz api|klíč api|api anahtarı|gizli anahtar|api-nyckel|api-nøkle|kunci api|khóa api';

const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
const capital = (word: string): string => (word[0] ?? '').toUpperCase() + word.slice(1);

const formsOf = (words: string, sign = ' '): readonly string[] => [
  ...new Set(words.split(sign).flatMap((word) => [word, capital(word), word.toUpperCase()].map(asBytes))),
];

/** Texts that such a name holds, as bytes. */
export const FOREIGN_WORDS: readonly string[] = [
  ...formsOf(PASSWORDS),
  ...formsOf(SECRETS),
  ...PLAIN_PASSWORDS.split(' '),
  ...PLAIN_SECRETS.split(' '),
  ...formsOf(KEYS, '|'),
];

/** A name that ends with such a key, as bytes. */
export const FOREIGN_KEYS = new RegExp(`(?:${formsOf(KEYS, '|').join('|')})$`, 'i');

const endingsOf = (words: readonly string[], kind: NameKind): readonly (readonly [string, NameKind])[] =>
  words.map((word) => [word.toLowerCase(), kind]);

/** Ends of a name's word (its bytes in lower case) and what they promise. */
export const FOREIGN_ENDINGS: readonly (readonly [string, NameKind])[] = [
  ...endingsOf([...formsOf(PASSWORDS), ...PLAIN_PASSWORDS.split(' ')], 'password'),
  ...endingsOf([...formsOf(SECRETS), ...PLAIN_SECRETS.split(' ')], 'secret'),
];
