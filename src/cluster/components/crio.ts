/** CRI-O as a process: its command line, its configuration files, what it says when it starts (cri-o cmd/crio/main.go). */
import { Cni } from '../../cni/cni.ts';
import { ConfigError, type CrioConfig, loadConfig, validate } from '../../crio/config.ts';
import { configText } from '../../crio/config-text.ts';
import { logLine } from '../../crio/context.ts';
import { Crio, gitCommit, version } from '../../crio/crio.ts';
import type { Registries } from '../../images/registries.ts';
import { CriError, type CriServer, criProtocol } from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import { FileSystem } from '../../linux/file-system.ts';
import { daemonUser } from '../../linux/file-user.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { Runc } from '../../runc/runc.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { describeCni, describeOci } from '../walls.ts';
import { untilTerminated } from './component.ts';
import { registryAccess } from './containerd.ts';

const usualConfig = '/etc/crio/crio.conf';
const valued = new Set(['config', 'c', 'config-dir', 'd', 'log-level', 'l', 'socket', 's', 'id', 'i']);

/** Options anywhere, words in order. */
function commandLine(argv: readonly string[]): {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly unknown: string | undefined;
} {
  const words: string[] = [];
  const options = new Map<string, string>();
  const flags = new Set(['default', 'version', 'v', 'json', 'j', 'help', 'h']);
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (!word.startsWith('-')) words.push(word);
    else {
      const [name = '', inline] = word.replace(/^--?/, '').split('=');
      if (!valued.has(name) && !flags.has(name)) return { words, options, unknown: name };
      options.set(name, inline ?? (valued.has(name) ? (argv[++at] ?? '') : 'true'));
    }
  }
  return { words, options, unknown: undefined };
}

export const newCrio = (trace: Trace, registries: () => Registries): Program =>
  function* (argv, process) {
    const { words, options, unknown } = commandLine(argv.slice(1));
    if (unknown !== undefined) return yield* failed(process, `flag provided but not defined: -${unknown}`);
    if (options.has('version') || options.has('v')) return yield* say(process, `crio version ${version}\n${versionText('   ')}`);
    if (options.has('help') || options.has('h')) return yield* say(process, helpText);
    if (words[0] === 'version') return yield* say(process, options.has('json') || options.has('j') ? `${JSON.stringify(info(), null, 2)}\n` : versionText(''));
    if (words[0] === 'status') return yield* status(process, words[1] ?? '', options);
    if (words[0] !== undefined && words[0] !== 'config') {
      const known = ['check', 'publish', 'wipe', 'completion', 'man', 'markdown'].includes(words[0]);
      if (!known) return yield* failed(process, `command "${words[0]}" not supported`);
      yield* process.printError(`k8s-lab: crio ${words[0]} is not simulated\n`);
      return 70;
    }
    try {
      const config = yield* readConfig(process, options);
      if (words[0] === 'config') return yield* say(process, options.has('default') ? configText(loadConfig([]).whole) : configText(config.whole));
      return yield* serveUntilTold(process, config, options, trace, registries);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return yield* failed(process, error.message);
    }
  };

const helpText = `NAME:
   crio - OCI-based implementation of Kubernetes Container Runtime Interface

USAGE:
   crio [global options] command [command options]

VERSION:
   ${version}

DESCRIPTION:
   The daemon that a kubelet speaks to over CRI. Without a command it serves.

COMMANDS:
   check       Check CRI-O storage directory for errors
   complete, completion  Generate bash, fish or zsh completions
   help, h     Shows a list of commands or help for one command
   man         Generate the man page documentation
   markdown, md  Generate the markdown documentation
   config      Outputs a commented version of the configuration file that CRI-O could use
   version     display detailed version information
   wipe        wipe CRI-O's container and image storage
   status      Display status information

GLOBAL OPTIONS:
   --config value, -c value      Path to configuration file (default: "/etc/crio/crio.conf")
   --config-dir value, -d value  Path to the configuration drop-in directory (default: "/etc/crio/crio.conf.d")
   --log-level value, -l value   Log messages above specified level (default: "info")
   --version, -v                 print the version
   --help, -h                    show help
`;

function* say(process: Process, text: string): Routine<number> {
  yield* process.print(text);
  return 0;
}

function* failed(process: Process, text: string): Routine<number> {
  yield* process.printError(`${logLine(process.now, 'fatal', text)}\n`);
  return 1;
}

const info = (): Record<string, unknown> => ({
  version,
  gitCommit,
  gitCommitDate: '2026-08-03T10:04:38Z',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.25.5',
  compiler: 'gc',
  platform: 'linux/amd64',
  linkmode: 'static',
  seccompEnabled: true,
  appArmorEnabled: false,
});

const versionText = (indent: string): string => {
  const rows = Object.entries(info()).map(([key, value]) => [`${key.charAt(0).toUpperCase()}${key.slice(1)}:`, String(value)] as const);
  const width = Math.max(...rows.map(([key]) => key.length)) + 2;
  return rows.map(([key, value]) => `${indent}${key.padEnd(width)}${value}\n`).join('');
};

/** The single file, then the drop-ins by name. Throws ConfigError. */
function* readConfig(process: Process, options: ReadonlyMap<string, string>): Routine<CrioConfig> {
  const asked = options.get('config') ?? options.get('c');
  const single = asked ?? usualConfig;
  const folder = options.get('config-dir') ?? options.get('d') ?? '/etc/crio/crio.conf.d';
  const quiet = process.argv.includes('config');
  const told = function* (text: string): Routine {
    yield* process.printError(quiet ? `level=info msg=${JSON.stringify(text)}\n` : `${logLine(process.now, 'info', text)}\n`);
  };
  const found: { readonly path: string; readonly text: string; readonly single: boolean }[] = [];
  const read = (path: string, isSingle: boolean): void => void found.push({ path, text: process.fs.read(path), single: isSingle });
  yield* told(`Updating config from single file: ${single}`);
  yield* told(`Updating config from drop-in file: ${single}`);
  try {
    read(single, true);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const why = `open ${single}: ${error.message.toLowerCase()}`;
    if (asked !== undefined || error.code !== 'ENOENT') throw new ConfigError(`update config from file: update config from drop-in file: ${why}`);
    yield* told(`Skipping not-existing config file ${JSON.stringify(single)}`);
  }
  yield* told(`Updating config from path: ${folder}`);
  if (process.fs.isDirectory(folder))
    for (const name of process.fs
      .list(folder)
      .map(([each]) => each)
      .sort()) {
      yield* told(`Updating config from drop-in file: ${folder}/${name}`);
      read(`${folder}/${name}`, false);
    }
  return loadConfig(found);
}

function* serveUntilTold(
  process: Process,
  config: CrioConfig,
  options: ReadonlyMap<string, string>,
  trace: Trace,
  registries: () => Registries,
): Routine<number> {
  const { kernel, sim } = process;
  const files = new FileSystem(kernel.host.mount, daemonUser(kernel.sim));
  const log = (line: string): void => void sim.go(process.stderr.write(`${line}\n`));
  const told = (text: string): void => log(logLine(process.now, 'info', text));
  told(`Starting CRI-O, version: ${version}, git: ${gitCommit}(clean)`);
  validate(config, (path) => files.exists(path));
  for (const name of ['hugetlb cgroup', 'pid cgroup', 'memoryswap cgroup', 'cgroup v2', 'systemd AllowedCPUs'])
    told(`Node configuration value for ${name} is true`);
  told(`Using default capabilities: ${config.capabilities.join(', ')}`);
  told(`Using runtime handler ${config.defaultRuntime} version ${config.defaultRuntime === 'runc' ? '1.4.3' : '1.26'}`);
  told(`Using conmon executable: ${config.runtimes.get(config.defaultRuntime)?.monitorPath}`);
  const node = kernel.hostname;
  const self = `crio (${node})`;
  const crio = new Crio({
    sim,
    kernel,
    files,
    config,
    log,
    runtime: trace.around(new Runc({ kernel, sim: kernel.sim }), 'oci', self, config.defaultRuntime, describeOci),
    cni: trace.around(new Cni({ kernel, sim: kernel.sim }), 'cni', self, 'CNI plugins', describeCni),
    ...registryAccess(process, trace, registries, 'crio'),
  });
  process.allocate(42 * 1024 * 1024);
  process.steady(13);
  told('Registered SIGHUP reload watcher');
  process.onSignal('SIGHUP', () => void sim.go(reload(process, crio, options)));
  return yield* untilTerminated(process, () => crio.stop());
}

function* reload(process: Process, crio: Crio, options: ReadonlyMap<string, string>): Routine {
  try {
    yield* process.printError(`${logLine(process.now, 'info', 'Reloading configuration')}\n`);
    crio.reload(yield* readConfig(process, options));
    yield* process.printError(`${logLine(process.now, 'info', 'Configuration reload completed')}\n`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    yield* process.printError(`${logLine(process.now, 'error', `Unable to reload configuration: ${error.message}`)}\n`);
  }
}

/** `crio status config|info|containers`: asked of the daemon behind its socket. */
function* status(process: Process, verb: string, options: ReadonlyMap<string, string>): Routine<number> {
  const path = options.get('socket') ?? options.get('s') ?? '/var/run/crio/crio.sock';
  let server: CriServer;
  try {
    server = dialUnix(criProtocol, process.fs.stat(path));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* failed(process, `Get "http://${path}/${verb}": dial unix ${path}: connect: ${error.message.toLowerCase()}`);
  }
  const { crio, sandboxImage } = server.runtime.status(true).info['config'] as {
    readonly crio: Readonly<Record<string, string>>;
    readonly sandboxImage: string;
  };
  if (verb === 'info' || verb === 'i')
    return yield* say(
      process,
      `cgroup driver: ${crio['CgroupManagerName']}\nstorage driver: overlay\nstorage graph root: ${crio['StorageRoot']}\nstorage image: ${sandboxImage}\ndefault GID mappings (format <container>:<host>:<size>):\n  0:0:4294967295\ndefault UID mappings (format <container>:<host>:<size>):\n  0:0:4294967295\n`,
    );
  if (verb === 'config' || verb === 'c') return yield* say(process, configText((yield* readConfig(process, options)).whole, true));
  if (!['containers', 'container', 'cs', 's'].includes(verb))
    return yield* say(process, 'NAME:\n   crio status - Display status information\n\nCOMMANDS:\n   config, c, containers, container, cs, s, info, i\n');
  const id = options.get('id') ?? options.get('i') ?? '';
  if (id === '') return yield* failed(process, 'the argument --id cannot be empty');
  try {
    const found = server.runtime.containerStatus(id);
    const { ip } = server.runtime.podSandboxStatus(found.podSandboxId).network;
    const labels = Object.entries(found.labels).map(([key, value]) => `  ${key}: ${value}\n`);
    return yield* say(
      process,
      `name: ${found.metadata.name}\npid: ${found.info.pid}\nimage: ${found.image.image}\nimage ref: ${found.imageRef}\ncreated: ${new Date(found.createdAt).toISOString()}\nlabels:\n${labels.join('')}log path: ${found.logPath}\nsandbox: ${found.podSandboxId}\nips: ${ip}\n`,
    );
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return yield* failed(process, error.desc);
  }
}
