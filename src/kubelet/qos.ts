/** QoS classes, and the resources and cgroups that follow from them (kubernetes pkg/kubelet/cm, pkg/apis/core/v1/helper/qos, pkg/kubelet/qos). */
import type { ContainerSpec, core, Pod } from '../api/types.ts';
import { tryParseQuantity } from '../apimachinery/quantity.ts';
import type { LinuxContainerResources } from '../interfaces/cri.ts';
import { initContainers, uidOf } from './pod.ts';

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The status' own, which admission has set; worked out from requests and limits for static pods. */
export function qosClass(pod: Pod): QosClass {
  const given = pod.status?.qosClass;
  if (given === 'Guaranteed' || given === 'Burstable' || given === 'BestEffort') return given;
  const all = [...pod.spec.containers, ...initContainers(pod)].map((each) => each.resources ?? {});
  const any = all.some(({ requests, limits }) => counts(requests) || counts(limits));
  if (!any) return 'BestEffort';
  const guaranteed = all.every(({ requests, limits }) =>
    (['cpu', 'memory'] as const).every((name) => positive(limits?.[name]) && (requests?.[name] === undefined || same(requests[name], limits?.[name]))),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const positive = (text: string | undefined): boolean => (tryParseQuantity(text)?.nanos ?? 0n) > 0n;
const counts = (list: Readonly<Record<string, string>> | undefined): boolean => positive(list?.['cpu']) || positive(list?.['memory']);
const same = (a: string | undefined, b: string | undefined): boolean => tryParseQuantity(a)?.nanos === tryParseQuantity(b)?.nanos;

/** `kubepods-burstable-pod<uid>.slice` below its parents, or the cgroupfs way. */
export function cgroupParent(pod: Pod, driver: 'systemd' | 'cgroupfs'): string {
  const qos = qosClass(pod).toLowerCase();
  const uid = uidOf(pod);
  if (driver === 'cgroupfs') return qos === 'guaranteed' ? `/kubepods/pod${uid}` : `/kubepods/${qos}/pod${uid}`;
  const name = uid.replaceAll('-', '_');
  if (qos === 'guaranteed') return `/kubepods.slice/kubepods-pod${name}.slice`;
  return `/kubepods.slice/kubepods-${qos}.slice/kubepods-${qos}-pod${name}.slice`;
}

const cpuPeriod = 100_000;
const minShares = 2;
const minQuota = 1000;

/** What a container's resources are to the kernel. */
export function linuxResources(pod: Pod, container: ContainerSpec, nodeMemoryBytes: number): LinuxContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milli(limits, 'cpu');
  const cpuRequest = milli(requests, 'cpu') ?? cpuLimit ?? 0;
  const memoryLimit = bytes(limits, 'memory') ?? 0;
  const quota = cpuLimit === undefined || cpuLimit === 0 ? 0 : Math.max(minQuota, Math.floor((cpuLimit * cpuPeriod) / 1000));
  return {
    cpuPeriod,
    cpuQuota: quota,
    cpuShares: cpuRequest === 0 ? minShares : Math.max(minShares, Math.floor((cpuRequest * 1024) / 1000)),
    memoryLimitInBytes: memoryLimit,
    oomScoreAdj: oomScoreAdjust(pod, bytes(requests, 'memory') ?? 0, nodeMemoryBytes),
  };
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

/** What a pod asks of a node in all: the larger of its containers together and each init container, sidecars added (resourcehelper.PodRequests). */
export function podRequest(pod: Pod, resource: 'cpu' | 'memory'): number {
  const of = (container: ContainerSpec): number => {
    const quantity = tryParseQuantity(container.resources?.requests?.[resource] ?? container.resources?.limits?.[resource]);
    return quantity ? (resource === 'cpu' ? quantity.milliValue() : quantity.value()) : 0;
  };
  let sidecars = 0;
  let init = 0;
  for (const container of initContainers(pod)) {
    if (container.restartPolicy === 'Always') sidecars += of(container);
    init = Math.max(init, sidecars + (container.restartPolicy === 'Always' ? 0 : of(container)));
  }
  const containers = pod.spec.containers.reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(containers, init);
}
