/** Reclaims memory and disk before the kernel has to: kubernetes pkg/kubelet/eviction. */
import type { Pod } from '../../api/types.ts';
import { newQuantity, parseQuantity, wholeValue } from '../../apimachinery/quantity.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { isStatic, podRef } from '../pod.ts';
import type { FinalStatus } from '../pod-workers.ts';
import { cgroupParent, podRequest } from '../qos.ts';
import type { ContainerEvents } from '../runtime/events.ts';
import { hasDiskLimit, overDiskLimit, podDiskUsage } from './disk-usage.ts';
import type { Pressure } from './node-status.ts';
import { thresholdOf } from './resources.ts';

type EvictionParts = {
  readonly context: Context;
  readonly events: ContainerEvents;
  readonly activePods: () => readonly Pod[];
  readonly evict: (pod: Pod, final: FinalStatus) => void;
  /** Nothing of the pod runs any more. */
  readonly isGone: (pod: Pod) => boolean;
  /** Removes unused images; true when that freed something. */
  readonly reclaimImages: () => boolean;
};

type PressureName = keyof Pressure;
type Signal = {
  readonly name: PressureName;
  readonly resource: 'memory' | 'ephemeral-storage' | 'inodes' | 'pids';
  /** A share of what the node has now. */
  readonly threshold: () => number;
  readonly available: () => number;
};

/** How long the next pod is spared while the one before is still ending. */
const cleanupTimeout: Milliseconds = 30_000;
const criticalPriority = 2_000_000_000;

export class EvictionManager {
  readonly #parts: EvictionParts;
  readonly #signals: readonly Signal[];
  /** When a signal was last below its threshold. */
  readonly #lastSeen = new Map<string, Milliseconds>();
  #last: { readonly pod: Pod; readonly at: Milliseconds } | undefined;

  constructor(parts: EvictionParts) {
    this.#parts = parts;
    this.#signals = signalsOf(parts.context);
  }

  /** Looks at the node, evicts at most one pod, and says what the node suffers from. */
  synchronize(): Pressure {
    const { now } = this.#parts.context.sim;
    let first: Signal | undefined;
    for (const signal of this.#signals) {
      if (signal.available() >= signal.threshold()) continue;
      this.#lastSeen.set(signal.name, now);
      first ??= signal;
    }
    if (!this.#evictOverLimit() && first && !this.#isCleaningUp()) this.#reclaim(first);
    return { memory: this.under('memory'), disk: this.under('disk'), pid: this.under('pid') };
  }

  /** Pods that use more of the disk than they themselves said they would. */
  #evictOverLimit(): boolean {
    const { context, activePods, evict, events } = this.#parts;
    let any = false;
    for (const pod of activePods()) {
      if (isStatic(pod) || !hasDiskLimit(pod)) continue;
      const message = overDiskLimit(pod, podDiskUsage(context, pod));
      if (message === undefined) continue;
      any = true;
      events.podWarning(pod, 'Evicted', message);
      evict(pod, { phase: 'Failed', reason: 'Evicted', message });
    }
    return any;
  }

  #isCleaningUp(): boolean {
    const last = this.#last;
    return last !== undefined && !this.#parts.isGone(last.pod) && this.#parts.context.sim.now - last.at < cleanupTimeout;
  }

  /** A pressure is held for a while after it has gone, so that the node does not flap. */
  under(name: PressureName): boolean {
    const last = this.#lastSeen.get(name);
    const { sim, config } = this.#parts.context;
    return last !== undefined && sim.now - last < config.evictionPressureTransitionPeriod;
  }

  #reclaim(signal: Signal): void {
    const { context, evict, events, reclaimImages } = this.#parts;
    context.klog.warning('eviction_manager.go:376', 'Attempting to reclaim', { resourceName: signal.resource });
    const node = { kind: 'Node', name: context.nodeName, uid: context.nodeName };
    context.recorder.warning(node, 'EvictionThresholdMet', `Attempting to reclaim ${signal.resource}`);
    if (signal.name === 'disk' && reclaimImages()) return;
    const victim = this.#victim(signal);
    if (!victim) {
      context.klog.error('eviction_manager.go:425', 'Eviction manager: eviction thresholds have been met, but no pods are active to evict', '');
      return;
    }
    const available = shown(signal, Math.max(0, signal.available()));
    const message = `The node was low on resource: ${signal.resource}. Threshold quantity: ${shown(signal, signal.threshold(), false)}, available: ${available}. ${this.#details(victim, signal)}`;
    events.podWarning(victim, 'Evicted', message);
    this.#last = { pod: victim, at: context.sim.now };
    evict(victim, { phase: 'Failed', reason: 'Evicted', message });
    context.klog.info('eviction_manager.go:627', 'Eviction manager: pod is evicted successfully', { pod: podRef(victim) });
  }

  /** Who goes first: those that use more than they asked for, then the less important, then the greedy (eviction/helpers.go). */
  #victim(signal: Signal): Pod | undefined {
    const candidates = this.#parts.activePods().filter((pod) => !isStatic(pod) && (pod.spec.priority ?? 0) < criticalPriority);
    const ranked = candidates.map((pod) => ({ pod, usage: this.#usage(pod, signal), request: signal.resource === 'memory' ? podRequest(pod, 'memory') : 0 }));
    ranked.sort(
      (a, b) =>
        Number(b.usage > b.request) - Number(a.usage > a.request) ||
        (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) ||
        b.usage - b.request - (a.usage - a.request),
    );
    return ranked[0]?.pod;
  }

  #details(pod: Pod, signal: Signal): string {
    if (signal.resource !== 'memory' && signal.resource !== 'ephemeral-storage') return '';
    const disk = signal.resource === 'memory' ? undefined : podDiskUsage(this.#parts.context, pod).containers;
    return pod.spec.containers
      .map((container) => ({ container, usage: disk ? (disk.get(container.name)?.bytes ?? 0) : this.#usage(pod, signal) }))
      .filter(({ container, usage }) => usage > wholeValue(container.resources?.requests?.[signal.resource] ?? '0'))
      .map(({ container, usage }) => {
        const request = parseQuantity(container.resources?.requests?.[signal.resource] ?? '0').toString();
        return `Container ${container.name} was using ${shown(signal, usage)}, request is ${request}, has larger consumption of ${signal.resource}. `;
      })
      .join('');
  }

  #usage(pod: Pod, { resource }: Signal): number {
    const { context } = this.#parts;
    const { kernel, config } = context;
    const group = kernel.rootCgroup.find(cgroupParent(pod, config.cgroupDriver));
    if (resource === 'memory') return group?.memoryBytes ?? 0;
    if (resource === 'pids') return group?.pids ?? 0;
    const { total } = podDiskUsage(context, pod);
    return resource === 'inodes' ? total.inodes : total.bytes;
  }
}

/** Bytes in whole kibibytes, other things counted. */
function shown({ resource }: Signal, amount: number, whole = true): string {
  if (resource === 'inodes' || resource === 'pids') return newQuantity(Math.floor(amount), 'DecimalSI').toString();
  return newQuantity(whole ? Math.floor(amount / 1024) * 1024 : amount, 'BinarySI').toString();
}

/** Images lie on the same disk as all else: both thresholds look at it. */
function signalsOf({ kernel, config }: Context): Signal[] {
  const { disk, memoryBytes, rootCgroup } = kernel;
  const bytes = { name: 'disk', resource: 'ephemeral-storage', whole: () => disk.capacityBytes, free: () => disk.capacityBytes - disk.usedBytes } as const;
  const inodes = { name: 'disk', resource: 'inodes', whole: () => disk.inodes, free: () => disk.inodes - disk.inodesUsed } as const;
  const rows = {
    'memory.available': { name: 'memory', resource: 'memory', whole: () => memoryBytes, free: () => memoryBytes - rootCgroup.memoryBytes },
    'nodefs.available': bytes,
    'imagefs.available': bytes,
    'nodefs.inodesFree': inodes,
    'imagefs.inodesFree': inodes,
    'pid.available': { name: 'pid', resource: 'pids', whole: () => kernel.pidMax, free: () => kernel.pidMax - kernel.processes.size },
  } as const;
  return Object.entries(rows).flatMap(([key, { name, resource, whole, free }]) => {
    const text = config.evictionHard[key];
    return text === undefined ? [] : [{ name, resource, threshold: () => thresholdOf(text, newQuantity(whole(), 'BinarySI')).value(), available: free }];
  });
}
