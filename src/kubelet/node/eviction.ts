/** Reclaims memory and disk before the kernel has to: kubernetes pkg/kubelet/eviction. */
import type { Pod } from '../../api/types.ts';
import { newQuantity, parseQuantity, wholeValue } from '../../apimachinery/quantity.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { isStatic, podRef } from '../pod.ts';
import type { FinalStatus } from '../pod-workers.ts';
import { cgroupParent, podRequest } from '../qos.ts';
import type { ContainerEvents } from '../runtime/events.ts';
import type { Pressure } from './node-status.ts';
import { thresholdOf } from './resources.ts';

export type EvictionParts = {
  readonly context: Context;
  readonly events: ContainerEvents;
  readonly activePods: () => readonly Pod[];
  readonly evict: (pod: Pod, final: FinalStatus) => void;
  /** Nothing of the pod runs any more. */
  readonly isGone: (pod: Pod) => boolean;
  /** Removes unused images; true when that freed something. */
  readonly reclaimImages: () => boolean;
};

type Signal = { readonly name: 'memory' | 'disk'; readonly resource: string; readonly threshold: number; readonly available: () => number };

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
    const { context } = this.#parts;
    const { now } = context.sim;
    for (const signal of this.#signals) {
      if (signal.available() >= signal.threshold) continue;
      this.#lastSeen.set(signal.name, now);
      if (!this.#isCleaningUp()) this.#reclaim(signal, signal.threshold);
      break;
    }
    return { memory: this.under('memory'), disk: this.under('disk'), pid: false };
  }

  #isCleaningUp(): boolean {
    const last = this.#last;
    return last !== undefined && !this.#parts.isGone(last.pod) && this.#parts.context.sim.now - last.at < cleanupTimeout;
  }

  /** A pressure is held for a while after it has gone, so that the node does not flap. */
  under(name: 'memory' | 'disk'): boolean {
    const last = this.#lastSeen.get(name);
    const { sim, config } = this.#parts.context;
    return last !== undefined && sim.now - last < config.evictionPressureTransitionPeriod;
  }

  #reclaim(signal: Signal, threshold: number): void {
    const { context, activePods, evict, events, reclaimImages } = this.#parts;
    context.klog.warning('eviction_manager.go:376', 'Attempting to reclaim', { resourceName: signal.resource });
    const node = { kind: 'Node', name: context.nodeName, uid: context.nodeName };
    context.recorder.warning(node, 'EvictionThresholdMet', `Attempting to reclaim ${signal.resource}`);
    if (signal.name === 'disk' && reclaimImages()) return;
    const candidates = activePods().filter((pod) => !isStatic(pod) && (pod.spec.priority ?? 0) < criticalPriority);
    const ranked = candidates.map((pod) => ({ pod, usage: this.#usage(pod, signal), request: podRequest(pod, 'memory') }));
    ranked.sort(
      (a, b) =>
        Number(b.usage > b.request) - Number(a.usage > a.request) ||
        (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) ||
        b.usage - b.request - (a.usage - a.request),
    );
    const [victim] = ranked;
    if (!victim) return;
    const text = (bytes: number): string => newQuantity(bytes, 'BinarySI').toString();
    const message = `The node was low on resource: ${signal.resource}. Threshold quantity: ${text(threshold)}, available: ${text(Math.max(0, Math.floor(signal.available() / 1024)) * 1024)}. ${this.#details(victim.pod, signal, victim.usage)}`;
    events.podWarning(victim.pod, 'Evicted', message);
    this.#last = { pod: victim.pod, at: context.sim.now };
    evict(victim.pod, { phase: 'Failed', reason: 'Evicted', message });
    context.klog.info('eviction_manager.go:627', 'Eviction manager: pod is evicted successfully', { pod: podRef(victim.pod) });
  }

  #details(pod: Pod, signal: Signal, usage: number): string {
    return pod.spec.containers
      .filter((container) => usage > wholeValue(container.resources?.requests?.[signal.resource] ?? '0'))
      .map((container) => {
        const request = parseQuantity(container.resources?.requests?.[signal.resource] ?? '0').toString();
        return `Container ${container.name} was using ${newQuantity(Math.floor(usage / 1024) * 1024, 'BinarySI')}, request is ${request}, has larger consumption of ${signal.resource}. `;
      })
      .join('');
  }

  #usage(pod: Pod, { name }: Signal): number {
    const { kernel, config } = this.#parts.context;
    if (name !== 'memory') return 0;
    return kernel.rootCgroup.find(cgroupParent(pod, config.cgroupDriver))?.memoryBytes ?? 0;
  }
}

function signalsOf({ kernel, config }: Context): Signal[] {
  const of = (name: Signal['name'], resource: string, text: string | undefined, capacity: number, available: () => number): Signal[] =>
    text === undefined ? [] : [{ name, resource, threshold: thresholdOf(text, newQuantity(capacity, 'BinarySI')).value(), available }];
  const { disk, memoryBytes, rootCgroup } = kernel;
  return [
    ...of('memory', 'memory', config.evictionHard['memory.available'], memoryBytes, () => memoryBytes - rootCgroup.memoryBytes),
    ...of('disk', 'ephemeral-storage', config.evictionHard['nodefs.available'], disk.capacityBytes, () => disk.capacityBytes - disk.usedBytes),
  ];
}
