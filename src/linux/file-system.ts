/** A process's view of files: mounts, paths, permissions. System calls that fail throw Errno. */

import { byteLength } from '../sim/stream.ts';
import { Errno, type ErrnoCode } from './errno.ts';
import { type Attributes, DirectoryNode, FileNode, type Inode, OverlayDirectory, SymlinkNode } from './inode.ts';

/** One line of /proc/self/mounts; a later one at the same path hides the earlier. */
export type Mount = {
  /** Where, as an absolute path in the namespace. */
  readonly path: string;
  readonly root: Inode;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
};

/** So much text the lab keeps of all that is written on one disk. */
const mostHeld = 256 * 1024 * 1024;

/** The disk under a node's files: writing past the end is ENOSPC. */
export class Disk {
  usedBytes = 0;
  /** What the lab itself keeps of that, in UTF-16 units: images and binaries have a size, but no text. */
  held = 0;
  inodesUsed = 0;
  readonly capacityBytes: number;
  /** As the file system was made. */
  inodes: number;
  constructor(capacityBytes: number, inodes: number) {
    this.capacityBytes = capacityBytes;
    this.inodes = inodes;
  }
  charge(bytes: number): void {
    if (bytes > 0 && this.usedBytes + bytes > this.capacityBytes) throw new Errno('ENOSPC');
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
  }
  /** A file's text has become so much longer. A disk that holds more than the lab can keep is full, whatever its size. */
  hold(units: number): void {
    if (units > 0 && this.held + units > mostHeld) throw new Errno('ENOSPC');
    this.held = Math.max(0, this.held + units);
  }
  /** A file has gone for good. */
  release(inode: Inode): void {
    if (inode.type !== 'file' || inode.generated) return;
    this.charge(-inode.size);
    this.hold(-inode.held);
  }
}

/** A mount namespace: a root and what is mounted over it. */
export class MountNamespace {
  readonly root: DirectoryNode;
  readonly mounts = new Map<string, Mount>();
  readonly disk: Disk;
  /** Read-only root filesystem (`readOnlyRootFilesystem`). */
  readonly readonlyRoot: boolean;
  /** Shown in /proc/PID/ns; 0 where nobody asked for a number. */
  inode = 0;
  /** How /proc/mounts names the root. */
  rootSource = 'overlay';
  rootType = 'overlay';
  constructor(root: DirectoryNode, disk: Disk, readonlyRoot = false) {
    this.root = root;
    this.disk = disk;
    this.readonlyRoot = readonlyRoot;
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

type FileCredentials = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

/** Whose view it is: a process, or a daemon of the lab's own. Read as it is at each call. */
type FileUser = {
  readonly credentials: FileCredentials;
  readonly now: number;
  readonly cwd: string;
  readonly umask: number;
  /** The number behind /proc/self. */
  readonly self?: string;
};

/** A daemon that runs as root: the lab's own view of a machine's files. */
export const daemonUser = (clock: { readonly now: number }, umask = 0o022): FileUser => ({
  credentials: { uid: 0, gid: 0, groups: [] },
  get now() {
    return clock.now;
  },
  cwd: '/',
  umask,
});

/** Where a path leads: the last name's folder is always there, its inode perhaps not. `path` is absolute without links, `readonly` the mount's. */
export type Resolved = {
  readonly inode: Inode | undefined;
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly path: string;
  readonly readonly: boolean;
};

/** open(2): `exclusive` with `create` is EEXIST for what is there; `mode` is meant before the umask. */
export type OpenFlags = {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  readonly exclusive?: boolean;
  readonly mode?: number;
};

const maxLinks = 40;
const maxName = 255;

/** Joins and cleans a path: `//`, `.`, `..` (textually). */
export function resolvePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/**
 * What a process may do with files: permissions are checked against its credentials. Calls throw Errno with the path: ENOENT, EACCES, ENOTDIR, EROFS,
 * ENOSPC …
 */
export class FileSystem {
  readonly namespace: MountNamespace;
  readonly #user: FileUser;

  /** `user` is asked at each call. */
  constructor(namespace: MountNamespace, user: FileUser) {
    this.namespace = namespace;
    this.#user = user;
  }

  // ── looking ──

  /** Walks a path. The last name need not exist; everything before it must. */
  resolve(path: string, follow = true): Resolved {
    if (path === '') throw new Errno('ENOENT', path);
    return this.#walk(path, path.startsWith('/') ? path : `${this.#user.cwd}/${path}`, follow, 0, false) as Resolved;
  }

  /** The same without errors: undefined where something before the last name is missing or cannot be entered. */
  locate(path: string, follow = true): Resolved | undefined {
    return path === '' ? undefined : this.#walk(path, path.startsWith('/') ? path : `${this.#user.cwd}/${path}`, follow, 0, true);
  }

  /** The inode, or ENOENT. */
  stat(path: string): Inode {
    return this.#existing(path, true).inode;
  }

  lstat(path: string): Inode {
    return this.#existing(path, false).inode;
  }

  exists(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** The inode, or undefined where there is none or it cannot be reached. */
  find(path: string, follow = true): Inode | undefined {
    if (path === '') return undefined;
    return this.#walk(path, path.startsWith('/') ? path : `${this.#user.cwd}/${path}`, follow, 0, true)?.inode;
  }

  isDirectory(path: string): boolean {
    return this.find(path)?.type === 'directory';
  }

  realpath(path: string): string {
    return this.#existing(path, true).path;
  }

  read(path: string): string {
    const inode = this.stat(path);
    this.check(inode, 4, path);
    if (inode.type === 'directory') throw new Errno('EISDIR', path);
    if (inode.type !== 'file') return '';
    return inode.read();
  }

  /** Names in byte order, without `.` and `..`. Mount points are shown as what is mounted there. */
  list(path: string): [string, Inode][] {
    const { inode, path: real } = this.#existing(path, true);
    if (inode.type !== 'directory') throw new Errno('ENOTDIR', path);
    this.check(inode, 4, path);
    if (this.namespace.mounts.size === 0) return inode.entries();
    const below = real === '/' ? '/' : `${real}/`;
    return inode.entries().map(([name, entry]) => [name, this.namespace.mounts.get(below + name)?.root ?? entry]);
  }

  /** Throws EACCES unless the process may do it: 4 read, 2 write, 1 execute or enter. */
  check(inode: Inode, want: 1 | 2 | 4, path?: string): void {
    if (!this.may(inode, want)) throw new Errno('EACCES', path);
  }

  may(inode: Inode, want: 1 | 2 | 4): boolean {
    const { uid, gid, groups } = this.#user.credentials;
    if (uid === 0) return want !== 1 || inode.type === 'directory' || (inode.mode & 0o111) !== 0;
    const shift = inode.uid === uid ? 6 : inode.gid === gid || groups.includes(inode.gid) ? 3 : 0;
    return ((inode.mode >> shift) & want) === want;
  }

  // ── changing ──

  /** Opens a file's inode for reading or writing, creating it if asked; the caller wraps it (see open-file.ts). */
  open(path: string, flags: OpenFlags): Inode {
    return this.#openAt(this.resolve(path), path, flags);
  }

  #openAt(at: Resolved, path: string, flags: OpenFlags): Inode {
    let { inode } = at;
    if (!inode) {
      if (!flags.create) throw new Errno('ENOENT', path);
      if (path.endsWith('/')) throw new Errno('EISDIR', path);
      return this.#create(at, new FileNode(this.#attributes(flags.mode ?? 0o666)), path);
    }
    if (flags.exclusive) throw new Errno('EEXIST', path);
    if (flags.read) this.check(inode, 4, path);
    if (!flags.write) return inode;
    if (inode.type === 'directory') throw new Errno('EISDIR', path);
    this.check(inode, 2, path);
    if (inode.type !== 'file') return inode;
    if (at.readonly) throw new Errno('EROFS', path);
    if (at.parent instanceof OverlayDirectory && at.parent.lookup(at.name) === inode) inode = this.#copyUp(at.parent, at.name, inode);
    if (flags.truncate && inode.type === 'file' && !inode.generated) this.#put(inode, '');
    return inode;
  }

  /** Replaces (or appends to) a file, creating it. */
  write(path: string, text: string, options: { readonly append?: boolean; readonly mode?: number } = {}): void {
    const at = this.resolve(path);
    const inode = this.#openAt(at, path, { write: true, create: true, ...(options.mode === undefined ? {} : { mode: options.mode }) });
    if (inode.type !== 'file') return;
    this.#put(inode, text, options.append);
    // What is written to a file is news to those who watch its directory.
    at.parent.touched();
  }

  /** Appends to, or replaces the content of, an open file, charging the disk. */
  put(inode: FileNode, text: string, append = false): void {
    this.#put(inode, text, append);
  }

  mkdir(path: string, options: { readonly parents?: boolean; readonly mode?: number } = {}): void {
    if (options.parents) {
      const full = resolvePath(this.#user.cwd, path);
      if (this.isDirectory(full)) return;
      // From below: in most calls only the last name is new.
      const above = full.slice(0, full.lastIndexOf('/'));
      if (above !== '' && !this.exists(above)) this.mkdir(above, { parents: true });
    }
    const at = this.resolve(path.replace(/(.)\/+$/, '$1'));
    if (at.inode) throw new Errno('EEXIST', path);
    this.#create(at, new DirectoryNode(this.#attributes(options.mode ?? 0o777)), path);
  }

  symlink(target: string, path: string): void {
    const at = this.resolve(path, false);
    if (at.inode) throw new Errno('EEXIST', path);
    this.#create(at, new SymlinkNode(this.#attributes(0o777), target), path);
  }

  link(existing: string, path: string): void {
    const { inode } = this.#existing(existing, false);
    if (inode.type === 'directory') throw new Errno('EPERM', existing);
    const at = this.resolve(path, false);
    if (at.inode) throw new Errno('EEXIST', path);
    this.#create(at, inode, path);
    inode.nlink++;
  }

  /** Adds any inode (device, socket, generated file) at a path. */
  mknod(path: string, inode: Inode): void {
    const at = this.resolve(path, false);
    if (at.inode) throw new Errno('EEXIST', path);
    this.#create(at, inode, path);
  }

  unlink(path: string): void {
    const at = this.#existing(path, false);
    if (at.inode.type === 'directory') throw new Errno('EISDIR', path);
    this.#removable(at, path);
    // A file of a lower layer is only hidden.
    const own = !(at.parent instanceof OverlayDirectory) || at.parent.owns(at.name);
    at.parent.remove(at.name);
    if (own && --at.inode.nlink === 0) this.namespace.disk.release(at.inode);
    this.namespace.disk.inodesUsed--;
  }

  rmdir(path: string): void {
    const at = this.#existing(path, false);
    if (at.inode.type !== 'directory') throw new Errno('ENOTDIR', path);
    if (!at.inode.empty) throw new Errno('ENOTEMPTY', path);
    this.#removable(at, path);
    at.parent.remove(at.name);
    this.namespace.disk.inodesUsed--;
  }

  rename(from: string, to: string): void {
    const source = this.#existing(from, false);
    this.#removable(source, from);
    const target = this.resolve(to, false);
    if (target.inode === source.inode) return;
    if (target.path.startsWith(`${source.path}/`)) throw new Errno('EINVAL', to);
    if (target.inode?.type === 'directory' && source.inode.type !== 'directory') throw new Errno('EISDIR', to);
    if (target.inode?.type === 'directory' && target.inode.entries().length > 0) throw new Errno('ENOTEMPTY', to);
    if (target.inode && target.inode.type !== 'directory' && source.inode.type === 'directory') throw new Errno('ENOTDIR', to);
    this.#writable(target, to);
    const inode = source.parent instanceof OverlayDirectory ? this.#copyUp(source.parent, source.name, source.inode) : source.inode;
    const replaced = !(target.parent instanceof OverlayDirectory) || target.parent.owns(target.name) ? target.inode : undefined;
    source.parent.remove(source.name);
    target.parent.add(target.name, inode);
    if (replaced && --replaced.nlink === 0) this.namespace.disk.release(replaced);
  }

  chmod(path: string, mode: number): void {
    const at = this.#owned(path);
    at.mode = mode & 0o7777;
  }

  chown(path: string, uid: number, gid: number): void {
    if (this.#user.credentials.uid !== 0) throw new Errno('EPERM', path);
    const inode = this.#owned(path);
    inode.uid = uid;
    inode.gid = gid;
  }

  touch(path: string, time = this.#user.now): void {
    const inode = this.open(path, { write: true, create: true });
    inode.mtime = time;
  }

  // ── helpers ──

  /** `soft`: undefined in place of an error, whose making costs more than the walk. Most of what the lab does passes here: no garbage. */
  #walk(asked: string, path: string, follow: boolean, links: number, soft: boolean): Resolved | undefined {
    if (links > maxLinks) return failed('ELOOP', asked, soft);
    const { namespace } = this;
    const superuser = this.#user.credentials.uid === 0;
    const rootMount = namespace.mounts.size > 0 ? namespace.mounts.get('/') : undefined;
    let inode: Inode = rootMount?.root ?? namespace.root;
    let readonly = rootMount?.options.includes('ro') ?? namespace.readonlyRoot;
    let parent = inode as DirectoryNode;
    let start = 1;
    while (start < path.length) {
      const slash = path.indexOf('/', start);
      const end = slash < 0 ? path.length : slash;
      const name = path.slice(start, end);
      if (inode.type !== 'directory') return failed('ENOTDIR', asked, soft);
      if (name === '' || name === '.') return this.#walk(asked, `${path.slice(0, start - 1)}${path.slice(end)}` || '/', follow, links, soft);
      if (name === '..') {
        // What stands before was walked and holds no link: its parent is found in the text.
        const above = path.slice(0, start - 1);
        return this.#walk(asked, `${above.slice(0, Math.max(0, above.lastIndexOf('/')))}${path.slice(end)}` || '/', follow, links, soft);
      }
      if (name.length > maxName) return failed('ENAMETOOLONG', asked, soft);
      if (!superuser && !this.may(inode, 1)) return failed('EACCES', asked, soft);
      const mount = namespace.mayMount(name) ? namespace.mounts.get(path.slice(0, end)) : undefined;
      const next: Inode | undefined = mount?.root ?? inode.lookup(name);
      if (next?.type === 'symlink' && (follow || !onlySlashes(path, end))) {
        const link = next.target === '<self>' ? (this.#user.self ?? 'self') : next.target;
        return this.#walk(asked, `${link.startsWith('/') ? link : `${path.slice(0, start)}${link}`}${path.slice(end)}`, follow, links + 1, soft);
      }
      if (!next) {
        if (!onlySlashes(path, end)) return failed('ENOENT', asked, soft);
        return { inode: undefined, parent: inode, name, path: path.slice(0, end), readonly };
      }
      if (mount) readonly = mount.options.includes('ro');
      parent = inode;
      inode = next;
      start = end + 1;
    }
    const full = path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : path;
    return { inode, parent, name: full.slice(full.lastIndexOf('/') + 1), path: full, readonly };
  }

  #existing(path: string, follow: boolean): Resolved & { readonly inode: Inode } {
    const at = this.resolve(path, follow);
    if (!at.inode) throw new Errno('ENOENT', path);
    if (path.endsWith('/') && at.inode.type !== 'directory' && follow) throw new Errno('ENOTDIR', path);
    return { ...at, inode: at.inode };
  }

  #owned(path: string): Inode {
    const at = this.#existing(path, true);
    const { uid } = this.#user.credentials;
    if (uid !== 0 && at.inode.uid !== uid) throw new Errno('EPERM', path);
    if (at.readonly) throw new Errno('EROFS', path);
    return at.parent instanceof OverlayDirectory && at.parent.lookup(at.name) === at.inode ? (at.parent.copyUp(at.name) ?? at.inode) : at.inode;
  }

  #create<T extends Inode>(at: Resolved, inode: T, path: string): T {
    this.#writable(at, path);
    const { disk } = this.namespace;
    if (disk.inodesUsed >= disk.inodes) throw new Errno('ENOSPC', path);
    disk.inodesUsed++;
    at.parent.add(at.name, inode);
    at.parent.mtime = this.#user.now;
    return inode;
  }

  #writable(at: Resolved, path: string): void {
    if (at.readonly) throw new Errno('EROFS', path);
    this.check(at.parent, 2, path);
    if (at.parent.generated) throw new Errno('EPERM', path);
  }

  #removable(at: Resolved, path: string): void {
    const busy: ErrnoCode = 'EBUSY';
    if (at.path === '/' || this.namespace.mounts.has(at.path)) throw new Errno(busy, path);
    this.#writable(at, path);
    // The sticky bit of /tmp: only owners remove.
    const { uid } = this.#user.credentials;
    if ((at.parent.mode & 0o1000) !== 0 && uid !== 0 && at.inode?.uid !== uid && at.parent.uid !== uid) throw new Errno('EPERM', path);
  }

  #copyUp(parent: OverlayDirectory, name: string, inode: Inode): Inode {
    if (parent.owns(name)) return inode;
    if (inode.type === 'file') this.namespace.disk.charge(inode.size);
    return parent.copyUp(name) ?? inode;
  }

  #put(inode: FileNode, text: string, append = false): void {
    if (!inode.generated) {
      const { disk } = this.namespace;
      disk.hold(append ? text.length : text.length - inode.held);
      disk.charge(append ? byteLength(text) : byteLength(text) - inode.size);
    }
    if (append) inode.append(text);
    else inode.write(text);
    inode.mtime = this.#user.now;
  }

  #attributes(mode: number): Attributes {
    const { uid, gid } = this.#user.credentials;
    return { mode: mode & ~this.#user.umask, uid, gid, mtime: this.#user.now };
  }
}

function failed(code: ErrnoCode, path: string, soft: boolean): undefined {
  if (!soft) throw new Errno(code, path);
  return undefined;
}

/** Whether nothing but `/` and `.` follows: the name before is the last one. */
function onlySlashes(path: string, from: number): boolean {
  for (let i = from; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (unit === 0x2f) continue;
    // A lone `.` between slashes names nothing new.
    if (unit === 0x2e && (i + 1 >= path.length || path.charCodeAt(i + 1) === 0x2f) && (i === from || path.charCodeAt(i - 1) === 0x2f)) continue;
    return false;
  }
  return true;
}
