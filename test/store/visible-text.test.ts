import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForCi, showName, showText, stripControls } from '../../store/visible-text.ts';

interface TerminalCase {
  readonly id: string;
  readonly input?: string;
  readonly inputRepeat?: { readonly text: string; readonly times: number; readonly then?: string };
  readonly terminal?: {
    readonly contains?: readonly string[];
    readonly absent?: readonly string[];
    readonly shownAs?: string;
    readonly lines?: number;
    readonly maxBytes?: number;
    readonly saysCut?: boolean;
    readonly noSgr?: readonly number[];
    readonly endsReset?: boolean;
  };
}
const fixture = new URL('../fixtures/hostile-output.json', import.meta.url);
const cases: readonly TerminalCase[] = JSON.parse(readFileSync(fixture, 'utf8')).cases;
const inputOf = (c: TerminalCase): string =>
  c.input ?? (c.inputRepeat ? c.inputRepeat.text.repeat(c.inputRepeat.times) + (c.inputRepeat.then ?? '') : '');

const SGR = /\u001b\[[0-9;]{1,200}m/g;
/** Control characters that are left, colours and line feeds apart. */
const controlsIn = (text: string, colour: boolean): string[] =>
  (colour ? text.replace(SGR, '') : text).match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g) ?? [];

describe.each([false, true])('showText on the hostile texts, colour %s', (colour) => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_id, c) => {
    const input = inputOf(c);
    const shown = showText(input, { colour });
    const bare = shown.replace(SGR, '');
    expect(controlsIn(shown, colour)).toEqual([]);
    expect(shown.isWellFormed()).toBe(true);
    for (const piece of c.terminal?.contains ?? []) expect(bare.includes(piece)).toBe(true);
    for (const piece of c.terminal?.absent ?? []) expect(bare).not.toContain(piece);
    if (c.terminal?.shownAs) expect(bare).toContain(c.terminal.shownAs);
    expect(shown.split('\n').length).toBe(c.terminal?.lines ?? input.split('\n').length);
    if (c.terminal?.maxBytes) expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(c.terminal.maxBytes);
    if (c.terminal?.saysCut) expect(shown).toMatch(/\+\d+ bytes, --full/);
    for (const line of shown.split('\n'))
      if (/\u001b\[[0-9;]*m/.test(line)) expect(line.endsWith('\u001b[0m') || !colour).toBe(true);
    for (const code of c.terminal?.noSgr ?? [])
      expect(shown).not.toMatch(new RegExp(`\\u001b\\[(?:\\d+;)*${code}(?:;\\d+)*m`));
  });
});

describe('showText', () => {
  it('keeps colours only when asked', () => {
    expect(showText('a \u001b[31mred\u001b[0m b')).toBe('a red b');
    expect(showText('a \u001b[31mred', { colour: true })).toBe('a \u001b[31mred\u001b[0m');
  });
  it('shows text in the colour of its background', () => {
    expect(showText('\u001b[30;40mx', { colour: true })).toBe('\u001b[30;40;49mx\u001b[0m');
    expect(showText('\u001b[38;5;7m\u001b[48;5;7mx', { colour: true })).toContain('49m');
  });
  it('marks a carriage return inside a line and drops the one of CRLF', () => {
    expect(showText('error\rok\r\nnext')).toBe('error\u240dok\nnext');
  });
  it('shows a tab as spaces up to the stop', () => expect(showText('ab\tc\td')).toBe('ab      c       d'));
  it('keeps a joiner between emoji only', () => {
    expect(showText('\u{1f468}\u200d\u{1f469}')).toBe('\u{1f468}\u200d\u{1f469}');
    expect(showText('a\u200db')).toBe('a<U+200D>b');
  });
  it('cuts a long line by bytes, never inside a character, and says by how much', () => {
    const shown = showText('\u{1f600}'.repeat(100), { maxLineBytes: 50 });
    expect(shown).toBe(`${'\u{1f600}'.repeat(13)}\u2026 +348 bytes, --full shows them`);
  });
  it('never lets a control character pass, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\u001b',
        '\u009b',
        '[',
        ']',
        '8;;',
        'm',
        ';',
        '31',
        '\u0007',
        '\u001b\\',
        '\r',
        '\n',
        '\u202e',
        '\ud800',
        '\t',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, colour) => {
        const shown = showText(pieces.join(''), { colour });
        expect(controlsIn(shown, colour)).toEqual([]);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]/u);
      }),
      { numRuns: 500 },
    );
  });
  it('is linear on sequences that never end', () => {
    for (const unit of ['\u001b[', '\u001b]', '\u001bP', '\u009d', '\u001b[1;', '\u001b(']) {
      expect(controlsIn(stripControls(unit.repeat(100_000)), false)).toEqual([]);
    }
  });
});

describe('showName and quoteForCi', () => {
  it('a name stays one line', () => expect(showName('a\nb\r')).toBe('a\u240ab\u240d'));
  it('a CI runner obeys no quoted line', () => {
    for (const line of quoteForCi('::set-output name=x::1\n  ::add-mask::x\n##[error]x\nz ##[add-mask]y').split('\n')) {
      expect(line).toMatch(/^\| /);
      expect(line).not.toContain('##[');
    }
  });
});

describe('colour codes', () => {
  const shown = (text: string): string => showText(text, { colour: true });
  it.each([
    ['256 colours and true colours, each whole', '\u001b[38;5;208;1mx', '\u001b[38;5;208;1mx\u001b[0m'],
    ['the same for the background', '\u001b[48;2;10;20;30mx', '\u001b[48;2;10;20;30mx\u001b[0m'],
    [
      'a number beyond a byte is no colour: what follows is read by itself',
      '\u001b[38;5;256;31mx',
      '\u001b[5;31mx\u001b[0m',
    ],
    ['nor is one of another space', '\u001b[38;3;4mx', '\u001b[3;4mx\u001b[0m'],
    ['a true colour that breaks off', '\u001b[48;2;1;2mx', '\u001b[2;1;2mx\u001b[0m'],
    ['bright ones', '\u001b[97;104mx', '\u001b[97;104mx\u001b[0m'],
    ['conceal goes, what stands beside it stays', '\u001b[8;31;5mx', '\u001b[31;5mx\u001b[0m'],
    ['nothing but what must go', '\u001b[8;28mx', 'x'],
    ['the short form of a reset', 'a\u001b[mb', 'a\u001b[0mb\u001b[0m'],
    ['a number of many digits', '\u001b[0031mx', 'x'],
    ['other sequences', '\u001b[2Jx\u001b[1;31Hy\u001b]0;title\u0007z', 'xyz'],
  ])('%s', (_name, text, wanted) => expect(shown(text)).toBe(wanted));

  it.each([
    ['bright on itself', '\u001b[92m\u001b[102mx'],
    ['true colours alike', '\u001b[38;2;1;2;3m\u001b[48;2;1;2;3mx'],
    ['in one code', '\u001b[37;47mx'],
  ])('text in the colour of its background is shown: %s', (_name, text) => {
    expect(shown(text)).toMatch(/;49mx/);
  });

  it.each([
    ['the fore colour was reset', '\u001b[31m\u001b[39m\u001b[41mx'],
    ['the background was reset', '\u001b[41m\u001b[49m\u001b[31mx'],
    ['everything was reset', '\u001b[41m\u001b[0m\u001b[31mx'],
    ['they differ', '\u001b[31m\u001b[101mx'],
  ])('and left alone where it can be read: %s', (_name, text) => {
    expect(shown(text)).toBe(`${text}\u001b[0m`);
  });
});
