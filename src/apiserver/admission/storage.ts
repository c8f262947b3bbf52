import type { KubeObject, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
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

const newestFirst = (a: StorageClass, b: StorageClass): number =>
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
