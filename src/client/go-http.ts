/** HTTP as Go's client speaks it from a machine: names by /etc/hosts and DNS, TLS with real certificates, Go's words when it fails (net, net/http). */
import { Handshakes } from '../apimachinery/tls.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { dial, type Listener, NetworkError, type NetworkNamespace, route } from '../linux/network.ts';
import { dnsProtocol, type HttpResponse, type HttpServer, httpProtocol } from '../linux/protocols.ts';
import { routeTo } from '../linux/routes.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

/** From where one asks. */
export type Client = { readonly sim: Sim; readonly network: NetworkNamespace; readonly files: FileSystem };

/** `path` with its query; `ca` is PEM of authorities trusted beside the system's. */
type Target = {
  readonly scheme: 'http' | 'https';
  /** `host[:port]` */
  readonly authority: string;
  readonly path: string;
  /** Plain HTTP where no TLS is spoken. */
  readonly fallback?: boolean;
  readonly skipVerify?: boolean;
  readonly ca?: string;
  /** PEM of the client's own certificate and its key. */
  readonly certificate?: string;
  readonly key?: string;
  /** Milliseconds for a connection. */
  readonly dialTimeout?: number;
};
/** The body is text; names of headers go out as they stand. */
export type Asked = { readonly method: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** An answer, and what was spoken in the end. */
export type GoResponse = HttpResponse & { readonly scheme: 'http' | 'https' };

/** No answer, with Go's words: `dial tcp 127.0.0.1:5000: connect: connection refused`. */
export class GoHttpError extends Error {}

/** One request; throws GoHttpError. */
export function* goRequest(client: Client, target: Target, { method, headers = {}, body = '' }: Asked): Routine<GoResponse> {
  const [host, port] = hostAndPort(target);
  const address = yield* lookup(client, host);
  let listener: Listener | undefined;
  let server: HttpServer;
  try {
    server = dial(httpProtocol, client.network, address, port, client.sim.random, 'tcp', (found) => {
      listener = found;
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const { dialTimeout = Number.POSITIVE_INFINITY } = target;
    const late = error.afterMilliseconds > dialTimeout;
    yield* sleep(Math.min(error.afterMilliseconds, dialTimeout));
    if (error.code === 'EPROTO') throw new GoHttpError('EOF');
    const shown = host === 'localhost' ? '[::1]' : address;
    throw new GoHttpError(`dial tcp ${shown}:${port}: ${late || error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`}`);
  }
  const secure = server.tls === true || listener?.tls !== undefined;
  if (target.scheme === 'https' && !secure && !target.fallback) throw new GoHttpError('http: server gave HTTP response to HTTPS client');
  if (target.scheme === 'http' && secure) return { status: 400, headers: {}, body: 'Client sent an HTTP request to an HTTPS server.\n', scheme: 'http' };
  if (secure) trust(client, target, host, server, listener);
  yield* sleep(secure ? 3 : 1);
  const host80 = port === (target.scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;
  const remoteAddress = seenAs(client, address, port);
  return { ...(yield* server.handle({ method, path: target.path, host: host80, headers, body, remoteAddress })), scheme: secure ? 'https' : 'http' };
}

/** The address that the server sees: what a machine sends to a container of its own comes from the bridge. */
function seenAs({ network, sim }: Client, address: string, port: number): string {
  const { namespace, address: final } = route(network, 'tcp', address, port, sim.random);
  return (namespace === network ? undefined : routeTo(network, final)?.source) ?? network.sourceAddress();
}

/** A header of an answer, whatever its case. */
export const header = ({ headers }: { readonly headers: Readonly<Record<string, string>> }, name: string): string | undefined =>
  Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];

function hostAndPort({ scheme, authority }: Target): [string, number] {
  const parts = /^(.*?)(?::(\d+))?$/.exec(authority);
  return [parts?.[1] ?? authority, Number(parts?.[2] ?? (scheme === 'https' ? 443 : 80))];
}

/** Throws when the server's certificate is not to be trusted. */
function trust({ sim }: Client, { skipVerify, ca, certificate, key }: Target, host: string, server: HttpServer, listener: Listener | undefined): void {
  const shown = listener?.tls?.();
  if ((skipVerify && !shown?.clientCa) || (!shown && server.publiclyTrusted)) return;
  if (!shown) throw new GoHttpError('tls: failed to verify certificate: x509: certificate signed by unknown authority');
  const problem = new Handshakes().check(
    shown,
    { serverName: host, ca, ...(skipVerify ? { insecure: true } : {}), ...(certificate === undefined ? {} : { certificate, key }) },
    sim.now,
  );
  if (problem) throw new GoHttpError(problem.text);
}

const isAddress = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);

/** Go asks a name server twice, five seconds each. */
const lookupTimeout = 10_000;

function* lookup(client: Client, name: string): Routine<string> {
  if (isAddress(name)) return name;
  const fixed = ofHosts(client.files, name) ?? (name === 'localhost' ? '127.0.0.1' : undefined);
  if (fixed !== undefined) return fixed;
  const conf = textOf(client.files, '/etc/resolv.conf');
  const server = /^nameserver\s+(\S+)/m.exec(conf)?.[1] ?? '127.0.0.1';
  const searches = (/^search\s+(.*)$/m.exec(conf)?.[1] ?? '').split(/\s+/).filter(Boolean);
  for (const candidate of [name, ...searches.map((domain) => `${name}.${domain}`)]) {
    const address = yield* ask(client, server, candidate, name);
    if (address !== undefined) return address;
  }
  throw new GoHttpError(`dial tcp: lookup ${name} on ${server}:53: no such host`);
}

function* ask({ sim, network }: Client, server: string, candidate: string, name: string): Routine<string | undefined> {
  const failed = (verb: string): GoHttpError =>
    new GoHttpError(
      `dial tcp: lookup ${name} on ${server}:53: read udp ${network.sourceAddress()}:${32_768 + (Math.floor(sim.now) % 28_000)}->${server}:53: ${verb}`,
    );
  try {
    const dns = dial(dnsProtocol, network, server, 53, sim.random, 'udp');
    yield* sleep(0.3);
    const { records } = yield* dns.query(candidate, 'A', { address: network.sourceAddress() });
    return records.find(({ type }) => type === 'A')?.data;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const timeout = error.code === 'ETIMEDOUT';
    yield* sleep(timeout ? lookupTimeout : error.afterMilliseconds);
    throw failed(timeout ? 'i/o timeout' : `read: ${error.message.toLowerCase()}`);
  }
}

function ofHosts(files: FileSystem, name: string): string | undefined {
  for (const line of textOf(files, '/etc/hosts').split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.includes(name) && isAddress(address)) return address;
  }
  return undefined;
}

const textOf = (files: FileSystem, path: string): string => (files.find(path)?.type === 'file' ? files.read(path) : '');
