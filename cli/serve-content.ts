// What `serve` hands to the server: commands as endpoints, logs, and the writing of a name.

import { fileURLToPath } from 'node:url';
import { MECHANISMS } from '../indexer/why/question.ts';
import { builtFile } from '../store/built-file.ts';
import type { Asked, Endpoint, EndpointParameter, NameRequest, WriteName } from '../web/endpoint.ts';
import type { SiteContent } from '../web/server.ts';
import type { CommandInput } from './command.ts';
import { diff } from './commands/diff.ts';
import { errors } from './commands/errors.ts';
import { flakes } from './commands/flakes.ts';
import { headroom } from './commands/headroom.ts';
import { list } from './commands/list.ts';
import { name } from './commands/name.ts';
import { search } from './commands/search.ts';
import { signatures } from './commands/signatures.ts';
import { why } from './commands/why.ts';
import type { Config } from './config.ts';
import { type CommandEndpoint, endpointOf, ioOf, piecesOf } from './serve-ask.ts';
import { ChildCommands } from './serve-child.ts';
import { findInLog, findKept, openLogs } from './serve-logs.ts';
import { openSession } from './session.ts';
import { toolName } from './version.ts';

/** Everything that the server answers with, over one configuration. */
export function siteContent(config: Config, now: () => number): SiteContent {
  return {
    endpoints: [
      ...[...LISTS, ...comparisons(config, new ChildCommands(config))].map((offer) => endpointOf(offer, config, now)),
      findEndpoint(config),
    ],
    withLog: openLogs(config),
    writeName: nameWriter(config, now),
    mechanisms: MECHANISMS.filter((mechanism) => mechanism !== 'unknown'),
    version: toolName().replace(/^\S+ /, ''),
    pageFolder: fileURLToPath(builtFile('web')),
  };
}

const QUERY: EndpointParameter = { name: 'q', summary: 'what is looked for', kind: 'text' };

const LISTS: readonly CommandEndpoint[] = [
  {
    command: search,
    path: '/api/search',
    summary: 'Matching lines, one a line, and a summary with the base rate as the last one.',
    type: 'ndjson',
    options: ['regex', 'word', 'ignoreCase', 'caseSensitive', 'visible', 'context', 'count', 'files', 'sort', 'budget'],
    parameters: [QUERY],
    arguments: (asked) => [asked.text('q') ?? ''],
  },
  {
    command: list,
    path: '/api/attempts',
    summary: 'Every log of the attempts that the filters let through, newest first.',
    type: 'json',
    options: [],
    arguments: () => [],
  },
  {
    command: flakes,
    path: '/api/flakes',
    summary: 'Jobs that were red and green on one SHA.',
    type: 'json',
    options: [],
    arguments: () => [],
  },
  {
    command: signatures,
    path: '/api/signatures',
    summary: 'Known errors with their base rates.',
    type: 'json',
    options: [],
    arguments: () => [],
  },
  {
    command: headroom,
    path: '/api/headroom',
    summary: 'How close green attempts come to the time limits of their jobs.',
    type: 'json',
    options: ['steps', 'points'],
    arguments: () => [],
  },
];

const AGAINST: EndpointParameter = { name: 'against', summary: 'log id to compare with; repeatable', kind: 'list' };
const GREEN: EndpointParameter = { name: 'green', summary: 'log id to compare with; default: chosen', kind: 'text' };

/** Logs are named by id alone and made whole first: no path and no flag can get into the arguments of a process. */
function comparisons(config: Config, children: ChildCommands): readonly CommandEndpoint[] {
  const about = (
    command: CommandEndpoint['command'],
    rest: Pick<CommandEndpoint, 'path' | 'summary' | 'options' | 'parameters'>,
    argumentsOf: (asked: Asked, log: string, whole: (id: string) => string) => readonly string[],
  ): CommandEndpoint => ({
    ...rest,
    command,
    type: 'json',
    arguments: () => [],
    answer: (asked, signal) => askChild(config, children, { name: command.name, asked, signal, argumentsOf }),
  });
  const against = (asked: Asked, whole: (id: string) => string): readonly string[] =>
    asked.list('against').flatMap((id) => ['--against', whole(id)]);
  return [
    about(
      errors,
      { path: '/api/errors/:log', summary: 'Error lines of a log, best first.', options: [], parameters: [AGAINST] },
      (asked, log, whole) => [log, ...against(asked, whole)],
    ),
    about(
      why,
      {
        path: '/api/why/:log',
        summary: 'The mechanism of a red attempt, with evidence.',
        options: [],
        parameters: [AGAINST],
      },
      (asked, log, whole) => [log, ...against(asked, whole)],
    ),
    about(
      diff,
      {
        path: '/api/diff/:log',
        summary: 'What a red log has that a green one lacks, and which lines answer each other.',
        options: ['all'],
        parameters: [GREEN],
      },
      (asked, log, whole) => {
        const green = asked.text('green');
        return [
          log,
          ...(green === undefined ? [] : [whole(green)]),
          '--aligned',
          ...(asked.flag('all') ? ['--all'] : []),
        ];
      },
    ),
  ];
}

interface ChildQuestion {
  readonly name: string;
  readonly asked: Asked;
  readonly signal: AbortSignal;
  argumentsOf(asked: Asked, log: string, whole: (id: string) => string): readonly string[];
}

async function* askChild(
  config: Config,
  children: ChildCommands,
  { name: command, asked, signal, argumentsOf }: ChildQuestion,
): AsyncGenerator<string> {
  const session = openSession(config);
  let args: readonly string[];
  try {
    args = await session.ask((index) => {
      const whole = (id: string): string => findKept(index, id).logId;
      return argumentsOf(asked, whole(asked.text('log') ?? ''), whole);
    });
  } finally {
    await session.close();
  }
  yield* children.run([command, ...args], signal);
}

const findEndpoint = (config: Config): Endpoint => ({
  path: '/api/logs/:log/find',
  summary: 'Matching lines of one log, one a line, and a summary as the last one.',
  parameters: [
    QUERY,
    { name: 'regex', summary: 'the query is a regular expression in RE2 syntax', kind: 'flag' },
    { name: 'word', summary: 'only whole words', kind: 'flag' },
  ],
  schema: {},
  type: 'ndjson',
  answer: (asked, signal) => findInLog(config, asked, signal),
});

/** The command `name` in this process; facts say who asked, where a proxy knows it. */
function nameWriter(config: Config, now: () => number): WriteName {
  return async (request, author, signal) => {
    const own = author === undefined ? config : { ...config, author };
    let text = '';
    const pieces = piecesOf(
      (stdout) => name.run(nameInput(request), ioOf({ config: own, now, signal, stdout })),
      signal,
    );
    for await (const piece of pieces) text += piece;
    return text;
  };
}

const nameInput = (request: NameRequest): CommandInput => ({
  arguments: [request.signature],
  text: (option) =>
    option === 'mechanism' || option === 'issue' || option === 'note' || option === 'until'
      ? request[option]
      : undefined,
  flag: (option) => option === 'json',
  isOff: () => false,
  list: () => [],
});
