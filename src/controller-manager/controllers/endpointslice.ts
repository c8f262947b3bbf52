import type { discovery, EndpointSlice, Node, Pod, Service } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, keyOf, type ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';
import { backendsOf, hasSelector, headlessLabel, hostnameOf, isHeadless, portsOf, servicesOf, targetRef, triggerAnnotation } from '../endpoints/backends.ts';
import { equal } from '../equal.ts';
import { isReady } from '../pods.ts';

const serviceLabel = 'kubernetes.io/service-name';
const managedBy = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' };

/** Addresses behind Services, a hundred to a slice: pkg/controller/endpointslice and staging/src/k8s.io/endpointslice. */
export const endpointSliceController = (): Controller => ({
  name: 'endpointslice-controller',
  watches: [
    watch('services', enqueueSelf),
    watch('pods', servicesOf),
    watch('endpointslices.discovery.k8s.io', (slice) => (isOurs(slice) ? [serviceKey(slice)] : [])),
  ],
  indexes: [{ resource: 'endpointslices.discovery.k8s.io', name: 'service', of: (slice) => [serviceId(serviceKey(slice))] }],
  reconcile,
});

const isOurs = ({ metadata }: EndpointSlice): boolean =>
  metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === managedBy['endpointslice.kubernetes.io/managed-by'];
const serviceKey = ({ metadata }: Pick<EndpointSlice, 'metadata'>): ObjectKey => ({
  namespace: metadata.namespace ?? '',
  name: metadata.labels?.[serviceLabel] ?? '',
});
const serviceId = ({ namespace, name }: ObjectKey): string => `${namespace}/${name}`;

type Group = { readonly ports: readonly discovery.EndpointPort[]; readonly endpoints: Map<string, discovery.Endpoint> };
type Filled = Pick<EndpointSlice, 'ports' | 'endpoints'>;
type Plan = { readonly create: Filled[]; readonly update: Map<EndpointSlice, Filled>; readonly remove: EndpointSlice[] };

function reconcile(key: ObjectKey, context: Context): Result {
  const service = context.informers.of('services').get(key);
  const slices = context.informers.of('endpointslices.discovery.k8s.io').byIndex('service', serviceId(key)).filter(isOurs);
  // Slices of a Service that has gone belong to the garbage collector.
  if (service === undefined || !hasSelector(service) || service.spec.type === 'ExternalName') return {};
  const plan: Plan = { create: [], update: new Map(), remove: [] };
  const left = new Set(slices);
  for (const group of groupsOf(context, service).values()) {
    const own = slices.filter((slice) => ownedBy(slice, service) && equal(slice.ports ?? [], group.ports) && left.has(slice));
    for (const slice of own) left.delete(slice);
    planGroup(plan, service, own, group);
  }
  plan.remove.push(...left);
  // A Service without endpoints keeps one empty slice, so that those who watch know that there is nothing.
  if (plan.remove.length === slices.length && plan.create.length === 0) {
    const [only] = plan.remove;
    if (plan.remove.length === 1 && only && isPlaceholder(only, service)) plan.remove.pop();
    else plan.create.push({ ports: [], endpoints: [] });
  }
  carryOut(context, service, plan);
  return {};
}

const ownedBy = ({ metadata }: EndpointSlice, service: Service): boolean => metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid) === true;
const isPlaceholder = (slice: EndpointSlice, service: Service): boolean =>
  ownedBy(slice, service) && !slice.ports?.length && !slice.endpoints?.length && sameLabels(service, slice);

/** Endpoints by the ports that their pods answer on. */
function groupsOf(context: Context, service: Service): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  const nodes = context.informers.of('nodes');
  for (const pod of backendsOf(context, service)) {
    const node = nodes.get({ namespace: '', name: pod.spec.nodeName ?? '' });
    // A node that has gone takes its pods along.
    if (node === undefined && !service.spec.publishNotReadyAddresses) continue;
    const ports = portsOf(service, pod).map((port) => ({ name: '', ...port }));
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, endpoints: new Map<string, discovery.Endpoint>() };
    groups.set(id, group);
    group.endpoints.set(pod.metadata.uid ?? '', endpointOf(service, pod, node));
  }
  return groups;
}

function endpointOf(service: Service, pod: Pod, node: Node | undefined): discovery.Endpoint {
  const ready = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = hostnameOf(service, pod);
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  const isReachable = service.spec.publishNotReadyAddresses === true || (ready && !terminating);
  const hints = isReachable ? hintsFor(service.spec.trafficDistribution, zone, pod.spec.nodeName) : {};
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: isReachable, serving: ready, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod),
    ...(zone !== undefined && { zone }),
    ...(Object.keys(hints).length > 0 && { hints }),
  } as discovery.Endpoint;
}

/** For whom an endpoint is meant: those in its zone, or on its node (trafficdist.go). The annotation `topology-mode` gives none here. */
function hintsFor(distribution: string | undefined, zone: string | undefined, node: string | undefined): object {
  if (distribution === undefined) return {};
  return { ...(zone && { forZones: [{ name: zone }] }), ...(distribution === 'PreferSameNode' && node && { forNodes: [{ name: node }] }) };
}

/** Keeps each endpoint in the slice where it is; what is new goes into slices that change anyway, then into one with just enough room, then into new ones. */
function planGroup(plan: Plan, service: Service, slices: readonly EndpointSlice[], { ports, endpoints }: Group): void {
  const left = new Map(endpoints);
  const unchanged: EndpointSlice[] = [];
  const changed: { readonly slice: EndpointSlice; readonly endpoints: discovery.Endpoint[] }[] = [];
  for (const slice of slices) {
    const before = slice.endpoints ?? [];
    const kept = before.flatMap(({ targetRef: ref }) => left.get(ref?.uid ?? '') ?? []);
    for (const { targetRef: ref } of before) left.delete(ref?.uid ?? '');
    if (equal(kept, before) && sameLabels(service, slice)) unchanged.push(slice);
    else if (kept.length === 0) plan.remove.push(slice);
    else changed.push({ slice, endpoints: kept });
  }
  const rest = [...left.values()];
  const max = constants.maxEndpointsPerSlice.value;
  for (const { endpoints: kept } of changed.sort((a, b) => b.endpoints.length - a.endpoints.length)) kept.push(...rest.splice(0, max - kept.length));
  const roomy = rest.length === 0 ? undefined : fullestWithRoom(unchanged, rest.length, max);
  if (roomy) changed.push({ slice: roomy, endpoints: [...(roomy.endpoints ?? []), ...rest.splice(0)] });
  for (const { slice, endpoints: kept } of changed) plan.update.set(slice, { ports: slice.ports, endpoints: kept });
  while (rest.length > 0) plan.create.push({ ports: [...ports], endpoints: rest.splice(0, max) });
}

function fullestWithRoom(slices: readonly EndpointSlice[], more: number, max: number): EndpointSlice | undefined {
  const sizeOf = (slice: EndpointSlice): number => slice.endpoints?.length ?? 0;
  return slices.filter((slice) => sizeOf(slice) + more <= max).sort((a, b) => sizeOf(b) - sizeOf(a))[0];
}

/** A slice that would go takes what a new one would hold: its name and age stay. */
function carryOut(context: Context, service: Service, { create: wanted, update: changes, remove: unwanted }: Plan): void {
  const gone = unwanted.filter((slice) => {
    const next = ownedBy(slice, service) ? wanted.pop() : undefined;
    if (next) changes.set(slice, next);
    return next === undefined;
  });
  if (service.metadata.deletionTimestamp === undefined) for (const filled of wanted) create(context, service, filled);
  for (const [slice, filled] of changes) update(context, service, slice, filled);
  for (const slice of gone) remove(context, slice);
}

const labelsOf = (service: Service): Record<string, string> => ({
  ...service.metadata.labels,
  ...managedBy,
  [serviceLabel]: service.metadata.name ?? '',
  ...(isHeadless(service) && { [headlessLabel]: '' }),
});

const sameLabels = (service: Service, { metadata }: EndpointSlice): boolean => equal(labelsOf(service), metadata.labels);

function create({ client, sim }: Context, service: Service, filled: Filled): void {
  const { name, namespace = '' } = service.metadata;
  client.create('endpointslices.discovery.k8s.io', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      annotations: { [triggerAnnotation]: rfc3339(sim.now) },
      ownerReferences: [controllerRef('v1', 'Service', service)],
    },
    addressType: service.spec.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4',
    ...filled,
  });
}

function update({ client, sim }: Context, service: Service, slice: EndpointSlice, filled: Filled): void {
  const annotations = { ...slice.metadata.annotations, [triggerAnnotation]: rfc3339(sim.now) };
  client.update('endpointslices.discovery.k8s.io', { ...slice, ...filled, metadata: { ...slice.metadata, annotations, labels: labelsOf(service) } });
}

function remove({ client }: Context, slice: EndpointSlice): void {
  try {
    client.delete('endpointslices.discovery.k8s.io', keyOf(slice));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
