/** What a container uses, read from its cgroup. */
import type { ContainerStats } from '../interfaces/cri.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { CriContainer } from './records.ts';

/** `written` is its own layer of the file system. */
export function containerStats(kernel: Kernel, container: CriContainer, written: { readonly size: number; readonly inodes: number }): ContainerStats {
  const group = container.pid === 0 ? undefined : kernel.processes.get(container.pid)?.cgroup;
  return {
    id: container.id,
    metadata: container.config.metadata,
    labels: container.config.labels ?? {},
    annotations: container.config.annotations ?? {},
    cpuUsageNanos: Math.round((group?.cpuUsageMicros ?? 0) * 1000),
    memoryWorkingSetBytes: Math.round(group?.memoryBytes ?? 0),
    writableLayerBytes: written.size,
    writableLayerInodes: written.inodes,
  };
}
