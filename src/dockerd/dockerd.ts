/** dockerd: Docker's engine on one node, a client of containerd. Its API, its socket, its state below /var/lib/docker. */
import type { BuildSolver, BuildWorker } from '../interfaces/buildkit.ts';
import { type ContainerdApi, ContainerdError } from '../interfaces/containerd.ts';
import {
  type BuildOptions,
  type DaemonInfo,
  type DiskUsage,
  type DockerApi,
  DockerError,
  dockerProtocol,
  type RegistryAuthConfig,
  type SearchResult,
  type SolveOptions,
} from '../interfaces/docker.ts';
import { parserPath } from '../linux/apparmor-parser.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { SpecialNode } from '../linux/inode.ts';
import { listenUnix, serve } from '../linux/network.ts';
import type { Process } from '../linux/process.ts';
import { httpProtocol } from '../linux/protocols.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { Builder } from './build.ts';
import { asDockerError } from './build-errors.ts';
import { buildWorker } from './build-worker.ts';
import { type DaemonConfig, daemonConfig } from './config.ts';
import { Containers } from './containers.ts';
import { Engine, moby, snapshotter } from './engine.ts';
import { stopProxies } from './firewall.ts';
import { HttpApi } from './http-api.ts';
import { ImageStore } from './image-store.ts';
import { Images } from './images.ts';
import { Lifecycle } from './lifecycle.ts';
import { Networks } from './networks.ts';
import { login, search } from './registry.ts';
import { type Container, type DockerState, EngineFile } from './state.ts';
import { Volumes } from './volumes.ts';

type DockerdOptions = {
  /** Ends with the daemon's process, or with `stop`. */
  readonly sim: Sim;
  readonly daemon: Process;
  /** containerd as it listens now. */
  readonly containerd: () => ContainerdApi;
  /** BuildKit, which the daemon has linked in. */
  readonly buildkit: (worker: BuildWorker) => BuildSolver;
  /** `29.7.2`. */
  readonly version?: string;
  readonly config?: DaemonConfig;
};

/** Where the docker command and dockershim look for it. */
const dockerSocket = '/var/run/docker.sock';
const rootDirectories = ['buildkit', 'containers', 'image', 'network', 'plugins', 'rootfs', 'runtimes', 'swarm', 'tmp', 'volumes'];

const newest = { ApiVersion: '1.55', GitCommit: '3d7c7a8' };
/** By major release. */
const facts: Readonly<Record<string, typeof newest>> = { 20: { ApiVersion: '1.41', GitCommit: '5d6db84' }, 28: { ApiVersion: '1.50', GitCommit: '45873be' } };

/** Serves on the socket once made; `stop` or `shutDown` end it. */
export class Dockerd implements DockerApi {
  readonly containers: Containers;
  readonly images: DockerApi['images'];
  readonly networks: DockerApi['networks'];
  readonly volumes: Volumes;
  readonly #engine: Engine;
  readonly #store: ImageStore;
  readonly #networks: Networks;
  readonly #lifecycle: Lifecycle;
  readonly #version: string;

  constructor(options: DockerdOptions) {
    const { daemon } = options;
    const { kernel } = daemon;
    this.#version = options.version ?? '29.7.2';
    const files = new FileSystem(kernel.host.mount, daemonUser(kernel.sim));
    const sim = options.sim.scope('dockerd');
    const config = options.config ?? daemonConfig(undefined, new Map());
    const state = stateOf(files, config.dataRoot, kernel.sim.now, () => sim.random.uuid());
    this.#engine = new Engine({ sim, kernel, daemon, files, state, config, old: Number.parseInt(this.#version, 10) < 23, containerd: options.containerd });
    this.#store = new ImageStore(this.#engine);
    this.#networks = new Networks(this.#engine);
    this.#lifecycle = new Lifecycle(this.#engine, this.#networks);
    this.volumes = new Volumes(this.#engine);
    const images = new Images(this.#engine, this.#store);
    this.containers = new Containers({ engine: this.#engine, store: this.#store, networks: this.#networks, volumes: this.volumes, lifecycle: this.#lifecycle });
    const builder = new Builder({ engine: this.#engine, store: this.#store, images, containers: this.containers });
    const buildkit = options.buildkit(buildWorker({ engine: this.#engine, store: this.#store, images, containers: this.containers }));
    this.images = Object.assign(images, {
      build: (each: BuildOptions) => asDockerError(builder.build(each)),
      solve: (each: SolveOptions) => asDockerError(buildkit.solve(each)),
      buildCache: () => buildkit.diskUsage(),
      pruneBuildCache: () => buildkit.prune(),
    });
    this.networks = this.#networkApi();
    this.#networks.start();
    this.#adopt();
    this.#listen();
  }

  /** SIGHUP: daemon.json was read anew. Only some settings can change while the daemon runs. */
  reload(config: DaemonConfig): void {
    const { insecureRegistries, mirrors, liveRestore, debug, labels, defaultRuntime, runtimes } = config;
    this.#engine.config = { ...this.#engine.config, insecureRegistries, mirrors, liveRestore, debug, labels, defaultRuntime, runtimes };
  }

  /** SIGTERM: containers are stopped, unless they are to live on; then the socket goes. */
  *shutDown(): Routine {
    if (this.#engine.config.liveRestore) return this.stop();
    const running = [...this.#engine.state.containers.values()].filter((container) => container.running);
    for (const container of running) container.wasRunning = true;
    const fibers = running.map((container) => this.#engine.sim.go(this.#stopOne(container.id), 'shutdown'));
    for (const fiber of fibers) if (!fiber.done) yield* fiber.join();
    this.stop();
  }

  *#stopOne(id: string): Routine {
    try {
      yield* this.containers.stop(id);
    } catch (error) {
      // containerd went first: the container is left to its shim.
      if (!(error instanceof DockerError)) throw error;
    }
  }

  /** The daemon ends at once: containers go on behind their shims. */
  stop(): void {
    const { files } = this.#engine;
    const socket = files.find(dockerSocket);
    if (socket instanceof SpecialNode && socket.listener) {
      socket.listener = undefined;
      files.unlink(dockerSocket);
    }
    this.#networks.stop();
    for (const container of this.#engine.state.containers.values()) stopProxies(container);
    this.#engine.closeSubscribers();
    this.#engine.sim.stop();
  }

  version(): ReturnType<DockerApi['version']> {
    return { Version: this.#version, ...(facts[this.#version.split('.')[0] ?? ''] ?? newest), KernelVersion: this.#engine.kernel.release };
  }

  info(): DaemonInfo {
    const { kernel, state, config } = this.#engine;
    const all = [...state.containers.values()];
    const count = (status: string): number => all.filter((each) => each.status === status).length;
    return {
      ID: state.id,
      Name: kernel.hostname,
      Containers: all.length,
      ContainersRunning: count('running'),
      ContainersPaused: count('paused'),
      ContainersStopped: all.length - count('running') - count('paused'),
      Images: this.#store.all().length,
      KernelVersion: kernel.release,
      NCPU: kernel.cpus,
      MemTotal: kernel.memoryBytes,
      LoggingDriver: config.logDriver,
      CgroupDriver: config.cgroupDriver,
      StorageDriver: config.storageDriver || snapshotter,
      DockerRootDir: config.dataRoot,
      LiveRestoreEnabled: config.liveRestore,
      AppArmor: this.#engine.files.exists(parserPath),
      Debug: config.debug,
      Experimental: config.experimental,
      Labels: config.labels,
      DefaultRuntime: config.defaultRuntime,
      Runtimes: [...new Set(['io.containerd.runc.v2', 'runc', ...config.runtimes])].sort(),
      InsecureRegistries: ['::1/128', '127.0.0.0/8', ...config.insecureRegistries],
      Mirrors: config.mirrors,
      DefaultAddressPools: config.pools.map(({ base, size }) => ({ Base: base, Size: size })),
    };
  }

  diskUsage(): DiskUsage {
    const images = this.images.list({ all: false });
    return {
      images,
      containers: this.containers.list({ all: true }),
      volumes: this.volumes.list().map(({ Name }) => ({ name: Name, size: this.volumes.size(Name), links: this.volumes.users(Name).length })),
      layersSize: images.reduce((sum, { Size }) => sum + Size, 0),
    };
  }

  events(): ReturnType<DockerApi['events']> {
    return this.#engine.subscribe();
  }

  recentEvents(): ReturnType<DockerApi['recentEvents']> {
    return this.#engine.recentEvents;
  }

  *login(server: string, auth: RegistryAuthConfig): Routine {
    yield* login(this.#engine, server, auth);
  }

  *search(term: string, limit: number): Routine<readonly SearchResult[]> {
    return yield* search(this.#engine, term, limit);
  }

  /** An endpoint without its container, which `force` would take away, is never left behind. */
  #attached(network: string, name: string, force: boolean): Container {
    try {
      return this.#engine.container(name);
    } catch (error) {
      if (!(force && error instanceof DockerError && this.#engine.network(network))) throw error;
      throw new DockerError(404, `endpoint ${name} not found`);
    }
  }

  #networkApi(): DockerApi['networks'] {
    const networks = this.#networks;
    return {
      list: () => networks.list(),
      inspect: (name) => networks.summary(this.#engine.network(name)),
      create: (options) => networks.create(options),
      remove: (name) => networks.remove(name),
      connect: (name, container, options) => networks.connect(name, this.#engine.container(container), options),
      disconnect: (name, container, force = false) => networks.disconnect(name, this.#attached(name, container, force)),
      prune: (filters) => networks.prune(filters),
    };
  }

  /** What an earlier daemon left: containers that still run are taken over, those with a policy are started again. */
  #adopt(): void {
    const { state, sim } = this.#engine;
    const tasks = new Set(runningTasks(this.#engine));
    for (const container of state.containers.values()) {
      container.removing = false;
      if (container.running && tasks.has(container.id)) this.#lifecycle.adopt(container);
      else if (container.running || container.status === 'restarting' || container.wasRunning) {
        if (container.running) this.#networks.tearDown(container);
        if (container.status !== 'exited') Object.assign(container, { status: 'exited', pid: 0, exitCode: 255, finishedAt: this.#engine.now });
        const { Name } = container.host.RestartPolicy;
        if (Name === 'always' || Name === 'unless-stopped') sim.go(this.#again(container.id), 'restore');
      }
      container.wasRunning = false;
    }
  }

  *#again(id: string): Routine {
    try {
      yield* this.containers.start(id);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
    }
  }

  #listen(): void {
    const { files, now } = this.#engine;
    for (const path of ['/var/run', '/etc/docker']) files.mkdir(path, { parents: true });
    const old = files.find(dockerSocket);
    if (old) files.unlink(dockerSocket);
    const group = files.find('/etc/group')?.type === 'file' ? /^docker:[^:]*:(\d+)/m.exec(files.read('/etc/group'))?.[1] : undefined;
    const socket = new SpecialNode('socket', { mode: 0o660, uid: 0, gid: Number(group ?? 0), mtime: now });
    listenUnix(socket, new Map([serve(dockerProtocol, this), serve(httpProtocol, new HttpApi(this))]));
    files.mknod(dockerSocket, socket);
  }
}

function runningTasks(engine: Engine): string[] {
  try {
    return engine.containerd.tasks
      .list(moby)
      .filter(({ status }) => status !== 'STOPPED')
      .map(({ id }) => id);
  } catch (error) {
    if (error instanceof DockerError || error instanceof ContainerdError) return [];
    throw error;
  }
}

function stateOf(files: FileSystem, dataRoot: string, now: number, newId: () => string): DockerState {
  for (const name of rootDirectories) files.mkdir(`${dataRoot}/${name}`, { parents: true, mode: 0o710 });
  const path = `${dataRoot}/engine-id`;
  const found = files.find(path);
  if (found instanceof EngineFile) return found.state;
  if (found) files.unlink(path);
  const made = new EngineFile(now);
  made.state.id = newId();
  made.state.root = dataRoot;
  files.mknod(path, made);
  return made.state;
}
