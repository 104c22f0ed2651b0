// Commands as endpoints of the server: the same code and the same JSON as on the command line.
import type { Asked, Endpoint, EndpointParameter } from '../web/endpoint.ts';
import type { Command, CommandInput, CommandIo, CommandOption, Sink } from './command.ts';
import type { Config } from './config.ts';
import { FILTER_OPTIONS } from './filters.ts';
import { findJsonSchema } from './schemas.ts';

/** What of a command is offered under which path. */
export interface CommandEndpoint {
  readonly command: Command;
  readonly path: string;
  readonly summary: string;
  readonly type: Endpoint['type'];
  /** The command's options that are offered besides filters, by their camelCase names. */
  readonly options: readonly string[];
  /** The command's arguments, of the path or the query. */
  arguments(asked: Asked): readonly string[];
  /** Parameters that are arguments of the command. */
  readonly parameters?: readonly EndpointParameter[];
  /** Runs the command elsewhere than in this process. */
  readonly answer?: (asked: Asked, signal: AbortSignal) => AsyncIterable<string>;
}

/** The endpoint of a command. `config` is the server's own: nobody who asks changes it. */
export function endpointOf(offer: CommandEndpoint, config: Config, now: () => number): Endpoint {
  const { command } = offer;
  const offered = command.options.filter(
    (option) => offer.options.includes(nameOfOption(option)) || FILTER_OPTIONS.includes(option),
  );
  return {
    path: offer.path,
    summary: offer.summary,
    type: offer.type,
    schema: findJsonSchema(command.name) ?? {},
    parameters: [...(offer.parameters ?? []), ...offered.map(parameterOf)],
    answer:
      offer.answer ??
      ((asked, signal) => {
        const input = inputOf(offer.arguments(asked), asked);
        return piecesOf((stdout) => command.run(input, ioOf({ config, now, signal, stdout })), signal);
      }),
  };
}

/** `--ignore-case <x>` → `ignoreCase`. */
const nameOfOption = ({ flags }: CommandOption): string =>
  (/--([a-z-]+)/.exec(flags)?.[1] ?? '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parameterOf(option: CommandOption): EndpointParameter {
  const kind = !option.flags.includes('<') ? 'flag' : option.flags.includes('...') ? 'list' : 'text';
  const choices = option.choices === undefined ? {} : { choices: option.choices };
  return { name: nameOfOption(option), summary: option.summary, kind, ...choices };
}

const inputOf = (args: readonly string[], asked: Asked): CommandInput => ({
  arguments: args,
  text: (name) => asked.text(name),
  flag: (name) => name === 'json' || name === 'quiet' || asked.flag(name),
  isOff: () => false,
  list: (name) => asked.list(name),
});

/** A command's world inside the server: no terminal, no input, and its own notes are dropped, as JSON says them too. */
export function ioOf(world: {
  readonly config: Config;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly stdout: Sink;
}): CommandIo {
  return {
    stdin: (async function* () {})(),
    stdout: world.stdout,
    stderr: { isTerminal: false, columns: undefined, write: async () => undefined },
    signal: world.signal,
    now: world.now,
    commands: () => Promise.resolve([]),
    config: () => Promise.resolve(world.config),
  };
}

/**
 * What a command writes, piece by piece; it waits until a piece is taken. Ends with the command, throws what it throws,
 * and lets it go once the reader has gone.
 */
export async function* piecesOf(run: (stdout: Sink) => Promise<unknown>, signal: AbortSignal): AsyncGenerator<string> {
  let taken = (): void => undefined;
  let arrived = (): void => undefined;
  const waiting: string[] = [];
  const gone = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new ReaderGone()), { once: true });
  });
  gone.catch(() => undefined); // nobody may be waiting any more
  const stdout: Sink = {
    isTerminal: false,
    columns: undefined,
    async write(chunk) {
      signal.throwIfAborted();
      waiting.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      arrived();
      await Promise.race([new Promise<void>((resolve) => (taken = resolve)), gone]);
    },
  };
  let end: { readonly error?: unknown } | undefined;
  const done = run(stdout).then(
    () => (end = {}),
    (error: unknown) => (end = { error }),
  );
  void done.then(() => arrived());
  while (true) {
    if (waiting.length === 0 && end === undefined) await new Promise<void>((resolve) => (arrived = resolve));
    const piece = waiting.shift();
    if (piece !== undefined) {
      yield piece;
      taken();
    } else if (end !== undefined) {
      if ('error' in end && !(end.error instanceof ReaderGone)) throw end.error;
      return;
    }
  }
}

/** Unwinds a command whose answer nobody reads any more. */
class ReaderGone extends Error {}
