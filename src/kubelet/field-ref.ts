/** The downward API: kubernetes pkg/fieldpath, pkg/api/v1/resource. */
import type { core, Pod } from '../api/types.ts';
import { parseQuantity, type Quantity } from '../apimachinery/quantity.ts';

/** What is known of a pod on this node only. */
export type PodFacts = {
  readonly podIps: readonly string[];
  readonly hostIp: string;
  readonly nodeName: string;
  readonly allocatable: Readonly<Record<string, string>>;
};

/** The text of `metadata.name`, `metadata.labels['x']`, `status.podIP` …; undefined when unknown. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string | undefined {
  const keyed = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path);
  if (keyed) return (keyed[1] === 'metadata.labels' ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ''] ?? '';
  return fields[path]?.(pod, facts);
}

const fields: Readonly<Record<string, (pod: Pod, facts: PodFacts) => string>> = {
  'metadata.name': (pod) => pod.metadata.name ?? '',
  'metadata.namespace': (pod) => pod.metadata.namespace ?? '',
  'metadata.uid': (pod) => pod.metadata.uid ?? '',
  'metadata.labels': (pod) => formatMap(pod.metadata.labels ?? {}),
  'metadata.annotations': (pod) => formatMap(pod.metadata.annotations ?? {}),
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.hostIP': (_pod, facts) => facts.hostIp,
  'status.hostIPs': (_pod, facts) => facts.hostIp,
  'status.podIP': (_pod, facts) => facts.podIps[0] ?? '',
  'status.podIPs': (_pod, facts) => facts.podIps.join(','),
};

/** `key="value"` lines, sorted. */
const formatMap = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

/** `limits.cpu` and the like, divided and rounded up; a missing limit is the node's allocatable. */
export function containerResourceValue(pod: Pod, ref: core.ResourceFieldSelector, current: string, facts: PodFacts): string {
  const name = ref.containerName || current;
  const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name);
  const [kind = '', resource = ''] = ref.resource.split(/\.(.*)/s);
  const list = kind === 'limits' ? container?.resources?.limits : container?.resources?.requests;
  const text = list?.[resource] ?? (kind === 'limits' ? facts.allocatable[resource] : undefined) ?? '0';
  const divisor = parseQuantity(ref.divisor === undefined || ref.divisor === '0' ? '1' : ref.divisor);
  return String(ceilDivide(parseQuantity(text), divisor));
}

const ceilDivide = (amount: Quantity, divisor: Quantity): bigint => (amount.nanos + divisor.nanos - 1n) / divisor.nanos;
