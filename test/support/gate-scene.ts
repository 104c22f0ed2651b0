// A CI server, a store and an index, and the gate before them: what its tests begin with.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { archive } from '../../cli/commands/archive.ts';
import { gate } from '../../cli/commands/gate.ts';
import { type CommandWorld, openCommandWorld } from './command-world.ts';
import { providerFixture } from './env-fixture.ts';
import { type FakeForge, startFakeForge } from './fake-forge/server.ts';
import { PERSONAL_TOKEN } from './fake-forge/tokens.ts';
import type { Mode } from './fake-forge/world.ts';

/** A red and a green log of one job, as a server has them. */
export const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
export const GREEN = providerFixture('gitea/logs/test-20.task4830.attempt2.green.log');
export const JOB = 'test (20)';

/** What the gate says, and its exit code. */
export interface Verdict {
  readonly code: number;
  readonly verdict: string;
  readonly reds: readonly { readonly logId: string | null; readonly signature: string | null; readonly job: string }[];
  readonly reasons: readonly string[];
}

/** Identity flags of a log that a job keeps itself. */
export interface JobClaim {
  readonly sha: string;
  readonly providerId: number | undefined;
  readonly conclusion: string;
  readonly pr?: string | undefined;
}

export interface GateScene {
  readonly fake: FakeForge;
  readonly world: CommandWorld;
  askGate(sha: string, flags?: Readonly<Record<string, unknown>>): Promise<Verdict>;
  /** A job's own step keeps a log, and claims whatever it likes. */
  archiveClaim(log: string | Uint8Array, claim: JobClaim): Promise<void>;
}

/** Closed when the test has ended, which fails if the server was asked against its own API's description. */
export async function openGateScene(mode: Mode): Promise<GateScene> {
  const fake = await startFakeForge(mode);
  const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
  const world = openCommandWorld(env, () => fake.world.nowMs);
  onTestFinished(async () => {
    expect(fake.apiFaults).toEqual([]);
    world.close();
    await fake.close();
  });
  return {
    fake,
    world,
    async askGate(sha, flags = {}) {
      const code = await world.run(gate, [], { sha, json: true, ...flags });
      return { ...(JSON.parse(world.out.text) as Omit<Verdict, 'code'>), code };
    },
    async archiveClaim(log, { sha, providerId, conclusion, pr }) {
      const file = path.join(world.folder, 'job.log');
      writeFileSync(file, log);
      const repo = `${new URL(fake.serverUrl).host}/acme/widgets`;
      const identity = { repo, sha, pr, workflow: 'CI', job: JOB, providerId: String(providerId), conclusion };
      expect(await world.run(archive, [file], identity)).toBe(0);
    },
  };
}
