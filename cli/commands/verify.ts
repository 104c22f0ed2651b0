// `firstred verify`: looks at everything in the store, and on demand adds what is missing. It never changes or removes.

import type { AuditLeftover, AuditProgress, AuditReport, Damage } from '../../store/audit.ts';
import { auditStore } from '../../store/audit.ts';
import { countText } from '../../store/count-text.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { isoTime } from '../../store/manifest-json.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openProgress } from '../progress.ts';
import { type OpenedStore, openSession, type Session } from '../session.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'Checks every object, manifest, digest and feed entry of the store; names damage and leftovers.',
  group: 'more',
  options: [
    { flags: '--deep', summary: 'read and unpack every byte, not only manifests and tables' },
    {
      flags: '--repair',
      summary: 'add what is missing: feed entries, and manifests of logs that are whole but for them',
    },
  ],
  examples: [
    { line: 'firstred verify', summary: 'a look at everything, without reading the logs themselves' },
    { line: 'firstred verify --deep --json', summary: 'every byte, for a script' },
  ],
  exitCodes: {
    [EXIT.done]: 'every log is whole; leftovers, if any, are named',
    [EXIT.notFound]: 'there is no such store',
    [EXIT.damaged]: 'something is damaged',
  },
  run: runVerify,
};

interface VerifyReport extends AuditReport {
  /** What `--repair` added. */
  readonly repaired: readonly ObjectKey[];
  /** What crashed captures left in this machine's spool. */
  readonly spool: readonly { readonly path: string; readonly sizeBytes: number; readonly modifiedAtMs: number }[];
}

const CHECKED = { logs: 'checked', feed: 'checked the feed' } as const satisfies Record<AuditProgress['part'], string>;

async function runVerify(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const store = await session.store();
    const progress = await openProgress(input, io);
    const found = await auditStore(store, {
      depth: input.flag('deep') ? 'bytes' : 'tables',
      signal: io.signal,
      onProgress: ({ part, unit, done, total }) =>
        progress.show({ what: CHECKED[part], done, total, ...(unit === 'keys' && { things: 'keys' }) }),
    }).finally(() => progress.clear());
    const mended = input.flag('repair') ? await repair(store, found) : { ...found, repaired: [] };
    const report: VerifyReport = { ...mended, spool: await spoolLeftovers(session) };
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(verifyJson(report), null, 1)}\n`);
    else await io.stdout.write(verifyText(report));
    return report.damaged.length > 0 ? EXIT.damaged : EXIT.done;
  } finally {
    await session.close();
  }
}

async function repair(
  store: OpenedStore,
  found: AuditReport,
): Promise<AuditReport & { readonly repaired: readonly ObjectKey[] }> {
  const [{ addFeedEntry, adoptLog }, { burialsIn, readAllFacts }] = await Promise.all([
    import('../../store/repair.ts'),
    import('../../store/audit.ts'),
  ]);
  const repaired: ObjectKey[] = [];
  for (const key of found.missingFeed) {
    await addFeedEntry(store, key);
    repaired.push(key);
  }
  const isBuried = burialsIn((await readAllFacts(store, () => undefined)).all);
  const adopted = new Set<string>();
  for (const leftover of found.leftovers) {
    if (leftover.kind !== 'feed' || adopted.has(leftover.manifestKey)) continue;
    if (await adoptLog(store, leftover, isBuried)) adopted.add(leftover.manifestKey);
  }
  repaired.push(...([...adopted] as ObjectKey[]));
  return {
    ...found,
    missingFeed: [],
    repaired,
    leftovers: found.leftovers.filter((each) => !belongsTo(each, adopted)),
  };
}

/** Whether a leftover has become part of a log. */
const belongsTo = (leftover: AuditLeftover, manifests: ReadonlySet<string>): boolean =>
  (leftover.kind === 'feed' && manifests.has(leftover.manifestKey)) ||
  (leftover.kind === 'object' && manifests.has(leftover.key.replace(/\.zst$/, '.json')));

async function spoolLeftovers(session: Session): Promise<VerifyReport['spool']> {
  const { openSpool } = await import('../../store/spool.ts');
  const found: VerifyReport['spool'][number][] = [];
  for await (const each of openSpool(session.config.spool).listLeftovers(Number.POSITIVE_INFINITY)) found.push(each);
  return found;
}

const verifyJson = (report: VerifyReport): Record<string, unknown> => ({
  logs: report.logs,
  objects: report.objects,
  damaged: report.damaged,
  leftovers: [
    ...report.leftovers.map((each) => ({
      kind: each.kind,
      key: each.key,
      sizeBytes: sizeOf(each),
      modifiedAt: isoTime(each.modifiedAtMs),
    })),
    ...report.spool.map(({ path, sizeBytes, modifiedAtMs }) => ({
      kind: 'spool',
      key: path,
      sizeBytes,
      modifiedAt: isoTime(Math.floor(modifiedAtMs)),
    })),
  ],
  missingFeed: report.missingFeed,
  repaired: report.repaired,
});

const sizeOf = (leftover: AuditLeftover): number | null => {
  if (leftover.kind === 'object') return leftover.sizeBytes;
  return leftover.kind === 'unfinished' ? leftover.leftover.sizeBytes : null;
};

const LEFTOVER_WORDS = {
  object: 'a log without its manifest: its writer died, or has not ended',
  feed: 'a feed entry without its manifest',
  buried: 'buried, to be removed by the next prune',
  unfinished: 'a put that did not end',
  foreign: 'no key of firstred: it is left alone',
} as const satisfies Record<AuditLeftover['kind'], string>;

function verifyText(report: VerifyReport): string {
  const lines = [
    ...report.damaged.map(({ key, problem }: Damage) => `DAMAGED  ${key}: ${problem}`),
    ...report.missingFeed.map((key) => `unfed    ${key}: a sync would miss it; --repair adds it to the feed`),
    ...report.repaired.map((key) => `repaired ${key}`),
    ...report.leftovers.map((each) => `left     ${each.key}: ${LEFTOVER_WORDS[each.kind]}`),
    ...report.spool.map(({ path }) => `left     ${path}: a capture that did not end, or is under way`),
  ];
  const { logs, objects, damaged, leftovers, spool } = report;
  const sum = `${countText(logs, 'log')} whole in ${countText(objects, 'object')}, ${damaged.length} damaged, ${leftovers.length + spool.length} left over`;
  const hints = [
    ...(damaged.length > 0 ? ['what is damaged can only be put back from a copy of the store'] : []),
    ...removalHints(report),
  ];
  return `${[...lines.map((line) => showText(line).replaceAll('\n', ' ')), [sum, ...hints].join('; ')].join('\n')}\n`;
}

function removalHints({ leftovers, spool }: VerifyReport): readonly string[] {
  const kinds = new Set(leftovers.map(({ kind }) => kind));
  const isClearable = spool.length > 0 || kinds.has('object') || kinds.has('feed') || kinds.has('unfinished');
  return [
    ...(isClearable ? ['`firstred prune --leftovers --apply` removes old ones'] : []),
    ...(kinds.has('buried') ? ['`firstred prune --apply` removes what is buried, a day after its tombstone'] : []),
  ];
}
