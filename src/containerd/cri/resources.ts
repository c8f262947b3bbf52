/** Limits changed while a container lives, and what it uses (container_update_resources.go, container_stats.go). */
import { type ContainerStats, CriError, type LinuxContainerResources } from '../../interfaces/cri.ts';
import { OciError } from '../../interfaces/oci.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { ociResources } from './spec.ts';
import type { CriContainer } from './store.ts';

/** Writes the new limits to the cgroup of a running container; a created one takes them when it starts. */
export function applyUpdate(plugin: Plugin, container: CriContainer, resources: LinuxContainerResources): void {
  const task = plugin.tasks.find(criNamespace, container.id);
  if (!task || task.exitStatus !== undefined) return;
  try {
    plugin.tasks.update(criNamespace, container.id, ociResources(resources));
  } catch (error) {
    if (error instanceof OciError) throw new CriError('Unknown', `failed to update resources: ${error.message}`);
    throw error;
  }
}

export function statsOf(plugin: Plugin, container: CriContainer): ContainerStats {
  const group = container.pid === 0 ? undefined : plugin.kernel.processes.get(container.pid)?.cgroup;
  const usage = plugin.snapshots.find(criNamespace, 'overlayfs', container.id)
    ? plugin.snapshots.usage(criNamespace, 'overlayfs', container.id)
    : { size: 0, inodes: 0 };
  return {
    id: container.id,
    metadata: container.config.metadata,
    labels: container.config.labels ?? {},
    cpuUsageNanos: Math.round((group?.cpuUsageMicros ?? 0) * 1000),
    memoryWorkingSetBytes: Math.round(group?.memoryBytes ?? 0),
    writableLayerBytes: usage.size,
    writableLayerInodes: usage.inodes,
  };
}
