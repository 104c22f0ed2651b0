// What docs/cli.md says: made from the commands themselves, so that it can't fall behind them.
import { CATALOGUE } from '../cli/catalogue.ts';
import type { Command } from '../cli/command.ts';
import { EXIT, EXIT_OF_ERROR } from '../cli/exit-codes.ts';
import { SETTINGS } from '../cli/settings.ts';
import { findTopic } from '../cli/topics.ts';

/** What each exit code means, whatever the command. */
export const CODE_WORDS: Readonly<Record<number, string>> = {
  [EXIT.done]: 'yes, or done',
  [EXIT.no]: 'a valid no: nothing found, the logs differ, an unexplained red',
  [EXIT.usage]: 'wrong usage, or an unexpected failure',
  [EXIT.partly]: 'partly done; what is missing is said on stderr',
  [EXIT.notFound]: 'not found',
  [EXIT.refused]: 'refused: rights, credentials, a bad signature',
  [EXIT.notYet]: 'not yet: kept locally to be delivered later, or not all logs there; try again',
  [EXIT.damaged]: 'damaged data',
  [EXIT.interrupted]: 'interrupted (143 by SIGTERM)',
};

/** The whole page. */
export async function cliReference(): Promise<string> {
  const commands = await Promise.all(CATALOGUE.map((entry) => entry.load()));
  const shown = commands.filter((command) => command.group !== 'hidden');
  return `${[
    '# Commands',
    '_This page is made by `node scripts/cli-docs.mjs` from the commands themselves; edit those._',
    'Answers go to stdout, everything else to stderr. With `--json` stdout holds one JSON document (`search`: one object a line) whose shape `firstred schema NAME` prints. An error is two lines, what happened and what to do, or `{code, message, hint}` with `--json`. Colours and progress appear only on a terminal and without `NO_COLOR`. There is no prompt, ever.',
    table(['every day', ''], shown.filter((c) => c.group === 'daily').map(summaryRow)),
    table(['further', ''], shown.filter((c) => c.group === 'more').map(summaryRow)),
    ...shown.map(commandText),
    '## Everywhere',
    table(
      ['flag', ''],
      [
        ['`--json`', 'one JSON document on stdout, nothing else there'],
        ['`--quiet`', 'no progress and no notes'],
        ['`--color <when>`', '`auto`, `always` or `never`'],
        ['`--debug`', 'the stack of an error, and what is being done, on stderr'],
      ],
    ),
    '## Settings',
    'Later wins: built-in, `/etc/firstred.json`, the user’s `config.json` (XDG), `.firstred.json` in the repository, environment, flags. A repository’s file may set only what is marked: it is written by whoever opens a pull request. `firstred config` prints every value with its origin.',
    table(
      ['setting', 'environment', 'flag', 'repository', ''],
      SETTINGS.map((s) => [
        `\`${s.name}\``,
        `\`${s.env}\``,
        'flags' in s ? `\`${s.flags}\`` : '',
        s.fromRepository ? 'yes' : '',
        s.summary,
      ]),
    ),
    '## Exit codes',
    table(
      ['code', ''],
      Object.values(EXIT).map((code) => [`\`${code}\``, CODE_WORDS[code] ?? '']),
    ),
    'A script treats a number that it does not know as a failure. `run` ends with its child’s code (128 + n for a signal).',
    '## Error codes',
    'The `code` of an error with `--json`, and the exit code that it becomes.',
    table(
      ['code', 'exit'],
      Object.entries(EXIT_OF_ERROR).map(([code, exit]) => [`\`${code}\``, `\`${exit}\``]),
    ),
    '## Naming logs',
    fence(findTopic('refs') ?? ''),
    '## Filters',
    fence(findTopic('filters') ?? ''),
  ].join('\n\n')}\n`;
}

const summaryRow = (command: Command): readonly string[] => [
  `[\`${command.name}\`](#firstred-${command.name})`,
  command.summary,
];

function commandText(command: Command): string {
  const parts = [
    `## firstred ${command.name}`,
    command.summary,
    fence(`firstred ${command.name} [options]${command.arguments === undefined ? '' : ` ${command.arguments}`}`),
  ];
  if (command.options.length > 0)
    parts.push(
      table(
        ['flag', ''],
        command.options.map(({ flags, summary, choices }) => [
          `\`${flags}\``,
          choices === undefined ? summary : `${summary} (${choices.map((c) => `\`${c}\``).join(', ')})`,
        ]),
      ),
    );
  parts.push(
    fence(command.examples.map(({ line, summary }) => `# ${summary}\n${line}`).join('\n\n'), 'sh'),
    `Exits: ${Object.entries(command.exitCodes)
      .map(([code, meaning]) => `\`${code}\` ${meaning}`)
      .join(' · ')}`,
  );
  return parts.join('\n\n');
}

const fence = (text: string, language = 'text'): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** Cells never hold a line end; a `|` would end one. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
