/** containerd's own services, as ctr and nerdctl see them. Every call names a containerd namespace (`k8s.io`, `default`, `moby`). Errors are ContainerdError. */
import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { Blob, Descriptor, RegistryAccess, Uploaded } from './distribution.ts';
import type { OciSpec, OciStdio } from './oci.ts';
import { defineProtocol } from './protocol.ts';

/** What the content store holds is described by the image spec; a client of containerd needs no more of the distribution wall. */
export type { Blob, Descriptor, ImageConfig, ImageIndex, ImageManifest } from './distribution.ts';

/** Keys are names of DNS style, as `containerd.io/gc.ref.content.0`. In a change an empty value takes the label away. */
export type ContainerdLabels = Readonly<Record<string, string>>;

/** A name for content (api/types/image): `target` is an index or a manifest in the content store. Times are virtual milliseconds since 1970. */
export type ContainerdImage = {
  readonly name: string;
  readonly target: Descriptor;
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
  readonly updatedAt: number;
};
/** Metadata that a task can be made of (api/services/containers/v1 Container): nothing runs by it. Times are virtual milliseconds since 1970. */
export type ContainerdContainer = {
  readonly id: string;
  /** The image's name, '' for a root file system that came without one. */
  readonly image: string;
  /** Of io.containerd.runc.v2: `root` is where runc keeps its state instead of /run/containerd/runc, `binary` which runc is run. */
  readonly runtime: { readonly name: string; readonly options?: { readonly root?: string; readonly binary?: string } };
  readonly snapshotter: string;
  readonly snapshotKey: string;
  /** Of a pod's container: it runs behind the sandbox's shim. */
  readonly sandboxId?: string;
  readonly spec: OciSpec;
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
  readonly updatedAt: number;
};
/** Of the task's first process, as runc tells it (api/types/task Status). */
export type TaskStatus = 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED' | 'UNKNOWN';
/**
 * What runs of a container; its id is the container's. `exitStatus` and `exitedAt` (virtual milliseconds) are 0 until it is STOPPED, 137 for SIGKILL.
 */
export type ContainerdTask = {
  readonly id: string;
  readonly pid: number;
  readonly status: TaskStatus;
  readonly exitStatus: number;
  readonly exitedAt: number;
  /** Ended by the kernel, as /tasks/oom told. */
  readonly oomKilled?: boolean;
};
/**
 * A layer of files (core/snapshots Info): Committed ones are images' layers and named by chain id, an Active one is a container's own, a View cannot
 * be written. `parent` is '' at the bottom.
 */
export type SnapshotInfo = {
  readonly key: string;
  readonly parent: string;
  readonly kind: 'Active' | 'Committed' | 'View';
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
};
type SnapshotUsage = { readonly size: number; readonly inodes: number };
/** One blob of the content store without its bytes; `size` is that of the real blob in bytes. */
export type ContentInfo = { readonly digest: string; readonly size: number; readonly createdAt: number; readonly labels: ContainerdLabels };
/** `topic` is `/tasks/start`, `/images/create` …; `event` has the fields of api/events in snake case. `timestamp` is virtual milliseconds. */
export type ContainerdEvent = {
  readonly timestamp: number;
  readonly namespace: string;
  readonly topic: string;
  readonly event: Readonly<Record<string, unknown>>;
};
/** One line of `ctr plugins ls`; `skip` and `error` say why in `error`. */
export type PluginInfo = {
  readonly type: string;
  readonly id: string;
  readonly platforms: readonly string[];
  readonly status: 'ok' | 'skip' | 'error';
  readonly error?: string;
};
/** What a pull tells on its way. */
export type PullProgress = {
  readonly ref: string;
  readonly digest?: string;
  readonly mediaType?: string;
  readonly status: 'resolving' | 'resolved' | 'downloading' | 'done' | 'unpacking';
  readonly size?: number;
};

/** A push, blob by blob: what lies above comes first. `outcome`: how it came to be there, taken over `from` another repository or not. */
export type PushProgress = {
  readonly descriptor: Descriptor;
  readonly status: 'waiting' | 'uploading' | 'done';
  readonly outcome?: Uploaded;
  readonly from?: string | undefined;
};

/** github.com/containerd/errdefs: over CRI each becomes a gRPC code; `unknown` has no kind at its text's end. */
export type ContainerdErrorCode = 'not found' | 'already exists' | 'failed precondition' | 'invalid argument' | 'unavailable' | 'unknown';
/** The text ends with the code where containerd's does. */
export class ContainerdError extends Error {
  readonly code: ContainerdErrorCode;
  constructor(code: ContainerdErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What pkg/identifiers says of a name that is none; undefined for a good one. */
export function identifierProblem(name: string): string | undefined {
  const pattern = '^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$';
  if (name.length > 76) return `identifier ${JSON.stringify(name)} greater than maximum length (76 characters): invalid argument`;
  return new RegExp(pattern).test(name) ? undefined : `identifier ${JSON.stringify(name)} must match ${pattern}: invalid argument`;
}

/** Whether what was asked for is not there. */
export const isMissing = (error: unknown): error is ContainerdError & { readonly code: 'not found' } =>
  error instanceof ContainerdError && error.code === 'not found';

/**
 * containerd api/services (v1 of each). ctr, nerdctl, dockerd and buildkitd call it; containerd/ answers. Throws ContainerdError: `not found` and `already
 * exists` as a name or an id is, `unavailable` when the daemon is gone. A namespace comes into being with its first object.
 */
export type ContainerdApi = {
  version(): { readonly version: string; readonly revision: string; readonly uuid?: string };
  plugins(): readonly PluginInfo[];
  readonly namespaces: {
    list(): readonly { readonly name: string; readonly labels: ContainerdLabels }[];
    create(name: string, labels: ContainerdLabels): void;
    label(name: string, labels: ContainerdLabels): void;
    /** `failed precondition` while it still holds images, blobs, containers or snapshots. */
    delete(name: string): void;
  };
  readonly images: {
    list(namespace: string): readonly ContainerdImage[];
    get(namespace: string, name: string): ContainerdImage;
    create(namespace: string, image: { readonly name: string; readonly target: Descriptor; readonly labels?: ContainerdLabels }): ContainerdImage;
    /** Absent parts stay. */
    update(namespace: string, name: string, change: { readonly target?: Descriptor; readonly labels?: ContainerdLabels }): ContainerdImage;
    /** `sync`: the garbage collector has run when it returns. */
    delete(namespace: string, name: string, options?: { readonly sync?: boolean }): void;
    /** Resolves, fetches, unpacks, names. */
    pull(
      namespace: string,
      ref: string,
      options: RegistryAccess & {
        readonly snapshotter: string;
        readonly labels?: ContainerdLabels;
        /** false: content only, no snapshots. */
        readonly unpack?: boolean;
        readonly progress?: (progress: PullProgress) => void;
      },
    ): Routine<ContainerdImage>;
    /** Sends an image to the registry of its name: all that `target` (the image's own unless told) leads to and that is there. */
    push(
      namespace: string,
      ref: string,
      options: RegistryAccess & { readonly target?: Descriptor; readonly progress?: (progress: PushProgress) => void },
    ): Routine;
  };
  readonly content: {
    list(namespace: string): readonly ContentInfo[];
    /** `invalid argument` for what is no digest. */
    get(namespace: string, digest: string): Blob;
    /** Stored once for all namespaces, charged to the node's disk; a blob that is there only gets the labels. Errno ENOSPC when the disk is full. */
    write(namespace: string, blob: Blob, labels?: ContainerdLabels): void;
    label(namespace: string, digest: string, labels: ContainerdLabels): ContentInfo;
    delete(namespace: string, digest: string): void;
  };
  readonly snapshots: {
    list(namespace: string, snapshotter: string): readonly SnapshotInfo[];
    stat(namespace: string, snapshotter: string, key: string): SnapshotInfo;
    /** Of this layer alone: bytes and inodes written to it. */
    usage(namespace: string, snapshotter: string, key: string): SnapshotUsage;
    /** A writable snapshot on a committed parent ('' for none): `invalid argument` for another parent or an unknown snapshotter. */
    prepare(namespace: string, snapshotter: string, key: string, parent: string, labels?: ContainerdLabels): void;
    view(namespace: string, snapshotter: string, key: string, parent: string): void;
    /** Turns an Active snapshot into a Committed one of another name; `failed precondition` for another kind. */
    commit(namespace: string, snapshotter: string, name: string, key: string): void;
    label?(namespace: string, snapshotter: string, key: string, labels: ContainerdLabels): SnapshotInfo;
    /** `failed precondition` while another stands on it. */
    remove(namespace: string, snapshotter: string, key: string): void;
    /** Makes the image's layers into committed snapshots; returns the key of the last (its chain id). */
    unpack(namespace: string, snapshotter: string, image: string): Routine<string>;
    /** What `mount` would have to do to show it; the lab's own callers use `directory`. */
    mounts(
      namespace: string,
      snapshotter: string,
      key: string,
    ): readonly { readonly type: string; readonly source: string; readonly options: readonly string[] }[];
    /** What the mounts of a snapshot would show: a DirectoryNode of linux/. */
    directory(namespace: string, snapshotter: string, key: string): object;
  };
  readonly containers: {
    list(namespace: string): readonly ContainerdContainer[];
    get(namespace: string, id: string): ContainerdContainer;
    /** `invalid argument` for an id that is no identifier (pkg/identifiers). */
    create(namespace: string, container: Omit<ContainerdContainer, 'createdAt' | 'updatedAt'>): ContainerdContainer;
    /** Labels alone; they are merged with those that it has. */
    update(namespace: string, id: string, labels: ContainerdLabels, spec?: OciSpec): ContainerdContainer;
    /** Its task and its snapshot stay: who made them removes them. */
    delete(namespace: string, id: string): void;
  };
  readonly tasks: {
    list(namespace: string): readonly ContainerdTask[];
    get(namespace: string, id: string): ContainerdTask;
    /** `runc create` through a shim; returns the pid. */
    create(namespace: string, id: string, stdio: OciStdio): Routine<number>;
    /** `unknown` with runc's text. */
    start(namespace: string, id: string): Routine;
    /** `signal` is a name or a number; `not found` (`process already finished`) once it has ended. `all`: every process of the container. */
    kill(namespace: string, id: string, signal: string, options?: { readonly execId?: string; readonly all?: boolean }): void;
    /** `failed precondition` while it runs. Gives what `wait` would have given, and the pid that it had. */
    delete(namespace: string, id: string): Routine<{ readonly exitStatus: number; readonly pid: number }>;
    /** Gives the exit status, 128 + signal when it was killed. */
    wait(namespace: string, id: string): Routine<number>;
    /** Starts another process in the container; gives its pid. */
    exec(namespace: string, id: string, execId: string, process: OciSpec['process'], stdio: OciStdio): Routine<number>;
    waitExec(namespace: string, id: string, execId: string): Routine<number>;
    /** Forgets it, so that its id is free again; gives its exit status. `failed precondition` while it runs. */
    deleteExec(namespace: string, id: string, execId: string): number;
    pause(namespace: string, id: string): void;
    resume(namespace: string, id: string): void;
    /** `info` is `-`, or the exec's id as protobuf prints it: `exec_id:"e1"`. */
    pids(namespace: string, id: string): readonly { readonly pid: number; readonly info: string }[];
    resize(namespace: string, id: string, size: { readonly columns: number; readonly rows: number }, execId?: string): void;
    /** By the names of cgroup v2: `cpu.usage_usec`, `memory.usage` (bytes), `pids.current` … */
    metrics(namespace: string, id: string): Readonly<Record<string, number>>;
    update(namespace: string, id: string, resources: NonNullable<OciSpec['linux']['resources']>): void;
    /** The streams that the task was created with (its fifos), for `attach`. */
    stdio(namespace: string, id: string): OciStdio;
  };
  readonly leases: {
    list(namespace: string): readonly { readonly id: string; readonly createdAt: number; readonly labels: ContainerdLabels }[];
    create(namespace: string, id: string, labels: ContainerdLabels): void;
    /** What only it held goes with the next garbage collection. */
    delete(namespace: string, id: string): void;
  };
  /** All namespaces' events from now on; break it to unsubscribe. */
  events(): Channel<ContainerdEvent>;
};

/** Spoken on /run/containerd/containerd.sock, beside CRI. */
export const containerdProtocol = defineProtocol<ContainerdApi>('containerd');
