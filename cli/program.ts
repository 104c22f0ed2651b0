// The one file that knows commander: builds the program from the catalogue and turns argv into a command's input.
import { Command as Commander, CommanderError, Option } from 'commander';
import { AppError } from '../store/errors.ts';
import { CATALOGUE, type CatalogueEntry } from './catalogue.ts';
import { type Command, type CommandDescription, type CommandInput, commandInput } from './command.ts';
import { SETTINGS } from './settings.ts';

/** What argv asks for. */
export type Invocation =
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly input: CommandInput;
      readonly flags: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version' };

const COMMON_FLAGS: readonly (readonly [string, string])[] = [
  ['--json', 'one JSON document on stdout, nothing else there'],
  ['--quiet', 'no progress and no notes'],
  ['--color <when>', 'colours: auto, always or never'],
  ['--debug', 'the stack of an error, and what is being done, on stderr'],
];

/** Reads argv without the first two. USAGE when it cannot be read. */
export async function parseInvocation(argv: readonly string[]): Promise<Invocation> {
  const [first, second] = argv;
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'text', text: shortHelp() };
  if (first === 'help') return { kind: 'text', text: await helpText(second) };
  const entry = CATALOGUE.find((e) => e.name === first);
  if (entry === undefined) throw unknownCommand(first);
  return parseCommand(await entry.load(), argv.slice(1));
}

function parseCommand(command: Command, argv: readonly string[]): Invocation {
  const commander = buildCommander(command);
  let help: string | undefined;
  commander.configureOutput({ writeOut: (text) => (help = `${help ?? ''}${text}`), writeErr: () => undefined });
  try {
    commander.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed')
      return { kind: 'text', text: `${(help ?? '').trimEnd()}\n` };
    if (error instanceof CommanderError) throw usageError(error, command.name);
    throw error;
  }
  const options = commander.opts<Record<string, unknown>>();
  return { kind: 'run', command, input: commandInput(commander.args, options), flags: options };
}

/** The commander of one command: used to parse, and by the docs to print its help. */
export function buildCommander(command: Command): Commander {
  const commander = new Commander(`firstred ${command.name}`)
    .description(command.summary)
    .usage(`[options]${command.arguments === undefined ? '' : ` ${command.arguments}`}`)
    .exitOverride()
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 100, sortOptions: false });
  commander.addHelpOption(new Option('-h, --help', 'this help').helpGroup('Everywhere:'));
  for (const argument of argumentsOf(command)) commander.argument(argument);
  if (command.passThrough === true) commander.passThroughOptions();
  for (const { flags, summary, choices, heading } of command.options) {
    const option = new Option(flags, summary);
    if (choices !== undefined) option.choices([...choices]);
    if (heading !== undefined) option.helpGroup(heading);
    commander.addOption(option);
  }
  const own = new Set(commander.options.map((o) => o.long));
  for (const [flags, summary] of COMMON_FLAGS) {
    const option = new Option(flags, summary);
    if (flags.startsWith('--color')) option.choices(['auto', 'always', 'never']);
    if (!own.has(option.long)) commander.addOption(option.helpGroup('Everywhere:'));
  }
  for (const setting of SETTINGS)
    if ('flags' in setting) commander.addOption(new Option(setting.flags, setting.summary).helpGroup('Everywhere:'));
  return commander.addHelpText('after', () => examplesText(command));
}

const argumentsOf = (command: Command): readonly string[] =>
  command.arguments === undefined ? [] : (command.arguments.match(/\[[^\]]+\]|<[^>]+>/g) ?? []);

function examplesText(command: Command): string {
  const examples = command.examples.map(({ line, summary }) => `  ${line}\n      ${summary}`);
  const codes = Object.entries({ ...command.exitCodes, 2: 'wrong usage, or an unexpected failure' });
  const topics = topicsOf(command);
  return [
    '',
    'Examples:',
    ...examples,
    '',
    'Exit codes:',
    ...codes.map(([code, meaning]) => `  ${code.padEnd(4)}${meaning}`),
    ...(topics.length === 0 ? [] : ['', `See also: ${topics.map((topic) => `firstred help ${topic}`).join(', ')}`]),
  ].join('\n');
}

/** What a reader of the command's help may have to look up. */
function topicsOf({ arguments: taken = '', options }: Command): readonly string[] {
  const has = (flag: string): boolean => options.some(({ flags }) => flags.startsWith(flag));
  return [
    ...(/ref|red/.test(taken) ? ['refs'] : []),
    ...(has('--label') && has('--until') ? ['filters'] : []),
    ...(has('--mask-env') ? ['masking'] : []),
  ];
}

function unknownCommand(name: string, topics: readonly string[] = []): AppError {
  if (name.startsWith('-'))
    return new AppError('USAGE', `there is no command '${name.slice(0, 100)}': flags come behind the command`, {
      hint: 'such as: firstred search TEXT --debug; `firstred help all` lists the commands',
    });
  return new AppError(
    'USAGE',
    `there is no command${topics.length > 0 ? ' and no topic' : ''} '${name.slice(0, 100)}'`,
    {
      hint: `${suggestion(name, topics)}\`firstred help all\` lists the commands${topics.length > 0 ? ' and topics' : ''}`,
    },
  );
}

/** The command or topic that begins so, else the nearest ones, as commander finds them among subcommands. */
function suggestion(name: string, topics: readonly string[]): string {
  const names = [...CATALOGUE.filter((e) => e.group !== 'hidden').map((e) => e.name), ...topics];
  const longer = names.find((each) => name.length >= 3 && each.startsWith(name));
  if (longer !== undefined) return `did you mean ${longer}? `;
  const all = new Commander().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const each of names) all.command(each);
  try {
    all.parse([name], { from: 'user' });
  } catch (error) {
    const near = error instanceof CommanderError ? /\(Did you mean (?:one of )?(.*)\?\)/s.exec(error.message) : null;
    if (near !== null) return `did you mean ${near[1]}? `;
  }
  return '';
}

function usageError(error: CommanderError, name: string): AppError {
  const [what = 'wrong usage', ...more] = error.message.replace(/^error: /, '').split('\n');
  const hint = more.join(' ').trim();
  const isText = error.code === 'commander.unknownOption' && /'-.*\s/.test(what);
  const advice = isText ? 'put -- before a text that begins with a hyphen; ' : '';
  return new AppError('USAGE', what, {
    hint: `${hint === '' ? '' : `${hint} `}${advice}see \`firstred ${name} --help\``,
    cause: error,
  });
}

const listed = (entries: readonly CatalogueEntry[]): string =>
  entries.map((e) => `  ${e.name.padEnd(12)}${e.summary}`).join('\n');

/** The help that fits a screen: the commands of every day. */
export const shortHelp = (): string =>
  `Keeps the log of every CI attempt, so a green re-run never erases the red one.

Usage: firstred <command> [options]

Every day:
${listed(CATALOGUE.filter((e) => e.group === 'daily'))}

  firstred <command> --help   options, exit codes and two examples
  firstred help all           every command
  firstred --version          versions of firstred, store format, Node, SQLite
`;

async function helpText(topic: string | undefined): Promise<string> {
  if (topic === undefined) return shortHelp();
  const { findTopic, TOPIC_NAMES } = await import('./topics.ts');
  if (topic === 'all')
    return `${shortHelp()}\nFurther:\n${listed(CATALOGUE.filter((e) => e.group === 'more'))}\n\nHelp on: ${TOPIC_NAMES.join(', ')} (firstred help refs)\n`;
  const entry = CATALOGUE.find((e) => e.name === topic);
  if (entry !== undefined) return commandHelp(await entry.load());
  const found = findTopic(topic);
  if (found === undefined) throw unknownCommand(topic, TOPIC_NAMES);
  return found;
}

/** What `firstred NAME --help` prints. */
export function commandHelp(command: Command): string {
  let text = '';
  const commander = buildCommander(command).configureOutput({ writeOut: (part) => (text += part) });
  commander.outputHelp();
  return `${text.trimEnd()}\n`;
}

/** Every command that is not hidden, with all its flags. */
export async function describeCommands(): Promise<readonly CommandDescription[]> {
  const shown = CATALOGUE.filter((entry) => entry.group !== 'hidden');
  return Promise.all(
    shown.map(async (entry) => {
      const command = await entry.load();
      const flags = buildCommander(command).options.map((option) => ({
        long: option.long ?? '',
        short: option.short,
        summary: option.description,
        takesValue: option.required || option.optional,
        choices: option.argChoices ?? [],
      }));
      return { name: entry.name, summary: entry.summary, arguments: command.arguments ?? '', flags };
    }),
  );
}
