/** What `docker ps` and `docker inspect` tell of a container (moby daemon/inspect.go, daemon/list.go). */
import { humanDuration } from '../apimachinery/go-units.ts';
import type { ContainerInspected, ContainerSummary, PortSummary } from '../interfaces/docker.ts';
import { timestamp } from './container-io.ts';
import { type Engine, moby, snapshotter, wasOomKilled } from './engine.ts';
import { hostConfig } from './host-config.ts';
import type { ImageStore } from './image-store.ts';
import { parsePort } from './ports.ts';
import { apparmorOf } from './spec.ts';
import type { Container, Endpoint } from './state.ts';

const never = '0001-01-01T00:00:00Z';
const time = (at: number): string => (at === 0 ? never : timestamp(at));

/** `find` gives an image by name or id. Sizes are measured when they are read. */
export function summarize(engine: Engine, find: ImageStore['find'], container: Container): ContainerSummary {
  const { config } = container;
  const image = find(container.imageId);
  const size = (): number => (container.removing ? 0 : sizeOf(engine, container));
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: image && find(container.image)?.id === container.imageId ? container.image : (image?.shownId ?? container.imageId).slice(7, 19),
    ImageID: image?.shownId ?? container.imageId,
    Command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].map((word) => (/[\s"]/.test(word) ? `'${word}'` : word)).join(' '),
    Created: Math.floor(container.created / 1000),
    Ports: portsOf(container),
    Labels: config.Labels,
    State: container.status,
    Status: statusOf(container, engine.now),
    Networks: networksOf(container),
    Mounts: container.mounts,
    ExitCode: container.exitCode,
    // Measured only for who asks, as with the API's `size=1`.
    get SizeRw() {
      return size();
    },
    get SizeRootFs() {
      return size() + (image?.unpackedSize ?? 0);
    },
  };
}

const sizeOf = (engine: Engine, { id }: Container): number =>
  engine.containerd.snapshots.list(moby, snapshotter).some(({ key }) => key === id) ? engine.containerd.snapshots.usage(moby, snapshotter, id).size : 0;

const networksOf = ({ endpoints, host }: Container): string[] => (endpoints.size > 0 ? [...endpoints.keys()] : [host.NetworkMode]);

function portsOf(container: Container): PortSummary[] {
  // Without a network of its own a container has no ports of its own.
  if (!container.running || /^(host|none|container:.*)$/.test(container.host.NetworkMode)) return [];
  const published = container.ports.flatMap(({ container: PrivatePort, host, hostIp, protocol, dual }): PortSummary[] =>
    [hostIp, ...(dual ? ['::'] : [])].map((IP) => ({ IP, PrivatePort, PublicPort: host, Type: protocol })),
  );
  const exposed = Object.keys(container.config.ExposedPorts)
    .map(parsePort)
    .filter(({ container: port, protocol }) => !container.ports.some((each) => each.container === port && each.protocol === protocol))
    .map(({ container: PrivatePort, protocol }) => ({ PrivatePort, Type: protocol }));
  return [...exposed, ...published].sort((a, b) => a.PrivatePort - b.PrivatePort);
}

/** container.State.String: `Up 2 seconds (Paused)`, `Exited (137) 3 seconds ago`. */
function statusOf(container: Container, now: number): string {
  const { status, exitCode, startedAt, finishedAt } = container;
  const since = (at: number): string => humanDuration(now - at);
  if (status === 'running') return `Up ${since(startedAt)}${healthText(container)}`;
  if (status === 'paused') return `Up ${since(startedAt)} (Paused)`;
  if (status === 'restarting') return `Restarting (${exitCode}) ${since(finishedAt)} ago`;
  if (status === 'created' || finishedAt === 0) return 'Created';
  return status === 'dead' ? 'Dead' : `Exited (${exitCode}) ${since(finishedAt)} ago`;
}

/** ` (healthy)`, ` (health: starting)`. */
const healthText = ({ health }: Container): string => (health ? ` (${health.Status === 'starting' ? 'health: starting' : health.Status})` : '');

/** Keys in the order of the real answer, for `docker inspect` prints them as they come. */
export function inspectContainer(engine: Engine, store: ImageStore, container: Container): ContainerInspected {
  const { config } = container;
  const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const image = store.find(container.imageId);
  const oomKilled = container.oomKilled || (container.running && wasOomKilled(engine, container));
  return {
    Id: container.id,
    Created: time(container.created),
    Path: command[0] ?? '',
    Args: command.slice(1),
    State: {
      Status: container.status,
      Running: container.running,
      Paused: container.status === 'paused',
      Restarting: container.status === 'restarting',
      OOMKilled: oomKilled,
      Dead: false,
      Pid: container.pid,
      ExitCode: container.exitCode,
      Error: container.error,
      StartedAt: time(container.startedAt),
      FinishedAt: time(container.finishedAt),
      ...(container.health
        ? { Health: { ...container.health, Log: container.health.Log.map((entry) => ({ ...entry, Start: time(entry.Start), End: time(entry.End) })) } }
        : {}),
    },
    Image: image?.shownId ?? container.imageId,
    ResolvConfPath: container.startedAt === 0 ? '' : `${container.directory}/resolv.conf`,
    HostnamePath: container.startedAt === 0 ? '' : `${container.directory}/hostname`,
    HostsPath: container.startedAt === 0 ? '' : `${container.directory}/hosts`,
    LogPath: container.startedAt === 0 || container.log.Type !== 'json-file' ? '' : container.logPath,
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlayfs',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: container.startedAt === 0 ? '' : apparmorOf(engine, container),
    ExecIDs: container.execs.size > 0 ? [...container.execs] : null,
    HostConfig: hostConfig(container),
    Storage: { RootFS: { Snapshot: { Name: 'overlayfs' } } },
    Mounts: container.mounts,
    Config: {
      Hostname: config.Hostname,
      Domainname: config.Domainname ?? '',
      User: config.User,
      AttachStdin: config.AttachStdin,
      AttachStdout: config.AttachStdout,
      AttachStderr: config.AttachStderr,
      ...(Object.keys(config.ExposedPorts).length > 0 ? { ExposedPorts: config.ExposedPorts } : {}),
      Tty: config.Tty,
      OpenStdin: config.OpenStdin,
      StdinOnce: config.OpenStdin && config.AttachStdin,
      Env: config.Env,
      Cmd: config.Cmd,
      Image: config.Image,
      Volumes: config.Volumes,
      WorkingDir: config.WorkingDir,
      Entrypoint: config.Entrypoint,
      Labels: config.Labels,
      ...(config.StopSignal === undefined ? {} : { StopSignal: config.StopSignal }),
      ...(config.StopTimeout === undefined ? {} : { StopTimeout: config.StopTimeout }),
      ...(config.Healthcheck === undefined ? {} : { Healthcheck: config.Healthcheck }),
    },
    NetworkSettings: {
      SandboxID: container.sandbox?.id ?? '',
      SandboxKey: container.sandbox ? `/var${container.sandbox.path}` : '',
      Ports: portMap(container),
      Networks: Object.fromEntries([...container.endpoints].map(([name, endpoint]) => [name, endpointOf(engine, container, name, endpoint)])),
    },
    ImageManifestDescriptor: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: image?.manifestDigest ?? '',
      size: image?.manifestSize ?? 0,
      platform: { architecture: 'amd64', os: 'linux' },
    },
  };
}

function portMap(container: Container): Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null> {
  if (!container.running) return {};
  const map: Record<string, { readonly HostIp: string; readonly HostPort: string }[] | null> = {};
  for (const key of Object.keys(container.config.ExposedPorts)) map[key] = null;
  for (const { container: port, protocol, hostIp, host, dual } of container.ports)
    map[`${port}/${protocol}`] = [
      ...(map[`${port}/${protocol}`] ?? []),
      ...[hostIp, ...(dual ? ['::'] : [])].map((HostIp) => ({ HostIp, HostPort: String(host) })),
    ];
  return map;
}

function endpointOf(engine: Engine, container: Container, name: string, endpoint: Endpoint): object {
  const network = engine.state.networks.get(name);
  const up = endpoint.ip !== '';
  const names = name === 'bridge' ? null : [container.name, ...endpoint.aliases, container.id.slice(0, 12)];
  return {
    IPAMConfig: endpoint.wantedIp === undefined ? null : { IPv4Address: endpoint.wantedIp },
    Links: null,
    Aliases: endpoint.aliases.length > 0 ? endpoint.aliases : null,
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: network?.id ?? '',
    EndpointID: endpoint.id,
    Gateway: up ? (network?.gateway ?? '') : '',
    IPAddress: endpoint.ip,
    MacAddress: endpoint.mac,
    IPPrefixLen: up ? Number(network?.subnet.split('/')[1]) : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: names,
  };
}
