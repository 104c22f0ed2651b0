// A proxy between an S3 client and a real server that breaks chosen requests, or plays a server with other abilities.
// Signatures hold where nothing signed is changed: the client's Host header goes on as it is.
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type S3Credentials, signRequest } from './s3-signature.ts';

export type Fault =
  /** Reset before anything is forwarded. */
  | { readonly kind: 'refuse' }
  /** `after` bytes of the request's body reach the server, then both sides are reset. */
  | { readonly kind: 'reset-request'; readonly after: number }
  /** The server did it; reset after `after` bytes of the answer's body. */
  | { readonly kind: 'reset-response'; readonly after: number }
  /** The same with a clean end, although more was announced. */
  | { readonly kind: 'truncate'; readonly after: number }
  /** The server did it, all of its answer is lost. */
  | { readonly kind: 'lost-response' }
  /** The server did it, no answer ever comes. */
  | { readonly kind: 'hang' }
  /** Nothing is forwarded and no answer ever comes. */
  | { readonly kind: 'stall' }
  /** `after` bytes of the answer's body come, then nothing. */
  | { readonly kind: 'stall-response'; readonly after: number }
  /** Not forwarded, answered with this error. */
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** Forwarded and done, then answered with this error. */
  | { readonly kind: 'status-after'; readonly status: number; readonly code: string }
  /** A 200 whose body is an error, as S3 may answer the end of an upload in parts; other requests pass. */
  | { readonly kind: 'error-in-200'; readonly code: string }
  /** The answer comes in pieces of `bytes`. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** One byte of the answer's body, at `at`, is flipped. */
  | { readonly kind: 'corrupt'; readonly at: number };

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** S3's name of the operation. */
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: Fault['kind'] | undefined;
  /** The client's, which names a connection. */
  readonly port: number;
  /** 0 until the server answered. */
  status: number;
}

/** Called for each request, in order. */
export type ChooseFault = (request: Pick<SeenRequest, 'method' | 'url' | 'operation'>) => Fault | undefined;

export interface FaultProxyOptions {
  readonly target: string;
  readonly choose?: ChooseFault;
  /** Needed by what changes signed headers. */
  readonly credentials?: S3Credentials;
  /** Plays a server that does not look at `If-None-Match`. */
  readonly ignoresConditions?: boolean;
  /** Plays a server that answers 501 to `If-None-Match`. */
  readonly refusesConditions?: boolean;
  /** Plays a server whose clock is wrong by so much: it refuses other times, and its `Date` is its own. */
  readonly clockShiftMs?: number;
  /** Only shifts the `Date` of answers, as a proxy with a wrong clock does. */
  readonly dateShiftMs?: number;
}

export interface FaultProxy {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  setFaults(choose: ChooseFault | undefined): void;
  close(): Promise<void>;
}

/** The n-th request gets the n-th fault; requests beyond the list get none. */
export function inOrder(faults: readonly (Fault | undefined)[]): ChooseFault {
  let next = 0;
  return () => faults[next++];
}

/** Only the `nth` request (from 1) of this operation gets `fault`. */
export function atNth(operation: string, nth: number, fault: Fault): ChooseFault {
  let count = 0;
  return (request) => (request.operation === operation && ++count === nth ? fault : undefined);
}

/** Requests between S3's 15 minutes; what lies beyond is refused. */
const MAX_SKEW_MS = 900_000;

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultyProxy(options);
  await proxy.listen();
  return proxy;
}

const operationOf = (method: string, url: string): string => {
  const { pathname, searchParams: query } = new URL(url, 'http://x');
  const hasKey = pathname.split('/').slice(2).join('/') !== '';
  if (!hasKey) {
    if (method === 'GET') return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjects';
    return { PUT: 'CreateBucket', HEAD: 'HeadBucket', DELETE: 'DeleteBucket' }[method] ?? 'Other';
  }
  if (method === 'POST') return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (query.has('uploadId'))
    return { PUT: 'UploadPart', GET: 'ListParts', DELETE: 'AbortMultipartUpload' }[method] ?? 'Other';
  return { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? 'Other';
};

const errorXml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>injected</Message></Error>`;

const plainHeaders = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

class FaultyProxy implements FaultProxy {
  readonly seen: SeenRequest[] = [];
  readonly #options: FaultProxyOptions;
  readonly #target: URL;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  readonly #sockets = new Set<Socket>();
  readonly #server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 30_000 });
  #choose: ChooseFault | undefined;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#choose = options.choose;
    this.#target = new URL(options.target);
    if (this.#target.hostname !== '127.0.0.1') throw new Error('the target must be on loopback');
    const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      this.#handle(request, response);
    };
    this.#server.on('request', handle);
    this.#server.on('checkContinue', handle);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((listening, failed) => {
      this.#server.once('error', failed).listen(0, '127.0.0.1', listening);
    });
  }

  setFaults(choose: ChooseFault | undefined): void {
    this.#choose = choose;
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      this.#server.close(() => closed());
      for (const socket of this.#sockets) socket.destroy();
      this.#agent.destroy();
    });
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { method = '', url = '' } = request;
    const operation = operationOf(method, url);
    const headers = plainHeaders(request.headers);
    const chosen = this.#choose?.({ method, url, operation });
    const isApt = chosen?.kind !== 'error-in-200' || operation === 'CompleteMultipartUpload';
    const fault = isApt ? chosen : undefined;
    const seen: SeenRequest = {
      method,
      url,
      operation,
      headers,
      fault: fault?.kind,
      port: request.socket.remotePort ?? 0,
      status: 0,
    };
    this.seen.push(seen);
    const exchange = { request, response, seen, fault };
    if (fault?.kind === 'stall') request.resume();
    else if (fault?.kind === 'refuse') request.socket.resetAndDestroy();
    else if (fault?.kind === 'status') this.#refuse(exchange, fault.status, fault.code);
    else if (this.#options.refusesConditions === true && 'if-none-match' in headers)
      this.#refuse(exchange, 501, 'NotImplemented');
    else if (this.#isSkewed(headers)) this.#refuse(exchange, 403, 'RequestTimeTooSkewed');
    else this.#forward(exchange);
  }

  #isSkewed(headers: Record<string, string>): boolean {
    if (this.#options.clockShiftMs === undefined) return false;
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
    const signedAtMs = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
    return Math.abs(signedAtMs - (Date.now() + this.#options.clockShiftMs)) > MAX_SKEW_MS;
  }

  /** What the server is to see: signed again where something signed was changed. */
  #outgoing({ request, seen }: Exchange): Record<string, string> {
    const headers = { ...seen.headers };
    if (this.#options.ignoresConditions === true) delete headers['if-none-match'];
    const isChanged =
      this.#options.clockShiftMs !== undefined || headers['if-none-match'] !== seen.headers['if-none-match'];
    if (!isChanged || this.#options.credentials === undefined) return headers;
    const { method = '', url = '' } = request;
    return signRequest({ method, url, headers }, this.#options.credentials, Date.now());
  }

  #forward(exchange: Exchange): void {
    const { request, response, seen, fault } = exchange;
    const upstream = http.request({
      host: this.#target.hostname,
      port: this.#target.port,
      method: seen.method,
      path: seen.url,
      agent: fault === undefined ? this.#agent : false,
      setHost: false,
      headers: this.#outgoing(exchange),
    });
    upstream.on('error', () => request.socket.resetAndDestroy());
    response.on('close', () => {
      const goesOn = fault?.kind === 'lost-response' || fault?.kind === 'hang';
      if (!response.writableFinished && !goesOn) upstream.destroy();
    });
    request.on('aborted', () => upstream.destroy());
    upstream.on('continue', () => response.writeContinue());
    upstream.on('response', (answer) => {
      seen.status = answer.statusCode ?? 0;
      answer.on('error', () => request.socket.resetAndDestroy());
      this.#answer(exchange, answer);
    });
    if (fault?.kind === 'reset-request') {
      cutRequest(exchange, upstream, fault.after);
      return;
    }
    if (seen.headers['expect'] !== undefined) upstream.flushHeaders();
    request.pipe(upstream);
  }

  #answer(exchange: Exchange, answer: http.IncomingMessage): void {
    const { request, response, fault } = exchange;
    if (fault === undefined || fault.kind === 'reset-request') {
      this.#writeHead(response, answer, undefined);
      answer.pipe(response);
      return;
    }
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    answer.on('end', () => {
      const body = Buffer.concat(parts);
      if (fault.kind === 'hang') return;
      if (fault.kind === 'lost-response') {
        request.socket.resetAndDestroy();
      } else if (fault.kind === 'status-after') {
        this.#refuse(exchange, fault.status, fault.code);
      } else if (fault.kind === 'error-in-200') {
        this.#refuse(exchange, 200, fault.code);
      } else {
        this.#writeHead(response, answer, request.method === 'HEAD' ? undefined : body.byteLength);
        breakBody(exchange, fault, body);
      }
    });
  }

  #writeHead(response: http.ServerResponse, answer: http.IncomingMessage, sizeBytes: number | undefined): void {
    const headers = plainHeaders(answer.headers);
    for (const name of ['connection', 'keep-alive', 'transfer-encoding']) delete headers[name];
    if (sizeBytes !== undefined) headers['content-length'] = String(sizeBytes);
    response.writeHead(answer.statusCode ?? 0, { ...headers, ...this.#date() });
  }

  #date(): { date?: string } {
    const shiftMs = this.#options.clockShiftMs ?? this.#options.dateShiftMs;
    return shiftMs === undefined ? {} : { date: new Date(Date.now() + shiftMs).toUTCString() };
  }

  /** The body is read to its end first, so that the client gets the answer and not a broken pipe. */
  #refuse({ request, response, seen }: Exchange, status: number, code: string): void {
    const body = request.method === 'HEAD' ? '' : errorXml(code);
    const expects = seen.headers['expect'] !== undefined && seen.status === 0;
    const answer = (): void => {
      seen.status = status;
      const length = { 'content-length': String(Buffer.byteLength(body)) };
      const close = expects ? { connection: 'close' } : {};
      response.writeHead(status, { 'content-type': 'application/xml', ...length, ...this.#date(), ...close });
      response.end(body);
    };
    if (expects || request.readableEnded) answer();
    else request.resume().on('end', answer);
  }
}

interface Exchange {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly seen: SeenRequest;
  readonly fault: Fault | undefined;
}

/** So long what was written gets out before the reset overtakes it. */
const FLUSH_MS = 20;

function cutRequest({ request, response, seen }: Exchange, upstream: http.ClientRequest, after: number): void {
  let sent = 0;
  const cut = (): void => {
    upstream.destroy();
    request.socket.resetAndDestroy();
  };
  upstream.flushHeaders();
  if (seen.headers['expect'] !== undefined) response.writeContinue();
  request.on('data', (part: Buffer) => {
    if (sent > after) return;
    upstream.write(part.subarray(0, Math.max(0, after - sent)));
    sent += part.byteLength;
    if (sent > after) setTimeout(cut, FLUSH_MS);
  });
  request.on('end', () => {
    if (sent <= after) cut();
  });
}

function breakBody({ request, response }: Exchange, fault: Fault, body: Buffer): void {
  const cutAt = (after: number): Buffer => body.subarray(0, Math.min(after, Math.max(0, body.byteLength - 1)));
  const writeStart = (after: number): void => {
    response.flushHeaders();
    const start = cutAt(after);
    if (start.byteLength > 0) response.write(start);
  };
  switch (fault.kind) {
    case 'corrupt': {
      const at = cutAt(fault.at).byteLength;
      if (body.byteLength > 0) body[at] = (body[at] ?? 0) ^ 0xff;
      response.end(body);
      return;
    }
    case 'trickle':
      for (let at = 0; at < body.byteLength; at += fault.bytes) response.write(body.subarray(at, at + fault.bytes));
      response.end();
      return;
    case 'stall-response':
      writeStart(fault.after);
      return;
    case 'truncate':
      writeStart(fault.after);
      setTimeout(() => request.socket.end(), FLUSH_MS);
      return;
    case 'reset-response':
      writeStart(fault.after);
      setTimeout(() => request.socket.resetAndDestroy(), FLUSH_MS);
      return;
    default:
      response.end(body);
  }
}
