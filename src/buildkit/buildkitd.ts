/** buildkitd: the daemon behind buildctl and nerdctl build. Its workers, its socket, its state below /var/lib/buildkit (buildkit cmd/buildkitd). */
import { type BuildkitApi, type BuildkitWorkerInfo, buildkitProtocol, type CachedStep } from '../interfaces/buildkit.ts';
import type { ContainerdApi } from '../interfaces/containerd.ts';
import { FileNode } from '../linux/file-node.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { SpecialNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import { listenUnix, serve } from '../linux/network.ts';
import type { Sim } from '../sim/sim.ts';
import { containerdWorker, identity, type WorkerState } from './containerd-worker.ts';
import type { RegistriesConfig } from './registry-config.ts';
import { BuildKit } from './solve.ts';

/** Which worker there is. */
export type WorkerOptions = {
  readonly kind: 'oci' | 'containerd';
  readonly containerd: () => ContainerdApi;
  readonly namespace: string;
  readonly snapshotter: string;
};

/** The machine that buildkitd runs on. */
export type BuildkitdOptions = {
  /** Ends with the daemon's process. */
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly socket: string;
  readonly root: string;
  /** The first is the one that builds. */
  readonly workers: readonly WorkerOptions[];
  /** What callers may be granted: `network.host`. */
  readonly entitlements: readonly string[];
  readonly registries: RegistriesConfig;
};

/** As `buildkitd --version` has it. */
export const buildkitVersion = { package: 'github.com/moby/buildkit', version: 'v0.29.0', revision: '93b8a3e2a3b8d9f6cd5c1f0a1e3f3a2d35a6b5d1' };
const platforms = ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3', 'linux/386'];

/** The daemon's API. */
export class Buildkitd implements BuildkitApi {
  readonly #options: BuildkitdOptions;
  readonly #files: FileSystem;
  readonly #solver: BuildKit;
  /** As found at the start. */
  readonly #workers: readonly BuildkitWorkerInfo[];

  constructor(options: BuildkitdOptions) {
    const [first] = options.workers;
    if (!first) throw new Error('buildkitd needs a worker');
    this.#options = options;
    this.#files = new FileSystem(options.kernel.host.mount, daemonUser(options.kernel.sim));
    const { containerd, namespace, snapshotter } = first;
    const directory = folderOf(options.root, first);
    const state = stateAt(this.#files, `${directory}/cache.db`, options.sim.now);
    const machine = { kernel: options.kernel, directory };
    const { sim, entitlements, registries } = options;
    this.#solver = new BuildKit(containerdWorker({ sim, containerd, namespace, snapshotter, state, machine, entitlements, registries }));
    this.#workers = this.#describe();
    this.#listen();
  }

  readonly solve: BuildkitApi['solve'] = (request) => this.#solver.solve(request);
  readonly diskUsage: BuildkitApi['diskUsage'] = () => this.#solver.diskUsage();
  readonly prune: BuildkitApi['prune'] = () => this.#solver.prune();

  version(): ReturnType<BuildkitApi['version']> {
    return buildkitVersion;
  }

  workers(): readonly BuildkitWorkerInfo[] {
    return this.#workers;
  }

  #describe(): BuildkitWorkerInfo[] {
    const { kernel, root, workers } = this.#options;
    const label = (name: string, value: string): [string, string] => [`org.mobyproject.buildkit.worker.${name}`, value];
    return workers.map((worker) => ({
      id: identity(kernel.machineId, folderOf(root, worker)),
      platforms,
      labels: Object.fromEntries([
        ...(worker.kind === 'containerd' ? [label('containerd.namespace', worker.namespace), label('containerd.uuid', uuidOf(worker))] : []),
        label('executor', worker.kind),
        label('hostname', kernel.hostname),
        label('network', 'host'),
        ...(worker.kind === 'oci' ? [label('oci.process-mode', 'sandbox')] : []),
        label('selinux.enabled', 'false'),
        label('snapshotter', worker.snapshotter),
      ]),
    }));
  }

  /** The daemon ends: its socket is gone. */
  stop(): void {
    const { socket } = this.#options;
    const found = this.#files.find(socket);
    if (found instanceof SpecialNode && found.listener) {
      found.listener = undefined;
      this.#files.unlink(socket);
    }
  }

  #listen(): void {
    const { socket, sim } = this.#options;
    this.#files.mkdir(socket.slice(0, socket.lastIndexOf('/')), { parents: true });
    if (this.#files.find(socket)) this.#files.unlink(socket);
    const inode = new SpecialNode('socket', { mode: 0o660, uid: 0, gid: 0, mtime: sim.now });
    listenUnix(inode, new Map([serve(buildkitProtocol, this)]));
    this.#files.mknod(socket, inode);
  }
}

/** `/var/lib/buildkit/runc-overlayfs`. */
export const folderOf = (root: string, { kind, snapshotter }: Pick<WorkerOptions, 'kind' | 'snapshotter'>): string =>
  `${root}/${kind === 'oci' ? 'runc' : 'containerd'}-${snapshotter}`;

const uuidOf = ({ containerd }: WorkerOptions): string => containerd().version().uuid ?? '';

class CacheFile extends FileNode {
  readonly state: WorkerState = { cache: new Map<string, CachedStep>(), sources: new Map<string, string>() };
  constructor(now: number) {
    super({ mode: 0o600, uid: 0, gid: 0, mtime: now });
    this.apparentSize = 32 * 1024;
  }
}

function stateAt(files: FileSystem, path: string, now: number): WorkerState {
  const found = files.find(path);
  if (found instanceof CacheFile) return found.state;
  files.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true, mode: 0o711 });
  if (found) files.unlink(path);
  const made = new CacheFile(now);
  files.mknod(path, made);
  return made.state;
}
