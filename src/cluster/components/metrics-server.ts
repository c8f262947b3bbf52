/** metrics-server as a process in its pod: what `components.yaml` starts. */
import { restProtocol } from '../../interfaces/rest.ts';
import { dial, NetworkError, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import { type MetricsServer, runMetricsServer, ScrapeError } from '../../metrics-server/metrics-server.ts';
import type { Routine } from '../../sim/routine.ts';
import { inClusterClient, listen, logger, readFlags, serveHttp, untilTerminated } from './component.ts';

const flags = 'cert-dir secure-port kubelet-preferred-address-types kubelet-use-node-status-port kubelet-insecure-tls kubelet-port metric-resolution v'.split(
  ' ',
);
/** Flags that need no value. */
const switches = ['--kubelet-insecure-tls', '--kubelet-use-node-status-port'];

export const metricsServerProgram: Program = function* (argv, process) {
  const words = argv.map((word) => (switches.includes(word) ? `${word}=true` : word));
  const set = yield* readFlags(process, words, flags);
  const log = logger(process);
  process.allocate(20 * 1024 * 1024);
  process.steady(4);
  log('I', 'serving.go:380', 'Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)');
  const port = Number(set.get('secure-port') ?? 443);
  const insecure = set.get('kubelet-insecure-tls') === 'true';
  const server = runMetricsServer({
    sim: process.sim,
    client: inClusterClient(process, 'metrics-server/v0.8.0'),
    resolution: Number.parseInt(set.get('metric-resolution') ?? '60s', 10) * 1000,
    scrape: (address) => scrape(process, address, insecure),
    log,
  });
  log('I', 'secure_serving.go:211', `Serving securely on [::]:${port}`);
  listen(process, '0.0.0.0', port, [serve(restProtocol, server.api), serveHttp(health(server, log))]);
  return yield* untilTerminated(process, () => {});
};

/** A kubelet's serving certificate is its own: without `--kubelet-insecure-tls` nobody who verifies can talk to it. */
function* scrape(process: Process, address: string, insecure: boolean): Routine<string> {
  const url = `https://${address}:10250/metrics/resource`;
  const failed = (text: string): ScrapeError => new ScrapeError(`Get "${url}": ${text}`);
  try {
    const kubelet = dial(httpProtocol, process.namespaces.network, address, 10250, process.sim.random);
    if (!insecure) throw failed(`tls: failed to verify certificate: x509: cannot validate certificate for ${address} because it doesn't contain any IP SANs`);
    const token = process.fs.read('/var/run/secrets/kubernetes.io/serviceaccount/token');
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'metrics-server/v0.8.0' };
    const request = {
      method: 'GET',
      path: '/metrics/resource',
      host: `${address}:10250`,
      headers,
      body: '',
      remoteAddress: process.namespaces.network.sourceAddress(),
    };
    const { status, body } = yield* kubelet.handle(request);
    if (status !== 200)
      throw new ScrapeError(`request failed, status: "${status} ${status === 401 ? 'Unauthorized' : status === 403 ? 'Forbidden' : 'Internal Server Error'}"`);
    return body;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw failed(`dial tcp ${address}:10250: ${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`}`);
  }
}

const health = (server: MetricsServer, log: ReturnType<typeof logger>): HttpServer => ({
  tls: true,
  *handle({ path }) {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    if (path === '/livez' || path === '/healthz') return { status: 200, headers, body: 'ok' };
    if (path !== '/readyz') return { status: 404, headers, body: '404 page not found\n' };
    const problem = server.notReady();
    if (problem === undefined) return { status: 200, headers, body: 'ok' };
    log('I', 'server.go:192', `"Failed probe" probe="metric-storage-ready" err="${problem}"`);
    return {
      status: 500,
      headers,
      body: '[+]ping ok\n[+]log ok\n[-]metric-storage-ready failed: reason withheld\n[+]metric-informer-sync ok\nreadyz check failed\n',
    };
  },
});
