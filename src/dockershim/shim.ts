/** What the parts of dockershim share: Docker's API, the plugins of CNI, the node. */
import type { CniRuntime } from '../interfaces/cni.ts';
import { type ContainerEvent, CriError } from '../interfaces/cri.ts';
import { type ContainerInspected, type ContainerSummary, type DockerApi, DockerError, type DockerEvent } from '../interfaces/docker.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { NetworkNamespace } from '../linux/network.ts';
import { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { containerTypeLabel, parseSandboxName } from './names.ts';

/** What a shim stands on. */
export type ShimOptions = {
  /** Ends with the process that it is part of. */
  readonly sim: Sim;
  readonly kernel: Kernel;
  /** The node's files, seen as root. */
  readonly files: FileSystem;
  /** dockerd as it listens now; throws DockerError when it does not. */
  readonly docker: () => DockerApi;
  readonly cni: CniRuntime;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  /** `--pod-infra-container-image`. */
  readonly sandboxImage: string;
};

/** A container's state as `docker inspect` tells it. */
export type State = {
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
};

const eventTypes: Readonly<Record<string, ContainerEvent['type']>> = {
  create: 'CONTAINER_CREATED_EVENT',
  start: 'CONTAINER_STARTED_EVENT',
  die: 'CONTAINER_STOPPED_EVENT',
  destroy: 'CONTAINER_DELETED_EVENT',
};

/** Docker's API in the words of the CRI. */
export class Shim {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly files: FileSystem;
  readonly options: ShimOptions;

  constructor(options: ShimOptions) {
    this.sim = options.sim;
    this.kernel = options.kernel;
    this.files = options.files;
    this.options = options;
  }

  /** A call to Docker; its error becomes the CRI's, with `prefix` before it. */
  call<T>(work: (docker: DockerApi) => T, prefix = ''): T {
    try {
      return work(this.options.docker());
    } catch (error) {
      throw toRpc(error, prefix);
    }
  }

  /** The same for what takes time. */
  *run<T>(work: (docker: DockerApi) => Routine<T>, prefix = ''): Routine<T> {
    try {
      return yield* work(this.options.docker());
    } catch (error) {
      throw toRpc(error, prefix);
    }
  }

  /** Containers that this shim made, sandboxes or not. */
  list(type: 'podsandbox' | 'container'): readonly ContainerSummary[] {
    return this.call((docker) => docker.containers.list({ all: true })).filter(({ Labels }) => Labels[containerTypeLabel] === type);
  }

  inspect(id: string, prefix = ''): ContainerInspected & { readonly State: State } {
    return this.call((docker) => docker.containers.inspect(id), prefix) as ContainerInspected & { readonly State: State };
  }

  /** Undefined for a container that is not there. */
  tryInspect(id: string): (ContainerInspected & { readonly State: State }) | undefined {
    try {
      return this.options.docker().containers.inspect(id) as ContainerInspected & { readonly State: State };
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw toRpc(error);
    }
  }

  /** The network namespace of a running container. */
  network(pid: number): NetworkNamespace | undefined {
    return this.kernel.processes.get(pid)?.namespaces.network;
  }

  /** Docker's events as the CRI tells them; closed when Docker goes. */
  events(): Channel<ContainerEvent> {
    const from = this.call((docker) => docker.events());
    const to = new Channel<ContainerEvent>();
    this.sim.go(
      translate(from, to, () => this.sim.now),
      'dockershim events',
    );
    return to;
  }
}

function* translate(from: Channel<DockerEvent>, to: Channel<ContainerEvent>, now: () => number): Routine {
  try {
    for (let event = yield* from.receive(); event; event = yield* from.receive()) {
      const type = event.Type === 'container' ? eventTypes[event.Action] : undefined;
      const { Attributes, ID } = event.Actor;
      if (type === undefined || Attributes[containerTypeLabel] === undefined) continue;
      if (!to.push({ type, containerId: ID, podSandboxMetadata: parseSandboxName(Attributes['name'] ?? ''), createdAt: now() })) return;
    }
  } finally {
    from.break();
    to.close();
  }
}

/** Errors of the daemon come as the docker client words them; others are bugs of the lab and go on. */
function toRpc(error: unknown, prefix = ''): unknown {
  if (!(error instanceof DockerError)) return error;
  return new CriError('Unknown', `${prefix}${textOf(error)}`);
}

/** As Docker's client words the daemon's errors. */
export function textOf(error: DockerError): string {
  if (/^Cannot connect to the Docker daemon/.test(error.message)) return error.message;
  return error.status === 404 && /^No such container/.test(error.message) ? `Error: ${error.message}` : `Error response from daemon: ${error.message}`;
}

/** Milliseconds since 1970 of one of Docker's times; 0 for never. */
export const moment = (text: unknown): number => (typeof text !== 'string' || text.startsWith('0001-') ? 0 : Date.parse(text));
