/** /sys/fs/cgroup: the cgroup v2 tree as files; limits can be read and written. */
import type { Cgroup } from './cgroup.ts';
import { Errno } from './errno.ts';
import { FileNode } from './file-node.ts';
import { type DirectoryNode, GeneratedDirectory, type Inode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import type { Process } from './process.ts';

type ControlFile = { readonly read?: (group: Cgroup, kernel: Kernel) => string; readonly write?: (group: Cgroup, text: string, kernel: Kernel) => void };

const limit = (value: number): string => `${Number.isFinite(value) ? value : 'max'}\n`;

function parseLimit(text: string): number {
  if (text.trim() === 'max') return Number.POSITIVE_INFINITY;
  const value = Number(text.trim());
  if (!Number.isFinite(value) || value < 0) throw new Errno('EINVAL');
  return value;
}

function flag(text: string): number {
  if (!/^[01]$/.test(text.trim())) throw new Errno('EINVAL');
  return Number(text);
}

/** The processes of a group and of those below. */
const below = (group: Cgroup, { processes }: Kernel): Process[] => [...group.everyone()].flatMap(({ pid }) => processes.get(pid) ?? []);

/** memparse of the kernel's lib/cmdline.c: a size may end in K, M or G; it is cut to whole pages. */
function parseBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([KMG])?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return parseLimit(text);
  const bytes = Number(digits) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g'];
  return bytes - (bytes % 4096);
}

/** Settings that are kept and read back: without swap and without other work on the machine they change nothing. */
const kept: Readonly<Record<string, string>> = {
  'io.weight': 'default 100',
  'cpuset.cpus': '',
  'cpuset.mems': '',
  'memory.low': '0',
  'memory.high': 'max',
  'memory.swap.max': '0',
};
const keptFile = (name: string, usual: string): ControlFile => ({
  read: (group) => `${group.settings.get(name) ?? usual}\n`,
  write: (group, text) => void group.settings.set(name, text.trim()),
});

/** Documentation/admin-guide/cgroup-v2.rst of the kernel. */
const files: Readonly<Record<string, ControlFile>> = {
  'cgroup.controllers': { read: () => 'cpuset cpu io memory hugetlb pids rdma misc\n' },
  'cgroup.events': { read: (group) => `populated ${group.pids > 0 ? 1 : 0}\nfrozen ${group.frozen ? 1 : 0}\n` },
  'cgroup.procs': {
    read: (group) => [...group.members].map((member) => `${member.pid}\n`).join(''),
    write: (group, text, kernel) => {
      const process = kernel.processes.get(Number(text.trim()));
      if (!process) throw new Errno('ESRCH');
      process.cgroup.leave(process);
      process.cgroup = group;
      group.enter(process);
    },
  },
  'cgroup.freeze': {
    read: (group) => `${group.frozen ? 1 : 0}\n`,
    write: (group, text, kernel) => {
      group.frozen = flag(text) === 1;
      for (const process of below(group, kernel)) process.sim[group.frozen ? 'freeze' : 'thaw']();
    },
  },
  'cgroup.kill': {
    write: (group, text, kernel) => {
      if (flag(text) === 0) throw new Errno('EINVAL');
      for (const process of below(group, kernel)) {
        // A frozen process dies all the same.
        process.sim.thaw();
        process.signal('SIGKILL');
      }
    },
  },
  'cgroup.subtree_control': { read: () => 'cpuset cpu io memory hugetlb pids\n', write: () => {} },
  'cpu.max': {
    read: (group) => `${Number.isFinite(group.cpuQuotaMicros) ? group.cpuQuotaMicros : 'max'} ${group.cpuPeriodMicros}\n`,
    write: (group, text) => {
      const [quota = 'max', period] = text.trim().split(/\s+/);
      group.cpuQuotaMicros = parseLimit(quota);
      if (period) group.cpuPeriodMicros = parseLimit(period);
    },
  },
  'cpu.stat': {
    read: (group) =>
      `usage_usec ${Math.round(group.cpuUsageMicros)}\nuser_usec ${Math.round(group.cpuUsageMicros * 0.7)}\nsystem_usec ${Math.round(group.cpuUsageMicros * 0.3)}\n`,
  },
  'cpu.weight': {
    read: (group) => `${group.cpuWeight}\n`,
    write: (group, text) => {
      group.cpuWeight = parseLimit(text);
    },
  },
  'memory.current': { read: (group) => `${Math.round(group.memoryBytes)}\n` },
  'memory.events': {
    read: (group) => `low 0\nhigh 0\nmax ${group.oomEvents}\noom ${group.oomEvents}\noom_kill ${group.oomKills}\noom_group_kill ${group.oomGroupKills}\n`,
  },
  'memory.max': {
    read: (group) => limit(group.memoryMaxBytes),
    write: (group, text) => {
      group.memoryMaxBytes = parseBytes(text);
      group.chargeMemory(0);
    },
  },
  'memory.oom.group': {
    read: (group) => `${group.oomGroup ? 1 : 0}\n`,
    write: (group, text) => {
      group.oomGroup = flag(text) === 1;
    },
  },
  'memory.peak': { read: (group) => `${Math.round(group.memoryPeakBytes)}\n` },
  'pids.current': { read: (group) => `${group.pids}\n` },
  ...Object.fromEntries(Object.entries(kept).map(([name, usual]) => [name, keptFile(name, usual)])),
  'cpuset.cpus.effective': { read: (group, kernel) => `${group.settings.get('cpuset.cpus') || (kernel.cpus > 1 ? `0-${kernel.cpus - 1}` : '0')}\n` },
  'pids.max': {
    read: (group) => limit(group.pidsMax),
    write: (group, text) => {
      group.pidsMax = parseLimit(text);
    },
  },
};

/** Writes to one file of a group, as a runtime does; false when there is no such file to write to. */
export function writeControl(kernel: Kernel, group: Cgroup, name: string, text: string): boolean {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  file?.write?.(group, text, kernel);
  return file?.write !== undefined;
}

/** A group is made by mkdir, and taken away by rmdir when nobody is in it any more. */
class CgroupDirectory extends GeneratedDirectory {
  readonly #group: Cgroup;
  constructor(group: Cgroup, ...rest: ConstructorParameters<typeof GeneratedDirectory>) {
    super(...rest);
    this.#group = group;
  }
  override get generated(): boolean {
    return false;
  }
  /** Its files go with it; whether it may go, its parent says. */
  override get empty(): boolean {
    return true;
  }
  override add(name?: string, inode?: Inode): void {
    // It has no operation that makes files.
    if (name === undefined || inode?.type !== 'directory') throw new Errno('EACCES');
    this.#group.at(name);
  }
  override remove(name?: string): void {
    const child = this.#group.children.get(name ?? '');
    if (!child) throw new Errno('EPERM');
    if (!child.remove()) throw new Errno('EBUSY');
  }
}

/** The files of a group and the folders of its children. */
export function newCgroupfs(kernel: Kernel, group: Cgroup): DirectoryNode {
  const attributes = (mode: number) => ({ mode, uid: 0, gid: 0, mtime: kernel.bootedAt });
  const control = (_name: string, file: ControlFile): Inode => {
    const { read, write } = file;
    return new FileNode(attributes(!read ? 0o200 : write ? 0o644 : 0o444), '', {
      read: () => read?.(group, kernel) ?? '',
      ...(write ? { write: (text: string) => write(group, text, kernel) } : {}),
    });
  };
  return new CgroupDirectory(
    group,
    attributes(0o755),
    function* (): Iterable<[string, Inode]> {
      for (const [name, file] of Object.entries(files)) yield [name, control(name, file)];
      for (const [name, child] of group.children) yield [name, newCgroupfs(kernel, child)];
    },
    (name) => {
      const file = Object.hasOwn(files, name) ? files[name] : undefined;
      if (file) return control(name, file);
      const child = group.children.get(name);
      return child && newCgroupfs(kernel, child);
    },
  );
}
