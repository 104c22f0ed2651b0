// Made logs that behave like real ones where an index looks: few templates that repeat by Zipf's law, words of a vocabulary that
// goes on growing, ids that never come again, time stamps on every line, and logs that are mostly like the one before.
// Seeded: the same seed gives the same bytes. `node scripts/bench.mjs made-logs-check FOLDER` compares them with real ones.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomFrom } from '../test/support/random.ts';

/** chosen: close to a medium repository: most lines come from a few hundred templates, the tail is long. */
const TEMPLATES = 6_000;
const WORDS = 40_000;
/** chosen: natural words and log templates both fall about so. */
const ZIPF = 1.05;
/** chosen: templates fall more steeply, as loops print the same line again and again. */
const TEMPLATE_ZIPF = 1.3;
/** chosen: one job in so many has the time on every line, with seven digits behind the second. */
const JOBS_WITHOUT_TIMES = 2;
/** chosen: median of some 1,500 lines; one log in a hundred is thirty times as long, as in the real ones. */
const MEDIAN_LINES = 1_500;
const SPREAD = 1.4;
/** chosen: of the lines of a log that are those of the job's last one, but for their ids and times. */
const SAME_AS_LAST = 0.85;

interface MadeText {
  below(limit: number): number;
  zipf(size: number, exponent?: number): number;
}

function madeRandom(seed: number): MadeText {
  const random = randomFrom(seed);
  const unit = (): number => (random.below(0x7fffffff) + 0.5) / 0x7fffffff;
  let lastSize = 0;
  let lastExponent = 0;
  let span = 0;
  return {
    below: (limit) => random.below(limit),
    // The inverse of the continuous distribution: exact enough, and needs no table.
    zipf: (size, exponent = ZIPF) => {
      const power = 1 - exponent;
      if (size !== lastSize || exponent !== lastExponent) {
        lastSize = size;
        lastExponent = exponent;
        span = size ** power - 1;
      }
      return Math.min(size - 1, Math.floor((unit() * span + 1) ** (1 / power)) - 1);
    },
  };
}

const SYLLABLES =
  'ba con de er fi gra hi in jo ker la mo net or pa que re ser ta un ver wi ex yo zen sta cli pro log'.split(' ');

/** Word `n` of the vocabulary: the same in every log. */
export function wordOf(n: number): string {
  let text = '';
  for (let rest = n + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length))
    text += SYLLABLES[rest % SYLLABLES.length];
  return text.length < 3 ? `${text}o` : text;
}

type Slot = 'number' | 'uuid' | 'hash' | 'path' | 'duration' | 'version' | 'address' | 'word';
const SLOTS: readonly Slot[] = ['number', 'number', 'path', 'duration', 'version', 'word', 'hash', 'uuid', 'address'];

/** A line's fixed words and the places that change. */
type Template = readonly (string | { readonly slot: Slot })[];

function templateOf(n: number): Template {
  const random = madeRandom(0x5eed + n);
  const parts: Template[number][] = [];
  const level = ['INFO', 'DEBUG', '', '', '', 'WARN', 'ERROR'][random.below(7)] ?? '';
  if (level !== '') parts.push(`[${level}]`);
  for (let k = 3 + random.below(9); k > 0; k--) {
    const word = wordOf(random.zipf(WORDS));
    const shapes = [
      word,
      word,
      word,
      `${word}:`,
      `${word}.${wordOf(random.zipf(WORDS))}`,
      `${word}_${wordOf(random.zipf(WORDS))}`,
    ];
    parts.push(shapes[random.below(shapes.length)] ?? word);
    if (random.below(9) === 0) parts.push({ slot: SLOTS[random.zipf(SLOTS.length, 1.6)] ?? 'number' });
  }
  return parts;
}

function hex(random: MadeText, digits: number): string {
  let text = '';
  for (let n = 0; n < digits; n++) text += '0123456789abcdef'[random.below(16)];
  return text;
}

function fill(slot: Slot, random: MadeText): string {
  switch (slot) {
    case 'number':
      return String(random.below(10 ** (1 + random.zipf(6, 2))));
    case 'uuid':
      return [8, 4, 4, 4, 12].map((digits) => hex(random, digits)).join('-');
    case 'hash':
      return hex(random, 40);
    case 'path':
      return `/home/runner/work/${wordOf(random.zipf(200))}/${wordOf(random.zipf(2000))}.ts`;
    case 'duration':
      return `${random.below(100)}.${random.below(1000)}s`;
    case 'version':
      return `${random.below(9)}.${random.below(30)}.${random.below(20)}`;
    case 'address':
      return `10.0.${random.below(256)}.${random.below(256)}:${30_000 + random.below(30_000)}`;
    case 'word':
      return wordOf(random.zipf(WORDS * 10));
    default:
      return slot satisfies never;
  }
}

const templates: Template[] = [];

/** The text of log `n`. Logs of the same job (`n` modulo `jobs`) are much alike. */
export function madeLogText(seed: number, n: number, jobs = 20): Buffer {
  const random = madeRandom(seed * 1_000_003 + n);
  const job = madeRandom(seed * 7919 + (n % jobs));
  const isTimed = (n % jobs) % JOBS_WITHOUT_TIMES === 0;
  const isLong = random.below(100) === 0;
  const normal = Array.from({ length: 6 }, () => random.below(1000) / 1000).reduce((a, b) => a + b) - 3;
  const count = Math.round(MEDIAN_LINES * Math.exp(normal * SPREAD) * (isLong ? 30 : 1));
  const pieces: Buffer[] = [];
  let text = '';
  let timeMs = 1_777_000_000_000 + n * 600_000;
  for (let k = 0; k < count; k++) {
    timeMs += random.below(40);
    const ofJob = job.zipf(TEMPLATES, TEMPLATE_ZIPF);
    const at = random.below(1000) < SAME_AS_LAST * 1000 ? ofJob : random.zipf(TEMPLATES, TEMPLATE_ZIPF);
    templates[at] ??= templateOf(at);
    let words = '';
    for (const part of templates[at] as Template) {
      if (words !== '') words += ' ';
      words += typeof part === 'string' ? part : fill(part.slot, random);
    }
    const digits = random.below(10_000);
    if (isTimed) text += `${timeText(timeMs)}${String(digits).padStart(4, '0')}Z `;
    text += `${words}\n`;
    if (text.length < PIECE) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  pieces.push(Buffer.from(text));
  return Buffer.concat(pieces);
}

/** measured: a text of megabytes put together line by line costs more in the collector than in making it. */
const PIECE = 16_384;

let lastSecond = 0;
let lastSecondText = '';

/** `2026-04-24T03:06:40.123`: most lines are of the same second as the one before. */
function timeText(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondText = new Date(second * 1000).toISOString().slice(0, -4);
  }
  return lastSecondText + String(timeMs - second * 1000).padStart(3, '0');
}

/** Writes logs of `sizeBytes` together into `folder`, from log `first` on. */
export function writeMadeLogs(
  folder: string,
  sizeBytes: number,
  { seed, first = 0 }: { readonly seed: number; readonly first?: number },
): { readonly files: readonly string[]; readonly bytes: number } {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  let bytes = 0;
  for (let n = first; bytes < sizeBytes; n++) {
    const text = madeLogText(seed, n);
    const file = path.join(folder, `made-${String(n).padStart(7, '0')}.log`);
    writeFileSync(file, text, { flag: 'wx' });
    files.push(file);
    bytes += text.length;
  }
  return { files, bytes };
}
