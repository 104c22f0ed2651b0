// Every page, light and dark, by the rules of axe: no serious and no critical finding.

import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { dropLogs, keepLogs, type Served, serveLogs } from '../support/served.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const COLOURED =
  '\u001b[31mred\u001b[0m \u001b[32mgreen\u001b[0m \u001b[33;1myellow\u001b[0m \u001b[44mon blue\u001b[0m\nerror: no space left on device\n';

const browser = await findBrowser();
let served: Served;
const ids: Record<string, string> = {};

beforeAll(async () => {
  if (browser === undefined) return;
  served = await serveLogs(
    await keepLogs([
      { file: 'colours.log', text: COLOURED, job: 'colours', conclusion: 'failure', sha: 'd'.repeat(40) },
    ]),
  );
  for (const row of (await served.ask('/api/attempts')).json<{ logId: string; job: string; attempt: number }[]>())
    ids[`${row.job}${row.attempt}`] = row.logId;
});
afterAll(async () => {
  await browser?.close();
  if (served === undefined) return;
  await served.close();
  await dropLogs(served.home);
});

/** What axe says against the page as it stands, one line a rule. */
async function findings({ page }: WatchedPage): Promise<string[]> {
  // Into the driver's own world: the page's rules let no script in.
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults;
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html.slice(0, 200)} ${node.any.map((a) => a.message).join('; ')}`).join(' | ')}`,
    );
}

const PAGES = [
  ['search', () => '/', '.search-box'],
  ['found lines', () => '/?q=docker', '.match'],
  ['nothing found', () => '/?q=nowhere+to+be+found', '.nothing'],
  ['attempts', () => '/attempts', 'li.attempt-row'],
  ['a log', () => `/log/${ids['docker1']}#40`, '.line.chosen'],
  ['a log with colours', () => `/log/${ids['colours1']}`, '.line .a-f-red'],
  ['a log that is not there', () => '/log/L00000000', '.failure'],
  ['comparing', () => `/compare/${ids['docker1']}/${ids['docker2']}`, '.half.new'],
  ['flakes', () => '/flakes', '.flake-row'],
  ['signatures', () => '/signatures', '.signature-row'],
  ['headroom', () => '/headroom', '.plot canvas'],
] as const;

describe.each([
  ['light', 1280],
  ['dark', 390],
] as const)('in %s colours at %d px', (colorScheme, width) => {
  let opened: WatchedPage;
  beforeAll(async () => {
    if (browser === undefined) return;
    opened = await openPage(browser, served.url, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    await opened.page.addInitScript({ path: AXE });
    await opened.page.goto(`${served.url}/#token=${served.token}`);
    await opened.page.waitForSelector('.search-box');
  });
  afterAll(async () => opened?.context.close());

  test.skipIf(browser === undefined).each(PAGES)('%s', async (_, path, ready) => {
    await opened.page.goto(served.url + path());
    await opened.page.locator(ready).first().waitFor();
    expect(await findings(opened)).toEqual([]);
  });

  test.skipIf(browser === undefined)('the help of keys', async () => {
    await opened.page.goto(`${served.url}/attempts`);
    await opened.page.locator('li.attempt-row').first().waitFor();
    await opened.page.keyboard.press('?');
    await opened.page.getByRole('dialog').waitFor();
    expect(await findings(opened)).toEqual([]);
  });

  test.skipIf(browser === undefined)('giving a name', async () => {
    await opened.page.goto(`${served.url}/flakes`);
    await opened.page.getByRole('button', { name: 'name it…' }).first().click();
    await opened.page.getByLabel('mechanism').waitFor();
    expect(await findings(opened)).toEqual([]);
  });

  test.skipIf(browser === undefined)('the door', async () => {
    const stranger = await openPage(browser as Browser, served.url, { colorScheme, bypassCSP: true });
    await stranger.page.addInitScript({ path: AXE });
    await stranger.page.goto(served.url);
    await stranger.page.getByLabel('token').waitFor();
    expect(await findings(stranger)).toEqual([]);
    await stranger.context.close();
  });
});
