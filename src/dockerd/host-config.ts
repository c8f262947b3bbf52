/** A container's HostConfig: what is wrong with it, and what `docker inspect` shows of it (moby daemon/container.go, daemon_unix.go, internal/runconfig). */
import { type ContainerConfig, type CreateOptions, DockerError, type Healthcheck, type HostConfig } from '../interfaces/docker.ts';
import { readonlyPaths } from '../interfaces/oci-defaults.ts';
import { parseSignal } from '../linux/signals.ts';
import type { Engine } from './engine.ts';
import { checkLogValues } from './log-options.ts';
import { verifyMounts } from './mount-specs.ts';
import { knownCapability, maskedPaths } from './spec.ts';
import type { Container } from './state.ts';

const bad = (message: string): DockerError => new DockerError(400, message);

/** Throws for what the daemon refuses to create. */
export function verify(engine: Engine, { config, host }: Pick<CreateOptions, 'config' | 'host'>): void {
  verifyConfig(config);
  verifyMounts(engine, host);
  verifyRestart(host.RestartPolicy);
  for (const [key, names] of [
    ['CapAdd', host.CapAdd],
    ['CapDrop', host.CapDrop],
  ] as const)
    for (const name of names) if (!knownCapability(name)) throw bad(`invalid ${key}: unknown capability: ${JSON.stringify(capabilityName(name))}`);
  verifyResources(engine, host);
  verifyModes(config, host);
}

const capabilityName = (name: string): string => (name.toUpperCase().startsWith('CAP_') ? name.toUpperCase() : `CAP_${name.toUpperCase()}`);

function verifyConfig({ WorkingDir, StopSignal, Healthcheck }: ContainerConfig): void {
  if (WorkingDir !== '' && !WorkingDir.startsWith('/')) throw bad(`the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`);
  if (StopSignal !== undefined && StopSignal !== '' && !parseSignal(StopSignal)) throw bad(`invalid signal: ${StopSignal}`);
  for (const [key, least] of healthTimes) {
    const value = Healthcheck?.[key];
    if (value !== undefined && value !== 0 && value < least) throw bad(`${key} in Healthcheck cannot be less than 1ms`);
  }
  if ((Healthcheck?.Retries ?? 0) < 0) throw bad('Retries in Healthcheck cannot be negative');
}

const healthTimes: readonly (readonly [keyof Healthcheck & ('Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'), number])[] = [
  ['Interval', 1e6],
  ['Timeout', 1e6],
  ['StartPeriod', 1e6],
  ['StartInterval', 1e6],
];

function verifyRestart({ Name, MaximumRetryCount }: HostConfig['RestartPolicy']): void {
  const text = (why: string): DockerError => bad(`invalid restart policy: ${why}`);
  if (Name === 'on-failure') {
    if (MaximumRetryCount < 0) throw text('maximum retry count cannot be negative');
    return;
  }
  if (!['', 'no', 'always', 'unless-stopped'].includes(Name))
    throw text(`unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`);
  if (MaximumRetryCount !== 0) throw text(`maximum retry count can only be used with 'on-failure'${MaximumRetryCount < 0 ? ' and cannot be negative' : ''}`);
}

const least = 6 * 1024 * 1024;

function verifyResources({ kernel }: Engine, host: HostConfig): void {
  const { MemorySwap = 0, MemoryReservation = 0, CpusetCpus = '' } = host.more ?? {};
  if (host.Memory !== 0 && host.Memory < least) throw bad('Minimum memory limit allowed is 6MB');
  if (host.Memory > 0 && MemorySwap > 0 && MemorySwap < host.Memory) throw bad('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (host.Memory === 0 && MemorySwap > 0) throw bad('You should always set the Memory limit when using Memoryswap limit, see usage');
  if (MemoryReservation > 0 && MemoryReservation < least) throw bad('Minimum memory reservation allowed is 6MB');
  if (host.Memory > 0 && MemoryReservation > host.Memory) throw bad('Minimum memory limit can not be less than memory reservation limit, see usage');
  if (host.CpuShares < 0) throw bad(`invalid CPU shares (${host.CpuShares}): value must be a positive integer`);
  if (host.NanoCpus > 0 && host.CpuPeriod) throw bad('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (host.NanoCpus > 0 && host.CpuQuota) throw bad('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (host.NanoCpus < 0 || host.NanoCpus > kernel.cpus * 1e9)
    throw bad(`range of CPUs is from 0.01 to ${kernel.cpus}.00, as there are only ${kernel.cpus} CPUs available`);
  if (host.CpuPeriod && (host.CpuPeriod < 1000 || host.CpuPeriod > 1_000_000))
    throw bad('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  if (host.CpuQuota && host.CpuQuota > 0 && host.CpuQuota < 1000) throw bad('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  if (CpusetCpus !== '' && !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(CpusetCpus))
    throw bad(`Invalid value ${CpusetCpus} for cpuset cpus: invalid format: ${CpusetCpus}`);
  if (Math.abs(host.OomScoreAdj ?? 0) > 1000) throw bad(`Invalid value ${host.OomScoreAdj}, range for oom score adj is [-1000, 1000]`);
  const wanted = (CpusetCpus.match(/\d+/g) ?? []).map(Number);
  if (wanted.some((each) => each >= kernel.cpus))
    throw bad(`Requested CPUs are not available - requested ${CpusetCpus}, available: ${kernel.cpus === 1 ? '0' : `0-${kernel.cpus - 1}`}`);
}

function verifyModes(config: ContainerConfig, host: HostConfig): void {
  const { Links = [], Isolation = '', Runtime = 'runc', SecurityOpt = [], UTSMode = '' } = host.more ?? {};
  const conflict = (what: string): DockerError => bad(`conflicting options: ${what}`);
  const undefinedBehavior = "can't be used with links. This would result in undefined behavior";
  if (host.NetworkMode.startsWith('container:')) {
    if (host.NetworkMode === 'container:') throw bad('invalid network mode: invalid container format container:<name|id>');
    if (config.Hostname !== '') throw conflict('hostname and the network mode');
    if (Links.length > 0) throw conflict(`container type network ${undefinedBehavior}`);
    if (host.Dns.length > 0) throw conflict('dns and the network mode');
    if (host.ExtraHosts.length > 0) throw conflict('custom host-to-IP mapping and the network mode');
    if (Object.keys(host.PortBindings).length > 0 || host.PublishAllPorts) throw conflict('port publishing and the container type network mode');
    if (Object.keys(config.ExposedPorts).length > 0) throw conflict('port exposing and the container type network mode');
  }
  if (UTSMode === 'host' && config.Hostname !== '') throw conflict('hostname and the UTS mode');
  if (host.NetworkMode === 'host' && Links.length > 0) throw conflict(`host type networking ${undefinedBehavior}`);
  if (!['', 'default'].includes(Isolation)) throw bad(`invalid isolation (${Isolation}): linux only supports 'default'`);
  if (!/^(|none|private|shareable|host|container:.+)$/.test(host.IpcMode ?? '')) throw bad(`invalid IPC mode: ${host.IpcMode}`);
  if (!['', 'runc', 'io.containerd.runc.v2'].includes(Runtime)) throw bad(`unknown or invalid runtime name: ${Runtime}`);
  for (const option of SecurityOpt)
    if (!/^(no-new-privileges([=:](true|false|1|0))?|(label|apparmor|seccomp)[=:].*|writable-cgroups([=:](true|false))?|disable)$/s.test(option))
      throw bad(`invalid --security-opt 2: ${JSON.stringify(option)}`);
}

/** What is found wrong only when the container is started. */
export function verifyAtStart(engine: Engine, { host, log }: Container): void {
  checkLogValues(log);
  for (const { PathOnHost } of host.more?.Devices ?? []) {
    if (!engine.files.exists(PathOnHost))
      throw new DockerError(500, `error gathering device information while adding custom device ${JSON.stringify(PathOnHost)}: no such file or directory`);
    throw new DockerError(501, `k8s-lab: the device ${PathOnHost} in a container is not simulated`);
  }
  if ((host.more?.DeviceRequests?.length ?? 0) > 0) throw new DockerError(500, `could not select device driver "" with capabilities: [[gpu]]`);
}

const orNull = (texts: readonly string[]): readonly string[] | null => (texts.length > 0 ? texts : null);

/** HostConfig of `docker inspect`; keys in the order of the real answer. */
export function hostConfig({ host, log }: Container): object {
  const { Name, MaximumRetryCount } = host.RestartPolicy;
  const known = {
    Binds: orNull(host.Binds),
    ContainerIDFile: '',
    LogConfig: log,
    NetworkMode: host.NetworkMode,
    PortBindings: host.PortBindings,
    RestartPolicy: { Name: Name || 'no', MaximumRetryCount },
    AutoRemove: host.AutoRemove,
    VolumeDriver: '',
    VolumesFrom: orNull(host.VolumesFrom),
    ConsoleSize: [0, 0],
    CapAdd: orNull(host.CapAdd),
    CapDrop: orNull(host.CapDrop),
    CgroupnsMode: 'private',
    Dns: orNull(host.Dns),
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: orNull(host.ExtraHosts),
    GroupAdd: orNull(host.GroupAdd ?? []),
    IpcMode: host.IpcMode ?? 'private',
    Cgroup: '',
    Links: null,
    OomScoreAdj: host.OomScoreAdj ?? 0,
    PidMode: host.PidMode,
    Privileged: host.Privileged,
    PublishAllPorts: host.PublishAllPorts,
    ReadonlyRootfs: host.ReadonlyRootfs,
    SecurityOpt: host.Privileged ? ['label=disable'] : null,
    ...(Object.keys(host.Tmpfs).length > 0 ? { Tmpfs: host.Tmpfs } : {}),
    UTSMode: '',
    UsernsMode: '',
    ShmSize: 67108864,
    Runtime: 'runc',
    Isolation: '',
    CpuShares: host.CpuShares,
    Memory: host.Memory,
    NanoCpus: host.NanoCpus,
    CgroupParent: host.CgroupParent ?? '',
    BlkioWeight: 0,
    ...Object.fromEntries(['WeightDevice', 'DeviceReadBps', 'DeviceWriteBps', 'DeviceReadIOps', 'DeviceWriteIOps'].map((name) => [`Blkio${name}`, []])),
    CpuPeriod: host.CpuPeriod ?? 0,
    CpuQuota: host.CpuQuota ?? 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: '',
    CpusetMems: '',
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: 0,
    MemorySwap: host.Memory * 2,
    MemorySwappiness: null,
    OomKillDisable: null,
    PidsLimit: host.PidsLimit > 0 ? host.PidsLimit : null,
    Ulimits: [],
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    ...(host.Mounts ? { Mounts: host.Mounts } : {}),
    MaskedPaths: host.Privileged ? null : maskedPaths,
    ReadonlyPaths: host.Privileged ? null : readonlyPaths,
    ...(host.Init ? { Init: true } : {}),
  };
  return { ...known, ...host.more };
}

/** Discarded with a word to whoever asked. */
export const warnings = ({ more, NetworkMode, PortBindings }: HostConfig): string[] => [
  ...(more?.['OomKillDisable'] === true ? ['Your kernel does not support OomKillDisable. OomKillDisable discarded.'] : []),
  ...(typeof more?.['MemorySwappiness'] === 'number'
    ? ['Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.']
    : []),
  ...(NetworkMode === 'host' && Object.keys(PortBindings).length > 0 ? ['Published ports are discarded when using host network mode'] : []),
];
