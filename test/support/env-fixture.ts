// Environments of CI jobs as `NAME=value` lines, kept under test/fixtures/providers.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const PROVIDERS = path.join(import.meta.dirname, '../fixtures/providers');

export const providerFixture = (name: string): string => readFileSync(path.join(PROVIDERS, name), 'utf8');

export const providerJson = (name: string): unknown => JSON.parse(providerFixture(name));

/** `gitea/env/x.env` as an environment. */
export function environmentFixture(name: string): Record<string, string> {
  const lines = providerFixture(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
