/** `inspect` in Docker's form (pkg/inspecttypes/dockercompat). */

import type { ContainerdContainer, ContainerdImage } from '../../interfaces/containerd.ts';
import { isMissing } from '../../interfaces/containerd.ts';
import { defaultCapabilities } from '../../interfaces/oci-defaults.ts';
import type { Interface } from '../../linux/network.ts';
import { imageSizes } from './commands/images.ts';
import type { Context } from './context.ts';
import { partsOf, taskOf } from './find.ts';
import { healthConfig, healthOf } from './health.ts';
import { labels } from './labels.ts';
import type { MountPoint } from './mounts.ts';
import { networksOf } from './networks.ts';
import { moment } from './output.ts';
import { repositoryTag } from './reference.ts';
import { readPorts } from './store.ts';

const usualCapabilities = new Set(defaultCapabilities);

/** Keys in the order of nerdctl's own answer. */
export function containerOf(context: Context, container: ContainerdContainer): object {
  const { spec, labels: own, id } = container;
  const mounts = mountsOf(container);
  const source = (path: string): string => mounts.find(({ Destination }) => Destination === path)?.Source ?? '';
  const state = own[labels.stateDir];
  const [path = '', ...args] = spec.process.args;
  return {
    Id: id,
    Created: moment(container.createdAt),
    Path: path,
    Args: args.length > 0 ? args : null,
    State: stateOf(context, container),
    Image: container.image,
    ResolvConfPath: source('/etc/resolv.conf'),
    HostnamePath: source('/etc/hostname'),
    HostsPath: source('/etc/hosts'),
    LogPath: state === undefined ? '' : `${state}/${id}-json.log`,
    Name: own[labels.name] ?? '',
    RestartCount: own[labels.restartStatus] === 'running' ? Number(own[labels.restartCount] ?? 0) : 0,
    Driver: container.snapshotter,
    Platform: 'linux',
    AppArmorProfile: '',
    HostConfig: hostConfig(context, container),
    Mounts: mounts,
    Config: {
      ...(own[labels.hostname] === undefined && spec.hostname === undefined ? {} : { Hostname: own[labels.hostname] ?? spec.hostname }),
      ...(own['nerdctl/domainname'] ? { Domainname: own['nerdctl/domainname'] } : {}),
      ...(own['nerdctl/user'] === undefined ? {} : { User: own['nerdctl/user'] }),
      AttachStdin: false,
      Env: spec.process.env,
      ...(healthConfig(container) ? { Healthcheck: healthConfig(container) } : {}),
      Image: container.image,
      Labels: sorted(own),
    },
    NetworkSettings: networkSettings(context, container),
  };
}

const sorted = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));

function stateOf(context: Context, container: ContainerdContainer): object {
  const { id, labels: own } = container;
  const task = taskOf(context, id);
  const process = task && context.process.kernel.processes.get(task.pid);
  const status = !task ? 'created' : task.status === 'STOPPED' ? 'exited' : task.status.toLowerCase();
  const stopped = task?.status === 'STOPPED';
  return {
    Status: status,
    Running: status === 'running',
    Paused: status === 'paused',
    Restarting: false,
    Pid: stopped ? 0 : (task?.pid ?? 0),
    ExitCode: stopped ? task.exitStatus : 0,
    Error: own[labels.error] ?? '',
    StartedAt: process ? moment(process.startedAt) : '',
    FinishedAt: stopped ? moment(task.exitedAt) : '',
    ...healthOf(context, container),
  };
}

function portBindings(context: Context, id: string): Record<string, { HostIp: string; HostPort: string }[]> {
  const found: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { ContainerPort, Protocol, HostIP, HostPort } of readPorts(context, id)) {
    const key = `${ContainerPort}/${Protocol}`;
    found[key] = [...(found[key] ?? []), { HostIp: HostIP, HostPort: String(HostPort) }];
  }
  return found;
}

function hostConfig(context: Context, { id, labels: own, spec, runtime }: ContainerdContainer): object {
  const caps = spec.process.capabilities?.['bounding'] ?? [];
  const { cpu, memory, pids } = spec.linux.resources ?? {};
  const dns = JSON.parse(own['nerdctl/dns'] ?? '{}') as Record<string, readonly string[] | null>;
  const [policy = '', retries] = (own[labels.restartStatus] === 'running' ? (own[labels.restartPolicy] ?? '') : '').split(':');
  const [network = ''] = networksOf(own);
  const privileged = own['nerdctl/privileged'] === 'true';
  const hostNetwork = network === 'host';
  return {
    ContainerIDFile: (JSON.parse(own['nerdctl/host-config'] ?? '{}') as { CidFile?: string }).CidFile ?? '',
    LogConfig: JSON.parse(own[labels.logConfig] ?? '{"driver":"","address":""}'),
    NetworkMode: network,
    PortBindings: portBindings(context, id),
    RestartPolicy: { Name: policy, MaximumRetryCount: Number(retries ?? 0) },
    AutoRemove: own[labels.autoRemove] === 'true',
    CapAdd: caps.filter((each) => !usualCapabilities.has(each)),
    CapDrop: [...usualCapabilities].filter((each) => !caps.includes(each)),
    CgroupnsMode: '',
    Dns: dns['DNSServers'] ?? null,
    DnsOptions: dns['DNSResolvConfOptions'] ?? null,
    DnsSearch: dns['DNSSearchDomains'] ?? null,
    ExtraHosts: JSON.parse(own[labels.extraHosts] ?? '[]'),
    GroupAdd: [],
    IpcMode: (JSON.parse(own['nerdctl/ipc'] ?? '{"mode":"private"}') as { mode: string }).mode,
    OomScoreAdj: spec.process.oomScoreAdj ?? 0,
    PidMode: spec.linux.namespaces.some(({ type }) => type === 'pid') ? '' : 'host',
    Privileged: privileged,
    ReadonlyRootfs: spec.root.readonly === true,
    UTSMode: spec.linux.namespaces.some(({ type }) => type === 'uts') ? '' : 'host',
    ShmSize: 0,
    Sysctls: hostNetwork ? null : { 'net.ipv4.ip_unprivileged_port_start': '0' },
    Runtime: runtime.name,
    CpusetMems: '',
    CpusetCpus: '',
    CpuQuota: cpu?.quota ?? 0,
    CpuShares: cpu?.shares ?? 0,
    CpuPeriod: cpu?.period ?? 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    Memory: memory?.limit ?? 0,
    MemorySwap: memory?.limit === undefined ? 0 : memory.limit * 2,
    MemoryReservation: 0,
    MemorySwappiness: null,
    PidsLimit: pids?.limit ?? 0,
    Ulimits: null,
    OomKillDisable: false,
    Devices: null,
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: [],
    BlkioDeviceWriteBps: [],
    BlkioDeviceReadIOps: [],
    BlkioDeviceWriteIOps: [],
  };
}

/** Volumes and binds as they were asked for; what nerdctl itself mounts as it stands in the spec. */
function mountsOf({ spec, labels: own }: ContainerdContainer): MountPoint[] {
  const given = JSON.parse(own[labels.mounts] ?? '[]') as MountPoint[];
  const files = spec.mounts
    .filter(({ type, destination }) => (type === 'bind' || type === 'none') && !given.some(({ Destination }) => Destination === destination))
    .map(({ source, destination, options = [] }) => {
      const propagation = options.find((each) => /^r?(private|shared|slave)$/.test(each)) ?? '';
      return { Type: 'bind', Source: source, Destination: destination, Mode: options.join(','), RW: !options.includes('ro'), Propagation: propagation };
    });
  return [...files, ...given.map((each) => (each.Type === 'volume' ? { ...each, Driver: 'local' } : each))];
}

function networkSettings(context: Context, { id }: ContainerdContainer): object {
  const task = taskOf(context, id);
  const live = task && task.status !== 'STOPPED' ? context.process.kernel.processes.get(task.pid)?.namespaces.network : undefined;
  const own = live === context.process.kernel.host.network ? undefined : live;
  const links = [...(own?.interfaces.values() ?? [])].filter(({ kind, addresses }) => kind !== 'loopback' && addresses.length > 0);
  const settings = ({ addresses, mac }: Interface): object => {
    const [ip = '', bits = '0'] = (addresses[0] ?? '').split('/');
    return { IPAddress: ip, IPPrefixLen: Number(bits), GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0, MacAddress: mac };
  };
  const [first] = links;
  const [ip = '', bits = '0'] = (first?.addresses[0] ?? '').split('/');
  return {
    Ports: portBindings(context, id),
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: ip,
    IPPrefixLen: Number(bits),
    MacAddress: first?.mac ?? '',
    Networks: Object.fromEntries(links.map((each) => [`unknown-${each.name}`, settings(each)])),
  };
}

/** Keys in the order of nerdctl's own answer. */
export function imageOf(context: Context, image: ContainerdImage): object {
  const { manifest, config } = partsOf(context, image);
  const { repository, tag } = repositoryTag(image.name);
  const same = context
    .client()
    .images.list(context.namespace)
    .filter(({ target }) => target.digest === image.target.digest)
    .map(({ name }) => repositoryTag(name))
    .filter((each) => each.tag !== '<none>');
  const inner = config?.config;
  return {
    Id: manifest?.config.digest ?? image.target.digest,
    RepoTags:
      tag === '<none>'
        ? same.map((each) => `${each.repository}:${each.tag}`)
        : [...new Set([`${repository}:${tag}`, ...same.map((each) => `${each.repository}:${each.tag}`)])],
    RepoDigests: [`${repository}@${image.target.digest}`],
    Parent: '',
    Comment: config?.history?.at(-1)?.comment ?? '',
    Created: config?.created ?? '',
    DockerVersion: '',
    Author: config?.author ?? '',
    Config: {
      ...(inner?.User ? { User: inner.User } : {}),
      AttachStdin: false,
      ...(inner?.ExposedPorts ? { ExposedPorts: inner.ExposedPorts } : {}),
      ...(inner?.Env ? { Env: inner.Env } : {}),
      ...(inner?.Cmd ? { Cmd: inner.Cmd } : {}),
      Image: image.name,
      ...(inner?.Volumes ? { Volumes: inner.Volumes } : {}),
      ...(inner?.WorkingDir ? { WorkingDir: inner.WorkingDir } : {}),
      ...(inner?.Entrypoint ? { Entrypoint: inner.Entrypoint } : {}),
      ...(inner?.Labels ? { Labels: inner.Labels } : {}),
    },
    Architecture: config?.architecture ?? '',
    Os: config?.os ?? '',
    Size: sizeOf(context, image),
    RootFS: { Type: 'layers', Layers: config?.rootfs.diff_ids ?? [] },
    Metadata: { LastTagTime: moment(image.updatedAt) },
  };
}

function sizeOf(context: Context, image: ContainerdImage): number {
  try {
    return imageSizes(context, image).unpacked;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
