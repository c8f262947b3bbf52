import type { RestRequest, RestServer } from '../../../interfaces/rest.ts';
import { isProxyPath, restProtocol } from '../../../interfaces/rest.ts';
import { Errno } from '../../../linux/errno.ts';
import { dial, serve } from '../../../linux/network.ts';
import { type HttpRequest, type HttpResponse, type HttpServer, httpProtocol } from '../../../linux/protocols.ts';
import type { Routine } from '../../../sim/routine.ts';
import { hostAndPort } from '../api.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import type { Kubectl } from '../kubectl.ts';

/** kubernetes kubectl/pkg/cmd/proxy/proxy.go: the API on the loopback, with the credentials of the kubeconfig. */
export const proxy: CommandEntry = {
  path: 'proxy',
  short: 'Run a proxy to the Kubernetes API server',
  examples: '# The API for curl\nkubectl proxy --port=8001',
  *run(k) {
    const [address, port] = [k.flags.text('address'), k.flags.number('port') || 8001];
    if (k.flags.text('unix-socket') !== '') throw notSimulated('a Unix socket of kubectl proxy');
    if (k.flags.text('www') !== '') throw notSimulated('kubectl proxy --www');
    if (port < 0 || port > 65_535) throw new KubectlError(`listen tcp: address ${port}: invalid port`);
    if (address !== 'localhost' && !/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}/.test(address))
      throw new KubectlError(`listen tcp: lookup ${address}: no such host`);
    const server: HttpServer = { handle: (request) => forward(k, request) };
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
  const answer = isProxyPath(path) ? yield* server.connect(rest) : server.handle(rest);
  if (!('status' in answer)) return { status: 400, headers: {}, body: '' };
  const body = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body, undefined, 2)}\n`;
  return { status: answer.status, headers: { 'content-type': 'application/json', ...answer.headers }, body };
}
