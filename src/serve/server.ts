/** The running world over HTTPS on loopback: a thin adapter over the apiserver's one handler, for clients from outside. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Cluster } from '../cluster/cluster.ts';
import { newCertificates } from './certificates.ts';
import { newLiveClock, type WorldClock } from './clock.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { type Outside, onRequest } from './requests.ts';
import { onUpgrade } from './upgrades.ts';

type ServeOptions = {
  /** 0 for any that is free. */
  readonly port: number;
  /** What goes wrong inside: a bug of the lab. */
  readonly failed: (error: unknown) => void;
  /** How the world's time passes; default with the clock on the wall. */
  readonly clock?: WorldClock;
};

/** `token` and `ca` are what the kubeconfig holds. */
export type Served = {
  readonly url: string;
  readonly token: string;
  readonly ca: string;
  readonly kubeconfig: string;
  /** Ends all connections and stops the clock. */
  close(): Promise<void>;
};

/** Thrown when a world cannot be served. */
export class ServeError extends Error {}

/** Serves the API of a booted cluster, to its end or until `close`. */
export async function serve(cluster: Cluster, { port, failed, clock: given }: ServeOptions): Promise<Served> {
  const administrator = cluster.administrator();
  if (!administrator) throw new ServeError(`the world ${cluster.world} has no Kubernetes to serve`);
  const { ca, certificate, key } = newCertificates(Date.now());
  const token = randomBytes(32).toString('base64url');
  // Certificates of clients are looked at by the apiserver, not here: it knows its CA.
  const server = createServer({ key, cert: certificate, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], requestCert: true, rejectUnauthorized: false });
  await listening(server, port);
  const clock = given ?? newLiveClock(cluster.sim, failed);
  const outside: Outside = { sim: cluster.sim.scope('serve'), clock, door: { token, administrator }, apiServer: () => cluster.apiServer(), failed };
  server.on('request', (request, response) => onRequest(outside, request, response));
  server.on('upgrade', (request, socket, head) => onUpgrade(outside, request, socket as Socket, head));
  // Requests may take as long as they need: a watch is one.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 90_000;
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, token, ca, kubeconfig: kubeconfigText({ server: url, ca, token }), close: () => closed(server, outside) };
}

function listening(server: Server, port: number): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // Those that were handed over to WebSockets do not count as the server's own any more.
  server.on('closing', () => {
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ServeError(listenError(error, port))));
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

const listenError = (error: NodeJS.ErrnoException, port: number): string =>
  error.code === 'EADDRINUSE' ? `port ${port} is taken` : error.code === 'EACCES' ? `port ${port} is not allowed` : error.message;

function closed(server: Server, { sim, clock }: Outside): Promise<void> {
  clock.stop();
  sim.stop();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.emit('closing');
    server.closeAllConnections();
  });
}
