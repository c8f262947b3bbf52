/** What containerd --help prints (cmd/containerd/command/main.go): flags and commands of the real one. */
import { type Command, urfaveHelp } from '../../cli/flags.ts';

const tree: Command = {
  name: 'containerd',
  short: 'container runtime',
  long: 'Without a command the daemon starts in the foreground, with the configuration of --config\nor, where there is no file, the default one: "containerd config default" prints it.',
  flags: [
    { name: 'config', short: 'c', usage: 'Path to the configuration file', default: '/etc/containerd/config.toml' },
    { name: 'log-level', short: 'l', usage: 'Set the logging level [trace, debug, info, warn, error, fatal, panic]' },
    { name: 'address', short: 'a', usage: "Address for containerd's GRPC server" },
    { name: 'root', usage: 'containerd root directory' },
    { name: 'state', usage: 'containerd state directory' },
    { name: 'version', short: 'v', type: 'bool', usage: 'Print the version' },
  ],
  commands: [
    { name: 'config', short: 'Information on the containerd config' },
    { name: 'publish', short: 'Binary to publish events to containerd' },
    { name: 'oci-hook', short: 'Provides a base for OCI runtime hooks to allow arguments to be injected.' },
  ],
};

export const containerdHelp = (version: string): string => urfaveHelp([tree], { version, shortUsage: true, helpUsage: 'Show help' });
