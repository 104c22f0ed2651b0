// The page in a real browser: every part with real logs, hostile ones that must run nothing, links, back, keyboard.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { dropLogs, keepLogs, type Served, serveLogs, XSS } from '../support/served.ts';

const hostile: { cases: { input: string; html?: { textContains?: string[] } }[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/hostile-output.json'), 'utf8'),
);
const TAGS =
  '<script>window.pwned=1</script>\n<img src=x onerror="window.pwned=2">\n</code><svg onload=window.pwned=3>\n';
const HOSTILE_LOG = `${TAGS}${hostile.cases.map((each) => each.input).join('\n')}\nError: hostile ${XSS}\n`;
/** Rows of 18 px: more than the tallest element that a list may have, so its bar is scaled. */
const MANY = 600_000;
const MANY_LOG = `${Array.from({ length: MANY }, (_, n) => (n % 200_000 === 99 ? `error: task ${n + 1} failed` : `line ${n + 1}`)).join('\n')}\n`;
const LONG_LOG = `before\n${'abcdefghi '.repeat(500_000)}\nafter\n`;

const browser = await findBrowser();
let served: Served;
let opened: WatchedPage;
const ids: Record<string, string> = {};

beforeAll(async () => {
  if (browser === undefined) return;
  const sha = (n: number) => `${'c'.repeat(39)}${n}`;
  const home = await keepLogs([
    {
      file: 'hostile.log',
      text: HOSTILE_LOG,
      job: XSS,
      branch: XSS,
      url: 'javascript:window.pwned=7',
      conclusion: 'failure',
      sha: sha(1),
    },
    { file: 'many.log', text: MANY_LOG, job: 'many', conclusion: 'failure', sha: sha(2) },
    { file: 'long.log', text: LONG_LOG, job: 'long', conclusion: 'success', sha: sha(3) },
  ]);
  served = await serveLogs(home);
  for (const row of (await served.ask('/api/attempts')).json<{ logId: string; job: string; attempt: number }[]>())
    ids[row.job === XSS ? 'hostile' : row.job === 'docker' ? `docker${row.attempt}` : row.job] = row.logId;
  opened = await openPage(browser, served.url);
  await opened.page.goto(`${served.url}/#token=${served.token}`);
  await opened.page.waitForSelector('.search-box');
});
afterAll(async () => {
  await browser?.close();
  if (served === undefined) return;
  await served.close();
  await dropLogs(served.home);
});

const go = async (path: string): Promise<Page> => {
  await opened.page.goto(served.url + path);
  return opened.page;
};
const pageTest = (name: string, run: (browser: Browser) => Promise<void>) =>
  test.skipIf(browser === undefined)(name, async () => {
    await run(browser as Browser);
    if (opened !== undefined) expect(opened.faults).toEqual([]);
  });
const line = (page: Page, n: number) => page.locator('.line', { has: page.locator(`.number:text-is("${n}")`) });

describe('the door', () => {
  pageTest('the outline that comes with the document is what the code draws in its place', async () => {
    const links = () =>
      opened.page
        .locator('nav.top a')
        .evaluateAll((all) => all.map((a) => `${a.getAttribute('href')} ${a.textContent?.trim()}`));
    const drawn = await links();
    const outline = [
      ...(await served.ask('/')).body.toString().matchAll(/<a (?:class="brand" )?href="([^"]+)">([^<]+)/g),
    ];
    expect(outline.length).toBeGreaterThan(4);
    expect(outline.map(([, href, words]) => `${href} ${words}`)).toEqual(drawn);
  });

  pageTest('the token leaves the address, and the next visit needs none', async () => {
    const { page } = opened;
    expect(new URL(page.url()).hash).toBe('');
    await page.reload();
    await page.waitForSelector('.search-box');
  });

  pageTest('without the token nothing is shown but the question for it', async (it) => {
    const stranger = await openPage(it, served.url);
    await stranger.page.goto(`${served.url}/log/${ids['docker1']}#5`);
    await stranger.page.getByLabel('token').fill('wrong');
    await stranger.page.getByRole('button', { name: 'open' }).click();
    await stranger.page.getByText('this is not the token').waitFor();
    await stranger.page.getByLabel('token').fill(served.token);
    await stranger.page.getByRole('button', { name: 'open' }).click();
    await line(stranger.page, 5).waitFor();
    await stranger.context.close();
  });
});

describe('search', () => {
  pageTest('results come as one types; a match leads to its line, and back leads back', async () => {
    const page = await go('/');
    await page.locator('.search-box').pressSequentially('content descriptor', { delay: 5 });
    await page.locator('.match mark').first().waitFor();
    expect(await page.locator('.match mark').first().textContent()).toBe('content descriptor');
    expect(await page.locator('.base-rate').textContent()).toMatch(/in 1 of 5 attempts: ✗ 1 of 3 red, ✓ 0 of 2 green/);
    expect(new URL(page.url()).search).toBe('?q=content+descriptor');
    const number = await page.locator('.match .number').first().textContent();
    await page.locator('.match').first().click();
    await page.locator('.line.chosen').waitFor();
    expect(new URL(page.url()).hash).toBe(`#${number}`);
    await page.locator('.line.chosen', { hasText: 'content descriptor' }).waitFor();
    await page.goBack();
    await page.locator('.match mark').first().waitFor();
    expect(await page.locator('.search-box').inputValue()).toBe('content descriptor');
  });

  pageTest('a filter of the command line becomes a chip that can be taken away; a newer question wins', async () => {
    const page = await go('/');
    await page.locator('.search-box').fill('Prepare workflow --conclusion green ');
    await page.locator('.group .badge.green').first().waitFor();
    expect(await page.locator('.badge.red').count()).toBe(0);
    await page.getByRole('button', { name: '✓ green' }).click();
    await page.locator('.group .badge.red').first().waitFor();
    await page.locator('.search-box').fill('docker --job docker x');
    await page.getByRole('button', { name: 'remove job docker' }).waitFor();
    await page.locator('.search-box').fill('nowhere to be found');
    await page.getByText('No kept log has this.').waitFor();
    await page.locator('.search-box').fill('[');
    await page.getByLabel('regular expression').click();
    await page.locator('.failure').waitFor();
    opened.faults.length = 0; // the browser notes the refused question (400) on its console
  });
});

describe('a log', () => {
  pageTest('opens at the line of the address, of six hundred thousand, by the frames it needs', async () => {
    const asked: string[] = [];
    opened.page.on('request', (request) => asked.push(request.url()));
    const page = await go(`/log/${ids['many']}#${MANY}`);
    await line(page, MANY)
      .filter({ hasText: `line ${MANY}` })
      .waitFor();
    expect(await page.locator('.line').count()).toBeLessThan(100);
    expect(asked.filter((url) => url.includes('/lines')).length).toBeLessThan(4);
  });

  pageTest('scrolls through all of it by keys, wheel and bar, and finds in it through the index', async () => {
    const page = await go(`/log/${ids['many']}`);
    await line(page, 1).waitFor();
    await page.keyboard.press('End');
    await line(page, MANY).waitFor();
    await page.keyboard.press('k');
    await page.locator('.line.chosen', { hasText: `line ${MANY - 1}` }).waitFor();
    await page.keyboard.press('Home');
    await line(page, 1).waitFor();
    await page.locator('.long-list').hover();
    await page.mouse.wheel(0, 180);
    await line(page, 45).waitFor();
    expect(await line(page, 1).isVisible()).toBe(false);
    await page.locator('.long-list').evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    await expect
      .poll(async () =>
        Math.abs(Number((await page.locator('.line .number').first().textContent())?.replace(/\D/g, '')) - MANY / 2),
      )
      .toBeLessThan(1_000);
    await page.keyboard.press('/');
    await page.keyboard.type('task 200100');
    await page.getByText('1', { exact: true }).and(page.locator('.found-count')).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.line.chosen mark').waitFor();
    expect(new URL(page.url()).hash).toBe('#200100');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('e');
    await expect.poll(() => new URL(page.url()).hash).toBe('#100');
  });

  pageTest('steps fold, lines are chosen to be copied as a REF, and a link to them opens', async () => {
    const page = await go(`/log/${ids['docker1']}#3`);
    await line(page, 3).waitFor();
    await page.locator('.line .number', { hasText: /^6$/ }).click({ modifiers: ['Shift'] });
    await expect.poll(() => new URL(page.url()).hash).toBe('#3-6');
    expect(await page.locator('.line.chosen').count()).toBe(4);
    expect(await page.locator('.ref code').textContent()).toBe(`${ids['docker1']}:3-6`);
    await page.getByRole('button', { name: 'fold all' }).click();
    const step = page.locator('.step').first();
    await step.and(page.locator('[aria-expanded="false"]')).waitFor();
    await step.click();
    await step.and(page.locator('[aria-expanded="true"]')).waitFor();
    const fresh = await go(`/log/${ids['docker1']}#214-220`);
    await line(fresh, 214).waitFor();
    expect(await fresh.locator('.line.chosen').count()).toBe(7);
  });

  pageTest('a line of five megabytes is shown in part, and more on demand', async () => {
    const page = await go(`/log/${ids['long']}`);
    await line(page, 3).waitFor();
    const text = line(page, 2).locator('.text');
    const before = (await text.textContent())?.length ?? 0;
    expect(before).toBeLessThan(5_000);
    await text.locator('.more').click();
    await expect.poll(async () => (await text.textContent())?.length ?? 0).toBeGreaterThan(before * 10);
    await page.getByRole('button', { name: 'wrap' }).click();
    await line(page, 1).waitFor();
  });
});

describe('comparing', () => {
  pageTest('why stands on top with links, then both sides, differences or all', async () => {
    const page = await go('/attempts');
    await page.getByLabel('compare red with green').click();
    await page.locator('.why .hypothesis').first().waitFor();
    await page.locator('.half.new').first().waitFor();
    expect(await page.locator('.half.red .mark', { hasText: '+' }).count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'steps' }).click();
    await page.locator('.step-bars tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'differences only' }).click();
    await page.getByRole('button', { name: 'all lines' }).waitFor();
    await page.locator('.half.new').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.locator('.half.red .number[aria-label="line 1 of red"]').waitFor();
    await page.locator('.half.green .number[aria-label="line 1 of green"]').waitFor();
    await page.locator('.long-list').click({ position: { x: 300, y: 60 } });
    await page.keyboard.press('n');
    await page.locator('.half.missing').first().waitFor();
    await page.locator('.half.missing .number').first().click();
    await page.locator('.line.chosen').waitFor();
    await page.goBack();
    await page.locator('.why .hypothesis').first().waitFor();
  });
});

describe('tables', () => {
  pageTest('attempts by keyboard: rows, the newest attempt, cells of red and green', async () => {
    const page = await go('/attempts');
    await page.locator('li.attempt-row').first().waitFor();
    expect(await page.locator('.cell').allTextContents()).toEqual(expect.arrayContaining(['✗1', '✓2']));
    await page.keyboard.press('j');
    await page.locator('li.attempt-row.current').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.log-head').waitFor();
    await page.goBack();
    await page.locator('.search-box').fill('docker');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('li.attempt-row').count()).toBe(1);
  });

  pageTest('flakes by cost; a name given here is there at once', async () => {
    const page = await go('/flakes');
    await page.getByText('10m 00s').first().waitFor();
    await page.getByRole('button', { name: 'name it…' }).first().click();
    await page.getByLabel('mechanism').selectOption('missing-event');
    await page.getByLabel('issue').fill('https://git.example.test/acme/app/issues/7');
    await page.getByRole('button', { name: 'name it', exact: true }).click();
    await page.locator('.card .mechanism').waitFor();
    expect(await page.locator('.card a[target="_blank"]').getAttribute('href')).toBe(
      'https://git.example.test/acme/app/issues/7',
    );
    await go('/signatures');
    await page.locator('.signature-row').first().waitFor();
  });

  pageTest('headroom draws the durations of a job, and of a step', async () => {
    const page = await go('/headroom');
    await page.locator('.plot canvas').waitFor();
    expect(await page.locator('.headroom-table tbody tr').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'by step' }).click();
    await page.locator('.headroom-table th a').nth(1).click();
    const step = await page.locator('.headroom-table tr.current th a').textContent();
    await page.locator('.job-plot b', { hasText: `${step} of docker` }).waitFor();
    await page.locator('.plot canvas').waitFor();
  });

  pageTest('keys lead everywhere, and the help lists them', async () => {
    const page = await go('/');
    await page.locator('.search-box').press('Escape');
    for (const [key, path] of [
      ['a', '/attempts'],
      ['f', '/flakes'],
      ['e', '/signatures'],
      ['h', '/headroom'],
      ['s', '/'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await expect.poll(() => new URL(page.url()).pathname).toBe(path);
      if (path === '/') await page.locator('.search-box:focus').waitFor(); // it takes the keyboard when it comes
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('hostile logs and names', () => {
  pageTest('run nothing, hide nothing and load nothing, on any page', async () => {
    for (const [path, ready] of [
      [`/log/${ids['hostile']}`, '.line .text:not(.pending)'],
      ['/attempts', 'li.attempt-row'],
      ['/?q=hostile', '.match'],
      ['/?q=onerror', '.match'],
      [`/compare/${ids['hostile']}/${ids['docker2']}`, '.half .text:not(.pending)'],
      ['/signatures', '.signature-row'],
      ['/headroom', '.headroom-table'],
      [`/log/${encodeURIComponent(XSS)}`, '.failure'],
      [`/?q=${encodeURIComponent(XSS)}`, '.match'],
    ] as const) {
      const page = await go(path);
      await page.locator(ready).first().waitFor();
      expect(await page.evaluate('window.pwned'), path).toBeUndefined();
      expect(await page.locator('#page img, #page script, #page iframe, a[href^="javascript"]').count(), path).toBe(0);
    }
    opened.faults.splice(
      0,
      opened.faults.length,
      ...opened.faults.filter((fault) => !/status of 400|status of 404/.test(fault)),
    );
  });

  pageTest('their text is there, with classes of the fixed palette alone', async () => {
    const page = await go(`/log/${ids['hostile']}`);
    await page.locator('.line .text:not(.pending)').first().waitFor();
    const shown = (await page.locator('.line .text').allTextContents()).join('\n');
    for (const tag of TAGS.trim().split('\n')) expect(shown).toContain(tag);
    const first = hostile.cases.slice(0, 4).flatMap((each) => each.html?.textContains ?? []);
    expect(first.length).toBeGreaterThan(0);
    for (const text of first) expect(shown).toContain(text);
    expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    const classes = await page
      .locator('.line .text span')
      .evaluateAll((spans) => spans.flatMap((span) => [...span.classList]));
    expect(
      classes.filter(
        (each) =>
          !/^a-(f|b)-(black|red|green|yellow|blue|magenta|cyan|white)$|^a-(bold|dim|italic|underline|reverse|strikethrough)$|^(stamp|date)$/.test(
            each,
          ),
      ),
    ).toEqual([]);
    expect(await page.locator('.line [style]').count()).toBe(0);
  });
});

describe('small and dark', () => {
  pageTest('at 390 px nothing is wider than the screen', async (it) => {
    const small = await openPage(it, served.url, { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    await small.page.goto(`${served.url}/#token=${served.token}`);
    await small.page.waitForSelector('.search-box');
    for (const [path, ready] of [
      ['/?q=docker', '.match'],
      ['/attempts', 'li.attempt-row'],
      [`/log/${ids['docker1']}#40`, '.line.chosen'],
      [`/compare/${ids['docker1']}/${ids['docker2']}`, '.half.new'],
      ['/flakes', '.flake-row'],
      ['/signatures', '.signature-row'],
      ['/headroom', '.plot canvas'],
    ] as const) {
      await small.page.goto(served.url + path);
      await small.page.locator(ready).first().waitFor();
      expect(await small.page.locator('html').evaluate((element) => element.scrollWidth), path).toBeLessThanOrEqual(
        390,
      );
      expect(await small.page.locator('main').evaluate((element) => element.scrollWidth), path).toBeLessThanOrEqual(
        390,
      );
    }
    expect(small.faults).toEqual([]);
    await small.context.close();
  });
});
