/** What the kubernetes plugin answers: coredns plugin/kubernetes, and the Kubernetes DNS specification 1.1.0. */
import type { EndpointSlice, Service } from '../api/types.ts';
import type { DnsRecord } from '../linux/protocols.ts';

/** Types of questions that the lab's servers know. */
export type Type = DnsRecord['type'];

/** Read from informers; an object that is not there is undefined. */
export type ClusterView = {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, name: string): readonly EndpointSlice[];
  serviceByIp(ip: string): Service | undefined;
  slicesByIp(ip: string): readonly EndpointSlice[];
  namespaceExists(name: string): boolean;
  /** Whether a pod of that namespace has this address: `pods verified`. */
  podExists(namespace: string, ip: string): boolean;
};

/** `ttl` in seconds; `pods` as in the Corefile. */
export type KubernetesOptions = { readonly zone: string; readonly ttl: number; readonly pods: 'disabled' | 'insecure' | 'verified' };

/** `found: false` is NXDOMAIN; found without records is an empty NOERROR. */
type Lookup = { readonly found: boolean; readonly records: readonly DnsRecord[]; readonly external?: string };

const nothing: Lookup = { found: false, records: [] };
const empty: Lookup = { found: true, records: [] };

/** `name` is below the zone, in lower case, without the last dot. */
export function lookup(view: ClusterView, options: KubernetesOptions, name: string, type: Type): Lookup {
  const rest = name === options.zone ? '' : name.slice(0, -options.zone.length - 1);
  if (rest === '') return empty;
  if (rest === 'dns-version') return type === 'TXT' ? { found: true, records: [record(options, name, 'TXT', '"1.1.0"')] } : empty;
  const labels = rest.split('.');
  const kind = labels.pop();
  if (kind === 'pod') return podLookup(view, options, labels, name, type);
  if (kind !== 'svc') return nothing;
  const namespace = labels.pop();
  if (namespace === undefined) return empty;
  if (!view.namespaceExists(namespace)) return nothing;
  const serviceName = labels.pop();
  if (serviceName === undefined) return empty;
  const service = view.service(namespace, serviceName);
  if (!service) return nothing;
  const base = `${serviceName}.${namespace}.svc.${options.zone}`;
  return serviceLookup(view, options, { service, base, labels, name, type });
}

type Asked = { readonly service: Service; readonly base: string; readonly labels: readonly string[]; readonly name: string; readonly type: Type };
type Answering = { readonly address: string; readonly host: string; readonly ports: EndpointSlice['ports'] };

function serviceLookup(view: ClusterView, options: KubernetesOptions, asked: Asked): Lookup {
  const { service, base, labels, name, type } = asked;
  const { spec } = service;
  if (spec.type === 'ExternalName') {
    if (labels.length > 0) return nothing;
    return { found: true, records: [record(options, name, 'CNAME', `${spec.externalName}.`)], external: spec.externalName ?? '' };
  }
  const headless = spec.clusterIP === 'None';
  const [first, second] = labels;
  if (labels.length === 2 && first?.startsWith('_') && second?.startsWith('_')) return portLookup(view, options, asked, first.slice(1), second.slice(1));
  if (labels.length > 1) return nothing;
  const endpoints = answering(view, service);
  if (first !== undefined) {
    const found = endpoints.filter(({ host }) => host === first);
    return found.length === 0
      ? nothing
      : {
          found: true,
          records: addresses(
            options,
            name,
            type,
            found.map(({ address }) => address),
          ),
        };
  }
  if (headless && endpoints.length === 0) return nothing;
  const ips = headless ? endpoints.map(({ address }) => address) : (spec.clusterIPs ?? [spec.clusterIP ?? '']);
  if (type === 'SRV') return { found: true, records: serviceRecords(options, name, base, service, headless ? endpoints : undefined, () => true) };
  return { found: true, records: addresses(options, name, type, ips) };
}

/** `_http._tcp.web.default.svc.cluster.local`. */
function portLookup(view: ClusterView, options: KubernetesOptions, { service, base, name, type }: Asked, port: string, protocol: string): Lookup {
  const matches = (each: { readonly name?: string; readonly protocol?: string }): boolean =>
    each.name === port && (each.protocol ?? 'TCP').toLowerCase() === protocol;
  const headless = service.spec.clusterIP === 'None';
  const records = serviceRecords(options, name, base, service, headless ? answering(view, service) : undefined, matches);
  if (records.length === 0) return nothing;
  if (type === 'SRV') return { found: true, records };
  const ips = headless ? answering(view, service).map(({ address }) => address) : [service.spec.clusterIP ?? ''];
  return { found: true, records: addresses(options, name, type, ips) };
}

function serviceRecords(
  options: KubernetesOptions,
  name: string,
  base: string,
  service: Service,
  endpoints: readonly Answering[] | undefined,
  matches: (port: { readonly name?: string; readonly protocol?: string }) => boolean,
): DnsRecord[] {
  if (!endpoints) return (service.spec.ports ?? []).filter(matches).map(({ port }) => record(options, name, 'SRV', `0 100 ${port} ${base}.`));
  const weight = Math.floor(100 / Math.max(1, endpoints.length));
  return endpoints.flatMap(({ host, ports }) =>
    (ports ?? []).filter(matches).map(({ port }) => record(options, name, 'SRV', `0 ${weight} ${port} ${host}.${base}.`)),
  );
}

/** The endpoints that are ready (all, where the service wants it so), with the names they have below the service. */
function answering(view: ClusterView, service: Service): Answering[] {
  const { namespace = '', name = '' } = service.metadata;
  const found = new Map<string, Answering>();
  for (const slice of view.slices(namespace, name))
    for (const { addresses: list, conditions, hostname } of slice.endpoints ?? []) {
      const address = list[0];
      if (address === undefined || (conditions?.ready === false && !service.spec.publishNotReadyAddresses)) continue;
      found.set(address, { address, host: hostname ?? address.replace(/[.:]/g, '-'), ports: slice.ports });
    }
  return [...found.values()];
}

function podLookup(view: ClusterView, options: KubernetesOptions, labels: readonly string[], name: string, type: Type): Lookup {
  const [ip = '', namespace] = labels;
  if (options.pods === 'disabled') return nothing;
  if (labels.length === 0) return empty;
  if (labels.length === 1) return view.namespaceExists(ip) ? empty : nothing;
  if (labels.length > 2 || namespace === undefined || !view.namespaceExists(namespace)) return nothing;
  const address = ip.replaceAll('-', '.');
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return nothing;
  if (options.pods === 'verified' && !view.podExists(namespace, address)) return nothing;
  return { found: true, records: addresses(options, name, type, [address]) };
}

/** `5.1.244.10.in-addr.arpa`; undefined when the plugin knows nothing of the address. */
export function reverse(view: ClusterView, options: KubernetesOptions, name: string, type: Type): Lookup | undefined {
  const ip = name
    .replace(/\.in-addr\.arpa$/, '')
    .split('.')
    .reverse()
    .join('.');
  const names: string[] = [];
  const service = view.serviceByIp(ip);
  if (service) names.push(`${service.metadata.name}.${service.metadata.namespace}.svc.${options.zone}.`);
  else
    for (const slice of view.slicesByIp(ip)) {
      const owner = slice.metadata.labels?.['kubernetes.io/service-name'];
      const endpoint = slice.endpoints?.find((each) => each.addresses.includes(ip));
      if (owner && endpoint) names.push(`${endpoint.hostname ?? ip.replaceAll('.', '-')}.${owner}.${slice.metadata.namespace}.svc.${options.zone}.`);
    }
  if (names.length === 0) return undefined;
  return { found: true, records: type === 'PTR' ? names.map((data) => record(options, name, 'PTR', data)) : [] };
}

const addresses = (options: KubernetesOptions, name: string, type: Type, ips: readonly string[]): DnsRecord[] =>
  ips.filter((ip) => (type === 'A' && !ip.includes(':')) || (type === 'AAAA' && ip.includes(':'))).map((ip) => record(options, name, type, ip));

const record = ({ ttl }: KubernetesOptions, name: string, type: Type, data: string): DnsRecord => ({ name: `${name}.`, type, ttl, data });
