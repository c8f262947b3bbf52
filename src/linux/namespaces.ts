/** Linux namespaces other than mount (file-system.ts) and network (network.ts). */

import type { Cgroup } from './cgroup.ts';
import type { Disk } from './disk.ts';
import type { DirectoryNode } from './inode.ts';
import { MountNamespace } from './mounts.ts';
import type { NetworkNamespace } from './network.ts';
import type { Process } from './process.ts';

/** Process numbers as those inside see them. The first process is its init; when that ends, all end. */
export class PidNamespace {
  readonly inode: number;
  readonly parent: PidNamespace | undefined;
  readonly processes = new Map<number, Process>();
  #next = 1;
  constructor(inode: number, parent?: PidNamespace) {
    this.inode = inode;
    this.parent = parent;
  }
  get init(): Process | undefined {
    return this.processes.get(1);
  }
  allocate(process: Process): number {
    const pid = this.#next++;
    this.processes.set(pid, process);
    return pid;
  }
  /** Skips numbers, so that a booted machine's pids look like one. */
  skip(count: number): void {
    this.#next += count;
  }
}

/** Its `hostname` is what `hostname` and a prompt inside show; containers of one pod share the sandbox's. */
export class UtsNamespace {
  readonly inode: number;
  hostname: string;
  constructor(inode: number, hostname: string) {
    this.inode = inode;
    this.hostname = hostname;
  }
}

/** Those in it see their control groups from `root` on. */
export class CgroupNamespace {
  readonly inode: number;
  readonly root: Cgroup;
  constructor(inode: number, root: Cgroup) {
    this.inode = inode;
    this.root = root;
  }
}

/** A namespace that the lab only has to tell apart from others (ipc, user), but for an ipc namespace's switches. */
export class OpaqueNamespace {
  readonly inode: number;
  /** What was set below /proc/sys, by path. */
  readonly sysctls = new Map<string, string>();
  /** Of a user namespace: its first id, whose that is outside, and how many. */
  map: readonly [number, number, number] = [0, 0, 4_294_967_295];
  constructor(inode: number) {
    this.inode = inode;
  }
}

/** All that a process sees of the machine. A child shares its parent's unless runc or unshare made others. */
export type Namespaces = {
  readonly mount: MountNamespace;
  readonly pid: PidNamespace;
  readonly network: NetworkNamespace;
  readonly uts: UtsNamespace;
  readonly ipc: OpaqueNamespace;
  readonly cgroup: CgroupNamespace;
  readonly user: OpaqueNamespace;
};

/** The mounts of a node itself. */
export function hostMounts(root: DirectoryNode, disk: Disk, inode: number): MountNamespace {
  const namespace = new MountNamespace(root, disk);
  namespace.inode = inode;
  namespace.rootSource = '/dev/vda1';
  namespace.rootType = 'ext4';
  return namespace;
}
