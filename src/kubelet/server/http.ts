/** What the kubelet answers over plain HTTP on port 10250: health to all, the rest to those who may (pkg/kubelet/server/auth.go). */
import type { HttpRequest, HttpResponse, HttpServer } from '../../linux/protocols.ts';
import type { Context } from '../context.ts';
import type { KubeletServer } from './kubelet-server.ts';
import { resourceMetrics } from './resource-metrics.ts';

const text = (status: number, body: string): HttpResponse => ({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body });

/** Paths beside the streams, and the subresource of the node that one needs for them. */
const pages: Readonly<Record<string, { readonly subresource: string; readonly body: (context: Context, server: KubeletServer) => string }>> = {
  '/metrics/resource': { subresource: 'metrics', body: resourceMetrics },
  '/pods': { subresource: 'proxy', body: (_context, server) => JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: server.pods() }) },
};

/** Answers GET requests of the node's address. */
export const kubeletHttp = (context: Context, server: KubeletServer): HttpServer => ({
  tls: true,
  *handle(request) {
    const path = request.path.split('?')[0] ?? '';
    if (path === '/healthz') return server.healthz() ? text(200, 'ok') : text(500, 'unhealthy');
    const page = pages[path];
    if (!page) return text(404, '404 page not found\n');
    return refusal(context, request, page.subresource) ?? text(200, page.body(context, server));
  },
});

/** TokenReview and SubjectAccessReview, both asked of the apiserver. */
function refusal({ client, nodeName }: Context, { headers }: HttpRequest, subresource: string): HttpResponse | undefined {
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token === undefined) return text(401, 'Unauthorized');
  const ask = (path: string, kind: string, spec: object): unknown =>
    (
      client().raw({ method: 'POST', path: `/apis/${path}`, body: { apiVersion: path.slice(0, path.lastIndexOf('/')), kind, metadata: {}, spec } }).body as {
        readonly status?: unknown;
      }
    ).status;
  const { authenticated, user } = (ask('authentication.k8s.io/v1/tokenreviews', 'TokenReview', { token }) ?? {}) as {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string; readonly groups?: readonly string[] };
  };
  if (!authenticated) return text(401, 'Unauthorized');
  const resourceAttributes = { verb: 'get', group: '', version: 'v1', resource: 'nodes', subresource, name: nodeName };
  const review = ask('authorization.k8s.io/v1/subjectaccessreviews', 'SubjectAccessReview', { user: user?.username, groups: user?.groups, resourceAttributes });
  if ((review as { readonly allowed?: boolean } | undefined)?.allowed) return undefined;
  return text(403, `Forbidden (user=${user?.username}, verb=get, resource=nodes, subresource(s)=[${subresource}])`);
}
