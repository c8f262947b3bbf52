/** CRI objects as protojson shows them, and the configs that users write in snake case. */
import type { Container, ContainerStatus, CriImage, NamespaceMode, PodSandbox, PodSandboxStatus } from '../../interfaces/cri.ts';
import { textFields } from './config-types.ts';
import { moment, nanos } from './output.ts';

type Json = Record<string, unknown>;

/** Maps whose keys are data, not field names. */
const verbatim = new Set(['labels', 'annotations', 'sysctls', 'unified']);

const toCamel = (key: string): string => key.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const toSnake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `log_directory` → `logDirectory`, all the way down. */
export function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      toCamel(key),
      verbatim.has(key) ? textMap(each) : isScalar(each) && textFields.includes(key) ? String(each) : camelCase(each),
    ]),
  );
}

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';
const textMap = (map: unknown): unknown =>
  typeof map === 'object' && map !== null ? Object.fromEntries(Object.entries(map).map(([key, each]) => [key, String(each ?? '')])) : map;

/** The other way; zero values are left out, as encoding/json does with omitempty. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  const out: Json = {};
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined || each === '' || each === 0 || each === false || (Array.isArray(each) && each.length === 0)) continue;
    if (verbatim.has(key)) {
      if (Object.keys(each as object).length > 0) out[toSnake(key)] = each;
    } else out[toSnake(key)] = snakeCase(each);
  }
  return out;
}

const modes: Readonly<Record<NamespaceMode, string>> = { 0: 'POD', 1: 'CONTAINER', 2: 'NODE', 3: 'TARGET' };

/** As in `pods -o json`. */
export const podItem = (pod: PodSandbox): Json => ({
  id: pod.id,
  metadata: { name: pod.metadata.name, uid: pod.metadata.uid, namespace: pod.metadata.namespace, attempt: pod.metadata.attempt ?? 0 },
  state: pod.state,
  createdAt: nanos(pod.createdAt),
  labels: pod.labels,
  annotations: pod.annotations,
  runtimeHandler: pod.runtimeHandler,
});

const imageSpec = (image: { readonly image: string; readonly userSpecifiedImage?: string; readonly annotations?: object }): Json => ({
  image: image.image,
  annotations: image.annotations ?? {},
  userSpecifiedImage: image.userSpecifiedImage ?? '',
  runtimeHandler: '',
  imageRef: '',
});

/** As in `ps -o json`. */
export const containerItem = (container: Container): Json => ({
  id: container.id,
  podSandboxId: container.podSandboxId,
  metadata: { name: container.metadata.name, attempt: container.metadata.attempt ?? 0 },
  image: imageSpec(container.image),
  imageRef: container.imageRef,
  state: container.state,
  createdAt: nanos(container.createdAt),
  labels: container.labels,
  annotations: container.annotations,
  imageId: container.imageId,
});

/** As in `images -o json`. */
export const imageItem = (image: CriImage): Json => ({
  id: image.id,
  repoTags: image.repoTags,
  repoDigests: image.repoDigests,
  size: String(image.size),
  ...(image.uid === undefined ? {} : { uid: { value: String(image.uid) } }),
  username: image.username,
  pinned: image.pinned,
});

/** As in `inspectp`. */
export const podStatus = (status: PodSandboxStatus): Json => ({
  annotations: status.annotations,
  createdAt: moment(status.createdAt),
  id: status.id,
  labels: status.labels,
  linux: {
    namespaces: {
      options: {
        ipc: modes[status.linux.namespaces.options.ipc ?? 0],
        network: modes[status.linux.namespaces.options.network ?? 0],
        pid: modes[status.linux.namespaces.options.pid ?? 0],
        targetId: status.linux.namespaces.options.targetId ?? '',
      },
    },
  },
  metadata: { attempt: status.metadata.attempt ?? 0, name: status.metadata.name, namespace: status.metadata.namespace, uid: status.metadata.uid },
  network: { additionalIps: status.network.additionalIps, ip: status.network.ip },
  runtimeHandler: status.runtimeHandler,
  state: status.state,
});

const propagation = ['PROPAGATION_PRIVATE', 'PROPAGATION_HOST_TO_CONTAINER', 'PROPAGATION_BIDIRECTIONAL'];

/** As in `inspect`. */
export function containerStatus(status: ContainerStatus): Json {
  const linux = status.resources?.linux ?? {};
  return {
    annotations: status.annotations,
    createdAt: moment(status.createdAt),
    exitCode: status.exitCode,
    finishedAt: moment(status.finishedAt),
    id: status.id,
    image: imageSpec(status.image),
    imageId: status.imageId,
    imageRef: status.imageRef,
    labels: status.labels,
    logPath: status.logPath,
    message: status.message,
    metadata: { attempt: status.metadata.attempt ?? 0, name: status.metadata.name },
    mounts: status.mounts.map((mount) => ({
      containerPath: mount.containerPath,
      gidMappings: [],
      hostPath: mount.hostPath,
      image: null,
      imageSubPath: '',
      propagation: propagation[mount.propagation ?? 0],
      readonly: mount.readonly,
      recursiveReadOnly: false,
      selinuxRelabel: mount.selinuxRelabel ?? false,
      uidMappings: [],
    })),
    reason: status.reason,
    resources: {
      linux: {
        cpuPeriod: String(linux.cpuPeriod ?? 0),
        cpuQuota: String(linux.cpuQuota ?? 0),
        cpuShares: String(linux.cpuShares ?? 0),
        cpusetCpus: linux.cpusetCpus ?? '',
        cpusetMems: linux.cpusetMems ?? '',
        hugepageLimits: [],
        memoryLimitInBytes: String(linux.memoryLimitInBytes ?? 0),
        memorySwapLimitInBytes: '0',
        oomScoreAdj: String(linux.oomScoreAdj ?? 0),
        unified: linux.unified ?? {},
      },
    },
    startedAt: moment(status.startedAt),
    state: status.state,
    stopSignal: status.info.config.stopSignal ?? 'SIGTERM',
    user: status.user?.linux
      ? {
          linux: {
            gid: String(status.user.linux.gid),
            supplementalGroups: status.user.linux.supplementalGroups.map(String),
            uid: String(status.user.linux.uid),
          },
        }
      : { linux: null },
  };
}

/** As in `inspect`, where each runtime has its own. */
export const containerInfo = ({ info }: ContainerStatus): Json =>
  info.shown ?? {
    ...info,
    config: snakeCase(info.config),
    runtimeOptions: null,
    ...withRequired(info.config),
  };

/** `linux` and `metadata` stay in the config even when they are empty. */
const withRequired = (config: object): Json => ({
  config: { ...(snakeCase(config) as Json), ...('linux' in config ? { linux: snakeCase(config.linux ?? {}) } : {}) },
});

/** As in `inspectp`, where each runtime has its own. */
export const podInfo = ({ info }: PodSandboxStatus): Json =>
  info.shown ?? {
    ...info,
    ...withRequired(info.config),
    runtimeOptions: null,
    runtimeType: 'io.containerd.runc.v2',
  };
