// Links that a terminal opens (OSC 8), where the terminal is known to understand them: others would print the address or worse.
import type { CommandInput, CommandIo } from './command.ts';
import type { Environment } from './config.ts';

/** `text` as a link to `url`; just the text where there is no address or no terminal that knows links. */
export type Link = (text: string, url: string | undefined) => string;

const PLAIN: Link = (text) => text;
const OSC8 = '\u001b]8;;';
const END = '\u001b\\';

/** How the terminal at `io` takes links. */
export async function linkFor(input: CommandInput, io: CommandIo): Promise<Link> {
  if (!io.stdout.isTerminal || input.text('color') === 'never') return PLAIN;
  const { env } = await io.config();
  if (!knowsLinks(env) || (env['NO_COLOR'] ?? '') !== '') return PLAIN;
  return (text, url) => (isSafe(url) ? `${OSC8}${url}${END}${text}${OSC8}${END}` : text);
}

/** Terminals that say who they are: https://github.com/Alhadis/OSC8-Adoption. */
export function knowsLinks(env: Environment): boolean {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  if (env['CI'] !== undefined || env['TERM'] === 'dumb' || env['TERM']?.startsWith('screen')) return false;
  return (
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'].includes(env['TERM_PROGRAM'] ?? '') ||
    env['TERM'] === 'xterm-kitty' ||
    env['WT_SESSION'] !== undefined ||
    env['KONSOLE_VERSION'] !== undefined ||
    Number(env['VTE_VERSION'] ?? 0) >= 5000
  );
}

/** An address of the web, of visible ASCII alone: it comes from outside, and a control character would end the link. */
const isSafe = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\/[\x21-\x7e]+$/i.test(url) && url.length <= 2000;
