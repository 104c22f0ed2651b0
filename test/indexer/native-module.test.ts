// A native module that may end the process is known before it is loaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isCollectedUnsafely } from '../../indexer/sqlite-module.ts';

const folder = path.dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
const installed = readFileSync(path.join(folder, 'build/Release/better_sqlite3.node'));

test('the one that is compiled for this Node is safe', () => {
  expect(installed.includes('AddEnvironmentCleanupHook')).toBe(true);
  expect(isCollectedUnsafely(installed)).toBe(false);
});

test('one whose objects call Node when they are collected is not', () => {
  const call = Buffer.from('_ZN4node28RemoveEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_\0');
  expect(isCollectedUnsafely(Buffer.concat([installed, call]))).toBe(true);
});
