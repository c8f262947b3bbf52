/** What a filesystem is made of. Permissions are checked in file-system.ts, not here. */
import { Condition } from '../sim/routine.ts';
import { byteLength } from '../sim/stream.ts';
import { Errno } from './errno.ts';

/** `mode` is the permission bits alone, `mtime` virtual milliseconds since 1970. */
export type Attributes = { mode: number; uid: number; gid: number; mtime: number };

type Common = Attributes & { nlink: number };

/** A regular file. A generated one (/proc, cgroupfs) has functions in place of stored content. */
export class FileNode implements Common {
  readonly type = 'file';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 1;
  /** Name of the Program that runs when this file is executed; its bytes are then only what names it (`executableText`). */
  program: string | undefined;
  /** Told of each change of content, for inotify-like watchers (a kubelet on its manifests) and `tail -f`. */
  get changed(): Condition {
    this.#changed ??= new Condition();
    return this.#changed;
  }
  /** What a real file of this kind would weigh, where the lab holds no such bytes (a binary). */
  apparentSize: number | undefined;
  /** Most files are never watched. */
  #changed: Condition | undefined;
  #content: string;
  #size: number | undefined;
  /** What was made of the content, until it changes. */
  #derived: Map<string, unknown> | undefined;
  readonly #generate: (() => string) | undefined;
  readonly #accept: ((text: string) => void) | undefined;

  constructor(attributes: Attributes, content = '', generated?: { readonly read: () => string; readonly write?: (text: string) => void }) {
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.mtime = attributes.mtime;
    this.#content = content;
    this.#generate = generated?.read;
    this.#accept = generated?.write;
  }

  get generated(): boolean {
    return this.#generate !== undefined;
  }

  read(): string {
    if (this.program !== undefined) return executableText(this.program, this.apparentSize);
    return this.#generate ? this.#generate() : this.#content;
  }

  /**
   * What a pure function makes of the content, kept until that changes: a file of an image is the same in all its containers, and is
   * parsed once. `key` tells apart what different callers make of it, and goes to the function too.
   */
  derived<T>(key: string, make: (content: string, key: string) => T): T {
    if (this.generated) return make(this.read(), key);
    this.#derived ??= new Map();
    let made = this.#derived.get(key) as T | undefined;
    if (made === undefined) {
      made = make(this.read(), key);
      this.#derived.set(key, made);
    }
    return made;
  }

  /** Replaces the content. */
  write(text: string): void {
    this.#derived = undefined;
    if (this.#generate) {
      if (!this.#accept) throw new Errno('EACCES');
      this.#accept(text);
    } else {
      const executable = parseExecutable(text);
      this.#content = executable ? '' : text;
      this.#size = undefined;
      this.program = executable?.program;
      this.apparentSize = executable?.size;
    }
    this.#changed?.notify();
  }

  append(text: string): void {
    if (this.#generate || this.program !== undefined || this.#content === '') return this.write(this.#generate ? text : this.read() + text);
    this.#derived = undefined;
    if (this.#size !== undefined) this.#size += byteLength(text);
    this.#content += text;
    this.#changed?.notify();
  }

  /** Bytes. */
  get size(): number {
    if (this.apparentSize !== undefined) return this.apparentSize;
    if (this.#generate) return 0;
    this.#size ??= byteLength(this.#content);
    return this.#size;
  }

  /** UTF-16 units of text kept. */
  get held(): number {
    return this.#content.length;
  }

  copy(): FileNode {
    const copy = new FileNode(this, this.program === undefined ? this.read() : '');
    copy.program = this.program;
    copy.apparentSize = this.apparentSize;
    return copy;
  }
}

const elf = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0';

/** The bytes of an executable: an ELF header and the name of what runs, so that a binary that went through a tar or a pipe is one still. */
export const executableText = (program: string, size: number | undefined): string => `${elf}${program}\0${size ?? ''}\0`;

/** What an executable's bytes name; undefined for other bytes. */
export function parseExecutable(text: string): { readonly program: string; readonly size: number | undefined } | undefined {
  if (!text.startsWith(elf)) return undefined;
  const [program = '', size = '', end] = text.slice(elf.length).split('\0');
  return end === '' && program !== '' ? { program, size: size === '' ? undefined : Number(size) } : undefined;
}

/**
 * A file that holds the JSON of a value, written out only when somebody reads it: config.json of a bundle, state.json of a runtime.
 * Once something else was written to it, it is an ordinary file and `value` is undefined.
 */
export class JsonFile extends FileNode {
  #value: (() => unknown) | undefined;
  #text: string | undefined;

  constructor(attributes: Attributes, value: () => unknown) {
    super(attributes);
    this.#value = value;
  }

  get value(): unknown {
    return this.#value?.();
  }

  override read(): string {
    if (this.#value === undefined) return super.read();
    this.#text ??= JSON.stringify(this.#value());
    return this.#text;
  }

  override write(text: string): void {
    this.#value = undefined;
    super.write(text);
  }

  override append(text: string): void {
    this.write(this.read() + text);
  }

  override get size(): number {
    return this.#value === undefined ? super.size : byteLength(this.read());
  }
}

/** A directory; subclasses generate or merge their entries. */
export class DirectoryNode implements Common {
  readonly type = 'directory';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 2;
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

/**
 * overlayfs: lower directories under an upper one. Nothing is copied until it is written: looking up a lower directory makes a
 * merged one, and a lower file is shared until `copyUp`. Lower layers are never changed.
 */
export class OverlayDirectory extends DirectoryNode {
  readonly #lowers: readonly DirectoryNode[];
  readonly #hidden = new Set<string>();

  constructor(lowers: readonly DirectoryNode[], attributes: Attributes) {
    super(attributes);
    this.#lowers = lowers;
  }

  override lookup(name: string): Inode | undefined {
    const own = this.own.get(name);
    if (own) return own;
    if (this.#hidden.has(name)) return undefined;
    return this.#lower(name);
  }

  override entries(): [string, Inode][] {
    const all = new Map<string, Inode>();
    for (const lower of this.#lowers)
      for (const [name] of lower.entries()) if (!this.#hidden.has(name) && !all.has(name)) all.set(name, this.lookup(name) as Inode);
    for (const [name, inode] of this.own) all.set(name, inode);
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  override add(name: string, inode: Inode): void {
    this.#hidden.delete(name);
    super.add(name, inode);
  }

  override remove(name: string): void {
    this.#hidden.add(name);
    super.remove(name);
  }

  /** Whether a name stands in the overlay itself, not only in a layer below. */
  owns(name: string): boolean {
    return this.own.has(name);
  }

  /** Makes a shared lower file the overlay's own before it is changed; returns what to change. */
  copyUp(name: string): Inode | undefined {
    const own = this.own.get(name);
    if (own) return own;
    const lower = this.lookup(name);
    if (lower?.type !== 'file') return lower;
    const copy = lower.copy();
    this.own.set(name, copy);
    return copy;
  }

  /** What was written above the lower layers: the size of a container's own layer. Directories that were only walked through do not count. */
  upperUsage(): { readonly bytes: number; readonly inodes: number } {
    let bytes = 0;
    let inodes = this.#hidden.size;
    for (const inode of this.own.values()) {
      const below = usageOf(inode);
      bytes += below.bytes;
      inodes += below.inodes;
    }
    return { bytes, inodes };
  }

  /** The directory's own entries and the names it hides: what `commit` makes a layer of. */
  upper(): { readonly entries: ReadonlyMap<string, Inode>; readonly hidden: ReadonlySet<string> } {
    return { entries: this.own, hidden: this.#hidden };
  }

  #lower(name: string): Inode | undefined {
    const found: DirectoryNode[] = [];
    for (const lower of this.#lowers) {
      const inode = lower.lookup(name);
      if (inode === undefined) continue;
      if (inode.type !== 'directory') {
        if (found.length === 0) return inode;
        break;
      }
      found.push(inode);
    }
    const top = found[0];
    if (!top) return undefined;
    const merged = new OverlayDirectory(found, top);
    this.own.set(name, merged);
    return merged;
  }
}

/** Every file that was written above the lower layers. */
export function* writtenFiles(directory: DirectoryNode): Iterable<FileNode> {
  const entries = directory instanceof OverlayDirectory ? directory.upper().entries : directory.generated ? [] : directory.entries();
  for (const [, inode] of entries) {
    if (inode.type === 'directory') yield* writtenFiles(inode);
    else if (inode.type === 'file') yield inode;
  }
}

/** What lies below an inode, itself counted; of an overlay only its own layer. */
export function usageOf(inode: Inode): { readonly bytes: number; readonly inodes: number } {
  if (inode.type !== 'directory') return { bytes: inode.size, inodes: 1 };
  if (inode instanceof OverlayDirectory) {
    const below = inode.upperUsage();
    return below.inodes === 0 ? below : { bytes: below.bytes + inode.size, inodes: below.inodes + 1 };
  }
  let bytes = inode.size;
  let inodes = 1;
  if (!inode.generated)
    for (const [, child] of inode.entries()) {
      const below = usageOf(child);
      bytes += below.bytes;
      inodes += below.inodes;
    }
  return { bytes, inodes };
}
