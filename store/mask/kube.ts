// The `data:` block of a Kubernetes secret as YAML: its names say nothing, its values are base64. In a listing the line
// `kind: Secret` comes after it, so the block is known by its shape; plain text of a ConfigMap does not have it.
import { LINE_PREFIX } from './context.ts';
import { wordScore } from './letters.ts';
import type { Span } from './span.ts';

/** A block that is open. */
export interface OpenData {
  /** Columns before `data:`; the block ends with the first line that stands no deeper. */
  readonly indent: number;
}

const prefixOf = (line: string): number => LINE_PREFIX.exec(line)?.[0].trimEnd().length ?? 0;
const indentOf = (line: string): number => /^[ \t]*/.exec(line.slice(prefixOf(line)))?.[0].length ?? 0;

/** A line with nothing but `data:` opens a block. */
export const findDataBlock = (line: string): OpenData | undefined =>
  line.slice(prefixOf(line)).trim() === 'data:' ? { indent: indentOf(line) } : undefined;

const ENTRY = /^[ \t]*["']?[\w./-]{1,253}["']?:[ \t]{1,4}["']?([A-Za-z0-9+/]{10,65536}={0,2})["']?[ \t]*$/;

/** The value of one entry, and whether the block goes on. */
export function findDataEntry(line: string, open: OpenData): { readonly span?: Span; readonly open?: OpenData } {
  if (indentOf(line) <= open.indent) return {};
  const start = prefixOf(line);
  const value = ENTRY.exec(line.slice(start))?.[1] ?? '';
  if (value === '' || value.length % 4 !== 0 || wordScore(value) > -0.25) return { open };
  const decoded = Buffer.from(value.slice(0, 64), 'base64').toString('latin1');
  if (/-----BEGIN (?:CERT|PUBLIC|TRUSTED)/.test(decoded)) return { open };
  const from = line.indexOf(value, start);
  return { span: { from, to: from + value.length, rule: 'kubernetes-secret' }, open };
}
