/** A process's view of files: mounts, paths, permissions. System calls that fail throw Errno. */
import { byteLength } from '../sim/stream.ts';
import { mediate } from './apparmor.ts';
import { moveBetween } from './disk.ts';
import { Errno } from './errno.ts';
import { FileNode } from './file-node.ts';
import { capable, type FileUser, permits } from './file-user.ts';
import { type Attributes, DirectoryNode, type Inode, SymlinkNode } from './inode.ts';
import type { MountNamespace } from './mounts.ts';
import type { OpenFlags } from './open-file.ts';
import { OverlayDirectory } from './overlay.ts';
import { type Resolved, resolvePath, walk } from './path-walk.ts';

/** One step of the engine (see Sim.toil) in names listed, and in text written. */
const perStep = { names: 5, units: 20_000 };

/** What a process may do with files, by its credentials. Calls throw Errno with the path: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC … */
export class FileSystem {
  readonly namespace: MountNamespace;
  readonly #user: FileUser;
  /** The same two for the walk. */
  readonly #view: { readonly namespace: MountNamespace; readonly user: FileUser };

  /** `user` is asked at each call. */
  constructor(namespace: MountNamespace, user: FileUser) {
    this.namespace = namespace;
    this.#user = user;
    this.#view = { namespace, user };
  }

  /** Walks a path. The last name need not exist; everything before it must. */
  resolve(path: string, follow = true): Resolved {
    if (path === '') throw new Errno('ENOENT', path);
    return walk(this.#view, path, follow, false) as Resolved;
  }

  /** The same without errors: undefined where something before the last name is missing or cannot be entered. */
  locate(path: string, follow = true): Resolved | undefined {
    return path === '' ? undefined : walk(this.#view, path, follow, true);
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
    return walk(this.#view, path, follow, true)?.inode;
  }

  isDirectory(path: string): boolean {
    return this.find(path)?.type === 'directory';
  }

  realpath(path: string): string {
    return this.#existing(path, true).path;
  }

  read(path: string): string {
    const at = this.#existing(path, true);
    const { inode } = at;
    this.check(inode, 4, path);
    if (inode.type === 'directory') throw new Errno('EISDIR', path);
    if (inode.type !== 'file') return '';
    mediate(this.#user, at, 'r');
    return inode.read();
  }

  /** Names in byte order, without `.` and `..`. Mount points are shown as what is mounted there. */
  list(path: string): [string, Inode][] {
    const at = this.#existing(path, true);
    const { inode, path: real } = at;
    if (inode.type !== 'directory') throw new Errno('ENOTDIR', path);
    this.check(inode, 4, path);
    mediate(this.#user, at, 'r');
    const entries = inode.entries();
    this.#user.toil?.(1 + entries.length / perStep.names);
    if (this.namespace.mounts.size === 0) return entries;
    const below = real === '/' ? '/' : `${real}/`;
    return entries.map(([name, entry]) => [name, this.namespace.mounts.get(below + name)?.root ?? entry]);
  }

  /** Throws EACCES unless the process may do it: 4 read, 2 write, 1 execute or enter. */
  check(inode: Inode, want: 1 | 2 | 4, path?: string): void {
    if (!this.may(inode, want)) throw new Errno('EACCES', path);
    if (want === 1 && path && inode.type === 'file') mediate(this.#user, this.resolve(path), 'x');
  }

  may(inode: Inode, want: 1 | 2 | 4): boolean {
    return permits(this.#user.credentials, inode, want);
  }

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
    if (flags.read) mediate(this.#user, at, 'r');
    if (!flags.write) return inode;
    if (inode.type === 'directory') throw new Errno('EISDIR', path);
    this.check(inode, 2, path);
    mediate(this.#user, at, 'w');
    if (inode.type !== 'file') return inode;
    if (at.readonly) throw new Errno('EROFS', path);
    if (at.parent instanceof OverlayDirectory && at.parent.lookup(at.name) === inode) inode = this.#copyUp(at.parent, at.name, inode);
    if (flags.truncate && inode.type === 'file' && !inode.generated) this.put(inode, '');
    return inode;
  }

  /** Replaces (or appends to) a file, creating it. */
  write(path: string, text: string, options: { readonly append?: boolean; readonly mode?: number } = {}): void {
    const at = this.resolve(path);
    const inode = this.#openAt(at, path, { write: true, create: true, ...(options.mode === undefined ? {} : { mode: options.mode }) });
    if (inode.type !== 'file') return;
    this.put(inode, text, options.append);
    // What is written to a file is news to those who watch its directory.
    at.parent.touched();
  }

  /** Appends to, or replaces the content of, an open file, charging the disk. */
  put(inode: FileNode, text: string, append = false): void {
    this.#user.toil?.(1 + text.length / perStep.units);
    if (!inode.generated) {
      const disk = this.namespace.diskOf(inode);
      disk.hold(append ? text.length : text.length - inode.held);
      disk.charge(append ? byteLength(text) : byteLength(text) - inode.size, this.namespace.cgroup);
    }
    if (append) inode.append(text);
    else inode.write(text);
    inode.mtime = this.#user.now;
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
    if (own && --at.inode.nlink === 0) this.namespace.diskOf(at.parent).release(at.inode);
    this.namespace.diskOf(at.parent).inodesUsed--;
  }

  rmdir(path: string): void {
    const at = this.#existing(path, false);
    if (at.inode.type !== 'directory') throw new Errno('ENOTDIR', path);
    if (!at.inode.empty) throw new Errno('ENOTEMPTY', path);
    this.#removable(at, path);
    at.parent.remove(at.name);
    this.namespace.diskOf(at.parent).inodesUsed--;
  }

  rename(from: string, to: string): void {
    const source = this.#existing(from, false);
    this.#removable(source, from, 'm');
    const target = this.resolve(to, false);
    if (target.inode === source.inode) return;
    if (target.path.startsWith(`${source.path}/`)) throw new Errno('EINVAL', to);
    if (target.inode?.type === 'directory' && source.inode.type !== 'directory') throw new Errno('EISDIR', to);
    if (target.inode?.type === 'directory' && target.inode.entries().length > 0) throw new Errno('ENOTEMPTY', to);
    if (target.inode && target.inode.type !== 'directory' && source.inode.type === 'directory') throw new Errno('ENOTDIR', to);
    this.#writable(target, to);
    mediate(this.#user, target, 'w');
    const inode = source.parent instanceof OverlayDirectory ? this.#copyUp(source.parent, source.name, source.inode) : source.inode;
    const replaced = !(target.parent instanceof OverlayDirectory) || target.parent.owns(target.name) ? target.inode : undefined;
    moveBetween(this.namespace.diskOf(source.parent), this.namespace.diskOf(target.parent), inode);
    source.parent.remove(source.name);
    target.parent.add(target.name, inode);
    if (replaced && --replaced.nlink === 0) this.namespace.diskOf(target.parent).release(replaced);
  }

  chmod(path: string, mode: number): void {
    const at = this.#owned(path, 'b');
    at.mode = mode & 0o7777;
  }

  chown(path: string, uid: number, gid: number): void {
    const { credentials } = this.#user;
    if (credentials.uid !== 0) throw new Errno('EPERM', path);
    const inode = this.#owned(path, 'o');
    const same = inode.uid === credentials.uid && inode.uid === uid && (inode.gid === gid || credentials.gid === gid);
    if (!same && !capable(credentials, 'CAP_CHOWN')) throw new Errno('EPERM', path);
    inode.uid = uid;
    inode.gid = gid;
  }

  touch(path: string, time = this.#user.now): void {
    const inode = this.open(path, { write: true, create: true });
    inode.mtime = time;
  }

  #existing(path: string, follow: boolean): Resolved & { readonly inode: Inode } {
    const at = this.resolve(path, follow);
    if (!at.inode) throw new Errno('ENOENT', path);
    if (path.endsWith('/') && at.inode.type !== 'directory' && follow) throw new Errno('ENOTDIR', path);
    return { ...at, inode: at.inode };
  }

  #owned(path: string, access: 'b' | 'o'): Inode {
    const at = this.#existing(path, true);
    const { uid } = this.#user.credentials;
    if (uid !== 0 && at.inode.uid !== uid) throw new Errno('EPERM', path);
    if (at.readonly) throw new Errno('EROFS', path);
    mediate(this.#user, at, access);
    return at.parent instanceof OverlayDirectory && at.parent.lookup(at.name) === at.inode ? (at.parent.copyUp(at.name) ?? at.inode) : at.inode;
  }

  #create<T extends Inode>(at: Resolved, inode: T, path: string): T {
    this.#writable(at, path);
    mediate(this.#user, { ...at, inode }, 'c');
    this.namespace.diskOf(at.parent).enter(inode, path);
    at.parent.add(at.name, inode);
    at.parent.mtime = this.#user.now;
    return inode;
  }

  #writable(at: Resolved, path: string): void {
    if (at.readonly) throw new Errno('EROFS', path);
    this.check(at.parent, 2, path);
    if (at.parent.generated) throw new Errno('EPERM', path);
  }

  #removable(at: Resolved, path: string, access: 'd' | 'm' = 'd'): void {
    if (at.path === '/' || this.namespace.mounts.has(at.path)) throw new Errno('EBUSY', path);
    this.#writable(at, path);
    mediate(this.#user, at, access);
    // The sticky bit of /tmp: only owners remove.
    const { uid } = this.#user.credentials;
    if ((at.parent.mode & 0o1000) !== 0 && uid !== 0 && at.inode?.uid !== uid && at.parent.uid !== uid) throw new Errno('EPERM', path);
  }

  #copyUp(parent: OverlayDirectory, name: string, inode: Inode): Inode {
    if (parent.owns(name)) return inode;
    if (inode.type === 'file') this.namespace.disk.charge(inode.size);
    return parent.copyUp(name) ?? inode;
  }

  #attributes(mode: number): Attributes {
    const { uid, gid } = this.#user.credentials;
    return { mode: mode & ~this.#user.umask, uid, gid, mtime: this.#user.now };
  }
}
