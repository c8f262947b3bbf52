/** Pod sandboxes: pinned namespaces, a network, and a process of their own only where it is needed (CRI-O server/sandbox_run_linux.go). */
import { podFiles } from '../cri/pod-files.ts';
import { Sandbox } from '../cri/records.ts';
import { sandboxSpec } from '../cri/spec.ts';
import { resolveUser } from '../cri/user.ts';
import { CniError, type CniResult } from '../interfaces/cni.ts';
import type { CriError, PodSandbox, PodSandboxConfig, PodSandboxFilter, PodSandboxStatus } from '../interfaces/cri.ts';
import type { OciSpec } from '../interfaces/oci.ts';
import { Tmpfs } from '../linux/disk.ts';
import { isErrno } from '../linux/errno.ts';
import { FileNode } from '../linux/file-node.ts';
import { OpaqueNamespace, UtsNamespace } from '../linux/namespaces.ts';
import { setSysctl } from '../linux/sysctl.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { type Call, type Context, describe, notFound } from './context.ts';
import type { CrioImageService } from './image-service.ts';
import { discard, launch, writeBundle } from './launch.ts';
import { unknown } from './references.ts';
import { crioStyle, pinned } from './spec.ts';
import { mountPoint, runDirectory, type StoredContainer } from './storage.ts';
import { unknownUser } from './users.ts';

type Network = { readonly netns: string; readonly cni: CniResult | undefined; readonly ip: string };

const isHost = (config: PodSandboxConfig): boolean => config.linux?.securityContext?.namespaceOptions?.network === 2;

/** CRI-O's sandboxes. */
export class Sandboxes {
  readonly #context: Context;
  readonly #images: CrioImageService;

  constructor(context: Context, images: CrioImageService) {
    this.#context = context;
    this.#images = images;
  }

  *run(config: PodSandboxConfig, runtimeHandler: string): Routine<string> {
    const { store, sim } = this.#context;
    const call = this.#context.call('RuntimeService/RunPodSandbox');
    call.info(`Running pod sandbox: ${describe(config.labels, 'POD')}`);
    const { name, namespace, uid, attempt } = config.metadata;
    const full = `k8s_${name}_${namespace}_${uid}_${attempt}`;
    const id = sim.random.hex(64);
    if (store.sandboxNames.has(full))
      throw unknown(
        `kubelet may be retrying requests that are timing out in CRI-O due to system load. Currently at stage unknown: error reserving pod name ${full} for id ${id}: name is reserved`,
      );
    store.sandboxNames.set(full, id);
    let network: Network = { netns: '', cni: undefined, ip: '' };
    try {
      const handler = this.#context.handler(runtimeHandler);
      const stored = yield* this.#store(id, full);
      const pin = sim.random.uuid();
      this.#context.storage.state.pins.set(id, pin);
      this.#pin(id, pin, config);
      if (!isHost(config)) network = yield* this.#connect(id, full, pin, config, call);
      yield* sleep(sim.random.between(20, 45));
      const spec = this.#spec(id, config, network, stored);
      const pid = this.#needsInfra(config) ? yield* this.#startInfra(id, full, config, handler, spec) : 0;
      if (pid === 0) writeBundle(this.#context, id, spec);
      const sandbox = new Sandbox({ id, name: full, config, runtimeHandler, createdAt: sim.now, spec, pid, ...network });
      store.sandboxes.set(id, sandbox);
      this.#context.events.emit('CONTAINER_CREATED_EVENT', id, config.metadata);
      this.#context.events.emit('CONTAINER_STARTED_EVENT', id, config.metadata);
      call.info(`Ran pod sandbox ${id} with infra container: ${describe(config.labels, 'POD')}`);
      return id;
    } catch (error) {
      store.sandboxNames.delete(full);
      this.#unpin(id, network.netns, config);
      yield* discard(this.#context, id, this.#context.handler(''));
      throw error;
    }
  }

  *stop(id: string): Routine {
    const sandbox = this.#context.store.sandbox(id);
    if (!sandbox) return;
    const call = this.#context.call('RuntimeService/StopPodSandbox');
    if (!sandbox.ready && !this.#context.storage.state.pins.has(sandbox.id)) return call.info(`Stopped pod sandbox (already stopped): ${sandbox.id}`);
    call.info(`Stopping pod sandbox: ${id}`);
    yield* sleep(this.#context.sim.random.between(20, 50));
    const conmon = this.#context.conmons.get(sandbox.id);
    if (conmon?.init && !conmon.exit) {
      this.#context.runtime.kill(this.#context.handler(sandbox.runtimeHandler).root, sandbox.id, 'SIGKILL');
      while (!conmon.exit) yield { on: [conmon.init.exited] };
    }
    this.#unpin(sandbox.id, sandbox.netns, sandbox.config);
    if (sandbox.ready) this.#context.events.emit('CONTAINER_STOPPED_EVENT', sandbox.id, sandbox.config.metadata);
    sandbox.stop();
    call.info(`Stopped pod sandbox: ${sandbox.id}`);
  }

  *remove(id: string): Routine {
    const sandbox = this.#context.store.sandbox(id);
    if (!sandbox) return;
    const call = this.#context.call('RuntimeService/RemovePodSandbox');
    call.info(`Removing pod sandbox: ${id}`);
    yield* sleep(this.#context.sim.random.between(5, 12));
    yield* discard(this.#context, sandbox.id, this.#context.handler(sandbox.runtimeHandler));
    const { store, events } = this.#context;
    store.sandboxes.delete(sandbox.id);
    store.sandboxNames.delete(sandbox.name);
    events.emit('CONTAINER_DELETED_EVENT', sandbox.id, sandbox.config.metadata);
    call.info(`Removed pod sandbox: ${sandbox.id}`);
  }

  status(id: string): PodSandboxStatus {
    const sandbox = this.#context.store.sandbox(id);
    if (!sandbox) throw notFound('pod', id, 'PodSandbox');
    return sandbox.status(() => this.#info(sandbox));
  }

  list(filter?: PodSandboxFilter): readonly PodSandbox[] {
    return this.#context.store.listSandboxes(filter);
  }

  #info({ pid, netns, config, runtimeHandler, spec, cni }: Sandbox): PodSandboxStatus['info'] {
    const image = this.#context.config.pauseImage;
    return {
      pid,
      processStatus: pid === 0 ? 'deleted' : 'running',
      netNamespaceClosed: netns === '' ? false : !this.#context.kernel.networkNamespaces.has(netns),
      image,
      snapshotKey: '',
      snapshotter: '',
      runtimeHandler,
      config,
      runtimeSpec: spec,
      cniResult: cni ?? null,
      shown: { ...(this.#needsInfra(config) ? { image, pid } : {}), runtimeSpec: spec },
    };
  }

  /** A pod's own process is dropped where nothing needs it: only a shared pid namespace does. */
  #needsInfra(config: PodSandboxConfig): boolean {
    return !this.#context.config.dropInfraCtr || config.linux?.securityContext?.namespaceOptions?.pid === 0;
  }

  *#store(id: string, name: string): Routine<StoredContainer> {
    const image = yield* this.#images.pause();
    return this.#context.storage.createContainer(id, name, image);
  }

  #spec(id: string, config: PodSandboxConfig, { netns }: Network, stored: StoredContainer): OciSpec {
    const { files, kernel, storage, now } = this.#context;
    const hostname = isHost(config) ? kernel.hostname : config.hostname || kernel.hostname;
    const directory = this.#context.directory(runDirectory(id), 0o700);
    for (const [name, file] of podFiles(files, config, hostname, now)) if (name !== 'hosts') directory.add(name, file);
    directory.add('.containerenv', new FileNode({ mode: 0o644, uid: 0, gid: 0, mtime: now }, ''));
    this.#context.directory(`${runDirectory(id)}/shm`, 0o1777).disk = new Tmpfs(['size=64m'], kernel.memoryBytes);
    const image = storage.state.images.get(stored.image);
    if (!image) throw unknown('image not known');
    const user = resolveUser(stored.root, image.config.config.User ?? '', config.linux?.securityContext ?? {}, unknownUser);
    const spec = sandboxSpec(id, config, { netns, image: image.config, hostname, user, style: this.style });
    return { ...spec, root: { path: mountPoint(stored), readonly: true }, linux: { ...spec.linux, namespaces: this.#namespaces(id, spec) } };
  }

  /** The pod's process joins what is pinned already. */
  #namespaces(id: string, spec: OciSpec): OciSpec['linux']['namespaces'] {
    const pin = this.#context.storage.state.pins.get(id) ?? '';
    const kinds = { network: 'netns', uts: 'utsns', ipc: 'ipcns' } as const;
    return spec.linux.namespaces.map((entry) =>
      entry.type === 'network' || entry.type === 'uts' || entry.type === 'ipc'
        ? { type: entry.type, path: pinned(this.#context.config, kinds[entry.type], pin) }
        : entry,
    );
  }

  get style(): ReturnType<typeof crioStyle> {
    return crioStyle(this.#context.config, (id) => this.#context.storage.state.pins.get(id) ?? '');
  }

  *#startInfra(id: string, name: string, config: PodSandboxConfig, handler: ReturnType<Context['handler']>, spec: OciSpec): Routine<number> {
    const args = this.#context.config.pauseCommand === '' ? spec.process.args : [this.#context.config.pauseCommand];
    const whole = { ...spec, process: { ...spec.process, args } };
    const podCgroup = config.linux?.cgroupParent ?? '';
    const conmon = yield* launch(this.#context, { id, name, handler, spec: whole, logPath: `${config.logDirectory ?? ''}/${id}.log`, podCgroup });
    conmon.listener = () => this.infraExited(id);
    yield* this.#context.runtime.start(handler.root, id);
    return conmon.init?.pid ?? 0;
  }

  /** The pod's process has ended: the sandbox is not ready any more. */
  infraExited(id: string): void {
    this.#context.store.sandboxes.get(id)?.stop();
  }

  #pin(id: string, pin: string, config: PodSandboxConfig): void {
    const { kernel, config: settings, now } = this.#context;
    const hold = (kind: 'utsns' | 'ipcns'): string => {
      const path = pinned(settings, kind, pin);
      this.#context.directory(path.slice(0, path.lastIndexOf('/'))).add(pin, new FileNode({ mode: 0o444, uid: 0, gid: 0, mtime: now }));
      return path;
    };
    if (config.linux?.securityContext?.namespaceOptions?.ipc !== 2) kernel.pinnedNamespaces.ipc.set(hold('ipcns'), new OpaqueNamespace(kernel.inode()));
    if (!isHost(config)) kernel.pinnedNamespaces.uts.set(hold('utsns'), new UtsNamespace(kernel.inode(), config.hostname || id.slice(0, 12)));
  }

  #unpin(id: string, netns: string, config: PodSandboxConfig): void {
    const { kernel, storage, network, config: settings } = this.#context;
    network.close(id, netns, config);
    const pin = storage.state.pins.get(id);
    if (pin === undefined) return;
    for (const [kind, held] of [
      ['utsns', kernel.pinnedNamespaces.uts],
      ['ipcns', kernel.pinnedNamespaces.ipc],
    ] as const) {
      const path = pinned(settings, kind, pin);
      if (held.delete(path)) this.#context.directory(path.slice(0, path.lastIndexOf('/'))).remove(pin);
    }
    storage.state.pins.delete(id);
  }

  /** pinns writes them while it holds the namespaces. */
  #setSysctls(netns: string, pin: string, config: PodSandboxConfig): void {
    const { kernel, config: settings } = this.#context;
    const network = kernel.networkNamespaces.get(netns) ?? kernel.host.network;
    const ipc = kernel.pinnedNamespaces.ipc.get(pinned(settings, 'ipcns', pin)) ?? kernel.host.ipc;
    for (const [name, value] of Object.entries(config.linux?.sysctls ?? {})) {
      try {
        setSysctl({ network, ipc }, name, value);
      } catch (error) {
        if (isErrno(error)) throw unknown(`failed to pin namespaces: open ${error.path}: ${error.message.toLowerCase()}`);
        throw error;
      }
    }
  }

  *#connect(id: string, full: string, pin: string, config: PodSandboxConfig, call: Call): Routine<Network> {
    const { network, sim, config: settings } = this.#context;
    const { name, namespace } = config.metadata;
    const failed = (text: string): CriError => unknown(`failed to create pod network sandbox ${full}(${id}): ${text}`);
    const conf = network.load();
    if (conf === undefined) throw failed(`no CNI configuration file in ${settings.networkDir}/. Has your network provider started?`);
    const netns = network.open(pinned(settings, 'netns', pin), name);
    this.#setSysctls(netns, pin, config);
    const type = String(conf.plugins[0]?.['type'] ?? '');
    call.info(`Adding pod ${namespace}_${name} to CNI network "${conf.name}" (type=${type})`);
    yield* sleep(sim.random.between(50, 90));
    try {
      const result = network.add(id, netns, config);
      call.info(`Checking pod ${namespace}_${name} for CNI network ${conf.name} (type=${type})`);
      return { netns, cni: result, ip: (result.ips[0]?.address ?? '').split('/')[0] as string };
    } catch (error) {
      network.close(id, netns, config);
      if (error instanceof CniError) throw failed(`error adding pod ${namespace}_${name} to CNI network "${conf.name}": ${error.message}`);
      throw error;
    }
  }
}
