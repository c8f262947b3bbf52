/** A pod sandbox and a container, as a CRI server keeps them. */
import type { CniResult } from '../interfaces/cni.ts';
import type {
  Container,
  ContainerConfig,
  ContainerInfo,
  ContainerStatus,
  CriContainerState,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxStatus,
} from '../interfaces/cri.ts';
import type { OciSpec, OciStdio } from '../interfaces/oci.ts';
import { Condition, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type ByteStream, newByteStream } from '../sim/stream.ts';

/** A pod sandbox. */
export class Sandbox {
  readonly id: string;
  readonly name: string;
  readonly config: PodSandboxConfig;
  readonly runtimeHandler: string;
  readonly createdAt: number;
  readonly spec: OciSpec;
  readonly containers = new Set<string>();
  /** Of the pause container; 0 once it has ended. */
  pid: number;
  ready = true;
  /** '' with the node's own network. */
  netns: string;
  cni: CniResult | undefined;
  ip = '';
  #listed: PodSandbox | undefined;

  constructor(parts: Pick<Sandbox, 'id' | 'name' | 'config' | 'runtimeHandler' | 'createdAt' | 'spec' | 'pid' | 'netns' | 'cni' | 'ip'>) {
    this.id = parts.id;
    this.name = parts.name;
    this.config = parts.config;
    this.runtimeHandler = parts.runtimeHandler;
    this.createdAt = parts.createdAt;
    this.spec = parts.spec;
    this.pid = parts.pid;
    this.netns = parts.netns;
    this.cni = parts.cni;
    this.ip = parts.ip;
  }

  stop(): void {
    this.ready = false;
    this.pid = 0;
    this.#listed = undefined;
  }

  /** As ListPodSandbox shows it; the same object until the state changes. */
  get listed(): PodSandbox {
    this.#listed ??= {
      id: this.id,
      metadata: this.config.metadata,
      state: this.ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
      createdAt: this.createdAt,
      labels: this.config.labels ?? {},
      annotations: this.config.annotations ?? {},
      runtimeHandler: this.runtimeHandler,
    };
    return this.#listed;
  }

  /** As PodSandboxStatus shows it. */
  status(info: () => PodSandboxStatus['info']): PodSandboxStatus {
    return {
      ...this.listed,
      network: { ip: this.ip, additionalIps: [] },
      linux: { namespaces: { options: this.config.linux?.securityContext?.namespaceOptions ?? { network: 0, pid: 0, ipc: 0 } } },
      // Only `crictl inspectp` looks at it.
      get info() {
        return info();
      },
    };
  }
}

/** The ends of a container's streams that the runtime holds. */
export class ContainerIo {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteStream = newByteStream();
  readonly stderr: ByteStream | undefined;
  /** Text of lines not yet ended, by stream. */
  readonly partial: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  readonly attached = new Set<{ readonly stdout: ByteStream; readonly stderr?: ByteStream }>();
  constructor(options: { readonly stdin: boolean; readonly tty: boolean }) {
    this.stdin = options.stdin ? newByteStream() : undefined;
    this.stderr = options.tty ? undefined : newByteStream();
  }
}

/** A container of a pod. */
export class CriContainer {
  readonly id: string;
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly config: ContainerConfig;
  readonly imageId: string;
  readonly stopSignal: string;
  readonly createdAt: number;
  /** Its resources change with an update. */
  spec: OciSpec;
  readonly logPath: string;
  readonly io: ContainerIo;
  readonly changed = new Condition();
  resources: NonNullable<ContainerConfig['linux']>['resources'];
  state: CriContainerState = 'CONTAINER_CREATED';
  pid = 0;
  startedAt = 0;
  finishedAt = 0;
  exitCode = 0;
  reason = '';
  message = '';
  starting = false;
  removing = false;
  #listed: Container | undefined;

  constructor(parts: Pick<CriContainer, 'id' | 'name' | 'sandbox' | 'config' | 'imageId' | 'stopSignal' | 'createdAt' | 'spec' | 'logPath' | 'io'>) {
    this.id = parts.id;
    this.name = parts.name;
    this.sandbox = parts.sandbox;
    this.config = parts.config;
    this.imageId = parts.imageId;
    this.stopSignal = parts.stopSignal;
    this.createdAt = parts.createdAt;
    this.spec = parts.spec;
    this.logPath = parts.logPath;
    this.io = parts.io;
    this.resources = parts.config.linux?.resources;
  }

  running(pid: number, at: number): void {
    this.pid = pid;
    this.startedAt = at;
    this.#become('CONTAINER_RUNNING');
  }

  exited(at: number, exitCode: number, reason: string, message = ''): void {
    this.pid = 0;
    this.finishedAt = at;
    this.exitCode = exitCode;
    this.reason = reason;
    this.message = message;
    this.#become('CONTAINER_EXITED');
  }

  /** As ListContainers shows it; the same object until the state changes. */
  get listed(): Container {
    const { config } = this;
    this.#listed ??= {
      id: this.id,
      podSandboxId: this.sandbox.id,
      metadata: config.metadata,
      image: { ...config.image, userSpecifiedImage: config.image.userSpecifiedImage ?? config.image.image },
      imageRef: this.imageId,
      imageId: this.imageId,
      state: this.state,
      createdAt: this.createdAt,
      labels: config.labels ?? {},
      annotations: config.annotations ?? {},
    };
    return this.#listed;
  }

  /** As ContainerStatus shows it, with what its image is called now. */
  status(
    image: { readonly names: readonly string[]; readonly digests: readonly string[] } | undefined,
    runtime: Pick<ContainerInfo, 'snapshotKey' | 'snapshotter' | 'runtimeType' | 'shown'>,
  ): ContainerStatus {
    const { config, spec, pid } = this;
    const { user } = spec.process;
    const digest = image?.digests[0] ?? this.imageId;
    return {
      ...this.listed,
      image: { image: image?.names[0] ?? digest, userSpecifiedImage: '', annotations: {} },
      imageRef: digest,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      exitCode: this.exitCode,
      reason: this.reason,
      message: this.message,
      mounts: config.mounts ?? [],
      logPath: this.logPath,
      resources: { linux: this.resources ?? {} },
      user: { linux: { uid: user.uid, gid: user.gid, supplementalGroups: user.additionalGids ?? [] } },
      info: { sandboxID: this.sandbox.id, pid, removing: this.removing, ...runtime, config, runtimeSpec: spec },
    };
  }

  /** What its first process is given. */
  get stdio(): OciStdio {
    const { stdin, stdout, stderr } = this.io;
    return {
      ...(stdin ? { stdin } : {}),
      stdout,
      ...(stderr ? { stderr } : {}),
      ...(this.config.tty ? { terminal: { columns: 80, rows: 24 } } : {}),
    };
  }

  /** Whether it has ended within the time. */
  *waitForExit(sim: Sim, milliseconds: number): Routine<boolean> {
    const until = sim.now + milliseconds;
    while (this.state === 'CONTAINER_RUNNING') {
      const left = until - sim.now;
      if (left <= 0) return false;
      yield { on: [this.changed], timeout: left };
    }
    return true;
  }

  #become(state: CriContainerState): void {
    this.state = state;
    this.#listed = undefined;
    this.changed.notify();
  }
}
