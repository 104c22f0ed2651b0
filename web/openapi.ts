// The OpenAPI document, made from the same list as the routes.
import type { Endpoint, EndpointParameter } from './endpoint.ts';

const LOG = {
  name: 'log',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'a log id, or six or more characters of its start',
};
const FAILURE = { $ref: '#/components/responses/Failure' };

/** The document at `/openapi.json`. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): unknown {
  const paths: Record<string, unknown> = {};
  for (const endpoint of endpoints) paths[openPath(endpoint.path)] = { get: operation(endpoint) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'firstred',
      version,
      description: 'Logs of CI attempts. Answers have the shape of the command line’s --json (`firstred schema NAME`).',
    },
    paths: { ...paths, ...LOG_PATHS },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'the token in the address that `firstred serve` prints' },
      },
      responses: {
        Failure: {
          description: 'what happened, and what to do',
          content: json({
            type: 'object',
            required: ['code', 'message', 'hint'],
            properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
          }),
        },
      },
    },
    security: [{ token: [] }],
  };
}

const openPath = (path: string): string => path.replace(/:([a-z]+)/g, '{$1}');

const json = (schema: unknown): unknown => ({ 'application/json': { schema } });

function operation(endpoint: Endpoint): unknown {
  const inPath = [...endpoint.path.matchAll(/:([a-z]+)/g)].map(([, name]) => ({ ...LOG, name }));
  const type = endpoint.type === 'json' ? 'application/json' : 'application/x-ndjson';
  return {
    summary: endpoint.summary,
    parameters: [...inPath, ...endpoint.parameters.map(parameterOf)],
    responses: {
      200: {
        description: endpoint.type === 'json' ? 'the answer' : 'one JSON document a line',
        content: { [type]: { schema: endpoint.schema ?? {} } },
      },
      default: FAILURE,
    },
  };
}

function parameterOf({ name, summary, kind, choices }: EndpointParameter): unknown {
  const text = { type: 'string', ...(choices === undefined ? {} : { enum: choices }) };
  const schema =
    kind === 'flag'
      ? { type: 'string', enum: ['1', 'true', '0', 'false'] }
      : kind === 'list'
        ? { type: 'array', items: text }
        : text;
  return { name, in: 'query', required: false, description: summary, schema };
}

const number = { type: 'integer', minimum: 1 };

const LOG_PATHS = {
  '/api/logs/{log}': {
    get: {
      summary: 'What is known of a log: its attempt, steps and error lines.',
      parameters: [LOG],
      responses: { 200: { description: 'the log', content: json({ type: 'object' }) }, default: FAILURE },
    },
  },
  '/api/logs/{log}/lines': {
    get: {
      summary: 'Lines of a log; of control sequences only checked colour codes are left.',
      parameters: [
        LOG,
        { name: 'from', in: 'query', schema: number, description: 'first line' },
        { name: 'to', in: 'query', schema: number, description: 'last line, at most 2,000 lines on' },
      ],
      responses: {
        200: {
          description: '`lines` starts at line `first`; `cut` says by line how many bytes of it are not shown',
          content: json({
            type: 'object',
            required: ['logId', 'first', 'lines', 'cut'],
            properties: {
              logId: { type: 'string' },
              first: number,
              lines: { type: 'array', items: { type: 'string' } },
              cut: { type: 'object', additionalProperties: number },
            },
          }),
        },
        default: FAILURE,
      },
    },
  },
  '/api/logs/{log}/raw': {
    get: {
      summary: 'The masked bytes of a log, or a range of them (`Range: bytes=`).',
      parameters: [LOG],
      responses: {
        200: { description: 'all', content: { 'text/plain': {} } },
        206: { description: 'the range', content: { 'text/plain': {} } },
        416: { description: 'the range lies behind the end' },
        default: FAILURE,
      },
    },
  },
  '/api/session': {
    get: {
      summary: 'What this reader may do, and the header value that changes need.',
      responses: { 200: { description: 'the session' }, default: FAILURE },
    },
    post: {
      summary: 'Swaps the token for a cookie.',
      security: [],
      responses: { 204: { description: 'the cookie is set' }, default: FAILURE },
    },
  },
  '/api/names': {
    post: {
      summary: 'Names the mechanism of a signature: a fact in the store, as `firstred name` writes it.',
      parameters: [
        {
          name: 'x-firstred-change',
          in: 'header',
          required: true,
          schema: { type: 'string' },
          description: 'as /api/session tells it',
        },
      ],
      requestBody: {
        required: true,
        content: json({
          type: 'object',
          required: ['signature', 'mechanism'],
          additionalProperties: false,
          properties: {
            signature: { type: 'string' },
            mechanism: { type: 'string' },
            issue: { type: 'string' },
            note: { type: 'string' },
            until: { type: 'string' },
          },
        }),
      },
      responses: { 201: { description: 'the fact', content: json({ type: 'object' }) }, default: FAILURE },
    },
  },
};
