// What a fake server would send to a webhook: signed as the real one signs, tried once.
import { createHmac } from 'node:crypto';
import { runJson as forgejoRun } from './forgejo-routes.ts';
import { jobJson as giteaJob, runJson as giteaRun } from './gitea-routes.ts';
import { jobJson as githubJob, runJson as githubRun } from './github-routes.ts';
import type { FakeForge } from './server.ts';
import type { HookEvent } from './world.ts';

export interface HookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let deliveries = 0;

/** The request for something that happened. Gitea and Forgejo indent their JSON by two spaces, GitHub does not. */
export function hookRequest(fake: FakeForge, hook: HookEvent, secret: string): HookRequest {
  const { world } = fake;
  const payload = payloadOf(fake, hook);
  const body = world.family === 'github' ? JSON.stringify(payload) : JSON.stringify(payload, null, 2);
  const hex = createHmac('sha256', secret).update(body).digest('hex');
  deliveries += 1;
  const delivery = `00000000-0000-4000-8000-${String(deliveries).padStart(12, '0')}`;
  const own = world.family === 'github' ? 'GitHub' : world.family === 'gitea' ? 'Gitea' : 'Forgejo';
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      [`X-${own}-Event`]: hook.event,
      [`X-${own}-Delivery`]: delivery,
      'X-GitHub-Event': hook.event,
      'X-GitHub-Delivery': delivery,
      'X-Hub-Signature-256': `sha256=${hex}`,
      ...(own === 'GitHub' ? {} : { [`X-${own}-Signature`]: hex }),
    },
  };
}

/** Sends every hook of the world to `url` as it happens; a real server gives up after 5 s and never tries again. */
export function deliverHooks(fake: FakeForge, url: string, secret: string): { readonly sent: Promise<unknown>[] } {
  const sent: Promise<unknown>[] = [];
  fake.world.onHook = (hook) => {
    const { headers, body } = hookRequest(fake, hook, secret);
    sent.push(fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5000) }).catch(() => undefined));
  };
  return { sent };
}

function payloadOf(fake: FakeForge, hook: HookEvent): object {
  const { world, apiUrl: base, serverUrl: site } = fake;
  const run = world.run(hook.runId);
  const fullName = `${world.owner}/${world.name}`;
  const repository = { id: 17, full_name: fullName, html_url: `${site}/${fullName}` };
  const places = { base, site, blobs: () => '' };
  const job = world.jobs.find((j) => j.id === hook.jobId);
  const rest = { action: hook.action, repository, sender: { id: 3, login: 'alice' } };
  if (world.family === 'forgejo')
    return { action: hook.action, run: { ...forgejoRun(world, run, base), repository }, prior_status: 'running' };
  const isGithub = world.family === 'github';
  if (job === undefined)
    return { ...rest, workflow_run: isGithub ? githubRun(world, run, places) : giteaRun(world, run, base) };
  return { ...rest, workflow_job: isGithub ? githubJob(world, job, places) : giteaJob(world, job, base) };
}
