/** Pod sandboxes: their network, their pause container and their files (internal/cri/server/sandbox_*.go). */
import { CniError, type CniResult } from '../../interfaces/cni.ts';
import { CriError, type PodSandboxConfig, type PodSandboxStatus } from '../../interfaces/cri.ts';
import { FileNode } from '../../linux/inode.ts';
import { NetworkNamespace } from '../../linux/network.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { toRpc } from './errors.ts';
import type { CriImageService } from './image-service.ts';
import { criNamespace, type StoredImage } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { sandboxFiles, sandboxShm, sandboxSpec } from './spec.ts';
import { Sandbox } from './store.ts';
import { resolveUser } from './user.ts';

type Network = { readonly netns: string; readonly cni: CniResult | undefined; readonly ip: string };

const noNetwork: Network = { netns: '', cni: undefined, ip: '' };

export class Sandboxes {
  readonly #plugin: Plugin;
  readonly #images: CriImageService;

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
      this.#plugin.emit('CONTAINER_CREATED_EVENT', id, config.metadata);
      this.#plugin.emit('CONTAINER_STARTED_EVENT', id, config.metadata);
      return id;
    } catch (error) {
      store.sandboxNames.delete(fullName);
      this.#tearDown(id, config, network);
      this.#removeFiles(id);
      throw toRpc(error);
    }
  }

  *stop(id: string): Routine {
    const sandbox = this.#plugin.sandbox(id);
    if (!sandbox) return;
    yield* sleep(this.#plugin.sim.random.between(5, 15));
    if (sandbox.ready) {
      const task = this.#plugin.tasks.find(criNamespace, sandbox.id);
      if (task && task.exitStatus === undefined) {
        this.#plugin.tasks.kill(criNamespace, sandbox.id, 'SIGKILL');
        while (task.exitStatus === undefined) yield { on: [task.exited] };
      }
      sandbox.stop();
    }
    if (sandbox.netns !== '') {
      yield* sleep(this.#plugin.sim.random.between(30, 70));
      this.#tearDown(sandbox.id, sandbox.config, sandbox);
    }
  }

  *remove(id: string): Routine {
    const sandbox = this.#plugin.sandbox(id);
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
    this.#plugin.emit('CONTAINER_DELETED_EVENT', sandbox.id, sandbox.config.metadata);
  }

  status(id: string): PodSandboxStatus {
    const sandbox = this.#plugin.sandbox(id);
    if (!sandbox) throw new CriError('NotFound', 'an error occurred when try to find sandbox: not found');
    const { config } = sandbox;
    const verbose = (): PodSandboxStatus['info'] => this.#info(sandbox);
    return {
      ...sandbox.listed,
      network: { ip: sandbox.ip, additionalIps: [] },
      linux: { namespaces: { options: config.linux?.securityContext?.namespaceOptions ?? { network: 0, pid: 0, ipc: 0 } } },
      // Only `crictl inspectp` looks at it.
      get info() {
        return verbose();
      },
    };
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
    const { kernel, sim, cni } = this.#plugin;
    const netns = `/run/netns/cni-${sim.random.uuid()}`;
    const conf = this.#loadNetwork();
    if (conf === undefined) throw new CriError('Unknown', `failed to setup network for sandbox ${JSON.stringify(id)}: cni plugin not initialized`);
    const namespace = new NetworkNamespace(kernel.inode(), config.metadata.name);
    kernel.networkNamespaces.set(netns, namespace);
    this.#plugin.directory('/run/netns').add(netns.slice(11), new FileNode({ mode: 0o444, uid: 0, gid: 0, mtime: sim.now }));
    yield* sleep(sim.random.between(50, 90));
    try {
      const result = cni.add(conf, this.#cniArgs(id, netns, config));
      return { netns, cni: result, ip: (result.ips[0]?.address ?? '').split('/')[0] as string };
    } catch (error) {
      this.#tearDown(id, config, { netns });
      if (error instanceof CniError) throw new CriError('Unknown', `failed to setup network for sandbox ${JSON.stringify(id)}: ${error.message}`);
      throw error;
    }
  }

  #loadNetwork(): ReturnType<Plugin['cni']['loadNetwork']> | undefined {
    const { cni, config } = this.#plugin;
    try {
      return cni.loadNetwork(config.cniConfDir, config.cniBinDir);
    } catch (error) {
      if (error instanceof CniError) return undefined;
      throw error;
    }
  }

  /** Why pods cannot have a network now; undefined when they can. */
  networkProblem(): string | undefined {
    return this.#loadNetwork() === undefined ? 'cni plugin not initialized' : undefined;
  }

  #cniArgs(id: string, netns: string, config: PodSandboxConfig): Parameters<Plugin['cni']['add']>[1] {
    const { name, namespace, uid } = config.metadata;
    return {
      containerId: id,
      netns,
      ifName: 'eth0',
      args: { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: name, K8S_POD_INFRA_CONTAINER_ID: id, K8S_POD_UID: uid, IgnoreUnknown: '1' },
      portMappings: (config.portMappings ?? [])
        .filter(({ hostPort }) => hostPort > 0)
        .map(({ hostPort, containerPort, protocol, hostIp }) => ({
          hostPort,
          containerPort,
          protocol: protocol.toLowerCase(),
          ...(hostIp === undefined ? {} : { hostIP: hostIp }),
        })),
    };
  }

  #tearDown(id: string, config: PodSandboxConfig, network: { readonly netns: string }): void {
    const { kernel, cni } = this.#plugin;
    const { netns } = network;
    if (netns === '' || !kernel.networkNamespaces.has(netns)) return;
    const conf = this.#loadNetwork();
    if (conf) {
      try {
        cni.del(conf, this.#cniArgs(id, netns, config));
      } catch (error) {
        if (!(error instanceof CniError)) throw error; // A DEL that fails is tried again by nobody here; the address stays taken, as in reality.
      }
    }
    kernel.networkNamespaces.delete(netns);
    this.#plugin.directory('/run/netns').remove(netns.slice(11));
  }

  *#launch(id: string, name: string, config: PodSandboxConfig, runtimeHandler: string, network: Network): Routine<Sandbox> {
    const { containers, snapshots, tasks, sim } = this.#plugin;
    const image = yield* this.#pauseImage();
    const snapshot = snapshots.prepare(criNamespace, 'overlayfs', id, image.chainId);
    const hostname = config.hostname || this.#plugin.kernel.hostname;
    const user = resolveUser(snapshot.root, image.config.config.User ?? '', config.linux?.securityContext ?? {});
    const spec = sandboxSpec(id, config, { netns: network.netns, image: image.config, hostname, user, systemdCgroup: this.#plugin.config.systemdCgroup });
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
      return new Sandbox({ id, name, config, runtimeHandler, createdAt: sim.now, spec, pid: task.process.pid, ...network });
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
    const attributes = { mode: 0o644, uid: 0, gid: 0, mtime: this.#plugin.now() };
    const host = (path: string): string => {
      const inode = this.#plugin.files.find(path);
      return inode?.type === 'file' ? inode.read() : '';
    };
    directory.add('hostname', new FileNode(attributes, `${hostname}\n`));
    directory.add('hosts', new FileNode(attributes, host('/etc/hosts')));
    directory.add('resolv.conf', new FileNode(attributes, resolvConf(config) ?? host('/etc/resolv.conf')));
    this.#plugin.directory(sandboxShm(id), 0o1777);
  }

  #removeFiles(id: string): void {
    for (const path of [sandboxFiles(id), `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`]) {
      const above = this.#plugin.files.find(path.slice(0, path.lastIndexOf('/')));
      if (above?.type === 'directory') above.remove(id);
    }
  }
}

/** Undefined: the node's own serves. */
function resolvConf({ dnsConfig }: PodSandboxConfig): string | undefined {
  if (!dnsConfig) return undefined;
  const { searches, servers, options } = dnsConfig;
  if (searches.length === 0 && servers.length === 0 && options.length === 0) return undefined;
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
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
