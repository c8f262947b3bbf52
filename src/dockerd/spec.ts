/** The OCI spec of a container (moby daemon/oci_linux.go). */
import type { ContainerdContainer } from '../interfaces/containerd.ts';
import { DockerError } from '../interfaces/docker.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import { findIn } from '../linux/tree-entries.ts';
import type { Container } from './state.ts';

export type OciSpec = ContainerdContainer['spec'];

const names = (text: string): string[] => text.split(' ').map((name) => `CAP_${name}`);
const usual = names('CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE');
const others = names(
  'AUDIT_CONTROL AUDIT_READ BLOCK_SUSPEND BPF CHECKPOINT_RESTORE DAC_READ_SEARCH IPC_LOCK IPC_OWNER LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE NET_ADMIN NET_BROADCAST PERFMON SYS_ADMIN SYS_BOOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM',
);
const strict = ['nosuid', 'noexec', 'nodev'];
const mounts: OciSpec['mounts'] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: strict },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...strict, 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', ...strict] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: strict },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...strict, 'mode=1777', 'size=67108864'] },
];

export const maskedPaths =
  '/proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap /sys/firmware'.split(
    ' ',
  );
export const readonlyPaths = '/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger'.split(' ');

export type SpecParts = {
  readonly root: DirectoryNode;
  readonly netns: string | undefined;
  readonly hostname: string;
  /** Of the container whose process or IPC namespace this one joins. */
  readonly otherPid?: number;
  readonly ipcPid?: number;
};

export function newSpec(container: Container, parts: SpecParts): OciSpec {
  const { root, hostname } = parts;
  const { config, host } = container;
  const user = resolveUser(root, config.User);
  const caps = capabilities(container);
  return {
    ociVersion: '1.3.0',
    process: {
      ...(config.Tty ? { terminal: true } : {}),
      user: { uid: user.uid, gid: user.gid, additionalGids: [...new Set([...user.groups, ...(host.GroupAdd ?? []).map(Number)])] },
      args: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
      env: environment(container, hostname, user.home),
      cwd: config.WorkingDir || '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      oomScoreAdj: host.OomScoreAdj ?? 0,
    },
    root: { path: 'rootfs', readonly: host.ReadonlyRootfs },
    ...(host.NetworkMode === 'host' ? {} : { hostname }),
    mounts: [...mounts, ...fileMounts(container), ...volumeMounts(container)],
    linux: {
      resources: {
        cpu: { shares: host.CpuShares || 1024, ...cpuLimit(container) },
        ...(host.Memory > 0 ? { memory: { limit: host.Memory } } : {}),
        ...(host.PidsLimit > 0 ? { pids: { limit: host.PidsLimit } } : {}),
      },
      cgroupsPath: `${host.CgroupParent || 'system.slice'}:docker:${container.id}`,
      namespaces: namespaces(container, parts),
      maskedPaths: host.Privileged ? [] : maskedPaths,
      readonlyPaths: host.Privileged ? [] : readonlyPaths,
    },
  };
}

function cpuLimit({ host }: Container): { readonly quota?: number; readonly period?: number } {
  if (host.NanoCpus > 0) return { quota: Math.round(host.NanoCpus / 10_000), period: 100_000 };
  return host.CpuQuota ? { quota: host.CpuQuota, period: host.CpuPeriod ?? 100_000 } : {};
}

function namespaces({ host }: Container, { netns, otherPid, ipcPid }: SpecParts): OciSpec['linux']['namespaces'] {
  const pid =
    host.PidMode === 'host'
      ? []
      : [{ type: 'pid' as const, ...(host.PidMode.startsWith('container:') && otherPid ? { path: `/proc/${otherPid}/ns/pid` } : {}) }];
  const ipc = host.IpcMode === 'host' ? [] : [{ type: 'ipc' as const, ...(ipcPid ? { path: `/proc/${ipcPid}/ns/ipc` } : {}) }];
  if (host.NetworkMode === 'host') return [{ type: 'mount' }, ...pid, ...ipc];
  const network = { type: 'network' as const, ...(netns === undefined ? {} : { path: netns }) };
  return [{ type: 'mount' }, { type: 'uts' }, ...pid, ...ipc, network, { type: 'cgroup' }];
}

function environment({ config }: Container, hostname: string, home: string): string[] {
  const given = config.Env;
  const has = (name: string): boolean => given.some((entry) => entry.startsWith(`${name}=`));
  return [
    ...(has('PATH') ? [] : ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']),
    ...(has('HOSTNAME') ? [] : [`HOSTNAME=${hostname}`]),
    ...(config.Tty && !has('TERM') ? ['TERM=xterm'] : []),
    ...given.filter((entry) => entry.includes('=')),
    ...(has('HOME') ? [] : [`HOME=${home}`]),
  ];
}

const bind = ['rbind', 'rprivate'];
const fileMounts = (container: Container): OciSpec['mounts'] =>
  ['resolv.conf', 'hostname', 'hosts'].map((name) => ({ destination: `/etc/${name}`, type: 'bind', source: `${container.directory}/${name}`, options: bind }));

const volumeMounts = ({ mounts: all, host }: Container): OciSpec['mounts'] => [
  ...all.map(({ Type, Source, Destination, RW }) =>
    Type === 'tmpfs'
      ? { destination: Destination, type: 'tmpfs', source: 'tmpfs', options: strict }
      : { destination: Destination, type: 'bind', source: Source, options: [...bind, RW ? 'rw' : 'ro'] },
  ),
  ...Object.keys(host.Tmpfs).map((destination) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [...strict, ...(host.Tmpfs[destination] ?? '').split(',').filter(Boolean)],
  })),
];

function capabilities({ host }: Container): string[] {
  const full = (name: string): string => (name.startsWith('CAP_') ? name : `CAP_${name}`).toUpperCase();
  const all = [...usual, ...others];
  if (host.Privileged) return all;
  const set = new Set(host.CapDrop.some((name) => full(name) === 'CAP_ALL') ? [] : usual);
  for (const name of host.CapAdd) for (const each of full(name) === 'CAP_ALL' ? all : [full(name)]) set.add(each);
  for (const name of host.CapDrop) set.delete(full(name));
  return [...set];
}

export type User = { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly home: string };

/** `nginx`, `101`, `101:101` by the container's own /etc/passwd and /etc/group. */
export function resolveUser(root: DirectoryNode, text: string): User {
  const [user = '', group] = text.split(':');
  const wanted = user === '' ? '0' : user;
  const line = lines(root, 'passwd').find(([name, , uid]) => name === wanted || uid === wanted);
  if (!line && !/^\d+$/.test(wanted)) throw new DockerError(400, `unable to find user ${wanted}: no matching entries in passwd file`);
  const groupLine = group === undefined ? undefined : lines(root, 'group').find(([name, , gid]) => name === group || gid === group);
  if (group !== undefined && !groupLine && !/^\d+$/.test(group)) throw new DockerError(400, `unable to find group ${group}: no matching entries in group file`);
  const gid = group === undefined ? Number(line?.[3] ?? 0) : Number(groupLine?.[2] ?? group);
  const member = lines(root, 'group').filter(([, , , members]) => line?.[0] !== undefined && (members ?? '').split(',').includes(line[0]));
  return { uid: Number(line?.[2] ?? wanted), gid, groups: [...new Set([gid, ...member.map(([, , id]) => Number(id))])], home: line?.[5] || '/' };
}

function lines(root: DirectoryNode, file: string): string[][] {
  const inode = findIn(root, `/etc/${file}`);
  return inode?.type === 'file'
    ? inode
        .read()
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(':'))
    : [];
}
