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
  readonly endpoints: readonly Endpoint[];
  /** Those on this node, for the policies `Local`. */
  readonly localEndpoints: readonly Endpoint[];
};

const defaultAffinity = 10_800;
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';

/** The ports of a service that are to be proxied. Headless services, ExternalName and those of another proxy have none. */
export function servicePorts(service: Service, slices: readonly EndpointSlice[], nodeName: string): ServicePort[] {
  const { spec, metadata } = service;
  const ips = (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '' && ip !== 'None' && !ip.includes(':'));
  if (ips.length === 0 || spec.type === 'ExternalName' || metadata.labels?.[proxyNameLabel] !== undefined) return [];
  const ports: ServicePort[] = [];
  for (const port of spec.ports ?? []) {
    const protocol = (port.protocol ?? 'TCP').toLowerCase();
    if (protocol !== 'tcp' && protocol !== 'udp') continue;
    const all = endpointsOf(slices, port.name ?? '', port.protocol ?? 'TCP', nodeName);
    const localOnly = (found: readonly Candidate[]) => usable(found.filter(({ isLocal }) => isLocal));
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
      endpoints: usable(all),
      localEndpoints: localOnly(all),
    });
  }
  return ports;
}

type Candidate = Endpoint & { readonly ready: boolean; readonly serving: boolean };

function endpointsOf(slices: readonly EndpointSlice[], name: string, protocol: string, nodeName: string): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const port = slice.ports?.find((each) => (each.name ?? '') === name && (each.protocol ?? 'TCP') === protocol);
    if (port?.port === undefined) continue;
    for (const { addresses, conditions, nodeName: on } of slice.endpoints ?? []) {
      const address = addresses[0];
      if (address === undefined) continue;
      const ready = conditions?.ready !== false;
      found.set(`${address}:${port.port}`, { address, port: port.port, isLocal: on === nodeName, ready, serving: conditions?.serving ?? ready });
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port));
}

/** The ready ones; when there is none, those that are ending but still answer. */
function usable(candidates: readonly Candidate[]): Endpoint[] {
  const ready = candidates.filter((each) => each.ready);
  return ready.length > 0 ? ready : candidates.filter((each) => each.serving);
}
