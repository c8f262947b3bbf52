/** Limits changed while a container lives, and what it uses (container_update_resources.go, container_stats.go). */

import type { CriContainer } from '../../cri/records.ts';
import { ociResources } from '../../cri/spec.ts';
import { containerStats } from '../../cri/stats.ts';
import { type ContainerStats, CriError, type LinuxContainerResources } from '../../interfaces/cri.ts';
import { OciError } from '../../interfaces/oci.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';

/** Writes the new limits to the cgroup of a running container; a created one takes them when it starts. */
export function applyUpdate(plugin: Plugin, container: CriContainer, resources: LinuxContainerResources): void {
  const { spec } = container;
  container.spec = { ...spec, linux: { ...spec.linux, resources: { ...spec.linux.resources, ...ociResources(resources) } } };
  plugin.containers.update(criNamespace, container.id, {}, container.spec);
  const task = plugin.tasks.find(criNamespace, container.id);
  if (!task || task.exitStatus !== undefined) return;
  try {
    plugin.tasks.update(criNamespace, container.id, ociResources(resources));
  } catch (error) {
    if (error instanceof OciError) throw new CriError('Unknown', `failed to update resources: ${error.message}`);
    throw error;
  }
}

/** ContainerStats. */
export function statsOf(plugin: Plugin, container: CriContainer): ContainerStats {
  const held = plugin.snapshots.find(criNamespace, 'overlayfs', container.id);
  return containerStats(plugin.kernel, container, held ? plugin.snapshots.usage(criNamespace, 'overlayfs', container.id) : { size: 0, inodes: 0 });
}
