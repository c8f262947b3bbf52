/** curl and wget. */
import { Errno } from '../../linux/errno.ts';
import { connect, dial, dialUnix, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { byteProtocol, type HttpResponse, type HttpServer, httpProtocol, statusText } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { byteLength } from '../../sim/stream.ts';
import { Failure } from '../tool.ts';
import { resolve } from './resolver.ts';

/** `path` with its query; `port` is the scheme's own where none was given. */
export type Url = { readonly scheme: string; readonly host: string; readonly port: number; readonly path: string; readonly user: string | undefined };

/** http without a scheme; undefined for what has no host. */
export function parseUrl(text: string): Url | undefined {
  const parts = /^(?:([a-zA-Z][\w+.-]*):\/\/)?(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?([/?][^#]*)?(?:#.*)?$/.exec(text);
  if (!parts?.[3]) return undefined;
  const scheme = (parts[1] ?? 'http').toLowerCase();
  const path = parts[5] ?? '/';
  return { scheme, host: parts[3], port: Number(parts[4] || (scheme === 'https' ? 443 : 80)), path: path.startsWith('?') ? `/${path}` : path, user: parts[2] };
}

/** One request to be sent. */
export type Wanted = {
  readonly url: Url;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connectMilliseconds: number;
  readonly totalMilliseconds: number;
  readonly insecure: boolean;
  /** Addresses given by --resolve. */
  readonly address?: string | undefined;
  readonly unixSocket?: string | undefined;
  /** PEM, of an https request. */
  readonly clientCertificate?: string | undefined;
};

/** Why there is no answer; `milliseconds` is how long it took to know. */
export type Trouble = {
  readonly kind:
    | 'name'
    | 'refused'
    | 'unreachable'
    | 'no-network'
    | 'connect-timeout'
    | 'timeout'
    | 'not-tls'
    | 'not-plain'
    | 'certificate'
    | 'empty'
    | 'socket'
    | 'http2';
  readonly milliseconds: number;
  readonly address: string;
  readonly received: number;
};

/** `address` is whom it came from. */
export type Fetched = { readonly response: HttpResponse; readonly address: string };

/** One request over the simulated network. */
export function* fetchOnce(process: Process, wanted: Wanted): Routine<Fetched | Trouble> {
  const began = process.now;
  const { url } = wanted;
  const fail = (kind: Trouble['kind'], address = ''): Trouble => ({ kind, milliseconds: process.now - began, address, received: 0 });
  let address = wanted.address ?? url.host;
  if (wanted.unixSocket === undefined) {
    const found = yield* resolve(process, address);
    if ('failed' in found) return fail('name');
    address = found.addresses[0] ?? address;
  }
  let server: HttpServer;
  try {
    server =
      wanted.unixSocket === undefined
        ? dial(httpProtocol, process.namespaces.network, address, url.port, process.sim.random)
        : unixServer(process, wanted.unixSocket);
  } catch (error) {
    if (error instanceof NetworkError) return yield* notConnected(process, wanted, error, address, began);
    if (error instanceof Errno) return fail(error.code === 'EPROTO' ? 'http2' : error.code === 'EPIPE' ? 'empty' : 'socket', address);
    throw error;
  }
  yield* sleep(url.scheme === 'https' ? 3 : 1);
  if (url.scheme === 'https' && !server.tls) return fail('not-tls', address);
  if (url.scheme === 'http' && server.tls) return plainToTls(address);
  if (server.tls && !server.publiclyTrusted && !wanted.insecure) return fail('certificate', address);
  const request = {
    method: wanted.method,
    path: url.path,
    host: `${url.host}${url.port === 80 || url.port === 443 ? '' : `:${url.port}`}`,
    headers: wanted.headers,
    body: wanted.body,
    remoteAddress: process.namespaces.network.sourceAddress(),
    ...(wanted.clientCertificate !== undefined && { clientCertificate: wanted.clientCertificate }),
  };
  const fiber = process.sim.go(server.handle(request), 'http');
  const until = began + wanted.totalMilliseconds;
  while (!fiber.done) {
    const left = until - process.now;
    if (left <= 0) {
      fiber.cancel();
      return fail('timeout', address);
    }
    yield Number.isFinite(left) ? { on: [fiber.exited], timeout: left } : { on: [fiber.exited] };
  }
  const { result } = fiber;
  if (result?.notSimulated) throw new Failure(result.body, 70);
  return result ? { response: result, address } : fail('empty', address);
}

/** Who listens on a socket file: it may be written to, and speaks HTTP/1. */
function unixServer(process: Process, path: string): HttpServer {
  const inode = process.fs.stat(path);
  process.fs.check(inode, 2, path);
  // A ttrpc server hangs up at what is no frame of its own; gRPC speaks HTTP/2 from the first byte.
  if (path.endsWith('.ttrpc')) throw new Errno('EPIPE');
  return dialUnix(httpProtocol, inode);
}

/** Go's and nginx's answer to plain HTTP on a TLS port. */
const plainToTls = (address: string): Fetched => ({
  address,
  response: { status: 400, headers: {}, body: 'Client sent an HTTP request to an HTTPS server.\n' },
});

function* notConnected(process: Process, wanted: Wanted, error: NetworkError, address: string, began: number): Routine<Trouble> {
  const patience = Math.min(wanted.connectMilliseconds, wanted.totalMilliseconds);
  const left = Math.max(0, patience - (process.now - began));
  const trouble = (kind: Trouble['kind']): Trouble => ({ kind, milliseconds: process.now - began, address, received: 0 });
  if (error.code === 'EPROTO') {
    // Something else listens there: the connection stands, but nothing comes that is HTTP.
    const speaks = connect(process.namespaces.network, address, wanted.url.port, process.sim.random).servers;
    yield* sleep(1);
    return trouble(speaks.has(byteProtocol.name) ? 'empty' : wanted.url.scheme === 'https' ? 'not-tls' : 'empty');
  }
  yield* sleep(Math.min(error.afterMilliseconds, left));
  if (error.afterMilliseconds > left) return trouble('connect-timeout');
  return trouble(
    error.code === 'ECONNREFUSED' ? 'refused' : error.code === 'EHOSTUNREACH' ? 'unreachable' : error.code === 'ENETUNREACH' ? 'no-network' : 'connect-timeout',
  );
}

/** Status line and headers as a client shows them. */
export function head(response: HttpResponse, http2: boolean): string {
  const length = Object.keys(response.headers).some((name) => name.toLowerCase() === 'content-length')
    ? {}
    : { 'Content-Length': String(byteLength(response.body)) };
  const lines = Object.entries({ ...response.headers, ...length }).map(([name, value]) => `${http2 ? name.toLowerCase() : name}: ${value}\r\n`);
  return `${http2 ? `HTTP/2 ${response.status} ` : `HTTP/1.1 ${response.status} ${statusText(response.status)}`}\r\n${lines.join('')}\r\n`;
}
