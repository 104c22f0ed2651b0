// Colours for people: only on a terminal, never against NO_COLOR, and red and green are always words as well.
import { styleText } from 'node:util';
import { type Conclusion, isGreen, isRed } from '../store/attempt.ts';
import type { CommandInput, CommandIo } from './command.ts';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** How `input` and the terminal want text painted. */
export async function paintFor(input: CommandInput, io: CommandIo): Promise<Paint> {
  return (await wantsColour(input, io))
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_style, text) => text;
}

/** `--color always` and `never` win; else a terminal, unless NO_COLOR is set. */
export async function wantsColour(input: CommandInput, io: CommandIo): Promise<boolean> {
  const when = input.text('color') ?? 'auto';
  if (when !== 'auto') return when === 'always';
  const { env } = await io.config();
  return io.stdout.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** The conclusion's word in its colour. */
export function conclusionText(conclusion: Conclusion, paint: Paint): string {
  if (isRed(conclusion)) return paint(['red', 'bold'], conclusion);
  return isGreen(conclusion) ? paint('green', conclusion) : paint('dim', conclusion);
}
