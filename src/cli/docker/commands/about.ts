/** docker version and info. */
import { dockerFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../../apimachinery/go-template.ts';
import type { DaemonInfo } from '../../../interfaces/docker.ts';
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import { CliError, type Context, command, text } from '../context.ts';
import { binarySize } from '../output.ts';
import { clientRelease, isOld, oldFacts } from '../release.ts';

const newest = { ApiVersion: '1.55', GoVersion: 'go1.26.2', GitCommit: 'a7dcaa6', BuildTime: 'Tue Oct 20 09:13:21 2026' };
const ownFacts = (process: Process): typeof newest => (isOld(process) ? oldFacts : newest);
/** What the real one tells of and the lab does not; asked for only by name. */
const infoFields =
  'DriverStatus MemoryLimit SwapLimit KernelMemory KernelMemoryTCP CpuCfsPeriod CpuCfsQuota CPUShares CPUSet PidsLimit IPv4Forwarding BridgeNfIptables BridgeNfIp6tables NFd OomKillDisable NGoroutines SystemTime NEventsListener OSVersion IndexServerAddress RegistryConfig GenericResources HttpProxy HttpsProxy NoProxy ExperimentalBuild Isolation InitBinary ContainerdCommit RuncCommit InitCommit SecurityOptions ProductLicense FirewallBackend DiscoveredDevices CDISpecDirs Containerd Warnings ClientInfo ServerErrors UserName';

/** A field that only the real one has says so when it is read. */
function withRest<Data extends object>(data: Data, fields: string, command: string): Data {
  const all = { ...data };
  for (const name of fields.split(' ').filter((each) => !Object.hasOwn(data, each)))
    Object.defineProperty(all, name, {
      get: () => {
        throw new CliError(`k8s-lab: .${name} of docker ${command} is not simulated`, 70);
      },
    });
  return all;
}

type Told = { readonly name: string; readonly type: string; readonly types?: ReadonlyMap<unknown, string>; readonly data: object };

/** A template over Go's own types: what came before an error is printed (cli/command/system/{info,version}.go). */
function* told(context: Context, format: string, { name, data, ...types }: Told): Routine {
  if (format === 'json') return yield* context.print(`${JSON.stringify(data)}\n`);
  let template: ReturnType<typeof parseTemplate>;
  try {
    template = parseTemplate(format, { name, functions: dockerFunctions });
  } catch (error) {
    throw error instanceof GoTemplateError ? new CliError(`template parsing error: ${error.message}`, 64) : error;
  }
  try {
    yield* context.print(`${renderTemplate(template, data, { name, functions: dockerFunctions, ...types })}\n`);
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
    const client = { Version: clientRelease(process), ...own, DefaultAPIVersion: own.ApiVersion, Os: 'linux', Arch: 'amd64', Context: 'default' };
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
      ...built,
      ...server,
      MinAPIVersion: old ? '1.12' : '1.40',
      Os: 'linux',
      Arch: 'amd64',
      Experimental: false,
    };
    const format = context.flags.text('format');
    const data = { Client: client, ...(facts ? { Server: facts } : {}) };
    if (format !== '') {
      if (problem && /\.Server/.test(format)) throw problem;
      yield* told(context, format, { name: 'version', type: 'system.versionInfo', data: withRest(data, 'Server ServerOK', 'version') });
    } else {
      yield* context.print(
        `Client: Docker Engine - Community\n Version:           ${client.Version}\n API version:       ${client.ApiVersion}\n Go version:        ${client.GoVersion}\n Git commit:        ${client.GitCommit}\n Built:             ${client.BuildTime}\n OS/Arch:           linux/amd64\n Context:           default\n${isOld(process) ? ' Experimental:      true\n' : ''}`,
      );
      if (facts)
        yield* context.print(
          `\nServer: Docker Engine - Community\n Engine:\n  Version:          ${facts.Version}\n  API version:      ${facts.ApiVersion} (minimum version ${facts.MinAPIVersion})\n  Go version:       ${facts.GoVersion}\n  Git commit:       ${facts.GitCommit}\n  Built:            ${facts.BuildTime}\n  OS/Arch:          linux/amd64\n  Experimental:     false\n containerd:\n  Version:          ${old ? '1.6.33\n  GitCommit:        d71fcd7d8303cbf684402823e425e9dd2e99285d' : 'v2.3.4'}\n runc:\n  Version:          ${old ? '1.1.12\n  GitCommit:        v1.1.12-0-g51d5e94' : '1.4.3'}\n docker-init:\n  Version:          0.19.0\n${old ? '  GitCommit:        de40ad0\n' : ''}`,
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
    const all = {
      ...facts,
      ServerVersion: Version,
      Driver: driver,
      CgroupVersion: '2',
      OperatingSystem: 'Debian GNU/Linux 13 (trixie)',
      OSType: 'linux',
      Architecture: 'x86_64',
      Swarm: { LocalNodeState: 'inactive' },
      Plugins: { Volume: ['local'], Network: networkDrivers, Authorization: null, Log: logDrivers(old) },
    };
    if (format !== '') {
      const types = new Map<unknown, string>([
        [all.Swarm, 'swarm.Info'],
        [all.Plugins, 'system.PluginsInfo'],
      ]);
      yield* told(context, format, { name: '', type: 'system.dockerInfo', types, data: withRest(all, infoFields, 'info') });
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
${old ? '  Backing Filesystem: extfs\n  Supports d_type: true\n  Native Overlay Diff: true\n  userxattr: false' : '  driver-type: io.containerd.snapshotter.v1'}
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
 containerd version: ${old ? 'd71fcd7d8303cbf684402823e425e9dd2e99285d' : 'v2.3.4'}
 runc version: ${old ? 'v1.1.12-0-g51d5e94' : 'v1.4.3'}
 init version: de40ad0
 Security Options:
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
