import type { core, Pod, Service } from '../../api/types.ts';
import { matchesMap } from '../../apimachinery/labels.ts';
import type { Context } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import { isReady, isTerminal } from '../pods.ts';

/** What the Endpoints and the EndpointSlice controllers share: which pods stand behind a Service, and on which ports. */

/** A Service without a selector has endpoints that somebody else writes. */
export const hasSelector = ({ spec }: Service): boolean => spec.selector !== undefined && Object.keys(spec.selector).length > 0;

/** The pods of a Service that have an address. */
export const backendsOf = ({ informers }: Context, service: Service): readonly Pod[] =>
  informers
    .of('pods')
    .list(service.metadata.namespace)
    .filter((pod) => pod.status?.podIP && !isTerminal(pod) && matchesMap(service.spec.selector, pod.metadata.labels));

/** The Services that a change of a pod concerns; none when it changes nothing that endpoints show. */
export function servicesOf(pod: Pod, { informers }: Context, before?: Pod): readonly ObjectKey[] {
  if (before !== undefined && !showsDifference(before, pod)) return [];
  const keys: ObjectKey[] = [];
  for (const service of informers.of('services').list(pod.metadata.namespace)) {
    if (!hasSelector(service)) continue;
    const { selector } = service.spec;
    if (matchesMap(selector, pod.metadata.labels) || (before !== undefined && matchesMap(selector, before.metadata.labels))) keys.push(keyOf(service));
  }
  return keys;
}

const showsDifference = (before: Pod, pod: Pod): boolean =>
  before.status?.podIP !== pod.status?.podIP ||
  isReady(before) !== isReady(pod) ||
  before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
  isTerminal(before) !== isTerminal(pod) ||
  before.spec.nodeName !== pod.spec.nodeName ||
  JSON.stringify(before.metadata.labels) !== JSON.stringify(pod.metadata.labels);

type BackendPort = { readonly name?: string; readonly port: number; readonly protocol: string; readonly appProtocol?: string };

/** The Service's ports as this pod has them; a named target port that the pod does not have is left out. */
export function portsOf({ spec }: Service, pod: Pod): readonly BackendPort[] {
  return (spec.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { name, protocol = 'TCP', appProtocol } = port;
    return [{ ...(name !== undefined && name !== '' && { name }), port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

/** podutil.FindPort. */
function targetPort({ targetPort: target, port, protocol = 'TCP' }: core.ServicePort, pod: Pod): number | undefined {
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const found = container.ports?.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** The host name under which DNS knows the pod in a headless Service. */
export const hostnameOf = ({ metadata }: Service, { spec }: Pod): string | undefined =>
  spec.hostname && spec.subdomain === metadata.name ? spec.hostname : undefined;

/** Which pod an address belongs to. */
export const targetRef = ({ metadata }: Pod): core.ObjectReference => ({
  kind: 'Pod',
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  ...(metadata.name !== undefined && { name: metadata.name }),
  ...(metadata.uid !== undefined && { uid: metadata.uid }),
});

/** No cluster IP: DNS answers with the pods' own addresses. */
export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';
/** Carried by Endpoints and slices of headless Services. */
export const headlessLabel = 'service.kubernetes.io/headless';
/** When the change that led to this write happened, for measuring kube-proxy's delay. */
export const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
