/** containerd as a process: its command line, its configuration file, its way to registries. */

import { Cni } from '../../cni/cni.ts';
import { ConfigError, defaultText, type LoadedConfig, loadConfig, textOf } from '../../containerd/config-file.ts';
import { type ConfigSource, ImportError, loadConfigs } from '../../containerd/config-imports.ts';
import { Containerd, type ContainerdOptions } from '../../containerd/containerd.ts';
import { pluginList } from '../../containerd/plugins.ts';
import { unreachableByName } from '../../containerd/registry-host.ts';
import type { Registries } from '../../images/registries.ts';
import { containerdBuild } from '../../interfaces/releases.ts';
import { Errno } from '../../linux/errno.ts';
import { NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, type Program, releaseOf } from '../../linux/program.ts';
import { globMatches } from '../../programs/glob.ts';
import { Runc } from '../../runc/runc.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { describeCni, describeDistribution, describeOci } from '../walls.ts';
import { untilTerminated } from './component.ts';
import { containerdHelp } from './containerd-help.ts';

const standardConfig = '/etc/containerd/config.toml';
const newest = 'v2.3.4';

/** Registries are reached through the node's network: a node that is cut off reaches none. */
export const newContainerd = (trace: Trace, registries: () => Registries): Program =>
  function* (argv, process) {
    const version = releaseOf(process) ?? newest;
    const { configPath, words } = yield* commandLine(process, argv.slice(1), version);
    if (words[0] === 'help' || words[0] === 'h') return yield* shown(process, containerdHelp(version));
    if (words[0] === 'publish' || words[0] === 'oci-hook') return yield* shown(process, '', `k8s-lab: containerd ${words[0]} is not simulated\n`);
    if (words[0] === 'config') return yield* configCommand(process, words[1] ?? '', configPath, version);
    const loaded = yield* load(process, configPath, version);
    if (process.uid !== 0) {
      yield* process.printError('containerd: chmod /var/lib/containerd: operation not permitted\n');
      return 1;
    }
    for (const line of loaded.warnings) yield* process.printError(`${logTime(process)} ${line}\n`);
    for (const { type, id, status, error } of pluginList(loaded.settings))
      if (status === 'error')
        yield* process.printError(
          `${logTime(process)} level=warning msg="failed to load plugin" error=${JSON.stringify(error)} id=${type}.${id} type=${type}\n`,
        );
    const { kernel, sim } = process;
    const node = kernel.hostname;
    const containerd: Containerd = new Containerd({
      sim,
      kernel,
      runc: trace.around(new Runc({ kernel, sim: kernel.sim }), 'oci', `containerd (${node})`, 'runc', describeOci),
      cni: trace.around(new Cni({ kernel, sim: kernel.sim }), 'cni', `containerd (${node})`, 'CNI plugins', describeCni),
      config: loaded.settings,
      ...registryAccess(process, trace, registries, 'containerd'),
      userAgent: `containerd/${version.slice(1)}`,
      log: (line) => sim.go(process.printError(`${logTime(process)} ${line}\n`)),
    });
    process.allocate(45 * 1024 * 1024);
    process.steady(14);
    yield* process.printError(`${logTime(process)} level=info msg="containerd successfully booted in 0.041283s"\n`);
    return yield* untilTerminated(process, () => containerd.stop());
  };

/** How a daemon of this machine comes to registries: over its network, and by names that resolve. */
export function registryAccess(
  process: Process,
  trace: Trace,
  registries: () => Registries,
  daemon: string,
): Required<Pick<ContainerdOptions, 'registry' | 'unreachable' | 'watch'>> {
  const { kernel } = process;
  const self = `${daemon} (${kernel.hostname})`;
  return {
    watch: (registry, host) => trace.around(registry, 'distribution', self, host, describeDistribution),
    unreachable: (address) => unreachableByName(kernel, process.fs, address),
    registry: (host) => {
      const { network } = kernel.host;
      if (!network.interfaces.get('eth0')?.up || network.fabric?.cut.has(network)) throw new NetworkError('ENETUNREACH', 0);
      const registry = registries().lookup(host);
      return registry && trace.around(registry, 'distribution', self, host, describeDistribution);
    },
  };
}

const logTime = (process: Process): string => `time="${new Date(process.now).toISOString().replace('Z', '000000Z')}"`;
const toolTime = (process: Process): string => `time="${new Date(process.now).toISOString().slice(0, 19)}Z"`;

type CommandLine = { readonly configPath: string | undefined; readonly words: readonly string[] };

const valued = new Set(['config', 'c', 'log-level', 'l', 'address', 'a', 'root', 'state']);

function* shown(process: Process, text: string, problem = ''): Routine<number> {
  yield* process.print(text);
  yield* process.printError(problem);
  return problem === '' ? 0 : 70;
}

function* commandLine(process: Process, argv: readonly string[], version: string): Routine<CommandLine> {
  const words: string[] = [];
  let configPath: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [name = '', inline] = word.replace(/^--?/, '').split('=');
    if (name === 'version' || name === 'v') {
      const build = containerdBuild(version);
      // Docker's package tells its own name.
      const name = process.exe.startsWith('/usr/bin/') ? 'containerd.io' : build.package;
      yield* process.print(`containerd ${name} ${build.shown} ${build.revision}\n`);
      throw new Exit(0);
    }
    if (name === 'help' || name === 'h') {
      yield* process.print(containerdHelp(version));
      throw new Exit(0);
    }
    if (!valued.has(name)) {
      yield* process.print(`Incorrect Usage: flag provided but not defined: -${name}\n\n${containerdHelp(version)}`);
      yield* process.printError(`containerd: flag provided but not defined: -${name}\n`);
      throw new Exit(1);
    }
    const value = inline ?? argv[++i] ?? '';
    if (name === 'config' || name === 'c') configPath = value;
  }
  return { configPath, words };
}

/** A file that was asked for must be there; the standard one may be missing. */
function* load(process: Process, asked: string | undefined, version: string, lenient = false): Routine<LoadedConfig> {
  const path = asked ?? standardConfig;
  try {
    if (asked === undefined && !process.fs.exists(path)) return loadConfig('', path, version);
    return loadConfigs(sourceOf(process), path, version);
  } catch (error) {
    if (error instanceof ImportError) {
      if (lenient) return error.loaded();
      yield* process.printError(`containerd: ${error.message}\n`);
    } else if (error instanceof ConfigError) {
      for (const line of error.log) yield* process.printError(`${toolTime(process)} ${line}\n`);
      yield* process.printError(`containerd: ${error.message}\n`);
    } else if (error instanceof Errno) yield* process.printError(`containerd: open ${path}: ${error.message.toLowerCase()}\n`);
    else throw error;
    throw new Exit(1);
  }
}

/** Go's filepath.Glob: names in order. */
const sourceOf = ({ fs }: Process): ConfigSource => ({
  read: (path) => fs.read(path),
  glob: (pattern) =>
    pattern
      .split('/')
      .slice(1)
      .reduce<string[]>(
        (found, part) =>
          found.flatMap((folder) => {
            if (!part.includes('*')) return fs.exists(`${folder}/${part}`) ? [`${folder}/${part}`] : [];
            if (fs.find(folder || '/')?.type !== 'directory') return [];
            const names = fs.list(folder || '/').map(([name]) => name);
            return names
              .filter((name) => globMatches(part, name))
              .sort()
              .map((name) => `${folder}/${name}`);
          }),
        [''],
      ),
});

function* configCommand(process: Process, verb: string, path: string | undefined, version: string): Routine<number> {
  if (verb === 'default') {
    yield* process.print(defaultText(version));
    return 0;
  }
  if (verb !== 'dump' && verb !== 'migrate') {
    yield* process.print(
      'NAME:\n   containerd config - Information on the containerd config\n\nUSAGE:\n   containerd config [command options]\n\nCOMMANDS:\n   default  See the output of the default config\n   dump     See the output of the final main config with imported in subconfig files\n   migrate  Migrate the current configuration file to the latest version\n\nOPTIONS:\n   --help, -h  show help\n',
    );
    return verb === '' ? 0 : 3;
  }
  const { whole, warnings } = yield* load(process, path, version, true);
  if (verb === 'dump') for (const line of warnings) yield* process.printError(`${toolTime(process)} ${line}\n`);
  yield* process.print(textOf(whole, version));
  return 0;
}
