/** What kube-proxy knows of the cluster's services: kubernetes pkg/proxy/serviceport.go, endpointslicecache.go, topology.go. */
import type { EndpointSlice, Service } from '../api/types.ts';
import type { Transport } from '../linux/network.ts';

/** `isLocal`: on this node, for externalTrafficPolicy and internalTrafficPolicy. */
export type Endpoint = { readonly address: string; readonly port: number; readonly isLocal: boolean };

/** One port of one service, with those that answer on it. */
export type ServicePort = {
  /** `default/web:http`. */
  readonly name: string;
  readonly protocol: Transport;
  readonly port: number;
  readonly nodePort: number;
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  readonly loadBalancerIps: readonly string[];
  readonly affinitySeconds: number | undefined;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Where traffic of the policy `Cluster` goes: those near this node, when hints say so. */
  readonly endpoints: readonly Endpoint[];
  /** Those on this node, for the policies `Local`. */
  readonly localEndpoints: readonly Endpoint[];
  /** Whether anything answers anywhere. */
  readonly answered: boolean;
};

/** Where this kube-proxy stands. */
export type Place = { readonly node: string; readonly zone: string | undefined };

const defaultAffinity = 10_800;
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';

/** The ports of a service that are to be proxied. Headless services, ExternalName and those of another proxy have none. */
export function servicePorts(service: Service, slices: readonly EndpointSlice[], place: Place): ServicePort[] {
  const { spec, metadata } = service;
  const ips = (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '' && ip !== 'None' && !ip.includes(':'));
  if (ips.length === 0 || spec.type === 'ExternalName' || metadata.labels?.[proxyNameLabel] !== undefined) return [];
  const ports: ServicePort[] = [];
  for (const port of spec.ports ?? []) {
    const protocol = (port.protocol ?? 'TCP').toLowerCase();
    if (protocol !== 'tcp' && protocol !== 'udp') continue;
    const all = endpointsOf(slices, port.name ?? '', port.protocol ?? 'TCP', place.node);
    ports.push({
      name: `${metadata.namespace}/${metadata.name}${port.name ? `:${port.name}` : ''}`,
      protocol,
      port: port.port,
      nodePort: port.nodePort ?? 0,
      clusterIps: ips,
      externalIps: spec.externalIPs ?? [],
      loadBalancerIps: (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
      affinitySeconds: spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinity) : undefined,
      internalLocal: spec.internalTrafficPolicy === 'Local',
      externalLocal: spec.externalTrafficPolicy === 'Local',
      endpoints: usable(all, (ready) => nearest(ready, place)),
      localEndpoints: usable(all.filter(({ isLocal }) => isLocal)),
      answered: usable(all).length > 0,
    });
  }
  return ports;
}

type Hints = { readonly forZones?: readonly { readonly name: string }[]; readonly forNodes?: readonly { readonly name: string }[] };
type Candidate = Endpoint & { readonly ready: boolean; readonly serving: boolean; readonly hints: Hints };

function endpointsOf(slices: readonly EndpointSlice[], name: string, protocol: string, nodeName: string): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const port = slice.ports?.find((each) => (each.name ?? '') === name && (each.protocol ?? 'TCP') === protocol);
    if (port?.port === undefined) continue;
    for (const { addresses, conditions, nodeName: on, hints = {} } of slice.endpoints ?? []) {
      const address = addresses[0];
      if (address === undefined) continue;
      const ready = conditions?.ready !== false;
      found.set(`${address}:${port.port}`, { address, port: port.port, isLocal: on === nodeName, ready, serving: conditions?.serving ?? ready, hints });
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port));
}

/** The ready ones, or what is `chosen` of them; when there is none, those that are ending but still answer (CategorizeEndpoints). */
function usable(candidates: readonly Candidate[], chosen = (ready: readonly Candidate[]): readonly Candidate[] => ready): readonly Endpoint[] {
  const ready = chosen(candidates.filter((each) => each.ready));
  return ready.length > 0 ? ready : candidates.filter((each) => each.serving);
}

/** Hints count when every ready endpoint has them and one is for here: first for the node, then for the zone (topologyModeFromHints). */
function nearest(ready: readonly Candidate[], { node, zone }: Place): readonly Candidate[] {
  for (const [field, here] of [
    ['forNodes', node],
    ['forZones', zone],
  ] as const) {
    if (!ready.every(({ hints }) => hints[field]?.length)) continue;
    const near = ready.filter(({ hints }) => hints[field]?.some(({ name }) => name === here));
    if (near.length > 0) return near;
  }
  return ready;
}
