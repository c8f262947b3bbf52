/** What the kubelet answers over plain HTTP on port 10250: to those who may (pkg/kubelet/server/{server,auth}.go). */
import { metricsHeaders } from '../../apimachinery/metrics.ts';
import { type Delegation, mayDo, requestUser } from '../../client/component-helpers/delegated-auth.ts';
import type { HttpRequest, HttpResponse, HttpServer } from '../../linux/protocols.ts';
import type { Context } from '../context.ts';
import type { KubeletServer } from './kubelet-server.ts';
import { cadvisorMetrics, type KubeletFacts, kubeletMetrics, statsSummary } from './metrics.ts';
import { resourceMetrics } from './resource-metrics.ts';

const text = (status: number, body: string, headers: HttpResponse['headers'] = { 'content-type': 'text/plain; charset=utf-8' }): HttpResponse => ({
  status,
  headers,
  body,
});
const jsonHeaders = { 'content-type': 'application/json' };

type Page = {
  /** The subresource of the node that one needs for it. */
  readonly subresource: string;
  readonly headers?: HttpResponse['headers'];
  readonly body: (context: Context, server: KubeletServer, facts: KubeletFacts) => string;
};

const podList = (items: readonly unknown[]): string => JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
const running = (server: KubeletServer): readonly unknown[] => server.pods().filter(({ status }) => status?.phase === 'Running');

/** Paths beside the streams. */
const pages: Readonly<Record<string, Page>> = {
  '/metrics': { subresource: 'metrics', headers: metricsHeaders, body: (context, _server, facts) => kubeletMetrics(context, facts) },
  '/metrics/cadvisor': { subresource: 'metrics', headers: metricsHeaders, body: (context, _server, facts) => cadvisorMetrics(context, facts) },
  '/metrics/resource': { subresource: 'metrics', headers: metricsHeaders, body: resourceMetrics },
  '/stats/summary': { subresource: 'stats', headers: jsonHeaders, body: (context) => JSON.stringify(statsSummary(context), null, 1) },
  '/configz': { subresource: 'configz', headers: jsonHeaders, body: (_context, _server, { config }) => JSON.stringify({ kubeletconfig: config }) },
  '/pods': { subresource: 'pods', headers: jsonHeaders, body: (_context, server) => podList(server.pods()) },
  '/runningpods/': { subresource: 'pods', headers: jsonHeaders, body: (_context, server) => podList(running(server)) },
};

/** Answers GET requests of the node's address. */
export const kubeletHttp = (context: Context, server: KubeletServer, facts: KubeletFacts): HttpServer => ({
  tls: true,
  *handle(request) {
    const path = request.path.split('?')[0] ?? '';
    if (/^\/healthz(?:\/(?:ping|log|syncloop))?$/.test(path))
      return refusal(context, facts, request, 'healthz') ?? (/ping|log/.test(path) || server.healthz() ? text(200, 'ok') : text(500, 'unhealthy'));
    const page = pages[path];
    if (!page) return text(404, '404 page not found\n');
    return refusal(context, facts, request, page.subresource) ?? text(200, page.body(context, server, facts), page.headers);
  },
});

/** By certificate or TokenReview, and SubjectAccessReview, the last two asked of the apiserver. */
function refusal({ client, nodeName, fs, sim }: Context, { config }: KubeletFacts, request: HttpRequest, subresource: string): HttpResponse | undefined {
  const ca = (config['authentication'] as { x509?: { clientCAFile?: string } } | undefined)?.x509?.clientCAFile;
  const delegation: Delegation = { client: client(), now: sim.now, ...(ca !== undefined && fs.exists(ca) && { clientCa: fs.read(ca) }) };
  const user = requestUser(delegation, request);
  if (user === undefined || user === 'unauthorized') return text(401, 'Unauthorized');
  // What has a subresource of its own since 1.33 is open to those who may proxy, too.
  const asked = ['configz', 'healthz', 'pods'].includes(subresource) ? [subresource, 'proxy'] : [subresource];
  for (const each of asked) {
    const resourceAttributes = { verb: 'get', group: '', version: 'v1', resource: 'nodes', subresource: each, name: nodeName };
    if (mayDo(delegation, user, { resourceAttributes })) return undefined;
  }
  return text(403, `Forbidden (user=${user.name}, verb=get, resource=nodes, subresource(s)=[${asked.join(' ')}])`);
}
