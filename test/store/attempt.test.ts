import { expect, test } from 'vitest';
import { CONCLUSIONS, findConclusion, isGreen, isRed, repoParts } from '../../store/attempt.ts';

test('red is failure and timed out, green is success, the rest is neither', () => {
  expect(CONCLUSIONS.filter(isRed)).toEqual(['failure', 'timed_out']);
  expect(CONCLUSIONS.filter(isGreen)).toEqual(['success']);
});

test.each([
  ['red', 'failure'],
  ['Failed', 'failure'],
  ['error', 'failure'],
  ['green', 'success'],
  [' SUCCESS ', 'success'],
  ['canceled', 'cancelled'],
  ['timeout', 'timed_out'],
  ['timed_out', 'timed_out'],
  ['skipped', 'skipped'],
])('%j is the conclusion %s', (word, conclusion) => {
  expect(findConclusion(word)).toBe(conclusion);
});

test.each(['', 'purple', 'success!', '__proto__'])('%j is no conclusion', (word) => {
  expect(findConclusion(word)).toBeUndefined();
});

test('parts of a repository that are missing stay unknown', () => {
  expect(repoParts('host/owner/name')).toEqual({ host: 'host', owner: 'owner', name: 'name' });
  expect(repoParts('host/group/sub/name')).toEqual({ host: 'host', owner: 'group/sub', name: 'name' });
  expect(repoParts('owner/name')).toEqual({ host: undefined, owner: 'owner', name: 'name' });
  expect(repoParts('name')).toEqual({ host: undefined, owner: undefined, name: 'name' });
  expect(repoParts(undefined)).toEqual({ host: undefined, owner: undefined, name: undefined });
});
