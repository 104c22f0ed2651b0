// The order of events that the target and every green attempt share: how stable it is around each event, and which
// pairs the target has the other way round. Positions are first lines, so logs without time stamps work the same.
import type { WhyCase } from './case.ts';
import type { Failure } from './failure.ts';
import { orderOf, type Placed, type SharedEvent } from './shared-events.ts';
import { blurNumbers, nameOf } from './templates.ts';

/** A shared event before the failure. */
export interface CoreEvent extends SharedEvent {
  /** Share of the events near it whose order to it varies among the greens: 0 is a fixed place, 1 is shuffled. */
  readonly unrest: number;
  /** Its message with the name left out: of one family, the same. */
  readonly shape: string;
}

/** Two events that every green attempt has as `early` … `late`, and the target the other way round. */
export interface Inversion {
  readonly early: CoreEvent;
  readonly late: CoreEvent;
  /** How many events stand between them in the target. */
  readonly apart: number;
}

/** More events than this before the failure are not compared: the last ones are what led to it (chosen). */
const MAX_EVENTS = 1500;
/** Events this far away in rank are an event's surroundings. */
const SURROUNDINGS = 6;
/** What is said more often has no place of its own. */
const MAX_COUNT = 3;
/** This many lines of one shape are a family: a list of tests, files or packages. */
const MIN_FAMILY = 4;
/** An inversion is looked for this far in rank: a race is between events that follow each other. */
const MAX_APART = 30;

/** Events before the failure that all greens have too, in the target's order. */
export function findCoreEvents(c: WhyCase, failure: Failure): readonly CoreEvent[] {
  const kept = c.shared.filter((event) => event.line < failure.endLine).slice(-MAX_EVENTS);
  const shapes = kept.map((event) => shapeOf(c, c.lines.template(event.line)));
  const families = shuffledFamilies(kept, shapes);
  return kept.map((event, at) => {
    const shape = shapes[at] as string;
    return { ...event, shape, unrest: Math.max(unrestAt(kept, at, 'greens'), families.get(shape) ?? 0) };
  });
}

/** Share of an event's surroundings whose order to it varies, among the greens alone or with the target. */
function unrestAt(events: readonly Placed[], at: number, among: 'greens' | 'all'): number {
  const event = events[at] as Placed;
  let varying = 0;
  let near = 0;
  for (let k = Math.max(0, at - SURROUNDINGS); k <= Math.min(events.length - 1, at + SURROUNDINGS); k++) {
    if (k === at) continue;
    near++;
    const order = orderOf(event, events[k] as Placed);
    if (order === 'varies' || (among === 'all' && order !== (k > at ? 'before' : 'after'))) varying++;
  }
  return near === 0 ? 0 : varying / near;
}

/** Kinds of lines that differ only in one name (tests, files, packages): how much their order varies as a whole. */
function shuffledFamilies(events: readonly SharedEvent[], shapes: readonly string[]): ReadonlyMap<string, number> {
  const members = new Map<string, SharedEvent[]>();
  events.forEach((event, at) => {
    const shape = shapes[at] as string;
    const family = members.get(shape);
    if (family === undefined) members.set(shape, [event]);
    else family.push(event);
  });
  const unrest = new Map<string, number>();
  for (const [shape, family] of members) {
    if (family.length < MIN_FAMILY) continue;
    const mean = family.reduce((sum, _, at) => sum + unrestAt(family, at, 'all'), 0) / family.length;
    unrest.set(shape, mean);
  }
  return unrest;
}

/** A message with its longest name left out. */
export function shapeOf(c: WhyCase, template: string): string {
  const words = c.speakers.message(template);
  const name = nameOf(words);
  return words.map((word) => (word === name ? '*' : blurNumbers(word))).join(' ');
}

/** Pairs that the target has in another order than every green attempt. */
export function findInversions(events: readonly CoreEvent[]): readonly Inversion[] {
  const found: Inversion[] = [];
  for (let k = 0; k < events.length; k++) {
    const late = events[k] as CoreEvent;
    if (late.count > MAX_COUNT) continue;
    for (let j = k + 1; j <= Math.min(events.length - 1, k + MAX_APART); j++) {
      const early = events[j] as CoreEvent;
      if (early.count <= MAX_COUNT && orderOf(early, late) === 'before') found.push({ early, late, apart: j - k - 1 });
    }
  }
  return found;
}
