/** nodes/proxy, pods/proxy, services/proxy: HTTP goes on to the kubelet, a pod or a Service's endpoint (kubernetes pkg/registry/core/{node,pod,service}/…proxy). */
import type { EndpointSlice, Node, Pod, Service } from '../../api/types.ts';
import { badRequest, failure, notFound } from '../../apimachinery/status.ts';
import type { RestRequest, RestResponse } from '../../interfaces/rest.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Core } from '../context.ts';
import type { RequestInfo } from '../request-info.ts';

type Target = { readonly host: string; readonly port: number; readonly tls: boolean; readonly toKubelet?: boolean };

/** The resources that have the subresource. */
export const isProxied = ({ subresource, group, resource }: RequestInfo): boolean =>
  subresource === 'proxy' && group === '' && (resource === 'nodes' || resource === 'pods' || resource === 'services');

/** Sends the request on, and brings back the answer as it is. */
export function* proxyResource(core: Core, request: RestRequest, info: RequestInfo): Routine<RestResponse> {
  const [name, scheme, port] = splitName(info.name);
  const target = targets[info.resource]?.(core, info.namespace, name, port);
  const dial = core.options.dialHttp;
  if (target === undefined || dial === undefined) throw failure(503, 'ServiceUnavailable', 'the server has no way to the network of pods');
  try {
    const answer = yield* dial({ ...target, tls: target.tls || scheme === 'https' }).handle({
      method: request.method,
      path: `/${info.rest}${queryText(request.query)}`,
      host: `${target.host}:${target.port}`,
      headers: { accept: '*/*' },
      body: request.body === undefined ? '' : typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
      remoteAddress: core.options.advertiseAddress ?? '127.0.0.1',
      ...(target.toKubelet && core.options.kubeletClientCertificate && { clientCertificate: core.options.kubeletClientCertificate() }),
    });
    return { status: answer.status, headers: answer.headers, body: answer.body };
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('dial ')) throw error;
    throw failure(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`);
  }
}

/** `web`, `web:80`, `https:web:443` (utilnet.SplitSchemeNamePort) */
function splitName(text: string): readonly [name: string, scheme: string, port: string] {
  const parts = text.split(':');
  if (parts.length === 3) return [parts[1] ?? '', parts[0] ?? '', parts[2] ?? ''];
  if (parts.length > 3) throw badRequest(`invalid service request "${text}"`);
  return [parts[0] ?? '', '', parts[1] ?? ''];
}

const targets: Readonly<Record<string, (core: Core, namespace: string, name: string, port: string) => Target>> = {
  nodes(core, _namespace, name, port) {
    const node = core.storage.get<Node>(`/registry/minions/${name}`)?.object;
    if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, name);
    const host = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    if (host === undefined) throw failure(503, 'ServiceUnavailable', 'no preferred addresses found; known addresses: []');
    const own = node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250;
    const toKubelet = port === '' || Number(port) === own;
    return { host, port: toKubelet ? own : Number(port), tls: toKubelet, toKubelet };
  },
  pods(core, namespace, name, port) {
    const pod = core.storage.get<Pod>(`/registry/pods/${namespace}/${name}`)?.object;
    if (pod === undefined) throw notFound({ group: '', resource: 'pods' }, name);
    const first = pod.spec.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
    if (!pod.status?.podIP) throw badRequest('address not allowed');
    return { host: pod.status.podIP, port: Number(port || first || 80), tls: false };
  },
  services(core, namespace, name, asked) {
    const service = core.storage.get<Service>(`/registry/services/specs/${namespace}/${name}`)?.object;
    if (service === undefined) throw notFound({ group: '', resource: 'services' }, name);
    const ports = service.spec.ports ?? [];
    const port = asked === '' ? ports[0] : ports.find((each) => each.name === asked || String(each.port) === asked);
    const none = (text: string): never => {
      throw failure(503, 'ServiceUnavailable', text);
    };
    if (port === undefined) return none(`no service port "${asked}" found for service "${name}"`);
    const slices = core.storage.list<EndpointSlice>(`/registry/endpointslices/${namespace}/`);
    for (const slice of slices) {
      if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
      const number = slice.ports?.find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
      const host = slice.endpoints?.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
      if (number !== undefined && host !== undefined) return { host, port: number, tls: false };
    }
    return none(`no endpoints available for service "${name}"`);
  },
};

function queryText(query: RestRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) => [value].flat().map((each) => `${key}=${encodeURIComponent(String(each))}`));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}
