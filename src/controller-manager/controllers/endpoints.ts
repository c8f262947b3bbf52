import type { core, Endpoints, Pod, Service } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';
import { backendsOf, hasSelector, headlessLabel, hostnameOf, isHeadless, portsOf, servicesOf, targetRef, triggerAnnotation } from '../endpoints/backends.ts';
import { equal } from '../equal.ts';
import { isReady } from '../pods.ts';

/** The old kind, kept for those who still read it: pkg/controller/endpoint/endpoints_controller.go. */
export const endpointsController = (): Controller => ({
  name: 'endpoint-controller',
  watches: [watch('services', enqueueSelf), watch('pods', servicesOf), watch('endpoints', enqueueSelf)],
  reconcile,
});

function reconcile(key: ObjectKey, context: Context): Result {
  const { client, informers, sim } = context;
  const service = informers.of('services').get(key);
  const known = informers.of('endpoints').get(key);
  if (service === undefined) {
    if (known !== undefined && isOurs(known)) ignoreGone(() => client.delete('endpoints', key));
    return {};
  }
  if (!hasSelector(service) || service.spec.type === 'ExternalName') return {};
  const backends = backendsOf(context, service);
  const subsets = subsetsOf(service, backends);
  const labels = {
    ...service.metadata.labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) && { [headlessLabel]: '' }),
  };
  if (known !== undefined && equal(known.subsets, subsets) && equal(known.metadata.labels, labels)) return {};
  const { [overCapacity]: _before, ...others } = known?.metadata.annotations ?? {};
  const cut: Record<string, string> = backends.length > constants.maxEndpointsPerEndpoints.value ? { [overCapacity]: 'truncated' } : {};
  const annotations = { ...others, [triggerAnnotation]: rfc3339(sim.now), ...cut };
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...(known?.metadata ?? { name: key.name, namespace: key.namespace }), labels, annotations },
    ...(subsets.length > 0 && { subsets }),
  };
  if (known === undefined) client.create('endpoints', endpoints);
  else client.update('endpoints', endpoints);
  return {};
}

const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const isOurs = ({ metadata }: Endpoints): boolean => metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller';

function ignoreGone(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

/** Addresses grouped by the ports they answer on: pkg/api/v1/endpoints RepackSubsets. */
function subsetsOf(service: Service, pods: readonly Pod[]): core.EndpointSubset[] {
  const groups = new Map<string, { readonly ports: core.EndpointPort[]; readonly ready: core.EndpointAddress[]; readonly notReady: core.EndpointAddress[] }>();
  for (const pod of pods.slice(0, constants.maxEndpointsPerEndpoints.value)) {
    if (pod.metadata.deletionTimestamp !== undefined && !service.spec.publishNotReadyAddresses) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !isHeadless(service)) continue;
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports: [...ports], ready: [], notReady: [] };
    groups.set(id, group);
    (service.spec.publishNotReadyAddresses || isReady(pod) ? group.ready : group.notReady).push(addressOf(service, pod));
  }
  return [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 && { addresses: ready.sort(byIp) }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady.sort(byIp) }),
    ...(ports.length > 0 && { ports }),
  }));
}

function addressOf(service: Service, pod: Pod): core.EndpointAddress {
  const hostname = hostnameOf(service, pod);
  return {
    ...(hostname !== undefined && { hostname }),
    ip: pod.status?.podIP ?? '',
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod),
  };
}

const byIp = (a: core.EndpointAddress, b: core.EndpointAddress): number => (a.ip < b.ip ? -1 : 1);
