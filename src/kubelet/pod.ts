/** Looking at a Pod the way the kubelet does (kubernetes pkg/kubelet/types, pkg/kubelet/container/helpers.go). */
import type { ContainerSpec, Pod } from '../api/types.ts';
import { fnv32a } from '../apimachinery/names.ts';

/** Annotation: `api` or `file`. */
export const configSource = 'kubernetes.io/config.source';
/** Annotation of static pods and their mirrors: the uid of the manifest's content. */
export const configHash = 'kubernetes.io/config.hash';
/** Annotation: when the kubelet first saw the manifest. */
export const configSeen = 'kubernetes.io/config.seen';
/** Annotation that only mirror pods have. */
export const configMirror = 'kubernetes.io/config.mirror';

/** '' for an object that was never stored. */
export const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';
/** '' where there is none. */
export const nameOf = (pod: Pod): string => pod.metadata.name ?? '';
/** '' where there is none. */
export const namespaceOf = (pod: Pod): string => pod.metadata.namespace ?? '';

/** `web_default`: GetPodFullName. */
export const fullName = (pod: Pod): string => `${nameOf(pod)}_${namespaceOf(pod)}`;
/** `web_default(uid)`: format.Pod. */
export const formatPod = (pod: Pod): string => `${fullName(pod)}(${uidOf(pod)})`;
/** `default/web`: klog.KObj. */
export const podRef = (pod: Pod): string => `${namespaceOf(pod)}/${nameOf(pod)}`;

/** From a manifest on the node rather than from the API. */
export const isStatic = (pod: Pod): boolean => {
  const source = pod.metadata.annotations?.[configSource];
  return source !== undefined && source !== 'api';
};
/** What the kubelet shows of a static pod in the API. */
export const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.[configMirror] !== undefined;

/** An init container that goes on running beside the others: a sidecar. */
export const isRestartableInit = (container: ContainerSpec): boolean => container.restartPolicy === 'Always';

/** Sidecars among them; in order. */
export const initContainers = (pod: Pod): readonly ContainerSpec[] => pod.spec.initContainers ?? [];
/** Those of `kubectl debug`. */
export const ephemeralContainers = (pod: Pod): readonly ContainerSpec[] => pod.spec.ephemeralContainers ?? [];

/** Every container of a pod: init, ordinary, ephemeral. */
export const allContainers = (pod: Pod): readonly ContainerSpec[] => [...initContainers(pod), ...pod.spec.containers, ...ephemeralContainers(pod)];

type ContainerKind = 'containers' | 'initContainers' | 'ephemeralContainers';

function kindOfContainer(pod: Pod, name: string): ContainerKind {
  if (pod.spec.containers.some((each) => each.name === name)) return 'containers';
  return initContainers(pod).some((each) => each.name === name) ? 'initContainers' : 'ephemeralContainers';
}

/** What events about a container point to: `spec.containers{web}`. */
export const fieldPathOf = (pod: Pod, name: string): string => `spec.${kindOfContainer(pod, name)}{${name}}`;

/** Tells whether a container must be made anew: kuberuntime HashContainer, over name and image. */
export const hashContainer = ({ image, name }: ContainerSpec): string => fnv32a(`{"image":"${image}","name":"${name}"}`).toString(16);

/** The grace of a termination, in seconds: pod_workers.go calculateEffectiveGracePeriod. */
export function gracePeriodOf(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp !== undefined && deletionGracePeriodSeconds !== undefined) return deletionGracePeriodSeconds;
  return pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** The kubelet's own files of a pod. */
export const podDirectory = (uid: string): string => `/var/lib/kubelet/pods/${uid}`;
/** Where the runtime writes logs, one folder a container. */
export const podLogsDirectory = (pod: Pod): string => `/var/log/pods/${namespaceOf(pod)}_${nameOf(pod)}_${uidOf(pod)}`;
