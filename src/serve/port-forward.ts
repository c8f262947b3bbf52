/** Bytes of a client to what listens in a pod: programs that take bytes get them, to web servers HTTP is spoken. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import type { RestRequest, RestServer } from '../interfaces/rest.ts';
import { isSession, type StreamSession } from '../interfaces/streams.ts';
import { byteProtocol, type HttpServer, httpProtocol } from '../linux/protocols.ts';
import { decodeUtf8 } from '../sim/stream.ts';
import { outletOf, pumpBytes } from './pump.ts';
import { endSession, type Outside, outcome } from './requests.ts';

/** One connection through the tunnel, as the client sees it. */
type Tunnel = { readonly bytes: Duplex; failed(text: string): void };

/** Opens a connection to a port of a pod and joins it with a tunnel. */
export async function forward(outside: Outside, server: RestServer, request: RestRequest, { port, tunnel }: { port: number; tunnel: Tunnel }): Promise<void> {
  const answer = await outcome(outside, server.connect({ ...request, method: 'POST', query: { ports: String(port) } }));
  const problem = answer === undefined ? 'the cluster has ended' : isSession(answer) ? answer.outcome()?.error : messageOf(answer.body);
  if (answer === undefined || !isSession(answer) || problem !== undefined) {
    tunnel.failed(problem ?? '');
    tunnel.bytes.destroy();
    return;
  }
  const http = answer.servers?.get(httpProtocol.name) as HttpServer | undefined;
  if (answer.servers?.has(byteProtocol.name)) joinBytes(outside, answer, tunnel.bytes);
  else if (http && !http.tls) joinHttp(outside, answer, http, tunnel.bytes);
  else {
    tunnel.failed(`k8s-lab: forwarding to what listens on port ${port} is not simulated`);
    endSession(answer);
    tunnel.bytes.destroy();
  }
}

const messageOf = (body: unknown): string => (body as { message?: string } | undefined)?.message ?? String(body);

function joinBytes({ sim, clock }: Outside, session: StreamSession, bytes: Duplex): void {
  bytes.on('data', (part: Buffer) => {
    session.stdin?.push(decodeUtf8(part));
    clock.kick();
  });
  bytes.on('end', () => {
    session.stdin?.close();
    clock.kick();
  });
  const pump = sim.go(pumpBytes(session.stdout, outletOf(bytes, clock.kick)), 'serve port-forward');
  bytes.on('close', () => {
    pump.cancel();
    endSession(session);
  });
  void pump.exited;
  sim.go(
    (function* () {
      yield* pump.join();
      bytes.end();
    })(),
    'serve port-forward',
  );
}

function joinHttp(outside: Outside, session: StreamSession, http: HttpServer, bytes: Duplex): void {
  const web = createServer((message, response) => {
    handleHttp(outside, http, message, response).catch((error: unknown) => {
      response.destroy();
      outside.failed(error);
    });
  });
  bytes.on('close', () => endSession(session));
  web.emit('connection', bytes);
}

async function handleHttp(outside: Outside, http: HttpServer, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  const { method = 'GET', url: path = '/' } = message;
  const routine = http.handle({ method, path, headers, host: headers['host'] ?? '', body: decodeUtf8(Buffer.concat(parts)), remoteAddress: '127.0.0.1' });
  const answer = await outcome(outside, routine);
  if (!answer) return void response.destroy();
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** A Duplex over anything that carries bytes: what is written to it goes to `write`, what comes is given by `arrive`. */
export function newTunnel(write: (bytes: Buffer) => void, over: () => void): { readonly bytes: Duplex; arrive(bytes: Buffer | null): void } {
  const bytes = new Duplex({
    read: () => undefined,
    write: (part: Buffer, _encoding, done) => {
      write(part);
      done();
    },
    final: (done) => {
      over();
      done();
    },
    destroy: (error, done) => {
      over();
      done(error);
    },
  });
  // Node's HTTP server asks its sockets for these.
  Object.assign(bytes, { setTimeout: () => bytes, setNoDelay: () => bytes, setKeepAlive: () => bytes, ref: () => bytes, unref: () => bytes });
  bytes.on('error', () => undefined);
  return { bytes, arrive: (part) => void bytes.push(part) };
}
