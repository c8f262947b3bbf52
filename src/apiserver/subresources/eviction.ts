import type { Pod, PodDisruptionBudget } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { badRequest, failure, notFound, type StatusError, success, tooManyRequests } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { keyOf } from '../resource-table.ts';
import { checkPreconditions, type DeleteOptions, removeObject } from '../verbs/delete.ts';

/** POST pods/eviction: a delete that asks disruption budgets first (kubernetes pkg/registry/core/pod/storage/eviction.go). */
export function evict(asked: RequestContext): RestResponse {
  const { served, info, core } = asked;
  const { metadata, deleteOptions: options = {} } = (asked.request.body ?? {}) as Eviction;
  // Both may ask for a dry run: the query, and the options in the body.
  const context = { ...asked, dryRun: asked.dryRun || (options.dryRun ?? []).includes('All') };
  const key = keyOf(served, info.namespace, info.name);
  const found = core.storage.get<Pod>(key);
  if (found === undefined) throw notFound(served, info.name);
  if (metadata?.name !== undefined && metadata.name !== info.name) throw badRequest('name in URL does not match name in Eviction object');
  const pod = found.object;
  if (!canIgnoreBudgets(pod)) spendBudget(context, pod);
  checkPreconditions(context, pod, options);
  if (!context.dryRun) core.storage.update(key, disrupted(pod, rfc3339(core.sim.now)), found.revision);
  const current = core.storage.get(key);
  // The condition alone has changed since the client looked: its version of the object still counts.
  const { uid } = options.preconditions ?? {};
  if (current !== undefined) removeObject(context, current, { ...options, preconditions: uid === undefined ? {} : { uid } });
  return jsonResponse(201, success());
}

type Eviction = { readonly metadata?: { readonly name?: string }; readonly deleteOptions?: DeleteOptions };

/** What says of a pod that somebody meant it to go. */
function disrupted(pod: Pod, now: string): Pod {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True' as const,
    lastProbeTime: null,
    lastTransitionTime: now,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const before = pod.status?.conditions ?? [];
  const was = before.find(({ type }) => type === condition.type);
  const next = was?.status === 'True' ? { ...condition, lastTransitionTime: was.lastTransitionTime ?? now } : condition;
  const conditions = was ? before.map((each) => (each === was ? next : each)) : [...before, next];
  return { ...pod, status: { ...pod.status, conditions } } as Pod;
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
  const { status, spec } = budget;
  const name = budget.metadata.name ?? '';
  const ready = pod.status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  if (!ready && spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return;
  if (!ready && (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0) return;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0))
    throw refused(10, `The disruption budget ${name} is still being processed by the server.`);
  if ((status?.disruptionsAllowed ?? 0) <= 0) throw refused(0, `The disruption budget ${name} ${whyNone(status)}`);
  if (context.dryRun || status === undefined) return;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name ?? '']: rfc3339(core.sim.now) };
  const next: PodDisruptionBudget = { ...budget, status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods } };
  core.storage.update(prefix + name, next, Number(budget.metadata.resourceVersion));
}

const refused = (seconds: number, message: string): StatusError =>
  tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", seconds, [{ reason: 'DisruptionBudget', message }]);

function whyNone(status: PodDisruptionBudget['status']): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status ?? {};
  const { reason, message } = conditions.find(({ type, status: value, message: text }) => type === 'DisruptionAllowed' && value === 'False' && text) ?? {};
  const none = 'does not allow evicting pods currently';
  if (reason === 'SyncFailed') return `${none} because it failed sync: ${message}`;
  if (currentHealthy <= desiredHealthy) return `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return message === undefined ? none : `${none} (${reason}): ${message}`;
}
