/** What containerd keeps on disk (metadata, content, snapshots) and in /run (shims and their tasks): it outlives the daemon. */

import { CriStore } from '../cri/store.ts';
import type { ContainerdContainer, ContainerdImage, ContainerdLabels } from '../interfaces/containerd.ts';
import type { Blob } from '../interfaces/distribution.ts';
import { FileNode } from '../linux/file-node.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import type { Shim, Task } from './shim.ts';

/** One snapshot of a snapshotter. */
export type Snapshot = {
  readonly key: string;
  /** Key of the parent, '' for none. */
  readonly parent: string;
  kind: 'Active' | 'Committed' | 'View';
  labels: ContainerdLabels;
  readonly createdAt: number;
  /** Directory number under the snapshotter's root. */
  readonly number: number;
  /** What a mount shows: for a committed one everything up to it, shared by all children. */
  readonly root: DirectoryNode;
  /** The layer alone. */
  readonly layer: DirectoryNode;
  /** Bytes and inodes of a committed layer. */
  readonly usage: { readonly size: number; readonly inodes: number };
};

/** Holds what it names until it is deleted. */
export type Lease = {
  readonly id: string;
  readonly createdAt: number;
  readonly labels: ContainerdLabels;
  /** Digests of content, keys of snapshots. */
  readonly resources: Set<string>;
};

/** What one namespace has. */
export type NamespaceState = {
  labels: ContainerdLabels;
  readonly images: Map<string, ContainerdImage>;
  /** Content is one store; a namespace has its own view of it. */
  readonly content: Map<string, { readonly createdAt: number; labels: ContainerdLabels }>;
  readonly containers: Map<string, ContainerdContainer>;
  /** By snapshotter, then key. */
  readonly snapshots: Map<string, Map<string, Snapshot>>;
  readonly leases: Map<string, Lease>;
};

/** /var/lib/containerd. */
export class MetaState {
  readonly namespaces = new Map<string, NamespaceState>();
  readonly blobs = new Map<string, Blob>();
  readonly cri = new CriStore();
  snapshotNumber = 0;
  uuid = '';
}

/** The bolt database: a file whose content only containerd understands. */
export class MetaFile extends FileNode {
  readonly state = new MetaState();
  constructor(now: number) {
    super({ mode: 0o644, uid: 0, gid: 0, mtime: now });
    this.apparentSize = 256 * 1024;
  }
}

/** /run/containerd: the shims that are up, found again by a daemon that comes back. */
export class RunState {
  readonly shims = new Map<string, Shim>();
  /** `<namespace>/<id>` */
  readonly tasks = new Map<string, Task>();
}

/** An inode below /run that holds it. */
export class RunFile extends FileNode {
  readonly state = new RunState();
  constructor(now: number) {
    super({ mode: 0o600, uid: 0, gid: 0, mtime: now });
  }
}

/** An empty one. */
export const newNamespace = (labels: ContainerdLabels = {}): NamespaceState => ({
  labels,
  images: new Map(),
  content: new Map(),
  containers: new Map(),
  snapshots: new Map(),
  leases: new Map(),
});
