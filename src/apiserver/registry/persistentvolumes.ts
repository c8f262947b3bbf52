import type { PersistentVolume, StorageClass } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateStorageClass, validateStorageClassUpdate, validateVolume, validateVolumeUpdate } from '../validation/storage.ts';
import { fill, mapField } from './fill.ts';
import { classWarnings, volumeWarnings } from './object-warnings.ts';
import { className, modesText } from './persistentvolumeclaims.ts';
import { defaultSource } from './pod-defaults.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

const claimText = ({ spec }: PersistentVolume): string => (spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '');

/** kubernetes pkg/printers/internalversion/printers.go printPersistentVolume */
const columns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  { name: 'Capacity', cell: ({ spec }) => spec.capacity?.['storage'] ?? '0' },
  { name: 'Access Modes', cell: ({ spec }) => modesText(spec.accessModes) },
  { name: 'Reclaim Policy', cell: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '' },
  { name: 'Status', cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating') },
  { name: 'Claim', cell: claimText },
  { name: 'StorageClass', cell: (volume) => className(volume) },
  { name: 'VolumeAttributesClass', cell: ({ spec }) => (spec as { volumeAttributesClassName?: string }).volumeAttributesClassName || '<unset>' },
  { name: 'Reason', cell: ({ status }) => status?.reason ?? '' },
  ageColumn,
  { name: 'VolumeMode', wide: true, cell: ({ spec }) => spec.volumeMode || '<unset>' },
];

const strategy: Strategy<PersistentVolume> = {
  defaults: (volume) => mapField(volume, 'spec', (spec) => defaultSource(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }))),
  prepareForCreate: (volume, { sim }) => ({ ...volume, status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(sim.now) } }),
  validate: validateVolume,
  validateUpdate: validateVolumeUpdate,
  warnings: volumeWarnings,
  status: true,
  returnsDeleted: true,
  columns,
};

/** The source cannot be changed. */
export const persistentvolumes = strategyOf(strategy);

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
  metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';

/** kubernetes pkg/registry/storage/storageclass/strategy.go */
const classStrategy: Strategy<StorageClass> = {
  defaults: (storageClass) => fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  warnings: classWarnings,
  columns: [
    { ...nameColumn, cell: (storageClass) => `${storageClass.metadata.name}${isDefault(storageClass as StorageClass) ? ' (default)' : ''}` },
    { name: 'Provisioner', cell: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', cell: ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>' },
    { name: 'AllowVolumeExpansion', cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
    ageColumn,
  ],
};

/** Provisioner, parameters and binding mode cannot be changed. */
export const storageclasses = strategyOf(classStrategy);
