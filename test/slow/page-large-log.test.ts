// A log of 1 GB in the page: opened at its last line and leapt about in, while server and tab stay small.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { findBrowser, openPage } from '../support/browser.ts';
import { makeHome, startCommand, type TestHome } from '../support/command.ts';
import { dropLogs, serveLogs } from '../support/served.ts';

const MIB = 1_048_576;
const BLOCK_LINES = 10_000;
const SIZE_BYTES = 1_000_000_000;
/** measured: 212 MiB, most of it before the collector ran; the log whole would be a gigabyte. */
const MAX_SERVER_BYTES = 350 * MIB;
/** measured: 4 MiB; a million lines as elements are some GB. */
const MAX_TAB_BYTES = 60 * MIB;

const lineOf = (n: number): string =>
  `2026-06-01T10:00:00.${String(n % 1000).padStart(3, '0')}Z worker-${n % 7} processed item ${n} in ${(n * 7_919) % 100_003} ms`;

/** Keeps the log without ever holding it; gives the number of its lines. */
async function keep(home: TestHome): Promise<number> {
  const identity = ['--repo', 'git.example.test/a/b', '--sha', 'a'.repeat(40), '--job', 'large', '--run', '1'];
  const child = startCommand(home, ['archive', '-', ...identity, '--conclusion', 'failure', '--json'], { input: '' });
  let lines = 0;
  for (let bytes = 0; bytes < SIZE_BYTES; ) {
    const block = Array.from({ length: BLOCK_LINES }, (_, at) => `${lineOf(lines + at + 1)}\n`).join('');
    lines += BLOCK_LINES;
    bytes += block.length;
    if (child.stdin?.write(block) === false) await once(child.stdin, 'drain');
  }
  child.stdin?.end();
  child.stdout?.resume();
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return lines;
}

const mostMemoryOf = (pid: number | undefined): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

const browser = await findBrowser();

test.skipIf(browser === undefined)(
  'a log of 1 GB opens at its last line and is leapt about in',
  async () => {
    const home = await makeHome();
    const lines = await keep(home);
    const served = await serveLogs(home);
    const { page, context, faults } = await openPage(browser as Browser, served.url);
    try {
      const [{ logId }] = (await served.ask('/api/attempts')).json<[{ logId: string }]>();
      await page.goto(`${served.url}/#token=${served.token}`);
      await page.waitForSelector('.search-box');
      await page.goto(`${served.url}/log/${logId}#${lines}`);
      const see = (n: number) => page.locator('.line.chosen .text', { hasText: `processed item ${n} in` }).waitFor();
      await see(lines);
      for (let leap = 1; leap <= 60; leap++) {
        const line = 1 + ((leap * 7_654_321) % lines);
        await page.evaluate(`location.hash = '#${line}'`);
        await see(line);
      }
      await page.keyboard.press('/');
      await page.keyboard.type(`processed item ${lines - 5} in`);
      await page.getByText('1', { exact: true }).and(page.locator('.found-count')).waitFor();
      const devtools = await context.newCDPSession(page);
      await devtools.send('HeapProfiler.collectGarbage');
      await devtools.send('Performance.enable');
      const { metrics } = await devtools.send('Performance.getMetrics');
      const tabBytes = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
      console.log(`server ${(mostMemoryOf(served.pid) / MIB).toFixed(0)} MiB, tab ${(tabBytes / MIB).toFixed(1)} MiB`);
      expect(mostMemoryOf(served.pid)).toBeLessThan(MAX_SERVER_BYTES);
      expect(tabBytes).toBeLessThan(MAX_TAB_BYTES);
      expect(await page.locator('.line').count()).toBeLessThan(100);
      expect(faults).toEqual([]);
    } finally {
      await browser?.close();
      await served.close();
      await dropLogs(home);
    }
  },
  3_600_000,
);
