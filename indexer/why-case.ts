// The case of one red attempt: what it shares with the green ones, what it has of its own, what it lacks, and how often
// such differences come by chance. Every mechanism works on this; nothing here knows any mechanism.

import { isGreen, isRed } from '../store/attempt.ts';
import type { LogLines } from './lines.ts';
import type { WhyLog, WhyQuestion } from './why-question.ts';
import { countsOf, findShared, type SharedEvent } from './why-shared.ts';
import { firstLineOf, Speakers, templateTexts, type Wording, Wordings } from './why-templates.ts';

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
  readonly green: LoadedLog;
  readonly line: number;
  readonly text: string;
  readonly template: string;
  /** How the target tells the same. */
  readonly wording: Wording;
}

export interface LoadedLog {
  readonly log: WhyLog;
  readonly lines: LogLines;
}

export interface WhyCase {
  readonly question: WhyQuestion;
  readonly target: WhyLog;
  readonly lines: LogLines;
  /** Green attempts of the job: those of the same SHA first, then by nearness in time. */
  readonly greens: readonly WhyLog[];
  /** How many of `greens` are of the same SHA. */
  readonly siblingGreens: number;
  /** Those whose lines were read: always a start of `greens`. */
  readonly loaded: readonly LoadedLog[];
  /** Red attempts of the same job and SHA, the target left out. */
  readonly siblingReds: readonly WhyLog[];
  readonly otherReds: readonly WhyLog[];
  /** By line. */
  readonly novel: readonly NovelLine[];
  readonly lacked: readonly LackedTemplate[];
  readonly speakers: Speakers;
  /** Events that the target and every green share, whole log, by the target's line. */
  readonly shared: readonly SharedEvent[];
}

/** Lines of greens are read up to this many bytes together (one is always read): the whole answer must stay within a second. */
const LOAD_BYTES = 12_000_000;
const LOAD_LOGS = 6;
/** Templates that differ, at most: beyond it the logs have little in common, and each difference says little (chosen). */
const MAX_DIFFERENCES = 4000;

/** Reads what is needed of the question's logs. */
export async function buildCase(question: WhyQuestion): Promise<WhyCase> {
  const { target, siblings, history } = question;
  const lines = await target.load();
  const startMs = target.attempt.startedAtMs ?? 0;
  const distance = (log: WhyLog): number => Math.abs((log.attempt.startedAtMs ?? 0) - startMs);
  const near = (a: WhyLog, b: WhyLog): number => distance(a) - distance(b) || (a.ref < b.ref ? -1 : 1);
  const siblingGreens = siblings.filter((log) => isGreen(log.attempt.conclusion)).sort(near);
  const greens = [...siblingGreens, ...history.filter((log) => isGreen(log.attempt.conclusion)).sort(near)];
  const siblingReds = siblings.filter((log) => isRed(log.attempt.conclusion)).sort(near);
  const otherReds = history.filter((log) => isRed(log.attempt.conclusion)).sort(near);
  const loaded: LoadedLog[] = [];
  let bytes = 0;
  for (const log of greens.slice(0, LOAD_LOGS)) {
    bytes += log.rawBytes;
    if (loaded.length > 0 && bytes > LOAD_BYTES) break;
    loaded.push({ log, lines: await log.load() });
  }
  const texts = loaded.map((green) => templateTexts(green.lines, green.log.templates));
  const speakers = new Speakers();
  for (const template of texts.flat()) speakers.add(template);
  const base = {
    question,
    target,
    lines,
    greens,
    siblingGreens: siblingGreens.length,
    loaded,
    siblingReds,
    otherReds,
    speakers,
  };
  return {
    ...base,
    novel: findNovel(base, wordingsOf(texts.flat(), speakers)),
    lacked: findLacked(base),
    shared: findShared(target.templates, greens, countsOf(lines)),
  };
}

function wordingsOf(templates: readonly string[], speakers: Speakers): Wordings {
  const wordings = new Wordings(speakers);
  for (const template of templates) wordings.add(template);
  return wordings;
}

type Base = Omit<WhyCase, 'novel' | 'lacked' | 'shared'>;

function findNovel(base: Base, told: Wordings): readonly NovelLine[] {
  const { target, lines, greens } = base;
  const reds = [...base.siblingReds, ...base.otherReds];
  const found: { hash: number; line: number }[] = [];
  target.templates.hashes.forEach((hash, k) => {
    if (greens.every((green) => firstLineOf(green.templates, hash) === 0))
      found.push({ hash, line: target.templates.firstLines[k] as number });
  });
  found.sort((a, b) => a.line - b.line);
  return found.slice(-MAX_DIFFERENCES).map(({ hash, line }) => {
    const template = lines.template(line);
    return {
      line,
      hash,
      text: lines.body(line),
      template,
      message: base.speakers.message(template).join(' '),
      reds: reds.filter((red) => firstLineOf(red.templates, hash) > 0).length,
      wording: told.find(template),
    };
  });
}

function findLacked(base: Base): readonly LackedTemplate[] {
  const { target, lines, greens, loaded, speakers } = base;
  const first = loaded[0];
  if (first === undefined) return [];
  const told = wordingsOf(templateTexts(lines, target.templates), speakers);
  const found: { hash: number; line: number }[] = [];
  first.log.templates.hashes.forEach((hash, k) => {
    if (firstLineOf(target.templates, hash) > 0) return;
    if (greens.every((green) => firstLineOf(green.templates, hash) > 0))
      found.push({ hash, line: first.log.templates.firstLines[k] as number });
  });
  found.sort((a, b) => a.line - b.line);
  return found.slice(-MAX_DIFFERENCES).map(({ hash, line }) => {
    const template = first.lines.template(line);
    return { hash, green: first, line, text: first.lines.body(line), template, wording: told.find(template) };
  });
}
