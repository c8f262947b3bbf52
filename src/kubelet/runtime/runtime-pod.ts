/** A pod as the container runtime shows it (kubernetes pkg/kubelet/container/runtime.go). */
import type { ContainerStatus, CriServer, PodSandboxStatus } from '../../interfaces/cri.ts';

/** Labels and annotations that the kubelet leaves on what it makes: kuberuntime labels.go. */
export const labelNames = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
  hash: 'io.kubernetes.container.hash',
  restartCount: 'io.kubernetes.container.restartCount',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  gracePeriod: 'io.kubernetes.pod.terminationGracePeriod',
  ports: 'io.kubernetes.container.ports',
} as const;

/** Newest first in both lists. */
export type RuntimePod = {
  readonly uid: string;
  readonly sandboxes: readonly PodSandboxStatus[];
  readonly containers: readonly ContainerStatus[];
  readonly ips: readonly string[];
};

/** A pod of which the runtime knows nothing. */
export const emptyPod = (uid: string): RuntimePod => ({ uid, sandboxes: [], containers: [], ips: [] });

/** By the label that the kubelet gave it. */
export const containerName = (container: Pick<ContainerStatus, 'labels' | 'metadata'>): string =>
  container.labels[labelNames.containerName] ?? container.metadata.name;

/** By the annotation that the kubelet gave it. */
export const restartCountOf = (container: ContainerStatus): number => Number(container.annotations[labelNames.restartCount] ?? container.metadata.attempt);

/** As the runtime says, not as the pod's status does. */
export const isRunning = (container: ContainerStatus): boolean => container.state === 'CONTAINER_RUNNING';

/** The newest container of that name. */
export const newest = (pod: RuntimePod, name: string): ContainerStatus | undefined => pod.containers.find((each) => containerName(each) === name);

/** Asks the runtime about a pod whose sandboxes and containers are known by id. */
export function inspectPod(cri: CriServer, uid: string, sandboxIds: readonly string[], containerIds: readonly string[]): RuntimePod {
  const sandboxes = sandboxIds.map((id) => cri.runtime.podSandboxStatus(id)).sort(newestFirst);
  const containers = containerIds.map((id) => cri.runtime.containerStatus(id)).sort(newestFirst);
  const ready = sandboxes[0]?.state === 'SANDBOX_READY' ? sandboxes[0] : undefined;
  const ip = ready?.network.ip ?? '';
  return { uid, sandboxes, containers, ips: ip === '' ? [] : [ip, ...(ready?.network.additionalIps.map((each) => each.ip) ?? [])] };
}

type Dated = { readonly createdAt: number; readonly metadata: { readonly attempt: number } };
const newestFirst = (a: Dated, b: Dated): number => b.createdAt - a.createdAt || b.metadata.attempt - a.metadata.attempt;
