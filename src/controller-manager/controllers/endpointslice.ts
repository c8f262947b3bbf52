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

function reconcile(key: ObjectKey, context: Context): Result {
  const service = context.informers.of('services').get(key);
  const slices = context.informers.of('endpointslices.discovery.k8s.io').byIndex('service', serviceId(key)).filter(isOurs);
  // Slices of a Service that has gone belong to the garbage collector.
  if (service === undefined || !hasSelector(service) || service.spec.type === 'ExternalName') return {};
  const groups = groupsOf(context, service);
  const left = new Set(slices);
  for (const group of groups.values()) {
    const own = slices.filter((slice) => equal(slice.ports, group.ports) && left.has(slice));
    for (const slice of own) left.delete(slice);
    writeGroup(context, service, own, group);
  }
  // A Service without pods keeps one empty slice, so that those who watch know that there is nothing.
  if (groups.size === 0) {
    const [first] = slices;
    if (first === undefined) create(context, service, [], []);
    else {
      left.delete(first);
      if (first.ports?.length || first.endpoints.length > 0) update(context, first, { ports: [], endpoints: [] });
    }
  }
  for (const slice of left) remove(context, slice);
  return {};
}

/** Endpoints by the ports that their pods answer on. */
function groupsOf(context: Context, service: Service): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  const nodes = context.informers.of('nodes');
  for (const pod of backendsOf(context, service)) {
    const ports = portsOf(service, pod).map((port) => ({ name: '', ...port }));
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, endpoints: new Map<string, discovery.Endpoint>() };
    groups.set(id, group);
    group.endpoints.set(pod.metadata.uid ?? '', endpointOf(service, pod, nodes.get({ namespace: '', name: pod.spec.nodeName ?? '' })));
  }
  return groups;
}

function endpointOf(service: Service, pod: Pod, node: Node | undefined): discovery.Endpoint {
  const ready = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = hostnameOf(service, pod);
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: (service.spec.publishNotReadyAddresses ?? false) || (ready && !terminating), serving: ready, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod),
    ...(zone !== undefined && { zone }),
  };
}

/** Keeps each endpoint in the slice where it is, fills what has room, and makes new slices for the rest. */
function writeGroup(context: Context, service: Service, slices: readonly EndpointSlice[], { ports, endpoints }: Group): void {
  const left = new Map(endpoints);
  const max = constants.maxEndpointsPerSlice.value;
  const planned = slices.map((slice) => {
    const kept = slice.endpoints.flatMap(({ targetRef: ref }) => {
      const endpoint = left.get(ref?.uid ?? '');
      left.delete(ref?.uid ?? '');
      return endpoint === undefined ? [] : [endpoint];
    });
    return { slice, kept };
  });
  const rest = [...left.values()];
  let filled = slices.length > 0;
  for (const { slice, kept } of planned) {
    if (rest.length > 0) kept.push(...rest.splice(0, Math.max(0, max - kept.length)));
    // Of several slices the empty ones go; the last one stays.
    if (kept.length === 0 && planned.length > 1 && endpoints.size > 0) remove(context, slice);
    else if (!equal(kept, slice.endpoints) || !sameLabels(service, slice))
      update(context, slice, { endpoints: kept, metadata: { ...slice.metadata, labels: labelsOf(service) } });
  }
  while (rest.length > 0 || !filled) {
    create(context, service, ports, rest.splice(0, max));
    filled = true;
  }
}

const labelsOf = (service: Service): Record<string, string> => ({
  ...service.metadata.labels,
  ...managedBy,
  [serviceLabel]: service.metadata.name ?? '',
  ...(isHeadless(service) && { [headlessLabel]: '' }),
});

const sameLabels = (service: Service, { metadata }: EndpointSlice): boolean => equal(labelsOf(service), metadata.labels);

function create({ client, sim }: Context, service: Service, ports: readonly discovery.EndpointPort[], endpoints: readonly discovery.Endpoint[]): void {
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
    endpoints: [...endpoints],
    ports: [...ports],
  });
}

function update({ client, sim }: Context, slice: EndpointSlice, changes: Partial<EndpointSlice>): void {
  const metadata = { ...slice.metadata, ...changes.metadata, annotations: { ...slice.metadata.annotations, [triggerAnnotation]: rfc3339(sim.now) } };
  client.update('endpointslices.discovery.k8s.io', { ...slice, ...changes, metadata });
}

function remove({ client }: Context, slice: EndpointSlice): void {
  try {
    client.delete('endpointslices.discovery.k8s.io', keyOf(slice));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
