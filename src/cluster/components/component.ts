/** What every component does when it starts as a process: read its flags and kubeconfig, log, serve health, wait to be told to stop. */
import { YAMLParseError } from 'yaml';
import { Handshakes, type TlsClient } from '../../apimachinery/tls.ts';
import { parseConfigYaml } from '../../apimachinery/yaml-simple.ts';
import { Client, ConnectionError } from '../../client/client.ts';
import { type Credentials, type RestServer, restProtocol } from '../../interfaces/rest.ts';
import { Errno } from '../../linux/errno.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import { hostAddress } from '../../linux/hosts.ts';
import { dial, type Listener, type ListenerTls, NetworkError, type SpokenProtocol, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit } from '../../linux/program.ts';
import { type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { Condition } from '../../sim/routine.ts';
import { minorOf } from '../releases.ts';
import { gateProblem, gateWarnings, parseGates } from './feature-gates.ts';

/** By name without dashes; a boolean flag is `true` or `false`. */
export type Flags = ReadonlyMap<string, string>;

/** `--name=value` and `--name value`; an unknown flag ends the process as cobra does. `absent`: the real one knows them, the lab does not. */
export function* readFlags(process: Process, argv: readonly string[], known: readonly string[], absent: readonly string[] = []): Routine<Flags> {
  const flags = new Map<string, string>();
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (name.startsWith('--') && absent.includes(name.slice(2))) yield* notSimulated(process, name);
    if (!name.startsWith('--') || !known.includes(name.slice(2))) {
      yield* process.printError(`Error: unknown ${name.startsWith('-') ? 'flag' : 'command'}: ${name}\n`);
      throw new Exit(1);
    }
    flags.set(name.slice(2), equals < 0 ? (argv[++i] ?? '') : word.slice(equals + 1));
  }
  return flags;
}

type Severity = 'I' | 'W' | 'E' | 'F';

/** A klog line: `I1122 14:36:57.123456       1 server.go:123] text`. */
export function klog(process: Process, severity: Severity, place: string, text: string): string {
  const at = new Date(process.now);
  const two = (value: number): string => String(value).padStart(2, '0');
  const pid = process.pids.get(process.namespaces.pid) ?? process.pid;
  return `${severity}${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}.${String(Math.floor((process.now % 1000) * 1000)).padStart(6, '0')} ${String(pid).padStart(7)} ${place}] ${text}\n`;
}

/** A function that logs without waiting: standard error of a component is its log, which never blocks. */
export function logger(process: Process): (severity: Severity, place: string, text: string) => void {
  return (severity, place, text) => {
    const { stderr } = process;
    process.sim.go(stderr.write(klog(process, severity, place, text)));
  };
}

/** Refuses gates that are none, in the words of that release, and tells of those that go. */
export function* checkFeatureGates(process: Process, text: string | undefined, version: string): Routine {
  if (text === undefined) return;
  const gates = parseGates(text);
  const problem = typeof gates === 'string' ? gates : gateProblem(gates, version);
  if (problem === undefined) return yield* warnOfGates(process, typeof gates === 'string' ? {} : gates, version);
  // Until 1.30 the flag itself was refused.
  if (minorOf(version) >= 31) yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(problem)}`);
  yield* process.printError(`Error: invalid argument ${JSON.stringify(text)} for "--feature-gates" flag: ${problem}\n`);
  throw new Exit(1);
}

/** Gates that a release still knows, but not for long. */
export function* warnOfGates(process: Process, gates: Readonly<Record<string, boolean>>, version: string): Routine {
  for (const text of gateWarnings(gates, version)) yield* process.printError(klog(process, 'W', 'feature_gate.go:354', text));
}

/** Says why a component cannot run, and ends it. */
export function* fatal(process: Process, place: string, text: string): Routine<never> {
  yield* process.printError(klog(process, 'E', place, text));
  throw new Exit(1);
}

/** Ends the process: what it was asked for is not simulated. */
export function* notSimulated(process: Process, what: string): Routine<never> {
  yield* process.printError(`k8s-lab: ${what} is not simulated\n`);
  throw new Exit(70);
}

/** Runs until SIGTERM or SIGINT; then `stop` is called, after what `shutDown` takes, and the exit status is 0. */
export function* untilTerminated(process: Process, stop: () => void, shutDown?: () => Routine): Routine<number> {
  const told = new Condition();
  let ended = false;
  const end = (): void => {
    ended = true;
    told.notify();
  };
  process.onSignal('SIGTERM', end);
  process.onSignal('SIGINT', end);
  process.ready = true;
  process.changed.notify();
  try {
    while (!ended) yield { on: [told] };
    if (shutDown) yield* shutDown();
    return 0;
  } finally {
    stop();
  }
}

/** Listens until the process ends. Addresses as flags give them: `127.0.0.1`, `0.0.0.0`. */
export function listen(
  process: Process,
  address: string,
  port: number,
  servers: readonly [string, unknown][],
  { transport = 'tcp', tls }: { readonly transport?: 'tcp' | 'udp'; readonly tls?: () => ListenerTls } = {},
): () => void {
  const open = process.namespaces.network.listen({ transport, address, port, pid: process.pid, servers: new Map(servers), ...(tls ? { tls } : {}) });
  process.sim.go(
    (function* (): Routine {
      try {
        for (;;) yield { timeout: 1e12 };
      } finally {
        open.close();
      }
    })(),
  );
  return () => open.close();
}

/** A server that answers a few fixed paths: health endpoints. */
export const healthServer = (paths: Readonly<Record<string, () => boolean>>, tls = false): HttpServer => ({
  tls,
  *handle({ path }) {
    const check = paths[path.split('?')[0] ?? ''];
    if (!check) return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
    const well = check();
    return { status: well ? 200 : 500, headers: { 'content-type': 'text/plain' }, body: well ? 'ok' : 'unhealthy' };
  },
});

/** An entry for a listener's servers. */
export const serveHttp = (server: HttpServer): [string, unknown] => serve(httpProtocol, server);

/** Of a kubeconfig's server URL; `host` may be a name. */
type Endpoint = { readonly host: string; readonly port: number };

/** `https://172.30.1.2:6443` */
export function parseEndpoint(url: string): Endpoint {
  const match = /^(?:https?:\/\/)?\[?([^\]/:]+)\]?(?::(\d+))?/.exec(url);
  return { host: match?.[1] ?? '', port: Number(match?.[2] ?? (url.startsWith('http:') ? 80 : 443)) };
}

/** With which authority and certificate a component dials. */
type Secure = { readonly handshakes: Handshakes; readonly client: () => Omit<TlsClient, 'serverName'> };

/** `client` is asked at each dial: certificates are renewed. */
export const secure = (client: () => Omit<TlsClient, 'serverName'>): Secure => ({ handshakes: new Handshakes(), client });

/** Who answers at an address now, in Go's words when nobody does, or nobody to be trusted. */
export const dialText = <Server>(process: Process, protocol: SpokenProtocol<Server>, endpoint: Endpoint, tls?: Secure): Server =>
  dialWith(process, protocol, endpoint, (listener) => handshake(process, listener, endpoint.host, tls));

function dialWith<Server>(process: Process, protocol: SpokenProtocol<Server>, { host, port }: Endpoint, look: (listener: Listener) => void): Server {
  try {
    return dial(protocol, process.namespaces.network, hostAddress(process.fs, host), port, process.kernel.sim.random, 'tcp', look, true);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new ConnectionError(`dial tcp ${host}:${port}: ${goText(error)}`);
  }
}

/** Throws when the listener's certificate is not to be trusted. */
function handshake(process: Process, listener: Listener, host: string, tls: Secure | undefined): void {
  if (!tls || !listener.tls) return;
  const problem = tls.handshakes.check(listener.tls(), { ...tls.client(), serverName: host }, process.now);
  if (problem) throw new ConnectionError(problem.text);
}

/**
 * A connection that is kept, as HTTP/2 and gRPC clients keep theirs: hands are shaken once a listener. One to an address of the machine itself
 * lasts as long as the address and the listener do; one to another machine is looked up at each call, for everything on the way can fail.
 */
export function connection<Server>(process: Process, protocol: SpokenProtocol<Server>, endpoint: Endpoint, tls?: Secure): () => Server {
  const { host } = endpoint;
  let known: Listener | undefined;
  let server: Server | undefined;
  const meet = (listener: Listener): void => {
    if (listener === known) return;
    known = undefined;
    handshake(process, listener, host, tls);
    known = listener;
  };
  return () => {
    const { network } = process.namespaces;
    if (server !== undefined && known !== undefined && network.listeners.has(known) && network.has(hostAddress(process.fs, host))) return server;
    server = dialWith(process, protocol, endpoint, meet);
    return server;
  };
}

const goText = (error: NetworkError): string => (error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`);

/** A kubeconfig's current context: where the server is, and who one is there. Throws Errno or an Error in client-go's words. */
export const readKubeconfig = (process: Process, path: string): Access => readKubeconfigText(process.fs, path);

/** What a kubeconfig's current context comes to. */
type Access = { readonly endpoint: Endpoint; readonly credentials: Credentials; readonly secure: Secure };

/** Throws an Error with client-go's text for a context that leads nowhere. */
export function readKubeconfigText(fs: FileSystem, path: string): Access {
  const config = parseKubeconfig(fs.read(path), path);
  const context = config.contexts?.find((each) => each.name === config['current-context'])?.context;
  const cluster = config.clusters?.find((each) => each.name === context?.cluster)?.cluster;
  const user = config.users?.find((each) => each.name === context?.user)?.user;
  if (!cluster?.server) throw new Error(`invalid configuration: no server found for cluster "${context?.cluster ?? ''}"`);
  const pem = user?.['client-certificate-data']
    ? Buffer.from(user['client-certificate-data'], 'base64').toString()
    : user?.['client-certificate']
      ? fs.read(user['client-certificate'])
      : undefined;
  const ca = cluster['certificate-authority-data']
    ? Buffer.from(cluster['certificate-authority-data'], 'base64').toString()
    : cluster['certificate-authority']
      ? fs.read(cluster['certificate-authority'])
      : '';
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  return {
    endpoint: parseEndpoint(cluster.server),
    secure: secure(() => ({ ca, insecure })),
    credentials: { ...(pem ? { clientCertificate: pem } : {}), ...(user?.token ? { token: user.token } : {}) },
  };
}

type Named<Key extends string, Value> = { readonly name: string } & { readonly [key in Key]?: Value };
type KubeconfigCluster = {
  readonly server?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'certificate-authority'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
};
type Kubeconfig = {
  readonly 'current-context'?: string;
  readonly contexts?: readonly Named<'context', { readonly cluster?: string; readonly user?: string }>[];
  readonly clusters?: readonly Named<'cluster', KubeconfigCluster>[];
  readonly users?: readonly Named<'user', { readonly 'client-certificate-data'?: string; readonly 'client-certificate'?: string; readonly token?: string }>[];
};

function parseKubeconfig(text: string, path: string): Kubeconfig {
  try {
    return (parseConfigYaml(text) ?? {}) as Kubeconfig;
  } catch (error) {
    if (error instanceof YAMLParseError) throw new Error(`error loading config file "${path}": yaml: ${error.message.split('\n')[0]}`);
    throw error;
  }
}

/** A client for a kubeconfig file, read when it starts as the real components do; ends the process where it cannot be read. */
export function* clientFromKubeconfig(process: Process, path: string, userAgent: string): Routine<Client> {
  try {
    const { endpoint, credentials, secure } = readKubeconfig(process, path);
    const dialled = connection<RestServer>(process, restProtocol, endpoint, secure);
    const outage: { since: number | undefined } = { since: undefined };
    const server = (): RestServer => {
      try {
        const answering = dialled();
        outage.since = undefined;
        return answering;
      } catch (error) {
        outage.since ??= process.now;
        throw error;
      }
    };
    return new Client({ server, credentials, userAgent, outage, network: process.namespaces.network });
  } catch (error) {
    const text = error instanceof Errno ? `stat ${path}: ${error.message.toLowerCase()}` : error instanceof Error ? error.message : String(error);
    return yield* fatal(process, 'run.go:72', `"command failed" err="${text}"`);
  }
}

/** A client for a pod: its service account's token, and the address that the environment gives. */
export function inClusterClient(process: Process, userAgent: string): Client {
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? '10.96.0.1';
  const port = Number(process.env['KUBERNETES_SERVICE_PORT'] ?? 443);
  const tls = secure(() => ({ ca: process.fs.read('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt') }));
  return new Client({
    server: () => dialText<RestServer>(process, restProtocol, { host, port }, tls),
    // Read anew at each request: the kubelet renews the token.
    credentials: () => ({ token: process.fs.read('/var/run/secrets/kubernetes.io/serviceaccount/token') }),
    userAgent,
    network: process.namespaces.network,
  });
}
