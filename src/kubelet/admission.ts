/** Whether the node takes a pod that was given to it: kubernetes pkg/kubelet/lifecycle/predicate.go. */
import type { Node, Pod } from '../api/types.ts';
import { quote } from '../apimachinery/go-text.ts';
import { cpuMillis, wholeValue } from '../apimachinery/quantity.ts';
import { matchesPodNodeSelection } from '../client/component-helpers/node-selection.ts';
import { isTolerated } from '../client/component-helpers/taints.ts';
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

type Requests = { readonly cpu: number; readonly memory: number; readonly ports: readonly string[] };

/** Counts what admitted pods request, by uid; what it let in once stays in. */
export class Admission {
  readonly #allocatable: () => NodeAllocatable;
  readonly #node: (fresh: boolean) => Node | undefined;
  readonly #pressure: () => Pressure;
  readonly #sysctls: readonly string[];
  readonly #admitted = new Map<string, Requests>();
  #cpu = 0;
  #memory = 0;

  constructor(allocatable: () => NodeAllocatable, node: (fresh: boolean) => Node | undefined, pressure: () => Pressure, unsafeSysctls: readonly string[]) {
    this.#allocatable = allocatable;
    this.#node = node;
    this.#pressure = pressure;
    this.#sysctls = [...safeSysctls, ...unsafeSysctls];
  }

  /** Undefined: it is taken, and counted. */
  admit(pod: Pod): Rejection | undefined {
    if (this.#admitted.has(uidOf(pod))) return undefined;
    const wanted = { cpu: podRequest(pod, 'cpu'), memory: podRequest(pod, 'memory'), ports: hostPorts(pod) };
    const rejection = isStatic(pod) ? undefined : this.#reject(pod, wanted);
    if (rejection) return rejection;
    this.#count(uidOf(pod), wanted);
    return undefined;
  }

  /** One that runs asks for something else: undefined when there is room, and it is counted so. */
  resize(pod: Pod): string | undefined {
    const uid = uidOf(pod);
    const before = this.#admitted.get(uid);
    this.release(uid);
    const rejection = this.admit(pod);
    if (rejection !== undefined && before !== undefined) this.#count(uid, before);
    return rejection?.message.replace(/^Pod was rejected: /, '');
  }

  #count(uid: string, wanted: Requests): void {
    this.#admitted.set(uid, wanted);
    this.#cpu += wanted.cpu;
    this.#memory += wanted.memory;
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
    const port = wanted.ports.some((each) => [...this.#admitted.values()].some(({ ports }) => ports.includes(each)));
    // What brought the pod here may be younger than what the kubelet has seen of its node: it asks again before it says no.
    const unfit = this.#unfit(pod, false) && this.#unfit(pod, true);
    const predicate = unfit === 'NodeAffinity' || !port ? unfit : 'NodePorts';
    if (predicate) return { reason: predicate, message: `Pod was rejected: Predicate ${predicate} failed: ${predicates[predicate]}` };
    const sysctl = pod.spec.securityContext?.sysctls?.map(({ name }) => name.replaceAll('/', '.')).find((name) => !this.#allowed(name));
    if (sysctl !== undefined) return { reason: 'SysctlForbidden', message: `Pod was rejected: forbidden sysctl: ${quote(sysctl)} not allowlisted` };
    return undefined;
  }

  #unfit(pod: Pod, fresh: boolean): keyof typeof predicates | undefined {
    const node = this.#node(fresh);
    if (node === undefined) return undefined;
    if (!matchesPodNodeSelection(pod, node)) return 'NodeAffinity';
    const taint = node.spec?.taints?.find((each) => each.effect === 'NoExecute' && !isTolerated(each, pod.spec.tolerations));
    return taint && 'TaintToleration';
  }

  #allowed(name: string): boolean {
    return this.#sysctls.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
  }
}

/** What the scheduler looks at too, for pods that came past it. */
const predicates = {
  NodeAffinity: "node(s) didn't match Pod's node affinity/selector",
  NodePorts: "node(s) didn't have free ports for the requested pod ports",
  TaintToleration: "node(s) had taints that the pod didn't tolerate",
};

const hostPorts = ({ spec }: Pod): string[] =>
  spec.containers.flatMap(({ ports = [] }) => ports.filter(({ hostPort }) => hostPort).map(({ hostPort, protocol = 'TCP' }) => `${hostPort}/${protocol}`));

/** kubernetes pkg/kubelet/sysctl/safe_sysctls.go */
const safeSysctls =
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem'.split(
    ' ',
  );
