// Many processes at once on one store and one index: writers, syncs and readers.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { attemptFlags, type CommandResult, runCommand, type TestHome } from './command.ts';
import { expectWhole, listedLogs } from './crash-checks.ts';

export interface Crowd {
  /** Processes that archive a log each. */
  readonly writers: number;
  /** How many of them are the same attempt with other bytes. */
  readonly sameAttempt: number;
  readonly syncs: number;
  readonly readers: number;
}

/** Runs them all and checks that nothing is lost, overwritten, seen twice, or refused because somebody was busy. */
export async function expectCrowd(home: TestHome, crowd: Crowd): Promise<void> {
  const writers = await Promise.all(
    Array.from({ length: crowd.writers }, async (_, n) => {
      const text = `log number ${n}\n${`line of ${n}\n`.repeat(n % 50)}`;
      const file = join(home.folder, `${n}.log`);
      await writeFile(file, text);
      const attempt = n < crowd.sameAttempt ? 1 : n + 2;
      return {
        text,
        args: ['archive', file, ...attemptFlags(attempt)],
      };
    }),
  );
  const others = [
    ...Array.from({ length: crowd.syncs }, () => ['sync', '--quiet']),
    ...Array.from({ length: crowd.readers }, (_, n) =>
      n % 2 === 0 ? ['list', '--json'] : ['search', 'log number', '--json'],
    ),
  ];
  const [written, rest] = await Promise.all([
    Promise.all(writers.map(({ args }) => runCommand(home, args))),
    Promise.all(others.map((args) => runCommand(home, args))),
  ]);
  for (const result of written) expectQuiet(result, [0]);
  for (const result of rest) expectQuiet(result, [0, 1, 21]); // a reader may come before the first log
  const { texts, audit } = await expectWhole(home);
  expect([...texts].sort()).toEqual(writers.map(({ text }) => text).sort());
  expect([audit.leftovers, audit.missingFeed]).toEqual([[], []]);
  const listed = await listedLogs(home);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).toHaveLength(new Set(writers.map(({ text }) => text)).size);
}

function expectQuiet(result: CommandResult, codes: readonly number[]): void {
  expect(result.stderr).not.toMatch(/busy|locked|SQLITE/i);
  expect(codes, result.stderr).toContain(result.code);
}
