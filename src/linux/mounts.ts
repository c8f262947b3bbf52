/** Mount namespaces: a root file system and what is mounted over it. */
import type { Cgroup } from './cgroup.ts';
import type { Disk } from './disk.ts';
import type { FileNode } from './file-node.ts';
import type { DirectoryNode, Inode } from './inode.ts';

/** One line of /proc/self/mounts; a later one at the same path hides the earlier. */
export type Mount = {
  /** Where, as an absolute path in the namespace. */
  readonly path: string;
  readonly root: Inode;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
};

/** fs.mount-max: so many in one namespace. */
export const mountMax = 100_000;

/** A mount namespace: a root and what is mounted over it. */
export class MountNamespace {
  root: DirectoryNode;
  readonly mounts = new Map<string, Mount>();
  readonly disk: Disk;
  /** Read-only root filesystem (`readOnlyRootFilesystem`). */
  readonly readonlyRoot: boolean;
  /** Shown in /proc/PID/ns; 0 where nobody asked for a number. */
  inode = 0;
  /** Of the container whose files these are. */
  cgroup: Cgroup | undefined;
  /** How /proc/mounts names the root. */
  rootSource = 'overlay';
  rootType = 'overlay';
  constructor(root: DirectoryNode, disk: Disk, readonlyRoot = false) {
    this.root = root;
    this.disk = disk;
    this.readonlyRoot = readonlyRoot;
  }
  /** Of a tmpfs its own, else the node's. */
  diskOf(inode: FileNode | DirectoryNode): Disk {
    return inode.disk ?? this.disk;
  }
  /** How many mounts lie below each directory; made when somebody asks first. */
  #below: Map<string, number> | undefined;
  /** How many mount points end in each name: a walk looks for a mount only where one can be. */
  readonly #names = new Map<string, number>();
  mayMount(name: string): boolean {
    return this.#names.has(name);
  }
  mount(mount: Mount): void {
    if (!this.mounts.has(mount.path)) {
      this.#count(mount.path, 1);
      const name = mount.path.slice(mount.path.lastIndexOf('/') + 1);
      this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    }
    this.mounts.set(mount.path, mount);
  }
  unmount(path: string): void {
    if (!this.mounts.delete(path)) return;
    this.#count(path, -1);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const left = (this.#names.get(name) ?? 0) - 1;
    if (left > 0) this.#names.set(name, left);
    else this.#names.delete(name);
  }
  /** pivot_root(2): the mount at `root` becomes the root, and the old one stands at `old` in it, where that is another place. */
  pivot(root: string, old: string): void {
    const all = [...this.mounts.values()];
    const top = this.mounts.get(root);
    if (top?.root.type !== 'directory') return;
    const before: Mount = { path: '/', root: this.root, source: this.rootSource, type: this.rootType, options: ['rw', 'relatime'] };
    for (const each of all) this.unmount(each.path);
    Object.assign(this, { root: top.root, rootSource: top.source, rootType: top.type });
    const inside = ({ path }: Mount): boolean => path.startsWith(`${root}/`);
    // Upon each other at `/` the old root lies over the new one, until it is unmounted: what scripts do at once.
    if (old !== '/')
      for (const each of [before, ...all.filter((mount) => mount !== top && !inside(mount))])
        this.mount({ ...each, path: `${old}${each.path === '/' ? '' : each.path}` });
    for (const each of all.filter(inside)) this.mount({ ...each, path: each.path.slice(root.length) });
  }
  /** Whether anything is mounted below a directory: spares a bind mount the look at hundreds of mounts. */
  hasBelow(path: string): boolean {
    if (!this.#below) {
      this.#below = new Map();
      for (const each of this.mounts.keys()) this.#count(each, 1);
    }
    return (this.#below.get(path === '/' ? '' : path) ?? 0) > 0;
  }
  #count(path: string, change: number): void {
    if (!this.#below) return;
    for (let end = path.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end);
      this.#below.set(above, (this.#below.get(above) ?? 0) + change);
    }
  }
}
