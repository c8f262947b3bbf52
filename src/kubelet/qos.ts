/** QoS classes, and the resources and cgroups that follow from them (kubernetes pkg/kubelet/cm, pkg/apis/core/v1/helper/qos, pkg/kubelet/qos). */
import type { ContainerSpec, core, Pod } from '../api/types.ts';
import { tryParseQuantity } from '../apimachinery/quantity.ts';
import { qosClass as classOf, containersTotal, podLevelResources, podTotal } from '../client/component-helpers/pod-resources.ts';
import type { LinuxContainerResources } from '../interfaces/cri.ts';
import { initContainers, isStatic, uidOf } from './pod.ts';

export const qosClasses = ['Guaranteed', 'Burstable', 'BestEffort'] as const;
type QosClass = (typeof qosClasses)[number];

/** The status' own, which admission has set; worked out from requests and limits for static pods. */
export function qosClass(pod: Pod): QosClass {
  const given = pod.status?.qosClass;
  if (given === 'Guaranteed' || given === 'Burstable' || given === 'BestEffort') return given;
  return classOf(pod.spec);
}

export const cgroupParent = (pod: Pod, driver: 'systemd' | 'cgroupfs'): string => cgroupPath(qosClass(pod), uidOf(pod), driver);

/** `kubepods-burstable-pod<uid>.slice` below its parents, or the cgroupfs way. */
export function cgroupPath(qosClass: QosClass, uid: string, driver: 'systemd' | 'cgroupfs'): string {
  const qos = qosClass.toLowerCase();
  if (driver === 'cgroupfs') return qos === 'guaranteed' ? `/kubepods/pod${uid}` : `/kubepods/${qos}/pod${uid}`;
  const name = uid.replaceAll('-', '_');
  if (qos === 'guaranteed') return `/kubepods.slice/kubepods-pod${name}.slice`;
  return `/kubepods.slice/kubepods-${qos}.slice/kubepods-${qos}-pod${name}.slice`;
}

const cpuPeriod = 100_000;
const minShares = 2;
const minQuota = 1000;

const cpuQuota = (millis = 0): number => (millis === 0 ? 0 : Math.max(minQuota, Math.floor((millis * cpuPeriod) / 1000)));
const cpuShares = (millis: number): number => Math.max(minShares, Math.floor((millis * 1024) / 1000));

/** What a container's resources are to the kernel. */
export function linuxResources(pod: Pod, container: ContainerSpec, nodeMemoryBytes: number): LinuxContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milli(limits, 'cpu');
  const cpuRequest = milli(requests, 'cpu') ?? cpuLimit ?? 0;
  const memoryLimit = bytes(limits, 'memory') ?? 0;
  return {
    cpuPeriod,
    cpuQuota: cpuQuota(cpuLimit),
    cpuShares: cpuShares(cpuRequest),
    memoryLimitInBytes: memoryLimit,
    oomScoreAdj: oomScoreAdjust(pod, (bytes(requests, 'memory') ?? 0) + sharedRequest(pod), nodeMemoryBytes),
  };
}

/** remainingPodMemReqPerContainer: what the pod asks for beyond its containers, divided among them. */
function sharedRequest(pod: Pod): number {
  const own = podLevelResources(pod.spec)?.requests;
  if (own?.['memory'] === undefined) return 0;
  const rest = (bytes(own, 'memory') ?? 0) - (containersTotal(pod.spec, 'requests')['memory']?.value() ?? 0);
  return Math.floor(Math.max(0, rest) / (pod.spec.containers.length + initContainers(pod).length));
}

/** pkg/kubelet/qos/policy.go. */
function oomScoreAdjust(pod: Pod, memoryRequest: number, nodeMemoryBytes: number): number {
  if ((pod.spec.priority ?? 0) >= 2_000_000_000) return -997;
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const adjust = 1000 - Math.floor((1000 * memoryRequest) / nodeMemoryBytes);
  return Math.min(999, Math.max(3, adjust));
}

const milli = (list: core.ResourceRequirements['limits'], name: string): number | undefined => tryParseQuantity(list?.[name])?.milliValue();
const bytes = (list: core.ResourceRequirements['limits'], name: string): number | undefined => tryParseQuantity(list?.[name])?.value();

/** What a pod asks of a node in all: thousandths of a CPU, or bytes. */
export function podRequest(pod: Pod, resource: 'cpu' | 'memory'): number {
  // A static pod's requests have not been filled in from its limits.
  const { containers, initContainers = [] } = pod.spec;
  const filled = (each: ContainerSpec): ContainerSpec => ({
    ...each,
    resources: { requests: { ...each.resources?.limits, ...each.resources?.requests } },
  });
  const asked = isStatic(pod) ? { ...pod.spec, containers: containers.map(filled), initContainers: initContainers.map(filled) } : pod.spec;
  const quantity = podTotal(asked, 'requests', { overhead: false })[resource];
  return (resource === 'cpu' ? quantity?.milliValue() : quantity?.value()) ?? 0;
}

/** ResourceConfigForPod: what holds for all containers of a pod together; a limit needs one of each container, or the pod's own. */
export function podCgroupResources(pod: Pod): { readonly cpuShares: number; readonly cpuQuota: number; readonly memoryLimitInBytes: number } {
  const all = [...pod.spec.containers, ...initContainers(pod)];
  const own = podLevelResources(pod.spec)?.limits;
  const limits = podTotal(pod.spec, 'limits');
  const limited = (name: string): boolean => own?.[name] !== undefined || all.every(({ resources }) => resources?.limits?.[name] !== undefined);
  return {
    cpuShares: cpuShares(qosClass(pod) === 'BestEffort' ? 0 : podRequest(pod, 'cpu')),
    cpuQuota: limited('cpu') ? cpuQuota(limits['cpu']?.milliValue()) : 0,
    memoryLimitInBytes: limited('memory') ? (limits['memory']?.value() ?? 0) : 0,
  };
}
