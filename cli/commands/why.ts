// `firstred why`: names the mechanism of a red attempt from its siblings and the history of its job.

import { loadLines } from '../../indexer/lines.ts';
import type { LogRow } from '../../indexer/log-index.ts';
import { buildWhyQuestion } from '../../indexer/why/history.ts';
import type { WhyAnswer, WhyQuestion } from '../../indexer/why/question.ts';
import { collectTemplates, firstLineOf } from '../../indexer/why/templates.ts';
import { explain } from '../../indexer/why.ts';
import { isGreen, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { loadSource } from '../baseline.ts';
import { type Paint, paintFor } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS } from '../filters.ts';
import { keptText, type LogSource, sourceFinder } from '../log-source.ts';
import { countBytes, openProgress } from '../progress.ts';
import { openSession, type Session } from '../session.ts';

export const why: Command = {
  name: 'why',
  summary: 'Names the mechanism of a red attempt, with lines as evidence, from its siblings and its job’s history.',
  arguments: '<ref>',
  group: 'daily',
  options: [
    {
      flags: '--against <ref...>',
      summary: 'logs to compare with instead of the attempts of the same SHA; repeatable',
    },
    ...REF_FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred why last-red', summary: 'the newest red attempt that is kept' },
    { line: 'firstred why red.log --against green.log', summary: 'two files, without any store' },
  ],
  exitCodes: {
    [EXIT.done]: 'a mechanism is named',
    [EXIT.no]: 'not known',
    [EXIT.notFound]: 'nothing answers to that REF',
  },
  run: runWhy,
};

async function runWhy(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const find = sourceFinder(input, io, session);
    const source = await find(input.arguments[0] ?? '', 'red');
    if (source.kind === 'kept' && isGreen(source.log.attempt.conclusion) && !input.flag('quiet'))
      await io.stderr.write(
        `firstred: ${source.ref} is of a green attempt: there is no failure in it to explain\n  \`firstred list --conclusion red\` shows the red ones\n`,
      );
    const against = await Promise.all(input.list('against').map((ref) => find(ref)));
    const progress = await openProgress(input, io);
    const counted = countBytes(progress, undefined);
    const answer = await buildQuestion(source, { against, session, counted })
      .then(explain)
      .finally(() => progress.clear());
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(answer)}\n`);
    else await io.stdout.write(answerText(answer, await paintFor(input, io)));
    return answer.hypotheses[0] === undefined || answer.hypotheses[0].mechanism === 'unknown' ? EXIT.no : EXIT.done;
  } finally {
    await session.close();
  }
}

interface Beside {
  readonly against: readonly LogSource[];
  readonly session: Session;
  readonly counted: ReturnType<typeof countBytes>;
}

async function buildQuestion(source: LogSource, { against, session, counted }: Beside): Promise<WhyQuestion> {
  if (source.kind === 'file') return fileQuestion(source, against);
  const rows = against.map((each) => {
    if (each.kind === 'kept') return each.log;
    throw new AppError('USAGE', `${each.ref} is a file, and ${source.ref} is a kept log`, {
      hint: 'keep the file first, or compare two files',
    });
  });
  const load = (log: LogRow) => loadLines(log.logId, counted(keptText(session, log)));
  const { log } = source;
  return session.ask((index) => buildWhyQuestion(log, rows, { index, load }));
}

/** Files say nothing about their attempts: the one asked about counts as red, the others as green ones of its SHA. */
async function fileQuestion(source: LogSource, against: readonly LogSource[]): Promise<WhyQuestion> {
  const logOf = async (each: LogSource, conclusion: 'failure' | 'success') => {
    const lines = await loadSource(each);
    const templates = collectTemplates(lines);
    return {
      ref: each.ref,
      attempt: { ...UNKNOWN_ATTEMPT, conclusion },
      rawBytes: 0,
      has: (hash: number) => firstLineOf(templates, hash) > 0,
      falseRate: 0,
      load: () => Promise.resolve(lines),
    };
  };
  return {
    target: await logOf(source, 'failure'),
    siblings: await Promise.all(against.map((each) => logOf(each, 'success'))),
    history: [],
    neighbours: [],
    neighbourRate: undefined,
  };
}

/** chosen: what a person reads before asking for --json. */
const SHOWN_EVIDENCE = 6;
const SHOWN_HYPOTHESES = 3;

function answerText(answer: WhyAnswer, paint: Paint): string {
  const parts = answer.hypotheses.slice(0, SHOWN_HYPOTHESES).map((each) => {
    const head = `${paint('bold', each.mechanism)}  ${Math.round(each.confidence * 100)} %\n  ${showText(each.sentence)}\n`;
    const lines = each.evidence
      .slice(0, SHOWN_EVIDENCE)
      .map(({ ref, line, text }) => `    ${paint('dim', `${showText(ref)}:${line}`)}  ${showText(text)}\n`);
    return head + lines.join('');
  });
  const rejected = answer.rejected.map(({ mechanism, reason }) => `  ${mechanism}: ${showText(reason)}\n`);
  const others = rejected.length === 0 ? '' : `${paint('dim', 'the other mechanisms')}\n${rejected.join('')}\n`;
  return `${parts.join('\n')}\n${others}${paint('dim', comparedText(answer))}`;
}

/** The log that is asked about stands among the reds of the answer; it was compared with the others. */
function comparedText({ ref, compared: { red, green } }: WhyAnswer): string {
  const reds = red.filter((each) => each !== ref).length;
  const of = [
    ...(green.length === 0 ? [] : [countText(green.length, 'green attempt')]),
    ...(reds === 0 ? [] : [countText(reds, 'other red attempt')]),
  ];
  return `compared with ${of.length === 0 ? 'no other attempt: none is kept' : of.join(' and ')}\n`;
}
