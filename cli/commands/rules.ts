// `firstred rules test FILE`: tries error rules on everything that is kept before anybody relies on them.

import type { RuleHit, RuleTrial, RuleVerdict } from '../../indexer/rule-trial.ts';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { type Paint, paintFor, type Style } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter } from '../filters.ts';
import { openLogFile } from '../log-files.ts';
import { openProgress } from '../progress.ts';
import { openFinder } from '../search-source.ts';
import { frameCacheDirOf, openSession } from '../session.ts';

/** chosen: 200 rules of 4 KB each are less. */
const MAX_FILE_BYTES = 1_048_576;
/** What would leave out the green attempts, or show only a part, is no filter for a base rate. */
const NO_FILTERS = /--(?:conclusion|limit|attempt|run|sha|pr) /;
/** chosen: enough to see what was hit. */
const EXAMPLE_CHARACTERS = 160;

export const rules: Command = {
  name: 'rules',
  summary:
    'Dry run of error rules on every kept log: whom each hits, red and green. A rule that hits more than a tenth of the green attempts is refused.',
  arguments: '<test> <file>',
  group: 'more',
  options: FILTER_OPTIONS.filter(({ flags }) => !NO_FILTERS.test(flags)),
  examples: [
    { line: 'firstred rules test rules.json', summary: 'every rule of the file, on everything that is kept' },
    {
      line: `echo '{"format": 1, "rules": [{"id": "late", "lines": ["wait for reply", "no reply"], "within": 50}]}' | firstred rules test -`,
      summary: 'two lines in this order, at most 50 lines apart',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'every rule may be used',
    [EXIT.no]: 'one is refused, or no green attempt is kept to try it on',
    [EXIT.partly]: 'a log could not be read',
    [EXIT.notFound]: 'there is no index yet, or no such file',
  },
  run: runRules,
};

async function runRules(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const [action = '', file = ''] = input.arguments;
  if (action !== 'test')
    throw new AppError('USAGE', `there is no 'rules ${action.slice(0, 80)}'`, {
      hint: 'there is `firstred rules test FILE`',
    });
  const { parseRuleFile } = await import('../../indexer/rule-file.ts');
  const parsed = parseRuleFile(await readText(file, io), file);
  const { tryRule } = await import('../../indexer/rule-trial.ts');
  const session = openSession(await io.config());
  try {
    const find = await openFinder(session);
    const frameCacheDir = frameCacheDirOf(session.config);
    const options = { filter: readFilter(input, io.now()), frameCacheDir, signal: io.signal };
    const paint = await paintFor(input, io);
    const progress = await openProgress(input, io);
    const trials: RuleTrial[] = [];
    for (const rule of parsed) {
      progress.say(`trying rule ${trials.length + 1} of ${parsed.length}: ${showText(rule.id)}`);
      const trial = await tryRule(find, rule, options).finally(() => progress.clear());
      trials.push(trial);
      if (!input.flag('json')) await io.stdout.write(trialText(trial, paint));
    }
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(trials.map(toJson), null, 1)}\n`);
    return await codeOf(trials, io);
  } finally {
    await session.close();
  }
}

async function codeOf(trials: readonly RuleTrial[], io: CommandIo): Promise<ExitCode> {
  const unreadable = Math.max(0, ...trials.map((trial) => trial.unreadable));
  if (unreadable > 0) {
    await io.stderr.write(`firstred: ${countText(unreadable, 'log')} could not be read, so the counts are too low\n`);
    return EXIT.partly;
  }
  return trials.every(({ verdict }) => verdict === 'usable') ? EXIT.done : EXIT.no;
}

async function readText(file: string, io: CommandIo): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of await openLogFile(file, io.stdin)) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > MAX_FILE_BYTES)
      throw new AppError('USAGE', `${file} is larger than ${MAX_FILE_BYTES} bytes`, { hint: 'is it a rule file?' });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const STYLES = { usable: 'green', refused: 'red', unproven: 'yellow' } as const satisfies Record<RuleVerdict, Style>;

function trialText(trial: RuleTrial, paint: Paint): string {
  const head = `${paint(STYLES[trial.verdict], trial.verdict.padEnd(8))}  ${trial.rule}: ${trial.reason}\n`;
  return head + trial.examples.map((hit) => `    ${exampleText(hit)}\n`).join('');
}

function exampleText({ log, line, text }: RuleHit): string {
  const cut = text.length > EXAMPLE_CHARACTERS ? `${text.slice(0, EXAMPLE_CHARACTERS)}…` : text;
  return `${log.attempt.conclusion}  ${showText(log.attempt.job ?? '-')}  ${log.logId}:${line}  ${showText(cut)}`;
}

const toJson = ({ rule, verdict, reason, hit, total, examples, unreadable }: RuleTrial): Record<string, unknown> => ({
  rule,
  verdict,
  reason,
  attempts: hit.attempts,
  red: hit.red,
  green: hit.green,
  redTotal: total.red,
  greenTotal: total.green,
  unreadable,
  examples: examples.map(({ log, line, text }) => ({
    logId: log.logId,
    line,
    text,
    conclusion: log.attempt.conclusion,
    repo: log.attempt.repo ?? null,
    job: log.attempt.job ?? null,
  })),
});
