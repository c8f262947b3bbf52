/** containerd: the daemon of one node. Its services, its CRI plugin, its socket. */

import type { CniRuntime } from '../interfaces/cni.ts';
import { type ContainerdApi, type ContainerdEvent, containerdProtocol } from '../interfaces/containerd.ts';
import { type CriServer, criProtocol } from '../interfaces/cri.ts';
import type { OciRuntime } from '../interfaces/oci.ts';
import { containerdBuild } from '../interfaces/releases.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { SpecialNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import { listenUnix, serve } from '../linux/network.ts';
import { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import { type ContainerdConfig, defaultConfig } from './config.ts';
import { ContainerService } from './containers.ts';
import { ContentService, merged } from './content.ts';
import { Context } from './context.ts';
import { CriImageService } from './cri/image-service.ts';
import { Plugin } from './cri/plugin.ts';
import { CriRuntimeService } from './cri/runtime-service.ts';
import { alreadyExists, failedPrecondition, notFound } from './errors.ts';
import { GarbageCollector } from './gc.ts';
import { ImageService } from './images.ts';
import { findOrMake, showStores } from './on-disk.ts';
import { pluginList } from './plugins.ts';
import { Pusher } from './push.ts';
import { RegistryClient, type RegistryWays } from './registries.ts';
import { RestartMonitor } from './restart-monitor.ts';
import { SnapshotService } from './snapshots.ts';
import { MetaFile, RunFile } from './state.ts';
import { TaskService } from './tasks.ts';

/** `registry`: that of a host of the outside world; may throw NetworkError. */
export type ContainerdOptions = RegistryWays & {
  /** Ends with the daemon's process, or with `stop`. */
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly runc: OciRuntime;
  readonly cni: CniRuntime;
  readonly config?: Partial<ContainerdConfig>;
  /** Its stores linked into another daemon (buildkitd's OCI worker): where that one keeps them. No socket, no CRI. */
  readonly embedded?: { readonly meta: string; readonly run: string };
};

const socketPath = '/run/containerd/containerd.sock';
const metaPath = '/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db';
const runPath = '/run/containerd/io.containerd.runtime.v2.task/.tasks';

/** A running daemon. A new one on the same node finds the images, containers and shims of the one before. */
export class Containerd implements ContainerdApi {
  readonly config: ContainerdConfig;
  readonly cri: CriServer;
  readonly images: ContainerdApi['images'];
  readonly content: ContainerdApi['content'];
  readonly snapshots: ContainerdApi['snapshots'];
  readonly containers: ContainerdApi['containers'];
  readonly tasks: ContainerdApi['tasks'];
  readonly #context: Context;
  readonly #content: ContentService;
  readonly #images: ImageService;
  readonly #pusher: Pusher;
  readonly #snapshots: SnapshotService;
  readonly #containers: ContainerService;
  readonly #tasks: TaskService;
  readonly #gc: GarbageCollector;
  #restarts: RestartMonitor | undefined;
  readonly #plugin: Plugin;
  readonly #runtime: CriRuntimeService;

  constructor(options: ContainerdOptions) {
    const { kernel } = options;
    this.config = { ...defaultConfig, ...options.config };
    const sim = options.sim.scope('containerd');
    const files = new FileSystem(kernel.host.mount, daemonUser(kernel.sim));
    const meta = findOrMake(
      files,
      options.embedded?.meta ?? metaPath,
      (each): each is MetaFile => each instanceof MetaFile,
      () => new MetaFile(kernel.sim.now),
    ).state;
    const run = findOrMake(
      files,
      options.embedded?.run ?? runPath,
      (each): each is RunFile => each instanceof RunFile,
      () => new RunFile(kernel.sim.now),
    ).state;
    this.#context = new Context({ kernel, sim, files, meta, run });
    if (meta.uuid === '') meta.uuid = sim.random.uuid();
    this.#content = new ContentService(this.#context);
    this.#snapshots = new SnapshotService(this.#context, this.config.proxySnapshotters);
    this.#gc = new GarbageCollector(this.#context, this.#content);
    const registries = new RegistryClient(this.#context, options);
    this.#pusher = new Pusher(this.#context, this.#content, registries);
    this.#images = new ImageService({
      context: this.#context,
      content: this.#content,
      snapshots: this.#snapshots,
      gc: this.#gc,
      registries,
    });
    this.#containers = new ContainerService(this.#context);
    this.#tasks = new TaskService({
      context: this.#context,
      runtime: options.runc,
      containers: this.#containers,
      snapshots: this.#snapshots,
      checkBinaries: this.config.checkBinaries,
    });
    const parts = {
      context: this.#context,
      config: this.config,
      cni: options.cni,
      content: this.#content,
      images: this.#images,
      snapshots: this.#snapshots,
      containers: this.#containers,
      tasks: this.#tasks,
    };
    this.#plugin = new Plugin(parts);
    const image = new CriImageService(this.#plugin);
    this.#runtime = new CriRuntimeService(this.#plugin, image);
    this.cri = { runtime: this.#runtime, image };
    // Made once: whoever wraps a part, as the trace does, has to do so once only.
    this.content = this.#content.api;
    this.images = this.#imagesApi();
    this.snapshots = this.#snapshotsApi();
    this.containers = this.#containersApi();
    this.tasks = this.#tasksApi();
    if (options.embedded) return;
    showStores(this.#context);
    this.#runtime.recover();
    this.#tasks.adopt();
    this.#restarts = new RestartMonitor(this.#context, this.#containers, this.#tasks);
    this.#listen();
  }

  /** The daemon ends: shims and containers go on, the socket is gone, calls under way are cut off. */
  stop(): void {
    const socket = this.#context.files.find(socketPath);
    if (socket instanceof SpecialNode && socket.listener) {
      socket.listener = undefined;
      this.#context.files.unlink(socketPath);
    }
    this.#tasks.release();
    this.#plugin.events.close();
    this.#context.closeSubscribers();
    this.#context.sim.stop();
  }

  version(): ReturnType<ContainerdApi['version']> {
    return { version: containerdBuild(this.config.version).shown, revision: this.config.revision, uuid: this.#context.meta.uuid };
  }

  plugins(): ReturnType<ContainerdApi['plugins']> {
    return pluginList(this.config);
  }

  readonly namespaces: ContainerdApi['namespaces'] = {
    list: () => [...this.#context.meta.namespaces].map(([name, { labels }]) => ({ name, labels })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    create: (name, labels) => {
      if (this.#context.find(name)) throw alreadyExists(`namespace ${JSON.stringify(name)}`);
      this.#context.namespace(name).labels = labels;
      this.#context.publish(name, '/namespaces/create', () => ({ name, labels }));
    },
    label: (name, labels) => {
      const namespace = this.#context.namespace(name);
      namespace.labels = merged(namespace.labels, labels);
    },
    delete: (name) => this.#deleteNamespace(name),
  };

  #imagesApi(): ContainerdApi['images'] {
    const images = this.#images;
    return {
      list: (namespace) => images.list(namespace),
      get: (namespace, name) => images.get(namespace, name),
      create: (namespace, image) => images.create(namespace, image),
      update: (namespace, name, change) => images.update(namespace, name, change),
      delete: (namespace, name, options) => images.delete(namespace, name, options),
      pull: (namespace, ref, options) => images.pull(namespace, ref, options),
      push: (namespace, ref, options) => this.#pusher.push(namespace, ref, options),
    };
  }

  #snapshotsApi(): ContainerdApi['snapshots'] {
    const snapshots = this.#snapshots;
    return {
      list: (namespace, snapshotter) => snapshots.list(namespace, snapshotter),
      stat: (namespace, snapshotter, key) => snapshots.get(namespace, snapshotter, key),
      usage: (namespace, snapshotter, key) => snapshots.usage(namespace, snapshotter, key),
      prepare: (namespace, snapshotter, key, parent, labels) => void snapshots.prepare(namespace, snapshotter, key, parent, labels ? { labels } : {}),
      view: (namespace, snapshotter, key, parent) => void snapshots.prepare(namespace, snapshotter, key, parent, { view: true }),
      label: (namespace, snapshotter, key, labels) => snapshots.label(namespace, snapshotter, key, labels),
      commit: (namespace, snapshotter, name, key) => snapshots.commit(namespace, snapshotter, name, key),
      remove: (namespace, snapshotter, key) => snapshots.remove(namespace, snapshotter, key),
      unpack: (namespace, snapshotter, image) => this.#images.unpackImage(namespace, snapshotter, image),
      mounts: (namespace, snapshotter, key) => snapshots.mounts(namespace, snapshotter, key),
      directory: (namespace, snapshotter, key) => snapshots.get(namespace, snapshotter, key).root,
    };
  }

  #containersApi(): ContainerdApi['containers'] {
    const containers = this.#containers;
    const looked = <T>(container: T): T => {
      this.#restarts?.look();
      return container;
    };
    return {
      list: (namespace) => containers.list(namespace),
      get: (namespace, id) => containers.get(namespace, id),
      create: (namespace, container) => looked(containers.create(namespace, container)),
      update: (namespace, id, labels, spec) => looked(containers.update(namespace, id, labels, spec)),
      delete: (namespace, id) => containers.delete(namespace, id),
    };
  }

  #tasksApi(): ContainerdApi['tasks'] {
    const tasks = this.#tasks;
    return {
      list: (namespace) => tasks.list(namespace),
      get: (namespace, id) => tasks.describe(namespace, id),
      create: function* (namespace, id, stdio) {
        return (yield* tasks.create(namespace, id, stdio)).process.pid;
      },
      start: (namespace, id) => tasks.start(namespace, id),
      kill: (namespace, id, signal, options) => tasks.kill(namespace, id, signal, options),
      delete: (namespace, id) => tasks.delete(namespace, id),
      wait: (namespace, id) => tasks.wait(namespace, id),
      exec: function* (namespace, id, execId, process, stdio) {
        return (yield* tasks.exec(namespace, id, execId, process, stdio)).pid;
      },
      waitExec: function* (namespace, id, execId) {
        const process = tasks.execProcess(namespace, id, execId);
        while (process.exitStatus() === undefined) yield { on: [process.exited] };
        return process.exitStatus() ?? 255;
      },
      deleteExec: (namespace, id, execId) => tasks.deleteExec(namespace, id, execId),
      pause: (namespace, id) => tasks.pause(namespace, id),
      resume: (namespace, id) => tasks.resume(namespace, id),
      pids: (namespace, id) => tasks.pids(namespace, id),
      resize: (namespace, id, size, execId) => tasks.resize(namespace, id, size, execId),
      metrics: (namespace, id) => tasks.metrics(namespace, id),
      update: (namespace, id, resources) => tasks.update(namespace, id, resources),
      stdio: (namespace, id) => tasks.find(namespace, id)?.stdio ?? {},
    };
  }

  readonly leases: ContainerdApi['leases'] = {
    list: (namespace) => [...(this.#context.find(namespace)?.leases.values() ?? [])],
    create: (namespace, id, labels) => {
      const { leases } = this.#context.namespace(namespace);
      if (leases.has(id)) throw alreadyExists(`lease ${JSON.stringify(id)}`);
      leases.set(id, { id, createdAt: this.#context.now(), labels, resources: new Set() });
    },
    delete: (namespace, id) => {
      if (!this.#context.find(namespace)?.leases.delete(id)) throw notFound(`lease ${JSON.stringify(id)}`);
      this.#gc.schedule();
    },
  };

  events(): Channel<ContainerdEvent> {
    const channel = new Channel<ContainerdEvent>();
    this.#context.subscribe(channel);
    return channel;
  }

  #deleteNamespace(name: string): void {
    const namespace = this.#context.find(name);
    if (!namespace) throw notFound(`namespace ${JSON.stringify(name)}`);
    const holds = [
      ...(namespace.images.size > 0 ? ['images'] : []),
      ...(namespace.content.size > 0 ? ['blobs'] : []),
      ...(namespace.containers.size > 0 ? ['containers'] : []),
      ...[...namespace.snapshots].filter(([, keys]) => keys.size > 0).map(([snapshotter]) => `snapshots on ${JSON.stringify(snapshotter)} snapshotter`),
    ];
    if (holds.length > 0) throw failedPrecondition(`namespace ${JSON.stringify(name)} must be empty, but it still has ${holds.join(', ')}`);
    this.#context.meta.namespaces.delete(name);
  }

  #listen(): void {
    const { files } = this.#context;
    const now = this.#context.now();
    const old = files.find(socketPath);
    if (old) files.unlink(socketPath);
    const socket = new SpecialNode('socket', { mode: 0o660, uid: 0, gid: 0, mtime: now });
    const criOff = this.config.disabledPlugins.includes('io.containerd.grpc.v1.cri') || (this.config.criProblem ?? this.config.imageProblem) !== undefined;
    listenUnix(socket, new Map([serve(containerdProtocol, this), ...(criOff ? [] : [serve(criProtocol, this.cri)])]));
    files.mknod(socketPath, socket);
    if (!files.exists(`${socketPath}.ttrpc`)) files.mknod(`${socketPath}.ttrpc`, new SpecialNode('socket', { mode: 0o660, uid: 0, gid: 0, mtime: now }));
  }
}
