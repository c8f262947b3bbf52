import { metricsHeaders } from '../apimachinery/metrics.ts';
import { unknownPath } from '../apimachinery/status.ts';
import { EtcdError } from '../interfaces/etcd.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';
import { type Core, jsonResponse } from './context.ts';

/** Paths that are no resource: discovery, version, health. */
export function nonResource(core: Core, request: RestRequest): RestResponse {
  const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  if (path === '/version') return jsonResponse(200, core.options.version ?? defaultVersion);
  if (path === '/healthz' || path === '/livez' || path === '/readyz') return health(path, request.query ?? {}, etcdAnswers(core));
  if (path === '/api' || path === '/apis' || path.startsWith('/api/') || path.startsWith('/apis/')) return core.discovery.answer(request, path);
  if (path === '/openapi/v2' || path === '/openapi/v3' || path.startsWith('/openapi/v3/')) return core.openApi.answer(path);
  if (/^\/(?:healthz|livez|readyz)\/etcd$/.test(path) && !etcdAnswers(core)) return unwell('internal server error: etcd failed: reason withheld\n');
  const [, where, check] = /^(\/(?:healthz|livez|readyz))\/([\w/-]+)$/.exec(path) ?? [];
  if (where !== undefined && check !== undefined && checksOf(where).includes(check)) return { status: 200, headers: textHeaders, body: 'ok' };
  if (path === '/metrics') return { status: 200, headers: metricsHeaders, body: metricsText(core) };
  // Tokens are signed with a shared secret here: there is no public key that anybody could check them by.
  if (discoveryOfIssuer.includes(path)) return { status: 501, headers: textHeaders, body: `k8s-lab: ${path} is not simulated` };
  if (path === '/') return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ paths: rootPaths(core) }, null, 2) };
  throw unknownPath();
}

const metricsText = ({ metrics, storage, table, options }: Core): string => metrics.text({ storage, table, version: options.version ?? defaultVersion });

const textHeaders = Object.freeze({ 'content-type': 'text/plain; charset=utf-8' });
const discoveryOfIssuer = ['/.well-known/openid-configuration', '/openid/v1/jwks'];

/** All paths by name, groups and health checks among them: apiserver/pkg/server/routes/index.go */
function rootPaths({ table }: Core): string[] {
  const groups = [...table.all()].filter(({ group }) => group !== '').flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`]);
  const checks = ['/healthz', '/livez', '/readyz'].flatMap((where) => [where, ...checksOf(where).map((check) => `${where}/${check}`)]);
  return [
    ...new Set([
      ...discoveryOfIssuer,
      '/api',
      '/api/v1',
      '/apis',
      '/apis/',
      ...groups,
      ...checks,
      '/metrics',
      '/openapi/v2',
      '/openapi/v3',
      '/openapi/v3/',
      '/version',
    ]),
  ].sort();
}

const hooks: readonly string[] = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
];
const lastHooks = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller'];
const hook = (name: string): string => `poststarthook/${name}`;

/** The checks of a path in their order; being ready is more than being alive. */
function checksOf(path: string): string[] {
  const ready = path === '/readyz';
  return [
    'ping',
    'log',
    'etcd',
    ...(ready ? ['etcd-readiness', 'informer-sync'] : []),
    ...hooks.map(hook),
    'autoregister-completion',
    ...lastHooks.map(hook),
    ...(ready ? ['shutdown'] : []),
  ];
}

/** `ok`, or each check with `?verbose` and where one fails; `exclude` takes checks out (apiserver/pkg/server/healthz/healthz.go). */
function health(path: string, query: NonNullable<RestRequest['query']>, etcd: boolean): RestResponse {
  const checks = checksOf(path);
  const excluded = new Set([query['exclude'] ?? []].flat());
  const fails = (check: string): boolean => !etcd && check.startsWith('etcd') && !excluded.has(check);
  const lines = checks.map((check) => (fails(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ${excluded.has(check) ? 'excluded: ' : ''}ok`));
  const unknown = [...excluded].filter((name) => !checks.includes(name)).sort();
  if (unknown.length > 0) lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(',')}`);
  const end = (word: string): string => `${lines.join('\n')}\n${path.slice(1)} check ${word}\n`;
  if (checks.some(fails)) return unwell(end('failed'));
  return { status: 200, headers: textHeaders, body: query['verbose'] === undefined ? 'ok' : end('passed') };
}

const unwell = (body: string): RestResponse => ({ status: 500, headers: textHeaders, body });

/** One key is read (apiserver/pkg/storage/storagebackend/factory/etcd3.go, newETCD3Check): the kubelet's probe thereby learns that etcd is gone. */
function etcdAnswers({ options }: Core): boolean {
  try {
    options.etcd.range({ key: '/registry/health' });
    return true;
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return false;
  }
}

/** The newest release. */
export const defaultVersion = Object.freeze({
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.6',
  gitCommit: '2f6a1d9f5c7b7e8a4dd0f7a1f6e3b0c9a8d7e6f5',
  gitTreeState: 'clean',
  buildDate: '2026-06-09T18:23:16Z',
  goVersion: 'go1.25.9',
  compiler: 'gc',
  platform: 'linux/amd64',
});
