import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { claimNames } from '../../client/component-helpers/volumes.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { isTerminal } from '../pods.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';

/** A claim in use is not removed before its last pod has gone: pkg/controller/volume/pvcprotection. */
export const pvcProtectionController = (): Controller => ({
  name: 'pvc-protection-controller',
  watches: [
    watch('persistentvolumeclaims', enqueueSelf),
    watch('pods', (pod, _context, before) => (before !== undefined && isTerminal(before) === isTerminal(pod) ? [] : claimsOf(pod))),
  ],
  indexes: [{ resource: 'pods', name: 'claims', of: (pod) => claimsOf(pod as Pod).map(({ namespace, name }) => `${namespace}/${name}`) }],
  reconcile: (key, { client, informers }) => {
    const claim = informers.of('persistentvolumeclaims').get(key);
    if (claim === undefined || !isHeld(claim, claimFinalizer)) return {};
    const users = informers.of('pods').byIndex('claims', `${key.namespace}/${key.name}`);
    // What a pod names is in use as long as the pod is there, though it has ended; what was made for it until the kubelet is done with it.
    const names = (pod: Pod): boolean => pod.spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === key.name) ?? false;
    if (users.some((pod) => pod.spec.nodeName && (names(pod) || !isShutDown(pod)))) return {};
    client.patch('persistentvolumeclaims', { ...key, type: 'merge' }, release(claim, claimFinalizer));
    return {};
  },
});

/** A bound volume is not removed: pkg/controller/volume/pvprotection. */
export const pvProtectionController = (): Controller => ({
  name: 'pv-protection-controller',
  watches: [watch('persistentvolumes', enqueueSelf)],
  reconcile: releaseVolume,
});

function releaseVolume(key: ObjectKey, { client, informers }: Context): Result {
  const volume = informers.of('persistentvolumes').get(key);
  if (volume === undefined || !isHeld(volume, volumeFinalizer) || volume.status?.phase === 'Bound') return {};
  client.patch('persistentvolumes', { ...key, type: 'merge' }, release(volume, volumeFinalizer));
  return {};
}

const isShutDown = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;

const claimsOf = (pod: Pod): readonly ObjectKey[] => claimNames(pod).map((name) => ({ namespace: pod.metadata.namespace ?? '', name }));

type Protected = PersistentVolume | PersistentVolumeClaim;

const isHeld = ({ metadata }: Protected, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(finalizer) ?? false);

function release({ metadata }: Protected, finalizer: string): object {
  const finalizers = (metadata.finalizers ?? []).filter((each) => each !== finalizer);
  return { metadata: { uid: metadata.uid, finalizers: finalizers.length === 0 ? null : finalizers } };
}
