// Snippets of docs/ci as a CI system takes them: steps of a workflow with their environment, lines of a shell.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './sources.ts';

/** What a reader would paste somewhere. */
export type Snippet =
  | { readonly kind: 'steps'; readonly steps: readonly SnippetStep[] }
  | { readonly kind: 'shell'; readonly script: string }
  | { readonly kind: 'gitlab' | 'jenkins'; readonly script: string; readonly env: Readonly<Record<string, string>> };

/** A step that has to do with firstred. */
export interface SnippetStep {
  readonly uses?: string;
  readonly run?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly with: Readonly<Record<string, string>>;
}

/** Every fenced block of a page. A block of a kind that nobody here can run is an error. */
export function snippetsOf(page: string): readonly Snippet[] {
  const text = readFileSync(join(ROOT, 'docs/ci', page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', body = '']) => {
    if (language === 'sh') return { kind: 'shell', script: body };
    if (language === 'groovy') return jenkinsOf(body);
    if (language === 'yaml') return yamlOf(body);
    throw new Error(`docs/ci/${page}: nobody can run a snippet of ${language === '' ? 'no language' : language}`);
  });
}

interface Workflow {
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Partial<SnippetStep>[] }>>;
}

function yamlOf(text: string): Snippet {
  const root = parse(text) as Workflow | readonly Partial<SnippetStep>[] | Readonly<Record<string, GitlabJob>>;
  const steps = Array.isArray(root) ? root : Object.values((root as Workflow).jobs ?? {}).flatMap((job) => job.steps);
  if (steps.length > 0) {
    const ours = steps.filter((step) => /firstred/.test(`${step.uses ?? ''} ${step.run ?? ''}`));
    return { kind: 'steps', steps: ours.map((step) => ({ env: {}, with: {}, ...step })) };
  }
  const [job] = Object.values(root as Readonly<Record<string, GitlabJob>>);
  return { kind: 'gitlab', script: job?.script.join('\n') ?? '', env: job?.variables ?? {} };
}

interface GitlabJob {
  readonly script: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** As much of a declarative pipeline as the page has: `environment` blocks of plain text, one stage, `sh` steps. */
function jenkinsOf(text: string): Snippet {
  const blocks = [...text.matchAll(/environment \{(.*?)\n\s*\}/gs)].map(([, body = '']) => body);
  const env = blocks.flatMap((body) =>
    body
      .trim()
      .split('\n')
      .map((line) => {
        const [, name, value] = /^\s*(\w+) = '([^']*)'$/.exec(line) ?? [];
        if (name === undefined) throw new Error(`nobody here evaluates ${line}`);
        return [name, value];
      }),
  );
  const lines = [...text.matchAll(/\bsh '([^']+)'/g)].map(([, line = '']) => line);
  return { kind: 'jenkins', script: lines.join('\n'), env: Object.fromEntries(env) };
}

/** `${{ … }}` by what the expressions are. One that is not among them is an error: a page must not use it. */
export const evaluateExpressions = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`no runner of this test knows \${{ ${expression} }}`);
    return value;
  });
