import type { core, KubeObject, Service } from '../../api/types.ts';
import { validateDns1035 } from '../../apimachinery/names.ts';
import { internalError } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { equal, mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateService, validateServiceUpdate } from '../validation/service.ts';
import { fill, mapField } from './fill.ts';
import { serviceWarnings } from './object-warnings.ts';
import { type Column, type Strategy, type StrategyContext, strategyOf } from './strategy.ts';
import { mapText } from './workload-columns.ts';

type ServiceSpec = Service['spec'];

/** kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Service */
function defaultSpec(given: ServiceSpec): ServiceSpec {
  const filled = fill(given, { sessionAffinity: 'None', type: 'ClusterIP' });
  const clustered = filled.type !== 'ExternalName';
  const external = filled.type === 'NodePort' || filled.type === 'LoadBalancer';
  const withPolicies = fill(filled, {
    internalTrafficPolicy: clustered ? 'Cluster' : undefined,
    externalTrafficPolicy: external ? 'Cluster' : undefined,
    allocateLoadBalancerNodePorts: filled.type === 'LoadBalancer' ? true : undefined,
    sessionAffinityConfig: filled.sessionAffinity === 'ClientIP' ? { clientIP: { timeoutSeconds: 10800 } } : undefined,
  });
  return mapField(withPolicies, 'ports', (ports) => mapKept(ports, (port) => fill(port, { protocol: 'TCP', targetPort: port.port })));
}

/** Fills in what the server gives out: addresses and node ports (pkg/registry/core/service/storage/alloc.go). */
function allocate(service: Service, old: Service | undefined, { allocator }: StrategyContext): Service {
  const { type } = service.spec;
  if (type === 'ExternalName')
    return { ...service, spec: without(service.spec, ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']) };
  const clusterIP = service.spec.clusterIP || service.spec.clusterIPs?.[0] || old?.spec.clusterIP || allocator.freeAddress();
  if (clusterIP === '') throw internalError('failed to allocate a serviceIP: range is full');
  const spec: ServiceSpec = {
    ...service.spec,
    clusterIP,
    clusterIPs: service.spec.clusterIPs ?? [clusterIP],
    ipFamilies: service.spec.ipFamilies ?? ['IPv4'],
    ipFamilyPolicy: service.spec.ipFamilyPolicy ?? 'SingleStack',
  };
  const wantsPorts = type === 'NodePort' || (type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  const withPorts = wantsPorts ? { ...spec, ports: allocatePorts(spec.ports ?? [], old?.spec.ports ?? [], allocator) } : spec;
  const needsHealth = type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' && !spec.healthCheckNodePort;
  const health = needsHealth ? { healthCheckNodePort: old?.spec.healthCheckNodePort ?? allocator.freePort(new Set()) } : {};
  return { ...service, spec: { ...withPorts, ...health } };
}

function allocatePorts(ports: readonly core.ServicePort[], old: readonly core.ServicePort[], allocator: StrategyContext['allocator']): core.ServicePort[] {
  const taken = new Set(ports.map(({ nodePort }) => nodePort ?? 0));
  return mapKept(ports, (port) => {
    if (port.nodePort) return port;
    const before = old.find((other) => other.port === port.port && other.protocol === port.protocol && other.nodePort)?.nodePort;
    // A TCP and a UDP port of one number share a node port.
    const nodePort = before && !taken.has(before) ? before : allocator.freePort(taken);
    taken.add(nodePort);
    return { ...port, nodePort };
  });
}

/** Who changes the one address and leaves the list alone means the list too (pkg/registry/core/service/strategy.go NormalizeClusterIPs). */
function normalizeAddresses(service: Service, { spec: old }: Service): Service {
  const { clusterIP, clusterIPs } = service.spec;
  if (!clusterIP || clusterIP === old.clusterIP || !equal(clusterIPs, old.clusterIPs)) return service;
  return { ...service, spec: { ...service.spec, clusterIPs: [clusterIP] } };
}

/** A change of type takes away what belonged to the old one, unless the client gave it anew (dropTypeDependentFields). */
function dropTypeFields(service: Service, old: Service): Service {
  let { spec } = service;
  const had = old.spec.type === 'NodePort' || old.spec.type === 'LoadBalancer';
  const has = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (had && !has) {
    const samePorts = (spec.ports ?? []).every((port) => !port.nodePort || old.spec.ports?.some((other) => other.nodePort === port.nodePort));
    if (samePorts) spec = { ...spec, ports: (spec.ports ?? []).map((port) => without(port, ['nodePort'])) };
    if (spec.externalTrafficPolicy === old.spec.externalTrafficPolicy) spec = without(spec, ['externalTrafficPolicy']);
  }
  if (old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    spec = without(spec, ['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'healthCheckNodePort']);
  if (spec.type === 'ExternalName' && old.spec.type !== 'ExternalName' && spec.clusterIP === old.spec.clusterIP)
    spec = without(spec, ['clusterIP', 'clusterIPs']);
  return spec === service.spec ? service : { ...service, spec };
}

function without<T extends object>(object: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;
}

function externalIp({ spec, status }: Service, wide: boolean): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return external.join(',') || '<none>';
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  const all = [...ingress, ...external].join(',');
  if (all === '') return '<pending>';
  return wide || all.length <= 16 ? all : `${all.slice(0, 13)}...`;
}

const portText = ({ port, nodePort, protocol }: core.ServicePort): string => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`);

/** kubernetes pkg/printers/internalversion/printers.go printService */
const columns: readonly Column<Service>[] = [
  nameColumn,
  { name: 'Type', cell: ({ spec }) => spec.type ?? '' },
  { name: 'Cluster-IP', cell: ({ spec }) => (spec.type === 'ExternalName' ? '<none>' : spec.clusterIP || '<none>') },
  { name: 'External-IP', cell: (service) => externalIp(service, false) },
  { name: 'Port(s)', cell: ({ spec }) => (spec.ports ?? []).map(portText).join(',') || '<none>' },
  ageColumn,
  { name: 'Selector', wide: true, cell: ({ spec }) => mapText(spec.selector) },
];

/** Since v1.33 each address in use is an object too (pkg/registry/core/service/ipallocator/ipallocator.go). */
function noteAddress(service: Service | undefined, old: Service | undefined, { storage, sim, core: { minor, uids } }: StrategyContext): void {
  const [ip, before] = [service, old].map((each) => (each?.spec.clusterIP === 'None' ? undefined : each?.spec.clusterIP || undefined));
  if (minor < 33 || ip === before) return;
  if (before !== undefined) {
    const known = storage.get<KubeObject>(addressKey(before));
    if (known) storage.delete(addressKey(before), known);
  }
  if (ip === undefined || service === undefined) return;
  const { name, namespace } = service.metadata;
  const object = ipAddress(ip, namespace, name);
  storage.create(addressKey(ip), { ...object, metadata: { ...object.metadata, creationTimestamp: rfc3339(sim.now), uid: uids.next() } });
}

/** Which object, a Service, has an address. */
export const ipAddress = (ip: string, namespace = '', name = ''): KubeObject =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      labels: { 'ipaddress.kubernetes.io/ip-family': ip.includes(':') ? 'IPv6' : 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
      name: ip,
    },
    spec: { parentRef: { name, namespace, resource: 'services' } },
  }) as KubeObject;

const addressKey = (ip: string): string => `/registry/ipaddresses/${ip}`;

const strategy: Strategy<Service> = {
  afterCreate: (service, context) => noteAddress(service, undefined, context),
  afterUpdate: (service, old, context) => noteAddress(service, old, context),
  afterDelete: (service, context) => noteAddress(undefined, service, context),
  defaults: (service) => mapField(fill(service, { spec: {} }), 'spec', defaultSpec),
  prepareForCreate: (service, context) => ({ ...allocate(service, undefined, context), status: { loadBalancer: {} } }),
  prepareForUpdate: (service, old, context) => {
    const allocated = allocate(normalizeAddresses(dropTypeFields(service, old), old), old, context);
    return equal(allocated.spec, old.spec) ? { ...allocated, spec: old.spec } : allocated;
  },
  validate: (service, context) => validateService(service, context),
  validateUpdate: (service, old, context) => [...validateServiceUpdate(service, old), ...validateService(service, context)],
  validateName: validateDns1035,
  warnings: serviceWarnings,
  status: true,
  returnsDeleted: true,
  fields: { 'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '', 'spec.type': ({ spec }) => spec.type ?? '' },
  columns,
};

/** Addresses and ports are allotted as the object is made and given back as it goes (service-allocator.ts). */
export const services = strategyOf(strategy);
