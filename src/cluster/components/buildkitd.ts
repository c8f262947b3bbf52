/** buildkitd as a process: its flags, buildkitd.toml, and the workers that it finds on the node. */
import { isTable, parseToml, TomlError, type TomlTable } from '../../apimachinery/toml.ts';
import { Buildkitd, type BuildkitdOptions, buildkitVersion, folderOf, type WorkerOptions } from '../../buildkit/buildkitd.ts';
import type { RegistriesConfig } from '../../buildkit/registry-config.ts';
import { Cni } from '../../cni/cni.ts';
import { Containerd } from '../../containerd/containerd.ts';
import type { Registries } from '../../images/registries.ts';
import { BuildError } from '../../interfaces/buildkit.ts';
import { type ContainerdApi, containerdProtocol } from '../../interfaces/containerd.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, type Program } from '../../linux/program.ts';
import { Runc } from '../../runc/runc.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { tracedContainerd } from '../walls.ts';
import { untilTerminated } from './component.ts';
import { registryAccess } from './containerd.ts';

const configPath = '/etc/buildkit/buildkitd.toml';
const valued = [
  'allow-insecure-entitlement',
  'addr',
  'config',
  'root',
  'group',
  'containerd-worker-addr',
  'containerd-worker-namespace',
  'containerd-worker-snapshotter',
];
const switches = ['oci-worker', 'containerd-worker', 'debug', 'rootless', 'oci-worker-no-process-sandbox'];

type Settings = ReadonlyMap<string, string>;
type Read = { readonly settings: Settings; readonly registries: RegistriesConfig };

export const newBuildkitd = (trace: Trace, registries: () => Registries): Program =>
  function* (argv, process) {
    const { settings, registries: hosts } = yield* readSettings(process, argv.slice(1));
    const log = (level: string, text: string) =>
      process.printError(`time="${new Date(process.now).toISOString().slice(0, 19)}Z" level=${level} msg=${JSON.stringify(text)}\n`);
    const root = settings.get('root') ?? '/var/lib/buildkit';
    const workers = workersOf(process, settings, root, trace, registries);
    if (workers.length === 0) {
      yield* process.printError('buildkitd: no worker found, rebuild the buildkit daemon?\n');
      return 1;
    }
    yield* log('info', 'auto snapshotter: using overlayfs');
    yield* log('warning', 'using host network as the default');
    const socket = (settings.get('addr') ?? 'unix:///run/buildkit/buildkitd.sock').replace(/^unix:\/\//, '');
    const entitlements = (settings.get('allow-insecure-entitlement') ?? '').split(',').filter(Boolean);
    const daemon = yield* started(process, { sim: process.sim, kernel: process.kernel, socket, root, workers, entitlements, registries: hosts });
    process.allocate(25 * 1024 * 1024);
    const found = daemon.workers();
    for (const { id, labels, platforms } of found) {
      const map = Object.entries(labels).map(([key, value]) => `${key}:${value}`);
      yield* log('info', `found worker "${id}", labels=map[${map.join(' ')}], platforms=[${platforms.join(' ')}]`);
    }
    yield* log('info', `found ${found.length} workers, default="${found[0]?.id}"`);
    if (found.length > 1) yield* log('warning', 'currently, only the default worker can be used.');
    yield* log('info', `running server on ${socket}`);
    return yield* untilTerminated(process, () => daemon.stop());
  };

function* started(process: Process, options: BuildkitdOptions): Routine<Buildkitd> {
  try {
    return new Buildkitd(options);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    yield* process.printError(`buildkitd: failed to connect client: ${error.message}\n`);
    throw new Exit(1);
  }
}

function* readSettings(process: Process, args: readonly string[]): Routine<Read> {
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [name = '', inline] = (args[i] ?? '').replace(/^--?/, '').split('=');
    if (name === 'version' || name === 'v') {
      yield* process.print(`buildkitd ${buildkitVersion.package} ${buildkitVersion.version} ${buildkitVersion.revision}\n`);
      throw new Exit(0);
    }
    if (valued.includes(name)) given.set(name, inline ?? args[++i] ?? '');
    else if (switches.includes(name)) given.set(name, inline ?? 'true');
    else {
      yield* process.printError(`Incorrect Usage: flag provided but not defined: -${name}\n\nbuildkitd: flag provided but not defined: -${name}\n`);
      throw new Exit(1);
    }
  }
  const path = given.get('config') ?? configPath;
  if (!process.fs.exists(path) && !given.has('config')) return { settings: given, registries: {} };
  try {
    const { root } = parseToml(process.fs.read(path));
    return { settings: new Map([...fromFile(root), ...given]), registries: registriesOf(root) };
  } catch (error) {
    if (!(error instanceof TomlError) && !(error instanceof Errno)) throw error;
    const why =
      error instanceof TomlError ? `failed to parse config: toml: ${error.message}` : `failed to load config from ${path}: ${error.message.toLowerCase()}`;
    yield* process.printError(`buildkitd: ${why}\n`);
    throw new Exit(1);
  }
}

const tableAt = (of: TomlTable, key: string): TomlTable => {
  const value = of[key];
  return isTable(value) ? value : {};
};

/** `[registry."docker.io"]`. */
function registriesOf(root: TomlTable): RegistriesConfig {
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  const all = tableAt(root, 'registry');
  const settings = (host: string): RegistriesConfig[string] => {
    const { mirrors, http, insecure, ca } = tableAt(all, host);
    return { mirrors: texts(mirrors), http: http === true, insecure: insecure === true, ca: texts(ca) };
  };
  return Object.fromEntries(Object.keys(all).map((host) => [host, settings(host)]));
}

/** buildkitd.toml in the words of the flags. */
function fromFile(root: TomlTable): [string, string][] {
  const worker = tableAt(root, 'worker');
  const containerd = tableAt(worker, 'containerd');
  const address = tableAt(root, 'grpc')['address'];
  const all: readonly [string, unknown][] = [
    ['root', root['root']],
    ['allow-insecure-entitlement', root['insecure-entitlements']],
    ['addr', Array.isArray(address) ? address[0] : address],
    ['oci-worker', tableAt(worker, 'oci')['enabled']],
    ['containerd-worker', containerd['enabled']],
    ['containerd-worker-namespace', containerd['namespace']],
    ['containerd-worker-addr', containerd['address']],
    ['containerd-worker-snapshotter', containerd['snapshotter']],
  ];
  return all.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
}

function workersOf(process: Process, settings: Settings, root: string, trace: Trace, registries: () => Registries): WorkerOptions[] {
  const { kernel, sim } = process;
  const workers: WorkerOptions[] = [];
  if (settings.get('oci-worker') !== 'false') {
    const folder = folderOf(root, { kind: 'oci', snapshotter: 'overlayfs' });
    const embedded = new Containerd({
      sim,
      kernel,
      runc: new Runc({ kernel, sim: kernel.sim }),
      cni: new Cni({ kernel, sim: kernel.sim }),
      ...registryAccess(process, trace, registries, 'buildkitd'),
      embedded: { meta: `${folder}/containerdmeta.db`, run: `${folder}/executor/.tasks` },
    });
    workers.push({ kind: 'oci', containerd: () => embedded, namespace: 'buildkit', snapshotter: 'overlayfs' });
  }
  const socket = (settings.get('containerd-worker-addr') ?? '/run/containerd/containerd.sock').replace(/^unix:\/\//, '');
  const asked = settings.get('containerd-worker') ?? 'auto';
  if (asked === 'true' || (asked === 'auto' && process.fs.exists(socket)))
    workers.push({
      kind: 'containerd',
      containerd: dialer(process, socket, trace),
      namespace: settings.get('containerd-worker-namespace') ?? 'buildkit',
      snapshotter: settings.get('containerd-worker-snapshotter') ?? 'overlayfs',
    });
  return workers;
}

function dialer(process: Process, socket: string, trace: Trace): () => ContainerdApi {
  const node = process.kernel.hostname;
  return () => {
    try {
      return tracedContainerd(trace, dialUnix(containerdProtocol, process.fs.stat(socket)), `buildkitd (${node})`, `containerd (${node})`);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new BuildError(
        `connection error: desc = "transport: Error while dialing: dial unix ${socket}: connect: ${error.message.toLowerCase()}": unavailable`,
      );
    }
  };
}
