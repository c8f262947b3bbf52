import type { Pod, PodDisruptionBudget } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { failure, notFound, success, tooManyRequests } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { keyOf } from '../resource-table.ts';
import { type DeleteOptions, removeObject } from '../verbs/delete.ts';

/** POST pods/eviction: a delete that asks disruption budgets first (kubernetes pkg/registry/core/pod/storage/eviction.go). */
export function evict(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const options = ((context.request.body ?? {}) as { readonly deleteOptions?: DeleteOptions }).deleteOptions ?? {};
  const found = core.storage.get<Pod>(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  const pod = found.object;
  if (!canIgnoreBudgets(pod)) spendBudget(context, pod);
  const current = core.storage.get(keyOf(served, info.namespace, info.name));
  if (current !== undefined) removeObject(context, current, options);
  return jsonResponse(201, success());
}

const canIgnoreBudgets = ({ status, metadata }: Pod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed' || status?.phase === 'Pending' || metadata.deletionTimestamp !== undefined;

function spendBudget(context: RequestContext, pod: Pod): void {
  const { core, info } = context;
  const prefix = `/registry/poddisruptionbudgets/${info.namespace}/`;
  const budgets = core.storage.list<PodDisruptionBudget>(prefix).filter(({ spec }) => matchesLabelSelector(spec.selector, pod.metadata.labels));
  const [budget, second] = budgets;
  if (budget === undefined) return;
  if (second !== undefined) {
    throw failure(500, 'InternalError', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  }
  const { status } = budget;
  const name = budget.metadata.name ?? '';
  const ready = pod.status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  if (!ready && (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0) return;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10, [
      { reason: 'DisruptionBudget', message: `The disruption budget ${name} is still being processed by the server.` },
    ]);
  }
  if ((status?.disruptionsAllowed ?? 0) <= 0) {
    const text = `The disruption budget ${name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`;
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [{ reason: 'DisruptionBudget', message: text }]);
  }
  if (context.dryRun || status === undefined) return;
  const disrupted = { ...status.disruptedPods, [pod.metadata.name ?? '']: rfc3339(core.sim.now) };
  const next: PodDisruptionBudget = { ...budget, status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods: disrupted } };
  core.storage.update(prefix + name, next, Number(budget.metadata.resourceVersion));
}
