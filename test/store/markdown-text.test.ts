import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cutMiddle, escapeProse, fenceText, inlineCode, tableCell } from '../../store/markdown-text.ts';

interface MarkdownCase {
  readonly id: string;
  readonly input?: string;
  readonly inputRepeat?: { readonly text: string; readonly times: number; readonly then?: string };
  readonly markdown?: {
    readonly contains?: readonly string[];
    readonly fenceLongerThan?: number;
    readonly absentCodePoints?: readonly number[];
    readonly maxChars?: number;
    readonly maxLines?: number;
    readonly saysCut?: boolean;
  };
}
const fixture = new URL('../fixtures/hostile-output.json', import.meta.url);
const cases: readonly MarkdownCase[] = JSON.parse(readFileSync(fixture, 'utf8')).cases;
const inputOf = (c: MarkdownCase): string =>
  c.input ?? (c.inputRepeat ? c.inputRepeat.text.repeat(c.inputRepeat.times) + (c.inputRepeat.then ?? '') : '');
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

describe('fenceText on the hostile texts', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_id, c) => {
    const block = fenceText(inputOf(c));
    const lines = block.split('\n');
    const fence = /^(`{3,})text$/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(fence).not.toBe('');
    expect(lines.at(-1)).toBe(fence);
    const body = lines.slice(1, -1);
    for (const line of body) {
      expect(line).not.toContain(fence);
      expect(line.startsWith('/')).toBe(false);
    }
    expect(block).not.toMatch(CONTROLS);
    expect(block.isWellFormed()).toBe(true);
    for (const piece of c.markdown?.contains ?? []) expect(body.join('\n')).toContain(piece);
    for (const codePoint of c.markdown?.absentCodePoints ?? [])
      expect(block).not.toContain(String.fromCodePoint(codePoint));
    expect(fence.length).toBeGreaterThan(
      c.markdown?.fenceLongerThan && c.input?.includes('`'.repeat(c.markdown.fenceLongerThan))
        ? c.markdown.fenceLongerThan
        : 2,
    );
    expect(block.length).toBeLessThanOrEqual(c.markdown?.maxChars ?? 65_536);
    if (c.markdown?.maxLines) expect(body.length).toBeLessThanOrEqual(c.markdown.maxLines);
    if (c.markdown?.saysCut) expect(block).toMatch(/left out|\+\d+ bytes/);
  });
});

describe('inline values', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s stays inside its code', (_id, c) => {
    const code = inlineCode(inputOf(c));
    const mark = /^`+/.exec(code)?.[0] ?? '';
    expect(code.startsWith(`${mark} `) && code.endsWith(` ${mark}`)).toBe(true);
    for (const run of code.slice(mark.length, -mark.length).match(/`+/g) ?? [])
      expect(run.length).toBeLessThan(mark.length);
    expect(code).not.toMatch(/[\n\r]/);
    expect(code).not.toMatch(CONTROLS);
    expect(code.length).toBeLessThanOrEqual(1_400);
  });
  it('a table cell holds no bare pipe', () => {
    expect(tableCell('a | b \\| c\nd')).toBe('` a \\| b \\\\\\| c\u240ad `');
  });
});

describe('escapeProse', () => {
  it.each([
    ['@admin', /@admin/],
    ['fixes #12', /#12/],
    ['GH-77', /GH-77/],
    ['https://evil.test', /:\/\//],
    ['www.evil.test', /www\./],
    ['![x](y)', /!\[/],
    ['<img src=x>', /</],
    ['0123456789abcdef0123456789abcdef01234567', /[0-9a-f]{40}/],
    ['a@b.test', /@b/],
  ])('%s is not active', (value, active) => expect(escapeProse(value)).not.toMatch(active));
});

describe('cutMiddle', () => {
  it('keeps first and last lines and says how many are left out', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`);
    const cut = cutMiddle(lines, { maxLines: 11, maxLength: 10_000, whereAll: 'firstred show Labc' });
    expect(cut).toHaveLength(11);
    expect(cut[0]).toBe('line 0');
    expect(cut.at(-1)).toBe('line 99');
    expect(cut[5]).toBe('\u2026 90 of 100 lines left out, all of them: firstred show Labc');
  });
  it('leaves a text within its bounds alone', () =>
    expect(cutMiddle(['a'], { maxLines: 5, maxLength: 10 })).toEqual(['a']));
});
