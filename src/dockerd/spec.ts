/** The OCI spec of a container (moby daemon/oci_linux.go). */
import type { ContainerdContainer } from '../interfaces/containerd.ts';
import { DockerError } from '../interfaces/docker.ts';
import type { SeccompProfile } from '../interfaces/oci.ts';
import { defaultCapabilities, defaultMounts, everyCapability, readonlyPaths, strictOptions } from '../interfaces/oci-defaults.ts';
import { loadOwn, parserPath } from '../linux/apparmor-parser.ts';
import type { DirectoryNode } from '../linux/inode.ts';

import { userOf } from '../linux/passwd.ts';
import { newSeccompFilter } from '../linux/seccomp.ts';
import type { Engine } from './engine.ts';
import { memoryMount, tmpfsOptions } from './mount-specs.ts';
import type { Container } from './state.ts';

/** As containerd stores it with a container. */
type OciSpec = ContainerdContainer['spec'];

const mounts: OciSpec['mounts'] = [
  ...defaultMounts('proc', 'dev', 'pts', 'sys'),
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', ...strictOptions] },
  ...defaultMounts('mqueue'),
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...strictOptions, 'mode=1777', 'size=67108864'] },
];

/** Docker's own list, longer than containerd's. */
export const maskedPaths =
  '/proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list /proc/timer_stats /sys/devices/virtual/powercap /sys/firmware'.split(
    ' ',
  );

/** What is known only when the container starts. */
type SpecParts = {
  readonly root: DirectoryNode;
  readonly netns: string | undefined;
  readonly hostname: string;
  /** Of the container whose process or IPC namespace this one joins. */
  readonly otherPid?: number;
  readonly ipcPid?: number;
  readonly apparmor: string;
};

/** /dev/shm in its size. */
const shared = (mount: OciSpec['mounts'][number], size: number | undefined): OciSpec['mounts'][number] =>
  mount.destination === '/dev/shm' && size !== undefined ? { ...mount, options: [...strictOptions, 'mode=1777', `size=${size}`] } : mount;

/** Throws DockerError for a user that the image's files do not have. */
export function newSpec(container: Container, parts: SpecParts): OciSpec {
  const { root, hostname } = parts;
  const { config, host } = container;
  const user = resolveUser(root, config.User);
  const caps = capabilities(container);
  const security = host.more?.SecurityOpt ?? [];
  const sysctl = { ...(host.NetworkMode === 'host' ? {} : unprivileged), ...host.more?.Sysctls };
  return {
    ociVersion: '1.3.0',
    process: {
      ...(config.Tty ? { terminal: true } : {}),
      user: { uid: user.uid, gid: user.gid, additionalGids: [...new Set([...user.groups, ...(host.GroupAdd ?? []).map((group) => groupId(root, group))])] },
      args: [...(host.Init ? [initPath, '--'] : []), ...(config.Entrypoint ?? []), ...(config.Cmd ?? [])],
      env: environment(container, hostname, user.home),
      cwd: config.WorkingDir || '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      oomScoreAdj: host.OomScoreAdj ?? 0,
      ...(parts.apparmor === '' || parts.apparmor === 'unconfined' ? {} : { apparmorProfile: parts.apparmor }),
      ...(security.some((each) => /^no-new-privileges([:=]true)?$/.test(each)) ? { noNewPrivileges: true } : {}),
      ...(ulimits(host.more).length > 0 ? { rlimits: ulimits(host.more) } : {}),
    },
    root: { path: 'rootfs', readonly: host.ReadonlyRootfs },
    ...(host.more?.UTSMode === 'host' ? {} : { hostname }),
    ...(host.more?.Annotations ? { annotations: host.more.Annotations } : {}),
    mounts: [
      ...mounts
        .filter(({ destination }) => host.IpcMode !== 'none' || destination !== '/dev/shm')
        .map((each) => (host.Privileged ? writable : (same: typeof each) => same)(shared(each, host.more?.ShmSize))),
      ...fileMounts(container),
      ...volumeMounts(container),
      ...(host.Init ? [initMount] : []),
    ],
    linux: {
      resources: {
        cpu: { shares: host.CpuShares || 1024, ...cpuLimit(container) },
        ...(host.Memory > 0 ? { memory: { limit: host.Memory } } : {}),
        ...(host.PidsLimit > 0 ? { pids: { limit: host.PidsLimit } } : {}),
        ...unifiedOf(host),
      },
      cgroupsPath: `${host.CgroupParent || 'system.slice'}:docker:${container.id}`,
      ...(Object.keys(sysctl).length > 0 ? { sysctl } : {}),
      ...(host.Privileged || security.some((each) => /^seccomp[:=]unconfined$/.test(each)) ? {} : { seccomp: seccompOf(security) }),
      namespaces: namespaces(container, parts),
      maskedPaths: host.Privileged ? [] : maskedPaths,
      readonlyPaths: host.Privileged ? [] : readonlyPaths,
    },
  };
}

/** The AppArmor profile that a container runs under, empty where the machine has no parser; docker-default is loaded when it is first needed. */
export function apparmorOf({ files, kernel }: Engine, { host }: Container): string {
  if (!files.exists(parserPath)) return '';
  const wanted = host.more?.SecurityOpt?.findLast((each) => /^apparmor[:=]/.test(each))?.slice('apparmor='.length);
  loadOwn(kernel.apparmor, 'docker-default');
  return wanted ?? (host.Privileged ? 'unconfined' : 'docker-default');
}

/** The filter that was given as JSON, or the daemon's own. */
function seccompOf(security: readonly string[]): NonNullable<OciSpec['linux']['seccomp']> {
  const given = security.findLast((each) => /^seccomp[:=]\{/.test(each));
  const own: SeccompProfile = { defaultAction: 'SCMP_ACT_ERRNO' };
  const profile: SeccompProfile = given === undefined ? own : { syscalls: [], ...JSON.parse(given.slice('seccomp='.length)) };
  if (given === undefined || newSeccompFilter(profile)) return profile;
  throw new DockerError(501, 'k8s-lab: what the seccomp profile forbids is not simulated');
}

/** Whoever is not root may open low ports and ping (daemon/oci_linux.go WithNetwork… of a network of its own). */
const unprivileged = { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' };

/** A privileged container writes to /sys. */
const writable = (mount: OciSpec['mounts'][number]): OciSpec['mounts'][number] =>
  /^\/sys/.test(mount.destination) ? { ...mount, options: (mount.options ?? []).map((each) => (each === 'ro' ? 'rw' : each)) } : mount;

/** Limits that are files of the cgroup alone. Swap counts with the memory: twice as much unless it is said. */
function unifiedOf({ Memory, more = {} }: Container['host']): { readonly unified?: Readonly<Record<string, string>> } {
  const { MemorySwap = 0, MemoryReservation = 0, CpusetCpus = '', CpusetMems = '', BlkioWeight = 0 } = more;
  const swap = MemorySwap < 0 || Memory === 0 ? 'max' : String((MemorySwap || Memory * 2) - Memory);
  const unified = {
    ...(Memory > 0 ? { 'memory.swap.max': swap } : {}),
    ...(MemoryReservation > 0 ? { 'memory.low': String(MemoryReservation) } : {}),
    ...(BlkioWeight > 0 ? { 'io.weight': `default ${1 + Math.floor(((BlkioWeight - 10) * 9999) / 990)}` } : {}),
    ...(CpusetCpus === '' ? {} : { 'cpuset.cpus': CpusetCpus }),
    ...(CpusetMems === '' ? {} : { 'cpuset.mems': CpusetMems }),
  };
  return Object.keys(unified).length > 0 ? { unified } : {};
}

/** --ulimit (opts.ParseUlimit made sure of their form). */
const ulimits = (more: Container['host']['more']): NonNullable<OciSpec['process']['rlimits']> =>
  ((more?.Ulimits ?? []) as readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]).map(({ Name, Soft, Hard }) => ({
    type: `RLIMIT_${Name.toUpperCase()}`,
    soft: Soft,
    hard: Hard,
  }));

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
  const cgroup = host.more?.CgroupnsMode === 'host' ? [] : [{ type: 'cgroup' as const }];
  const uts = host.more?.UTSMode === 'host' ? [] : [{ type: 'uts' as const }];
  if (host.NetworkMode === 'host') return [{ type: 'mount' }, ...uts, ...pid, ...ipc, ...cgroup];
  const network = { type: 'network' as const, ...(netns === undefined ? {} : { path: netns }) };
  return [{ type: 'mount' }, ...uts, ...pid, ...ipc, network, ...cgroup];
}

function environment({ config }: Container, hostname: string, home: string): string[] {
  const own = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `HOSTNAME=${hostname}`, ...(config.Tty ? ['TERM=xterm'] : [])];
  const all = new Map([...own, ...config.Env].filter((entry) => entry.includes('=')).map((entry) => [entry.slice(0, entry.indexOf('=')), entry]));
  return [...all.values(), ...(all.has('HOME') ? [] : [`HOME=${home}`])];
}

const bind = ['rbind', 'rprivate'];
/** `--init`: docker-init from the node (daemon/oci_linux.go withInit). */
const initPath = '/sbin/docker-init';
const initMount = { destination: initPath, type: 'bind', source: '/usr/bin/docker-init', options: ['bind', 'ro'] };
const fileMounts = (container: Container): OciSpec['mounts'] =>
  ['resolv.conf', 'hostname', 'hosts'].map((name) => ({ destination: `/etc/${name}`, type: 'bind', source: `${container.directory}/${name}`, options: bind }));

const volumeMounts = ({ mounts: all, host }: Container): OciSpec['mounts'] => [
  ...all.map(({ Type, Source, Destination, RW, Propagation }) =>
    Type === 'tmpfs'
      ? memoryMount(Destination, tmpfsOptions(host.Mounts?.find(({ Target }) => Target === Destination) ?? { Type }))
      : { destination: Destination, type: 'bind', source: Source, options: ['rbind', Propagation || 'rprivate', RW ? 'rw' : 'ro'] },
  ),
  ...Object.entries(host.Tmpfs).map(([destination, options]) => memoryMount(destination, options.split(',').filter(Boolean))),
];

/** Whether the kernel has such a capability; `ALL` stands for every one. */
export const knownCapability = (name: string): boolean =>
  /^(CAP_)?ALL$/i.test(name) || everyCapability.includes(`CAP_${name.toUpperCase().replace(/^CAP_/, '')}`);

function capabilities({ host }: Container): string[] {
  const full = (name: string): string => (name.startsWith('CAP_') ? name : `CAP_${name}`).toUpperCase();
  const all = everyCapability;
  if (host.Privileged) return [...all];
  const set = new Set(host.CapDrop.some((name) => full(name) === 'CAP_ALL') ? [] : defaultCapabilities);
  for (const name of host.CapAdd) for (const each of full(name) === 'CAP_ALL' ? all : [full(name)]) set.add(each);
  for (const name of host.CapDrop) set.delete(full(name));
  return [...set];
}

/** `home` becomes HOME unless the environment has one. */
type User = { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly home: string };

/** `nginx`, `101`, `101:101` by the container's own /etc/passwd and /etc/group. */
export function resolveUser(root: DirectoryNode, text: string): User {
  const found = userOf(root, text);
  const [user, group] = text.split(':');
  if (found === 'user') throw new DockerError(400, `unable to find user ${user}: no matching entries in passwd file`);
  if (found === 'group') throw new DockerError(400, `unable to find group ${group}: no matching entries in group file`);
  return { uid: found.uid, gid: found.gid, groups: [...new Set([found.gid, ...found.memberships])], home: found.home || '/' };
}

/** `--group-add` by name or number. */
function groupId(root: DirectoryNode, group: string): number {
  const outside = /^-?\d+$/.test(group) && (Number(group) < 0 || Number(group) > 2_147_483_647);
  if (outside) throw new DockerError(400, 'uids and gids must be in range 0-2147483647');
  return resolveUser(root, `0:${group}`).gid;
}
