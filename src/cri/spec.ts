/** OCI specs for sandboxes and containers, as far as runtimes make them alike (containerd internal/cri/server/container_create.go, CRI-O server/container_create_linux.go). */
import type { ContainerConfig, LinuxContainerResources, Mount, PodSandboxConfig } from '../interfaces/cri.ts';
import type { ImageConfig } from '../interfaces/distribution.ts';
import type { OciSpec } from '../interfaces/oci.ts';
import { defaultMounts, defaultPath, everyCapability, readonlyPaths, strictOptions } from '../interfaces/oci-defaults.ts';
import type { User } from './user.ts';

const sets = (names: readonly string[]): Record<string, readonly string[]> => ({ bounding: names, effective: names, permitted: names });

/** Files that the runtime keeps for a pod and mounts into its containers. */
type PodFiles = { readonly hostname: string; readonly hosts?: string; readonly resolvConf: string; readonly shm: string };

type SandboxFacts = { readonly id: string; readonly pid: number; readonly config: PodSandboxConfig; readonly netns: string; readonly hostname: string };

/** What each runtime does in its own way. */
export type SpecStyle = {
  /** `CAP_CHOWN` … */
  readonly capabilities: readonly string[];
  files(sandboxId: string): PodFiles;
  cgroupsPath(parent: string | undefined, id: string): string;
  annotations(sandbox: Pick<SandboxFacts, 'id' | 'config'>, container?: Pick<SpecInput, 'id' | 'config' | 'imageName'>): Record<string, string>;
  /** The pod's own namespaces; absent: those of its first process. */
  namespace?(sandbox: SandboxFacts, type: 'ipc' | 'network' | 'uts'): string;
  /** Mounts that every container gets besides. */
  readonly mounts?: OciSpec['mounts'];
};

const baseMounts = defaultMounts('proc', 'dev', 'pts', 'mqueue', 'sys');
const [cgroupMount] = defaultMounts('cgroup') as [OciSpec['mounts'][number]];
/** In the kubelet's order, which is not that of containerd's clients (kubernetes pkg/securitycontext/util_linux.go). */
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

/** The pause container's. */
export function sandboxSpec(
  id: string,
  config: PodSandboxConfig,
  options: { readonly netns: string; readonly image: ImageConfig; readonly hostname: string; readonly user: User; readonly style: SpecStyle },
): OciSpec {
  const namespaces = config.linux?.securityContext?.namespaceOptions;
  const { style } = options;
  const files = style.files(id);
  const entries: OciSpec['linux']['namespaces'][number][] = [{ type: 'mount' }];
  if (namespaces?.pid !== 2) entries.unshift({ type: 'pid' });
  if (namespaces?.ipc !== 2) entries.push({ type: 'ipc' });
  if (namespaces?.usernsOptions) entries.push({ type: 'user' });
  if (options.netns !== '') entries.push({ type: 'uts' }, { type: 'network', path: options.netns });
  return {
    ociVersion: '1.3.0',
    process: {
      user: { uid: options.user.uid, gid: options.user.gid, additionalGids: options.user.groups },
      args: [...(options.image.config.Entrypoint ?? []), ...(options.image.config.Cmd ?? [])],
      env: options.image.config.Env ?? [],
      cwd: options.image.config.WorkingDir || '/',
      capabilities: sets(style.capabilities),
      noNewPrivileges: true,
      oomScoreAdj: -998,
    },
    root: { path: 'rootfs', readonly: true },
    ...(options.netns === '' ? {} : { hostname: options.hostname }),
    mounts: [
      ...baseMounts,
      { destination: '/dev/shm', type: 'bind', source: files.shm, options: ['rbind', 'ro', 'nosuid', 'nodev', 'noexec'] },
      { destination: '/etc/resolv.conf', type: 'bind', source: files.resolvConf, options: ['rbind', 'ro', 'nosuid', 'nodev', 'noexec'] },
    ],
    annotations: style.annotations({ id, config }),
    linux: {
      resources: { cpu: { shares: 2 } },
      ...(namespaces?.usernsOptions && {
        uidMappings: namespaces.usernsOptions.uids.map(({ containerId, hostId, length }) => ({ containerID: containerId, hostID: hostId, size: length })),
      }),
      ...(config.linux?.sysctls && { sysctl: config.linux.sysctls }),
      cgroupsPath: style.cgroupsPath(config.linux?.cgroupParent, id),
      namespaces: entries,
      maskedPaths,
      readonlyPaths,
    },
  };
}

type SpecInput = {
  readonly id: string;
  readonly config: ContainerConfig;
  readonly sandbox: SandboxFacts;
  readonly image: ImageConfig;
  readonly imageName: string;
  readonly user: User;
  /** Where its files are mounted, if not in its bundle. */
  readonly rootfs?: string | undefined;
  /** The profile that it runs under. */
  readonly apparmor?: string | undefined;
  /** The node's filter that it asks for. */
  readonly seccomp?: OciSpec['linux']['seccomp'] | undefined;
  /** Of the container whose processes it is to see (an ephemeral container's target). */
  readonly targetPid: number | undefined;
  readonly style: SpecStyle;
};

/** A container's. */
export function containerSpec(input: SpecInput): OciSpec {
  const { id, config, sandbox, user, style } = input;
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
      capabilities: capabilities(security, privileged, style.capabilities),
      ...(input.apparmor === undefined ? {} : { apparmorProfile: input.apparmor }),
      ...(security?.noNewPrivs ? { noNewPrivileges: true } : {}),
      ...(config.linux?.resources?.oomScoreAdj === undefined ? {} : { oomScoreAdj: config.linux.resources.oomScoreAdj }),
    },
    root: { path: input.rootfs ?? 'rootfs', ...(security?.readonlyRootfs ? { readonly: true } : {}) },
    mounts: [...mounts(config, style.files(sandbox.id), privileged), ...(style.mounts ?? [])],
    annotations: style.annotations(sandbox, input),
    linux: {
      resources: { ...(privileged ? everyDevice : noDevice), ...ociResources(config.linux?.resources ?? {}) },
      cgroupsPath: style.cgroupsPath(sandbox.config.linux?.cgroupParent, id),
      ...(security?.seccomp && security.seccomp.profileType !== 1 && !privileged ? { seccomp: input.seccomp ?? { defaultAction: 'SCMP_ACT_ERRNO' } } : {}),
      namespaces: namespaces(input),
      // Which paths are masked is the caller's wish; a config without a security context has none.
      ...(privileged || security === undefined ? {} : { maskedPaths, readonlyPaths }),
    },
  };
}

const noDevice = { devices: [{ allow: false, access: 'rwm' }] };
const everyDevice = { devices: [{ allow: true, access: 'rwm' }] };

/** The kubelet's limits in the OCI spec's terms; what is not set is left out. */
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
  ...(resources.unified ? { unified: resources.unified } : {}),
});

function command(config: ContainerConfig, image: ImageConfig): string[] {
  const entrypoint = config.command?.length ? config.command : (image.config.Entrypoint ?? []);
  const args = config.args?.length ? config.args : config.command?.length ? [] : (image.config.Cmd ?? []);
  return [...entrypoint, ...args];
}

function environment(config: ContainerConfig, image: ImageConfig, hostname: string): string[] {
  const env = new Map<string, string>();
  const add = (entry: string): void => void env.set(entry.slice(0, entry.indexOf('=')), entry);
  for (const entry of image.config.Env ?? [defaultPath]) add(entry);
  if (config.tty) add('TERM=xterm');
  add(`HOSTNAME=${hostname}`);
  for (const { key, value } of config.envs ?? []) add(`${key}=${value}`);
  return [...env.values()];
}

type Security = NonNullable<ContainerConfig['linux']>['securityContext'];

function capabilities(security: Security, privileged: boolean, usual: readonly string[]): Record<string, readonly string[]> {
  if (privileged) return sets(everyCapability);
  const add = security?.capabilities?.addCapabilities ?? [];
  const drop = security?.capabilities?.dropCapabilities ?? [];
  if (add.length === 0 && drop.length === 0) return sets(usual);
  const full = (name: string): string => (name.toUpperCase().startsWith('CAP_') ? name.toUpperCase() : `CAP_${name.toUpperCase()}`);
  const names = new Set(drop.includes('ALL') ? [] : usual);
  for (const name of drop) names.delete(full(name));
  for (const name of add) for (const each of name === 'ALL' ? everyCapability : [full(name)]) names.add(each);
  return sets([...names]);
}

function mounts(config: ContainerConfig, files: PodFiles, privileged: boolean): OciSpec['mounts'] {
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
  return [
    ...(privileged ? [...baseMounts.slice(0, 4), { ...baseMounts[4], options: [...strictOptions, 'rw'] } as OciSpec['mounts'][number]] : baseMounts),
    privileged ? { ...cgroupMount, options: [...strictOptions, 'relatime', 'rw'] } : cgroupMount,
    ...own('/etc/hostname', files.hostname),
    ...(files.hosts === undefined ? [] : own('/etc/hosts', files.hosts)),
    ...own('/etc/resolv.conf', files.resolvConf),
    ...own('/dev/shm', files.shm),
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

function namespaces({ config, sandbox, targetPid, style }: SpecInput): OciSpec['linux']['namespaces'] {
  const options = config.linux?.securityContext?.namespaceOptions;
  const ofSandbox = sandbox.config.linux?.securityContext?.namespaceOptions;
  const ofProcess = (type: string, pid: number): string => `/proc/${pid}/ns/${type === 'network' ? 'net' : type}`;
  const ofPod = (type: 'ipc' | 'network' | 'uts'): OciSpec['linux']['namespaces'][number] => ({
    type,
    path: style.namespace?.(sandbox, type) ?? ofProcess(type, sandbox.pid),
  });
  const pid = options?.pid ?? 0;
  const shared = pid === 3 && targetPid !== undefined ? targetPid : sandbox.pid;
  return [
    ...(pid === 2 ? [] : [pid === 1 ? { type: 'pid' as const } : { type: 'pid' as const, path: ofProcess('pid', shared) }]),
    ...(ofSandbox?.ipc === 2 ? [] : [ofPod('ipc')]),
    ...(ofSandbox?.usernsOptions ? [{ type: 'user' as const, path: ofProcess('user', sandbox.pid) }] : []),
    ...(sandbox.netns === '' ? [] : [ofPod('uts')]),
    { type: 'mount' },
    ...(sandbox.netns === '' ? [] : [ofPod('network')]),
    { type: 'cgroup' },
  ];
}
