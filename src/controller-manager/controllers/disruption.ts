import type { KubeObject, Pod, PodDisruptionBudget } from '../../api/types.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { resourceName } from '../../apimachinery/resources.ts';
import { parseTime, rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerOf, keyOf, type ObjectKey } from '../../client/keys.ts';
import { groupOf, NoScale, readScale, resourceOfKind } from '../autoscaling/scale-target.ts';
import { equal } from '../equal.ts';
import { scaledValue } from '../int-or-percent.ts';
import { isReady } from '../pods.ts';

/** How long an eviction that was allowed counts though its pod is still there: DeletionTimeout. */
const deletionTimeout = 120_000;

/** How many pods may be evicted: pkg/controller/disruption/disruption.go. */
export const disruptionController = (): Controller => ({
  name: 'disruption-controller',
  watches: [
    watch('poddisruptionbudgets.policy', enqueueSelf),
    watch('pods', (pod, context) => {
      const budgets = budgetsOf(pod, context);
      const { namespace = '', name = '' } = pod.metadata;
      const which = `Pod ${quote(namespace)}/${quote(name)} matches multiple PodDisruptionBudgets.`;
      if (budgets.length > 1)
        context.recorder.warning(pod, 'MultiplePodDisruptionBudgets', `${which}  Chose ${quote(budgets[0]?.metadata.name ?? '')} arbitrarily.`);
      return budgets.map(keyOf);
    }),
    watch('replicasets.apps', () => []),
    watch('deployments.apps', () => []),
    watch('statefulsets.apps', () => []),
    watch('replicationcontrollers', () => []),
  ],
  reconcile,
});

const budgetsOf = (pod: Pod, { informers }: Context): PodDisruptionBudget[] =>
  informers
    .of('poddisruptionbudgets.policy')
    .list(pod.metadata.namespace)
    .filter(({ spec }) => matchesLabelSelector(spec.selector, pod.metadata.labels));

function reconcile(key: ObjectKey, context: Context): Result {
  const { client, informers, sim, recorder } = context;
  const budget = informers.of('poddisruptionbudgets.policy').get(key);
  if (budget === undefined) return {};
  const pods = informers
    .of('pods')
    .list(key.namespace)
    .filter((pod) => matchesLabelSelector(budget.spec.selector, pod.metadata.labels));
  if (pods.length === 0) recorder.normal(budget, 'NoPods', 'No matching pods found');
  const counted = expected(budget, pods, context);
  if (typeof counted === 'string') return failSafe(budget, counted, context);
  const { expectedPods, desiredHealthy } = counted;
  const disruptedPods = stillDisrupted(budget, pods, context);
  const currentHealthy = pods.filter(
    (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined && disruptedPods[pod.metadata.name ?? ''] === undefined,
  ).length;
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const condition = allowedCondition(budget, disruptionsAllowed, rfc3339(sim.now));
  const others = (budget.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const status = {
    conditions: [...others, condition],
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods,
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
  };
  if (!equal(status, budget.status)) client.updateStatus('poddisruptionbudgets.policy', { ...budget, status });
  const over = Object.values(disruptedPods).map((since) => parseTime(since) + deletionTimeout - sim.now);
  // Just after: what ends this very moment still counts.
  return over.length > 0 ? { requeueAfter: Math.min(...over) + 1 } : {};
}

/** What cannot be counted lets nothing be evicted. */
function failSafe(budget: PodDisruptionBudget, why: string, { client, recorder, sim }: Context): Result {
  recorder.warning(budget, 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${why}`);
  const before = budget.status?.conditions ?? [];
  const observedGeneration = budget.status?.observedGeneration ?? 0;
  const condition = { ...allowedCondition(budget, 0, rfc3339(sim.now)), reason: 'SyncFailed', message: why, observedGeneration };
  const conditions = [...before.filter(({ type }) => type !== condition.type), condition];
  const status = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status, conditions, disruptionsAllowed: 0 };
  if (!equal(status, budget.status)) client.updateStatus('poddisruptionbudgets.policy', { ...budget, status });
  return {};
}

type Counted = { readonly expectedPods: number; readonly desiredHealthy: number };

/** getExpectedPodCount: of the controllers' scales for maxUnavailable and percentages, of the pods for a number; or why it cannot be. */
function expected(budget: PodDisruptionBudget, pods: readonly Pod[], context: Context): Counted | string {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
  const expectedPods = expectedScale(budget, pods, context);
  if (typeof expectedPods === 'string') return expectedPods;
  if (maxUnavailable !== undefined) {
    return { expectedPods, desiredHealthy: Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, true)) };
  }
  return { expectedPods, desiredHealthy: scaledValue(minAvailable, expectedPods, true) };
}

/** The wanted replicas of all controllers that own these pods; pods without one are not counted. */
function expectedScale(budget: PodDisruptionBudget, pods: readonly Pod[], context: Context): number | string {
  const scales = new Map<string, number>();
  const known = new Set<string>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged = true;
      continue;
    }
    if (known.has(owner.uid)) continue;
    const top = topOwner(pod, context) ?? customOwner(owner, pod, context);
    if (typeof top === 'string') return top;
    known.add(owner.uid);
    scales.set(top.uid, top.replicas);
  }
  if (unmanaged) context.recorder.warning(budget, 'UnmanagedPods', unmanagedText(budget));
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

/** As Go prints a pointer to a LabelSelector. */
const unmanagedText = ({ spec: { selector } }: PodDisruptionBudget): string => {
  const labels = Object.entries(selector?.matchLabels ?? {})
    .sort()
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector?.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const text = `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${text}) were found to be unmanaged. As a result, the status of the PDB cannot be ` +
    'calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
  );
};

type Scale = { readonly uid: string; readonly replicas: number };

/** What the scale subresource of any other kind says (getScaleController); or why that does not help. */
function customOwner({ apiVersion, kind, name, uid }: ReturnType<typeof controllerOf> & object, { metadata }: Pod, { client }: Context): Scale | string {
  const found = resourceOfKind(client, groupOf(apiVersion), kind);
  if (found === undefined) return `no matches for kind ${quote(kind)} in version ${quote(apiVersion)}`;
  if (!found.scales) return `${resourceName(found)} does not implement the scale subresource`;
  try {
    const { scale } = readScale(client, { apiVersion, kind, name }, metadata.namespace ?? '');
    if (scale.metadata.uid === uid) return { uid, replicas: scale.spec.replicas ?? 0 };
  } catch (error) {
    if (!(error instanceof NoScale)) throw error;
  }
  return `found no controllers for pod ${quote(metadata.name ?? '')}`;
}

type Scaled = KubeObject & { readonly spec: { readonly replicas?: number } };

function topOwner(pod: Pod, { informers }: Context): Scale | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const key = { namespace: pod.metadata.namespace ?? '', name: owner.name };
  const scale = (object: Scaled | undefined) => object && { uid: object.metadata.uid ?? '', replicas: object.spec.replicas ?? 1 };
  if (owner.kind === 'StatefulSet') return scale(informers.of('statefulsets.apps').get(key));
  if (owner.kind === 'ReplicationController') return scale(informers.of('replicationcontrollers').get(key));
  if (owner.kind !== 'ReplicaSet') return undefined;
  const set = informers.of('replicasets.apps').get(key);
  const deployment = set && controllerOf(set);
  return deployment?.kind === 'Deployment' ? scale(informers.of('deployments.apps').get({ ...key, name: deployment.name })) : scale(set);
}

/** Pods whose eviction was allowed a moment ago and that are still there; those that should be gone by now are told. */
function stillDisrupted({ status, metadata }: PodDisruptionBudget, pods: readonly Pod[], { sim, recorder }: Context): Record<string, string> {
  const still: Record<string, string> = {};
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const since = status?.disruptedPods?.[name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (parseTime(since) + deletionTimeout >= sim.now) still[name] = since;
    // Upstream says the namespace twice.
    else recorder.warning(pod, 'NotDeleted', `Pod was expected by PDB ${metadata.namespace}/${metadata.namespace} to be deleted but it wasn't`);
  }
  return still;
}

function allowedCondition({ status, metadata }: PodDisruptionBudget, allowed: number, now: string) {
  const before = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const [value, reason] = allowed > 0 ? (['True', 'SufficientPods'] as const) : (['False', 'InsufficientPods'] as const);
  const lastTransitionTime = before?.status === value ? before.lastTransitionTime : now;
  return { type: 'DisruptionAllowed', status: value, reason, message: '', lastTransitionTime, observedGeneration: metadata.generation ?? 0 };
}
