/** CRI-O: the daemon of one node. It speaks CRI and nothing else. */
import { type CriServer, criProtocol } from '../interfaces/cri.ts';
import { FileNode } from '../linux/file-node.ts';
import { SpecialNode } from '../linux/inode.ts';
import { listenUnix, serve } from '../linux/network.ts';
import type { CrioConfig } from './config.ts';
import { RunFile } from './conmon.ts';
import { Context, type CrioParts } from './context.ts';
import { CrioImageService } from './image-service.ts';
import { showStorage } from './on-disk.ts';
import { CrioRuntimeService } from './runtime-service.ts';
import { graphRoot, runRoot, StorageFile } from './storage.ts';

/** Of the summer of 2026. */
export const version = '1.35.6';
/** Of the release. */
export const gitCommit = '7d91b78fc79e2cd764eba15ead350984479be98f';

const storagePath = `${graphRoot}/storage.lock`;
const runPath = `${runRoot}/overlay-layers/mountpoints.lock`;

/** A running daemon. A new one on the same node finds the images, containers and monitors of the one before. */
export class Crio {
  readonly cri: CriServer;
  readonly #context: Context;
  readonly #runtime: CrioRuntimeService;

  constructor(parts: CrioParts) {
    const { files, kernel, config } = parts;
    const now = kernel.sim.now;
    const storage = files.find(storagePath);
    const state = storage instanceof StorageFile ? storage : new StorageFile(now);
    const run = files.find(runPath);
    const monitors = run instanceof RunFile ? run : new RunFile(now);
    this.#context = new Context({ ...parts, sim: parts.sim.scope('crio') }, state.state, monitors.conmons);
    this.#context.directory(graphRoot, 0o700).add('storage.lock', state);
    this.#context.directory(`${runRoot}/overlay-layers`, 0o700).add('mountpoints.lock', monitors);
    showStorage(files, state.state, now);
    for (const folder of [config.exitsDir, `${runRoot}/overlay-containers`, config.namespacesDir, '/var/lib/crio']) files.mkdir(folder, { parents: true });
    const image = new CrioImageService(this.#context);
    this.#runtime = new CrioRuntimeService(this.#context, image, version);
    this.cri = { runtime: this.#runtime, image };
    this.#network(config);
    this.#runtime.recover();
    this.#listen(config.listen);
  }

  /** `systemctl reload crio`: settings of what comes, not of what runs. */
  reload(config: CrioConfig): void {
    this.#context.config = config;
  }

  /** The daemon ends: conmon and the containers go on, the socket is gone, calls under way are cut off. */
  stop(): void {
    const { files, config } = this.#context;
    const socket = files.find(config.listen);
    if (socket instanceof SpecialNode && socket.listener) {
      socket.listener = undefined;
      files.unlink(config.listen);
    }
    files.write('/var/lib/crio/clean.shutdown', '');
    this.#runtime.release();
    this.#context.events.close();
    this.#context.sim.stop();
  }

  #network({ networkDir }: CrioConfig): void {
    const conf = this.#context.network.load();
    if (!conf) return;
    const [name] = files(this.#context).find(([each]) => /\.(conf|conflist|json)$/.test(each)) ?? [''];
    this.#context.log('info', `Found CNI network ${conf.name} (type=${String(conf.plugins[0]?.['type'] ?? '')}) at ${networkDir}/${name}`);
    this.#context.log('info', `Updated default CNI network name to ${conf.name}`);
  }

  #listen(path: string): void {
    const context = this.#context;
    context.directory(path.slice(0, path.lastIndexOf('/')));
    if (context.files.find(path)) context.files.unlink(path);
    const socket = new SpecialNode('socket', { mode: 0o660, uid: 0, gid: 0, mtime: context.now });
    listenUnix(socket, new Map([serve(criProtocol, this.cri)]));
    context.files.mknod(path, socket);
    const text = JSON.stringify(version);
    context.directory('/run/crio').add('version', new FileNode({ mode: 0o644, uid: 0, gid: 0, mtime: context.now }, text));
  }
}

const files = (context: Context): [string, unknown][] =>
  context.files.isDirectory(context.config.networkDir) ? [...context.files.list(context.config.networkDir)].sort(([a], [b]) => (a < b ? -1 : 1)) : [];
