/** rancher's local-path-provisioner: directories of nodes as volumes, made and removed by helper pods (provisioner.go, sig-storage-lib controller.go). */
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { type Context, type Controller, enqueueSelf, runController, watch } from '../client/controller.ts';
import { EventRecorder } from '../client/recorder.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type HelperSettings, runHelper } from './helper-pod.ts';

const provisionerName = 'rancher.io/local-path';

type LocalPathOptions = {
  readonly sim: Sim;
  readonly client: Client;
  /** Where it runs itself, and its ConfigMap's name. */
  readonly namespace: string;
  readonly configMapName: string;
  readonly hostname: string;
  /** config.json of its ConfigMap as it is now. */
  readonly config: () => LocalPathConfig;
  /** helperPod.yaml of the same. */
  readonly helperPod: () => Pod;
  readonly log: (level: 'info' | 'error', text: string) => void;
};

/** config.json of its ConfigMap, read anew for each volume. */
export type LocalPathConfig = { readonly nodePathMap?: readonly { readonly node: string; readonly paths: readonly string[] }[] };

const hostnameLabel = 'kubernetes.io/hostname';
const selectedNode = 'volume.kubernetes.io/selected-node';
const defaultNode = 'DEFAULT_PATH_FOR_NON_LISTED_NODES';

/** Starts it in `options.sim`. */
export function runLocalPathProvisioner(options: LocalPathOptions): void {
  const { sim, client, hostname } = options;
  const recorder = new EventRecorder(sim, client, { component: `${provisionerName}_${hostname}_${sim.random.uuid()}` });
  const context: Context = { sim, client, recorder, informers: new SharedInformers(sim, client) };
  const busy = new Set<string>();
  const once = (key: string, work: () => Routine): void => {
    if (busy.has(key)) return;
    busy.add(key);
    sim.go(
      (function* (): Routine {
        try {
          yield* work();
        } finally {
          busy.delete(key);
        }
      })(),
      `local-path ${key}`,
    );
  };
  runController(claims(options, once), context);
  runController(volumes(options, once), context);
}

type Once = (key: string, work: () => Routine) => void;

const claims = (options: LocalPathOptions, once: Once): Controller => ({
  name: 'local-path claims',
  watches: [watch('persistentvolumeclaims', enqueueSelf), watch('storageclasses.storage.k8s.io', () => [])],
  reconcile: (key, context) => {
    const claim = context.informers.of('persistentvolumeclaims').get(key);
    if (claim === undefined || !isOurs(claim)) return {};
    const storageClass = context.informers.of('storageclasses.storage.k8s.io').get({ namespace: '', name: claim.spec.storageClassName ?? '' });
    if (storageClass?.provisioner === provisionerName) once(claim.metadata.uid ?? '', () => provision(options, context, claim, storageClass));
    return {};
  },
});

/** Called for by the volume controller, not bound, and told where its first consumer goes (or not to wait for one). */
const isOurs = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] === provisionerName && !spec.volumeName && metadata.deletionTimestamp === undefined;

function* provision(options: LocalPathOptions, { client, recorder }: Context, claim: PersistentVolumeClaim, storageClass: StorageClass): Routine {
  const { namespace = '', name = '', uid = '' } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  const node = claim.metadata.annotations?.[selectedNode];
  const refuse = (problem: string): void => {
    options.log('error', `error provisioning volume ${volumeName}: ${problem}`);
    recorder.warning(claim, 'ProvisioningFailed', `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${problem}`);
  };
  recorder.normal(claim, 'Provisioning', `External provisioner is provisioning volume for claim "${namespace}/${name}"`);
  if (node === undefined) return refuse('configuration error, no node was specified');
  if ((claim.spec.accessModes ?? []).some((mode) => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod'))
    return refuse('NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes');
  if (claim.spec.selector !== undefined) return refuse('claim.Spec.Selector is not supported');
  const base = basePath(options.config(), node);
  if (base === undefined) return refuse(`config doesn't contain node ${node}, and no DEFAULT_PATH_FOR_NON_LISTED_NODES available`);
  const path = `${base}/${[volumeName, namespace, name].join('_')}`;
  options.log('info', `Creating volume ${volumeName} at ${node}:${path}`);
  const size = claim.spec.resources?.requests?.['storage'] ?? '0';
  const problem = yield* runHelper(helper(options), client, { action: 'create', volumeName, node, path, size });
  if (problem !== undefined) return refuse(`failed to create volume ${volumeName}: ${problem}`);
  client.create('persistentvolumes', newVolume({ claim, storageClass, volumeName, node, path }));
  options.log('info', `Volume ${volumeName} has been created on ${node}:${path}`);
  recorder.normal(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`);
}

const helper = ({ sim, namespace, configMapName, helperPod, log }: LocalPathOptions): HelperSettings => ({
  sim,
  namespace,
  configMapName,
  template: helperPod(),
  log,
});

function basePath({ nodePathMap }: LocalPathConfig, node: string): string | undefined {
  const entry = nodePathMap?.find((each) => each.node === node) ?? nodePathMap?.find((each) => each.node === defaultNode);
  return entry?.paths[0];
}

type NewVolume = {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  readonly volumeName: string;
  readonly node: string;
  readonly path: string;
};

function newVolume({ claim, storageClass, volumeName, node, path }: NewVolume): PersistentVolume {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const term = { matchExpressions: [{ key: hostnameLabel, operator: 'In', values: [node] }] };
  return {
    metadata: { name: volumeName, annotations: { 'local.path.provisioner/selected-node': node, 'pv.kubernetes.io/provisioned-by': provisionerName } },
    spec: {
      accessModes: claim.spec.accessModes,
      capacity: { storage: claim.spec.resources?.requests?.['storage'] ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
      hostPath: { path, type: 'DirectoryOrCreate' },
      nodeAffinity: { required: { nodeSelectorTerms: [term] } },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      ...(storageClass.mountOptions && { mountOptions: storageClass.mountOptions }),
    },
  } as PersistentVolume;
}

const volumes = (options: LocalPathOptions, once: Once): Controller => ({
  name: 'local-path volumes',
  watches: [watch('persistentvolumes', enqueueSelf)],
  reconcile: (key, context) => {
    const volume = context.informers.of('persistentvolumes').get(key);
    if (volume?.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== provisionerName) return {};
    if (volume.status?.phase !== 'Released' || volume.spec.persistentVolumeReclaimPolicy !== 'Delete' || volume.metadata.deletionTimestamp !== undefined)
      return {};
    once(volume.metadata.uid ?? '', () => remove(options, context, volume));
    return {};
  },
});

function* remove(options: LocalPathOptions, { client, recorder }: Context, volume: PersistentVolume): Routine {
  const { name = '' } = volume.metadata;
  const node = volume.metadata.annotations?.['local.path.provisioner/selected-node'] ?? '';
  const path = volume.spec.hostPath?.path ?? '';
  options.log('info', `Deleting volume ${name} at ${node}:${path}`);
  const problem = yield* runHelper(helper(options), client, { action: 'delete', volumeName: name, node, path, size: volume.spec.capacity?.['storage'] ?? '0' });
  if (problem !== undefined) {
    recorder.warning(volume, 'VolumeFailedDelete', `failed to delete volume ${name}: ${problem}`);
    return;
  }
  client.delete('persistentvolumes', { namespace: '', name });
  options.log('info', `Volume ${name} has been deleted on ${node}:${path}`);
}
