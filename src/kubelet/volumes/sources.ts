/** Where each kind of volume lies on the node, and how it is set up. */
import type { core, Pod } from '../../api/types.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { isReason } from '../../apimachinery/status.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import type { Context } from '../context.ts';
import { nodeAllocatable, nodeCapacity } from '../node/resources.ts';
import { namespaceOf, podDirectory, uidOf } from '../pod.ts';
import type { FileProjection } from './atomic-writer.ts';
import { VolumeError } from './errors.ts';
import { configMapPayload, downwardPayload, type PayloadInputs, projectedPayload, secretPayload } from './payload.ts';

/** `path` is on the node. */
export type MountedVolume = { readonly path: string; readonly readonly: boolean };
/** How a volume comes to be: an empty folder, files that follow API objects, or a path that the node has already. */
export type VolumePlan =
  | { readonly type: 'directory'; readonly path: string; readonly mode: number; readonly memoryBytes?: number }
  | { readonly type: 'files'; readonly path: string; readonly payload: Map<string, FileProjection> }
  | { readonly type: 'host'; readonly path: string; readonly readonly: boolean };

type SourceName = keyof core.Volume;
type Planner = (volume: core.Volume, inputs: PayloadInputs, context: Context) => VolumePlan;

const own = (pod: Pod, plugin: string, name: string): string => `${podDirectory(uidOf(pod))}/volumes/kubernetes.io~${plugin}/${name}`;

const planners: Partial<Record<SourceName, Planner>> = {
  emptyDir: ({ name, emptyDir }, { pod }, context) => ({
    type: 'directory',
    path: own(pod, 'empty-dir', name),
    mode: 0o777,
    ...(emptyDir?.medium === 'Memory' ? { memoryBytes: memorySize(emptyDir.sizeLimit, pod, context) } : {}),
  }),
  configMap: ({ name, configMap }, inputs) => ({ type: 'files', path: own(inputs.pod, 'configmap', name), payload: configMapPayload(inputs, configMap ?? {}) }),
  secret: ({ name, secret }, inputs) => ({ type: 'files', path: own(inputs.pod, 'secret', name), payload: secretPayload(inputs, secret ?? {}) }),
  downwardAPI: ({ name, downwardAPI }, inputs) => ({
    type: 'files',
    path: own(inputs.pod, 'downward-api', name),
    payload: downwardPayload(inputs, downwardAPI ?? {}),
  }),
  projected: ({ name, projected }, inputs) => ({
    type: 'files',
    path: own(inputs.pod, 'projected', name),
    payload: projectedPayload(inputs, projected ?? { sources: [] }),
  }),
  hostPath: ({ hostPath }, _inputs, { fs }) => hostPathPlan(fs, hostPath),
  persistentVolumeClaim: ({ persistentVolumeClaim }, inputs, context) => claimPlan(persistentVolumeClaim, inputs, context),
  ephemeral: ({ name }, inputs, context) => claimPlan({ claimName: `${inputs.pod.metadata.name}-${name}` }, inputs, context),
};

/** pkg/volume/emptydir calculateEmptyDirMemorySize: no more than the pod may have, nor than the node. */
function memorySize(sizeLimit: string | undefined, { spec }: Pod, context: Context): number {
  const bytes = (text: string | undefined): number => tryParseQuantity(text)?.value() || Number.POSITIVE_INFINITY;
  const of = ({ resources }: Pick<core.Container, 'resources'>): number => bytes(resources?.limits?.['memory']);
  const pod = Math.max(
    spec.containers.reduce((sum, each) => sum + of(each), 0),
    ...(spec.initContainers ?? []).map(of),
  );
  const node = bytes(nodeAllocatable(context, nodeCapacity(context))['memory']);
  return Math.min(node, pod, bytes(sizeLimit));
}

const noGitRepo = 'git-repo volume plugin has been disabled; if necessary, it may be re-enabled by enabling the feature-gate `GitRepoVolumeDriver`';

/** What to do for a volume. Throws VolumeError, or what the client throws. */
export function planVolume(volume: core.Volume, inputs: PayloadInputs, context: Context): VolumePlan {
  for (const key of Object.keys(volume) as SourceName[]) {
    const planner = planners[key];
    if (planner) return planner(volume, inputs, context);
  }
  const kind = Object.keys(volume).find((key) => key !== 'name');
  if (kind === undefined) return { type: 'directory', path: own(inputs.pod, 'empty-dir', volume.name), mode: 0o777 };
  if (kind === 'gitRepo' && context.minor >= 33) throw new VolumeError(noGitRepo);
  throw new VolumeError(`k8s-lab: ${kind} volumes are not simulated`);
}

/** Which objects a volume follows. */
export function watchedObjects(volume: core.Volume): { readonly kind: 'configmaps' | 'secrets'; readonly name: string }[] {
  const found: { kind: 'configmaps' | 'secrets'; name: string }[] = [];
  if (volume.configMap?.name) found.push({ kind: 'configmaps', name: volume.configMap.name });
  if (volume.secret?.secretName) found.push({ kind: 'secrets', name: volume.secret.secretName });
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap?.name) found.push({ kind: 'configmaps', name: source.configMap.name });
    if (source.secret?.name) found.push({ kind: 'secrets', name: source.secret.name });
  }
  return found;
}

/** pkg/volume/hostpath: what `type` asks for must be there, or is made. */
function hostPathPlan(fs: FileSystem, source: core.HostPathVolumeSource | undefined): VolumePlan {
  const path = source?.path ?? '/';
  const type = source?.type ?? '';
  const check = hostPathTypes[type];
  if (check === undefined) throw new VolumeError(`${type} is an invalid volume type`);
  const fault = check(fs, path);
  if (fault !== undefined) throw new VolumeError(`hostPath type check failed: ${path} is not ${fault}`);
  return { type: 'host', path, readonly: false };
}

const typeAt = (fs: FileSystem, path: string): string | undefined => fs.find(path)?.type;
const must = (wanted: string, text: string) => (fs: FileSystem, path: string) => (typeAt(fs, path) === wanted ? undefined : text);

const hostPathTypes: Readonly<Record<string, (fs: FileSystem, path: string) => string | undefined>> = {
  '': () => undefined,
  DirectoryOrCreate: (fs, path) => {
    if (!fs.exists(path)) fs.mkdir(path, { parents: true, mode: 0o755 });
    return fs.isDirectory(path) ? undefined : 'a directory';
  },
  Directory: must('directory', 'a directory'),
  FileOrCreate: (fs, path) => {
    if (!fs.exists(path)) fs.write(path, '', { mode: 0o644 });
    return typeAt(fs, path) === 'file' ? undefined : 'a file';
  },
  File: must('file', 'a file'),
  Socket: must('socket', 'a socket file'),
  CharDevice: must('character', 'a character device'),
  BlockDevice: must('block', 'a block device'),
};

function claimPlan(source: core.PersistentVolumeClaimVolumeSource | undefined, { pod }: PayloadInputs, context: Context): VolumePlan {
  const name = source?.claimName ?? '';
  const namespace = namespaceOf(pod);
  try {
    const claim = context.client().get('persistentvolumeclaims', { namespace, name });
    if (!claim) throw new VolumeError(`error processing PVC ${namespace}/${name}: persistentvolumeclaims "${name}" not found`);
    if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName) throw new VolumeError(`error processing PVC ${namespace}/${name}: PVC is not bound`);
    const volume = context.client().get('persistentvolumes', { namespace: '', name: claim.spec.volumeName });
    if (!volume) throw new VolumeError(`error processing PVC ${namespace}/${name}: persistentvolumes "${claim.spec.volumeName}" not found`);
    const readonly = source?.readOnly ?? false;
    if (volume.spec.hostPath) return { ...hostPathPlan(context.fs, volume.spec.hostPath), readonly } as VolumePlan;
    if (volume.spec.local) {
      const { path } = volume.spec.local;
      if (!context.fs.exists(path)) throw new VolumeError(`path "${path}" does not exist`);
      return { type: 'host', path, readonly };
    }
    throw new VolumeError(`k8s-lab: the source of volume ${claim.spec.volumeName} is not simulated`);
  } catch (error) {
    if (!isReason(error, 'Forbidden')) throw error;
    throw new VolumeError(error.message);
  }
}
