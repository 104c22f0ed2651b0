// The case of one red attempt: what it shares with the green ones, what it has of its own, what it lacks, and how often
// such differences come by chance. Every mechanism works on this; nothing here knows any mechanism.

import { type Conclusion, isGreen, isRed } from '../../store/attempt.ts';
import type { LogLines } from '../lines.ts';
import type { WhyLog, WhyQuestion } from './question.ts';
import { lineOf, type ReadLog, readFirst, readLog } from './read.ts';
import { countsOf, findShared, linesIn, type SharedEvent } from './shared-events.ts';
import { findWordings, Speakers, templateTexts, type Wording } from './wordings.ts';

/** A template of the target that no green attempt has, at its first line. */
export interface NovelLine {
  readonly line: number;
  readonly hash: number;
  /** Without a stamp in front. */
  readonly text: string;
  readonly template: string;
  /** Words of the template without the format's boilerplate. */
  readonly message: string;
  /** Attempts of the job, red for whatever reason, that have it. */
  readonly reds: number;
  /** How a loaded green tells the same: by another speaker it is no news at all. */
  readonly wording: Wording;
}

/** A template that every green attempt has and the target lacks. */
export interface LackedTemplate {
  readonly hash: number;
  /** Where the first loaded green has it. */
  readonly green: ReadLog;
  readonly line: number;
  readonly text: string;
  readonly template: string;
  /** How the target tells the same. */
  readonly wording: Wording;
}

export interface WhyCase {
  readonly question: WhyQuestion;
  readonly target: ReadLog;
  readonly lines: LogLines;
  /** Green attempts of the job: those of the same SHA first, then by nearness in time. */
  readonly greens: readonly WhyLog[];
  /** How many of `greens` are of the same SHA. */
  readonly siblingGreens: number;
  /** Those whose lines were read: always a start of `greens`. */
  readonly loaded: readonly ReadLog[];
  /** Red attempts of the same job and SHA, the target left out. */
  readonly siblingReds: readonly WhyLog[];
  /** Those of them that were read. */
  readonly readReds: readonly ReadLog[];
  readonly otherReds: readonly WhyLog[];
  /** By line. */
  readonly novel: readonly NovelLine[];
  readonly lacked: readonly LackedTemplate[];
  readonly speakers: Speakers;
  /** Events that the target and every green share, whole log, by the target's line. */
  readonly shared: readonly SharedEvent[];
}

/** Greens that are read: order, places and wordings are known of these alone. */
const READ_GREENS = { logs: 10, bytes: 8_000_000 };
/** Reds of the same SHA that are read. */
const READ_REDS = { logs: 2, bytes: 2_000_000 };
/** Templates that differ, at most: beyond it the logs have little in common, and each difference says little (chosen). */
const MAX_DIFFERENCES = 4000;

/** Reads what is needed of the question's logs. */
export async function buildCase(question: WhyQuestion): Promise<WhyCase> {
  const { siblings, history } = question;
  const startMs = question.target.attempt.startedAtMs ?? 0;
  const distance = (log: WhyLog): number => Math.abs((log.attempt.startedAtMs ?? 0) - startMs);
  const near = (a: WhyLog, b: WhyLog): number => distance(a) - distance(b) || (a.ref < b.ref ? -1 : 1);
  const choose = (logs: readonly WhyLog[], is: (conclusion: Conclusion) => boolean): readonly WhyLog[] =>
    logs.filter((log) => is(log.attempt.conclusion)).sort(near);
  const siblingGreens = choose(siblings, isGreen);
  const greens = [...siblingGreens, ...choose(history, isGreen)];
  const siblingReds = choose(siblings, isRed);
  const target = await readLog(question.target);
  const loaded = await readFirst(greens, READ_GREENS);
  const small = siblingReds.filter((log) => log.rawBytes <= READ_REDS.bytes);
  const told = templateTexts(loaded);
  const speakers = new Speakers();
  for (const template of told) speakers.add(template);
  const base: Base = {
    question,
    target,
    lines: target.lines,
    greens,
    siblingGreens: siblingGreens.length,
    loaded,
    siblingReds,
    readReds: await readFirst(small, READ_REDS),
    otherReds: choose(history, isRed),
    speakers,
  };
  return {
    ...base,
    novel: findNovel(base, told),
    lacked: findLacked(base),
    shared: findShared(target.templates, loaded, countsOf(target.lines)),
  };
}

type Base = Omit<WhyCase, 'novel' | 'lacked' | 'shared'>;

function findNovel(base: Base, told: readonly string[]): readonly NovelLine[] {
  const { target, lines, greens, loaded } = base;
  const reds = [...base.siblingReds, ...base.otherReds];
  const unread = greens.slice(loaded.length);
  // Sets that may say yes to what they lack: so many yeses come by themselves.
  const falseYeses = unread.reduce((sum, log) => sum + log.falseRate, 0);
  const allowed = falseYeses < CERTAIN_FALSE_YESES ? 0 : Math.ceil(2 * falseYeses);
  const found: { hash: number; line: number }[] = [];
  target.templates.hashes.forEach((hash, k) => {
    if (loaded.some((green) => lineOf(green, hash) > 0)) return;
    let yeses = 0;
    for (const log of unread) if (log.has(hash) && ++yeses > allowed) return;
    found.push({ hash, line: target.templates.firstLines[k] as number });
  });
  found.sort((a, b) => a.line - b.line);
  const kept = found.slice(-MAX_DIFFERENCES);
  const templates = kept.map(({ line }) => lines.template(line));
  const wordings = findWordings(templates, told, base.speakers);
  return kept.map(({ hash, line }, k) => {
    const template = templates[k] as string;
    return {
      line,
      hash,
      text: lines.body(line),
      template,
      message: base.speakers.message(template).join(' '),
      reds: reds.filter((red) => red.has(hash)).length,
      wording: wordings[k] as Wording,
    };
  });
}

/** Below this many expected false yeses any yes counts (chosen). */
const CERTAIN_FALSE_YESES = 0.3;

function findLacked(base: Base): readonly LackedTemplate[] {
  const { target, greens, loaded, speakers } = base;
  const first = loaded[0];
  if (first === undefined) return [];
  const unread = greens.slice(loaded.length);
  const found: { hash: number; line: number }[] = [];
  first.templates.hashes.forEach((hash, k) => {
    if (lineOf(target, hash) > 0 || linesIn(hash, loaded) === undefined) return;
    if (unread.every((log) => log.has(hash))) found.push({ hash, line: first.templates.firstLines[k] as number });
  });
  found.sort((a, b) => a.line - b.line);
  const kept = found.slice(-MAX_DIFFERENCES);
  const templates = kept.map(({ line }) => first.lines.template(line));
  const wordings = kept.length === 0 ? [] : findWordings(templates, templateTexts([target]), speakers);
  return kept.map(({ hash, line }, k) => ({
    hash,
    green: first,
    line,
    text: first.lines.body(line),
    template: templates[k] as string,
    wording: wordings[k] as Wording,
  }));
}
