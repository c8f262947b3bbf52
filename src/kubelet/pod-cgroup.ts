/** The cgroup that a pod's containers share: kubernetes pkg/kubelet/cm/pod_container_manager_linux.go. */
import type { Pod } from '../api/types.ts';
import { type Cgroup, cpuWeight } from '../linux/cgroup.ts';
import type { Context } from './context.ts';
import { cgroupParent, cgroupPath, podCgroupResources, qosClasses } from './qos.ts';

const orUnlimited = (amount: number): number => (amount === 0 ? Number.POSITIVE_INFINITY : amount);

/** Makes the group, and sets what the pod as a whole may use. */
export function ensurePodCgroup({ kernel, config }: Context, pod: Pod): void {
  const group = kernel.rootCgroup.at(cgroupParent(pod, config.cgroupDriver));
  const { cpuShares, cpuQuota, memoryLimitInBytes } = podCgroupResources(pod);
  group.cpuWeight = cpuWeight(cpuShares);
  group.cpuQuotaMicros = orUnlimited(cpuQuota);
  group.memoryMaxBytes = orUnlimited(memoryLimitInBytes);
}

/** The pod has ended: its group goes, and what runtimes left in it. */
export function destroyPodCgroup({ kernel, config }: Context, pod: Pod): void {
  const group = kernel.rootCgroup.find(cgroupParent(pod, config.cgroupDriver));
  if (group) removeTree(group);
}

/** cleanupOrphanedPodCgroups: of a pod of which no more is known than its uid. False while something is left in it. */
export function destroyOrphanCgroup({ kernel, config }: Context, uid: string): boolean {
  return qosClasses.every((qos) => {
    const group = kernel.rootCgroup.find(cgroupPath(qos, uid, config.cgroupDriver));
    return !group || removeTree(group);
  });
}

function removeTree(group: Cgroup): boolean {
  for (const child of [...group.children.values()]) removeTree(child);
  return group.remove();
}
