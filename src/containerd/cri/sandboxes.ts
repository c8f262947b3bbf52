/** Pod sandboxes: their network, their pause container and their files (internal/cri/server/sandbox_*.go). */

import { podFiles } from '../../cri/pod-files.ts';
import { Sandbox } from '../../cri/records.ts';
import { sandboxSpec } from '../../cri/spec.ts';
import { resolveUser } from '../../cri/user.ts';
import { CniError, type CniResult } from '../../interfaces/cni.ts';
import { CriError, type PodSandbox, type PodSandboxConfig, type PodSandboxFilter, type PodSandboxStatus } from '../../interfaces/cri.ts';
import { Tmpfs } from '../../linux/disk.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Task } from '../shim.ts';
import { toRpc } from './errors.ts';
import type { CriImageService } from './image-service.ts';
import { criNamespace, type StoredImage } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { sandboxFiles, sandboxShm } from './spec.ts';

type Network = { readonly netns: string; readonly cni: CniResult | undefined; readonly ip: string };

const noNetwork: Network = { netns: '', cni: undefined, ip: '' };

/** The plugin's sandboxes. */
export class Sandboxes {
  readonly #plugin: Plugin;
  readonly #images: CriImageService;
  /** Tasks on their way out. */
  readonly #leaving = new Set<Task>();

  constructor(plugin: Plugin, images: CriImageService) {
    this.#plugin = plugin;
    this.#images = images;
  }

  *run(config: PodSandboxConfig, runtimeHandler: string): Routine<string> {
    const { store, sim } = this.#plugin;
    const { name, namespace, uid, attempt } = config.metadata;
    const id = sim.random.hex(64);
    const fullName = `${name}_${namespace}_${uid}_${attempt}`;
    const holder = store.sandboxNames.get(fullName);
    if (holder)
      throw new CriError(
        'FailedPrecondition',
        `failed to reserve sandbox name ${JSON.stringify(fullName)}: name ${JSON.stringify(fullName)} is reserved for ${JSON.stringify(holder)}`,
      );
    store.sandboxNames.set(fullName, id);
    let network = noNetwork;
    try {
      if (runtimeHandler !== '' && !this.#plugin.config.runtimes.includes(runtimeHandler))
        throw new CriError(
          'Unknown',
          `unable to get OCI runtime for sandbox ${JSON.stringify(id)}: no runtime for ${JSON.stringify(runtimeHandler)} is configured`,
        );
      if (config.linux?.securityContext?.namespaceOptions?.network !== 2) network = yield* this.#setUpNetwork(id, config);
      const sandbox = yield* this.#launch(id, fullName, config, runtimeHandler, network);
      store.sandboxes.set(id, sandbox);
      this.#plugin.events.emit('CONTAINER_CREATED_EVENT', id, config.metadata);
      this.#plugin.events.emit('CONTAINER_STARTED_EVENT', id, config.metadata);
      return id;
    } catch (error) {
      store.sandboxNames.delete(fullName);
      this.#plugin.network.close(id, network.netns, config);
      this.#removeFiles(id);
      throw toRpc(error);
    }
  }

  *stop(id: string): Routine {
    const sandbox = this.#plugin.store.sandbox(id);
    if (!sandbox) return;
    yield* sleep(this.#plugin.sim.random.between(5, 15));
    if (sandbox.ready) {
      const task = this.#plugin.tasks.find(criNamespace, sandbox.id);
      if (task && task.exitStatus === undefined) {
        this.#plugin.tasks.kill(criNamespace, sandbox.id, 'SIGKILL');
        while (task.exitStatus === undefined) yield { on: [task.exited] };
      }
      if (task) yield* this.exited(task);
      sandbox.stop();
    }
    if (sandbox.netns !== '') {
      yield* sleep(this.#plugin.sim.random.between(30, 70));
      this.#plugin.network.close(sandbox.id, sandbox.netns, sandbox.config);
    }
  }

  /** A pause process has ended: its task goes, and with the last of the pod's the shim (podsandbox/controller.go handleSandboxTaskExit). */
  *exited(task: Task): Routine {
    const sandbox = this.#plugin.store.sandboxes.get(task.id);
    sandbox?.stop();
    if (this.#leaving.has(task) || this.#plugin.tasks.find(criNamespace, task.id) !== task) return;
    this.#leaving.add(task);
    if (sandbox) this.#plugin.events.emit('CONTAINER_STOPPED_EVENT', sandbox.id, sandbox.config.metadata);
    try {
      yield* this.#plugin.tasks.delete(criNamespace, task.id);
    } finally {
      this.#leaving.delete(task);
    }
  }

  *remove(id: string): Routine {
    const sandbox = this.#plugin.store.sandbox(id);
    if (!sandbox) return;
    yield* this.stop(sandbox.id);
    const { store, tasks, containers, snapshots } = this.#plugin;
    if (tasks.find(criNamespace, sandbox.id)) yield* tasks.delete(criNamespace, sandbox.id);
    else yield* sleep(this.#plugin.sim.random.between(5, 12));
    if (snapshots.find(criNamespace, 'overlayfs', sandbox.id)) snapshots.remove(criNamespace, 'overlayfs', sandbox.id);
    if (this.#plugin.context.find(criNamespace)?.containers.has(sandbox.id)) containers.delete(criNamespace, sandbox.id);
    this.#removeFiles(sandbox.id);
    store.sandboxes.delete(sandbox.id);
    store.sandboxNames.delete(sandbox.name);
    this.#plugin.events.emit('CONTAINER_DELETED_EVENT', sandbox.id, sandbox.config.metadata);
  }

  status(id: string): PodSandboxStatus {
    const sandbox = this.#plugin.store.sandbox(id);
    if (!sandbox) throw new CriError('NotFound', 'an error occurred when try to find sandbox: not found');
    return sandbox.status(() => this.#info(sandbox));
  }

  list(filter?: PodSandboxFilter): readonly PodSandbox[] {
    return this.#plugin.store.listSandboxes(filter);
  }

  #info(sandbox: Sandbox): PodSandboxStatus['info'] {
    const task = this.#plugin.tasks.find(criNamespace, sandbox.id);
    return {
      pid: sandbox.pid,
      processStatus: task && task.exitStatus === undefined ? 'running' : 'deleted',
      netNamespaceClosed: sandbox.netns === '' ? false : !this.#plugin.kernel.networkNamespaces.has(sandbox.netns),
      image: this.#plugin.config.sandboxImage,
      snapshotKey: sandbox.id,
      snapshotter: 'overlayfs',
      runtimeHandler: sandbox.runtimeHandler,
      config: sandbox.config,
      runtimeSpec: sandbox.spec,
      cniResult: goCniResult(sandbox.cni),
    };
  }

  *#setUpNetwork(id: string, config: PodSandboxConfig): Routine<Network> {
    const { network, sim } = this.#plugin;
    const failed = (text: string): CriError => new CriError('Unknown', `failed to setup network for sandbox ${JSON.stringify(id)}: ${text}`);
    if (network.load() === undefined) throw failed('cni plugin not initialized');
    const netns = network.open(`/run/netns/cni-${sim.random.uuid()}`, config.metadata.name);
    yield* sleep(sim.random.between(50, 90));
    try {
      const result = network.add(id, netns, config);
      return { netns, cni: result, ip: (result.ips[0]?.address ?? '').split('/')[0] as string };
    } catch (error) {
      network.close(id, netns, config);
      if (error instanceof CniError) throw failed(error.message);
      throw error;
    }
  }

  /** Why pods cannot have a network now; undefined when they can. */
  networkProblem(): string | undefined {
    return this.#plugin.network.load() === undefined ? 'cni plugin not initialized' : undefined;
  }

  *#launch(id: string, name: string, config: PodSandboxConfig, runtimeHandler: string, network: Network): Routine<Sandbox> {
    const { containers, snapshots, tasks, sim } = this.#plugin;
    const image = yield* this.#pauseImage();
    const snapshot = snapshots.prepare(criNamespace, 'overlayfs', id, image.chainId);
    const hostname = config.hostname || this.#plugin.kernel.hostname;
    const user = resolveUser(snapshot.root, image.config.config.User ?? '', config.linux?.securityContext ?? {});
    const spec = sandboxSpec(id, config, { netns: network.netns, image: image.config, hostname, user, style: this.#plugin.style });
    this.#writeFiles(id, config, hostname);
    try {
      containers.create(criNamespace, {
        id,
        image: image.tags[0] ?? image.id,
        runtime: { name: 'io.containerd.runc.v2' },
        snapshotter: 'overlayfs',
        snapshotKey: id,
        spec,
        labels: { ...config.labels, 'io.cri-containerd.kind': 'sandbox' },
      });
      yield* sleep(sim.random.between(20, 40));
      const task = yield* tasks.create(criNamespace, id, {});
      yield* tasks.start(criNamespace, id);
      yield* sleep(sim.random.between(25, 55));
      return new Sandbox({ id, name, config, runtimeHandler, createdAt: this.#plugin.now(), spec, pid: task.process.pid, ...network });
    } catch (error) {
      if (tasks.find(criNamespace, id)) {
        tasks.kill(criNamespace, id, 'SIGKILL');
        yield* tasks.delete(criNamespace, id);
      }
      containers.delete(criNamespace, id);
      snapshots.remove(criNamespace, 'overlayfs', id);
      throw toRpc(error, `failed to start sandbox ${JSON.stringify(id)}: failed to create containerd task: `);
    }
  }

  *#pauseImage(): Routine<StoredImage> {
    const { sandboxImage } = this.#plugin.config;
    const held = this.#plugin.imageStore.find(sandboxImage);
    if (held) return held;
    try {
      yield* this.#images.pullImage({ image: sandboxImage });
    } catch (error) {
      throw toRpc(error, `failed to pull image ${JSON.stringify(sandboxImage)}: `);
    }
    const pulled = this.#plugin.imageStore.find(sandboxImage);
    if (!pulled) throw new CriError('Unknown', `failed to get sandbox image ${JSON.stringify(sandboxImage)}`);
    return pulled;
  }

  #writeFiles(id: string, config: PodSandboxConfig, hostname: string): void {
    const directory = this.#plugin.directory(sandboxFiles(id));
    for (const [name, file] of podFiles(this.#plugin.files, config, hostname, this.#plugin.now())) directory.add(name, file);
    this.#plugin.directory(sandboxShm(id), 0o1777).disk = new Tmpfs(['size=64m'], this.#plugin.kernel.memoryBytes);
  }

  #removeFiles(id: string): void {
    const shm = this.#plugin.files.find(sandboxShm(id));
    if (shm?.type === 'directory') shm.disk?.charge(-shm.disk.usedBytes);
    for (const path of [sandboxFiles(id), `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`]) {
      const above = this.#plugin.files.find(path.slice(0, path.lastIndexOf('/')));
      if (above?.type === 'directory') above.remove(id);
    }
  }
}

/** The result in go-cni's form, as `crictl inspectp` shows it. */
function goCniResult(result: CniResult | undefined): unknown {
  if (!result) return null;
  const interfaces = Object.fromEntries(
    result.interfaces.map(({ name, mac, sandbox }, index) => [
      name,
      {
        IPConfigs: result.ips.filter((ip) => ip.interface === index).map((ip) => ({ IP: ip.address.split('/')[0], Gateway: ip.gateway })),
        Mac: mac,
        Sandbox: sandbox ?? '',
      },
    ]),
  );
  return { Interfaces: interfaces, DNS: [{}], Routes: result.routes };
}
