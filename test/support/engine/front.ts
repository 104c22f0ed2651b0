// A loopback front before the engine that lets a test do what networks and servers do: end the engine under a request, cut a
// connection before or after the engine took the request, hold an answer back, or take writes that are seen only later.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request. */
export type Fate =
  | { readonly kind: 'pass' }
  /** The engine never hears of it. */
  | { readonly kind: 'cut-before' }
  /** The engine does it, the answer is lost. */
  | { readonly kind: 'cut-after' }
  /** The answer waits for this. */
  | { readonly kind: 'slow'; readonly until: Promise<void> }
  /** A write is answered at once and done after so many further requests, as on a replica that is behind. */
  | { readonly kind: 'later'; readonly requests: number };

export interface EngineFront {
  readonly address: string;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
}

/** `decide` is asked of each request, counted from 1; it may do something by itself before it answers. */
export async function openFront(
  port: number,
  decide: (request: { readonly number: number; readonly isInsert: boolean }) => Fate | Promise<Fate>,
): Promise<EngineFront> {
  let requests = 0;
  const delayed: { readonly at: number; readonly send: () => Promise<unknown> }[] = [];
  const server = http.createServer({ maxHeaderSize: 1 << 20 }, async (request, response) => {
    const number = ++requests;
    try {
      const body = await bodyOf(request);
      while ((delayed[0]?.at ?? Number.POSITIVE_INFINITY) <= number) await delayed.shift()?.send();
      const isInsert = /[?&]query=INSERT/.test(request.url ?? '') || /^\s*INSERT/.test(body.toString('latin1', 0, 20));
      const fate = await decide({ number, isInsert });
      if (fate.kind === 'cut-before') return void request.socket.destroy();
      if (fate.kind === 'later' && isInsert) {
        delayed.push({ at: number + fate.requests, send: () => forward(port, request, body) });
        return void response.end();
      }
      const answer = await forward(port, request, body);
      if (fate.kind === 'cut-after') return void request.socket.destroy();
      if (fate.kind === 'slow') await fate.until;
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } catch {
      request.socket.destroy(); // the engine is gone: so is the connection
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `clickhouse://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    close: async () => {
      if (!server.listening) return;
      for (const { send } of delayed.splice(0)) await send();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function forward(port: number, request: http.IncomingMessage, body: Buffer): Promise<Answer> {
  const { 'transfer-encoding': _, ...kept } = request.headers;
  const headers = { ...kept, 'content-length': body.length };
  const { method, url: path } = request;
  return new Promise((resolve, reject) => {
    const sent = http.request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      const { 'transfer-encoding': _chunked, ...own } = answer.headers;
      bodyOf(answer).then((read) => resolve({ status: answer.statusCode ?? 500, headers: own, body: read }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function bodyOf(stream: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
