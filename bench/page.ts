// The page against a plain <pre>: opening a log of a million lines at its last one, and scrolling through it, in Chromium.
// usage: node scripts/bench.mjs page [LINES]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { machineText, measure, spreadOf, spreadText } from './measure.ts';

const ROUNDS = 3;
const STEPS = 60;
/** On a busy machine a million lines in one element were not there after three minutes: then this counts. */
const RIVAL_LIMIT_MS = 60_000;
const LINES = Number(process.argv[2] ?? 1_000_000);
const MAIN = path.resolve('dist/cli/main.js');
const WEB = path.resolve('dist/web');

const folder = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
const env = {
  ...process.env,
  FIRSTRED_STORE: path.join(folder, 'store'),
  FIRSTRED_INDEX: path.join(folder, 'index.db'),
  FIRSTRED_SPOOL: path.join(folder, 'spool'),
};
const log = path.join(folder, 'big.log');
const lineOf = (n: number): string =>
  `2026-06-01T10:00:00.${n % 1000}Z [worker-${n % 7}] processed item ${n} in ${(n * 37) % 900} ms`;
writeFileSync(log, `${Array.from({ length: LINES }, (_, n) => lineOf(n + 1)).join('\n')}\n`);
const identity = [
  '--repo',
  'git.example.test/a/b',
  '--sha',
  'a'.repeat(40),
  '--job',
  'big',
  '--run',
  '1',
  '--attempt',
  '1',
];
const kept = await measure(process.execPath, [MAIN, 'archive', log, ...identity, '--json'], env);
const [{ logId }] = JSON.parse(kept.stdout);

const serving = spawn(process.execPath, [MAIN, 'serve', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const [said] = await firstLine();
const { url } = JSON.parse(said ?? '{}');
const plain = createServer((request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(request.url === '/log' ? `<pre>${readFileSync(log, 'utf8')}</pre><i id="end"></i>` : '');
});
await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
const address = plain.address();
const plainUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/log`;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  console.log(machineText());
  console.log(
    `${LINES.toLocaleString('en')} lines, ${(readFileSync(log).length / 1e6).toFixed(0)} MB, ${ROUNDS} rounds, Chromium ${browser.version()}`,
  );
  const weight = ['index.html', 'page.js', 'page.css', 'icon.svg'].map(
    (name) => gzipSync(readFileSync(path.join(WEB, name)), { level: 9 }).length,
  );
  console.log(`the page weighs ${(weight.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} kB compressed`);
  await compare(browser);
} finally {
  await browser.close();
  serving.kill();
  plain.close();
  rmSync(folder, { recursive: true, force: true });
}

async function firstLine(): Promise<string[]> {
  for await (const line of createInterface({ input: serving.stdout })) return [line];
  return [];
}

async function compare(chrome: Browser): Promise<void> {
  const ours: number[] = [];
  const first: number[] = [];
  const theirs: number[] = [];
  const frames: Frames[] = [];
  const theirFrames: Frames[] = [];
  const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await page.locator('.search-box').waitFor();
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto('about:blank');
    const started = performance.now();
    await page.goto(new URL(`/log/${logId}#${LINES}`, url).href);
    first.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"));
    await page.locator('.line.chosen .text', { hasText: `processed item ${LINES} ` }).waitFor();
    ours.push(performance.now() - started);
    frames.push(await scroll(page, '.long-list'));
    if (theirs.some((ms) => ms >= RIVAL_LIMIT_MS)) continue;
    const rival = await openPlain(chrome);
    theirs.push(rival.ms);
    if (rival.frames !== undefined) theirFrames.push(rival.frames);
  }
  console.log(`first content: ${spreadText(first, 0)} ms`);
  console.log(
    `open at the last line: ${spreadText(ours, 0)} ms; plain <pre>: ${theirs.some((ms) => ms >= RIVAL_LIMIT_MS) ? 'given up after ' : ''}${spreadText(theirs, 0)} ms; ${(spreadOf(theirs).median / spreadOf(ours).median).toFixed(1)} × the time`,
  );
  console.log(`scrolling, ${STEPS} wheel turns: ${framesText(frames)}; plain <pre>: ${framesText(theirFrames)}`);
}

/** The same log in a plain `<pre>`, shown at its end; without frames when it did not come in time. */
async function openPlain(chrome: Browser): Promise<{ readonly ms: number; readonly frames?: Frames }> {
  const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  const since = performance.now();
  try {
    await page.goto(plainUrl, { timeout: RIVAL_LIMIT_MS });
    await page.evaluate("document.getElementById('end').scrollIntoView()");
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const ms = performance.now() - since;
    return { ms, frames: await scroll(page, 'html') };
  } catch {
    return { ms: RIVAL_LIMIT_MS };
  } finally {
    await page.close();
  }
}

interface Frames {
  readonly long: number;
  readonly longestMs: number;
}

/** Turns the wheel and watches how long each picture takes: more than 50 ms is a dropped one. */
async function scroll(page: Page, where: string): Promise<Frames> {
  await page.locator(where).first().hover();
  await page.evaluate(`
    window.frames_ = [];
    let before = performance.now();
    const look = (now) => { window.frames_.push(now - before); before = now; window.going_ = requestAnimationFrame(look); };
    requestAnimationFrame((now) => { before = now; requestAnimationFrame(look); });
  `);
  for (let step = 0; step < STEPS; step++) await page.mouse.wheel(0, step < STEPS / 2 ? -240 : 200);
  const times = (await page.evaluate('cancelAnimationFrame(window.going_), window.frames_')) as number[];
  return { long: times.filter((ms) => ms > 50).length, longestMs: Math.max(0, ...times) };
}

function framesText(runs: readonly Frames[]): string {
  if (runs.length === 0) return 'not to be had';
  return `${spreadText(
    runs.map((run) => run.long),
    0,
  )} pictures over 50 ms, the longest ${spreadText(
    runs.map((run) => run.longestMs),
    0,
  )} ms`;
}
