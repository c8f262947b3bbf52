/** The OCI spec of a container, from the image's configuration and the flags of `run` (pkg/cmd/container/create.go). */
import type { ImageConfig } from '../../interfaces/containerd.ts';
import type { OciSpec } from '../../interfaces/oci.ts';
import {
  capabilityNames,
  commandOf,
  defaultCapabilities,
  defaultMounts,
  defaultPath,
  maskedPaths,
  readonlyPaths,
  strictOptions,
} from '../../interfaces/oci-defaults.ts';
import { userOf } from '../../linux/passwd.ts';
import type { Flags } from '../flags.ts';
import { parseUlimit } from '../ulimit.ts';
import { NerdctlError } from './context.ts';
import { parseBytes } from './output.ts';

const privileged = capabilityNames('SYS_ADMIN NET_ADMIN SYS_PTRACE SYS_MODULE SYS_TIME SYS_RESOURCE SYS_BOOT SYSLOG');

/** One mount of the spec. */
export type SpecMount = OciSpec['mounts'][number];

const ownMounts = (shmSize: string): readonly SpecMount[] => [
  ...defaultMounts('proc', 'dev', 'pts'),
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: [...strictOptions, 'mode=1777', `size=${shmSize === '' ? '67108864' : (parseBytes(shmSize) ?? 0)}`],
  },
  ...defaultMounts('mqueue', 'sys'),
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', ...strictOptions] },
];

type SpecParts = {
  readonly id: string;
  readonly namespace: string;
  readonly image: ImageConfig | undefined;
  /** What follows the image on the command line. */
  readonly args: readonly string[];
  readonly root: object;
  readonly hostname: string;
  readonly env: readonly string[];
  /** Before the command. */
  readonly init: readonly string[];
  readonly mounts: readonly SpecMount[];
  readonly network: NetworkMode;
  readonly annotations: Readonly<Record<string, string>>;
};

/** `path` is the namespace of the container whose network is shared. */
export type NetworkMode = { readonly type: 'host' | 'none' | 'cni' } | { readonly type: 'container'; readonly path: string };

/** Throws NerdctlError for values that nerdctl refuses. */
export function newSpec(flags: Flags, parts: SpecParts): OciSpec {
  const config = parts.image?.config;
  const caps = capabilitySets(flags);
  const user = findUser(parts.root, flags.text('user') || config?.User || '');
  return {
    ociVersion: '1.3.0',
    process: {
      ...(flags.bool('tty') ? { terminal: true } : {}),
      user: { ...user, additionalGids: [user.gid, ...flags.list('group-add').map((group) => groupOf(parts.root, group))], ...umaskOf(flags.text('umask')) },
      args: [...parts.init, ...command(flags, parts)],
      env: [...(config?.Env ?? [defaultPath]), ...(flags.bool('tty') ? ['TERM=xterm'] : []), `HOSTNAME=${parts.hostname}`, ...parts.env],
      cwd: flags.text('workdir') || config?.WorkingDir || '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      ...(flags.has('oom-score-adj') ? { oomScoreAdj: flags.number('oom-score-adj') } : {}),
      ...ulimitsOf(flags),
      noNewPrivileges: flags.list('security-opt').includes('no-new-privileges'),
    },
    root: { path: 'rootfs', ...(flags.bool('read-only') ? { readonly: true } : {}) },
    hostname: parts.hostname,
    ...(flags.text('domainname') === '' ? {} : { domainname: flags.text('domainname') }),
    mounts: [...ownMounts(flags.text('shm-size')), ...parts.mounts],
    annotations: parts.annotations,
    linux: {
      resources: resourcesOf(flags),
      ...(flags.list('sysctl').length > 0
        ? { sysctl: Object.fromEntries(flags.list('sysctl').map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)])) }
        : {}),
      ...(flags.bool('privileged') || flags.list('security-opt').includes('seccomp=unconfined') ? {} : { seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } }),
      cgroupsPath: `${flags.text('cgroup-parent') || 'system.slice'}:nerdctl:${parts.id}`,
      namespaces: namespacesOf(flags, parts.network),
      ...(flags.bool('privileged') ? {} : { maskedPaths, readonlyPaths }),
    },
  };
}

/** --ulimit (pkg/cmd/container/run_ulimit_linux.go). */
function ulimitsOf(flags: Flags): Pick<OciSpec['process'], 'rlimits'> {
  const given = [...new Set(flags.list('ulimit'))];
  if (given.length === 0) return {};
  const read = (text: string) => {
    const limit = parseUlimit(text);
    if (typeof limit === 'string') throw new NerdctlError(limit);
    return { type: `RLIMIT_${limit.Name.toUpperCase()}`, soft: limit.Soft, hard: limit.Hard };
  };
  return { rlimits: given.map(read) };
}

function umaskOf(text: string): { readonly umask?: number } {
  if (text === '') return {};
  if (!/^[0-7]+$/.test(text)) throw new NerdctlError(`invalid Umask Value:${text}`);
  return { umask: Number.parseInt(text, 8) };
}

/** By name in the container's own /etc/group, or by number. */
function groupOf(root: object, text: string): number {
  const user = userOf(root, `0:${text}`);
  if (typeof user === 'string') throw new NerdctlError(`no groups found`);
  return user.gid;
}

/** --entrypoint empties the image's command too. */
function command(flags: Flags, { image, args }: SpecParts): readonly string[] {
  if (flags.has('entrypoint')) return [...flags.list('entrypoint').filter((each) => each !== ''), ...args];
  const all = commandOf(image?.config, args);
  if (all.length === 0) throw new NerdctlError('no command specified');
  return all;
}

function namespacesOf(flags: Flags, network: NetworkMode): OciSpec['linux']['namespaces'] {
  const own = (flag: string): boolean => flags.text(flag) !== 'host';
  return [
    ...(own('pid') ? [{ type: 'pid' as const }] : []),
    ...(own('ipc') ? [{ type: 'ipc' as const }] : []),
    ...(own('uts') ? [{ type: 'uts' as const }] : []),
    { type: 'mount' as const },
    { type: 'cgroup' as const },
    ...(network.type === 'host' ? [] : network.type === 'container' ? [{ type: 'network' as const, path: network.path }] : [{ type: 'network' as const }]),
  ];
}

/** Only what flags set; `update` takes it too. */
export function resourcesOf(flags: Flags): NonNullable<OciSpec['linux']['resources']> {
  const cpus = flags.number('cpus');
  const quota = flags.has('cpu-quota') ? flags.number('cpu-quota') : undefined;
  const shares = flags.number('cpu-shares');
  const period = flags.number('cpu-period');
  const cpu = {
    ...(shares > 0 ? { shares } : {}),
    ...(cpus > 0 ? { quota: Math.round(cpus * 100_000), period: 100_000 } : {}),
    ...(quota === undefined ? {} : { quota, period: period || 100_000 }),
  };
  const memory = flags.text('memory');
  const limit = memory === '' ? undefined : parseBytes(memory);
  if (memory !== '' && limit === undefined) throw new NerdctlError(`failed to parse memory bytes "${memory}": invalid size: '${memory}'`);
  const pids = flags.number('pids-limit');
  return {
    ...(Object.keys(cpu).length > 0 ? { cpu } : {}),
    ...(limit === undefined ? {} : { memory: { limit } }),
    ...(flags.has('pids-limit') && pids !== 0 ? { pids: { limit: pids } } : {}),
  };
}

function capabilitySets(flags: Flags): string[] {
  const full = (name: string): string => (name.toUpperCase().startsWith('CAP_') ? name.toUpperCase() : `CAP_${name.toUpperCase()}`);
  const all = (names: readonly string[]): boolean => names.some((name) => name.toUpperCase() === 'ALL');
  const dropped = flags.list('cap-drop');
  const names = new Set(all(dropped) ? [] : defaultCapabilities);
  if (flags.bool('privileged') || all(flags.list('cap-add'))) for (const name of [...defaultCapabilities, ...privileged]) names.add(name);
  for (const name of flags.list('cap-add')) if (name.toUpperCase() !== 'ALL') names.add(full(name));
  for (const name of dropped) names.delete(full(name));
  return [...names];
}

/** Looks a user up in the container's own /etc/passwd. */
export function findUser(root: object, text: string): { readonly uid: number; readonly gid: number } {
  if (text === '') return { uid: 0, gid: 0 };
  const user = userOf(root, text);
  if (typeof user === 'string') throw new NerdctlError(`no ${user}s found`);
  return { uid: user.uid, gid: user.gid };
}
