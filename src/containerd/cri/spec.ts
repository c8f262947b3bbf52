/** OCI specs for sandboxes and containers (internal/cri/server/container_create.go, pkg oci). */
import type { ContainerConfig, LinuxContainerResources, Mount, PodSandboxConfig } from '../../interfaces/cri.ts';
import type { ImageConfig } from '../../interfaces/distribution.ts';
import type { OciSpec } from '../../interfaces/oci.ts';
import type { User } from './user.ts';

const defaultCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
].map((name) => `CAP_${name}`);
const moreCapabilities = [
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'DAC_READ_SEARCH',
  'IPC_LOCK',
  'IPC_OWNER',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
  'NET_BROADCAST',
  'PERFMON',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'SYSLOG',
  'WAKE_ALARM',
].map((name) => `CAP_${name}`);
const sets = (names: readonly string[]): Record<string, readonly string[]> => ({ bounding: names, effective: names, permitted: names });
const defaultSets = sets(defaultCapabilities);

const strict = ['nosuid', 'noexec', 'nodev'];
const baseMounts: readonly OciSpec['mounts'][number][] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: strict },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: strict },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...strict, 'ro'] },
];
const cgroupMount: OciSpec['mounts'][number] = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...strict, 'relatime', 'ro'] };
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export const sandboxFiles = (id: string): string => `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`;
export const sandboxShm = (id: string): string => `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/shm`;

/**
 * `kubepods-pod1.slice:cri-containerd:<id>` where the parent is a slice, else a path. Without `SystemdCgroup` runc takes the first for the
 * name of a directory, below containerd's own group.
 */
export function cgroupsPath(parent: string | undefined, id: string, systemd = true): string {
  if (parent === undefined || parent === '') return `/k8s.io/${id}`;
  const base = parent.slice(parent.lastIndexOf('/') + 1);
  if (base.endsWith('.slice')) return `${systemd ? '' : '/system.slice/containerd.service/'}${base}:cri-containerd:${id}`;
  return `${parent === '/' ? '' : parent}/${id}`;
}

const describe = (id: string, config: PodSandboxConfig): Record<string, string> => ({
  'io.kubernetes.cri.sandbox-id': id,
  'io.kubernetes.cri.sandbox-name': config.metadata.name,
  'io.kubernetes.cri.sandbox-namespace': config.metadata.namespace,
  'io.kubernetes.cri.sandbox-uid': config.metadata.uid,
});

/** The pause container's. */
export function sandboxSpec(
  id: string,
  config: PodSandboxConfig,
  options: { readonly netns: string; readonly image: ImageConfig; readonly hostname: string; readonly user: User; readonly systemdCgroup: boolean },
): OciSpec {
  const namespaces = config.linux?.securityContext?.namespaceOptions;
  const entries: OciSpec['linux']['namespaces'][number][] = [{ type: 'mount' }];
  if (namespaces?.pid !== 2) entries.unshift({ type: 'pid' });
  if (namespaces?.ipc !== 2) entries.push({ type: 'ipc' });
  if (options.netns !== '') entries.push({ type: 'uts' }, { type: 'network', path: options.netns });
  return {
    ociVersion: '1.3.0',
    process: {
      user: { uid: options.user.uid, gid: options.user.gid, additionalGids: options.user.groups },
      args: [...(options.image.config.Entrypoint ?? []), ...(options.image.config.Cmd ?? [])],
      env: options.image.config.Env ?? [],
      cwd: options.image.config.WorkingDir || '/',
      capabilities: defaultSets,
      noNewPrivileges: true,
      oomScoreAdj: -998,
    },
    root: { path: 'rootfs', readonly: true },
    ...(options.netns === '' ? {} : { hostname: options.hostname }),
    mounts: [
      ...baseMounts,
      { destination: '/dev/shm', type: 'bind', source: sandboxShm(id), options: ['rbind', 'ro', 'nosuid', 'nodev', 'noexec'] },
      { destination: '/etc/resolv.conf', type: 'bind', source: `${sandboxFiles(id)}/resolv.conf`, options: ['rbind', 'ro', 'nosuid', 'nodev', 'noexec'] },
    ],
    annotations: {
      'io.kubernetes.cri.container-type': 'sandbox',
      'io.kubernetes.cri.sandbox-log-directory': config.logDirectory ?? '',
      ...describe(id, config),
    },
    linux: {
      resources: { cpu: { shares: 2 } },
      cgroupsPath: cgroupsPath(config.linux?.cgroupParent, id, options.systemdCgroup),
      namespaces: entries,
      maskedPaths,
      readonlyPaths,
    },
  };
}

export type SpecInput = {
  readonly id: string;
  readonly config: ContainerConfig;
  readonly sandbox: { readonly id: string; readonly pid: number; readonly config: PodSandboxConfig; readonly netns: string; readonly hostname: string };
  readonly image: ImageConfig;
  readonly imageName: string;
  readonly user: User;
  /** Of the container whose processes it is to see (an ephemeral container's target). */
  readonly targetPid: number | undefined;
  readonly systemdCgroup: boolean;
};

/** A container's. */
export function containerSpec(input: SpecInput): OciSpec {
  const { id, config, sandbox, user } = input;
  const security = config.linux?.securityContext;
  const privileged = security?.privileged === true;
  return {
    ociVersion: '1.3.0',
    process: {
      ...(config.tty ? { terminal: true } : {}),
      user: { uid: user.uid, gid: user.gid, additionalGids: user.groups },
      args: command(config, input.image),
      env: environment(config, input.image, sandbox.hostname),
      cwd: config.workingDir || input.image.config.WorkingDir || '/',
      capabilities: capabilities(security, privileged),
      ...(config.linux?.resources?.oomScoreAdj === undefined ? {} : { oomScoreAdj: config.linux.resources.oomScoreAdj }),
    },
    root: { path: 'rootfs', ...(security?.readonlyRootfs ? { readonly: true } : {}) },
    mounts: mounts(config, sandbox.id, privileged),
    annotations: {
      'io.kubernetes.cri.container-name': config.metadata.name,
      'io.kubernetes.cri.container-type': 'container',
      'io.kubernetes.cri.image-name': input.imageName,
      ...describe(sandbox.id, sandbox.config),
    },
    linux: {
      resources: { ...(privileged ? everyDevice : noDevice), ...ociResources(config.linux?.resources ?? {}) },
      cgroupsPath: cgroupsPath(sandbox.config.linux?.cgroupParent, id, input.systemdCgroup),
      namespaces: namespaces(input),
      // Which paths are masked is the caller's wish; a config without a security context has none.
      ...(privileged || security === undefined ? {} : { maskedPaths, readonlyPaths }),
    },
  };
}

const noDevice = { devices: [{ allow: false, access: 'rwm' }] };
const everyDevice = { devices: [{ allow: true, access: 'rwm' }] };

export const ociResources = (resources: LinuxContainerResources): NonNullable<OciSpec['linux']['resources']> => ({
  ...(resources.memoryLimitInBytes ? { memory: { limit: resources.memoryLimitInBytes } } : {}),
  ...(resources.cpuShares || resources.cpuQuota || resources.cpuPeriod
    ? {
        cpu: {
          ...(resources.cpuShares ? { shares: resources.cpuShares } : {}),
          ...(resources.cpuQuota ? { quota: resources.cpuQuota } : {}),
          ...(resources.cpuPeriod ? { period: resources.cpuPeriod } : {}),
        },
      }
    : {}),
});

function command(config: ContainerConfig, image: ImageConfig): string[] {
  const entrypoint = config.command?.length ? config.command : (image.config.Entrypoint ?? []);
  const args = config.args?.length ? config.args : config.command?.length ? [] : (image.config.Cmd ?? []);
  return [...entrypoint, ...args];
}

function environment(config: ContainerConfig, image: ImageConfig, hostname: string): string[] {
  const env = new Map<string, string>();
  const add = (entry: string): void => void env.set(entry.slice(0, entry.indexOf('=')), entry);
  for (const entry of image.config.Env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']) add(entry);
  if (config.tty) add('TERM=xterm');
  add(`HOSTNAME=${hostname}`);
  for (const { key, value } of config.envs ?? []) add(`${key}=${value}`);
  return [...env.values()];
}

type Security = NonNullable<ContainerConfig['linux']>['securityContext'];

function capabilities(security: Security, privileged: boolean): Record<string, readonly string[]> {
  if (privileged) return sets([...defaultCapabilities, ...moreCapabilities]);
  const add = security?.capabilities?.addCapabilities ?? [];
  const drop = security?.capabilities?.dropCapabilities ?? [];
  if (add.length === 0 && drop.length === 0) return defaultSets;
  const full = (name: string): string => (name.toUpperCase().startsWith('CAP_') ? name.toUpperCase() : `CAP_${name.toUpperCase()}`);
  const names = new Set(drop.includes('ALL') ? [] : defaultCapabilities);
  for (const name of drop) names.delete(full(name));
  for (const name of add) for (const each of name === 'ALL' ? [...defaultCapabilities, ...moreCapabilities] : [full(name)]) names.add(each);
  return sets([...names]);
}

function mounts(config: ContainerConfig, sandboxId: string, privileged: boolean): OciSpec['mounts'] {
  const asked = config.mounts ?? [];
  const own = (destination: string, source: string): OciSpec['mounts'][number][] =>
    asked.some((mount) => mount.containerPath === destination)
      ? []
      : [
          {
            destination,
            type: 'bind',
            source,
            options: ['rbind', 'rprivate', config.linux?.securityContext?.readonlyRootfs && destination !== '/dev/shm' ? 'ro' : 'rw'],
          },
        ];
  const files = sandboxFiles(sandboxId);
  return [
    ...(privileged ? [...baseMounts.slice(0, 4), { ...baseMounts[4], options: [...strict, 'rw'] } as OciSpec['mounts'][number]] : baseMounts),
    privileged ? { ...cgroupMount, options: [...strict, 'relatime', 'rw'] } : cgroupMount,
    ...own('/etc/hostname', `${files}/hostname`),
    ...own('/etc/hosts', `${files}/hosts`),
    ...own('/etc/resolv.conf', `${files}/resolv.conf`),
    ...own('/dev/shm', sandboxShm(sandboxId)),
    ...[...asked].sort((a, b) => depth(a) - depth(b)).map(bind),
  ];
}

const depth = ({ containerPath }: Mount): number => containerPath.split('/').filter(Boolean).length;

const propagations = ['rprivate', 'rslave', 'rshared'];
const bind = (mount: Mount): OciSpec['mounts'][number] => ({
  destination: mount.containerPath,
  type: 'bind',
  source: mount.hostPath,
  options: ['rbind', propagations[mount.propagation ?? 0] ?? 'rprivate', mount.readonly ? 'ro' : 'rw'],
});

function namespaces({ config, sandbox, targetPid }: SpecInput): OciSpec['linux']['namespaces'] {
  const options = config.linux?.securityContext?.namespaceOptions;
  const of = (type: 'ipc' | 'network' | 'pid' | 'uts', pid: number): OciSpec['linux']['namespaces'][number] => ({
    type,
    path: `/proc/${pid}/ns/${type === 'network' ? 'net' : type}`,
  });
  const pid = options?.pid ?? 0;
  return [
    ...(pid === 2 ? [] : pid === 1 ? [{ type: 'pid' as const }] : [of('pid', pid === 3 && targetPid !== undefined ? targetPid : sandbox.pid)]),
    ...(sandbox.config.linux?.securityContext?.namespaceOptions?.ipc === 2 ? [] : [of('ipc', sandbox.pid)]),
    ...(sandbox.netns === '' ? [] : [of('uts', sandbox.pid)]),
    { type: 'mount' },
    ...(sandbox.netns === '' ? [] : [of('network', sandbox.pid)]),
    { type: 'cgroup' },
  ];
}
