import type { Pod, PodStatus } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { isRetriable } from '../../client/client.ts';
import type { Cause } from '../../sim/fiber.ts';
import { Condition, type Milliseconds, type Routine, sleep } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { isStatic, nameOf, namespaceOf, podRef, uidOf } from '../pod.ts';

type Entry = {
  pod: Pod;
  status: PodStatus;
  sent: PodStatus | undefined;
  /** Nothing of the pod is left on the node: its object may go. */
  reclaimed: boolean;
  cause: Cause;
};

/** Every so often all statuses are looked at again. */
const syncPeriod: Milliseconds = 10_000;

/** Tells the apiserver what became of the pods: kubernetes pkg/kubelet/status/status_manager.go. */
export class StatusManager {
  readonly #context: Context;
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<string>();
  /** Those whose object is not as it was last told: somebody else may have written it. */
  readonly #doubtful = new Set<string>();
  #reconcileAt: Milliseconds = 0;
  readonly #changed = new Condition();
  #requests = 0;
  /** The object that a static pod's status is written to. */
  readonly #mirrorOf: (pod: Pod) => Pod | undefined;

  constructor(context: Context, mirrorOf: (pod: Pod) => Pod | undefined) {
    this.#context = context;
    this.#mirrorOf = mirrorOf;
  }

  start(): void {
    this.#context.sim.go(this.#loop(), 'kubelet status manager');
  }

  get(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  set(pod: Pod, status: PodStatus): void {
    const uid = uidOf(pod);
    const entry = this.#entries.get(uid);
    if (!entry) this.#entries.set(uid, { pod, status, sent: undefined, reclaimed: false, cause: 0 });
    else {
      entry.pod = pod;
      if (same(entry.status, status) && !this.#deletable(entry)) return;
      entry.status = status;
    }
    this.#mark(uid);
  }

  /** The pod's containers are gone and its volumes unmounted: a pod that is being deleted may now leave the API. */
  reclaim(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (!entry) return;
    entry.pod = pod;
    entry.reclaimed = true;
    this.#mark(uidOf(pod));
  }

  /** A newer version of the object: a deletion, perhaps, of a pod that ended long ago, or a status that the node lifecycle controller has written. */
  observe(pod: Pod): void {
    const entry = this.#entries.get(uidOf(pod));
    if (!entry) return;
    entry.pod = pod;
    if (this.#deletable(entry)) this.#mark(uidOf(pod));
    else if (entry.sent && !isTold(entry.sent, pod.status)) {
      if (this.#doubtful.size === 0) this.#reconcileAt = this.#context.sim.now + syncPeriod;
      this.#doubtful.add(uidOf(pod));
      this.#changed.notify();
    }
  }

  /** A mirror pod has come or changed. */
  refresh(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    entry.sent = undefined;
    this.#mark(uid);
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
    this.#dirty.delete(uid);
    this.#doubtful.delete(uid);
  }

  #mark(uid: string): void {
    this.#dirty.add(uid);
    const entry = this.#entries.get(uid);
    if (entry) entry.cause = this.#context.sim.cause;
    this.#changed.notify();
  }

  *#loop(): Routine {
    const { sim } = this.#context;
    for (;;) {
      if (this.#dirty.size === 0)
        yield this.#doubtful.size > 0 ? { on: [this.#changed], timeout: Math.max(0, this.#reconcileAt - sim.now) } : { on: [this.#changed] };
      if (this.#doubtful.size > 0 && sim.now >= this.#reconcileAt) this.#reconcile();
      let failed = false;
      for (const uid of [...this.#dirty]) {
        this.#dirty.delete(uid);
        const asked = this.#requests;
        const done = this.#sync(uid);
        // One after the other: what many pods come to at one moment, the cluster hears of one by one.
        if (this.#requests !== asked) yield* sleep(this.#context.sim.random.between(3, 9));
        if (done) continue;
        this.#dirty.add(uid);
        failed = true;
      }
      if (failed) yield { on: [this.#changed], timeout: syncPeriod };
    }
  }

  /** What others wrote over what was told is told again (needsReconcile). What was only on its way has come by now. */
  #reconcile(): void {
    for (const uid of this.#doubtful) {
      const entry = this.#entries.get(uid);
      if (entry?.sent && !isStatic(entry.pod) && !isTold(entry.sent, entry.pod.status)) this.refresh(uid);
    }
    this.#doubtful.clear();
  }

  /** False: try again later. */
  #sync(uid: string): boolean {
    const entry = this.#entries.get(uid);
    if (!entry) return true;
    this.#context.sim.cause = entry.cause;
    const target = isStatic(entry.pod) ? this.#mirrorOf(entry.pod) : entry.pod;
    if (!target) return true;
    try {
      if (!entry.sent || !same(entry.sent, entry.status)) this.#patch(entry, target);
      if (this.#deletable(entry)) this.#delete(target);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return true;
      if (!isRetriable(error)) throw error;
      this.#context.klog.warning('status_manager.go:1021', 'Failed to get status for pod', {
        podUID: uid,
        pod: podRef(entry.pod),
        err: (error as Error).message,
      });
      return false;
    }
  }

  #patch(entry: Entry, target: Pod): void {
    const { status, sent } = entry;
    const base = sent ?? target.status ?? {};
    const changed = difference(base, status);
    if (changed['conditions']) changed['conditions'] = withOthers(status.conditions ?? [], target.status?.conditions ?? []);
    if (Object.keys(changed).length > 0) {
      const key = { namespace: namespaceOf(target), name: nameOf(target), subresource: 'status', type: 'merge' as const };
      this.#requests++;
      this.#context.client().patch('pods', key, { metadata: { uid: uidOf(target) }, status: changed });
    }
    // Only now: what an apiserver that was away did not hear has to be said again.
    entry.sent = status;
  }

  #delete(target: Pod): void {
    const key = { namespace: namespaceOf(target), name: nameOf(target) };
    this.#context.client().delete('pods', key, { gracePeriodSeconds: 0, preconditions: { uid: uidOf(target) } });
  }

  #deletable({ pod, reclaimed }: Entry): boolean {
    return reclaimed && pod.metadata.deletionTimestamp !== undefined && !isStatic(pod);
  }
}

/** The fields of a status that have changed; null where one has gone. */
function difference(base: PodStatus, status: PodStatus): Record<string, unknown> {
  const before = base as Readonly<Record<string, unknown>>;
  const after = status as Readonly<Record<string, unknown>>;
  const changed: Record<string, unknown> = {};
  for (const key of Object.keys(after)) if (!same(before[key], after[key])) changed[key] = after[key];
  for (const key of ['reason', 'message', 'podIP', 'podIPs', 'initContainerStatuses'])
    if (before[key] !== undefined && after[key] === undefined) changed[key] = null;
  return changed;
}

type Conditions = NonNullable<PodStatus['conditions']>;

/** Conditions of other hands (readiness gates, DisruptionTarget of an eviction) as they are by now. */
function withOthers(own: Conditions, known: Conditions): Conditions {
  const made = own.map((condition) => (isOwn(condition.type) ? condition : (known.find(({ type }) => type === condition.type) ?? condition)));
  return [...made, ...known.filter(({ type }) => !isOwn(type) && !own.some((each) => each.type === type))];
}

/** types.PodConditionByKubelet. */
const kubeletConditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodResizePending', 'PodResizeInProgress'];
const isOwn = (type: string): boolean => kubeletConditions.includes(type);

/** Whether the object says what was told: phase and the kubelet's own conditions. */
const isTold = (told: PodStatus, known: PodStatus | undefined): boolean =>
  told.phase === known?.phase &&
  (told.conditions ?? []).every(({ type, status }) => !isOwn(type) || known?.conditions?.find((each) => each.type === type)?.status === status);

/** Deep equality of plain values; undefined counts as missing. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(left)) if (left[key] !== undefined && !same(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
