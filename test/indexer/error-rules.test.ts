import { describe, expect, it } from 'vitest';
import { startLoops } from '../../indexer/byte-loops.ts';
import { loadNeedles, matchError } from '../../indexer/error-match.ts';
import { BENIGN_RULES, ERROR_RULES } from '../../indexer/error-rules.ts';

/** Lines as tools print them, and the rule that they meet. */
const SAMPLES: readonly (readonly [string, string])[] = [
  ['exit-provider', '##[error]Process completed with exit code 1.'],
  ['exit-provider', 'Finished: FAILURE'],
  ['exit-provider', "Build step 'Execute shell' marked build as failure"],
  ['exit-provider', 'The command "make test" exited with 2.'],
  ['exit-provider', 'ERROR: Job failed: exit code 1'],
  ['exit-provider', "##[error]Bash exited with code '1'."],
  ['exit-make', 'make[2]: *** [Makefile:27: all] Error 1'],
  ['exit-make', 'ninja: build stopped: subcommand failed.'],
  ['exit-code', 'exit status 1'],
  ['exit-code', 'npm ERR! code ELIFECYCLE'],
  ['exit-wrapper', '[ERROR] Re-run Maven using the -X switch to enable full debug logging.'],
  ['exit-wrapper', '> Run with --stacktrace option to get the stack trace.'],
  ['exit-banner', '[INFO] BUILD FAILURE'],
  ['compiler-error', 'src/main.c:12:3: error: unknown type name'],
  ['compiler-error', 'src/main.c:12:3: fatal error: x.h: No such file or directory'],
  ['compiler-error', 'src/app.ts(12,3): error TS2304: Cannot find name'],
  ['compiler-error', 'src/app.ts:12:3 - error TS2304: Cannot find name'],
  ['compiler-error', '[ERROR] /work/A.java:[71,65] cannot find symbol'],
  ['compiler-error', 'e: file:///work/A.kt:12:3 Unresolved reference'],
  ['compiler-error', 'e: /work/A.kt: (12, 3): Unresolved reference'],
  ['compiler-error', 'error[E0308]: mismatched types'],
  ['compiler-error', 'Program.cs(10,5): error CS0103: The name does not exist'],
  ['compiler-error', './x.go:12:3: undefined: os'],
  ['compiler-error', '##[error]pkg/x.go:12:3: missing return'],
  ['compiler-error', 'Main.hs:12:3: error:'],
  ['linker-error', 'main.c:(.text+0x10): undefined reference to `foo`'],
  ['linker-error', 'LNK2019: unresolved external symbol main'],
  ['config-error', 'CMake Error at CMakeLists.txt:3 (find_package):'],
  ['config-error', "make: *** No rule to make target 'all'.  Stop."],
  ['config-error', '! LaTeX Error: File `x.sty` not found.'],
  ['lint-error', '  12:5  error  x is not defined  no-undef'],
  ['lint-error', 'src/a.py:1:80: E501 line too long'],
  ['format-diff', 'would reformat src/a.py'],
  ['panic', 'panic: runtime error: index out of range'],
  ['panic', "thread 'main' panicked at src/main.rs:2:5:"],
  ['panic', 'Kernel panic - not syncing: VFS: Unable to mount root fs'],
  ['panic', "terminate called after throwing an instance of 'std::bad_alloc'"],
  ['crash', 'Segmentation fault (core dumped)'],
  ['sanitizer', '==12==ERROR: AddressSanitizer: heap-use-after-free'],
  ['sanitizer', 'WARNING: DATA RACE'],
  ['exception', 'Exception in thread "main" java.lang.IllegalStateException: x'],
  ['exception', 'Caused by: java.io.IOException: x'],
  ['exception', "ModuleNotFoundError: No module named 'x'"],
  ['exception', 'PHP Fatal error:  Uncaught Error: x'],
  ['exception', '** (RuntimeError) x'],
  ['exception', 'Error in library(x) : '],
  ['traceback', 'Traceback (most recent call last):'],
  ['interrupted', '!!!!!!!!!!! KeyboardInterrupt !!!!!!!!!!!'],
  ['test-failed', '--- FAIL: TestX (0.00s)'],
  ['test-failed', 'FAILED tests/test_a.py::test_b - assert 1 == 2'],
  ['test-failed', 'FAIL: test_a (tests.A)'],
  ['test-failed', '________________ test_a ________________'],
  ['test-failed', 'testX(org.A)  Time elapsed: 0.226 sec  <<< FAILURE!'],
  ['test-failed', 'org.ATest > testNull FAILED'],
  ['test-failed', 'test a::b ... FAILED'],
  ['test-failed', '[  FAILED  ] A.B (0 ms)'],
  ['test-failed', 'not ok 3 - works'],
  ['test-failed', '3/7 Test #3: a ......***Failed  0.01 sec'],
  ['test-failed', '  ✕ adds numbers (3 ms)'],
  ['test-failed', '● Calculator › adds numbers'],
  ['test-failed', 'FAIL src/a.test.ts'],
  ['test-failed', 'rspec ./spec/a_spec.rb:12 # A works'],
  ['test-failed', '  1) Calculator adds numbers:'],
  ['assertion', 'a.c:3: main: Assertion `x > 0` failed.'],
  ['assertion', 'E       assert 1 == 2'],
  ['assertion', '    x_test.go:61: expected diag, but none returned'],
  ['assertion', '  Expected: 3'],
  ['test-summary', 'Tests run: 5, Failures: 2, Errors: 0, Skipped: 0'],
  ['test-summary', '===== 1 failed, 2 passed in 0.12s ====='],
  ['failure-list', 'Failed tests:'],
  ['failure-list', '=========== short test summary info ==========='],
  ['failure-list', '* What went wrong:'],
  ['task-failed', "Execution failed for task ':app:compileJava'."],
  ['task-failed', 'error: could not compile `x` due to previous error'],
  ['resource', 'write /x: no space left on device'],
  ['resource', '<--- Last few GCs ---> JavaScript heap out of memory'],
  ['time-limit', "##[error]The action 'Test' has timed out after 360 minutes."],
  ['time-limit', 'The job was canceled because it took >30min'],
  ['network', 'dial tcp 10.0.0.1:443: connect: connection refused'],
  ['network', 'curl: (6) Could not resolve host: example.test'],
  ['http-status', 'server answered with HTTP 503'],
  ['permission', 'open /etc/x: Permission denied'],
  ['missing-thing', 'bash: line 97: bc: command not found'],
  ['killed', 'run.sh: line 57:   344 Killed                  mvn install'],
  ['error-mark', '::error title=x::something odd'],
  ['fatal-level', "fatal: unsafe repository ('/x' is owned by someone else)"],
  ['error-level', 'ERROR: go.mod is not up-to-date'],
  ['error-level', '2026 ERROR worker: it broke'],
  ['error-level', 'time=x level=error msg="it broke"'],
  ['error-colon', 'cfg80211: failed to load regulatory.db'],
  ['phrase-start', 'Something went wrong in executing:  git archive'],
  ['phrase', 'the lock file is out of sync'],
  ['word', 'there was a problem with it'],
  ['word-part', 'GpuErrors were seen'],
];

it.each(SAMPLES)('%s: %s', (id, line) => {
  expect(matchError(line)?.rule).toBe(id);
});

/** What machines and tools say in other languages. */
const ELSEWHERE: readonly (readonly [string, string])[] = [
  ['resource-language', 'cp: Fehler beim Schreiben: Auf dem Gerät ist kein Speicherplatz mehr verfügbar'],
  ['resource-language', 'bind: Die Adresse wird bereits verwendet'],
  ['resource-language', "cp: erreur d'écriture : Aucun espace disponible sur le périphérique"],
  ['resource-language', "impossible d'allouer de la mémoire"],
  ['resource-language', 'cp: error de escritura: No queda espacio en el dispositivo'],
  ['resource-language', 'Demasiados archivos abiertos'],
  ['resource-language', 'erro de escrita: Não há espaço disponível no dispositivo'],
  ['resource-language', 'Indirizzo già in uso'],
  ['resource-language', 'ошибка записи: На устройстве не осталось свободного места'],
  ['resource-language', 'Слишком много открытых файлов'],
  ['resource-language', 'Brak miejsca na urządzeniu'],
  ['resource-language', 'Geen ruimte meer over op apparaat'],
  ['resource-language', 'Aygıt üzerinde boş alan kalmadı'],
  ['resource-language', '写入错误：设备上没有空间'],
  ['resource-language', '書き込みエラー: デバイスに空き領域がありません'],
  ['resource-language', '장치에 남은 공간이 없음'],
  ['resource-language', 'Getötet'],
  ['time-limit-language', 'Zeitüberschreitung nach 300 Sekunden'],
  ['time-limit-language', "Connexion terminée par expiration du délai d'attente"],
  ['time-limit-language', 'Se agotó el tiempo de espera'],
  ['time-limit-language', 'Время ожидания соединения истекло'],
  ['time-limit-language', 'Upłynął limit czasu połączenia'],
  ['time-limit-language', '连接超时'],
  ['time-limit-language', '接続がタイムアウトしました'],
  ['time-limit-language', '연결 시간 초과'],
  ['level-language', 'FEHLER: die Vorlage fehlt'],
  ['level-language', 'Erreur : le modèle manque'],
  ['level-language', 'Ошибка: нет такого шаблона'],
  ['level-language', 'ОШИБКА: нет такого шаблона'],
  ['level-language', '错误：模板缺失'],
  ['level-language', 'エラー: テンプレートがない'],
  ['level-language', 'Błąd: nie ma szablonu'],
  ['phrase-language', 'Die Vorlage konnte nicht geladen werden'],
  ['phrase-language', 'Le modèle est introuvable'],
  ['phrase-language', 'не удалось загрузить шаблон'],
  ['phrase-language', '无法加载模板'],
  ['phrase-language', 'テンプレートの読み込みに失敗しました'],
];

it('every rule id has a sample', () => {
  const sampled = new Set([...SAMPLES, ...ELSEWHERE].map(([id]) => id));
  expect(ERROR_RULES.map((rule) => rule.id).filter((id) => !sampled.has(id))).toEqual([]);
});

it.each(ELSEWHERE)('%s: %s', (id, line) => {
  expect(matchError(line)?.rule).toBe(id);
});

it.each([
  'Speicherplatz frei: 20 GB',
  'alle 14 Tests bestanden',
  'tous les tests ont réussi en 3 secondes',
  'todo bien, 14 pruebas',
  'все тесты пройдены за 3 секунды',
  '全部测试通过，用时 3 秒',
  'すべてのテストに合格しました',
  'temporary files removed in 3 s',
  'the fallout of a whole level, valid in memory',
])('no error in any language: %s', (line) => {
  expect(matchError(line)).toBeUndefined();
});

it('what a rule needs never keeps it from a sample that it matches', () => {
  for (const [, line] of [...SAMPLES, ...ELSEWHERE])
    expect(matchError(line)?.rule, line).toBe(ERROR_RULES.find((rule) => rule.pattern.test(line))?.id);
});

it('needs have no ASCII capitals and are never empty', () => {
  for (const rule of ERROR_RULES) {
    expect(rule.needs.length, rule.id).toBeGreaterThan(0);
    // Other letters than ASCII's do not fold: their capitals are pieces of their own.
    for (const piece of rule.needs) expect(piece, rule.id).not.toMatch(/[A-Z]/);
    expect(rule.needs, rule.id).not.toContain('');
  }
});

describe('lines that look like errors and are none', () => {
  it.each([
    'Tests run: 5, Failures: 0, Errors: 0, Skipped: 0',
    'Found 0 errors. Watching for file changes.',
    '✓ shows an error message (3 ms)',
    'ok 3 - fails on error',
    'gcc -Wall -Werror -c x.c',
    'Downloading maven-error-diagnostics-2.0.9.pom',
    '  HOSTCC  scripts/dtc/libfdt/fdt_strerror.o',
    'echo "ERROR: it failed"',
    ' > git init /work # timeout=10',
    'everything is fine',
    '',
  ])('%s', (line) => {
    expect(matchError(line)?.weight ?? 0).toBeLessThan(0.3);
  });
});

it('warnings and informative lines weigh less than errors', () => {
  const weight = (line: string): number => matchError(line)?.weight ?? 0;
  expect(weight('[WARNING] could not transfer metadata')).toBeLessThan(weight('[ERROR] could not transfer metadata'));
  expect(weight('INFO connection refused, retrying')).toBeLessThan(weight('connection refused') / 2);
});

it('no pattern takes long on hostile lines', () => {
  const hostile = [
    ' '.repeat(600),
    'a'.repeat(600),
    '('.repeat(600),
    'a.'.repeat(300),
    ': '.repeat(300),
    'error '.repeat(100),
    '_'.repeat(600),
    '\t1) '.repeat(150),
    'A::'.repeat(200),
  ];
  for (const line of hostile)
    for (const { pattern, id } of [...ERROR_RULES, ...BENIGN_RULES]) {
      const before = performance.now();
      pattern.test(line);
      // Milliseconds would do; the limit only tells polynomial from catastrophic on a loaded machine.
      expect(performance.now() - before, `${id} on ${line.slice(0, 10)}`).toBeLessThan(1000);
    }
});

describe('what rules need', () => {
  const loops = startLoops();
  loadNeedles(loops);
  /** The rules that a line may meet, as bits. */
  const rulesFound = (line: Uint8Array): string => {
    loops.bytes.set(line, loops.at.TEXT);
    if (loops.run.findNeedles(loops.at.TEXT, loops.at.TEXT + line.length) === 0) return '';
    const first = loops.at.FOUND >> 2;
    return ERROR_RULES.map((_, n) => (((loops.uint32[first + (n >> 5)] as number) >>> (n & 31)) & 1 ? '1' : '0')).join(
      '',
    );
  };
  const pieces = ERROR_RULES.map((rule) => rule.needs.map((piece) => Buffer.from(piece)));
  const expected = (line: Buffer): string => {
    const bits = pieces.map((own) => (own.some((piece) => line.includes(piece)) ? '1' : '0')).join('');
    return bits.includes('1') ? bits : '';
  };

  it('is found at every place of short and of long lines', () => {
    // Over the middle and at both ends, where a long line is gone through in two halves.
    for (const bytes of [40, 121])
      for (const piece of new Set(ERROR_RULES.flatMap((rule) => rule.needs))) {
        const needle = Buffer.from(piece);
        for (const at of [0, (bytes - needle.length) >> 1, bytes - needle.length]) {
          const line = Buffer.alloc(bytes, '~');
          line.set(needle, at);
          expect(rulesFound(line), `${piece} at ${at} of ${bytes}`).toBe(expected(line));
        }
      }
  });

  it('is found wherever the middle of a line cuts it', () => {
    const longest = ERROR_RULES.flatMap((rule) => rule.needs).reduce((a, b) => (b.length > a.length ? b : a));
    const needle = Buffer.from(longest);
    for (const bytes of [2 * needle.length + 1, 2 * needle.length + 2, 150, 151])
      for (let at = 0; at + needle.length <= bytes; at++) {
        const line = Buffer.alloc(bytes, '~');
        line.set(needle, at);
        expect(rulesFound(line), `at ${at} of ${bytes}`).toBe(expected(line));
      }
  });
});
