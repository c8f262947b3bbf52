/** Volumes of a pod and what they are mounted as: kubernetes pkg/apis/core/validation/validation.go ValidateVolumes, ValidateVolumeMounts. */
import type { core } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, notFoundField, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel } from '../../apimachinery/names.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { checkFieldRef, checkResourceFieldRef } from './environment.ts';
import { type Errors, oneOf, requiredName } from './report.ts';

type Volumes = ReadonlyMap<string, core.Volume | undefined>;

/** The volumes that are good, by name: a mount of one that is not says `Not found`. */
export function checkVolumes(errors: Errors, path: string, volumes: readonly core.Volume[]): Map<string, core.Volume | undefined> {
  const good = new Map<string, core.Volume | undefined>();
  for (const [i, volume] of volumes.entries()) {
    const before = errors.length;
    const at = `${path}[${i}]`;
    checkSource(errors, at, volume);
    requiredName(errors, `${at}.name`, volume.name, validateDnsLabel);
    if (volume.name && good.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    if (errors.length === before) good.set(volume.name, volume);
  }
  return good;
}

/** In the order in which upstream asks for them. */
const sourceOrder = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

function checkSource(errors: Errors, path: string, volume: core.Volume): void {
  const given = Object.keys(volume).filter((name) => name !== 'name');
  if (given.length > 1) given.sort((a, b) => sourceOrder.indexOf(a) - sourceOrder.indexOf(b));
  for (const [i, source] of given.entries()) {
    const at = `${path}.${source}`;
    if (i > 0) errors.push(forbiddenField(at, 'may not specify more than 1 volume type'));
    else sources[source]?.(errors, at, (volume as unknown as Readonly<Record<string, never>>)[source] as never);
  }
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

const sources: Readonly<Record<string, (errors: Errors, path: string, source: never) => void>> = {
  emptyDir: (errors, path, { sizeLimit }: core.EmptyDirVolumeSource) => {
    if ((tryParseQuantity(sizeLimit)?.nanos ?? 0n) < 0n) errors.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  },
  hostPath: checkHostPath,
  secret: (errors, path, { secretName, defaultMode, items }: core.SecretVolumeSource) => {
    if (!secretName) errors.push(required(`${path}.secretName`));
    checkMode(errors, `${path}.defaultMode`, defaultMode);
    checkItems(errors, path, items);
  },
  configMap: (errors, path, { name, defaultMode, items }: core.ConfigMapVolumeSource) => {
    if (!name) errors.push(required(`${path}.name`));
    checkMode(errors, `${path}.defaultMode`, defaultMode);
    checkItems(errors, path, items);
  },
  nfs: checkNfs,
  image: (errors, path, { pullPolicy }: { pullPolicy?: string }) => oneOf(errors, `${path}.pullPolicy`, pullPolicy, ['Always', 'IfNotPresent', 'Never']),
  persistentVolumeClaim: (errors, path, { claimName }: core.PersistentVolumeClaimVolumeSource) => {
    if (!claimName) errors.push(required(`${path}.claimName`));
  },
  downwardAPI: (errors, path, { defaultMode, items }: core.DownwardAPIVolumeSource) => {
    checkMode(errors, `${path}.defaultMode`, defaultMode);
    for (const item of items ?? []) checkDownwardFile(errors, path, item);
  },
  projected: checkProjected,
  csi: (errors, path, { driver }: core.CSIVolumeSource) => {
    if (!driver) errors.push(required(`${path}.driver`));
  },
  ephemeral: (errors, path, { volumeClaimTemplate }: core.EphemeralVolumeSource) => {
    if (volumeClaimTemplate === undefined) errors.push(required(`${path}.volumeClaimTemplate`));
  },
};

/** Also of a PersistentVolume. */
export function checkHostPath(errors: Errors, path: string, source: core.HostPathVolumeSource): void {
  if (!source.path) return void errors.push(required(`${path}.path`));
  if (source.path.split('/').includes('..')) errors.push(invalidValue(`${path}.path`, source.path, "must not contain '..'"));
  oneOf(errors, `${path}.type`, source.type, hostPathTypes);
}

/** Also of a PersistentVolume. */
export function checkNfs(errors: Errors, path: string, { server, path: exported = '' }: core.NFSVolumeSource): void {
  if (!server) errors.push(required(`${path}.server`));
  if (!exported) errors.push(required(`${path}.path`));
  if (!exported.startsWith('/')) errors.push(invalidValue(`${path}.path`, exported, 'must be an absolute path'));
}

function checkMode(errors: Errors, path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}

function checkItems(errors: Errors, path: string, items: readonly core.KeyToPath[] = []): void {
  for (const [i, { key, path: file, mode }] of items.entries()) {
    const at = `${path}.items[${i}]`;
    if (!key) errors.push(required(`${at}.key`));
    if (!file) errors.push(required(`${at}.path`));
    checkLocalPath(errors, `${at}.path`, file ?? '');
    checkMode(errors, `${at}.mode`, mode);
  }
}

function checkDownwardFile(errors: Errors, path: string, file: core.DownwardAPIVolumeFile): void {
  if (!file.path) errors.push(required(`${path}.path`));
  checkLocalPath(errors, `${path}.path`, file.path ?? '');
  if (file.fieldRef) checkFieldRef(errors, `${path}.fieldRef`, file.fieldRef);
  if (file.fieldRef && file.resourceFieldRef) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  else if (file.resourceFieldRef) checkResourceFieldRef(errors, `${path}.resourceFieldRef`, file.resourceFieldRef, true);
  else if (!file.fieldRef) errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  checkMode(errors, `${path}.mode`, file.mode);
}

function checkProjected(errors: Errors, path: string, { defaultMode, sources: list }: core.ProjectedVolumeSource): void {
  checkMode(errors, `${path}.defaultMode`, defaultMode);
  const seen = new Set<string>();
  for (const [i, source] of (list ?? []).entries()) {
    const at = `${path}.sources[${i}]`;
    const parts = Object.keys(source).length;
    for (const kind of ['secret', 'configMap'] as const) {
      const part = source[kind];
      if (part === undefined) continue;
      if (!part.name) errors.push(required(`${at}.${kind}.name`));
      checkItems(errors, `${at}.${kind}`, part.items);
      for (const { path: file } of part.items ?? []) {
        if (file && seen.has(file)) errors.push(invalidValue(path, part.name ?? '', 'conflicting duplicate paths'));
        seen.add(file);
      }
    }
    for (const item of source.downwardAPI?.items ?? []) checkDownwardFile(errors, `${at}.downwardAPI`, item);
    if (source.serviceAccountToken) checkToken(errors, `${at}.serviceAccountToken`, source.serviceAccountToken);
    if (parts > 1) errors.push(forbiddenField(at, 'may not specify more than 1 volume type'));
  }
}

function checkToken(errors: Errors, path: string, { expirationSeconds = 3600, path: file }: core.ServiceAccountTokenProjection): void {
  if (expirationSeconds < 600) errors.push(invalidValue(`${path}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  if (expirationSeconds > 2 ** 32)
    errors.push(invalidValue(`${path}.expirationSeconds`, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!file) errors.push(required(`${path}.path`));
  else checkLocalPath(errors, `${path}.path`, file);
}

/** validateLocalDescendingPath */
export function checkDescending(errors: Errors, path: string, file: string): void {
  if (file.startsWith('/')) errors.push(invalidValue(path, file, 'must be a relative path'));
  if (file.split('/').includes('..')) errors.push(invalidValue(path, file, "must not contain '..'"));
}

/** ValidateLocalNonReservedPath */
function checkLocalPath(errors: Errors, path: string, file: string): void {
  checkDescending(errors, path, file);
  if (file.startsWith('..') && !file.startsWith('../') && file !== '..') errors.push(invalidValue(path, file, "must not start with '..'"));
}

/** Where volumes are seen in a container. Upstream names sub-paths without the mount's number. */
export function checkMounts(errors: Errors, path: string, container: core.Container, volumes: Volumes): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}[${i}]`;
    if (!mount.name) errors.push(required(`${at}.name`));
    if (!volumes.has(mount.name)) errors.push(notFoundField(`${at}.name`, mount.name ?? ''));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name)) errors.push(invalidValue(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath))
      errors.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices'));
    if (mount.subPath) checkDescending(errors, `${path}.subPath`, mount.subPath);
    if (mount.subPathExpr) {
      if (mount.subPath) errors.push(invalidValue(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      checkDescending(errors, `${path}.subPathExpr`, mount.subPathExpr);
    }
    if (mount.mountPropagation !== undefined) checkPropagation(errors, `${path}.mountPropagation`, mount.mountPropagation, container);
  }
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation(errors: Errors, path: string, propagation: string, { securityContext }: core.Container): void {
  if (!propagations.includes(propagation)) errors.push(notSupported(path, propagation, propagations));
  else if (propagation === 'Bidirectional' && !securityContext?.privileged)
    errors.push(forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers'));
}

/** Block devices in a container. */
export function checkDevices(errors: Errors, path: string, container: core.Container, volumes: Volumes): void {
  const [names, paths] = [new Set<string>(), new Set<string>()];
  const mounts = container.volumeMounts ?? [];
  for (const [i, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${i}]`;
    const wrong = (field: string, value: string, text: string): number => errors.push(invalidValue(`${at}.${field}`, value, text));
    const volume = volumes.get(name);
    if (!name) errors.push(required(`${at}.name`));
    if (names.has(name)) wrong('name', name, 'must be unique');
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral)
      wrong('name', name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (!volumes.has(name)) errors.push(notFoundField(`${at}.name`, name));
    if (!devicePath) errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) wrong('devicePath', devicePath, 'must be unique');
    if (devicePath?.split('/').includes('..')) wrong('devicePath', devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) wrong('name', name, 'must not already exist in volumeMounts');
    if (mounts.some(({ mountPath }) => mountPath === devicePath)) wrong('devicePath', devicePath, 'must not already exist as a path in volumeMounts');
    names.add(name);
  }
}
