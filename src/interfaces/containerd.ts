/** containerd's own services, as ctr and nerdctl see them. Every call names a containerd namespace (`k8s.io`, `default`, `moby`). Errors are ContainerdError. */
import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { Blob, Descriptor, RegistryAccess, Uploaded } from './distribution.ts';
import type { OciSpec, OciStdio } from './oci.ts';
import { defineProtocol } from './protocol.ts';

/** What the content store holds is described by the image spec; a client of containerd needs no more of the distribution wall. */
export type { Blob, Descriptor, ImageConfig, ImageIndex, ImageManifest } from './distribution.ts';

export type ContainerdLabels = Readonly<Record<string, string>>;

export type ContainerdImage = {
  readonly name: string;
  readonly target: Descriptor;
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
  readonly updatedAt: number;
};
export type ContainerdContainer = {
  readonly id: string;
  readonly image: string;
  /** `root`: where runc keeps its state instead of /run/containerd/runc (io.containerd.runc.v2 Options.Root). */
  readonly runtime: { readonly name: string; readonly options?: { readonly root?: string } };
  readonly snapshotter: string;
  readonly snapshotKey: string;
  readonly sandboxId?: string;
  readonly spec: OciSpec;
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
  readonly updatedAt: number;
};
export type TaskStatus = 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED' | 'UNKNOWN';
export type ContainerdTask = { readonly id: string; readonly pid: number; readonly status: TaskStatus; readonly exitStatus: number; readonly exitedAt: number };
export type SnapshotInfo = {
  readonly key: string;
  readonly parent: string;
  readonly kind: 'Active' | 'Committed' | 'View';
  readonly labels: ContainerdLabels;
  readonly createdAt: number;
};
type SnapshotUsage = { readonly size: number; readonly inodes: number };
export type ContentInfo = { readonly digest: string; readonly size: number; readonly createdAt: number; readonly labels: ContainerdLabels };
export type ContainerdEvent = {
  readonly timestamp: number;
  readonly namespace: string;
  readonly topic: string;
  readonly event: Readonly<Record<string, unknown>>;
};
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

export type ContainerdErrorCode = 'not found' | 'already exists' | 'failed precondition' | 'invalid argument' | 'unavailable' | 'unknown';
/** The text ends with the code where containerd's does. */
export class ContainerdError extends Error {
  readonly code: ContainerdErrorCode;
  constructor(code: ContainerdErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether what was asked for is not there. */
export const isMissing = (error: unknown): error is ContainerdError & { readonly code: 'not found' } =>
  error instanceof ContainerdError && error.code === 'not found';

export type ContainerdApi = {
  version(): { readonly version: string; readonly revision: string; readonly uuid?: string };
  plugins(): readonly PluginInfo[];
  readonly namespaces: {
    list(): readonly { readonly name: string; readonly labels: ContainerdLabels }[];
    create(name: string, labels: ContainerdLabels): void;
    label(name: string, labels: ContainerdLabels): void;
    delete(name: string): void;
  };
  readonly images: {
    list(namespace: string): readonly ContainerdImage[];
    get(namespace: string, name: string): ContainerdImage;
    create(namespace: string, image: { readonly name: string; readonly target: Descriptor; readonly labels?: ContainerdLabels }): ContainerdImage;
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
    get(namespace: string, digest: string): Blob;
    write(namespace: string, blob: Blob, labels?: ContainerdLabels): void;
    label(namespace: string, digest: string, labels: ContainerdLabels): ContentInfo;
    delete(namespace: string, digest: string): void;
  };
  readonly snapshots: {
    list(namespace: string, snapshotter: string): readonly SnapshotInfo[];
    stat(namespace: string, snapshotter: string, key: string): SnapshotInfo;
    usage(namespace: string, snapshotter: string, key: string): SnapshotUsage;
    prepare(namespace: string, snapshotter: string, key: string, parent: string, labels?: ContainerdLabels): void;
    view(namespace: string, snapshotter: string, key: string, parent: string): void;
    commit(namespace: string, snapshotter: string, name: string, key: string): void;
    label?(namespace: string, snapshotter: string, key: string, labels: ContainerdLabels): SnapshotInfo;
    remove(namespace: string, snapshotter: string, key: string): void;
    /** Makes the image's layers into committed snapshots; returns the key of the last (its chain id). */
    unpack(namespace: string, snapshotter: string, image: string): Routine<string>;
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
    create(namespace: string, container: Omit<ContainerdContainer, 'createdAt' | 'updatedAt'>): ContainerdContainer;
    update(namespace: string, id: string, labels: ContainerdLabels): ContainerdContainer;
    delete(namespace: string, id: string): void;
  };
  readonly tasks: {
    list(namespace: string): readonly ContainerdTask[];
    get(namespace: string, id: string): ContainerdTask;
    /** `runc create` through a shim; returns the pid. */
    create(namespace: string, id: string, stdio: OciStdio): Routine<number>;
    start(namespace: string, id: string): Routine;
    kill(namespace: string, id: string, signal: string, options?: { readonly execId?: string; readonly all?: boolean }): void;
    delete(namespace: string, id: string): Routine<{ readonly exitStatus: number; readonly pid: number }>;
    wait(namespace: string, id: string): Routine<number>;
    exec(namespace: string, id: string, execId: string, process: OciSpec['process'], stdio: OciStdio): Routine<number>;
    waitExec(namespace: string, id: string, execId: string): Routine<number>;
    pause(namespace: string, id: string): void;
    resume(namespace: string, id: string): void;
    pids(namespace: string, id: string): readonly { readonly pid: number; readonly info: string }[];
    resize(namespace: string, id: string, size: { readonly columns: number; readonly rows: number }, execId?: string): void;
    metrics(namespace: string, id: string): Readonly<Record<string, number>>;
    update(namespace: string, id: string, resources: NonNullable<OciSpec['linux']['resources']>): void;
    /** The streams that the task was created with (its fifos), for `attach`. */
    stdio(namespace: string, id: string): OciStdio;
  };
  readonly leases: {
    list(namespace: string): readonly { readonly id: string; readonly createdAt: number; readonly labels: ContainerdLabels }[];
    create(namespace: string, id: string, labels: ContainerdLabels): void;
    delete(namespace: string, id: string): void;
  };
  /** All namespaces' events from now on; break it to unsubscribe. */
  events(): Channel<ContainerdEvent>;
};

export const containerdProtocol = defineProtocol<ContainerdApi>('containerd');
