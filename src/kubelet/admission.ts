/** Whether the node takes a pod that was given to it: kubernetes pkg/kubelet/lifecycle/predicate.go. */
import type { Node, Pod } from '../api/types.ts';
import { cpuMillis, wholeValue } from '../apimachinery/quantity.ts';
import type { Pressure } from './node/node-status.ts';
import type { NodeAllocatable } from './node/resources.ts';
import { isStatic, uidOf } from './pod.ts';
import { podRequest, qosClass } from './qos.ts';

/** Written into the pod's status, which becomes Failed: `OutOfcpu`, `NodeAffinity` … */
type Rejection = { readonly reason: string; readonly message: string };

const criticalPriority = 2_000_000_000;

const suffering = ({ memory, disk, pid }: Pressure): string[] => [
  ...(memory ? ['MemoryPressure'] : []),
  ...(disk ? ['DiskPressure'] : []),
  ...(pid ? ['PIDPressure'] : []),
];

type Requests = { readonly cpu: number; readonly memory: number };

/** Counts what admitted pods request, by uid; what it let in once stays in. */
export class Admission {
  readonly #allocatable: () => NodeAllocatable;
  readonly #node: (fresh: boolean) => Node | undefined;
  readonly #pressure: () => Pressure;
  readonly #admitted = new Map<string, Requests>();
  #cpu = 0;
  #memory = 0;

  constructor(allocatable: () => NodeAllocatable, node: (fresh: boolean) => Node | undefined, pressure: () => Pressure) {
    this.#allocatable = allocatable;
    this.#node = node;
    this.#pressure = pressure;
  }

  /** Undefined: it is taken, and counted. */
  admit(pod: Pod): Rejection | undefined {
    if (this.#admitted.has(uidOf(pod))) return undefined;
    const wanted = { cpu: podRequest(pod, 'cpu'), memory: podRequest(pod, 'memory') };
    const rejection = isStatic(pod) ? undefined : this.#reject(pod, wanted);
    if (rejection) return rejection;
    this.#admitted.set(uidOf(pod), wanted);
    this.#cpu += wanted.cpu;
    this.#memory += wanted.memory;
    return undefined;
  }

  release(uid: string): void {
    const requests = this.#admitted.get(uid);
    if (!requests) return;
    this.#admitted.delete(uid);
    this.#cpu -= requests.cpu;
    this.#memory -= requests.memory;
  }

  #reject(pod: Pod, wanted: Requests): Rejection | undefined {
    const allocatable = this.#allocatable();
    const lacking = (resource: string, requested: number, used: number, capacity: number): Rejection => ({
      reason: `OutOf${resource}`,
      message: `Pod was rejected: Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    });
    const pods = wholeValue(allocatable['pods']);
    if (this.#admitted.size + 1 > pods) return lacking('pods', 1, this.#admitted.size, pods);
    const cpu = cpuMillis(allocatable['cpu']);
    if (wanted.cpu > 0 && wanted.cpu + this.#cpu > cpu) return lacking('cpu', wanted.cpu, this.#cpu, cpu);
    const memory = wholeValue(allocatable['memory']);
    if (wanted.memory > 0 && wanted.memory + this.#memory > memory) return lacking('memory', wanted.memory, this.#memory, memory);
    const suffered = suffering(this.#pressure());
    // Under memory pressure alone, pods that asked for memory are still taken.
    if (
      suffered.length > 0 &&
      (pod.spec.priority ?? 0) < criticalPriority &&
      (suffered[0] !== 'MemoryPressure' || suffered[1] || qosClass(pod) === 'BestEffort')
    )
      return { reason: 'Evicted', message: `Pod was rejected: The node had condition: [${suffered.join(' ')}]. ` };
    // The label that brought the pod here may be younger than what the kubelet has seen of its node: it asks again before it says no.
    if (!this.#selected(pod, false) && !this.#selected(pod, true))
      return { reason: 'NodeAffinity', message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" };
    return undefined;
  }

  #selected({ spec: { nodeSelector } }: Pod, fresh: boolean): boolean {
    if (!nodeSelector) return true;
    const labels = this.#node(fresh)?.metadata.labels;
    return !labels || Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);
  }
}
