/** A container's view of files: its root directory and what the spec mounts over it (libcontainer/rootfs_linux.go). */
import { OciError, type OciSpec } from '../interfaces/oci.ts';
import type { Cgroup } from '../linux/cgroup.ts';
import { newCgroupfs } from '../linux/cgroupfs.ts';
import { Tmpfs } from '../linux/disk.ts';
import { Errno } from '../linux/errno.ts';
import { FileNode } from '../linux/file-node.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { DirectoryNode, GeneratedDirectory, type Inode, SpecialNode, SymlinkNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import { MountNamespace } from '../linux/mounts.ts';
import type { PidNamespace } from '../linux/namespaces.ts';
import type { NetworkNamespace } from '../linux/network.ts';
import { OverlayDirectory } from '../linux/overlay.ts';
import { newProcfs } from '../linux/procfs.ts';
import { emptyTree, newSysfs } from '../linux/sysfs.ts';

type SpecMount = OciSpec['mounts'][number];
/** What the file systems of the kernel show of it. */
type Shown = { readonly pid: PidNamespace; readonly network: NetworkNamespace; readonly cgroup: Cgroup; readonly terminal: boolean };

/** Files as root sees them in a namespace: what runtimes work with. */
export const rootFileSystem = (namespace: MountNamespace, clock: { readonly now: number }): FileSystem => new FileSystem(namespace, daemonUser(clock, 0));

/** Makes the mount namespaces of containers on one node. */
export class RootfsBuilder {
  readonly #kernel: Kernel;
  readonly #host: FileSystem;
  /** What /dev holds at first: one for all containers, under each one's own. */
  readonly #devices: DirectoryNode;

  constructor(kernel: Kernel, host: FileSystem) {
    this.#kernel = kernel;
    this.#host = host;
    this.#devices = deviceDirectory(kernel.sim.now);
  }

  build(spec: OciSpec, bundle: string, container: Shown): MountNamespace {
    const root = this.#rootDirectory(spec, bundle);
    const namespace = new MountNamespace(root, this.#kernel.disk);
    const files = rootFileSystem(namespace, this.#kernel.sim);
    for (const mount of spec.mounts) this.#mount(namespace, files, mount, container);
    makeWorkingDirectory(files, spec.process.cwd);
    const final = spec.root.readonly ? readonlyCopy(namespace) : namespace;
    final.inode = this.#kernel.inode();
    final.cgroup = container.cgroup;
    return final;
  }

  #rootDirectory(spec: OciSpec, bundle: string): DirectoryNode {
    const path = spec.root.path.startsWith('/') ? spec.root.path : `${bundle}/${spec.root.path}`;
    const root = this.#host.find(path);
    if (root?.type !== 'directory') throw new OciError(`runc create failed: invalid rootfs: stat ${path}: no such file or directory`);
    return root;
  }

  #mount(namespace: MountNamespace, files: FileSystem, mount: SpecMount, container: Shown): void {
    const options = mount.options ?? [];
    const bind = mount.type === 'bind' || options.includes('bind') || options.includes('rbind');
    const inode = bind ? this.#source(mount) : this.#filesystem(mount, container);
    const path = mountPoint(files, mount, inode);
    if ((files.find(path)?.type === 'directory') !== (inode.type === 'directory')) throw notMounted(mount, `${calledWith(mount, bind)}: not a directory`);
    const kept = options.filter((option) => !propagation.has(option));
    const memory = bind && inode.type === 'directory' && inode.disk !== undefined;
    const source = memory ? (path === '/dev/shm' ? 'shm' : 'tmpfs') : mount.source;
    const type = memory ? 'tmpfs' : bind ? 'ext4' : mount.type === 'cgroup' ? 'cgroup2' : mount.type;
    namespace.mount({ path, root: inode, source, type, options: kept });
    if (options.includes('rbind') && inode.type === 'directory') this.#submounts(namespace, mount.source, path);
  }

  #source(mount: SpecMount): Inode {
    const inode = this.#host.find(mount.source);
    if (inode) return inode;
    throw new OciError(`${failedInit}failed to fulfil mount request: open ${mount.source}: no such file or directory`);
  }

  #filesystem(mount: SpecMount, container: Shown): Inode {
    const now = this.#kernel.sim.now;
    const { type } = mount;
    if (type === 'proc') return lazyDirectory(now, () => newProcfs(this.#kernel, container.pid));
    if (type === 'sysfs') return lazyDirectory(now, () => newSysfs(container.network, now));
    if (!filesystems.has(type)) throw notMounted(mount, `${calledWith(mount, false)}: no such device`);
    if (type === 'cgroup' || type === 'cgroup2') return newCgroupfs(this.#kernel, container.cgroup);
    // The mode of a devpts is that of the terminals in it.
    const mode = type === 'mqueue' ? '1777' : type === 'devpts' ? undefined : mount.options?.find((option) => option.startsWith('mode='))?.slice(5);
    const attributes = { mode: mode ? Number.parseInt(mode, 8) : 0o755, uid: 0, gid: 0, mtime: now };
    if (mount.destination !== '/dev') {
      const folder = new DirectoryNode(attributes);
      if (type === 'tmpfs') folder.disk = new Tmpfs(mount.options ?? [], this.#kernel.memoryBytes, container.cgroup);
      return folder;
    }
    const directory = new OverlayDirectory([this.#devices], attributes);
    if (container.terminal) directory.add('console', new SpecialNode('character', { mode: 0o620, uid: 0, gid: 5, mtime: now }, 'tty'));
    return directory;
  }

  /** `rbind` takes along what is mounted below its source. */
  #submounts(namespace: MountNamespace, source: string, path: string): void {
    if (!this.#kernel.host.mount.hasBelow(source)) return;
    const below = source === '/' ? '/' : `${source}/`;
    for (const each of this.#kernel.host.mount.mounts.values())
      if (each.path.startsWith(below)) namespace.mount({ ...each, path: `${path === '/' ? '' : path}/${each.path.slice(below.length)}` });
  }
}

const failedInit = 'runc create failed: unable to start container process: error during container init: ';

const notMounted = (mount: SpecMount, why: string): OciError =>
  new OciError(`${failedInit}error mounting "${mount.source}" to rootfs at "${mount.destination}": ${why}`);

/** The call of mount(2) as runc tells of it; a bind is made read-only in a second one. */
function calledWith({ source, destination, options = [] }: SpecMount, bind: boolean): string {
  const flags = bind
    ? ['MS_BIND', ...(options.includes('rbind') ? ['MS_REC'] : [])]
    : mountFlags.filter((flag) => options.includes(flag.slice(3).toLowerCase()));
  const data = bind ? [] : options.filter((option) => option.includes('='));
  return `mount src=${source}, dst=${destination}, dstFd=/proc/thread-self/fd/14${flags.length > 0 ? `, flags=${flags.join('|')}` : ''}${data.length > 0 ? `, data=${data.join(',')}` : ''}`;
}

/** Those of the lab's kernel that need no device. */
const filesystems: ReadonlySet<string> = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2', 'tmpfs', 'mqueue', 'devpts']);

const mountFlags = ['MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'];

const propagation: ReadonlySet<string> = new Set(['bind', 'rbind', 'private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave', 'rro']);

/** Makes what is missing to mount upon and gives its real path. */
function mountPoint(files: FileSystem, mount: SpecMount, inode: Inode): string {
  const path = mount.destination;
  try {
    const at = files.locate(path);
    if (at?.inode) return at.path;
    if (at) {
      const attributes = { mode: inode.type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: inode.mtime };
      files.mknod(path, inode.type === 'directory' ? new DirectoryNode(attributes) : new FileNode(attributes));
      return at.path;
    }
    if (inode.type === 'directory') makeDirectory(files, path);
    else {
      makeDirectory(files, path.slice(0, path.lastIndexOf('/')) || '/');
      files.mknod(path, new FileNode({ mode: 0o644, uid: 0, gid: 0, mtime: inode.mtime }));
    }
    return files.realpath(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const why = `lookup mountpoint target: securejoin.OpenInRoot ${path}: openat2 ${path}: `;
    throw notMounted(mount, `create mountpoint for ${path} mount: ${error.code === 'ENOTDIR' ? why : ''}${error.message.toLowerCase()}`);
  }
}

function makeDirectory(files: FileSystem, path: string): void {
  if (path !== '/' && path !== '' && !files.exists(path)) files.mkdir(path, { parents: true, mode: 0o755 });
}

/** os.MkdirAll of prepareRootfs: names the first thing on the way that is no directory. */
function makeWorkingDirectory(files: FileSystem, path: string): void {
  const steps = path.split('/').filter((step) => step !== '');
  const inWay = steps.map((_, i) => `/${steps.slice(0, i + 1).join('/')}`).find((step) => files.exists(step) && !files.isDirectory(step));
  if (inWay !== undefined)
    throw new OciError(`runc create failed: unable to start container process: error during container init: mkdir ${inWay}: not a directory`);
  makeDirectory(files, path);
}

function readonlyCopy(namespace: MountNamespace): MountNamespace {
  const copy = new MountNamespace(namespace.root, namespace.disk, true);
  for (const mount of namespace.mounts.values()) copy.mount(mount);
  return copy;
}

/** A directory that is only made when somebody looks: most containers never read their /proc. */
function lazyDirectory(now: number, make: () => DirectoryNode): DirectoryNode {
  let made: DirectoryNode | undefined;
  const get = (): DirectoryNode => {
    made ??= make();
    return made;
  };
  return new GeneratedDirectory(
    { mode: 0o555, uid: 0, gid: 0, mtime: now },
    () => get().entries(),
    (name) => get().lookup(name),
  );
}

function deviceDirectory(now: number): DirectoryNode {
  const attributes = { mode: 0o666, uid: 0, gid: 0, mtime: now };
  const device = (name: string, kind = name): [string, Inode] => [name, new SpecialNode('character', attributes, kind)];
  const directory = emptyTree(['mqueue', 'pts', 'shm'], now);
  const devices: [string, Inode][] = [
    device('full'),
    device('null'),
    device('random'),
    device('stderr', 'fd/2'),
    device('stdin', 'fd/0'),
    device('stdout', 'fd/1'),
    device('tty'),
    device('urandom', 'random'),
    device('zero'),
    ['core', new SymlinkNode(attributes, '/proc/kcore')],
    ['fd', new SymlinkNode(attributes, '/proc/self/fd')],
    ['ptmx', new SymlinkNode(attributes, 'pts/ptmx')],
  ];
  for (const [name, inode] of devices) directory.add(name, inode);
  return directory;
}
