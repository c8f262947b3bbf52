/** docker version and info. */
import type { DaemonInfo } from '../../../interfaces/docker.ts';
import { CliError, type Context, command, text } from '../context.ts';
import { binarySize, render } from '../output.ts';

export const clientVersion = '29.7.2';
const build = 'a7dcaa6';
export const versionLine = `Docker version ${clientVersion}, build ${build}\n`;

const clientFacts = {
  Version: clientVersion,
  ApiVersion: '1.55',
  DefaultAPIVersion: '1.55',
  GitCommit: build,
  GoVersion: 'go1.26.2',
  Os: 'linux',
  Arch: 'amd64',
  BuildTime: 'Tue Oct 20 09:13:21 2026',
  Context: 'default',
};

export const version = command(
  'version',
  'Show the Docker version information',
  '[OPTIONS]',
  [0, 0],
  [text('format,f', 'Format output using a custom template')],
  function* (context) {
    let server: ReturnType<ReturnType<Context['client']>['version']> | undefined;
    let problem: CliError | undefined;
    try {
      server = context.client().version();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      problem = error;
    }
    const facts = server && {
      ...server,
      MinAPIVersion: '1.40',
      GoVersion: 'go1.26.2',
      Os: 'linux',
      Arch: 'amd64',
      BuildTime: 'Tue Oct 20 09:13:21 2026',
      Experimental: false,
    };
    const format = context.flags.text('format');
    const data = { Client: clientFacts, ...(facts ? { Server: facts } : {}) };
    if (format !== '') {
      if (problem && /\.Server/.test(format)) throw problem;
      yield* context.print(`${format === 'json' ? JSON.stringify(data) : render(format, data)}\n`);
    } else {
      yield* context.print(
        `Client: Docker Engine - Community\n Version:           ${clientVersion}\n API version:       1.55\n Go version:        go1.26.2\n Git commit:        ${build}\n Built:             ${clientFacts.BuildTime}\n OS/Arch:           linux/amd64\n Context:           default\n`,
      );
      if (facts)
        yield* context.print(
          `\nServer: Docker Engine - Community\n Engine:\n  Version:          ${facts.Version}\n  API version:      ${facts.ApiVersion} (minimum version 1.40)\n  Go version:       go1.26.2\n  Git commit:       ${facts.GitCommit}\n  Built:            ${facts.BuildTime}\n  OS/Arch:          linux/amd64\n  Experimental:     false\n containerd:\n  Version:          v2.3.4\n runc:\n  Version:          1.4.3\n docker-init:\n  Version:          0.19.0\n`,
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

export const info = command(
  'info',
  'Display system-wide information',
  '[OPTIONS]',
  [0, 0],
  [text('format,f', 'Format output using a custom template')],
  function* (context) {
    const facts = context.client().info();
    const format = context.flags.text('format');
    const all = {
      ...facts,
      ServerVersion: clientVersion,
      Driver: facts.StorageDriver,
      CgroupVersion: '2',
      OperatingSystem: 'Debian GNU/Linux 13 (trixie)',
      OSType: 'linux',
      Architecture: 'x86_64',
      Swarm: { LocalNodeState: 'inactive' },
    };
    if (format !== '') yield* context.print(`${format === 'json' ? JSON.stringify(all) : render(format, all)}\n`);
    else
      yield* context.print(`Client: Docker Engine - Community
 Version:    ${clientVersion}
 Context:    default
 Debug Mode: false

Server:
 Containers: ${facts.Containers}
  Running: ${facts.ContainersRunning}
  Paused: ${facts.ContainersPaused}
  Stopped: ${facts.ContainersStopped}
 Images: ${facts.Images}
 Server Version: ${clientVersion}
 Storage Driver: ${facts.StorageDriver}
  driver-type: io.containerd.snapshotter.v1
 Logging Driver: ${facts.LoggingDriver}
 Cgroup Driver: ${facts.CgroupDriver}
 Cgroup Version: 2
 Plugins:
  Volume: local
  Network: bridge host ipvlan macvlan null overlay
  Log: awslogs fluentd gcplogs gelf journald json-file local splunk syslog
 Swarm: inactive
 Runtimes: ${facts.Runtimes.join(' ')}
 Default Runtime: ${facts.DefaultRuntime}
 Init Binary: docker-init
 containerd version: v2.3.4
 runc version: v1.4.3
 init version: de40ad0
 Security Options:
  seccomp
   Profile: builtin
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
${lines('Labels', facts.Labels)} Experimental: ${facts.Experimental}
${lines('Insecure Registries', facts.InsecureRegistries)}${lines('Registry Mirrors', facts.Mirrors)} Live Restore Enabled: ${facts.LiveRestoreEnabled}
${pools(facts.DefaultAddressPools)} Firewall Backend: iptables

`);
    return 0;
  },
);
