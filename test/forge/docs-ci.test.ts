// Every snippet of docs/ci is real: its commands parse and its variables are read. That they work is docs-run.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { archive } from '../../cli/commands/archive.ts';
import { attach } from '../../cli/commands/attach.ts';
import { coverage } from '../../cli/commands/coverage.ts';
import { gate } from '../../cli/commands/gate.ts';
import { pull } from '../../cli/commands/pull.ts';
import { rerun } from '../../cli/commands/rerun.ts';
import { rescue } from '../../cli/commands/rescue.ts';
import { run } from '../../cli/commands/run.ts';
import { watch } from '../../cli/commands/watch.ts';
import { buildCommander } from '../../cli/program.ts';
import { SETTINGS } from '../../cli/settings.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const PAGES = readdirSync(path.join(ROOT, 'docs/ci')).map(
  (name) => [name, readFileSync(path.join(ROOT, 'docs/ci', name), 'utf8')] as const,
);
const COMMANDS = { archive, attach, coverage, gate, pull, rerun, rescue, run, watch };

/** `firstred …` lines of the fenced blocks of a page, as words. */
function commandsOf(page: string): (readonly string[])[] {
  const blocks = page.matchAll(/^```(?:sh|yaml|groovy)\n(.*?)^```/gms);
  const lines = [...blocks].flatMap(([, body = '']) => body.split('\n'));
  return lines.flatMap((line) => {
    const command = /(?:^|[\s'])(?:npx )?firstred ([a-z].*)$/.exec(line.replace(/'\s*}?\s*$/, ''))?.[1];
    return command === undefined ? [] : [wordsOf(command)];
  });
}

/** Words as a shell would split them, an expression of the server's as one word. */
const wordsOf = (line: string): string[] =>
  (line.match(/"[^"]*"|\$\{\{.*?\}\}|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ''));

describe.each(PAGES)('docs/ci/%s', (_name, page) => {
  test('every command parses', () => {
    for (const [name = '', ...args] of commandsOf(page)) {
      const command = COMMANDS[name as keyof typeof COMMANDS];
      expect(Object.keys(COMMANDS)).toContain(name);
      buildCommander(command)
        .configureOutput({ writeErr: () => undefined })
        .parse(args, { from: 'user' });
    }
  });

  test('every YAML snippet is YAML', () => {
    for (const [, text = ''] of page.matchAll(/^```yaml\n(.*?)^```/gms))
      for (const document of parseAllDocuments(text)) expect([text, document.errors]).toEqual([text, []]);
  });

  test('every FIRSTRED_ variable is one that is read', () => {
    const known = new Set<string>(SETTINGS.map(({ env }) => env));
    for (const folder of ['forge', 'forge/environments', 'cli']) {
      for (const file of readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith('.ts'))) {
        for (const [name] of readFileSync(path.join(ROOT, folder, file), 'utf8').matchAll(/FIRSTRED_[A-Z_]+/g))
          known.add(name);
      }
    }
    const named = [...page.matchAll(/FIRSTRED_[A-Z_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
