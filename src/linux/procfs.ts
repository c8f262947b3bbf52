/** /proc as a process sees it: generated from the kernel's tables at each look. */
import { labelOf } from './apparmor.ts';
import { capabilityLines, confinementLines } from './capabilities.ts';
import type { Cgroup } from './cgroup.ts';
import { FileNode } from './file-node.ts';
import type { FileUser } from './file-user.ts';
import { DirectoryNode, GeneratedDirectory, type Inode, OwnNode, SymlinkNode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import { mountInfoText, mountsText } from './mount-table.ts';
import type { PidNamespace } from './namespaces.ts';
import { netDirectory } from './proc-net.ts';
import type { Process } from './process.ts';
import { limitsText } from './rlimits.ts';
import { newSysctl } from './sysctl.ts';

/** The link target that FileSystem replaces by the reading process's own number. */
const selfLink = '<self>';

const root = (mode: number, now: number) => ({ mode, uid: 0, gid: 0, mtime: now });

/** The root directory of a proc filesystem mounted in a pid namespace. */
export function newProcfs(kernel: Kernel, namespace: PidNamespace): DirectoryNode {
  const now = kernel.bootedAt;
  const file = (read: () => string): FileNode => new FileNode(root(0o444, now), '', { read });
  const fixed = new Map<string, Inode>([
    ['cmdline', file(() => 'BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet\n')],
    ['cpuinfo', file(() => cpuInfo(kernel))],
    ['filesystems', file(() => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tcgroup2\nnodev\toverlay\n\text4\n')],
    ['loadavg', file(() => `0.${10 + (kernel.processes.size % 40)} 0.18 0.12 1/${kernel.processes.size} ${Math.max(0, ...kernel.processes.keys())}\n`)],
    ['meminfo', file(() => memInfo(kernel))],
    ['modules', file(() => modules(kernel))],
    ['mounts', new SymlinkNode(root(0, now), 'self/mounts')],
    ['net', new SymlinkNode(root(0, now), 'self/net')],
    ['self', new SymlinkNode(root(0, now), selfLink)],
    ['stat', file(() => `cpu  ${kernel.processes.size} 0 0 0 0 0 0 0 0 0\nbtime ${Math.floor(kernel.bootedAt / 1000)}\nprocesses ${kernel.processes.size}\n`)],
    ['sys', newSysctl(kernel, namespace)],
    ['partitions', file(() => partitions(kernel))],
    ['swaps', file(() => swaps(kernel))],
    ['uptime', file(() => `${((kernel.sim.now - kernel.bootedAt) / 1000).toFixed(2)} ${((kernel.sim.now - kernel.bootedAt) / 1000).toFixed(2)}\n`)],
    ['version', file(() => `Linux version ${kernel.release} (debian-kernel@lists.debian.org) (gcc-14) #1 SMP PREEMPT_DYNAMIC\n`)],
  ]);
  const processes = (): Iterable<[number, Process]> => (namespace === kernel.host.pid ? kernel.processes : namespace.processes);
  const find = (name: string): Inode | undefined => {
    const process = /^\d+$/.test(name) ? (namespace === kernel.host.pid ? kernel.processes : namespace.processes).get(Number(name)) : undefined;
    return process ? processDirectory(kernel, process, Number(name), namespace) : fixed.get(name);
  };
  return new GeneratedDirectory(
    root(0o555, now),
    function* (): Iterable<[string, Inode]> {
      for (const [pid, process] of processes()) yield [String(pid), processDirectory(kernel, process, pid, namespace)];
      yield* fixed;
    },
    find,
  );
}

/** `thread`: as it stands in the process's own task directory, which has no further one. */
function processDirectory(kernel: Kernel, process: Process, pid: number, namespace: PidNamespace, thread = false): DirectoryNode {
  const { uid, gid } = process.credentials;
  const own = (mode: number) => ({ mode, uid, gid, mtime: process.startedAt });
  const file = (read: () => string, mode = 0o444): FileNode => new FileNode(own(mode), '', { read });
  const link = (target: string): SymlinkNode => new SymlinkNode(own(0), target);
  const table: Record<string, () => Inode> = {
    attr: () => new GeneratedDirectory(own(0o555), () => [['current', file(() => `${labelOf(process.credentials.confinement)}\n`)]]),
    cgroup: () =>
      new OwnNode<FileUser>(own(0), ({ namespaces }) => file(() => `0::${cgroupPath(process.cgroup, namespaces?.cgroup.root ?? kernel.rootCgroup)}\n`)),
    cmdline: () => file(() => (process.state === 'zombie' ? '' : `${process.argv.join('\0')}\0`)),
    comm: () => file(() => `${process.comm.slice(0, 15)}\n`),
    cwd: () => link(process.cwd),
    environ: () =>
      file(
        () =>
          Object.entries(process.env)
            .map(([key, value]) => `${key}=${value}\0`)
            .join(''),
        0o400,
      ),
    exe: () => link(process.exe),
    fd: () => fdDirectory(process, own),
    gid_map: () => file(() => mapText(process)),
    limits: () => file(() => limitsText(process)),
    mountinfo: () => file(() => mountInfoText(process.namespaces.mount)),
    mounts: () => file(() => mountsText(process.namespaces.mount)),
    net: () => netDirectory(kernel, process.namespaces.network, own),
    ns: () => nsDirectory(process, own),
    oom_score: () => file(() => `${oomScore(kernel, process)}\n`),
    oom_score_adj: () => file(() => `${process.oomScoreAdj}\n`),
    root: () => new ProcessRoot(own(0o700), process.namespaces.mount.root),
    stat: () => file(() => `${pid} (${process.comm}) ${stateLetter(process)} ${parentPid(process, namespace)} ${process.group} ${process.session} 0 -1\n`),
    setgroups: () => file(() => `${process.namespaces.user.map[2] === 1 ? 'deny' : 'allow'}\n`),
    statm: () => file(() => statm(process)),
    status: () => file(() => status(kernel, process, pid, namespace)),
    ...(thread ? {} : { task: () => new GeneratedDirectory(own(0o555), () => [[String(pid), processDirectory(kernel, process, pid, namespace, true)]]) }),
    uid_map: () => file(() => mapText(process)),
  };
  return new GeneratedDirectory(
    own(0o555),
    () => Object.entries(table).map(([name, make]) => [name, name === 'cgroup' ? file(() => '') : make()]),
    (name) => (Object.hasOwn(table, name) ? table[name]?.() : undefined),
  );
}

/**
 * The root of a process, for its owner and for root alone (ptrace_may_access). What is mounted inside shows at its place in the other root
 * only, not through this link.
 */
class ProcessRoot extends DirectoryNode {
  readonly #root: DirectoryNode;
  constructor(attributes: ConstructorParameters<typeof DirectoryNode>[0], root: DirectoryNode) {
    super(attributes);
    this.#root = root;
  }
  override lookup(name: string): Inode | undefined {
    return this.#root.lookup(name);
  }
  override entries(): [string, Inode][] {
    return this.#root.entries();
  }
  override add(name: string, inode: Inode): void {
    this.#root.add(name, inode);
  }
  override remove(name: string): void {
    this.#root.remove(name);
  }
}

const mapText = ({ namespaces }: Process): string => `${namespaces.user.map.map((number) => String(number).padStart(10)).join(' ')}\n`;

/** mm/oom_kill.c oom_badness, as fs/proc/base.c scales it. */
const oomScore = ({ memoryBytes }: Kernel, process: Process): number =>
  process.oomScoreAdj === -1000 ? 0 : Math.max(0, Math.floor(((1000 + (1000 * process.memoryBytes) / memoryBytes + process.oomScoreAdj) * 2) / 3));

/** Pages: as /proc/PID/status counts them. */
function statm({ memoryBytes }: Process): string {
  const pages = Math.round(memoryBytes / 4096);
  return `${pages * 2} ${pages} 0 0 0 ${pages * 2} 0\n`;
}

const stateLetter = (process: Process): string => (process.state === 'zombie' ? 'Z' : process.state === 'stopped' ? 'T' : 'S');

const parentPid = (process: Process, namespace: PidNamespace): number => process.parent?.pids.get(namespace) ?? 0;

/** As those see it whose control groups begin at `top`. */
const cgroupPath = (group: Cgroup, top: Cgroup): string => {
  const above = top.path === '/' ? '' : top.path;
  return group.path === above ? '/' : group.path.startsWith(`${above}/`) ? group.path.slice(above.length) : `/..${group.path}`;
};

function status(kernel: Kernel, process: Process, pid: number, namespace: PidNamespace): string {
  const { uid, gid, groups } = process.credentials;
  const names = { S: 'S (sleeping)', Z: 'Z (zombie)', T: 'T (stopped)' } as const;
  const kilobytes = Math.round(process.memoryBytes / 1024);
  const inner = [...process.pids.values()];
  return `${[
    `Name:\t${process.comm.slice(0, 15)}`,
    'Umask:\t0022',
    `State:\t${names[stateLetter(process) as keyof typeof names]}`,
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    `PPid:\t${parentPid(process, namespace)}`,
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}`,
    `Gid:\t${gid}\t${gid}\t${gid}\t${gid}`,
    `Groups:\t${groups.join(' ')} `,
    `NSpid:\t${(namespace === kernel.host.pid ? inner : [pid]).join('\t')}`,
    `VmSize:\t${String(kilobytes * 2).padStart(8)} kB`,
    `VmRSS:\t${String(kilobytes).padStart(8)} kB`,
    'Threads:\t1',
    ...capabilityLines(process.credentials),
    ...confinementLines(process.credentials),
  ].join('\n')}\n`;
}

function fdDirectory(process: Process, own: (mode: number) => { mode: number; uid: number; gid: number; mtime: number }): DirectoryNode {
  return new GeneratedDirectory(own(0o500), () =>
    [...process.fds]
      .sort(([a], [b]) => a - b)
      .map(([fd, file]) => [
        String(fd),
        new SymlinkNode(own(0), file.tty ? `/dev/${file.tty.name}` : 'path' in file ? String(file.path) : `pipe:[${20_000 + process.pid * 8 + fd}]`),
      ]),
  );
}

/** All processes of the lab share one. */
const timeNamespace = 4_026_531_834;

function nsDirectory(process: Process, own: (mode: number) => { mode: number; uid: number; gid: number; mtime: number }): DirectoryNode {
  const { namespaces } = process;
  const inodes: [string, number][] = [
    ['cgroup', namespaces.cgroup.inode],
    ['ipc', namespaces.ipc.inode],
    ['mnt', namespaces.mount.inode],
    ['net', namespaces.network.inode],
    ['pid', namespaces.pid.inode],
    ['pid_for_children', namespaces.pid.inode],
    ['time', timeNamespace],
    ['time_for_children', timeNamespace],
    ['user', namespaces.user.inode],
    ['uts', namespaces.uts.inode],
  ];
  return new GeneratedDirectory(own(0o511), () =>
    inodes.map(([name, inode]) => [name, new SymlinkNode(own(0), `${name.replace('_for_children', '')}:[${inode}]`)]),
  );
}

function partitions({ disk }: Kernel): string {
  const rows = [0, 1].map((i) => ` 254        ${i} ${String(disk.capacityBytes / 1024).padStart(10)} vda${i === 0 ? '' : i}\n`);
  return `major minor  #blocks  name\n\n${rows.join('')}`;
}

function swaps(kernel: Kernel): string {
  const rows = kernel.swaps.map(({ path, bytes }, i) => `${path.padEnd(40)}file\t\t${bytes / 1024 - 4}\t\t0\t\t${-2 - i}\n`);
  return `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${rows.join('')}`;
}

function cpuInfo(kernel: Kernel): string {
  return Array.from(
    { length: kernel.cpus },
    (_each, index) =>
      `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel name\t: k8s-lab virtual CPU\ncpu MHz\t\t: 2600.000\ncpu cores\t: ${kernel.cpus}\n\n`,
  ).join('');
}

function memInfo(kernel: Kernel): string {
  const row = (name: string, bytes: number): string => `${`${name}:`.padEnd(16)}${String(Math.round(bytes / 1024)).padStart(8)} kB\n`;
  const used = kernel.rootCgroup.memoryBytes;
  return (
    row('MemTotal', kernel.memoryBytes) +
    row('MemFree', Math.max(0, kernel.memoryBytes - used * 1.2)) +
    row('MemAvailable', Math.max(0, kernel.memoryBytes - used)) +
    row('Buffers', 0) +
    row('Cached', used * 0.2) +
    row('SwapTotal', kernel.swapBytes) +
    row('SwapFree', kernel.swapBytes)
  );
}

const modules = (kernel: Kernel): string =>
  kernel.modules
    .list()
    .map(({ name, size, uses, users }) => `${name} ${size} ${uses} ${users.map((each) => `${each},`).join('') || '-'} Live 0x0000000000000000\n`)
    .join('');
