import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { wholeValue } from '../../apimachinery/quantity.ts';

/**
 * The smallest available volume that satisfies a claim and is not among those `taken`, by name, for others:
 * component-helpers storage/volume/pv_helpers.go FindMatchingVolume.
 */
export function findMatchingVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], taken?: Set<string>): PersistentVolume | undefined {
  const { spec, metadata } = claim;
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (volume.metadata.deletionTimestamp !== undefined || taken?.has(volume.metadata.name ?? '')) continue;
    if (spec.volumeName !== undefined && spec.volumeName !== '' && spec.volumeName !== volume.metadata.name) continue;
    if (size(volume) < requested(claim) || (volume.spec.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem')) continue;
    if ((volume.spec.volumeAttributesClassName ?? '') !== (spec.volumeAttributesClassName ?? '')) continue;
    const { claimRef } = volume.spec;
    if (claimRef !== undefined) {
      // Reserved for this claim: nothing else has to fit.
      const mine = claimRef.name === metadata.name && claimRef.namespace === metadata.namespace && (!claimRef.uid || claimRef.uid === metadata.uid);
      if (mine) return volume;
      continue;
    }
    if ((volume.status?.phase ?? 'Available') !== 'Available') continue;
    if ((volume.spec.storageClassName ?? '') !== (spec.storageClassName ?? '')) continue;
    if (!(spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode))) continue;
    if (spec.selector !== undefined && !matchesLabelSelector(spec.selector, volume.metadata.labels)) continue;
    if (best === undefined || size(volume) < size(best)) best = volume;
  }
  return best;
}

/** The claims by what they ask for, so that each gets the smallest that fits. */
export const smallestFirst = (claims: readonly PersistentVolumeClaim[]): PersistentVolumeClaim[] => [...claims].sort((a, b) => requested(a) - requested(b));

const size = ({ spec }: PersistentVolume): number => wholeValue(spec.capacity?.['storage']);
const requested = ({ spec }: PersistentVolumeClaim): number => wholeValue(spec.resources?.requests?.['storage']);

/** The claims that a pod's volumes name; those of ephemeral volumes are made for it (ephemeral.VolumeClaimName). */
export const claimNames = ({ metadata, spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [],
  );
