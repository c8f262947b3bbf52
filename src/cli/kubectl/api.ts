/** The HTTP side of kubectl: one user's requests to one server over the simulated network. */
import { isStatus, StatusError } from '../../apimachinery/status.ts';
import { Handshakes } from '../../apimachinery/tls.ts';
import { type Method, type RestRequest, type RestResponse, type RestServer, restProtocol, type WatchEvent } from '../../interfaces/rest.ts';
import { isSession, type StreamSession } from '../../interfaces/streams.ts';
import { dial, type Listener, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Channel } from '../../sim/channel.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { ConnectionError, KubectlError } from './errors.ts';
import { canonicalHeader, requestLines, responseLines, startLines } from './http-log.ts';
import type { ClientConfig } from './kubeconfig.ts';
import { lookup } from './lookup.ts';

/** A round trip on the node, over what starting costs: `get pods` takes about 59 ms, `version --client` 42 ms, of which discovery is a part. */
const requestMilliseconds = 8;
/** Go's dialer gives up after 30 s (client-go transport/cache.go). */
const dialTimeout = 30_000;

/** Lists become a repeated key. */
export type Query = Readonly<Record<string, string | readonly string[]>>;
type ApiRequest = {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly accept?: string;
  readonly contentType?: string;
};

type ApiOptions = {
  readonly process: Process;
  readonly config: ClientConfig;
  /** Of every request: impersonation. */
  readonly headers: Readonly<Record<string, string>>;
  readonly verbosity: number;
  /** The file that was read, for -v. */
  readonly kubeconfig?: string | undefined;
  /** --request-timeout in milliseconds; 0 for none. */
  readonly timeout: number;
  readonly userAgent?: string;
};

/** Resolves, dials, checks certificates, sends; a refusal is an answer here, no connection is an error with Go's text. */
export class Api {
  readonly #options: ApiOptions;
  readonly #seen = new Set<string>();
  readonly #handshakes = new Handshakes();
  /** Whether there was a request already: the connection is used again. */
  #spoken = false;
  #started = false;
  #place: { readonly host: string; readonly port: number } | undefined;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get server(): string {
    return this.#options.config.server;
  }

  /** How many different warnings the server has sent. */
  get warnings(): number {
    return this.#seen.size;
  }

  /** The answer, whatever its status. Throws ConnectionError. */
  *send(request: ApiRequest): Routine<RestResponse> {
    yield* this.start();
    const server = yield* this.#dial(request);
    yield* sleep(requestMilliseconds);
    const response = server.handle(this.#toRest(request));
    yield* this.#log(request, response.status, response.watch ? undefined : response.body);
    yield* this.#warn(response);
    return response;
  }

  /** The body of a success. Throws StatusError for everything else. */
  *request(request: ApiRequest): Routine<unknown> {
    const response = yield* this.send(request);
    if (response.status >= 400) throw statusOf(response);
    return response.body;
  }

  /** A watch; the caller breaks the channel when it has seen enough. */
  *watch(request: ApiRequest): Routine<Channel<WatchEvent>> {
    const response = yield* this.send({ ...request, query: { ...request.query, watch: 'true' } });
    if (response.status >= 400) throw statusOf(response);
    if (!response.watch) throw new KubectlError('the server did not open a watch');
    return response.watch;
  }

  /** exec, attach, log, portforward. Throws StatusError for a refusal. */
  *connect(request: ApiRequest): Routine<StreamSession | RestResponse> {
    yield* this.start();
    const server = yield* this.#dial(request);
    yield* sleep(requestMilliseconds);
    const answer = yield* server.connect(this.#toRest(request));
    if (isSession(answer)) {
      yield* this.#log(request, request.path.endsWith('/log') ? 200 : 101);
      return answer;
    }
    yield* this.#log(request, answer.status, answer.body);
    yield* this.#warn(answer);
    if (answer.status >= 400) throw statusOf(answer);
    return answer;
  }

  #toRest({ method, path, query, body, accept, contentType }: ApiRequest): RestRequest {
    const { config, headers, process } = this.#options;
    return {
      method,
      path,
      remoteAddress: process.namespaces.network.sourceAddress(),
      ...(query && { query }),
      ...(body !== undefined && { body }),
      headers: {
        accept: accept ?? 'application/json',
        'user-agent': this.#options.userAgent ?? 'kubectl/v1.35.2 (linux/amd64) kubernetes/fdc9d74',
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
        ...headers,
      },
      credentials: {
        ...(config.clientCertificate !== undefined && { clientCertificate: config.clientCertificate }),
        ...(config.token !== undefined && { token: config.token }),
      },
    };
  }

  *#dial(request: ApiRequest): Routine<RestServer> {
    const { process } = this.#options;
    this.#place ??= hostAndPort(this.server);
    const { host, port } = this.#place;
    const address = yield* this.#resolve(host, request);
    try {
      return dial(restProtocol, process.namespaces.network, address, port, process.sim.random, 'tcp', (listener) => this.#trust(listener, host, request));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      throw yield* this.#unreachable(error, `${address}:${port}`, request);
    }
  }

  /** The handshake: throws where the server shows a certificate that is not to be trusted. */
  #trust(listener: Listener, host: string, request: ApiRequest): void {
    const { config, process } = this.#options;
    if (!listener.tls || !config.server.startsWith('https:')) return;
    const client = { serverName: config.tlsServerName ?? host, ca: config.ca, insecure: config.insecure };
    const problem = this.#handshakes.check(listener.tls(), client, process.now);
    if (problem) throw new ConnectionError(request.method, urlOf(this.server, request), problem.text, false);
  }

  *#unreachable(error: NetworkError, address: string, request: ApiRequest): Routine<Error> {
    const url = urlOf(this.server, request);
    const limit = this.#options.timeout > 0 ? this.#options.timeout : dialTimeout;
    const wait = Math.min(error.afterMilliseconds, limit);
    yield* sleep(wait);
    const reasons: Readonly<Record<string, string>> = {
      ECONNREFUSED: 'connect: connection refused',
      EHOSTUNREACH: 'connect: no route to host',
      ENETUNREACH: 'connect: network is unreachable',
      ETIMEDOUT: 'i/o timeout',
    };
    if (error.code === 'EPROTO') return new ConnectionError(request.method, url, 'http: server gave HTTP response to HTTPS client', false);
    if (this.#options.timeout > 0 && wait === this.#options.timeout && error.code === 'ETIMEDOUT') {
      return new ConnectionError(
        request.method,
        url,
        'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
        false,
      );
    }
    return new ConnectionError(request.method, url, `dial tcp ${address}: ${reasons[error.code] ?? error.message}`, error.code === 'ECONNREFUSED');
  }

  *#resolve(host: string, request: ApiRequest): Routine<string> {
    const found = yield* lookup(this.#options.process, host);
    if (typeof found === 'string') return found;
    const on = found.server === undefined ? '' : ` on ${found.server}:53`;
    throw new ConnectionError(request.method, urlOf(this.server, request), `dial tcp: lookup ${host}${on}: no such host`, false);
  }

  /** What -v shows before the first call. */
  *start(): Routine {
    const { process, verbosity, kubeconfig } = this.#options;
    if (this.#started || verbosity < 1) return;
    this.#started = true;
    yield* process.printError(startLines(process, verbosity, kubeconfig));
  }

  /** What -v shows of a call; `body` is absent for streams. */
  *#log(request: ApiRequest, status: number, body?: unknown): Routine {
    const { process, config, verbosity } = this.#options;
    if (verbosity < 6) return;
    const { path, query } = this.#toRest(request);
    const call = { process, verbosity, url: urlOf(config.server, { path, ...(query && { query }) }), headers: this.#headersOf(request), first: !this.#spoken };
    this.#spoken = true;
    yield* process.printError(requestLines(call, request) + responseLines(call, request, { status, body }));
  }

  /** The headers of a request as they are logged: canonical names, sorted. */
  #headersOf(request: ApiRequest): readonly (readonly [string, string])[] {
    const all = { ...this.#toRest(request).headers, ...(this.#options.config.token !== undefined && { authorization: 'Bearer <masked>' }) };
    return Object.entries(all)
      .map(([name, value]) => [canonicalHeader(name), value] as const)
      .sort(([a], [c]) => (a < c ? -1 : 1));
  }

  *#warn(response: RestResponse): Routine {
    const warnings = response.headers['warning'];
    if (warnings === undefined) return;
    for (const line of warnings.split('\n')) {
      if (line === '' || this.#seen.has(line)) continue;
      this.#seen.add(line);
      yield* this.#options.process.printError(`Warning: ${line}\n`);
    }
  }
}

/** The refusal in an answer. */
function statusOf(response: RestResponse): StatusError {
  if (isStatus(response.body)) return new StatusError(response.body);
  const message = response.status === 404 ? 'the server could not find the requested resource' : String(response.body ?? 'unknown');
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: response.status === 404 ? 'NotFound' : 'Unknown',
    message,
    code: response.status,
  });
}

/** Host and port of a server's URL. */
export function hostAndPort(server: string): { readonly host: string; readonly port: number } {
  const [, scheme = 'http', host = '', port] = /^(https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(server) ?? [];
  return { host, port: Number(port ?? (scheme === 'https' ? 443 : 80)) };
}

function urlOf(server: string, { path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map((item) => `${key}=${encodeURIComponent(item)}`),
  );
  return `${server}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}
