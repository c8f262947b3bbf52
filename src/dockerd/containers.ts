/** dockerd's container service (moby daemon/{create,stop,kill,delete,rename,...}.go). */
import {
  type ContainerInspected,
  type ContainerSummary,
  type ContainerUpdate,
  type CreateOptions,
  type DockerApi,
  DockerError,
  type Filters,
  type Pruned,
} from '../interfaces/docker.ts';
import { FileNode } from '../linux/file-node.ts';
import { parseSignal, signalNumbers } from '../linux/signals.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { ContainerFiles } from './container-files.ts';
import { attach, readLogs } from './container-io.ts';
import { checkAddress } from './endpoint-settings.ts';
import { containerdText, type Engine, moby, snapshotter } from './engine.ts';
import { startExec } from './exec.ts';
import { verify, warnings } from './host-config.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { inspectContainer, summarize } from './inspect.ts';
import { rootOf } from './layers.ts';
import type { Lifecycle } from './lifecycle.ts';
import { adjectives, surnames } from './names-data.ts';
import type { Networks } from './networks.ts';
import { newContainer } from './new-container.ts';
import { pruneFilter } from './prune-filter.ts';
import type { Container } from './state.ts';
import { statsOf } from './stats.ts';
import { processTable } from './top.ts';
import { updateContainer } from './update.ts';
import type { Volumes } from './volumes.ts';

type Api = DockerApi['containers'];

type ContainersParts = {
  readonly engine: Engine;
  readonly store: ImageStore;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly lifecycle: Lifecycle;
};

export class Containers extends ContainerFiles implements Api {
  readonly #parts: ContainersParts;

  constructor(parts: ContainersParts) {
    super(parts.engine, parts.store);
    this.#parts = parts;
    parts.lifecycle.onAutoRemove = (container) => this.#delete(container, true);
  }

  list({ all }: { readonly all: boolean }): ContainerSummary[] {
    // Many containers have few images between them.
    const found = new Map<string, StoredImage | undefined>();
    const find = (text: string): StoredImage | undefined => {
      if (!found.has(text)) found.set(text, this.store.find(text));
      return found.get(text);
    };
    return [...this.engine.state.containers.values()]
      .filter((container) => all || container.running || container.status === 'restarting')
      .sort((a, b) => b.created - a.created)
      .map((container) => summarize(this.engine, find, container));
  }

  *create(options: CreateOptions): Routine<{ readonly Id: string; readonly Warnings: readonly string[] }> {
    yield* sleep(this.engine.sim.random.between(15, 30));
    const name = this.#name(options.name);
    verify(this.engine, options);
    const image = this.store.get(options.config.Image);
    const id = this.engine.sim.random.hex(64);
    const { containerd } = this.engine;
    const full = image.names.find((each) => !each.includes('@')) ?? image.names[0] ?? '';
    const chain = yield* containerd.snapshots.unpack(moby, snapshotter, full);
    containerd.snapshots.prepare(moby, snapshotter, id, chain);
    rootOf(this.engine, id).add('.dockerenv', new FileNode({ mode: 0o755, uid: 0, gid: 0, mtime: this.engine.sim.now }));
    try {
      const { mounts, anonymous } = this.#parts.volumes.mounts(options, rootOf(this.engine, id));
      const container = newContainer(this.engine, { id, name, options, image, imageName: full, mounts, anonymous });
      const mode = container.host.NetworkMode;
      const network = this.engine.findNetwork(mode);
      if (network) checkAddress(network, options.ip, `invalid config for network ${network.name}: `);
      if (mode !== 'host' && !mode.startsWith('container:'))
        container.endpoints.set(network?.name ?? mode, this.#parts.networks.newEndpoint({ aliases: options.aliases ?? [], ip: options.ip, mac: options.mac }));
      this.engine.state.containers.set(id, container);
      this.engine.files.mkdir(container.directory, { parents: true, mode: 0o710 });
      this.engine.emitContainer('create', container);
    } catch (error) {
      containerd.snapshots.remove(moby, snapshotter, id);
      throw error;
    }
    return { Id: id, Warnings: warnings(options.host) };
  }

  inspect(id: string): ContainerInspected {
    return inspectContainer(this.engine, this.store, this.engine.container(id));
  }

  *start(id: string): Routine {
    const container = this.engine.container(id);
    if (container.status === 'paused') throw new DockerError(409, 'cannot start a paused container, try unpause instead');
    yield* this.#parts.lifecycle.start(container);
  }

  *stop(id: string, options: { readonly timeout?: number; readonly signal?: string } = {}): Routine {
    const container = this.engine.container(id);
    container.stoppedByHand = true;
    container.changed.notify();
    if (container.status === 'restarting') container.status = 'exited';
    if (!container.running) return;
    if (container.status === 'paused') yield* this.unpause(id);
    const signal = options.signal || container.config.StopSignal || 'SIGTERM';
    const seconds = options.timeout ?? container.config.StopTimeout ?? 10;
    this.#signal(container, signal);
    const until = seconds < 0 ? Number.POSITIVE_INFINITY : this.engine.now + seconds * 1000;
    while (container.running && this.engine.now < until)
      yield Number.isFinite(until) ? { on: [container.changed], timeout: until - this.engine.now } : { on: [container.changed] };
    if (container.running) this.#signal(container, 'SIGKILL');
    while (container.running) yield { on: [container.changed] };
    this.engine.emitContainer('stop', container);
  }

  *restart(id: string, options: { readonly timeout?: number; readonly signal?: string } = {}): Routine {
    const container = this.engine.container(id);
    yield* this.stop(id, options);
    yield* this.#parts.lifecycle.start(container);
    this.engine.emitContainer('restart', container);
  }

  *kill(id: string, text: string): Routine {
    try {
      const signal = parseSignal(text);
      if (!signal) throw new DockerError(400, `invalid signal: ${text}`);
      const container = this.engine.container(id);
      this.#mustRun(container);
      if (signal === 'SIGKILL' || signal === (parseSignal(container.config.StopSignal ?? 'SIGTERM') ?? 'SIGTERM')) container.stoppedByHand = true;
      this.#signal(container, signal);
      if (signal === 'SIGKILL') while (container.running) yield { on: [container.changed] };
    } catch (error) {
      throw error instanceof DockerError ? new DockerError(error.status, `cannot kill container: ${id}: ${error.message}`) : error;
    }
  }

  *pause(id: string): Routine {
    const container = this.engine.container(id);
    if (container.status === 'paused') throw new DockerError(409, `container ${container.id} is already paused`);
    this.#mustRun(container);
    yield* sleep(this.engine.sim.random.between(10, 20));
    this.engine.containerd.tasks.pause(moby, container.id);
    container.status = 'paused';
    container.changed.notify();
    this.engine.emitContainer('pause', container);
  }

  *unpause(id: string): Routine {
    const container = this.engine.container(id);
    if (container.status !== 'paused') throw new DockerError(500, `Container ${container.id} is not paused`);
    yield* sleep(this.engine.sim.random.between(10, 20));
    this.engine.containerd.tasks.resume(moby, container.id);
    container.status = 'running';
    container.changed.notify();
    this.engine.emitContainer('unpause', container);
  }

  rename(id: string, name: string): void {
    if (name === '') throw new DockerError(400, 'Neither old nor new names may be empty');
    const container = this.engine.container(id);
    if (name.replace(/^\//, '') === container.name) throw new DockerError(400, `Renaming a container with the same name as its current name`);
    container.name = this.#name(name, container, 'Error when allocating new name: ');
    this.engine.emitContainer('rename', container);
  }

  *remove(id: string, { force, volumes }: { readonly force: boolean; readonly volumes: boolean }): Routine {
    const container = this.engine.container(id);
    const what = { running: 'running', paused: 'paused', restarting: 'restarting' }[container.status as string];
    if (what && !force)
      throw new DockerError(
        409,
        this.engine.old
          ? `You cannot remove a ${what} container ${container.id}. ${what === 'paused' ? 'Unpause and then stop' : 'Stop'} the container before attempting removal or force remove`
          : `cannot remove container "${container.name}": container is ${what === 'paused' ? 'paused and must be unpaused first' : `${what}: stop the container before removing or force remove`}`,
      );
    container.removing = true;
    if (container.status === 'paused') yield* this.unpause(id);
    if (container.running) this.#signal(container, 'SIGKILL');
    while (container.running) yield { on: [container.changed] };
    yield* this.#delete(container, volumes);
  }

  *wait(id: string, { until = 'not-running' }: { readonly until?: 'not-running' | 'next-exit' | 'removed' } = {}): Routine<number> {
    const container = this.engine.container(id);
    const { exits } = container;
    const { containers } = this.engine.state;
    if (until === 'not-running') while (container.running || container.status === 'restarting') yield { on: [container.changed] };
    else if (until === 'removed') while (containers.has(container.id)) yield { on: [container.changed] };
    else while (container.exits === exits && containers.has(container.id)) yield { on: [container.changed] };
    return container.exitCode;
  }

  logs(id: string, options: Parameters<Api['logs']>[1]): ReturnType<Api['logs']> {
    return readLogs(this.engine, this.engine.container(id), options);
  }

  attach(id: string, options: { readonly stdin: boolean }): ReturnType<Api['attach']> {
    const container = this.engine.container(id);
    this.engine.emitContainer('attach', container);
    return attach(this.engine, container, options);
  }

  exec(id: string, options: Parameters<Api['exec']>[1]): ReturnType<Api['exec']> {
    return startExec(this.engine, this.engine.container(id), options);
  }

  resize(id: string, size: { readonly columns: number; readonly rows: number }): void {
    const container = this.engine.container(id);
    if (container.running) this.engine.containerd.tasks.resize(moby, container.id, size);
  }

  *top(id: string, options = ''): ReturnType<Api['top']> {
    const container = this.engine.container(id);
    this.#mustRun(container);
    this.engine.emitContainer('top', container);
    return yield* processTable(this.engine, container, options);
  }

  stats(id: string): ReturnType<Api['stats']> {
    return statsOf(this.engine, this.engine.container(id));
  }

  update(id: string, change: ContainerUpdate): void {
    updateContainer(this.engine, this.engine.container(id), change);
  }

  *prune(filters?: Filters): Routine<Pruned> {
    const wanted = pruneFilter(filters, this.engine.now);
    const victims = [...this.engine.state.containers.values()].filter(
      ({ running, status, config, created }) => !running && status !== 'restarting' && wanted({ labels: config.Labels, created }),
    );
    let space = 0;
    for (const container of victims) {
      space += this.sizeOf(container);
      yield* this.#delete(container, false);
    }
    return { deleted: victims.map(({ id }) => id), space };
  }

  *#delete(container: Container, volumes: boolean): Routine {
    container.removing = true;
    container.changed.notify();
    const { state, containerd } = this.engine;
    yield* sleep(this.engine.sim.random.between(8, 16));
    if (!state.containers.delete(container.id)) return;
    try {
      containerd.snapshots.remove(moby, snapshotter, container.id);
    } catch (error) {
      containerdText(error);
    }
    this.engine.directory(`${container.root}/containers`).remove(container.id);
    if (volumes) for (const name of container.anonymous) if (this.#parts.volumes.users(name).length === 0) this.#parts.volumes.remove(name, { force: true });
    this.engine.emitContainer('destroy', container);
    container.changed.notify();
  }

  #signal(container: Container, signal: string): void {
    try {
      this.engine.containerd.tasks.kill(moby, container.id, signal);
      this.engine.emitContainer('kill', container, { signal: String(signalNumbers[parseSignal(signal) ?? 'SIGTERM']) });
    } catch (error) {
      containerdText(error); // It has ended by itself.
    }
  }

  #mustRun(container: Container): void {
    if (!container.running) throw new DockerError(409, `container ${container.id} is not running`);
  }

  /** A name that nobody has, or a new one. */
  #name(asked: string | undefined, self?: Container, when = ''): string {
    const { random } = this.engine.sim;
    const holder = (name: string): Container | undefined => [...this.engine.state.containers.values()].find((each) => each.name === name && each !== self);
    if (asked === undefined || asked === '') {
      let name = '';
      do name = `${random.pick(adjectives)}_${random.pick(surnames)}`;
      while (holder(name));
      return name;
    }
    const name = asked.replace(/^\//, '');
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name))
      throw new DockerError(400, `${when}Invalid container name (${self ? `/${name}` : asked}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
    const other = holder(name);
    if (other)
      throw new DockerError(
        409,
        `${when}Conflict. The container name "/${name}" is already in use by container "${other.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    return name;
  }
}
