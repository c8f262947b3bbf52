import type { KubeObject, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { forbidden, type StatusError } from '../../apimachinery/status.ts';
import { withMeta } from '../objects.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isFor } from './pods.ts';

/** A claim that names no class gets the default one, the newest if there are several (plugin/pkg/admission/storage/storageclass/setdefault). */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  admit(context, operation, object) {
    if (operation !== 'create' || !isFor(context, 'persistentvolumeclaims')) return object;
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return claim;
    const defaults = context.core.storage.list<StorageClass>('/registry/storageclasses/').filter(isDefault).sort(newestFirst);
    const name = defaults[0]?.metadata.name;
    return name === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName: name } };
  },
};

const isDefault = ({ metadata }: StorageClass): boolean => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';

/** Of two default classes the newer counts. */
export const newestFirst = (a: KubeObject, b: KubeObject): number =>
  Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '') ||
  ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);

/** Volumes and claims stay while something uses them (plugin/pkg/admission/storage/storageobjectinuseprotection). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit(context, operation, object) {
    if (operation !== 'create') return object;
    if (isFor(context, 'persistentvolumes')) return withFinalizer(object, 'kubernetes.io/pv-protection');
    return isFor(context, 'persistentvolumeclaims') ? withFinalizer(object, 'kubernetes.io/pvc-protection') : object;
  },
};

function withFinalizer(object: KubeObject, name: string): KubeObject {
  const finalizers = object.metadata.finalizers ?? [];
  return finalizers.includes(name) ? object : withMeta(object, { finalizers: [...finalizers, name] });
}

/** Only a claim that was provisioned, by a class that allows it, grows (plugin/pkg/admission/storage/persistentvolume/resize). */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate(context, operation, object, old) {
    if (operation !== 'update' || !isFor(context, 'persistentvolumeclaims') || object === undefined || old === undefined) return;
    const [claim, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim];
    const [is, was] = [claim, before].map(({ spec }) => tryParseQuantity(spec.resources?.requests?.['storage'] ?? ''));
    if (is === undefined || was === undefined || is.compare(was) <= 0) return;
    const name = claim.metadata.name ?? '';
    const refuse = (why: string): StatusError => forbidden(context.served, name, why);
    if (before.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded');
    const storageClass = context.core.storage.get<StorageClass>(`/registry/storageclasses/${before.spec.storageClassName ?? ''}`)?.object;
    if (storageClass?.allowVolumeExpansion !== true)
      throw refuse('only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  },
};
