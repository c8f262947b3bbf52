/** docker version and info. */
import { dockerFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../../apimachinery/go-template.ts';
import type { DaemonInfo } from '../../../interfaces/docker.ts';
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import { CliError, type Context, command, text } from '../context.ts';
import { GoValues } from '../go-structs.ts';
import { binarySize } from '../output.ts';
import { clientRelease, isOld, oldFacts } from '../release.ts';

const newest = { ApiVersion: '1.55', GoVersion: 'go1.26.2', GitCommit: 'a7dcaa6', BuildTime: 'Tue Oct 20 09:13:21 2026' };
const ownFacts = (process: Process): typeof newest => (isOld(process) ? oldFacts : newest);
/** What the real one tells of and the lab does not; asked for only by name. */
const infoFields =
  'KernelMemory KernelMemoryTCP BridgeNfIptables BridgeNfIp6tables NFd NGoroutines SystemTime NEventsListener RegistryConfig GenericResources ProductLicense DiscoveredDevices ClientInfo ServerErrors UserName';

/** A field that only the real one has says so when it is read. */
function withRest<Data extends object>(data: Data): Data {
  for (const name of infoFields.split(' '))
    Object.defineProperty(data, name, {
      get: () => {
        throw new CliError(`k8s-lab: .${name} of docker info is not simulated`, 70);
      },
    });
  return data;
}

type Told = { readonly name: string; readonly type: string; readonly go: GoValues; readonly data: object };

/** A template over Go's own types: what came before an error is printed (cli/command/system/{info,version}.go). */
function* told(context: Context, format: string, { name, type, go, data }: Told): Routine {
  if (format === 'json') return yield* context.print(`${JSON.stringify(data)}\n`);
  let template: ReturnType<typeof parseTemplate>;
  try {
    template = parseTemplate(format, { name, functions: dockerFunctions });
  } catch (error) {
    throw error instanceof GoTemplateError ? new CliError(`template parsing error: ${error.message}`, 64) : error;
  }
  try {
    yield* context.print(
      `${renderTemplate(template, data, { name, type, functions: go.functions, types: go.types, pointers: true, toil: (steps) => context.process.toil(steps) })}\n`,
    );
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    yield* context.print(`${error.output}\n`);
    throw new CliError(error.message);
  }
}

/** `docker --version`. */
export const versionLine = (process: Process): string => `Docker version ${clientRelease(process)}, build ${ownFacts(process).GitCommit}\n`;

export const version = command(
  'version',
  'Show the Docker version information',
  '[OPTIONS]',
  [0, 0],
  [text('format,f', 'Format output using a custom template')],
  function* (context) {
    const { process } = context;
    const own = ownFacts(process);
    const client = {
      Version: clientRelease(process),
      ApiVersion: own.ApiVersion,
      DefaultAPIVersion: own.ApiVersion,
      GitCommit: own.GitCommit,
      GoVersion: own.GoVersion,
      Os: 'linux',
      Arch: 'amd64',
      BuildTime: own.BuildTime,
      Context: 'default',
    };
    let server: ReturnType<ReturnType<Context['client']>['version']> | undefined;
    let problem: CliError | undefined;
    try {
      server = context.client().version();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      problem = error;
    }
    const old = server !== undefined && Number.parseInt(server.Version, 10) < 23;
    const built = old ? { ...oldFacts, BuildTime: 'Tue Apr  4 18:18:54 2023' } : newest;
    const facts = server && {
      Version: server.Version,
      ApiVersion: server.ApiVersion,
      MinAPIVersion: old ? '1.12' : '1.40',
      Os: 'linux',
      Arch: 'amd64',
      GitCommit: server.GitCommit,
      GoVersion: built.GoVersion,
      KernelVersion: server.KernelVersion,
      Experimental: false,
      BuildTime: built.BuildTime,
    };
    const format = context.flags.text('format');
    if (format !== '') {
      if (problem && /\.Server/.test(format)) throw problem;
      const go = new GoValues();
      const data = go.pointer('VersionInfo', { Client: client, Server: facts ?? null });
      yield* told(context, format, { name: 'version', type: 'system.versionInfo', go, data });
    } else {
      yield* context.print(
        `Client: Docker Engine - Community\n Version:           ${client.Version}\n API version:       ${client.ApiVersion}\n Go version:        ${client.GoVersion}\n Git commit:        ${client.GitCommit}\n Built:             ${client.BuildTime}\n OS/Arch:           linux/amd64\n Context:           default\n${isOld(process) ? ' Experimental:      true\n' : ''}`,
      );
      if (facts)
        yield* context.print(
          `\nServer: Docker Engine - Community\n Engine:\n  Version:          ${facts.Version}\n  API version:      ${facts.ApiVersion} (minimum version ${facts.MinAPIVersion})\n  Go version:       ${facts.GoVersion}\n  Git commit:       ${facts.GitCommit}\n  Built:            ${facts.BuildTime}\n  OS/Arch:          linux/amd64\n  Experimental:     false\n containerd:\n  Version:          ${old ? '1.6.33\n  GitCommit:        d2d58213f83a351ca8f528a95fbd145f5654e957' : 'v2.3.4'}\n runc:\n  Version:          ${old ? '1.1.12\n  GitCommit:        v1.1.12-0-g51d5e94' : '1.4.3'}\n docker-init:\n  Version:          0.19.0\n${old ? '  GitCommit:        de40ad0\n' : ''}`,
        );
    }
    if (problem && format === '') throw problem;
    return 0;
  },
);

/** A heading with a line for each; nothing where there are none. */
const lines = (heading: string, all: readonly string[]): string => (all.length === 0 ? '' : ` ${heading}:\n${all.map((each) => `  ${each}\n`).join('')}`);

const pools = (all: DaemonInfo['DefaultAddressPools']): string =>
  all.length === 0 ? '' : ` Default Address Pools:\n${all.map(({ Base, Size }) => `   Base: ${Base}, Size: ${Size}\n`).join('')}`;

const networkDrivers = ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'];
const logDrivers = (old: boolean): string[] => `awslogs fluentd gcplogs gelf journald json-file local ${old ? 'logentries ' : ''}splunk syslog`.split(' ');

const commit = (ID: string): { readonly ID: string } => ({ ID });

/** In Go's order (moby api/types/system.Info). */
function infoOf(go: GoValues, facts: DaemonInfo, { Version, old, driver }: { readonly Version: string; readonly old: boolean; readonly driver: string }) {
  const { ID, Containers, ContainersRunning, ContainersPaused, ContainersStopped, Images, LoggingDriver, CgroupDriver, DefaultRuntime } = facts;
  const nodes = { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '', RemoteManagers: null };
  const plugins = { Volume: ['local'], Network: networkDrivers, Authorization: null, Log: logDrivers(old) };
  const limits = ['MemoryLimit', 'SwapLimit', 'CpuCfsPeriod', 'CpuCfsQuota', 'CPUShares', 'CPUSet', 'PidsLimit', 'IPv4Forwarding'];
  return {
    ID,
    ...{ Containers, ContainersRunning, ContainersPaused, ContainersStopped, Images },
    Driver: driver,
    DriverStatus: driver === 'overlayfs' ? [['driver-type', snapshotterType]] : [],
    Plugins: go.pointer('system.PluginsInfo', plugins),
    ...Object.fromEntries(limits.map((name) => [name, true])),
    ...{ Debug: facts.Debug, OomKillDisable: false, LoggingDriver, CgroupDriver, CgroupVersion: '2', KernelVersion: facts.KernelVersion },
    ...{ OperatingSystem: 'Debian GNU/Linux 13 (trixie)', OSVersion: '13', OSType: 'linux', Architecture: 'x86_64' },
    ...{ IndexServerAddress: 'https://index.docker.io/v1/', NCPU: facts.NCPU, MemTotal: facts.MemTotal, DockerRootDir: facts.DockerRootDir },
    ...{ HttpProxy: '', HttpsProxy: '', NoProxy: '', Name: facts.Name, Labels: facts.Labels, ExperimentalBuild: facts.Experimental, ServerVersion: Version },
    Runtimes: Object.fromEntries(facts.Runtimes.map((name) => [name, { path: name.endsWith('v2') ? 'runc' : name }])),
    ...{ DefaultRuntime, Swarm: go.pointer('swarm.Info', nodes), LiveRestoreEnabled: facts.LiveRestoreEnabled, Isolation: '', InitBinary: 'docker-init' },
    ...{ ContainerdCommit: commit(containerdVersion(old)), RuncCommit: commit(runcVersion(old)), InitCommit: commit('de40ad0') },
    SecurityOptions: [...(facts.AppArmor ? ['name=apparmor'] : []), `name=seccomp,profile=${old ? 'default' : 'builtin'}`, 'name=cgroupns'],
    ...{ DefaultAddressPools: facts.DefaultAddressPools, FirewallBackend: { Driver: 'iptables' }, CDISpecDirs: ['/etc/cdi', '/var/run/cdi'] },
    ...{ Containerd: { Address: '/run/containerd/containerd.sock', Namespaces: { Containers: 'moby', Plugins: 'plugins.moby' } }, Warnings: null },
    ...{ InsecureRegistries: facts.InsecureRegistries, Mirrors: facts.Mirrors },
  };
}

const snapshotterType = 'io.containerd.snapshotter.v1';
const containerdVersion = (old: boolean): string => (old ? 'd2d58213f83a351ca8f528a95fbd145f5654e957' : 'v2.3.4');
const runcVersion = (old: boolean): string => (old ? 'v1.1.12-0-g51d5e94' : 'v1.4.3');

export const info = command(
  'info',
  'Display system-wide information',
  '[OPTIONS]',
  [0, 0],
  [text('format,f', 'Format output using a custom template')],
  function* (context) {
    const client = context.client();
    const facts = client.info();
    const { Version } = client.version();
    const old = Number.parseInt(Version, 10) < 23;
    const driver = old && facts.StorageDriver === 'overlayfs' ? 'overlay2' : facts.StorageDriver;
    const format = context.flags.text('format');
    if (format !== '') {
      const go = new GoValues();
      yield* told(context, format, { name: '', type: 'system.dockerInfo', go, data: withRest(infoOf(go, facts, { Version, old, driver })) });
    } else
      yield* context.print(`Client:${old ? '' : ` Docker Engine - Community\n Version:    ${clientRelease(context.process)}`}
 Context:    default
 Debug Mode: false

Server:
 Containers: ${facts.Containers}
  Running: ${facts.ContainersRunning}
  Paused: ${facts.ContainersPaused}
  Stopped: ${facts.ContainersStopped}
 Images: ${facts.Images}
 Server Version: ${Version}
 Storage Driver: ${driver}
${old ? '  Backing Filesystem: extfs\n  Supports d_type: true\n  Native Overlay Diff: true\n  userxattr: false' : `  driver-type: ${snapshotterType}`}
 Logging Driver: ${facts.LoggingDriver}
 Cgroup Driver: ${facts.CgroupDriver}
 Cgroup Version: 2
 Plugins:
  Volume: local
  Network: ${networkDrivers.join(' ')}
  Log: ${logDrivers(old).join(' ')}
 Swarm: inactive
 Runtimes: ${(old ? ['io.containerd.runc.v2', 'io.containerd.runtime.v1.linux', 'runc'] : facts.Runtimes).join(' ')}
 Default Runtime: ${facts.DefaultRuntime}
 Init Binary: docker-init
 containerd version: ${containerdVersion(old)}
 runc version: ${runcVersion(old)}
 init version: de40ad0
 Security Options:${facts.AppArmor ? '\n  apparmor' : ''}
  seccomp
   Profile: ${old ? 'default' : 'builtin'}
  cgroupns
 Kernel Version: ${facts.KernelVersion}
 Operating System: Debian GNU/Linux 13 (trixie)
 OSType: linux
 Architecture: x86_64
 CPUs: ${facts.NCPU}
 Total Memory: ${binarySize(facts.MemTotal)}
 Name: ${facts.Name}
 ID: ${facts.ID}
 Docker Root Dir: ${facts.DockerRootDir}
 Debug Mode: ${facts.Debug}
${old ? ' Registry: https://index.docker.io/v1/\n Labels:\n' : ''}${lines('Labels', facts.Labels)} Experimental: ${facts.Experimental}
${lines('Insecure Registries', facts.InsecureRegistries)}${lines('Registry Mirrors', facts.Mirrors)} Live Restore Enabled: ${facts.LiveRestoreEnabled}
${pools(facts.DefaultAddressPools)}${old ? '' : ' Firewall Backend: iptables\n'}
`);
    return 0;
  },
);
