// The comment that `attach` and `watch` write of a kept log: headline, error lines, base rate, hypothesis, link. All text
// from outside is fenced or inline code, masked once more, and mentions nobody.
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { AttachmentLimits } from '../forge/forge.ts';
import type { ErrorLine } from '../indexer/errors.ts';
import type { LogRow } from '../indexer/log-index.ts';
import { escapeProse, fenceText, inlineCode, MAX_COMMENT_LENGTH } from '../store/markdown-text.ts';
import type { Masker } from '../store/mask.ts';
import { chooseBaselines, loadSource } from './baseline.ts';
import { keptText, type LogSource } from './log-source.ts';
import type { Session } from './session.ts';

/** SPEC: what a person reads in an issue. */
const MAX_ERROR_LINES = 20;
/** chosen: what introduces an error, and what it leads to. */
const LINES_BESIDE = 3;
/** chosen: a larger log is read by `firstred show`; the packed file is held in memory to be sent. */
const MAX_PACKED_BYTES = 50 * 1024 * 1024;

export interface CommentTools {
  readonly session: Session;
  readonly newMasker: () => Masker;
  readonly now: () => number;
}

/** The start of the comment of one log, by which it is found again. */
export const markerOf = (logId: string): string => `<!-- firstred:${logId} -->`;

/** Markdown that starts with `marker`. */
export async function commentOf(log: LogRow, marker: string, tools: CommentTools): Promise<string> {
  const { session } = tools;
  const source: LogSource = {
    kind: 'kept',
    ref: log.logId,
    lines: undefined,
    log,
    text: () => keptText(session, log),
  };
  const [{ findErrors, NEW_LINE_RULE }, baselines, target] = await Promise.all([
    import('../indexer/errors.ts'),
    chooseBaselines(source, session),
    loadSource(source),
  ]);
  const greens = [];
  for (const baseline of baselines) greens.push(await loadSource(baseline));
  const report = findErrors(target, greens, { limit: MAX_ERROR_LINES });
  const errors = report.lines.filter(({ rule }) => rule !== NEW_LINE_RULE);
  const shown = errors.length === 0 ? report.lines : report.lines.filter((row) => errors.some((e) => isBeside(row, e)));
  const lines = shown.toSorted((a, b) => a.line - b.line).map((row) => `${row.line}: ${row.text}`);
  const where = `firstred show ${log.logId}`;
  const parts = [
    marker,
    `**${titleOf(log)}**`,
    report.headline === null ? 'No line of it looks like an error.' : inlineCode(report.headline.text),
    ...(lines.length === 0 ? [] : [fenceText(lines.join('\n'), { maxLines: MAX_ERROR_LINES + 1, whereAll: where })]),
    ...(await seenText(log, tools)),
    ...(await hypothesisText(log, session)),
    linkText(log, where),
  ];
  return maskAgain(parts.join('\n\n'), tools.newMasker()).slice(0, MAX_COMMENT_LENGTH);
}

/** In the excerpt a line that is merely new, as a progress bar may be, belongs to an error that it stands at. */
const isBeside = (row: ErrorLine, error: ErrorLine): boolean =>
  row.line >= error.firstLine - LINES_BESIDE && row.line <= error.lastLine + LINES_BESIDE;

function titleOf({ attempt, logId }: LogRow): string {
  const job = attempt.job === undefined ? 'a job' : inlineCode(attempt.job);
  const sha = attempt.sha === undefined ? '' : ` at ${inlineCode(attempt.sha.slice(0, 10))}`;
  const number = attempt.number === undefined ? '' : `, attempt ${attempt.number}`;
  return `${job}${sha}${number}: ${attempt.conclusion} (${inlineCode(logId)})`;
}

/** How often the headline's signature was seen, and what people named it. */
async function seenText(log: LogRow, { session, now }: CommentTools): Promise<readonly string[]> {
  const [{ headlineOfLog, listSignatures }, { listActiveNames }, { findName }] = await Promise.all([
    import('../indexer/signature-report.ts'),
    import('../indexer/name-facts.ts'),
    import('../indexer/names.ts'),
  ]);
  const best = await session.ask((index) => headlineOfLog(index, log.logKey));
  if (best === undefined) return [];
  const { repo } = log.attempt;
  const [row] = await session.ask((index) => listSignatures(index, { repo }, { only: [best.signature], limit: 1 }));
  const names = await session.ask((index) => listActiveNames(index, now()));
  const name = findName(names, best.signature, log.attempt);
  const seen =
    row === undefined
      ? []
      : [
          `Seen in ${row.red} of ${row.redTotal} red and ${row.green} of ${row.greenTotal} green attempts (${inlineCode(best.signature)}).`,
        ];
  return name === undefined ? seen : [...seen, `Named ${inlineCode(name.mechanism)}.`];
}

async function hypothesisText(log: LogRow, session: Session): Promise<readonly string[]> {
  const [{ explain }, { buildWhyQuestion }, { loadLines }] = await Promise.all([
    import('../indexer/why.ts'),
    import('../indexer/why/history.ts'),
    import('../indexer/lines.ts'),
  ]);
  const load = (each: LogRow) => loadLines(each.logId, keptText(session, each));
  const answer = await explain(await session.ask((index) => buildWhyQuestion(log, [], { index, load })));
  const [first] = answer.hypotheses;
  if (first === undefined || first.mechanism === 'unknown') return ['Why: not known.'];
  return [
    `Why: ${inlineCode(first.mechanism)}, ${Math.round(first.confidence * 100)} %: ${escapeProse(first.sentence)}`,
  ];
}

/** A link only to the server that the log is of. */
function linkText({ attempt }: LogRow, where: string): string {
  const url = URL.canParse(attempt.url ?? '') ? new URL(attempt.url ?? '') : undefined;
  const host = attempt.repo?.split('/')[0];
  const isOwn = url !== undefined && /^https?:$/.test(url.protocol) && url.host === host;
  const page = isOwn
    ? ` · [the job's page](${encodeURI(decodeURI(url.href)).replace(/[()]/g, encodeURIComponent)})`
    : '';
  return `All of it: ${inlineCode(where)}${page}`;
}

function maskAgain(text: string, masker: Masker): string {
  return Buffer.concat([...masker.push(Buffer.from(text)), ...masker.end()]).toString('utf8');
}

/** A file for the server, or why there is none. */
export type AttachmentFile =
  | { readonly kind: 'file'; readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }
  | { readonly kind: 'none'; readonly why: string };

/** The whole log as `.log.gz`, or plain where the server takes no `.gz`. */
export async function attachmentOf(
  log: LogRow,
  session: Session,
  limits: AttachmentLimits | undefined,
): Promise<AttachmentFile> {
  if (limits === undefined) return { kind: 'none', why: 'the server takes no attachments' };
  const takes = (ending: string): boolean => limits.endings === undefined || limits.endings.includes(ending);
  const packed = takes('.gz');
  const ending = packed ? '.log.gz' : takes('.log') ? '.log' : takes('.txt') ? '.txt' : undefined;
  if (ending === undefined) return { kind: 'none', why: 'the server takes neither .gz nor .log nor .txt files' };
  const maxBytes = Math.min(limits.maxBytes, MAX_PACKED_BYTES);
  const bytes = await readUpTo(keptText(session, log), { maxBytes, packed });
  if (bytes === undefined) return { kind: 'none', why: `it is larger than ${maxBytes} bytes` };
  return { kind: 'file', name: `${log.logId}${ending}`, mediaType: packed ? 'application/gzip' : 'text/plain', bytes };
}

async function readUpTo(
  text: AsyncIterable<Uint8Array>,
  { maxBytes, packed }: { readonly maxBytes: number; readonly packed: boolean },
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const source = Readable.from(text);
  const packer = createGzip();
  source.on('error', (error) => packer.destroy(error));
  for await (const chunk of packed ? source.pipe(packer) : source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
