/** What a pod holds of the node's disk: writable layers, logs, emptyDirs (kubernetes pkg/kubelet/eviction/helpers.go podDiskUsage). */
import type { Pod } from '../../api/types.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { CriError } from '../../interfaces/cri.ts';
import { usageOf } from '../../linux/overlay.ts';
import type { Context } from '../context.ts';
import { uidOf } from '../pod.ts';

/** Bytes as `du` counts them, and inodes. */
type DiskUsage = { readonly bytes: number; readonly inodes: number };

type PodDiskUsage = {
  /** Writable layer and log, by container. */
  readonly containers: ReadonlyMap<string, DiskUsage>;
  /** emptyDirs on disk, by volume. */
  readonly emptyDirs: ReadonlyMap<string, DiskUsage>;
  readonly total: DiskUsage;
};

const nothing: DiskUsage = { bytes: 0, inodes: 0 };
const sum = (a: DiskUsage, b: DiskUsage): DiskUsage => ({ bytes: a.bytes + b.bytes, inodes: a.inodes + b.inodes });

/** What ephemeral-storage limits and the emptyDir's sizeLimit are held against. */
export function podDiskUsage(context: Context, pod: Pod): PodDiskUsage {
  const uid = uidOf(pod);
  const containers = new Map<string, DiskUsage>();
  for (const [name, usage] of writableLayers(context, uid)) containers.set(name, sum(containers.get(name) ?? nothing, usage));
  for (const { name } of pod.spec.containers) {
    const logs = below(context, `/var/log/pods/${pod.metadata.namespace}_${pod.metadata.name}_${uid}/${name}`);
    containers.set(name, sum(containers.get(name) ?? nothing, logs));
  }
  const emptyDirs = new Map<string, DiskUsage>();
  for (const volume of pod.spec.volumes ?? []) {
    if (!volume.emptyDir || volume.emptyDir.medium === 'Memory') continue;
    emptyDirs.set(volume.name, below(context, `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/${volume.name}`));
  }
  return { containers, emptyDirs, total: [...containers.values(), ...emptyDirs.values()].reduce(sum, nothing) };
}

function* writableLayers({ cri }: Context, uid: string): Iterable<[string, DiskUsage]> {
  try {
    for (const { metadata, writableLayerBytes, writableLayerInodes } of cri().runtime.listContainerStats({ labelSelector: { 'io.kubernetes.pod.uid': uid } }))
      yield [metadata.name, { bytes: writableLayerBytes, inodes: writableLayerInodes }];
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
  }
}

function below({ fs }: Context, path: string): DiskUsage {
  return fs.exists(path) ? usageOf(fs.stat(path)) : nothing;
}

/** Whether somebody set a bound that the usage has to be compared with. */
export const hasDiskLimit = (pod: Pod): boolean =>
  (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined) ||
  pod.spec.containers.some(({ resources }) => resources?.limits?.['ephemeral-storage'] !== undefined);

/** Which of its own bounds a pod has passed: eviction_manager.go localStorageEviction. */
export function overDiskLimit(pod: Pod, usage: PodDiskUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = tryParseQuantity(emptyDir?.sizeLimit);
    if (limit && (usage.emptyDirs.get(name)?.bytes ?? 0) > limit.value()) return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const limits = pod.spec.containers.map(({ resources }) => tryParseQuantity(resources?.limits?.['ephemeral-storage']));
  const [first, ...others] = limits;
  if (first && others.every((each) => each !== undefined)) {
    const whole = others.reduce((total, each) => (each ? total.add(each) : total), first);
    if (usage.total.bytes > whole.value()) return `Pod ephemeral local storage usage exceeds the total limit of containers ${whole}. `;
  }
  for (const [i, { name }] of pod.spec.containers.entries()) {
    const limit = limits[i];
    if (limit && (usage.containers.get(name)?.bytes ?? 0) > limit.value()) return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}
