// The page against a plain <pre>: opening a log at its last line, and scrolling through it, in Chromium; then how soon
// results are on screen once the index has answered. Looked at from inside the page: the driver's own scripts took longer
// than what they watched.
// usage: node scripts/bench.mjs page [LINES]…
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { machineText, measure, spreadOf, spreadText } from './measure.ts';

const ROUNDS = 5;
const STEPS = 60;
/** On a busy machine a million lines in one element were not there after three minutes: then this counts. */
const RIVAL_LIMIT_MS = 60_000;
const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000_000, 100_000];
const MAIN = path.resolve('dist/cli/main.js');
const WEB = path.resolve('dist/web');

const folder = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
const env = {
  ...process.env,
  FIRSTRED_STORE: path.join(folder, 'store'),
  FIRSTRED_INDEX: path.join(folder, 'index.db'),
  FIRSTRED_SPOOL: path.join(folder, 'spool'),
};
const lineOf = (n: number): string =>
  `2026-06-01T10:00:00.${n % 1000}Z [worker-${n % 7}] processed item ${n} in ${(n * 37) % 900} ms`;
const fileOf = (lines: number): string => path.join(folder, `${lines}.log`);
const logs = new Map<number, string>();
for (const lines of SIZES) {
  writeFileSync(fileOf(lines), `${Array.from({ length: lines }, (_, n) => lineOf(n + 1)).join('\n')}\n`);
  const identity = ['--repo', 'git.example.test/a/b', '--sha', 'a'.repeat(40), '--job', `big${lines}`, '--run', '1'];
  const kept = await measure(process.execPath, [MAIN, 'archive', fileOf(lines), ...identity, '--json'], env);
  logs.set(lines, JSON.parse(kept.stdout)[0].logId);
}

const serving = spawn(process.execPath, [MAIN, 'serve', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const [said] = await firstLine();
const { url } = JSON.parse(said ?? '{}');
const plain = createServer((request, response) => {
  const lines = Number(request.url?.slice(1));
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(logs.has(lines) ? `<pre>${readFileSync(fileOf(lines), 'utf8')}</pre><i id="end"></i>` : '');
});
await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
const address = plain.address();
const plainUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  console.log(machineText());
  console.log(`${ROUNDS} rounds, Chromium ${browser.version()}`);
  const weights = readdirSync(WEB).map((name) => gzipSync(readFileSync(path.join(WEB, name)), { level: 9 }).length);
  console.log(
    `the page weighs ${(weights.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} kB compressed, all of its parts`,
  );
  console.log(
    `an empty page, ${STEPS} turns of the wheel: ${framesText(await emptyPage(browser))}: so much is the machine's`,
  );
  for (const [lines, logId] of logs) await compare(browser, lines, logId);
  await searching(browser);
  console.log(machineText());
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

/** A window that is signed in, and what its pages tell by `tell(…)`. */
async function openWindow(chrome: Browser, script: string): Promise<{ page: Page; told: () => Promise<number[]> }> {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  let take = (_: number[]): void => undefined;
  await page.exposeBinding('tell', (_, ...times: number[]) => take(times));
  await page.goto(url);
  await page.locator('.search-box').waitFor();
  await page.addInitScript(script);
  return { page, told: () => new Promise((resolve) => (take = resolve)) };
}

/** Looks before every picture whether `is` holds, then tells when, and when anything was first drawn. */
function whenSeen(is: string): string {
  return `{
    const look = () => {
      if (!(${is})) return requestAnimationFrame(look);
      setTimeout(() => tell(performance.now(), performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN));
    };
    requestAnimationFrame(look);
  }`;
}

async function compare(chrome: Browser, lines: number, logId: string): Promise<void> {
  const there = `document.querySelector('.line.chosen .text')?.textContent.includes('item ${lines} ')`;
  const { page, told } = await openWindow(chrome, whenSeen(there));
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const [ours, first, work, theirs]: number[][] = [[], [], [], []];
  const frames: Frames[] = [];
  const theirFrames: Frames[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto('about:blank');
    const seen = told();
    await page.goto(new URL(`/log/${logId}#${lines}`, url).href, { waitUntil: 'commit' });
    const [ms = Number.NaN, firstMs = Number.NaN] = await seen;
    ours?.push(ms);
    first?.push(firstMs);
    const { metrics } = await devtools.send('Performance.getMetrics');
    const seconds = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    work?.push(1000 * (seconds('ScriptDuration') + seconds('LayoutDuration') + seconds('RecalcStyleDuration')));
    frames.push(await scroll(page, '.long-list'));
    if (theirs?.some((each) => each >= RIVAL_LIMIT_MS)) continue;
    const rival = await openPlain(chrome, lines);
    theirs?.push(rival.ms);
    if (rival.frames !== undefined) theirFrames.push(rival.frames);
  }
  await page.context().close();
  const gaveUp = theirs?.some((ms) => ms >= RIVAL_LIMIT_MS) ? 'given up after ' : '';
  console.log(`${lines.toLocaleString('en')} lines, ${(statSync(fileOf(lines)).size / 1e6).toFixed(0)} MB`);
  console.log(`  first content: ${spreadText(first ?? [], 0)} ms`);
  console.log(
    `  open at the last line: ${spreadText(ours ?? [], 0)} ms, of it scripts, styles and layout ${spreadText(work ?? [], 0)} ms; plain <pre>: ${gaveUp}${spreadText(theirs ?? [], 0)} ms, ${(spreadOf(theirs ?? []).median / spreadOf(ours ?? []).median).toFixed(1)} × the time`,
  );
  console.log(`  ${STEPS} turns of the wheel: ${framesText(frames)}; plain <pre>: ${framesText(theirFrames)}`);
}

/** The same log in a plain `<pre>`, shown at its end; without frames when it did not come in time. */
async function openPlain(chrome: Browser, lines: number): Promise<{ readonly ms: number; readonly frames?: Frames }> {
  const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  const since = performance.now();
  try {
    await page.goto(plainUrl + lines, { timeout: RIVAL_LIMIT_MS });
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

/** What a page that draws nothing loses to the machine's other work. */
async function emptyPage(chrome: Browser): Promise<Frames[]> {
  const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  await page.setContent('<p style="height: 100000px">nothing</p>');
  const frames: Frames[] = [];
  for (let round = 0; round < ROUNDS; round++) frames.push(await scroll(page, 'html'));
  await page.close();
  return frames;
}

/** From the last byte of the index's answer to the picture that shows it; the answer is one of two hundred lines. */
async function searching(chrome: Browser): Promise<void> {
  const shown = `document.querySelectorAll('.match').length > 0 && document.querySelector('.base-rate')`;
  const answered = `performance.getEntriesByType('resource').findLast((each) => each.name.includes('/api/search')).responseEnd`;
  const script = `if (location.search !== '') { ${whenSeen(shown).replace('tell(performance.now(),', `tell(performance.now() - ${answered},`)} }`;
  const { page, told } = await openWindow(chrome, script);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    await page.goto('about:blank');
    const seen = told();
    await page.goto(new URL(`/?q=item+${100 + round}`, url).href, { waitUntil: 'commit' });
    times.push((await seen)[0] ?? Number.NaN);
  }
  await page.context().close();
  console.log(`results on screen after the answer of the index: ${spreadText(times, 0)} ms`);
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
