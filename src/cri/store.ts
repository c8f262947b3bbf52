/** What a CRI server knows of its sandboxes and containers; it outlives the daemon. */
import type { CniResult } from '../interfaces/cni.ts';
import type {
  Container,
  ContainerConfig,
  ContainerFilter,
  CriContainerState,
  Labels,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxFilter,
} from '../interfaces/cri.ts';
import type { OciSpec } from '../interfaces/oci.ts';
import { Condition } from '../sim/routine.ts';
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
}

/** The ends of a container's streams that containerd holds. */
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

export class CriContainer {
  readonly id: string;
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly config: ContainerConfig;
  readonly imageId: string;
  readonly stopSignal: string;
  readonly createdAt: number;
  readonly spec: OciSpec;
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

  #become(state: CriContainerState): void {
    this.state = state;
    this.#listed = undefined;
    this.changed.notify();
  }
}

export type CriStore = {
  readonly sandboxes: Map<string, Sandbox>;
  readonly containers: Map<string, CriContainer>;
  /** Names that are taken, with the id that has them. */
  readonly sandboxNames: Map<string, string>;
  readonly containerNames: Map<string, string>;
};

export const newCriStore = (): CriStore => ({ sandboxes: new Map(), containers: new Map(), sandboxNames: new Map(), containerNames: new Map() });

/** By id or a prefix of it that fits only one. */
export function byId<T>(records: ReadonlyMap<string, T>, id: string): T | undefined {
  const exact = records.get(id);
  if (exact !== undefined || id.length >= 64 || id === '') return exact;
  let found: T | undefined;
  for (const [key, record] of records)
    if (key.startsWith(id)) {
      if (found !== undefined) return undefined;
      found = record;
    }
  return found;
}

/** ListPodSandbox. */
export function listSandboxes(store: CriStore, filter: PodSandboxFilter): PodSandbox[] {
  const one = filter.id ? byId(store.sandboxes, filter.id) : undefined;
  if (filter.id && !one) return [];
  const found: PodSandbox[] = [];
  for (const { listed } of one ? [one] : store.sandboxes.values()) {
    if (filter.state !== undefined && listed.state !== filter.state) continue;
    if (hasLabels(listed.labels, filter.labelSelector)) found.push(listed);
  }
  return found;
}

/** The containers that ListContainers shows. */
export function matchingContainers(store: CriStore, filter: ContainerFilter): CriContainer[] {
  const one = filter.id ? byId(store.containers, filter.id) : undefined;
  const sandbox = filter.podSandboxId ? byId(store.sandboxes, filter.podSandboxId) : undefined;
  if ((filter.id && !one) || (filter.podSandboxId && !sandbox)) return [];
  const found: CriContainer[] = [];
  for (const container of one ? [one] : store.containers.values()) {
    if (sandbox && container.sandbox !== sandbox) continue;
    if (filter.state !== undefined && container.state !== filter.state) continue;
    if (hasLabels(container.config.labels ?? {}, filter.labelSelector)) found.push(container);
  }
  return found;
}

function hasLabels(labels: Labels, wanted: Labels | undefined): boolean {
  if (wanted === undefined) return true;
  for (const [key, value] of Object.entries(wanted)) if (labels[key] !== value) return false;
  return true;
}
