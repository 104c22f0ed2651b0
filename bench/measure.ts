// Runs a program to its end and says how long it took and how much memory it held at most.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { performance } from 'node:perf_hooks';

/** One run of a program. */
export interface Run {
  readonly wallMs: number;
  /** Processor time of the process and all that it waited for, on all cores: what a busy machine changes least. */
  readonly cpuMs: number;
  /** Highest resident memory of the process itself, threads included; not of its children. */
  readonly maxRssBytes: number;
  readonly stdout: string;
}

/** chosen: the kernel's high-water mark never falls, so the last look before the end is nearly the whole truth. */
const LOOK_EVERY_MS = 10;

/** Runs `command`; an exit code that is none of `valid` ends the bench. */
export async function measure(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
  valid: readonly number[] = [0],
): Promise<Run> {
  const cpuBeforeMs = childrenCpuMs();
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: env ?? process.env });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  let maxRssBytes = 0;
  const look = setInterval(() => {
    maxRssBytes = Math.max(maxRssBytes, highWaterOf(child.pid));
  }, LOOK_EVERY_MS);
  const [code] = await once(child, 'close');
  const wallMs = performance.now() - started;
  clearInterval(look);
  if (!valid.includes(code)) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return { wallMs, cpuMs: childrenCpuMs() - cpuBeforeMs, maxRssBytes, stdout };
}

/** Processor time of all children that have ended, in Linux's ticks of 10 ms; 0 elsewhere. */
function childrenCpuMs(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return 0;
  }
}

function highWaterOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0; // it has just ended, or this is no Linux
  }
}

/** Median, least and greatest. */
export function spreadOf(values: readonly number[]): {
  readonly median: number;
  readonly min: number;
  readonly max: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** `1.12 (1.05–1.31)`. */
export function spreadText(values: readonly number[], digits: number): string {
  const { median, min, max } = spreadOf(values);
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** The machine in one line. */
export const machineText = (): string =>
  `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${os.loadavg()[0]?.toFixed(1)}`;

/** Processor time of a process, or of its children that have ended, in Linux's ticks of 10 ms. */
export function cpuOf(pid: number, whose: 'own' | 'children' = 'own'): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const first = whose === 'own' ? 11 : 13;
  return (Number(fields[first]) + Number(fields[first + 1])) * 10;
}
