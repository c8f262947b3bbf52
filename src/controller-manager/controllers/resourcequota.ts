import type { KubeObject, PersistentVolumeClaim, Pod, ResourceName, ResourceQuota, Service } from '../../api/types.ts';
import { formatQuantityText, newQuantity, type Quantity } from '../../apimachinery/quantity.ts';
import { type ApiResource, resourceNamed } from '../../apimachinery/resources.ts';
import { matchesScopes, usageOf } from '../../client/component-helpers/quota-usage.ts';
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

/** What went or uses less now: what comes is counted by admission, and a recount here might not have seen it yet. */
function quotasOf(resource: ResourceName, object: KubeObject, { informers }: Context, before?: KubeObject): readonly ObjectKey[] {
  const gone = before === undefined && informers.of(resource).get(keyOf(object)) === undefined;
  if (!gone && (before === undefined || !replenishes[object.kind ?? '']?.(object as never, before as never))) return [];
  return informers.of('resourcequotas').list(object.metadata.namespace).map(keyOf);
}

/** pkg/quota/v1/install/update_filter.go */
const replenishes: Readonly<Record<string, (is: never, was: never) => boolean>> = {
  Pod: (is: Pod, was: Pod) => isTerminal(is) !== isTerminal(was) || terminates(is) !== terminates(was) || !equal(given(is), given(was)),
  Service: (is: Service, was: Service) => is.spec.type !== was.spec.type,
  PersistentVolumeClaim: (is: PersistentVolumeClaim, was: PersistentVolumeClaim) => !equal(is.spec.resources, was.spec.resources),
};

const terminates = ({ spec }: Pod): boolean => spec.activeDeadlineSeconds !== undefined;
const given = ({ status }: Pod): unknown => status?.containerStatuses?.map(({ resources }) => resources);

function reconcile(key: ObjectKey, context: Context): Result {
  const quota = context.informers.of('resourcequotas').get(key);
  if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return {};
  const hard = quota.spec.hard ?? {};
  const totals = usage(quota, context);
  // Of a resource that is counted for the first time not all has been seen yet.
  if (totals === undefined) return { requeueAfter: 1_000 };
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, formatQuantityText(totals[name] ?? newQuantity(0))]));
  const status = { hard, used };
  if (!equal(status, quota.status)) context.client.updateStatus('resourcequotas', { ...quota, status });
  return { requeueAfter: resync };
}

/** What all of the namespace uses of what the quota names; undefined until it can be seen. */
function usage(quota: ResourceQuota, { informers }: Context): Readonly<Record<string, Quantity>> | undefined {
  const totals: Record<string, Quantity> = {};
  for (const resource of resourcesOf(Object.keys(quota.spec.hard ?? {}))) {
    const informer = informers.ofResource(resource);
    if (!informer.synced) return undefined;
    for (const object of informer.list(quota.metadata.namespace)) {
      if ((resource.resource === 'pods' && isTerminal(object as Pod)) || !matchesScopes(quota, resource.resource, object as Pod)) continue;
      for (const [name, amount] of Object.entries(usageOf(resource, object))) totals[name] = totals[name]?.add(amount) ?? amount;
    }
  }
  return totals;
}

/** Those whose objects use something that has one of these names. */
function resourcesOf(names: readonly string[]): readonly ApiResource[] {
  const found = names.map((name) => {
    const plural = name.replace(/^count\//, '');
    if (plural.startsWith('services.')) return 'services';
    return plural.endsWith('requests.storage') || plural.endsWith('storage.k8s.io/persistentvolumeclaims') ? 'persistentvolumeclaims' : plural;
  });
  return [...new Set(found.map((name) => resourceNamed(name) ?? resourceNamed('pods')))].filter((each) => each !== undefined);
}
