// Other words for the scenarios: what is general and stays, what is the simulator's and goes, and other causes of the
// same kinds.
import type { Scenario, ScenarioAttempt } from './why-scenarios.ts';

/** One line with its stamp taken off. */
export interface Parts {
  readonly stamp: string;
  readonly body: string;
  readonly line: number;
  /** Seconds since the attempt's start. */
  readonly atMs: number;
  readonly role: string | undefined;
}

/** Rewrites one attempt, line for line. */
export type Rewrite = (
  parts: readonly Parts[],
  random: () => number,
  attempt: ScenarioAttempt,
  scenario: Scenario,
) => readonly Parts[];

/** Small seeded generator (mulberry32): transforms must be the same on every run. */
export function seeded(text: string): () => number {
  let state = 2166136261;
  for (const c of text) state = Math.imul(state ^ (c.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of a list. */
export const pickOf = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

/** Words that any log may use in any project; everything else is this simulator's vocabulary. */
const GENERIC = new Set(
  (
    'error warning warn failed failure timed timeout out after waiting wait for not set is to no space left on device killed address already in use ' +
    'secret secrets limit exit code process completed with expected got found unauthorized version without while the and from ' +
    'passed total tests running random order seed ms libssl cannot open shared object file loading libraries such'
  ).split(' '),
);

/** What made-up words are made of. */
export const SYLLABLES = [
  'bra',
  'ken',
  'lo',
  'mir',
  'tu',
  'sel',
  'vor',
  'ni',
  'quo',
  'dra',
  'pel',
  'ga',
  'zim',
  'or',
  'fe',
  'stu',
  'lan',
  'wex',
];
/** Ordinary words that no log of the scenarios has. */
export const ENGLISH =
  'ledger harvest beacon anchor meadow cargo lantern orchard voyage kernelbox pebble summit walnut canyon violet marble falcon timber copper island garden bridge window pocket saddle engine mirror basket candle dragon feather glacier hammer jungle kettle ladder magnet needle oyster parrot quarry ribbon saucer temple umbrella valley wagon yonder zephyr acorn blossom cinder dapple ember fennel grotto hollow ivory jasper kelp lagoon mango nectar opal prism quill ripple sorrel thistle'.split(
    ' ',
  );

/** Replaces words that are not generic, the same word always by the same. */
export const vocabulary =
  (make: (random: () => number, used: number) => string): Rewrite =>
  (parts, _random, _attempt, scenario) => {
    const words = dictionaryOf(scenario, make);
    return parts.map((p) => ({
      ...p,
      body: p.body.startsWith('##[') && !p.body.startsWith('##[error]') ? p.body : rename(p.body, words),
    }));
  };

const dictionaries = new WeakMap<Scenario, Map<string, string>>();
function dictionaryOf(
  scenario: Scenario,
  make: (random: () => number, used: number) => string,
): (word: string) => string {
  let known = dictionaries.get(scenario);
  if (known === undefined) {
    known = new Map();
    dictionaries.set(scenario, known);
  }
  const map = known;
  const random = seeded(scenario.name);
  for (let k = 0; k < map.size; k++) random();
  return (word) => {
    const key = word.toLowerCase();
    let other = map.get(key);
    if (other === undefined) {
      other = make(seeded(`${scenario.name}${key}`), map.size);
      map.set(key, other);
    }
    return word === word.toUpperCase() && word.length > 1
      ? other.toUpperCase()
      : word[0] === word[0]?.toUpperCase()
        ? (other[0] ?? '').toUpperCase() + other.slice(1)
        : other;
  };
}

const rename = (body: string, words: (word: string) => string): string =>
  body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|sha256:\w+|\/objects\/\w+|blob-\w+|[A-Za-z]{3,}/g, (word) =>
    /[\d:/]|blob-/.test(word) || isGeneric(word.toLowerCase()) ? word : words(word),
  );

/** Other ways to say that something ran out. */
export const EXHAUSTED = [
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  'java.lang.OutOfMemoryError: Java heap space',
  'accept4: too many open files',
  'OSError: [Errno 24] Too many open files',
  'fork: Resource temporarily unavailable',
  'pq: sorry, too many clients already',
  'HTTP 429 Too Many Requests from registry',
  'API rate limit exceeded for installation',
  'Error response from daemon: driver failed: port is already allocated',
  'write error: Disk quota exceeded',
  'mmap failed: Cannot allocate memory',
  'ENOSPC: System limit for number of file watchers reached',
  'container was OOMKilled',
  'connection pool exhausted (max 20)',
  'No free inodes on /var',
];
/** Other ways to say that a wait was given up. */
export const GAVE_UP = [
  (ms: number) => `gave up after ${ms / 1000}s`,
  (ms: number) => `context deadline exceeded after ${ms / 60000}m0s`,
  (ms: number) => `Timeout of ${ms}ms exceeded`,
  (ms: number) => `still pending after ${ms / 60000} minutes, giving up`,
  (ms: number) => `Zeitüberschreitung nach ${ms / 1000} Sekunden`,
  (ms: number) => `deadline of ${ms / 1000} seconds exceeded`,
  (ms: number) => `no answer within ${ms / 1000} s`,
];
/** Other lines that only say that the job ended badly. */
export const EXITS = [
  'Error: Process completed with exit code 1.',
  'make: *** [Makefile:12: e2e] Error 1',
  'ERROR: Job failed: exit code 1',
  'The command "npm test" exited with 1.',
  'script returned exit code 1',
  'Build step failed with status 1',
];

/** Words of the causes above are general too. */
const CAUSE_WORDS = new Set(
  [...EXHAUSTED, ...GAVE_UP.map((say) => say(60_000)), ...EXITS].flatMap(
    (t) => t.toLowerCase().match(/[a-zü]{3,}/g) ?? [],
  ),
);
const isGeneric = (word: string): boolean =>
  GENERIC.has(word) || CAUSE_WORDS.has(word) || /^(?:pass|fail|ok)(?:ed)?$/.test(word);

/** What a machine says whose locale is not English: one way to run out, to give up, to end, to lack a secret, to fail. */
export const LANGUAGES = [
  {
    exhausted: 'Schreibfehler: Auf dem Gerät ist kein Speicherplatz mehr verfügbar',
    gaveUp: (s: number, what: string) => `Zeitüberschreitung: ${what} nach ${s} Sekunden nicht bereit`,
    waiting: (s: number, what: string) => `warte auf ${what} (höchstens ${s} Sekunden)`,
    exit: 'Prozess beendet mit Code 1',
    secret: (name: string, isThere: boolean) =>
      isThere ? `verwende Geheimnis ${name}` : `Geheimnis ${name} ist nicht gesetzt, weiter ohne`,
    failure: (rest: string) => `Fehler: ${rest}`,
  },
  {
    exhausted: "erreur d'écriture : Aucun espace disponible sur le périphérique",
    gaveUp: (s: number, what: string) => `délai d'attente dépassé après ${s} secondes : ${what}`,
    waiting: (s: number, what: string) => `attente de ${what} (${s} secondes au plus)`,
    exit: 'le processus a échoué, code de sortie 1',
    secret: (name: string, isThere: boolean) =>
      isThere ? `utilisation du jeton ${name}` : `le jeton ${name} n'est pas défini, on continue sans`,
    failure: (rest: string) => `Erreur : ${rest}`,
  },
  {
    exhausted: 'ошибка записи: На устройстве не осталось свободного места',
    gaveUp: (s: number, what: string) => `истекло время ожидания ${what}: ${s} секунд`,
    waiting: (s: number, what: string) => `ожидание ${what} (не более ${s} секунд)`,
    exit: 'процесс завершён с кодом возврата 1',
    secret: (name: string, isThere: boolean) =>
      isThere ? `используется секрет ${name}` : `секрет ${name} не задан, продолжаем без него`,
    failure: (rest: string) => `Ошибка: ${rest}`,
  },
  {
    exhausted: '写入错误：设备上没有空间',
    gaveUp: (s: number, what: string) => `等待 ${what} 超时：${s} 秒`,
    waiting: (s: number, what: string) => `等待 ${what}（最多 ${s} 秒）`,
    exit: '进程结束，退出码 1',
    secret: (name: string, isThere: boolean) => (isThere ? `使用密钥 ${name}` : `未设置密钥 ${name}，继续`),
    failure: (rest: string) => `错误：${rest}`,
  },
  {
    exhausted: '書き込みエラー: デバイスに空き領域がありません',
    gaveUp: (s: number, what: string) => `${what} がタイムアウトしました（${s} 秒）`,
    waiting: (s: number, what: string) => `${what} を待っています（最大 ${s} 秒）`,
    exit: 'プロセスは終了コード 1 で終了しました',
    secret: (name: string, isThere: boolean) =>
      isThere ? `シークレット ${name} を使用` : `シークレット ${name} は設定されていません`,
    failure: (rest: string) => `エラー: ${rest}`,
  },
  {
    exhausted: 'erro de escrita: Não há espaço disponível no dispositivo',
    gaveUp: (s: number, what: string) => `tempo esgotado após ${s} segundos à espera de ${what}`,
    waiting: (s: number, what: string) => `aguardando ${what} (até ${s} segundos)`,
    exit: 'o processo terminou com código de saída 1',
    secret: (name: string, isThere: boolean) =>
      isThere ? `usando a chave ${name}` : `a chave ${name} não está definida, continuando`,
    failure: (rest: string) => `Erro: ${rest}`,
  },
] as const;
