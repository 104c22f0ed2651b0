// Events that all of some logs have and one log lacks though it got past the place where they belong. Asked of the
// target against the greens, and of each green against the rest: that is how often it comes by chance.

import type { WhyCase } from './case.ts';
import { lineOf, type ReadLog } from './read.ts';
import { findShared, linesIn, orderOf, type Placed, type SharedEvent } from './shared-events.ts';
import { findWordings, templateTexts } from './wordings.ts';

/** An event that was skipped: of the events that always follow it, how many happened. */
export interface Skipped<Event> {
  readonly event: Event;
  readonly passed: number;
  readonly followers: number;
}

/** The log must have at least this share of what follows the event elsewhere: it got past it. */
const MIN_PASSED = 0.6;
const MIN_FOLLOWERS = 2;
/** An event with more varying neighbours than this has no fixed place. */
const MAX_UNREST = 0.34;
const SURROUNDINGS = 12;

/** `lacked`: what all `others` have and the one log does not; `core`: what it shares with all of them. */
export function findSkipped<Event extends { readonly hash: number }>(
  lacked: readonly Event[],
  core: readonly SharedEvent[],
  others: readonly ReadLog[],
): readonly Skipped<Event>[] {
  const placed = lacked.flatMap((event) => {
    const greenLines = linesIn(event.hash, others);
    return greenLines === undefined ? [] : [{ event, greenLines }];
  });
  const found: Skipped<Event>[] = [];
  for (const one of placed) {
    const passed = core.filter((other) => orderOf(one, other) === 'before').length;
    if (passed < MIN_FOLLOWERS) continue;
    // Lists of lacked events may be long: stop as soon as too many of them follow.
    const most = passed / MIN_PASSED;
    let followers = passed;
    for (const other of placed) if (followers <= most && other !== one && orderOf(one, other) === 'before') followers++;
    if (followers > most) continue;
    const around: readonly Placed[] = [...core, ...placed.filter((p) => p !== one)];
    const near = nearest(one, around);
    if (near.filter((k) => orderOf(one, around[k] as Placed) === 'varies').length > MAX_UNREST * near.length) continue;
    found.push({ event: one.event, passed, followers });
  }
  return found;
}

/** Indices of the events nearest to `event` in the first log. */
const nearest = (event: Placed, others: readonly Placed[]): readonly number[] =>
  others
    .map((other, k) => ({ k, distance: Math.abs((other.greenLines[0] as number) - (event.greenLines[0] as number)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SURROUNDINGS)
    .map((x) => x.k);

/**
 * Expected number of events that an attempt skips by chance: each read green is held against the rest. Never 0: with n
 * attempts, less than one in n+1 cannot be claimed.
 */
export function strayRate(c: WhyCase): number {
  const { loaded } = c;
  let strays = 0;
  for (const green of loaded) {
    const rest = loaded.filter((other) => other !== green);
    const source = rest[0];
    if (source === undefined) break;
    const lacked: { hash: number; line: number }[] = [];
    source.templates.hashes.forEach((hash, k) => {
      if (lineOf(green, hash) === 0 && linesIn(hash, rest) !== undefined)
        lacked.push({ hash, line: source.templates.firstLines[k] as number });
    });
    if (lacked.length === 0) continue;
    const wordings = findWordings(
      lacked.map((l) => source.lines.template(l.line)),
      templateTexts([green]),
      c.speakers,
    );
    const real = lacked.filter((_, k) => wordings[k] === 'none');
    strays += findSkipped(real, findShared(green.templates, rest, new Map()), rest).length;
  }
  // With few greens each is held against still fewer, and finds more than the target against all of them would.
  const fewer = loaded.length <= 2 ? 0.4 : loaded.length === 3 ? 0.6 : 0.8;
  return (strays * fewer + 0.5) / (loaded.length + 1);
}
