// What `why` names, by small logs in which one thing differs.
import { describe, expect, test } from 'vitest';
import type { WhyAnswer, WhyQuestion } from '../../indexer/why/question.ts';
import { explain } from '../../indexer/why.ts';
import { questionOf, type ToldAttempt } from '../support/why-logs.ts';

const HEAD = [
  'Agent 3.1.0',
  'base image harbour/linux:22.04',
  'Using pier 18.2.1',
  'loaded secret LIGHTHOUSE_KEY: ***',
];
const CROSSING = [
  'mooring lines cast off',
  'tide table read',
  'engine warmed up',
  'course laid in',
  'ramp raised by the crew',
  'first buoy passed',
  'second buoy passed',
  'third buoy passed',
];
const TAIL = ['48 passengers ashore', 'berth cleaned'];
const FAILED = ['Error: expected ferry at berth 4, found none', 'Process completed with exit code 1'];

/** A green crossing; counters and ids differ from log to log as they do. */
const green = (n: number, more: Partial<ToldAttempt> = {}): ToldAttempt => ({
  lines: [...HEAD, ...CROSSING, `${n * 37} tickets sold`, ...TAIL],
  atMin: n * 10,
  ...more,
});
const greens = (count: number): ToldAttempt[] => Array.from({ length: count }, (_, k) => green(k + 1));

const red = (lines: readonly string[]): ToldAttempt => ({ lines: [...lines, ...FAILED, 'berth cleaned'], atMin: 500 });

const best = async (question: WhyQuestion): Promise<WhyAnswer['hypotheses'][number]> => {
  const [first] = (await explain(question)).hypotheses;
  if (first === undefined) throw new Error('there is always a hypothesis');
  return first;
};
const texts = (h: WhyAnswer['hypotheses'][number]): string[] => h.evidence.map((e) => e.text);

describe('order inversion', () => {
  const swapped = CROSSING.flatMap((line) =>
    line === 'engine warmed up'
      ? []
      : line === 'course laid in'
        ? [line, 'WARN no power for the rudder', 'engine warmed up']
        : [line],
  );

  test('two events in the order that no green attempt has are named, with both orders as evidence', async () => {
    const answer = await best(questionOf(red([...HEAD, ...swapped]), greens(5)));
    expect(answer.mechanism).toBe('order-inversion');
    expect(answer.confidence).toBeGreaterThan(0.8);
    expect(texts(answer)).toEqual(
      expect.arrayContaining(['course laid in', 'WARN no power for the rudder', 'engine warmed up']),
    );
    expect(answer.evidence.some((e) => e.ref.startsWith('green'))).toBe(true);
  });

  test('with one green attempt it is only a suspicion behind "not known", which says what it lacks', async () => {
    const answer = await explain(questionOf(red([...HEAD, ...swapped]), greens(1)));
    expect(answer.hypotheses[0]?.mechanism).toBe('unknown');
    expect(answer.hypotheses[0]?.sentence).toContain('more than one green attempt');
    expect(answer.hypotheses.map((h) => h.mechanism)).toContain('order-inversion');
  });

  test('events whose order varies among the greens are no evidence', async () => {
    const loose = greens(6).map((g, k) =>
      k % 2 === 0 ? g : { ...g, lines: [...HEAD, ...swapped.filter((l) => !l.startsWith('WARN')), ...TAIL] },
    );
    const answer = await best(questionOf(red([...HEAD, ...swapped.filter((l) => !l.startsWith('WARN'))]), loose));
    expect(answer.mechanism).toBe('unknown');
  });
});

describe('missing event', () => {
  const without = CROSSING.filter((line) => line !== 'ramp raised by the crew');

  test('what every green has and the red one passed by is named, with the green line as evidence', async () => {
    const answer = await best(questionOf(red([...HEAD, ...without]), greens(5)));
    expect(answer.mechanism).toBe('missing-event');
    expect(answer.confidence).toBeGreaterThan(0.8);
    expect(texts(answer)).toContain('ramp raised by the crew');
  });

  test('what is missing because the job stopped earlier is no cause', async () => {
    const answer = await best(questionOf(red([...HEAD, ...CROSSING.slice(0, 3)]), greens(5)));
    expect(answer.mechanism).toBe('unknown');
  });

  test('an event that some greens lack as well is no evidence', async () => {
    const others = greens(5).map((g, k) => (k === 2 ? { ...g, lines: [...HEAD, ...without, ...TAIL] } : g));
    expect((await best(questionOf(red([...HEAD, ...without]), others))).mechanism).toBe('unknown');
  });
});

describe('changed environment', () => {
  test('another version in the set-up than all greens have', async () => {
    const head = HEAD.map((line) => line.replace('22.04', '24.04'));
    const lines = [
      ...head,
      ...CROSSING.slice(0, 4),
      'rudder: error while loading shared library',
      'Process completed with exit code 1',
    ];
    const answer = await best(questionOf({ lines, atMin: 500 }, greens(5)));
    expect(answer.mechanism).toBe('environment-change');
    expect(texts(answer)).toEqual(
      expect.arrayContaining(['base image harbour/linux:24.04', 'base image harbour/linux:22.04']),
    );
  });

  test('a secret that is not there', async () => {
    const head = HEAD.map((line) =>
      line.startsWith('loaded secret') ? 'warning: secret LIGHTHOUSE_KEY is not set' : line,
    );
    const answer = await best(questionOf(red([...head, ...CROSSING]), greens(5)));
    expect(answer.mechanism).toBe('environment-change');
    expect(texts(answer)).toContain('warning: secret LIGHTHOUSE_KEY is not set');
  });

  test('a value that is another in each green attempt is no evidence', async () => {
    const versions = greens(5).map((g, k) => ({
      ...g,
      lines: g.lines.map((l) => l.replace('18.2.1', `18.2.${k + 2}`)),
    }));
    expect((await best(questionOf(red([...HEAD, ...CROSSING]), versions))).mechanism).toBe('unknown');
  });
});

describe('test order', () => {
  const tests = ['anchor', 'beacon', 'capstan', 'deck', 'engine', 'funnel', 'galley', 'hull'].map(
    (t) => `${t}.holds_fast`,
  );
  const orders = [
    [3, 1, 4, 0, 5, 2, 6, 7],
    [1, 4, 6, 3, 0, 7, 2, 5],
    [4, 3, 1, 5, 0, 6, 2, 7],
    [1, 3, 0, 4, 7, 5, 2, 6],
    [3, 4, 1, 6, 0, 2, 7, 5],
  ];
  const run = (order: readonly number[], failing?: string): string[] =>
    order.flatMap((k) => {
      const name = tests[k] ?? '';
      return name === failing
        ? [`FAIL ${name} (${k + 3}ms)`, '  expected 2 lines, found 0']
        : [`PASS ${name} (${k * 7 + 1}ms)`];
    });

  test('a test that ran before the failing one here and after it in all greens is the suspect', async () => {
    const others = orders.map((order, k) => ({ lines: [...HEAD, ...run(order), ...TAIL], atMin: k * 10 }));
    // hull ran behind anchor in every green order.
    const answer = await best(
      questionOf(red([...HEAD, ...run([3, 1, 7, 4, 0, 5, 2, 6], 'anchor.holds_fast')]), others),
    );
    expect(answer.mechanism).toBe('test-order');
    expect(texts(answer)).toContain('PASS hull.holds_fast (50ms)');
    expect(texts(answer)).toContain('FAIL anchor.holds_fast (3ms)');
  });

  test('is rejected when the tests ran in the usual order', async () => {
    const usual = [0, 1, 2, 3, 4, 5, 6, 7];
    const others = orders.map((_, k) => ({ lines: [...HEAD, ...run(usual), ...TAIL], atMin: k * 10 }));
    const answer = await explain(questionOf(red([...HEAD, ...run(usual, 'engine.holds_fast')]), others));
    expect(answer.rejected.find((r) => r.mechanism === 'test-order')?.reason).toContain('same order');
  });
});

describe('time-out', () => {
  const stamp = (seconds: number, line: string): string =>
    `2026-03-01T08:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}.0000000Z ${line}`;
  const waiting = (seconds: number): string[] => [
    ...HEAD.map((line) => stamp(1, line)),
    stamp(2, 'waiting for the tide (limit 300s)'),
    stamp(2 + seconds, 'tide is in'),
    ...[...CROSSING, ...TAIL].map((line) => stamp(3 + seconds, line)),
  ];

  test('a wait that reached its announced limit, with the share that greens used', async () => {
    const lines = [
      ...HEAD.map((line) => stamp(1, line)),
      stamp(2, 'waiting for the tide (limit 300s)'),
      stamp(302, 'gave up after 300s: still low water'),
    ];
    const answer = await best(
      questionOf(
        { lines, atMin: 500 },
        [90, 150, 270].map((s, k) => ({ lines: waiting(s), atMin: k * 10 })),
      ),
    );
    expect(answer.mechanism).toBe('timeout');
    expect(answer.facts['greenShareOfLimit']).toBeCloseTo(0.9, 2);
    expect(answer.facts['usedMs']).toBe(300_000);
  });

  test('is rejected with the headroom where the limit was not reached', async () => {
    const lines = [...waiting(93).slice(0, -2), ...FAILED.map((line) => stamp(200, line))];
    const answer = await explain(
      questionOf(
        { lines, atMin: 500 },
        [90, 150, 270].map((s, k) => ({ lines: waiting(s), atMin: k * 10 })),
      ),
    );
    expect(answer.rejected.find((r) => r.mechanism === 'timeout')?.reason).toContain('31 %');
  });

  test('a job that ran as long as it may', async () => {
    const told = { lines: [...HEAD, ...CROSSING.slice(0, 3)], atMin: 500, minutes: 60, limitMs: 3_600_000 };
    expect((await best(questionOf(told, greens(3)))).mechanism).toBe('timeout');
  });
});

describe('shared failure', () => {
  const lines = [...HEAD, ...CROSSING.slice(0, 5), 'pilot station does not answer on channel 9', ...FAILED.slice(1)];
  const neighbour = (more: Partial<ToldAttempt>): ToldAttempt => ({
    lines: ['dredging', 'pilot station does not answer on channel 9', 'Process completed with exit code 1'],
    job: 'dredge',
    sha: 'ff',
    conclusion: 'failure',
    atMin: 510,
    ...more,
  });

  test('the same failure in another job at the same time', async () => {
    const answer = await best(questionOf({ lines, atMin: 500 }, [...greens(4), neighbour({})]));
    expect(answer.mechanism).toBe('shared-failure');
    expect(answer.evidence.at(-1)).toMatchObject({ ref: 'red-5', line: 2 });
  });

  test('another job that is red for another reason is none', async () => {
    const other = neighbour({ lines: ['dredging', 'bucket chain broke', 'Process completed with exit code 1'] });
    const answer = await explain(questionOf({ lines, atMin: 500 }, [...greens(4), other]));
    expect(answer.hypotheses.map((h) => h.mechanism)).not.toContain('shared-failure');
    expect(answer.rejected.find((r) => r.mechanism === 'shared-failure')?.reason).toContain('none failed the same way');
  });

  test('the same failure half a day away is none', async () => {
    const answer = await explain(questionOf({ lines, atMin: 900 }, [...greens(4), neighbour({ atMin: 100 })]));
    expect(answer.hypotheses.map((h) => h.mechanism)).not.toContain('shared-failure');
  });

  test('jobs that were red at no such time, and jobs whose last line alone is alike, share nothing', async () => {
    const rejected = async (others: Parameters<typeof questionOf>[1]): Promise<string | undefined> =>
      (await explain(questionOf({ lines, atMin: 500 }, others))).rejected.find(
        ({ mechanism }) => mechanism === 'shared-failure',
      )?.reason;
    expect(await rejected(greens(4))).toContain('no other job was red at about the same time');
    const two = [1, 2].map((n) => neighbour({ job: `dredge-${n}`, lines: ['dredging', `bucket ${n} broke`] }));
    expect(await rejected([...greens(4), ...two])).toContain('2 attempts of other jobs were red within an hour');
  });

  test('one host that each job words in its own way', async () => {
    const own = [
      ...HEAD,
      ...CROSSING.slice(0, 5),
      'GET https://charts.harbour.example/v1 failed: 502',
      ...FAILED.slice(1),
    ];
    const other = neighbour({
      lines: ['dredging', 'error: lookup charts.harbour.example: no such host', 'exit code 1'],
    });
    const answer = await best(questionOf({ lines: own, atMin: 500 }, [...greens(4), other]));
    expect(answer.mechanism).toBe('shared-failure');
    expect(answer.facts['host']).toBe('charts.harbour.example');
  });
});

describe('exhausted resource', () => {
  test.each([
    'write log/tide.db: no space left on device',
    'listen EADDRINUSE: address already in use 127.0.0.1:4711',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'accept: too many open files',
    'Killed',
    'HTTP 429 Too Many Requests',
  ])('%s', async (line) => {
    const lines = [...HEAD, ...CROSSING.slice(0, 5), line, 'Process completed with exit code 1'];
    const answer = await best(questionOf({ lines, atMin: 500 }, greens(3)));
    expect(answer.mechanism).toBe('resource-exhaustion');
    expect(texts(answer)[0]).toBe(line);
  });

  test('words that green attempts say too are none', async () => {
    const noisy = greens(3).map((g) => ({
      ...g,
      lines: [...g.lines, 'hint: no space left on device is what you see when the disk is full'],
    }));
    const lines = [
      ...HEAD,
      ...CROSSING,
      'hint: no space left on device is what you see when the disk is full',
      ...FAILED,
    ];
    expect((await best(questionOf({ lines, atMin: 500 }, noisy))).mechanism).toBe('unknown');
  });
});

describe('regression', () => {
  const bad = (atMin: number): ToldAttempt => ({
    ...red([...HEAD, ...CROSSING]),
    sha: 'b2',
    atMin,
    conclusion: 'failure',
  });

  test('all attempts of a SHA are red alike, all before it green', async () => {
    const answer = await best(questionOf(bad(520), [...greens(4), bad(500), bad(510)]));
    expect(answer.mechanism).toBe('regression');
    expect(answer.confidence).toBeGreaterThan(0.8);
  });

  test('one red attempt of a new SHA is not enough', async () => {
    expect((await best(questionOf(bad(520), greens(4)))).mechanism).toBe('unknown');
  });

  test('a green attempt of the same SHA rejects it', async () => {
    const answer = await explain(questionOf(bad(520), [...greens(4), bad(500), green(9, { sha: 'b2', atMin: 530 })]));
    expect(answer.rejected.find((r) => r.mechanism === 'regression')?.reason).toContain('green');
  });
});

describe('not known', () => {
  test('a failure with nothing else new, and every mechanism rejected with a reason', async () => {
    const answer = await explain(questionOf(red([...HEAD, ...CROSSING]), greens(6)));
    expect(answer.hypotheses[0]).toMatchObject({ mechanism: 'unknown' });
    expect(answer.hypotheses[0]?.evidence[0]?.text).toBe(FAILED[0]);
    expect(new Set(answer.rejected.map((r) => r.mechanism)).size).toBe(8);
    expect(answer.rejected.every((r) => r.reason.length > 10)).toBe(true);
  });

  test('without any green attempt it says that it needs one', async () => {
    const answer = await best(questionOf(red([...HEAD, ...CROSSING]), []));
    expect(answer.mechanism).toBe('unknown');
    expect(answer.sentence).toContain('a green attempt of this job');
  });

  test('an empty log is answered too', async () => {
    expect((await best(questionOf({ lines: [] }, []))).mechanism).toBe('unknown');
  });
});
