import { RE2JS, RE2JSException } from 're2js';
import type { RestRequest, RestServer } from '../../../interfaces/rest.ts';
import { isConnectPath, restProtocol } from '../../../interfaces/rest.ts';
import { isSession, wholeText } from '../../../interfaces/streams.ts';
import { Errno } from '../../../linux/errno.ts';
import { dial, serve } from '../../../linux/network.ts';
import { type HttpRequest, type HttpResponse, type HttpServer, httpProtocol } from '../../../linux/protocols.ts';
import type { Routine } from '../../../sim/routine.ts';
import { hostAndPort } from '../api.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { klog } from '../klog.ts';
import type { Kubectl } from '../kubectl.ts';
import { anyPort } from './port-forward.ts';

/** kubernetes kubectl/pkg/cmd/proxy/proxy.go: the API on the loopback, with the credentials of the kubeconfig. */
export const proxy: CommandEntry = {
  path: 'proxy',
  short: 'Run a proxy to the Kubernetes API server',
  examples: '# The API for curl\nkubectl proxy --port=8001',
  *run(k) {
    const [address, asked] = [k.flags.text('address'), k.flags.number('port')];
    const port = asked === 0 ? anyPort(k) : asked;
    if (k.flags.text('unix-socket') !== '' && port !== 8001) throw new KubectlError('cannot set --unix-socket and --port at the same time');
    if (k.flags.text('unix-socket') !== '') throw notSimulated('a Unix socket of kubectl proxy');
    if (k.flags.text('www') !== '') throw notSimulated('kubectl proxy --www');
    if (port < 0 || port > 65_535) throw new KubectlError(`listen tcp: address ${port}: invalid port`);
    if (address !== 'localhost' && !/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}/.test(address))
      throw new KubectlError(`listen tcp: lookup ${address}: no such host`);
    const filter = filterOf(k);
    if (!filter)
      yield* k.printError(`${klog(k.process, 'W')}proxy.go:177] Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious\n`);
    const prefix = k.flags.text('api-prefix').replace(/\/?$/, '/');
    const server: HttpServer = { handle: (request) => answer(k, request, { prefix, filter }) };
    let listener: { close(): void };
    try {
      listener = k.process.namespaces.network.listen({ transport: 'tcp', address, port, pid: k.process.pid, servers: new Map([serve(httpProtocol, server)]) });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new KubectlError(`listen tcp ${address}:${port}: bind: ${error.message.toLowerCase()}`);
    }
    try {
      yield* k.print(`Starting to serve on ${address}:${port}\n`);
      for (;;) yield { on: [k.process.changed] };
    } finally {
      listener.close();
    }
  },
};

/** What is let through; undefined with --disable-filter. kubernetes kubectl/pkg/proxy/proxy_server.go */
type Filter = (method: string, path: string, host: string) => boolean;

function filterOf(k: Kubectl): Filter | undefined {
  if (k.flags.bool('disable-filter')) return undefined;
  const any = (flag: string): ((text: string) => boolean) => {
    const patterns = k.flags
      .text(flag)
      .split(',')
      .filter((text, _i, all) => all.length > 1 || text !== '');
    const compiled = patterns.map((pattern) => compile(k, pattern));
    return (text) => compiled.some((pattern) => pattern.test(text));
  };
  const [pathIn, pathOut, hostIn, methodOut] = [any('accept-paths'), any('reject-paths'), any('accept-hosts'), any('reject-methods')];
  return (method, path, host) => !pathOut(path) && !methodOut(method) && pathIn(path) && hostIn(host);
}

function compile(k: Kubectl, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new KubectlError(`${klog(k.process, 'F')}proxy_server.go:83] Error compiling re: ${error.message}`, { exitCode: 255, bare: true });
  }
}

const plain = (status: number, text: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: `${text}\n`,
});

/** The API stands below the prefix; what the filter does not let through is Forbidden. */
function* answer(
  k: Kubectl,
  request: HttpRequest,
  { prefix, filter }: { readonly prefix: string; readonly filter: Filter | undefined },
): Routine<HttpResponse> {
  if (!request.path.startsWith(prefix)) return plain(404, '404 page not found');
  const path = prefix.startsWith('/api') ? request.path : `/${request.path.slice(prefix.length)}`;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const host = (headers['host'] ?? request.host).replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  if (filter && !filter(request.method, path.split('?')[0] ?? '', host)) return plain(403, 'Forbidden');
  return yield* forward(k, { ...request, path, headers });
}

function* forward(k: Kubectl, request: HttpRequest): Routine<HttpResponse> {
  const { host, port } = hostAndPort(k.config.server);
  const server: RestServer = dial(restProtocol, k.process.namespaces.network, host, port, k.process.sim.random);
  const [path = '', search = ''] = request.path.split('?');
  const { clientCertificate, token } = k.config;
  const rest: RestRequest = {
    method: request.method as RestRequest['method'],
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers: request.headers,
    credentials: { ...(clientCertificate !== undefined && { clientCertificate }), ...(token !== undefined && { token }) },
    ...(request.body !== '' && { body: JSON.parse(request.body) as unknown }),
  };
  const answer = isConnectPath(path) ? yield* server.connect(rest) : server.handle(rest);
  if (isSession(answer)) return { status: 200, headers: { 'content-type': 'text/plain' }, body: yield* wholeText(answer) };
  const body = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body, undefined, 2)}\n`;
  return { status: answer.status, headers: { 'content-type': 'application/json', ...answer.headers }, body };
}
