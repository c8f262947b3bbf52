/** Connections that stop being HTTP: exec, attach and port-forward over WebSocket or SPDY, and watches over WebSocket. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { badRequest, StatusError } from '../apimachinery/status.ts';
import type { RestRequest, RestResponse, RestServer } from '../interfaces/rest.ts';
import { isSession, type StreamSession } from '../interfaces/streams.ts';
import { Condition } from '../sim/routine.ts';
import { forward, newTunnel } from './port-forward.ts';
import { type Outlet, pumpEvents, whenClosed } from './pump.ts';
import { join, type NearEnd } from './remote-command.ts';
import { readHead } from './request.ts';
import { endSession, type Outside, outcome } from './requests.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';

type Upgrade = { readonly outside: Outside; readonly request: RestRequest; readonly message: IncomingMessage; readonly socket: Socket; readonly head: Buffer };

/** Answers a request to upgrade; refusals are ordinary answers. */
export function onUpgrade(outside: Outside, message: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => undefined);
  upgrade(outside, message, socket, head).catch((error: unknown) => {
    if (error instanceof StatusError) return refuse(socket, { status: error.code, headers: {}, body: error.status });
    socket.destroy();
    outside.failed(error);
  });
}

async function upgrade(outside: Outside, message: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
  const request = readHead(message, outside.door);
  const server = outside.apiServer();
  if (!server) return void socket.destroy();
  const [, subresource] = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/(exec|attach|portforward)$/.exec(request.path) ?? [];
  const parts = { outside, request, message, socket, head };
  const how = message.headers.upgrade?.toLowerCase();
  if (how !== 'websocket' && how !== 'spdy/3.1') throw badRequest('unable to upgrade: missing upgrade headers in request');
  if (subresource === undefined) return watchOver(parts, server);
  // Whether it may be, and whether there is such a pod, is asked before the connection changes.
  const asked = subresource === 'portforward' ? { ...request, query: { ports: '0' } } : request;
  const answer = await outcome(outside, server.connect({ ...asked, method: 'POST' }));
  if (answer === undefined) return void socket.destroy();
  if (!isSession(answer))
    return how === 'websocket' && subresource !== 'portforward' && isInternal(answer) ? failOverWebSocket(parts, answer) : refuse(socket, answer);
  if (subresource === 'portforward') {
    endSession(answer);
    return how === 'websocket'
      ? forwardOverWebSocket(parts, server)
      : forwardOverSpdy(parts, server, switchToSpdy(parts, message.headers['x-stream-protocol-version']));
  }
  return how === 'websocket' ? commandOverWebSocket(parts, answer) : commandOverSpdy(parts, answer);
}

function refuse(socket: Socket, { status, body, headers }: RestResponse): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const type = headers['content-type'] ?? 'application/json';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

// ── WebSocket ──

const commandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io', ''];
/** SPDY inside WebSocket: no token by the letter of the RFC, so the library does not get to see it. */
const spdyInside = 'SPDY/3.1+portforward.k8s.io';
const longestMessage = 4 * 1024 * 1024;

type Accepted = { readonly webSocket: WebSocket; readonly protocol: string };

/** Accepts, with the first of our subprotocols that the client offers. `over` ends what waits for the client, who may be refused or gone by now. */
function accept({ message, socket, head }: Upgrade, protocols: readonly string[], over: () => void): Promise<Accepted> {
  whenClosed(socket, over);
  const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const protocol = protocols.find((each) => offered.includes(each));
  if (protocol === undefined)
    throw badRequest(`unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`);
  delete message.headers['sec-websocket-protocol'];
  const acceptor = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: longestMessage });
  if (protocol !== '') acceptor.on('headers', (headers) => void headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve) => {
    acceptor.handleUpgrade(message, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      resolve({ webSocket, protocol });
    });
  });
}

/** More than this on its way to a client, and the world waits for it. */
const mostBuffered = 1024 * 1024;

/** A channel of a WebSocket, of which the first byte of each message is the number. */
function channelOutlet({ clock }: Outside, webSocket: WebSocket, channel: number): Outlet {
  const drained = new Condition();
  return {
    drained,
    write: (data) => {
      webSocket.send(Buffer.concat([Uint8Array.of(channel), typeof data === 'string' ? Buffer.from(data) : data]), () => {
        if (webSocket.bufferedAmount >= mostBuffered) return;
        drained.notify();
        clock.kick();
      });
      return webSocket.bufferedAmount < mostBuffered;
    },
  };
}

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

async function commandOverWebSocket(parts: Upgrade, session: StreamSession): Promise<void> {
  const { webSocket } = await accept(parts, commandProtocols, () => endSession(session));
  const outlet = (channel: number): Outlet => channelOutlet(parts.outside, webSocket, channel);
  // An empty message says that the connection stands.
  outlet(channels.stdout).write('');
  const near = join(parts.outside, session, {
    stdout: outlet(channels.stdout),
    stderr: outlet(channels.stderr),
    ended: (status) => {
      outlet(channels.error).write(status);
      webSocket.close(1000);
    },
  });
  webSocket.on('message', (data) => receive(near, data));
  webSocket.on('close', () => near.close());
}

function receive(near: NearEnd, data: Buffer): void {
  const bytes = data.subarray(1);
  if (data[0] === channels.stdin) near.stdin(bytes);
  else if (data[0] === channels.resize) near.resize(bytes.toString());
  else if (data[0] === channels.close && bytes[0] === channels.stdin) near.stdinEnded();
}

/** What the kubelet refuses is told on the error channel: the connection to the client has changed by then. */
async function failOverWebSocket(parts: Upgrade, { body }: RestResponse): Promise<void> {
  const { webSocket } = await accept(parts, commandProtocols, () => undefined);
  webSocket.send(Buffer.concat([Uint8Array.of(channels.error), Buffer.from(JSON.stringify(body))]));
  webSocket.close(1000);
}

const isInternal = ({ body }: RestResponse): boolean => (body as { reason?: string } | undefined)?.reason === 'InternalError';

async function forwardOverWebSocket(parts: Upgrade, server: RestServer): Promise<void> {
  const { webSocket, protocol } = await accept(parts, [spdyInside, 'v4.channel.k8s.io', 'v5.channel.k8s.io'], () => undefined);
  if (protocol !== spdyInside) return forwardOverChannels(parts, server, webSocket);
  const connection = forwardConnection(parts, server, (bytes) => {
    webSocket.send(bytes);
    return webSocket.bufferedAmount < mostBuffered;
  });
  webSocket.on('message', (data) => void connection.push(data).catch(() => webSocket.terminate()));
  webSocket.on('close', () => connection.ended());
}

/** The older form: two channels a port, data and errors; the first message of each says the port. */
function forwardOverChannels({ outside, request }: Upgrade, server: RestServer, webSocket: WebSocket): void {
  const ports = [request.query?.['ports'] ?? []].flat().flatMap((each) => each.split(',').map(Number));
  const tunnels = ports.map((port, i) => {
    const [data, errors] = [channelOutlet(outside, webSocket, 2 * i), channelOutlet(outside, webSocket, 2 * i + 1)];
    for (const each of [data, errors]) each.write(Uint8Array.of(port & 0xff, port >> 8));
    const tunnel = newTunnel(
      (bytes) => void data.write(bytes),
      () => webSocket.close(1000),
    );
    void forward(outside, server, request, { port, tunnel: { bytes: tunnel.bytes, failed: (text) => void errors.write(text) } });
    return tunnel;
  });
  webSocket.on('message', (message) => tunnels[(message[0] ?? 0) / 2]?.arrive(message.subarray(1)));
  webSocket.on('close', () => {
    for (const { bytes } of tunnels) bytes.destroy();
  });
}

/** A watch for browsers: each event is a message. */
async function watchOver(parts: Upgrade, server: RestServer): Promise<void> {
  const { outside, request, socket } = parts;
  const answer = server.handle(request);
  const { watch } = answer;
  if (!watch) return refuse(socket, answer);
  const { webSocket } = await accept(parts, ['binary.k8s.io', ''], () => watch.break());
  const drained = new Condition();
  const outlet: Outlet = {
    drained,
    write: (data) => {
      webSocket.send(Buffer.from(data as string), () => {
        drained.notify();
        outside.clock.kick();
      });
      return webSocket.bufferedAmount < mostBuffered;
    },
  };
  const pump = outside.sim.go(pumpEvents(watch, outlet), 'serve watch');
  webSocket.on('close', () => {
    pump.cancel();
    watch.break();
  });
  outside.clock.kick();
}

// ── SPDY ──

function switchToSpdy({ socket }: Upgrade, offered: string | string[] | undefined): string {
  const versions = [offered ?? []].flat().flatMap((each) => each.split(',').map((version) => version.trim()));
  const chosen = versions[0] ?? '';
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${chosen === '' ? '' : `X-Stream-Protocol-Version: ${chosen}\r\n`}\r\n`,
  );
  return chosen;
}

function follow({ socket, head }: Upgrade, connection: SpdyConnection): void {
  const push = (bytes: Buffer): void => void connection.push(bytes).catch(() => socket.destroy());
  if (head.length > 0) push(head);
  socket.on('data', push);
  whenClosed(socket, () => connection.ended());
}

function forwardOverSpdy(parts: Upgrade, server: RestServer, _version: string): void {
  follow(
    parts,
    forwardConnection(parts, server, (bytes) => parts.socket.write(bytes)),
  );
}

/** Streams come in pairs with the same request id: one for errors, one for data. */
function forwardConnection({ outside, request }: Upgrade, server: RestServer, write: (bytes: Uint8Array) => boolean): SpdyConnection {
  const waiting = new Map<string, SpdyStream>();
  return new SpdyConnection(write, (stream) => {
    const id = stream.headers['requestid'] ?? '';
    const other = waiting.get(id);
    if (!other) return void waiting.set(id, stream);
    waiting.delete(id);
    const [data, errors] = stream.headers['streamtype'] === 'data' ? [stream, other] : [other, stream];
    const tunnel = newTunnel(
      (bytes) => void data.write(bytes),
      () => {
        data.end();
        errors.end();
      },
    );
    data.onData = (bytes) => tunnel.arrive(bytes);
    data.onEnd = () => tunnel.arrive(null);
    const port = Number(data.headers['port'] ?? 0);
    void forward(outside, server, request, { port, tunnel: { bytes: tunnel.bytes, failed: (text) => void errors.write(Buffer.from(text)) } });
  });
}

/** The client opens a stream for each of stdin, stdout, stderr, error and resize that it asked for; then the command's output flows. */
function commandOverSpdy(parts: Upgrade, session: StreamSession): void {
  const { outside, request, socket, message } = parts;
  switchToSpdy(parts, message.headers['x-stream-protocol-version']);
  const streams = new Map<string, SpdyStream>();
  const wanted = ['error', ...['stdin', 'stdout', 'stderr'].filter((name) => ['true', '1'].includes(String(request.query?.[name])))];
  let near: NearEnd | undefined;
  const outlet = (name: string): Outlet => {
    const drained = new Condition();
    socket.on('drain', () => {
      drained.notify();
      outside.clock.kick();
    });
    return { drained, write: (data) => streams.get(name)?.write(typeof data === 'string' ? Buffer.from(data) : data) ?? true };
  };
  const ended = (status: string): void => {
    for (const name of ['stdout', 'stderr']) streams.get(name)?.end();
    streams.get('error')?.write(Buffer.from(status));
    streams.get('error')?.end();
    // The client closes once it has read everything.
    setTimeout(() => socket.end(), 1000).unref();
  };
  const connection = new SpdyConnection(
    (bytes) => socket.write(bytes),
    (stream) => {
      const name = stream.headers['streamtype'] ?? '';
      streams.set(name, stream);
      if (name === 'stdin') {
        stream.onData = (bytes) => near?.stdin(bytes);
        stream.onEnd = () => near?.stdinEnded();
      }
      if (name === 'resize') stream.onData = (bytes) => near?.resize(bytes.toString());
      if (!near && wanted.every((each) => streams.has(each))) near = join(outside, session, { stdout: outlet('stdout'), stderr: outlet('stderr'), ended });
    },
  );
  whenClosed(socket, () => (near ? near.close() : endSession(session)));
  follow(parts, connection);
}
