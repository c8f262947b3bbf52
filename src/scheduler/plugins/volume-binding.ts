import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { matchesNodeSelector } from '../../client/component-helpers/node-selection.ts';
import { claimNames, findMatchingVolume, smallestFirst } from '../../client/component-helpers/volumes.ts';
import { type ClusterView, type Filter, type Plugin, unresolvable } from '../framework.ts';

const conflict = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const noVolume = unresolvable("node(s) didn't find available persistent volumes to bind");
const lostVolume = unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');

/** Claims that are bound, and those that wait for the first consumer. pkg/scheduler/framework/plugins/volumebinding. */
export const volumeBinding: Plugin = {
  name: 'VolumeBinding',
  helpedBy: ['Storage', 'NodeAdd', 'NodeLabel'],
  preFilter({ pod }, cluster) {
    const names = claimNames(pod);
    if (names.length === 0) return undefined;
    const bound: PersistentVolumeClaim[] = [];
    const waiting: PersistentVolumeClaim[] = [];
    for (const name of names) {
      const claim = cluster.informers.of('persistentvolumeclaims').get({ namespace: pod.metadata.namespace ?? '', name });
      if (claim === undefined) return { rejected: unresolvable(missing(pod, name)) };
      if (claim.status?.phase === 'Lost')
        return { rejected: unresolvable(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`) };
      if (claim.metadata.deletionTimestamp !== undefined) return { rejected: unresolvable(`persistentvolumeclaim "${name}" is being deleted`) };
      if (isBound(claim)) bound.push(claim);
      else if (waitsForConsumer(claim, cluster)) waiting.push(claim);
      else return { rejected: unresolvable('pod has unbound immediate PersistentVolumeClaims') };
    }
    return { filter: filterFor(bound, waiting, cluster) };
  },
};

/** An ephemeral volume's claim is only late. */
const missing = ({ metadata, spec }: Pod, name: string): string =>
  spec.volumes?.some((volume) => volume.ephemeral && `${metadata.name}-${volume.name}` === name)
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;

const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;

function waitsForConsumer({ spec }: PersistentVolumeClaim, { informers }: ClusterView): boolean {
  const storageClass = informers.of('storageclasses.storage.k8s.io').get({ namespace: '', name: spec.storageClassName ?? '' });
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

function filterFor(bound: readonly PersistentVolumeClaim[], waiting: readonly PersistentVolumeClaim[], { informers }: ClusterView): Filter {
  const volumes = informers.of('persistentvolumes');
  return ({ node }) => {
    for (const { spec } of bound) {
      const volume = volumes.get({ namespace: '', name: spec.volumeName ?? '' });
      if (volume === undefined) return lostVolume;
      if (!reaches(volume, node)) return conflict;
    }
    if (waiting.length === 0) return undefined;
    const reachable = volumes.list().filter((volume) => reaches(volume, node));
    const taken = new Set<string>();
    for (const claim of smallestFirst(waiting)) {
      const volume = findMatchingVolume(claim, reachable, taken);
      if (volume !== undefined) taken.add(volume.metadata.name ?? '');
      else if (!isProvisioned(claim, informers)) return noVolume;
    }
    return undefined;
  };
}

const reaches = ({ spec }: PersistentVolume, node: Parameters<typeof matchesNodeSelector>[1]): boolean =>
  spec.nodeAffinity?.required === undefined || matchesNodeSelector(spec.nodeAffinity.required, node);

/** Whether a provisioner will make the volume wherever the pod goes. */
function isProvisioned({ spec }: PersistentVolumeClaim, informers: ClusterView['informers']): boolean {
  const storageClass = informers.of('storageclasses.storage.k8s.io').get({ namespace: '', name: spec.storageClassName ?? '' });
  return storageClass !== undefined && storageClass.provisioner !== 'kubernetes.io/no-provisioner';
}
