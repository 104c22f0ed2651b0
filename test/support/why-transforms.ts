// Rewrites labelled scenarios into other formats and vocabularies, to see whether the mechanisms are named for what
// they are and not for how this simulator words them. Line for line, so the truth moves with the lines.
import type { Scenario, ScenarioAttempt } from './why-scenarios.ts';
import {
  ENGLISH,
  EXHAUSTED,
  EXITS,
  GAVE_UP,
  LANGUAGES,
  type Parts,
  pickOf,
  type Rewrite,
  SYLLABLES,
  seeded,
  vocabulary,
} from './why-vocabulary.ts';

const STAMP = /^(\d{4}-\d\d-\d\dT\S+Z |\[\d\d:\d\d:\d\d\] )/;

function split(text: string, attempt: ScenarioAttempt): Parts[] {
  const startMs = Date.parse(attempt.started_at);
  const roles = new Map(attempt.truth_lines.map((t) => [t.line, t.role]));
  let atMs = 0;
  return text.split('\n').map((raw, k) => {
    const stamp = STAMP.exec(raw)?.[0] ?? '';
    if (stamp.startsWith('[')) {
      const [h, m, s] = stamp.slice(1, 9).split(':').map(Number) as [number, number, number];
      const day = startMs - (startMs % 86_400_000);
      let ms = day + ((h * 60 + m) * 60 + s) * 1000;
      if (ms < startMs - 3_600_000) ms += 86_400_000;
      atMs = Math.max(atMs, ms - startMs);
    } else if (stamp !== '') atMs = Date.parse(`${stamp.slice(0, 23)}Z`) - startMs;
    return { stamp, body: raw.slice(stamp.length), line: k + 1, atMs, role: roles.get(k + 1) };
  });
}

const restamp =
  (format: (date: Date, random: () => number) => string): Rewrite =>
  (parts, random, attempt) =>
    parts.map((p) =>
      p.stamp === ''
        ? p
        : { ...p, stamp: format(new Date(Date.parse(attempt.started_at) + Math.max(0, p.atMs)), random) },
    );

const iso = (d: Date): string => d.toISOString();
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const mapBody =
  (change: (body: string, random: () => number, part: Parts) => string): Rewrite =>
  (parts, random) =>
    parts.map((p) => ({ ...p, body: change(p.body, random, p) }));

const ACTOR = /^\[([\w-]+)\] /;
const actor = (style: (name: string, rest: string) => string): Rewrite =>
  mapBody((body) => {
    const name = ACTOR.exec(body)?.[1];
    return name === undefined ? body : style(name, body.slice(name.length + 3));
  });

const TEST = /^([✓✗]) (\S+) \((\d+)ms\)$/;
const tests = (style: (passed: boolean, name: string, ms: number, random: () => number) => string): Rewrite =>
  mapBody((body, random) => {
    const m = TEST.exec(body);
    return m === null ? body : style(m[1] === '✓', m[2] as string, Number(m[3]), random);
  });

/** The causes in other words of the same kind; one choice for a whole scenario. */
const causes: Rewrite = (parts, _random, _attempt, scenario) => {
  const random = seeded(scenario.name);
  const [exhausted, gaveUp, exit] = [pickOf(EXHAUSTED, random), pickOf(GAVE_UP, random), pickOf(EXITS, random)];
  return parts.map((p) => {
    let { body } = p;
    if (/no space left on device|EADDRINUSE|^Killed$/.test(body)) body = exhausted;
    const timedOut = /timed out after (\d+)s waiting/.exec(body);
    if (timedOut !== null) body = gaveUp(Number(timedOut[1]) * 1000);
    if (/Process completed with exit code 1\./.test(body)) body = exit;
    if (/Process completed with exit code 137/.test(body)) body = exit.replace(/\b1\b/, '1');
    return { ...p, body };
  });
};

/** Version lines of the set-up as other tools write them, with the values of the simulator. */
const setUp: Rewrite = mapBody((body, _random, part) => {
  if (part.line > 12)
    return body
      .replace('is not set; continuing without it', 'unavailable, going on anyway')
      .replace('using secret', 'loaded secret');
  if (/^2[24]\.04\.\d+$/.test(body)) return `base image ubuntu:${body}`;
  return body.replace('Current runner version', 'agent').replace('node version', 'Using Node');
});

/** A machine whose locale is not English; one language for a whole scenario. */
const languages: Rewrite = (parts, _random, _attempt, scenario) => {
  const say = pickOf(LANGUAGES, seeded(`${scenario.name}/language`));
  return parts.map((p) => {
    const { body } = p;
    const timedOut = /^(?:.*?)timed out after (\d+)s waiting for (.*)$/.exec(body);
    const waiting = /^(\[[\w-]+\] )?waiting for (.*) \(limit (\d+)s\)$/.exec(body);
    const secret = /^(.*?)(?:secret (\w+) is not set|using secret (\w+))/.exec(body);
    const failed = /^(?:##\[error\])?(?:\w*Error|error|FAIL\w*): (.*)$/.exec(body);
    if (/no space left on device|EADDRINUSE|^Killed$/.test(body)) return { ...p, body: say.exhausted };
    if (timedOut !== null) return { ...p, body: say.gaveUp(Number(timedOut[1]), timedOut[2] as string) };
    if (waiting !== null)
      return { ...p, body: (waiting[1] ?? '') + say.waiting(Number(waiting[3]), waiting[2] as string) };
    if (/Process completed with exit code/.test(body)) return { ...p, body: say.exit };
    if (secret !== null)
      return {
        ...p,
        body: (secret[1] ?? '') + say.secret((secret[2] ?? secret[3]) as string, secret[3] !== undefined),
      };
    return failed === null ? p : { ...p, body: say.failure(failed[1] as string) };
  });
};

const dropLines =
  (drop: RegExp): Rewrite =>
  (parts) =>
    parts.filter((p) => !drop.test(p.body));

/** Extra lines of chance between the others: optional ones, and counters. */
const noise: Rewrite = (parts, random) => {
  const optional = ENGLISH.slice(0, 40).filter(() => random() < 0.3);
  const places = new Map(optional.map((word) => [Math.floor(random() * parts.length), word]));
  return parts.flatMap((p, k) => {
    const word = places.get(k);
    const extra: Parts[] =
      word === undefined
        ? []
        : [{ ...p, body: `note: ${word} adapter could not refresh, error ignored`, line: 0, role: undefined }];
    if (random() < 0.15)
      extra.push({
        ...p,
        body: `tick ${Math.floor(random() * 1e5)} queue depth ${Math.floor(random() * 90)}`,
        line: 0,
        role: undefined,
      });
    return [...extra, p];
  });
};

/** Neighbouring lines of pure noise change places. */
const shuffle: Rewrite = (parts, random) => {
  const out = [...parts];
  const isNoise = (p: Parts | undefined): boolean =>
    p !== undefined && /unit case|GET \/objects|heartbeat ok|Downloading|phase/.test(p.body);
  for (let k = 0; k + 1 < out.length; k++)
    if (random() < 0.5 && isNoise(out[k]) && isNoise(out[k + 1]))
      [out[k], out[k + 1]] = [out[k + 1] as Parts, out[k] as Parts];
  return out;
};

const chain =
  (...steps: readonly Rewrite[]): Rewrite =>
  (parts, random, attempt, scenario) =>
    steps.reduce<readonly Parts[]>((now, step) => step(now, random, attempt, scenario), parts);

const noTime = restamp(() => '');
const pseudo = vocabulary(
  (random, used) =>
    Array.from({ length: 2 + Math.floor(random() * 2) }, () => pickOf(SYLLABLES, random)).join('') +
    'abcdefghijklmnopqrstuvwxyz'[used % 26],
);
const english = vocabulary(
  (_random, used) =>
    (ENGLISH[used % ENGLISH.length] as string) +
    (used >= ENGLISH.length ? ENGLISH[Math.floor(used / ENGLISH.length)] : ''),
);
const unmark: Rewrite = mapBody((body) =>
  body
    .replace(/^##\[error\]/, '')
    .replace(/^##\[group\]/, '== ')
    .replace(/^##\[endgroup\]$/, '=='),
);

/** The wait is announced without its limit, and the failure does not name it. */
const noLimit: Rewrite = mapBody((body) =>
  body.replace(/ \(limit \d+s\)/, '').replace(/timed out after \d+s waiting/, 'timed out waiting'),
);

/** The runner differs in words, not in a number. */
const labels: Rewrite = mapBody((body, _random, part) =>
  part.line > 12
    ? body
    : body
        .replace(/^22\.04\.\d+$/, 'labels: self-hosted, linux, x64')
        .replace(/^24\.04\.\d+$/, 'labels: self-hosted, linux, arm64'),
);

/** Each job words the outage of one host in its own way. */
const hosts: Rewrite = (parts, random, attempt, scenario) =>
  mapBody((body) =>
    /^A2A parent queue/.test(body)
      ? attempt.job === scenario.attempts[0]?.job
        ? 'GET https://registry.acme.example/v2/assets failed: 502 Bad Gateway'
        : 'dial tcp: lookup registry.acme.example: no such host'
      : body,
  )(parts, random, attempt, scenario);

/** What failed says nothing of why. */
const sameFailure: Rewrite = mapBody((body) =>
  /^agent returned empty reply|^HTTP 401|^error while loading shared/.test(body)
    ? 'AssertionError: expected plugin seo-all to be ready, got pending'
    : body,
);

/** In `unknown` scenarios a test of the shuffled suite fails: still nobody can say why. */
const failingTest: Rewrite = (parts, _random, attempt, scenario) => {
  if (scenario.mechanism !== 'unknown' || attempt.status === 'success') return parts;
  return parts
    .filter((p) => !/^✓ suite\.case_07 /.test(p.body))
    .map((p) => (/^AssertionError/.test(p.body) ? { ...p, body: '✗ suite.case_07 (12ms)' } : p));
};

const keepAttempts =
  (keep: (a: ScenarioAttempt, target: ScenarioAttempt, scenario: Scenario) => boolean) =>
  (scenario: Scenario): Scenario => {
    const job = scenario.attempts[0]?.job;
    const target = scenario.attempts.findLast((a) => a.status === 'failure' && a.job === job) as ScenarioAttempt;
    const kept = scenario.attempts.map((a) => a === scenario.attempts[0] || a === target || keep(a, target, scenario));
    return {
      ...scenario,
      attempts: scenario.attempts.filter((_, k) => kept[k]),
      texts: scenario.texts.filter((_, k) => kept[k]),
    };
  };

/** Changes to which attempts there are, before any rewriting. */
const SELECTIONS: Readonly<Record<string, (scenario: Scenario) => Scenario>> = {
  // Without history of other SHAs, but where it is what makes a regression.
  nohistory: keepAttempts(
    (a, target, s) => a.sha === target.sha || a.job !== target.job || s.mechanism === 'regression',
  ),
  shorthistory: keepAttempts(
    (a, target) =>
      a.sha === target.sha ||
      a.job !== target.job ||
      Date.parse(target.started_at) - Date.parse(a.started_at) < 3 * 3_600_000,
  ),
};

/** Every transform by name. */
export const TRANSFORMS: Readonly<Record<string, Rewrite>> = {
  notime: noTime,
  unmarked: chain(noTime, unmark),
  syslog: restamp(
    (d) => `${MONTHS[d.getUTCMonth()]} ${d.getUTCDate()} ${iso(d).slice(11, 19)} runner-7 job[${1234}]: `,
  ),
  comma: (parts, random, attempt, scenario) =>
    restamp((d) => `${iso(d).slice(0, 10)} ${iso(d).slice(11, 23).replace('.', ',')} `)(
      parts,
      random,
      attempt,
      scenario,
    ).map((p) =>
      // One level a kind of line, as programs have it.
      p.stamp === ''
        ? p
        : {
            ...p,
            stamp: `${p.stamp}${p.body.replace(/\b\S*\d\S*/g, '').replace(/[^a-z]/gi, '').length % 3 === 0 ? 'DEBUG' : 'INFO '} `,
          },
    ),
  epoch: restamp((d) => `${(d.getTime() / 1000).toFixed(3)} `),
  uptime: (parts) =>
    parts.map((p) => (p.stamp === '' ? p : { ...p, stamp: `[${(p.atMs / 1000).toFixed(6).padStart(12)}] ` })),
  json: chain(noTime, (parts, _random, attempt) =>
    parts.map((p) =>
      p.body === ''
        ? p
        : {
            ...p,
            stamp: '',
            body: JSON.stringify({
              ts: new Date(Date.parse(attempt.started_at) + p.atMs).toISOString(),
              level: 'info',
              msg: p.body,
            }),
          },
    ),
  ),
  pipe: actor((name, rest) => `${name.padEnd(14)} | ${rest}`),
  colon: chain(
    noTime,
    actor((name, rest) => `${name}: ${rest}`),
  ),
  level: actor((name, rest) => `INFO  ${name} - ${rest}`),
  pseudo,
  english,
  'pseudo-notime': chain(pseudo, noTime, unmark),
  'tests-words': tests((ok, name, ms) => `${ok ? 'PASS' : 'FAIL'} ${name} (${(ms / 1000).toFixed(2)}s)`),
  'tests-tap': tests((ok, name, _ms, random) => `${ok ? 'ok' : 'not ok'} ${Math.floor(random() * 90) + 1} - ${name}`),
  'tests-go': tests((ok, name, ms) => `--- ${ok ? 'PASS' : 'FAIL'}: ${name} (${(ms / 1000).toFixed(2)}s)`),
  'tests-pytest': tests(
    (ok, name, ms) => `tests/test_${name.replace('.', '.py::')} ${ok ? 'PASSED' : 'FAILED'} [ ${ms % 100}%]`,
  ),
  'tests-dots': tests((ok, name) => `test ${name} ... ${ok ? 'ok' : 'FAILED'}`),
  causes,
  'causes-notime': chain(causes, noTime, unmark),
  languages,
  'languages-notime': chain(languages, noTime, unmark),
  setup: setUp,
  nosymptom: dropLines(/WARN reconcile skipped/),
  noexit: dropLines(/Process completed with exit code/),
  noise,
  shuffle,
  nolimit: noLimit,
  labels,
  unsaid: dropLines(/secret CP_ADMIN_API_TOKEN is not set/),
  hosts,
  samefailure: sameFailure,
  failingtest: failingTest,
  nohistory: (parts) => parts,
  shorthistory: (parts) => parts,
  'nohistory-noise': noise,
  all: chain(
    causes,
    setUp,
    tests((ok, name, ms) => `${ok ? 'PASS' : 'FAIL'} ${name} (${(ms / 1000).toFixed(2)}s)`),
    pseudo,
    actor((name, rest) => `${name}: ${rest}`),
    noTime,
    unmark,
    noise,
  ),
};

/** The scenario in another form, truth lines moved along. */
export function transformScenario(original: Scenario, name: string): Scenario {
  const scenario = SELECTIONS[name.split('-')[0] ?? '']?.(original) ?? original;
  const rewrite = TRANSFORMS[name];
  if (rewrite === undefined) throw new Error(`no transform ${name}; there are ${Object.keys(TRANSFORMS).join(' ')}`);
  const texts: string[] = [];
  const attempts = scenario.attempts.map((attempt, k): ScenarioAttempt => {
    const parts = rewrite(
      split(scenario.texts[k] ?? '', attempt),
      seeded(`${scenario.name}/${attempt.file}`),
      attempt,
      scenario,
    );
    texts.push(parts.map((p) => p.stamp + p.body).join('\n'));
    return {
      ...attempt,
      truth_lines: parts.flatMap((p, at) => (p.role === undefined ? [] : [{ line: at + 1, role: p.role }])),
    };
  });
  return { ...scenario, attempts, texts };
}
