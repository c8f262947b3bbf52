import type { KubeObject, Pod, ResourceName, ResourceQuota } from '../../api/types.ts';
import { add, formatQuantityText, newQuantity, parseQuantity, type Quantity } from '../../apimachinery/quantity.ts';
import { type Context, type Controller, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import { equal } from '../equal.ts';
import { isTerminal } from '../pods.ts';

/** --resource-quota-sync-period */
const resync = 300_000;

/** Resources that a quota can count by their plural. */
const counted: readonly ResourceName[] = ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas'];
const countedByGroup: readonly ResourceName[] = [
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
];

/** Recounts what namespaces use: pkg/controller/resourcequota. Admission has counted what came; this finds what went. */
export const resourceQuotaController = (): Controller => ({
  name: 'resourcequota-controller',
  watches: [
    // Of its status only admission writes, and that has counted.
    watch('resourcequotas', (quota, _context, before) => (before !== undefined && equal(before.spec, quota.spec) ? [] : [keyOf(quota)])),
    ...[...counted, ...countedByGroup]
      .filter((resource) => resource !== 'resourcequotas')
      .map((resource) => watch(resource, (object, context, before) => quotasOf(resource, object, context, before))),
  ],
  reconcile,
});

/** What went, and pods that ended: what comes is counted by admission, and a recount here might not have seen it yet. */
function quotasOf(resource: ResourceName, object: KubeObject, { informers }: Context, before?: KubeObject): readonly ObjectKey[] {
  const ended = object.kind === 'Pod' && before !== undefined && isTerminal(object as Pod) !== isTerminal(before as Pod);
  const gone = before === undefined && informers.of(resource).get(keyOf(object)) === undefined;
  if (!ended && !gone) return [];
  return informers.of('resourcequotas').list(object.metadata.namespace).map(keyOf);
}

function reconcile(key: ObjectKey, context: Context): Result {
  const quota = context.informers.of('resourcequotas').get(key);
  if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return {};
  const hard = quota.spec.hard ?? {};
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, formatQuantityText(usage(name, quota, context))]));
  const status = { hard, used };
  if (!equal(status, quota.status)) context.client.updateStatus('resourcequotas', { ...quota, status });
  return { requeueAfter: resync };
}

const none = () => newQuantity(0);
const sum = (amounts: readonly (string | undefined)[]): Quantity =>
  amounts.reduce((total, text) => (text === undefined ? total : add(total, parseQuantity(text))), none());

function usage(name: string, quota: ResourceQuota, { informers }: Context): Quantity {
  const namespace = quota.metadata.namespace ?? '';
  const counts = (resource: ResourceName) => newQuantity(informers.of(resource).list(namespace).length);
  const plural = name.startsWith('count/') ? name.slice('count/'.length) : name;
  if (name === 'pods') return newQuantity(livePods(quota, informers).length);
  const resource = [...counted, ...countedByGroup].find((each) => each === plural);
  if (resource !== undefined) return counts(resource);
  if (plural.startsWith('services.')) return newQuantity(servicesOfType(plural.slice('services.'.length), namespace, informers));
  if (plural === 'requests.storage')
    return sum(
      informers
        .of('persistentvolumeclaims')
        .list(namespace)
        .map(({ spec }) => spec.resources?.requests?.['storage']),
    );
  const [kind, resourceName] = splitCompute(plural);
  return sum(livePods(quota, informers).map((pod) => podTotal(pod, kind, resourceName)));
}

/** `limits.cpu` → limits, cpu; `cpu` means its requests. */
function splitCompute(name: string): readonly ['requests' | 'limits', string] {
  if (name.startsWith('limits.')) return ['limits', name.slice('limits.'.length)];
  return ['requests', name.startsWith('requests.') ? name.slice('requests.'.length) : name];
}

/** What a pod takes of a resource: the sum of its containers, or the largest of its init containers. */
function podTotal({ spec }: Pod, kind: 'requests' | 'limits', name: string): string {
  const containers = sum(spec.containers.map(({ resources }) => resources?.[kind]?.[name]));
  const largest = (spec.initContainers ?? [])
    .map(({ resources }) => parseQuantity(resources?.[kind]?.[name] ?? '0'))
    .reduce((a, b) => (a.compare(b) >= 0 ? a : b), none());
  return formatQuantityText(containers.compare(largest) >= 0 ? containers : largest);
}

/** Pods within the quota's scopes that still use something. */
function livePods({ metadata, spec }: ResourceQuota, informers: Context['informers']): readonly Pod[] {
  const scopes = spec.scopes ?? [];
  const terms = spec.scopeSelector?.matchExpressions ?? [];
  return informers
    .of('pods')
    .list(metadata.namespace)
    .filter(
      (pod) =>
        !isTerminal(pod) &&
        scopes.every((scope) => inScope(pod, scope)) &&
        terms.every(({ scopeName, operator, values }) => matchesTerm(pod, scopeName, operator, values ?? [])),
    );
}

function inScope(pod: Pod, scope: string): boolean {
  const terminating = pod.spec.activeDeadlineSeconds !== undefined;
  const bestEffort = pod.status?.qosClass === 'BestEffort';
  const answers: Readonly<Record<string, boolean>> = {
    Terminating: terminating,
    NotTerminating: !terminating,
    BestEffort: bestEffort,
    NotBestEffort: !bestEffort,
    PriorityClass: Boolean(pod.spec.priorityClassName),
  };
  return answers[scope] ?? true;
}

function matchesTerm(pod: Pod, scope: string, operator: string, values: readonly string[]): boolean {
  if (scope !== 'PriorityClass') return inScope(pod, scope);
  const name = pod.spec.priorityClassName ?? '';
  if (operator === 'In') return values.includes(name);
  if (operator === 'NotIn') return !values.includes(name);
  return operator === 'Exists' ? name !== '' : name === '';
}

function servicesOfType(type: string, namespace: string, informers: Context['informers']): number {
  const services = informers.of('services').list(namespace);
  if (type === 'loadbalancers') return services.filter(({ spec }) => spec.type === 'LoadBalancer').length;
  return services.reduce((count, { spec }) => count + (spec.ports ?? []).filter(({ nodePort }) => (nodePort ?? 0) > 0).length, 0);
}
