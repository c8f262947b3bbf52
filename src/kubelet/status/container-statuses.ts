/** containerStatuses from what the runtime shows: kubernetes pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses. */
import type { ContainerSpec, ContainerStatus, core, Pod } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type * as cri from '../../interfaces/cri.ts';
import { initContainers, isRestartableInit } from '../pod.ts';
import type { ReasonCache } from '../runtime/reason-cache.ts';
import { shouldRestart } from '../runtime/restart-policy.ts';
import { containerName, newest, type RuntimePod, restartCountOf } from '../runtime/runtime-pod.ts';

/** What 1.31 and later add to a container's status. */
export type FullContainerStatus = ContainerStatus & {
  volumeMounts?: readonly object[];
  allocatedResources?: object;
  user?: object;
};

/** What one pod's container statuses are made of. */
export type StatusInputs = {
  readonly pod: Pod;
  readonly runtime: RuntimePod;
  readonly reasons: ReasonCache;
  /** The scheme of container ids. */
  readonly runtimeName: string;
  /** The text a container left at its terminationMessagePath. */
  readonly terminationMessage: (container: cri.ContainerStatus) => string;
  /** The image's digest reference, as imageID shows it. */
  readonly imageId: (container: cri.ContainerStatus) => string;
};

type Old = readonly ContainerStatus[] | undefined;
const noLastState: core.ContainerState = {};

/** One for each container of the spec, in its order; `old` gives what the runtime has forgotten. */
export function containerStatuses(inputs: StatusInputs, containers: readonly ContainerSpec[], old: Old, isInit: boolean): FullContainerStatus[] {
  return containers.map((container) =>
    oneStatus(
      inputs,
      container,
      old?.find(({ name }) => name === container.name),
      isInit,
    ),
  );
}

function oneStatus(inputs: StatusInputs, container: ContainerSpec, old: ContainerStatus | undefined, isInit: boolean): FullContainerStatus {
  const { pod, runtime, reasons } = inputs;
  const seen = runtime.containers.filter((each) => containerName(each) === container.name).slice(0, 2);
  const [current, previous] = seen;
  let status = current ? fromRuntime(inputs, container, current) : withoutRuntime(pod, container, old);
  if (previous) status = { ...status, lastState: stateOf(inputs, previous) };
  else if (current && old?.lastState?.terminated && restartCountOf(current) > 0 && old.restartCount === restartCountOf(current))
    status = { ...status, lastState: old.lastState };
  else if (current && restartCountOf(current) > 0 && old?.state?.terminated && old.restartCount === restartCountOf(current) - 1)
    status = { ...status, lastState: old.state };
  if (isInit && !isRestartableInit(container) && current?.state === 'CONTAINER_EXITED' && current.exitCode === 0) return status;
  if (!shouldRestart(pod, container, newest(runtime, container.name))) return status;
  const failure = reasons.get(pod, container.name);
  if (!failure) return status;
  const lastState = status.state?.terminated ? status.state : status.lastState;
  return {
    ...status,
    lastState: lastState ?? noLastState,
    state: { waiting: { reason: failure.reason, ...(failure.message !== '' && { message: failure.message }) } },
  };
}

function fromRuntime(inputs: StatusInputs, container: ContainerSpec, current: cri.ContainerStatus): FullContainerStatus {
  const hasResources = container.resources && (container.resources.requests ?? container.resources.limits) !== undefined;
  return {
    ...(hasResources && container.resources?.requests && { allocatedResources: container.resources.requests }),
    containerID: `${inputs.runtimeName}://${current.id}`,
    image: current.image.image.startsWith('sha256:') ? (current.image.userSpecifiedImage ?? current.image.image) : current.image.image,
    imageID: inputs.imageId(current),
    lastState: noLastState,
    name: container.name,
    ready: false,
    resources: container.resources ?? {},
    restartCount: restartCountOf(current),
    started: false,
    state: stateOf(inputs, current),
    ...mountsOf(container),
  };
}

function stateOf({ terminationMessage, runtimeName }: StatusInputs, container: cri.ContainerStatus): core.ContainerState {
  const containerID = `${runtimeName}://${container.id}`;
  if (container.state === 'CONTAINER_RUNNING') return { running: { startedAt: rfc3339(container.startedAt) } };
  if (container.state === 'CONTAINER_CREATED') return { waiting: {} };
  if (container.state === 'CONTAINER_UNKNOWN')
    return {
      terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: lostContainer, containerID },
    };
  const message = terminationMessage(container);
  return {
    terminated: {
      containerID,
      exitCode: container.exitCode,
      finishedAt: rfc3339(container.finishedAt),
      ...(message !== '' && { message }),
      reason: container.reason,
      startedAt: rfc3339(container.startedAt),
    },
  };
}

/** The runtime has none: it is still to come, or it was lost. */
function withoutRuntime(pod: Pod, container: ContainerSpec, old: ContainerStatus | undefined): FullContainerStatus {
  if (old?.state?.terminated) return old;
  const reason = initContainers(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const status: FullContainerStatus = {
    image: container.image ?? '',
    imageID: '',
    lastState: old?.lastState ?? noLastState,
    name: container.name,
    ready: false,
    restartCount: old?.restartCount ?? 0,
    started: false,
    state: { waiting: { reason } },
    ...mountsOf(container),
  };
  if (!old?.state?.running || old.lastState?.terminated) return status;
  const message = 'The container could not be located when the pod was deleted.  The container used to be Running';
  const lastState = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, finishedAt: noTime, startedAt: noTime } };
  return { ...status, lastState, restartCount: status.restartCount + (pod.metadata.deletionTimestamp === undefined ? 1 : 0) };
}

/** Go's zero time is written as null. */
export const noTime = null as unknown as string;
/** Of a container that has gone without a word. */
export const lostContainer = 'The container could not be located when the pod was terminated';

function mountsOf(container: ContainerSpec): Pick<FullContainerStatus, 'volumeMounts'> {
  const mounts = container.volumeMounts ?? [];
  if (mounts.length === 0) return {};
  return {
    volumeMounts: mounts.map(({ mountPath, name, readOnly }) => ({ mountPath, name, ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }) })),
  };
}
