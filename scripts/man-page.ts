// What `man firstred` says: made from the commands themselves, as docs/cli.md is.
import { CATALOGUE } from '../cli/catalogue.ts';
import type { Command } from '../cli/command.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { SETTINGS } from '../cli/settings.ts';
import { findTopic } from '../cli/topics.ts';
import { CODE_WORDS } from './cli-reference.ts';

/** The page in man(7)'s macros. */
export async function manPage(): Promise<string> {
  const commands = await Promise.all(CATALOGUE.map((entry) => entry.load()));
  const shown = commands.filter((command) => command.group !== 'hidden');
  return `${[
    '.\\" Made by `node scripts/cli-docs.mjs` from the commands themselves; edit those.',
    '.TH FIRSTRED 1 "" "firstred" "User Commands"',
    '.SH NAME',
    'firstred \\- keeps the log of every CI attempt, so a green re\\-run never erases the red one',
    '.SH SYNOPSIS',
    '.B firstred',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    roff(
      'Archives the log of every CI attempt into a folder or bucket, searches error messages across runs, compares red with green, says why an attempt was red, and gates merges. Answers go to standard output, everything else to standard error. With --json standard output holds one JSON document (search: one object a line), whose shape `firstred schema NAME` prints.',
    ),
    '.SH COMMANDS',
    ...shown.flatMap(commandLines),
    '.SH OPTIONS EVERYWHERE',
    ...paragraph('\\fB\\-\\-json\\fR', 'one JSON document on standard output, nothing else there'),
    ...paragraph('\\fB\\-\\-quiet\\fR', 'no progress and no notes'),
    ...paragraph('\\fB\\-\\-color\\fR \\fIwhen\\fR', 'auto, always or never'),
    ...paragraph('\\fB\\-\\-debug\\fR', 'the stack of an error, and what is being done, on standard error'),
    '.SH ENVIRONMENT AND SETTINGS',
    roff(
      'Later wins: built-in, /etc/firstred.json, the user’s config.json (XDG), .firstred.json in the repository, environment, flags. `firstred config` prints every value with its origin.',
    ),
    ...SETTINGS.flatMap((s) =>
      paragraph(`\\fB${roff(s.env)}\\fR${'flags' in s ? `, ${bold(s.flags)}` : ''}`, s.summary),
    ),
    '.SH EXIT STATUS',
    ...Object.values(EXIT).flatMap((code) => paragraph(`\\fB${code}\\fR`, CODE_WORDS[code] ?? '')),
    '.SH NAMING LOGS',
    ...verbatim(findTopic('refs') ?? ''),
    '.SH FILTERS',
    ...verbatim(findTopic('filters') ?? ''),
    '.SH MASKING',
    ...verbatim(findTopic('masking') ?? ''),
  ].join('\n')}\n`;
}

function commandLines(command: Command): readonly string[] {
  return [
    `.SS "${roff(`firstred ${command.name}${command.arguments === undefined ? '' : ` ${command.arguments}`}`)}"`,
    roff(command.summary),
    ...command.options.flatMap(({ flags, summary, choices }) =>
      paragraph(bold(flags), choices === undefined ? summary : `${summary} (${choices.join(', ')})`),
    ),
    '.PP',
    'Examples:',
    ...verbatim(command.examples.map(({ line, summary }) => `# ${summary}\n${line}`).join('\n')),
    '.PP',
    'Exit status:',
    ...Object.entries(command.exitCodes).flatMap(([code, meaning]) => paragraph(`\\fB${code}\\fR`, meaning ?? '')),
  ];
}

const paragraph = (head: string, text: string): readonly string[] => ['.TP', head, roff(text)];

/** Flags stand bold, what they take in italics. */
const bold = (flags: string): string =>
  flags
    .split(' ')
    .map((word) => (word.startsWith('<') || word.startsWith('[') ? `\\fI${roff(word)}\\fR` : `\\fB${roff(word)}\\fR`))
    .join(' ');

const verbatim = (text: string): readonly string[] => [
  '.nf',
  '.RS 4',
  ...text.trimEnd().split('\n').map(roff),
  '.RE',
  '.fi',
];

/** Text that roff prints as it is: hyphens stay ASCII so that they can be copied, and no line is taken for a request. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^(?=[.'])/gm, '\\&');
