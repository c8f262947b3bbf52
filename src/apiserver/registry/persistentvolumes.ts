import type { PersistentVolume, StorageClass } from '../../api/types.ts';
import { type FieldError, forbiddenField, notSupported, required } from '../../apimachinery/field-error.ts';
import { semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { fill, mapField } from './fill.ts';
import { accessModes, className, modesText } from './persistentvolumeclaims.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

const sources = [
  'hostPath',
  'nfs',
  'local',
  'csi',
  'iscsi',
  'fc',
  'awsElasticBlockStore',
  'gcePersistentDisk',
  'azureDisk',
  'azureFile',
  'cephfs',
  'rbd',
  'glusterfs',
  'cinder',
  'flexVolume',
  'vsphereVolume',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'quobyte',
  'photonPersistentDisk',
  'flocker',
];

function validate({ spec }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.accessModes?.length) errors.push(required('spec.accessModes'));
  for (const mode of spec?.accessModes ?? []) if (!accessModes.includes(mode)) errors.push(notSupported('spec.accessModes', mode, accessModes));
  if (!Object.keys(spec?.capacity ?? {}).length) errors.push(required('spec.capacity'));
  else if (spec?.capacity?.['storage'] === undefined) errors.push(notSupported('spec.capacity', spec?.capacity, ['storage']));
  if (!sources.some((source) => source in (spec ?? {}))) errors.push(required('spec', 'must specify a volume type'));
  if (spec?.local && !spec.nodeAffinity) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  return errors;
}

function validateUpdate(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const errors = validate(volume);
  const source = (spec: PersistentVolume['spec']): object => Object.fromEntries(Object.entries(spec).filter(([name]) => sources.includes(name)));
  if (!semanticEqual(source(volume.spec), source(old.spec)))
    errors.push(forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  return errors;
}

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
  defaults: (volume) =>
    mapField(volume, 'spec', (spec) =>
      mapField(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), 'hostPath', (path) => fill(path, { type: '' })),
    ),
  prepareForCreate: (volume) => ({ ...volume, status: { phase: 'Pending' } }),
  validate,
  validateUpdate,
  status: true,
  returnsDeleted: true,
  columns,
};

export const persistentvolumes = strategyOf(strategy);

const isDefault = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
  metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';

/** kubernetes pkg/registry/storage/storageclass/strategy.go */
const classStrategy: Strategy<StorageClass> = {
  defaults: (storageClass) => fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: ({ provisioner }) => (provisioner ? [] : [required('provisioner')]),
  validateUpdate: (storageClass, old) =>
    (['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const)
      .filter((field) => !semanticEqual(storageClass[field], old[field]))
      .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`)),
  columns: [
    { ...nameColumn, cell: (storageClass) => `${storageClass.metadata.name}${isDefault(storageClass as StorageClass) ? ' (default)' : ''}` },
    { name: 'Provisioner', cell: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', cell: ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>' },
    { name: 'AllowVolumeExpansion', cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
    ageColumn,
  ],
};

export const storageclasses = strategyOf(classStrategy);
