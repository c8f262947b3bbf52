import type { core, PersistentVolumeClaim } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { fill, mapField } from './fill.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

/** kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolumeClaimSpec */
export const defaultClaimSpec = (spec: core.PersistentVolumeClaimSpec): core.PersistentVolumeClaimSpec => fill(spec, { volumeMode: 'Filesystem' });

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

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

function validate({ spec }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.accessModes?.length) errors.push(required('spec.accessModes', 'at least 1 access mode is required'));
  for (const mode of spec?.accessModes ?? []) if (!accessModes.includes(mode)) errors.push(notSupported('spec.accessModes', mode, accessModes));
  const storage = spec?.resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required('spec.resources[storage]'));
  else if ((tryParseQuantity(storage)?.nanos ?? 1n) <= 0n) errors.push(invalidValue('spec.resources[storage]', storage, 'must be greater than zero'));
  return errors;
}

const immutable = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors = validate(claim);
  const fixed = ({ resources: _resources, volumeName, storageClassName, ...rest }: PersistentVolumeClaim['spec']): object => ({
    ...rest,
    ...(old.spec.volumeName && { volumeName }),
    ...(old.spec.storageClassName !== undefined && { storageClassName }),
  });
  if (!semanticEqual(fixed(claim.spec), fixed(old.spec))) errors.push(forbiddenField('spec', immutable));
  const [is, was] = [tryParseQuantity(claim.spec.resources?.requests?.['storage']), tryParseQuantity(old.spec.resources?.requests?.['storage'])];
  if (is === undefined || was === undefined || is.compare(was) === 0) return errors;
  if (is.compare(was) < 0) errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  else if (old.status?.phase !== 'Bound') errors.push(forbiddenField('spec', immutable));
  return errors;
}

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

const strategy: Strategy<PersistentVolumeClaim> = {
  defaults: (claim) => mapField(claim, 'spec', defaultClaimSpec),
  prepareForCreate: (claim) => ({ ...claim, status: { phase: 'Pending' } }),
  validate,
  validateUpdate,
  status: true,
  returnsDeleted: true,
  columns,
};

export const persistentvolumeclaims = strategyOf(strategy);
