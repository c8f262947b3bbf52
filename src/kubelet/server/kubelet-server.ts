/** The kubelet's own API on port 10250: kubernetes pkg/kubelet/server/server.go. */
import type { ContainerStatus, Pod, PodStatus } from '../../api/types.ts';
import { CriError } from '../../interfaces/cri.ts';
import { type ExecOptions, type KubeletApi, KubeletError, type LogOptions, type PodRef } from '../../interfaces/kubelet.ts';
import type { StreamSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { allContainers } from '../pod.ts';
import type { Pleg } from '../runtime/pleg.ts';
import { containerName, isRunning } from '../runtime/runtime-pod.ts';
import { logSession, textSession } from './logs.ts';

type ServerParts = {
  readonly context: Context;
  readonly pleg: Pleg;
  readonly pods: () => readonly Pod[];
  /** The pod of that namespace and name; a mirror pod's name finds the static one. */
  readonly find: (namespace: string, name: string) => Pod | undefined;
  readonly status: (pod: Pod) => PodStatus | undefined;
  readonly healthy: () => boolean;
};

/** `containerd://<id>` without what stands before the id. */
const idOf = (text: string): string => text.replace(/^[a-z-]+:\/\//, '');
/** What the apiserver's proxy puts before a refusal of a request that was to become a stream. */
const upgrade = 'unable to upgrade connection: ';

export class KubeletServer implements KubeletApi {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  *containerLogs(ref: PodRef, name: string, options: LogOptions): Routine<StreamSession> {
    const { context, pleg, status } = this.#parts;
    const pod = this.#pod(ref);
    if (!allContainers(pod).some((each) => each.name === name)) throw new KubeletError(404, `container "${name}" not found in pod "${ref.name}"`);
    const id = containerOfLog(ref.name, status(pod) ?? pod.status ?? {}, name, options.previous ?? false);
    try {
      const found = context.cri().runtime.containerStatus(id);
      const running = (): boolean => pleg.get(pod.metadata.uid ?? '').containers.some((each) => each.id === id && isRunning(each)) || stillRuns(context, id);
      return logSession(context, { path: found.logPath, running, changed: pleg.relisted }, options);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      return textSession(`unable to retrieve container logs for ${context.runtimeName}://${id}`);
    }
  }

  *exec(ref: PodRef, name: string, options: ExecOptions): Routine<StreamSession> {
    const containerId = this.#running(ref, name);
    return yield* answered(this.#parts.context.cri().runtime.exec({ containerId, cmd: options.command, tty: options.tty, stdin: options.stdin }));
  }

  *attach(ref: PodRef, name: string, options: { readonly stdin: boolean; readonly tty: boolean }): Routine<StreamSession> {
    const containerId = this.#running(ref, name);
    return yield* answered(this.#parts.context.cri().runtime.attach({ containerId, tty: options.tty, stdin: options.stdin }));
  }

  *portForward(ref: PodRef, port: number): Routine<StreamSession> {
    const pod = this.#pod(ref);
    const sandbox = this.#parts.pleg.get(pod.metadata.uid ?? '').sandboxes.find(({ state }) => state === 'SANDBOX_READY');
    if (!sandbox) throw new KubeletError(500, `failed to find sandbox for pod "${ref.name}_${ref.namespace}(${pod.metadata.uid})"`);
    return yield* answered(this.#parts.context.cri().runtime.portForward(sandbox.id, port));
  }

  pods(): readonly Pod[] {
    return this.#parts.pods();
  }

  healthz(): boolean {
    return this.#parts.healthy();
  }

  #pod({ namespace, name }: PodRef): Pod {
    const pod = this.#parts.find(namespace, name);
    if (!pod) throw new KubeletError(404, `pod "${name}_${namespace}" not found`);
    return pod;
  }

  /** The id of a running container, seen from the runtime itself. */
  #running(ref: PodRef, name: string): string {
    const { context, find, pleg } = this.#parts;
    const pod = find(ref.namespace, ref.name);
    const uid = pod?.metadata.uid ?? '';
    try {
      context.cri().runtime.version(); // The runtime must be there to be asked.
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      throw new KubeletError(500, `${upgrade}${error.message}`);
    }
    let known = pleg.get(uid).containers.find((each) => containerName(each) === name && isRunning(each));
    if (!known && pod) {
      pleg.relist();
      known = pleg.get(uid).containers.find((each) => containerName(each) === name && isRunning(each));
    }
    if (!known || !pod) throw new KubeletError(500, `${upgrade}container not found ("${name}")`);
    return known.id;
  }
}

function stillRuns(context: Context, id: string): boolean {
  try {
    return isRunning(context.cri().runtime.containerStatus(id));
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return false;
  }
}

function* answered(call: Routine<StreamSession>): Routine<StreamSession> {
  try {
    return yield* call;
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    throw new KubeletError(500, `${upgrade}${error.message}`);
  }
}

/** kubelet_pods.go validateContainerLogStatus: whose log is meant, or why there is none. */
function containerOfLog(podName: string, status: PodStatus, name: string, previous: boolean): string {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  const found = all.find((each) => each.name === name);
  const refuse = (text: string): never => {
    throw new KubeletError(400, text);
  };
  const what = `container "${name}" in pod "${podName}"`;
  if (!found) return refuse(`${what} is not available`);
  const last = found.lastState?.terminated?.containerID;
  if (previous) return last ? idOf(last) : refuse(`previous terminated container "${name}" in pod "${podName}" not found`);
  const current = currentId(found) ?? last;
  if (current) return idOf(current);
  if (found.state?.terminated || found.lastState?.terminated) return refuse(`${what} is terminated`);
  const reason = found.state?.waiting?.reason;
  if (reason === 'ErrImagePull') return refuse(`${what} is waiting to start: image can't be pulled`);
  if (reason === 'ImagePullBackOff') return refuse(`${what} is waiting to start: trying and failing to pull image`);
  return refuse(reason === undefined ? `${what} is waiting to start - no logs yet` : `${what} is waiting to start: ${reason}`);
}

function currentId({ state, containerID }: ContainerStatus): string | undefined {
  if (state?.running) return containerID;
  return state?.terminated?.containerID || undefined;
}
