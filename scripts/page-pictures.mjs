// Draws the two pictures of the page in the README: keeps the logs of the demo, serves them, and looks with Chromium.
// Build first. usage: node scripts/page-pictures.mjs [FOLDER]
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { ROOT, STEPS, withDemoHome } from './demo-steps.mjs';

const folder = process.argv[2] ?? path.join(ROOT, 'docs');
const executablePath = process.argv[3] ?? '/usr/bin/chromium';

/** What a person sees first: why a job was red beside its green attempt, and who has seen an error before. */
const PICTURES = [
  { file: 'page-compare.png', colorScheme: 'light', open: openCompare },
  { file: 'page-search.png', colorScheme: 'dark', open: openSearch },
];

await withDemoHome(async (env) => {
  for (const { line } of STEPS.filter((step) => step.line.startsWith('firstred archive'))) {
    const { status } = spawnSync('sh', ['-c', line], { cwd: ROOT, env, stdio: 'ignore' });
    if (status !== 0) throw new Error(`${line} ended with ${status}`);
  }
  const server = spawn('sh', ['-c', 'exec firstred serve'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const { value: url } = await lines.next();
    for (const { file, colorScheme, open } of PICTURES) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme });
      await page.goto(url);
      await page.locator('.search-box').waitFor();
      await open(page);
      await page.screenshot({ path: path.join(folder, file) });
      await page.close();
    }
  } finally {
    await browser.close();
    server.kill();
  }
});

async function openCompare(page) {
  await page.locator('nav a', { hasText: 'Attempts' }).click();
  await page.getByLabel('compare red with green').click();
  await page.locator('.hypothesis').first().waitFor();
  await page.locator('.half.new .text:not(.pending)').first().waitFor();
  await page.locator('.sides .badge.green').waitFor();
}

async function openSearch(page) {
  await page.locator('.search-box').fill('FAIL: TestCloud_configWithEnvVars');
  await page.locator('.timeline').waitFor();
  await page.locator('.search-box').blur();
}
