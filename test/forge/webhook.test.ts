import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDelivery, type RawDelivery } from '../../forge/webhook.ts';
import { providerJson } from '../support/env-fixture.ts';

interface Sample {
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const SAMPLES = ['gitea', 'forgejo', 'github'].flatMap((provider) =>
  readdirSync(path.join(import.meta.dirname, '../fixtures/providers', provider, 'webhooks')).map(
    (name) => `${provider}/webhooks/${name}`,
  ),
);
const sample = (name: string): Sample => providerJson(name) as Sample;
const raw = ({ headers, body }: Pick<Sample, 'headers' | 'body'>): RawDelivery => ({
  headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
  body: Buffer.from(body),
});

test.each(SAMPLES.filter((name) => !name.includes('INVALID')))('%s has a good signature', (name) => {
  const { secret, ...delivery } = sample(name);
  expect(() => parseDelivery(raw(delivery), secret)).not.toThrow();
  expect(() => parseDelivery(raw(delivery), `${secret}x`)).toThrow(/signature is wrong/);
  const longer = { ...delivery, body: `${delivery.body} ` };
  expect(() => parseDelivery(raw(longer), secret)).toThrow(/signature is wrong/);
});

test('a body that was tampered with is refused', () => {
  const { secret, ...delivery } = sample('gitea/webhooks/INVALID.tampered-body.json');
  expect(() => parseDelivery(raw(delivery), secret)).toThrow(/signature is wrong/);
});

test.each([
  [
    'gitea/webhooks/workflow_job.completed.failure.1.25.json',
    { repo: 'gitea.example.com/acme/widgets', run: '812', jobId: '2302', news: 'finished' },
  ],
  ['gitea/webhooks/workflow_job.in_progress.1.25.json', { run: '812', jobId: '2302', news: 'started' }],
  ['gitea/webhooks/workflow_job.queued.rerun.1.25.json', { run: '812', jobId: '2302', news: 'waiting', runAttempt: 1 }],
  ['gitea/webhooks/workflow_run.completed.failure.1.25.json', { run: '812', jobId: undefined, news: 'finished' }],
  ['gitea/webhooks/workflow_run.completed.attempt2.1.27.json', { run: '812', news: 'finished' }],
  [
    'forgejo/webhooks/action_run_failure.json',
    { repo: 'forgejo.example.org/acme/widgets', run: '9120', news: 'finished' },
  ],
  ['forgejo/webhooks/action_run_recover.json', { run: '9120', news: 'finished' }],
  [
    'github/webhooks/workflow_job.completed.failure.json',
    { repo: 'github.com/acme/widgets', run: '17690042211', jobId: '50331001', news: 'finished' },
  ],
  ['github/webhooks/workflow_run.completed.attempt2.json', { run: '17690042211', news: 'finished' }],
] as const)('%s says what happened where', (name, expected) => {
  const { secret, ...delivery } = sample(name);
  expect(parseDelivery(raw(delivery), secret)).toMatchObject(expected);
});

test('an event about something else is nothing to do', () => {
  const { secret, ...delivery } = sample('gitea/webhooks/status.failure.json');
  expect(parseDelivery(raw(delivery), secret)).toBeUndefined();
});

describe('bad deliveries', () => {
  const signed = (body: string, headers: Record<string, string> = {}, signedPart = body): RawDelivery =>
    raw({
      body,
      headers: {
        'X-GitHub-Event': 'workflow_job',
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', 's').update(signedPart).digest('hex')}`,
        ...headers,
      },
    });

  test.each(['', 'sha256=', 'sha256=00', 'sha1=abcd'])('signature %j', (signature) => {
    expect(() => parseDelivery(signed('{}', { 'X-Hub-Signature-256': signature }), 's')).toThrow(
      /signature is (missing|wrong)/,
    );
  });

  test.each(['', '{', '[]', '{}', '{"action":"completed","workflow_job":{"id":1}}'])('signed body %j', (body) => {
    expect(() => parseDelivery(signed(body), 's')).toThrow(/cannot be read/);
  });

  test('no secret is no check', () => {
    expect(() => parseDelivery(signed('{}'), '')).toThrow(/no secret/);
  });

  test('a form is signed over the JSON inside', () => {
    const { secret, body, headers } = sample('gitea/webhooks/workflow_job.completed.failure.1.25.json');
    const form = new URLSearchParams({ payload: body }).toString();
    const delivery = raw({ body: form, headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' } });
    expect(parseDelivery(delivery, secret)).toMatchObject({ jobId: '2302' });
  });
});
