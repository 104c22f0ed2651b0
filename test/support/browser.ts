// Debian's Chromium for tests of the page, started once a file; where it is missing, apt is asked for it once.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Installing it by apt took a minute on a busy machine. */
const INSTALL_LIMIT_MS = 300_000;
const run = promisify(execFile);

/**
 * The browser. undefined, after a notice, where it is not there and cannot be had; with `CI` set that is an error, since
 * a skipped test proves nothing.
 */
export async function findBrowser(): Promise<Browser | undefined> {
  try {
    const executablePath = process.env['FIRSTRED_TEST_CHROMIUM'] ?? (await findChromium());
    // Without a sandbox: tests run as root in containers, and open nothing but our own page.
    return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(
      `tests of the page are skipped, as Chromium cannot be had: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

async function findChromium(): Promise<string> {
  const installed = PLACES.find((place) => existsSync(place));
  if (installed !== undefined) return installed;
  await run('apt-get', ['update'], { timeout: INSTALL_LIMIT_MS });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { timeout: INSTALL_LIMIT_MS });
  return PLACES.find((place) => existsSync(place)) ?? '/usr/bin/chromium';
}

/** A page that notes what must not happen: errors on its console, requests to other hosts, dialogs. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong since it was opened. */
  readonly faults: string[];
}

/** A fresh window without cookies. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: [], ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(`request: ${request.url()}`);
  });
  return { page, context, faults };
}
