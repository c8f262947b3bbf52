import type { core, PersistentVolumeClaim } from '../../api/types.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateClaim, validateClaimUpdate } from '../validation/storage.ts';
import { fill, mapField } from './fill.ts';
import { claimWarnings } from './object-warnings.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

/** kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolumeClaimSpec */
export const defaultClaimSpec = (spec: core.PersistentVolumeClaimSpec): core.PersistentVolumeClaimSpec => fill(spec, { volumeMode: 'Filesystem' });

const shortModes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };
/** `RWO,ROX`, in upstream's order. */
export const modesText = (modes: readonly string[] | undefined): string =>
  Object.keys(shortModes)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => shortModes[mode])
    .join(',');

/** The storage class of a volume or claim; the old annotation still counts. */
export const className = (object: { metadata: { annotations?: Record<string, string> }; spec?: { storageClassName?: string } }): string =>
  object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? '';

/** kubernetes pkg/printers/internalversion/printers.go printPersistentVolumeClaim */
const columns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  { name: 'Status', cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating') },
  { name: 'Volume', cell: ({ spec }) => spec.volumeName ?? '' },
  { name: 'Capacity', cell: ({ spec, status }) => (spec.volumeName ? (status?.capacity?.['storage'] ?? '0') : '') },
  { name: 'Access Modes', cell: ({ spec, status }) => (spec.volumeName ? modesText(status?.accessModes) : '') },
  { name: 'StorageClass', cell: (claim) => className(claim) },
  { name: 'VolumeAttributesClass', cell: ({ spec }) => (spec as { volumeAttributesClassName?: string }).volumeAttributesClassName || '<unset>' },
  ageColumn,
  { name: 'VolumeMode', wide: true, cell: ({ spec }) => spec.volumeMode || '<unset>' },
];

/** The older field for a claim's contents and the newer one say the same (pkg/api/persistentvolumeclaim NormalizeDataSources). */
function sourcesAlike(spec: core.PersistentVolumeClaimSpec): core.PersistentVolumeClaimSpec {
  const { dataSource, dataSourceRef } = spec ?? {};
  if (dataSource !== undefined && dataSourceRef === undefined) return { ...spec, dataSourceRef: dataSource };
  if (dataSource === undefined && dataSourceRef !== undefined && dataSourceRef.namespace === undefined) return { ...spec, dataSource: dataSourceRef };
  return spec;
}

const strategy: Strategy<PersistentVolumeClaim> = {
  defaults: (claim) => mapField(claim, 'spec', defaultClaimSpec),
  prepareForCreate: (claim) => ({ ...claim, spec: sourcesAlike(claim.spec), status: { phase: 'Pending' } }),
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
  warnings: claimWarnings,
  status: true,
  returnsDeleted: true,
  columns,
};

/** The spec is immutable but for a larger request, where the class allows expansion. */
export const persistentvolumeclaims = strategyOf(strategy);
