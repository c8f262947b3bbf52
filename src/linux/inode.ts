/** What a filesystem is made of. Permissions are checked in file-system.ts and path-walk.ts, not here. */
import { Condition } from '../sim/routine.ts';
import { byteLength } from '../sim/stream.ts';
import type { Disk } from './disk.ts';
import { Errno } from './errno.ts';
import type { FileNode } from './file-node.ts';

/** `mode` is the permission bits alone, `mtime` virtual milliseconds since 1970. */
export type Attributes = { mode: number; uid: number; gid: number; mtime: number };

type Common = Attributes & { nlink: number };

/** A directory; subclasses generate or merge their entries. */
export class DirectoryNode implements Common {
  readonly type = 'directory';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 2;
  /** What its files fill where that is not the node's disk: a tmpfs. */
  disk: Disk | undefined;
  /** Told when an entry comes, goes or is replaced. */
  get changed(): Condition {
    this.#changed ??= new Condition();
    return this.#changed;
  }
  /** Most directories are never watched. */
  #changed: Condition | undefined;
  protected readonly own = new Map<string, Inode>();

  constructor(attributes: Attributes) {
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.mtime = attributes.mtime;
  }

  /** Whether rmdir may take it away. */
  get empty(): boolean {
    return this.entries().length === 0;
  }

  lookup(name: string): Inode | undefined {
    return this.own.get(name);
  }

  /** Sorted by name in byte order. */
  entries(): [string, Inode][] {
    return [...this.own].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  add(name: string, inode: Inode): void {
    this.own.set(name, inode);
    this.#changed?.notify();
  }

  remove(name: string): void {
    this.own.delete(name);
    this.#changed?.notify();
  }

  /** Something was written to a file in it. */
  touched(): void {
    this.#changed?.notify();
  }

  get size(): number {
    return 4096;
  }

  /** True when entries cannot be changed by anybody. */
  get generated(): boolean {
    return false;
  }
}

/** `target` is kept as written and resolved at each walk, relative to the folder that it stands in. */
export class SymlinkNode implements Common {
  readonly type = 'symlink';
  mode = 0o777;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 1;
  readonly target: string;
  constructor(attributes: Omit<Attributes, 'mode'>, target: string) {
    this.target = target;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.mtime = attributes.mtime;
  }
  get size(): number {
    return byteLength(this.target);
  }
}

/** Not the same for everybody: a walk passes on to what it is for whoever walks. */
export class OwnNode<Viewer> extends SymlinkNode {
  readonly of: (viewer: Viewer) => Inode;
  constructor(attributes: Omit<Attributes, 'mode'>, of: (viewer: Viewer) => Inode) {
    super(attributes, '');
    this.of = of;
  }
}

/** A device, a FIFO or a unix socket. What listens on a socket is `listener` (see network.ts). */
export class SpecialNode implements Common {
  readonly type: 'character' | 'block' | 'fifo' | 'socket';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 1;
  readonly size = 0;
  /** For a character device: null, zero, full, random, tty, console. */
  readonly device: string;
  listener: object | undefined;
  constructor(type: SpecialNode['type'], attributes: Attributes, device = '') {
    this.type = type;
    this.device = device;
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.mtime = attributes.mtime;
  }
}

/** `type` tells which. The same object may stand in several folders (hard links) and mounts. */
export type Inode = FileNode | DirectoryNode | SymlinkNode | SpecialNode;

/** A directory whose entries are made anew at each look: /proc, /sys/fs/cgroup. */
export class GeneratedDirectory extends DirectoryNode {
  readonly #list: () => Iterable<[string, Inode]>;
  readonly #find: ((name: string) => Inode | undefined) | undefined;
  constructor(attributes: Attributes, list: () => Iterable<[string, Inode]>, find?: (name: string) => Inode | undefined) {
    super(attributes);
    this.#list = list;
    this.#find = find;
  }
  override get generated(): boolean {
    return true;
  }
  override lookup(name: string): Inode | undefined {
    if (this.#find) return this.#find(name);
    for (const [found, inode] of this.#list()) if (found === name) return inode;
    return undefined;
  }
  override entries(): [string, Inode][] {
    return [...this.#list()];
  }
  override add(_name?: string, _inode?: Inode): void {
    throw new Errno('EPERM');
  }
  override remove(_name?: string): void {
    throw new Errno('EPERM');
  }
}
