/** The pods this node is to run, from the apiserver and from files, and what each change of them sets off: kubernetes pkg/kubelet/kubelet.go HandlePod*. */
import type { Pod } from '../api/types.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import type { Informer } from '../client/informer.ts';
import type { Admission } from './admission.ts';
import type { Context } from './context.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { MirrorPods } from './mirror.ts';
import { formatPod, fullName, isMirror, podRef, uidOf } from './pod.ts';
import type { PodWorkers } from './pod-workers.ts';
import { qosClass } from './qos.ts';
import type { ContainerEvents } from './runtime/events.ts';
import type { StaticPods } from './static-pods.ts';
import { type StatusManager, same } from './status/status-manager.ts';

type PodManagerParts = {
  readonly context: Context;
  readonly workers: PodWorkers;
  readonly statuses: StatusManager;
  readonly admission: Admission;
  readonly mirrors: MirrorPods;
  readonly events: ContainerEvents;
  readonly housekeeping: Housekeeping;
  readonly resizer: { retry(): void };
};

export class PodManager {
  readonly #parts: PodManagerParts;
  /** By uid: from the API without mirrors, and static ones. */
  readonly #pods = new Map<string, Pod>();
  readonly #static: StaticPods;

  constructor(parts: PodManagerParts, staticPods: StaticPods) {
    this.#parts = parts;
    this.#static = staticPods;
    parts.workers.onFinished = (uid) => this.#finished(uid);
  }

  /** Follows the pods that are bound to this node. */
  follow(informer: Informer<Pod>): void {
    informer.addHandler({
      add: (pod) => this.#added(pod),
      update: (before, pod) => this.#updated(before, pod),
      delete: (pod) => this.#deleted(pod),
    });
  }

  list(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** Those that are not at their end. */
  active(): readonly Pod[] {
    return this.list().filter((pod) => !this.#parts.workers.isFinished(uidOf(pod)) && !this.#parts.workers.isTerminating(uidOf(pod)));
  }

  get(uid: string): Pod | undefined {
    return this.#pods.get(uid);
  }

  find(namespace: string, name: string): Pod | undefined {
    const wanted = this.#static.get(`${name}_${namespace}`);
    if (wanted) return wanted;
    for (const pod of this.#pods.values()) if (pod.metadata.name === name && pod.metadata.namespace === namespace) return pod;
    return undefined;
  }

  /** Those that matter most first (sortPendingResizes). */
  wakeByPriority(uids: readonly string[]): void {
    const rank = (uid: string): number => {
      const pod = this.#pods.get(uid);
      return (pod?.spec.priority ?? 0) + (pod && qosClass(pod) === 'Guaranteed' ? 0.5 : 0);
    };
    for (const uid of [...uids].sort((a, b) => rank(b) - rank(a))) this.#parts.workers.wake(uid);
  }

  addStatic(pod: Pod): void {
    const { context, admission, workers } = this.#parts;
    context.klog.info('kubelet.go:2537', 'SyncLoop ADD', { source: 'file', pods: [podRef(pod)] });
    // One of the same name may still be ending: two must not run at once.
    const former = [...this.#pods.values()].find((each) => fullName(each) === fullName(pod) && uidOf(each) !== uidOf(pod));
    if (former && workers.isKnown(uidOf(former)) && !workers.isFinished(uidOf(former))) {
      this.#waiting.set(uidOf(former), pod);
      return;
    }
    this.#pods.set(uidOf(pod), pod);
    admission.admit(pod);
    workers.update(pod);
  }

  removeStatic(pod: Pod): void {
    const { context, workers, mirrors } = this.#parts;
    context.klog.info('kubelet.go:2547', 'SyncLoop REMOVE', { source: 'file', pods: [podRef(pod)] });
    if (!this.#static.get(fullName(pod))) mirrors.delete(pod);
    workers.kill(pod, { deleted: true });
  }

  /** Static pods whose predecessor of the same name is still ending, by the predecessor's uid. */
  readonly #waiting = new Map<string, Pod>();

  #added(pod: Pod): void {
    const { context, admission, workers, statuses, events, mirrors } = this.#parts;
    if (isMirror(pod)) {
      mirrors.set(pod);
      this.#refreshStatic(pod);
      return;
    }
    context.klog.info('kubelet.go:2537', 'SyncLoop ADD', { source: 'api', pods: [podRef(pod)] });
    this.#pods.set(uidOf(pod), pod);
    const { phase } = pod.status ?? {};
    const ended = phase === 'Failed' || phase === 'Succeeded' || pod.metadata.deletionTimestamp !== undefined;
    const rejection = ended ? undefined : admission.admit(pod);
    if (rejection) {
      events.podWarning(pod, rejection.reason, rejection.message.replace(/^Pod was rejected: /, ''));
      const { generation } = pod.metadata;
      const startTime = rfc3339(context.sim.now);
      // Nothing but this: no container of it was ever here.
      statuses.set(pod, { phase: 'Failed', ...rejection, qosClass: qosClass(pod), startTime, ...(generation && { observedGeneration: generation }) });
      workers.kill(pod, { final: { phase: 'Failed', ...rejection }, gracePeriod: 0 });
      return;
    }
    workers.update(pod);
  }

  #updated(before: Pod, pod: Pod): void {
    const { statuses, workers, mirrors, context } = this.#parts;
    if (isMirror(pod)) {
      mirrors.set(pod);
      // Asked to go, it is taken away at once, and made again: nothing has to be stopped for that.
      if (pod.metadata.deletionTimestamp !== undefined) this.#refreshStatic(pod);
      return;
    }
    if (uidOf(before) !== uidOf(pod)) {
      this.#deleted(before);
      return this.#added(pod);
    }
    this.#pods.set(uidOf(pod), pod);
    statuses.observe(pod);
    if (workers.isFinished(uidOf(pod)) || !changed(before, pod)) return;
    const verb = pod.metadata.deletionTimestamp === undefined ? 'UPDATE' : 'DELETE';
    context.klog.info('kubelet.go:2544', `SyncLoop ${verb}`, { source: 'api', pods: [podRef(pod)] });
    workers.update(pod);
  }

  #deleted(pod: Pod): void {
    const { context, workers, mirrors, housekeeping } = this.#parts;
    if (isMirror(pod)) {
      mirrors.remove(pod);
      // Somebody deleted the copy: the kubelet makes it again as long as the file is there.
      this.#refreshStatic(pod);
      return;
    }
    context.klog.info('kubelet.go:2547', 'SyncLoop REMOVE', { source: 'api', pods: [podRef(pod)] });
    this.#pods.delete(uidOf(pod));
    if (workers.isFinished(uidOf(pod)) || !workers.isKnown(uidOf(pod))) this.#finished(uidOf(pod));
    else workers.kill(pod, { deleted: true });
    housekeeping.request();
  }

  #refreshStatic(mirror: Pod): void {
    const pod = this.#static.get(fullName(mirror));
    if (!pod) return;
    this.#parts.statuses.refresh(uidOf(pod));
    this.#parts.workers.wake(uidOf(pod));
  }

  #finished(uid: string): void {
    const { admission, workers, statuses, housekeeping, context, resizer } = this.#parts;
    admission.release(uid);
    resizer.retry();
    const next = this.#waiting.get(uid);
    const pod = this.#pods.get(uid);
    if (next) this.#waiting.delete(uid);
    if (pod && (next || this.#isGone(pod))) this.#pods.delete(uid);
    if (!this.#pods.has(uid)) {
      statuses.forget(uid);
      workers.forget(uid);
      housekeeping.podGone(uid);
      if (pod) context.klog.info('kubelet.go:2199', 'Pod is gone', { pod: formatPod(pod) });
    }
    if (next && this.#static.get(fullName(next))) this.addStatic(next);
  }

  /** A static pod whose file is not there any more. */
  #isGone(pod: Pod): boolean {
    const current = this.#static.get(fullName(pod));
    return pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file' && (!current || uidOf(current) !== uidOf(pod));
  }
}

/** Status aside: what the kubelet itself writes must not set it off again. */
function changed(before: Pod, after: Pod): boolean {
  const a = before.metadata;
  const b = after.metadata;
  if (a.deletionTimestamp !== b.deletionTimestamp || a.deletionGracePeriodSeconds !== b.deletionGracePeriodSeconds) return true;
  if (!same(a.labels, b.labels) || !same(a.annotations, b.annotations) || !same(before.spec, after.spec)) return true;
  return (after.spec.readinessGates?.length ?? 0) > 0 && !same(before.status?.conditions, after.status?.conditions);
}
