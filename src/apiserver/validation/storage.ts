/** Volumes, claims and their classes: kubernetes pkg/apis/core/validation/validation.go ValidatePersistentVolume…, pkg/apis/storage/validation/validation.go. */
import type { core, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { goDiff } from '../../apimachinery/go-diff.ts';
import { validateDnsSubdomain, validateQualifiedName } from '../../apimachinery/names.ts';
import { type Quantity, tryParseQuantity } from '../../apimachinery/quantity.ts';
import { semanticEqual } from '../objects.ts';
import { checkNodeSelector } from './affinity.ts';
import { internalForm } from './internal-form.ts';
import { checkSelector } from './labels.ts';
import { collect, type Errors, immutable, invalidAll, oneOf, optionalName, requiredName } from './report.ts';
import { checkHostPath, checkNfs } from './volumes.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

function checkModes(errors: Errors, path: string, modes: readonly string[]): void {
  for (const mode of modes) if (!accessModes.includes(mode)) errors.push(notSupported(path, mode, accessModes));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode)))
    errors.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'));
}

function checkPositive(errors: Errors, path: string, amount: Quantity | undefined): void {
  if (amount !== undefined && amount.nanos <= 0n) errors.push(invalidValue(path, amount.toString(), 'must be greater than zero'));
}

/** A claim's spec, also of a StatefulSet's template. */
export function checkClaimSpec(errors: Errors, path: string, spec: core.PersistentVolumeClaimSpec | undefined): void {
  if (!spec?.accessModes?.length) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  checkSelector(errors, `${path}.selector`, spec?.selector);
  checkModes(errors, `${path}.accessModes`, spec?.accessModes ?? []);
  const storage = spec?.resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else checkPositive(errors, `${path}.resources[storage]`, tryParseQuantity(storage));
  optionalName(errors, `${path}.storageClassName`, spec?.storageClassName, validateDnsSubdomain);
  oneOf(errors, `${path}.volumeMode`, spec?.volumeMode, volumeModes);
  for (const field of ['dataSource', 'dataSourceRef'] as const) {
    const source = spec?.[field];
    if (source === undefined) continue;
    if (!source.name) errors.push(required(`${path}.${field}.name`));
    if (!source.kind) errors.push(required(`${path}.${field}.kind`));
    if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim')
      errors.push(invalidValue(`${path}.${field}`, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
}

/** Access modes, request, class and data source; defaults have been filled in. */
export const validateClaim = ({ spec }: PersistentVolumeClaim): FieldError[] => collect((errors) => checkClaimSpec(errors, 'spec', spec));

const claimImmutable = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** Bound claims may ask for more; a class or a volume may be given once to a claim that had none. */
export const validateClaimUpdate = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] =>
  collect((errors) => {
    checkClaimSpec(errors, 'spec', claim.spec);
    const bound = claim.status?.phase === 'Bound';
    const munged = { ...claim.spec } as Record<string, unknown>;
    // A volume's name is given once, a class once to a claim that had none.
    const expected = { ...old.spec, ...(!old.spec.volumeName && claim.spec.volumeName && { volumeName: claim.spec.volumeName }) } as Record<string, unknown>;
    if (old.spec.storageClassName === undefined) delete munged['storageClassName'];
    if (bound) {
      munged['resources'] = old.spec.resources;
      if (claim.spec.volumeAttributesClassName !== undefined) munged['volumeAttributesClassName'] = old.spec.volumeAttributesClassName;
    }
    if (!semanticEqual(munged, expected)) {
      const form = (spec: object): object => internalForm('PersistentVolumeClaimSpec', spec);
      errors.push(forbiddenField('spec', `${claimImmutable}\n${goDiff(form(expected), form(munged))}`));
    }
    const sizeOf = (object: PersistentVolumeClaim): Quantity | undefined => tryParseQuantity(object.spec.resources?.requests?.['storage']);
    const [is, was, has] = [sizeOf(claim), sizeOf(old), tryParseQuantity(old.status?.capacity?.['storage'])];
    if (is !== undefined && was !== undefined && is.compare(was) < 0 && (has === undefined ? is.nanos <= 0n : is.compare(has) <= 0))
      errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    immutable(errors, 'volumeMode', claim.spec.volumeMode, old.spec.volumeMode);
  });

/** Kinds of volumes, in the order in which upstream asks for them. */
const volumeSources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;
const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

/** Exactly one source; a local volume needs a node affinity. */
export const validateVolume = ({ spec }: PersistentVolume): FieldError[] =>
  collect((errors) => {
    if (!spec?.accessModes?.length) errors.push(required('spec.accessModes'));
    checkModes(errors, 'spec.accessModes', spec?.accessModes ?? []);
    const capacity = spec?.capacity ?? {};
    if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'));
    if (capacity['storage'] === undefined || Object.keys(capacity).length > 1) errors.push(notSupported('spec.capacity', spec?.capacity ?? null, ['storage']));
    for (const [name, text] of Object.entries(capacity)) checkPositive(errors, `spec.capacity[${name}]`, tryParseQuantity(text));
    oneOf(errors, 'spec.persistentVolumeReclaimPolicy', spec?.persistentVolumeReclaimPolicy || undefined, reclaimPolicies);
    if (spec?.nodeAffinity) checkVolumeAffinity(errors, 'spec.nodeAffinity', spec.nodeAffinity);
    checkVolumeSource(errors, spec ?? {});
    if (/^\/+$/.test(spec?.hostPath?.path ?? '') && spec?.persistentVolumeReclaimPolicy === 'Recycle')
      errors.push(forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
    optionalName(errors, 'spec.storageClassName', spec?.storageClassName, validateDnsSubdomain);
    oneOf(errors, 'spec.volumeMode', spec?.volumeMode, volumeModes);
  });

function checkVolumeAffinity(errors: Errors, path: string, affinity: core.VolumeNodeAffinity): void {
  if (affinity.required) checkNodeSelector(errors, `${path}.required`, affinity.required);
  else errors.push(required(`${path}.required`, 'must specify required node constraints'));
}

function checkVolumeSource(errors: Errors, spec: core.PersistentVolumeSpec): void {
  let count = 0;
  for (const source of volumeSources) {
    if (spec[source] === undefined) continue;
    if (count++ > 0) errors.push(forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type'));
    else if (source === 'hostPath') checkHostPath(errors, 'spec.hostPath', spec.hostPath as core.HostPathVolumeSource);
    else if (source === 'nfs') checkNfs(errors, 'spec.nfs', spec.nfs as core.NFSVolumeSource);
    else if (source === 'local') checkLocal(errors, spec);
    else if (source === 'csi') {
      if (!spec.csi?.driver) errors.push(required('spec.csi.driver'));
      if (!spec.csi?.volumeHandle) errors.push(required('spec.csi.volumeHandle'));
    }
  }
  if (count === 0) errors.push(required('spec', 'must specify a volume type'));
}

function checkLocal(errors: Errors, { local, nodeAffinity }: core.PersistentVolumeSpec): void {
  if (!local?.path) errors.push(required('spec.local.path'));
  else if (local.path.split('/').includes('..')) errors.push(invalidValue('spec.local.path', local.path, "must not contain '..'"));
  if (nodeAffinity === undefined) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
}

/** The source cannot be changed, nor can volumeMode, nor a node affinity that is set. */
export const validateVolumeUpdate = (volume: PersistentVolume, old: PersistentVolume): FieldError[] =>
  collect((errors) => {
    errors.push(...validateVolume(volume));
    const source = (spec: PersistentVolume['spec']): object => Object.fromEntries(volumeSources.flatMap((name) => (spec[name] ? [[name, spec[name]]] : [])));
    if (!semanticEqual(source(volume.spec), source(old.spec)))
      errors.push(
        forbiddenField(
          'spec.persistentvolumesource',
          `spec.persistentvolumesource is immutable after creation\n${goDiff(internalForm('PersistentVolumeSource', old.spec), internalForm('PersistentVolumeSource', volume.spec))}`,
        ),
      );
    immutable(errors, 'volumeMode', volume.spec.volumeMode, old.spec.volumeMode);
    if (old.spec.nodeAffinity && !semanticEqual(volume.spec.nodeAffinity, old.spec.nodeAffinity))
      errors.push(invalidValue('nodeAffinity', volume.spec.nodeAffinity, 'field is immutable, except for updating from beta label to GA'));
  });

/** Whether anybody provisions for it is not asked. */
export const validateStorageClass = (storageClass: StorageClass): FieldError[] =>
  collect((errors) => {
    const { provisioner, parameters, reclaimPolicy, volumeBindingMode } = storageClass;
    requiredName(errors, 'provisioner', provisioner, (name) => validateQualifiedName(name.toLowerCase()));
    if (Object.keys(parameters ?? {}).includes('')) errors.push(invalidValue('parameters', '', 'field can not be empty.'));
    if (reclaimPolicy !== undefined && reclaimPolicy !== 'Delete' && reclaimPolicy !== 'Retain')
      errors.push(notSupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']));
    oneOf(errors, 'volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
    for (const [i, term] of (storageClass.allowedTopologies ?? []).entries()) {
      for (const [j, { key, values }] of (term.matchLabelExpressions ?? []).entries()) {
        const at = `allowedTopologies[${i}].matchLabelExpressions[${j}]`;
        if (!values?.length) errors.push(required(`${at}.values`));
        invalidAll(errors, `${at}.key`, key, validateQualifiedName(key));
      }
    }
  });

/** Parameters, provisioner, reclaim policy and binding mode cannot be changed. */
export const validateStorageClassUpdate = (storageClass: StorageClass, old: StorageClass): FieldError[] =>
  collect((errors) => {
    errors.push(...validateStorageClass(storageClass));
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const)
      if (!semanticEqual(storageClass[field], old[field])) errors.push(forbiddenField(field, `updates to ${field} are forbidden.`));
    immutable(errors, 'volumeBindingMode', storageClass.volumeBindingMode, old.volumeBindingMode);
  });
