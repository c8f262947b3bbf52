/** How much of each quota resource an object uses: kubernetes pkg/quota/v1/evaluator/core. */
import type { KubeObject, PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../../api/types.ts';
import { newQuantity, parseQuantity, type Quantity } from '../../apimachinery/quantity.ts';
import type { GroupResource } from '../../apimachinery/status.ts';
import { hasPodLevelResources, podTotal } from './pod-resources.ts';

type Usage = Record<string, Quantity>;

const one = newQuantity(1);
/** Resources whose number a quota may name without `count/`. */
const counted = new Set(['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services']);

/** What making an object would add. */
export function usageOf({ group, resource }: GroupResource, object: KubeObject): Usage {
  const usage: Usage = { [`count/${resource}${group === '' ? '' : `.${group}`}`]: one };
  if (group === '' && counted.has(resource)) usage[resource] = one;
  if (group !== '') return usage;
  if (resource === 'pods') addPod(usage, object as Pod);
  if (resource === 'services') addService(usage, object as Service);
  if (resource === 'persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  return usage;
}

function addPod(usage: Usage, pod: Pod): void {
  for (const field of ['requests', 'limits'] as const) {
    for (const [name, amount] of Object.entries(podTotal(pod.spec, field))) {
      usage[`${field}.${name}`] = amount;
      if (field === 'requests') usage[name] = amount;
    }
  }
}

function addService(usage: Usage, { spec }: Service): void {
  if (spec.type === 'LoadBalancer') usage['services.loadbalancers'] = one;
  if (spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false))
    usage['services.nodeports'] = newQuantity(spec.ports?.length ?? 0);
}

function addClaim(usage: Usage, { spec }: PersistentVolumeClaim): void {
  const storage = parseQuantity(spec.resources?.requests?.['storage'] ?? '0');
  usage['requests.storage'] = storage;
  if (!spec.storageClassName) return;
  usage[`${spec.storageClassName}.storageclass.storage.k8s.io/requests.storage`] = storage;
  usage[`${spec.storageClassName}.storageclass.storage.k8s.io/persistentvolumeclaims`] = one;
}

/** `requests.cpu for: web,side`: what containers must say because a quota counts it. */
export function missingRequests(pod: Pod, names: readonly string[]): string[] {
  // A pod with resources of its own need not say more.
  if (hasPodLevelResources(pod.spec)) return [];
  return names.flatMap((name) => {
    const [field, resource] = name.startsWith('limits.') ? ['limits' as const, name.slice(7)] : ['requests' as const, name.replace(/^requests\./, '')];
    if (resource !== 'cpu' && resource !== 'memory') return [];
    const without = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].filter(({ resources }) => resources?.[field]?.[resource] === undefined);
    return without.length > 0 ? [`${name} for: ${without.map((container) => container.name).join(',')}`] : [];
  });
}

const scopeTests: Readonly<Record<string, (pod: Pod) => boolean>> = {
  Terminating: (pod) => (pod.spec.activeDeadlineSeconds ?? -1) >= 0,
  NotTerminating: (pod) => pod.spec.activeDeadlineSeconds === undefined,
  BestEffort: (pod) => pod.status?.qosClass === 'BestEffort',
  NotBestEffort: (pod) => pod.status?.qosClass !== 'BestEffort',
  PriorityClass: (pod) => !!pod.spec.priorityClassName,
};

/** Whether a quota's scopes take an object in; scopes speak of pods only. */
export function matchesScopes(quota: ResourceQuota, resource: string, object: Pod): boolean {
  const scopes = quota.spec.scopes ?? [];
  const expressions = quota.spec.scopeSelector?.matchExpressions ?? [];
  if (scopes.length + expressions.length === 0) return true;
  if (resource !== 'pods') return false;
  return (
    scopes.every((scope) => scopeTests[scope]?.(object) ?? true) &&
    expressions.every(({ scopeName, operator, values = [] }) => {
      if (scopeName !== 'PriorityClass' || operator === 'Exists') return scopeTests[scopeName]?.(object) ?? true;
      if (operator === 'DoesNotExist') return !object.spec.priorityClassName;
      return values.includes(object.spec.priorityClassName ?? '') === (operator === 'In');
    })
  );
}
