// Statuses, comments and attachments of the fake servers.
import type { Context, Hono } from 'hono';
import { iso, page } from './answers.ts';
import type { Run, StatusRow, World } from './world.ts';

export interface StoredComment {
  readonly id: number;
  readonly issue: number;
  /** Of somebody else; absent: of the token's user. */
  readonly author?: number;
  body: string;
  readonly assets: { readonly id: number; readonly name: string; readonly size: number; readonly bytes: Uint8Array }[];
}

export interface Social {
  readonly comments: StoredComment[];
  allowedTypes: string;
  maxSizeMb: number;
  lockedIssue: number | undefined;
  closedIssue: number | undefined;
  /** Whether a token may ask whose it is. */
  tellsUser: boolean;
}

export const newSocial = (world: World): Social => ({
  comments: [{ id: 330, issue: 9, author: 7, body: 'flaky again?', assets: [] }],
  allowedTypes: '.csv,.gz,.json,.log,.md,.png,.txt,.zip',
  maxSizeMb: world.family === 'gitea' && world.version >= 26 ? 100 : 2048,
  lockedIssue: undefined,
  closedIssue: undefined,
  tellsUser: true,
});

/** The token's own user. */
export const USER = { id: 3, login: 'firstred' };
const PAGES = { sizeName: 'limit', defaultSize: 30, maxSize: 50 };

/** Gitea's and Forgejo's; the rows of a commit stay, newest first. */
export function addGiteaSocial(app: Hono, base: string, world: World, social: Social): void {
  const statusJson = (row: StatusRow) => ({
    id: row.id,
    status: row.state,
    target_url: row.targetUrl,
    description: row.description,
    url: `${base}/repos/${world.owner}/${world.name}/statuses/${row.sha}`,
    context: row.context,
    creator: USER,
    created_at: iso(row.createdMs),
    updated_at: iso(row.createdMs),
  });
  const list = (c: Context): Response => {
    const rows = world.statuses.filter((row) => row.sha === c.req.param('sha')).toReversed();
    return c.json(page(c, rows, PAGES).map(statusJson));
  };
  app.get('/repos/:owner/:repo/statuses/:sha', list);
  app.get('/repos/:owner/:repo/commits/:sha/statuses', list);
  app.post('/repos/:owner/:repo/statuses/:sha', async (c) => {
    const sha = c.req.param('sha');
    if (!world.runs.some((run) => run.headSha === sha)) return c.json({ message: 'not found' }, 404);
    const body: Record<string, string> = await c.req.json();
    const row = {
      sha,
      state: body['state'] ?? '',
      context: body['context'] ?? 'default',
      description: body['description'] ?? '',
    };
    return c.json(statusJson(world.setStatus({ ...row, targetUrl: body['target_url'] ?? '' })), 201);
  });
  const commentJson = (comment: StoredComment) => ({
    id: comment.id,
    html_url: `${base.replace('/api/v1', '')}/${world.owner}/${world.name}/issues/${comment.issue}#issuecomment-${comment.id}`,
    body: comment.body,
    user: { ...USER, id: comment.author ?? USER.id },
    assets: comment.assets.map(({ id, name, size }) => ({ id, name, size })),
    created_at: iso(world.nowMs),
    updated_at: iso(world.nowMs),
  });
  addPulls(app, world);
  addComments(app, { social, commentJson, paged: false });
  app.get('/settings/attachment', (c) =>
    c.json({ enabled: true, allowed_types: social.allowedTypes, max_size: social.maxSizeMb, max_files: 5 }),
  );
  app.post('/repos/:owner/:repo/issues/comments/:id/assets', (c) => attach(c, base, social));
}

/** A run of the branch `fork:x` is of a stranger's pull request. */
export const headRepoOf = (run: Run, world: World): string =>
  run.branch.startsWith('fork:') ? `stranger/${world.name}` : `${world.owner}/${world.name}`;

export function addPulls(app: Hono, world: World): void {
  app.get('/repos/:owner/:repo/pulls/:n{[0-9]+}', (c) => {
    const run = world.runs.find(({ pr }) => pr === Number(c.req.param('n')));
    if (run === undefined) return c.json({ message: 'not found' }, 404);
    const [head, base] = [headRepoOf(run, world), `${world.owner}/${world.name}`];
    return c.json({
      number: run.pr,
      head: { ref: run.branch, sha: run.headSha, repo: { full_name: head } },
      base: { ref: 'main', sha: run.headSha, repo: { full_name: base } },
    });
  });
}

interface CommentRoutes {
  readonly social: Social;
  readonly commentJson: (comment: StoredComment) => object;
  readonly paged: boolean;
}

export function addComments(app: Hono, { social, commentJson, paged }: CommentRoutes): void {
  app.get('/user', (c) => (social.tellsUser ? c.json(USER) : c.json({ message: 'token has no read:user' }, 403)));
  app.get('/repos/:owner/:repo/issues/:n{[0-9]+}', (c) => {
    const number = Number(c.req.param('n'));
    const locked = number === social.lockedIssue;
    return c.json({ number, state: number === social.closedIssue ? 'closed' : 'open', is_locked: locked, locked });
  });
  app.get('/repos/:owner/:repo/issues/:n/comments', (c) => {
    const of = social.comments.filter((comment) => comment.issue === Number(c.req.param('n')));
    const shown = paged ? page(c, of, { sizeName: 'per_page', defaultSize: 30, maxSize: 100 }) : of;
    return c.json(shown.map(commentJson));
  });
  app.post('/repos/:owner/:repo/issues/:n/comments', async (c) => {
    const issue = Number(c.req.param('n'));
    if (issue === social.lockedIssue) return c.json({ message: 'this issue is locked' }, 403);
    const { body } = await c.req.json<{ body: string }>();
    const comment = { id: 331 + social.comments.length, issue, body, assets: [] };
    social.comments.push(comment);
    return c.json(commentJson(comment), 201);
  });
  app.patch('/repos/:owner/:repo/issues/comments/:id', async (c) => {
    const comment = social.comments.find((one) => one.id === Number(c.req.param('id')));
    if (comment === undefined) return c.json({ message: 'not found' }, 404);
    const { body } = await c.req.json<{ body: string }>();
    if (body === '' || body === comment.body) return c.body(null, 204);
    comment.body = body;
    return c.json(commentJson(comment));
  });
}

async function attach(c: Context, base: string, social: Social): Promise<Response> {
  const comment = social.comments.find((one) => one.id === Number(c.req.param('id')));
  if (comment === undefined) return c.json({ message: 'not found' }, 404);
  const file = (await c.req.formData()).get('attachment');
  const name = c.req.query('name') ?? '';
  if (!(file instanceof File)) return c.json({ message: 'no file' }, 400);
  if (!social.allowedTypes.split(',').some((type) => name.endsWith(type))) {
    return c.json(
      { message: 'This file cannot be uploaded or modified due to a forbidden file extension or type.' },
      422,
    );
  }
  if (file.size > social.maxSizeMb * 1024 * 1024) return c.json({ message: 'too large' }, 413);
  const asset = {
    id: 71 + comment.assets.length,
    name,
    size: file.size,
    bytes: new Uint8Array(await file.arrayBuffer()),
  };
  comment.assets.push(asset);
  const url = `${base.replace('/api/v1', '')}/attachments/${asset.id}`;
  return c.json({ id: asset.id, name, size: asset.size, browser_download_url: url }, 201);
}
