// What is fuzzed: everything that reads what others wrote. A target may refuse an input by an AppError; anything else
// that it throws, and any rule that it breaks, is a find.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { CommandInput } from '../../cli/command.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../../cli/filters.ts';
import { parseRef } from '../../cli/refs.ts';
import { parseSizeBytes } from '../../cli/sizes.ts';
import { parseDurationMs, parseTimeMs } from '../../cli/times.ts';
import { parseDelivery } from '../../forge/webhook.ts';
import { unpackFrameTable } from '../../indexer/frame-table-blob.ts';
import { readLines } from '../../indexer/lines.ts';
import { createLogDigester } from '../../indexer/log-digest.ts';
import { parseQuery } from '../../indexer/query.ts';
import { parseRuleFile } from '../../indexer/rule-file.ts';
import { templateOf } from '../../indexer/templates.ts';
import { AppError } from '../../store/errors.ts';
import {
  decodeFrameTable,
  decodeSideTable,
  encodeLineTable,
  encodeSeekTable,
  encodeSideTable,
  frameTableOf,
} from '../../store/frame-table.ts';
import { decodeLineTimes, LineTimes } from '../../store/line-times.ts';
import { keysOfManifest } from '../../store/manifest.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { parseJsonObject, parseManifest } from '../../store/manifest-schema.ts';
import { fenceText, inlineCode } from '../../store/markdown-text.ts';
import { showText } from '../../store/visible-text.ts';
import { makeManifest } from '../support/manifests.ts';
import { maskChunks } from '../support/mask-text.ts';
import { mutatedBytes, mutatedJson, piecewise } from './mutations.ts';
import { FILTER_PIECES, LOG_PIECES, MASK_PIECES, PATTERN_PIECES, REF_PIECES } from './pieces.ts';

/** One parser with its inputs. */
export interface FuzzTarget {
  readonly name: string;
  /** Runs one property over so many inputs; throws what fast-check found. */
  run(options: fc.Parameters<[unknown]>): void;
}

const target = <T>(name: string, inputs: fc.Arbitrary<T>, body: (input: T) => void): FuzzTarget => ({
  name,
  run: (options) =>
    fc.assert(
      fc.property(inputs, (input) => {
        try {
          body(input);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }),
      options as fc.Parameters<[T]>,
    ),
});

const ensure = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

const manifest = makeManifest();
const manifests = target('manifest', mutatedJson(JSON.parse(manifestToJson(manifest))), (text) => {
  const read = parseManifest(Buffer.from(text), 'logs/x.json');
  // What is believed names keys below the own prefix, and only safe ones.
  for (const key of Object.values(keysOfManifest(read)))
    ensure(/^logs\/[A-Za-z0-9._%/-]+$/.test(key) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(key), `key ${key}`);
  parseManifest(Buffer.from(manifestToJson(read)), 'again');
});
const jsonObjects = target('json object', mutatedJson({ format: 1, a: { b: [1] } }), (text) => {
  const read = parseJsonObject(Buffer.from(text));
  ensure(({} as Record<string, unknown>)['polluted'] === undefined, 'a prototype was changed');
  ensure(read === undefined || !Object.hasOwn(read, '__proto__'), '__proto__ got through');
});

const rows = [
  { objectBytes: 900, textBytes: 262_144, lineEnds: 40, continues: false },
  { objectBytes: 20, textBytes: 100, lineEnds: 3, continues: true },
];
const seek = encodeSeekTable(rows as never, [30]);
const table = frameTableOf(rows as never);
const lineTable = encodeLineTable(table);
const frameTables = target(
  'frame tables',
  fc.tuple(
    mutatedBytes(lineTable),
    mutatedBytes(seek),
    fc.constantFrom(2, 2, 2, 0, 1, 3, 2 ** 31),
    fc.constantFrom(262_244, 0, -1, 2 ** 40),
  ),
  ([lines, seeks, frames, textBytes]) => {
    const read = decodeFrameTable(lines, seeks, { frames, textBytes, seekTableStart: 2_000 });
    ensure(read.count === frames && read.objectStart.length >= frames, 'another number of frames');
    for (let n = 0; n < read.count; n++) ensure((read.objectEnd[n] ?? -1) <= 2_000, 'a frame beyond its object');
  },
);
const times = new LineTimes(1_700_000_000_000);
times.add('stdout', 3, 1_700_000_000_100);
times.add('stderr', 1, 1_700_000_000_900);
const timesTable = times.end(4) ?? new Uint8Array();
const sideTables = target(
  'line times',
  fc.tuple(mutatedBytes(encodeSideTable(timesTable)), mutatedBytes(timesTable)),
  ([whole, content]) => {
    for (const read of [() => decodeLineTimes(decodeSideTable(whole), 4), () => decodeLineTimes(content, 4)]) {
      try {
        ensure(read().reduce((sum, row) => sum + row.lines, 0) === 4, 'other lines than the text has');
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  },
);
/** Our own cache of what a store said: damage is found, never read past its end. */
const blobs = target('frame table of the index', mutatedBytes(new Uint8Array(48)), (bytes) => {
  try {
    unpackFrameTable(bytes);
  } catch (error) {
    ensure(error instanceof AppError || error instanceof RangeError, String(error));
  }
});

const logs = target(
  'lines, templates and signatures of a log',
  fc.tuple(piecewise(LOG_PIECES, 60), fc.nat()),
  ([text, at]) => {
    const bytes = Buffer.from(text);
    const lines = readLines('x', bytes);
    const ends = bytes.filter((byte) => byte === 0x0a).length;
    ensure(
      lines.count === ends + (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 1 : 0),
      `${lines.count} lines, ${ends} ends`,
    );
    for (let line = 1; line <= lines.count; line++) {
      lines.text(line);
      lines.template(line);
      lines.timeMs(line);
    }
    const digester = createLogDigester();
    const cut = at % (bytes.length + 1);
    digester.push(bytes.subarray(0, cut));
    digester.push(bytes.subarray(cut));
    digester.end();
    templateOf(text);
  },
);
const shown = target('text shown', piecewise(LOG_PIECES, 30), (text) => {
  for (const colour of [true, false]) {
    const out = showText(text, { colour });
    ensure(
      !/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/.test(out),
      'a control came out',
    );
    ensure(colour || !out.includes('\u001b'), 'an escape came out');
  }
  const fence = fenceText(text);
  ensure(
    !fence
      .slice(0, -1)
      .split('\n')
      .slice(1, -1)
      .includes(fence.split('\n')[0]?.replace(/[^`]/g, '') ?? '?'),
    'a fence was closed',
  );
  inlineCode(text);
});

const refs = target('REF', piecewise(REF_PIECES, 10), (text) => {
  const ref = parseRef(text);
  if (ref.kind === 'kept' && ref.lines !== undefined)
    ensure(ref.lines.first >= 1 && ref.lines.last >= ref.lines.first, 'lines');
});
const inputOf = (values: Readonly<Record<string, string>>): CommandInput => ({
  arguments: [],
  text: (name) => values[name],
  flag: () => false,
  isOff: () => false,
  list: (name) => (values[name] === undefined ? [] : [values[name]]),
});
const names = fc.constantFrom(...FILTER_OPTIONS.map(({ flags }) => /^--(\w+)/.exec(flags)?.[1] ?? ''));
const filters = target(
  'filters, times and sizes',
  fc.dictionary(names, piecewise(FILTER_PIECES, 5), { noNullPrototype: true }),
  (values) => {
    const each: (() => unknown)[] = [
      () => readFilter(inputOf(values), 1_700_000_000_000),
      () => readLimit(inputOf(values)),
      ...Object.values(values).flatMap((text) => [
        () => ensure(Number.isFinite(parseDurationMs(text)), `duration ${text}`),
        () => ensure(Number.isFinite(parseTimeMs(text, 1_700_000_000_000)), `time ${text}`),
        () => ensure(parseSizeBytes(text) >= 0, `size ${text}`),
      ]),
    ];
    for (const step of each) {
      try {
        step();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  },
);
const queries = target(
  'query',
  fc.tuple(piecewise(PATTERN_PIECES, 12), fc.boolean(), fc.boolean()),
  ([text, regex, word]) => {
    parseQuery(text, { regex, word, visible: false, letterCase: 'smart' });
  },
);
const rules = target('rules', mutatedJson({ rules: [{ id: 'x', pattern: 'a+b', weight: 1, why: 'w' }] }), (text) => {
  parseRuleFile(text, 'rules.json');
});

const SECRET = 'fuzz';
const JOB = {
  action: 'completed',
  workflow_job: {
    id: 12,
    run_id: 34,
    run_attempt: 1,
    html_url: 'https://git.example/acme/core/actions/runs/34/jobs/0',
    name: 'x',
  },
  repository: { full_name: 'acme/core', html_url: 'https://git.example/acme/core' },
  run: {
    id: 5,
    html_url: 'https://git.example/acme/core/actions/runs/5',
    repository: { full_name: 'acme/core', html_url: 'https://git.example/acme/core' },
  },
  workflow_run: { id: 5, run_attempt: 2, html_url: 'https://git.example/acme/core/actions/runs/5' },
};
const deliveries = target(
  'webhook',
  fc.tuple(
    mutatedJson(JOB),
    fc.constantFrom('workflow_job', 'workflow_run', 'action_run_failure', 'push', ''),
    fc.constantFrom('good', 'good', 'good', 'wrong', 'odd', 'none'),
    fc.boolean(),
  ),
  ([body, event, signature, form]) => {
    const payload = form ? `payload=${encodeURIComponent(body.toWellFormed())}` : body;
    const signed = createHmac('sha256', SECRET)
      .update(form ? body.toWellFormed() : body)
      .digest('hex');
    const value = { good: `sha256=${signed}`, wrong: `sha256=${'0'.repeat(64)}`, odd: 'sha256=zz', none: undefined }[
      signature
    ];
    const headers = {
      'x-hub-signature-256': value,
      'x-github-event': event,
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    const read = parseDelivery({ headers, body: Buffer.from(payload) }, SECRET);
    ensure(signature === 'good', 'believed without a signature');
    if (read !== undefined) ensure(/^\d{1,19}$/.test(read.run), `run ${read.run}`);
  },
);

const told = [{ name: 'T', value: 'the-told-value-99' }];
const masker = target('masker', fc.tuple(piecewise(MASK_PIECES, 40), fc.nat()), ([text, at]) => {
  const bytes = Buffer.from(text);
  const whole = maskChunks([bytes], told);
  const cut = at % (bytes.length + 1);
  const pieces = maskChunks([bytes.subarray(0, cut), bytes.subarray(cut)], told);
  ensure(pieces.bytes.equals(whole.bytes), `cut at ${cut} gives another text`);
  ensure(whole.report.withheldLines === 0, 'a line was withheld');
  ensure(!whole.text.includes('the-told-value-99'), 'a told value came through');
  const ends = (buffer: Buffer): number => buffer.filter((byte) => byte === 0x0a).length;
  ensure(ends(whole.bytes) === ends(bytes), 'another number of lines');
});

/** Every target, in a fixed order. */
export const TARGETS: readonly FuzzTarget[] = [
  manifests,
  jsonObjects,
  frameTables,
  sideTables,
  blobs,
  logs,
  shown,
  refs,
  filters,
  queries,
  rules,
  deliveries,
  masker,
];
