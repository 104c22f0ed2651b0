// Masks one visible line: runs the words over it, asks each hit's rule for spans, and says what the next line inherits.
import { findCommandSecret } from './commands.ts';
import { findContextValue, findOpenValue, LINE_PREFIX, type OpenName } from './context.ts';
import { findDataBlock, findDataEntry, type OpenData } from './kube.ts';
import { wordScore } from './letters.ts';
import { findKeyBegin, findKeyLine, findPuttyKey, type OpenKey } from './pem.ts';
import { isPlaceholder } from './placeholder.ts';
import { findPrefixed } from './prefixed.ts';
import type { TokenRule } from './rule.ts';
import type { Span } from './span.ts';
import { findWords, type MaskTables } from './tables.ts';
import type { WebhookRule } from './webhooks.ts';
import type { Word } from './words.ts';

/** What a line leaves for the next one. */
export interface Inherited {
  readonly key?: OpenKey;
  readonly name?: OpenName;
  readonly data?: OpenData;
}

/** Spans of a line and what it leaves; `added` are values that the log itself asks to mask. */
export interface LineResult {
  readonly spans: readonly Span[];
  readonly left: Inherited;
  readonly added: readonly string[];
}

/** Random letters alone reach this once in some thousand tokens of 30 characters; base62 and hex never do. */
const MOST_WORDY = 0;

const compiled = new Map<TokenRule | WebhookRule, RegExp>();

function patternOf(rule: TokenRule): RegExp {
  let pattern = compiled.get(rule);
  if (pattern === undefined) {
    const key = rule.key.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const before = rule.edges.includes('L') ? '(?<![\\w+/-])' : rule.edges.includes('l') ? '(?<![A-Za-z0-9])' : '';
    pattern = new RegExp(
      `${before}${rule.head}${key}${rule.tail}${rule.edges.includes('r') ? '(?![A-Za-z0-9])' : ''}`,
      'y',
    );
    compiled.set(rule, pattern);
  }
  return pattern;
}

/** The part of a token that is random: `production_` before it is words. */
const longestRun = (text: string): string =>
  text.split(/[^A-Za-z0-9]/).reduce((longest, run) => (run.length > longest.length ? run : longest), '');

/** Shorter runs reach the score of words by chance; then all of the text counts. */
function isWords(text: string): boolean {
  const run = longestRun(text);
  return wordScore(run.length >= 12 ? run : text) > MOST_WORDY;
}

function findToken(
  line: string,
  from: number,
  rule: TokenRule,
  isInside: boolean,
): Span | { readonly refusedTo: number } | undefined {
  const pattern = patternOf(rule);
  for (let back = rule.back[1]; back >= rule.back[0]; back--) {
    if (from - back < 0) continue;
    pattern.lastIndex = from - back;
    const text = pattern.exec(line)?.[0];
    if (text === undefined) continue;
    const body = rule.back[1] > 0 ? text : text.slice(rule.key.length);
    // Identifiers and test names run on from short prefixes (`test_`, `key`): a text of words is no token.
    return !isInside && (isPlaceholder(body.length > 6 ? body : text) || isWords(body))
      ? { refusedTo: from - back + text.length }
      : { from: from - back, to: from - back + text.length, rule: rule.id };
  }
  return undefined;
}

function findWebhook(line: string, to: number, rule: WebhookRule): Span | undefined {
  const pattern = compiled.get(rule) ?? new RegExp(rule.tail, 'y');
  compiled.set(rule, pattern);
  pattern.lastIndex = to;
  const match = pattern.exec(line);
  const text = match?.[1] ?? '';
  if (match === null || text === '' || isPlaceholder(text.slice(text.lastIndexOf('/') + 1))) return undefined;
  const end = match.index + match[0].length;
  return { from: end - text.length, to: end, rule: rule.id };
}

/** Everything found in one line, hit by hit. */
class LineScan {
  private readonly line: string;
  private readonly tables: MaskTables;
  readonly spans: Span[] = [];
  readonly added: string[] = [];
  key: OpenKey | undefined;
  name: OpenName | undefined;
  data: OpenData | undefined;
  /** End of the last name looked at, and of the text masked so far: hits inside say nothing new. */
  private nameEnd = 0;
  private masked = 0;
  /** A sample token (`ghp_xxxx…`) is refused once, not at every place where its text repeats the key. */
  private refusedKey = '';
  private refusedTo = 0;

  constructor(line: string, tables: MaskTables) {
    this.line = line;
    this.tables = tables;
  }

  /** Looks only for what is a secret wherever it stands: told values and known tokens. */
  isCertainOnly = false;

  run(): void {
    const { words, texts } = this.tables;
    // The line's end counts as a sign: a name may end there and have its value on the next line.
    for (const { index, to } of findWords(this.tables, `${this.line}\n`)) {
      this.hit(words[index] as Word, to - (texts[index] as string).length, to);
    }
  }

  private add(span: Span | undefined): void {
    if (span === undefined || span.to <= span.from) return;
    this.spans.push(span);
    if (span.to > this.masked) this.masked = span.to;
  }

  private hit(word: Word, from: number, to: number): void {
    if (word.is === 'told') this.told(word.forms, from);
    else if (word.is === 'token') this.token(word.rule, from);
    else if (this.isCertainOnly) return;
    else if (word.is === 'key-begin') this.keyBegin(from);
    else if (word.is === 'add-mask') this.addMask(from, to);
    else if (word.is === 'data-block') this.data = findDataBlock(this.line) ?? this.data;
    else if (word.is === 'putty-key') this.key = findPuttyKey(this.line, to) ?? this.key;
    else if (from >= this.masked) this.surrounding(word, from, to);
  }

  private surrounding(word: Word, from: number, to: number): void {
    if (word.is === 'shape') for (const span of word.find(this.line, from, to)) this.add(span);
    else if (word.is === 'command') this.add(findCommandSecret(this.line, to, word.index));
    else if (word.is === 'webhook') this.add(findWebhook(this.line, to, word.rule));
    else if (word.is === 'context' && from >= this.nameEnd) {
      const found = findContextValue(this.line, from, to - word.trim);
      this.nameEnd = found.end;
      this.name = found.open ?? this.name;
      for (const span of found.spans ?? []) this.add(span);
    }
  }

  private token(rule: TokenRule, from: number): void {
    if (rule.key === this.refusedKey && from < this.refusedTo) return;
    const found = findToken(this.line, from, rule, from < this.masked);
    if (found === undefined) return;
    if ('rule' in found) this.add(found);
    else {
      this.refusedKey = rule.key;
      this.refusedTo = found.refusedTo;
    }
  }

  private told(forms: readonly string[], from: number): void {
    const form = forms.find((candidate) => this.line.startsWith(candidate, from));
    if (form !== undefined) this.add({ from, to: from + form.length, rule: 'told' });
  }

  private keyBegin(from: number): void {
    const found = findKeyBegin(this.line, from);
    this.add(found.span);
    this.key = found.open ?? this.key;
  }

  private addMask(from: number, to: number): void {
    // `##vso[task.setvariable variable=…;issecret=true]VALUE`
    const end = this.line[to] === ']' || this.line[to] === ';' ? this.line.indexOf(']', to) : -1;
    if (this.line.startsWith('issecret', from) || this.line.startsWith('isSecret', from)) {
      if (end >= 0) this.addValue(this.line.slice(end + 1).trim(), end + 1);
      return;
    }
    // Runners obey it at the start of a line only.
    if (this.line.slice(LINE_PREFIX.exec(this.line)?.[0].length ?? 0, from).trim() !== '') return;
    this.addValue(this.line.slice(to).trim(), to);
  }

  private addValue(value: string, to: number): void {
    if (value === '' || /^\*+$/.test(value)) return;
    this.added.push(value);
    this.add({ from: to, to: this.line.length, rule: 'add-mask' });
  }
}

/**
 * Told values and known tokens in a line as it came, escape sequences and all: the last letter of a sequence may be the
 * first one of a secret.
 */
export function scanRaw(line: string, tables: MaskTables): readonly Span[] {
  const scan = new LineScan(line, tables);
  scan.isCertainOnly = true;
  scan.run();
  return scan.spans;
}

/** Looks at a whole visible line, with what the line before left. An empty line leaves that untouched. */
export function scanLine(line: string, tables: MaskTables, inherited: Inherited): LineResult {
  if (line.trim() === '') return { spans: [], left: inherited, added: [] };
  const scan = new LineScan(line, tables);
  const spans: Span[] = [];
  let key: OpenKey | undefined;
  if (inherited.key !== undefined) {
    const found = findKeyLine(line, inherited.key);
    if (found.span !== undefined) spans.push(found.span);
    key = found.open;
  }
  const value = inherited.name === undefined ? undefined : findOpenValue(line, inherited.name);
  if (value !== undefined) spans.push(value);
  let data: OpenData | undefined;
  if (inherited.data !== undefined) {
    const found = findDataEntry(line, inherited.data);
    if (found.span !== undefined) spans.push(found.span);
    data = found.open;
  }
  scan.run();
  spans.push(...findPrefixed(line));
  key = scan.key ?? key;
  data = scan.data ?? data;
  const left = { ...(key && { key }), ...(scan.name && { name: scan.name }), ...(data && { data }) };
  return { spans: [...spans, ...scan.spans], left, added: scan.added };
}
