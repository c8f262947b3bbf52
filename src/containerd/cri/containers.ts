/** Containers of pods: create, start, stop, remove and what became of them (internal/cri/server/container_*.go). */

import { LogFile, pumpLog } from '../../cri/logs.ts';
import { apparmorProfile, makeMountSources, newContainer, seccompProfile } from '../../cri/new-container.ts';
import type { CriContainer, Sandbox } from '../../cri/records.ts';
import {
  type Container,
  type ContainerConfig,
  type ContainerFilter,
  type ContainerStats,
  type ContainerStatus,
  CriError,
  type LinuxContainerResources,
  type PodSandboxConfig,
} from '../../interfaces/cri.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Task } from '../shim.ts';
import { textOf, toRpc } from './errors.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { applyUpdate, statsOf } from './resources.ts';

/** The plugin's containers. */
export class Containers {
  readonly #plugin: Plugin;
  readonly #logs = new Map<string, LogFile>();

  constructor(plugin: Plugin) {
    this.#plugin = plugin;
  }

  *create(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Routine<string> {
    const { store, sim } = this.#plugin;
    const sandbox = this.#plugin.store.sandbox(podSandboxId);
    if (!sandbox) throw new CriError('NotFound', `failed to find sandbox id ${JSON.stringify(podSandboxId)}: not found`);
    const { name, namespace, uid } = sandbox.config.metadata;
    const id = sim.random.hex(64);
    const fullName = `${config.metadata.name}_${name}_${namespace}_${uid}_${config.metadata.attempt ?? 0}`;
    const holder = store.containerNames.get(fullName);
    if (holder)
      throw new CriError(
        'FailedPrecondition',
        `failed to reserve container name ${JSON.stringify(fullName)}; check if another CreateContainer request is in progress: name ${JSON.stringify(fullName)} is reserved for ${JSON.stringify(holder)}`,
      );
    store.containerNames.set(fullName, id);
    try {
      yield* sleep(sim.random.between(14, 24));
      const container = this.#make(id, fullName, sandbox, config, sandboxConfig);
      store.containers.set(id, container);
      sandbox.containers.add(id);
      this.#plugin.events.emit('CONTAINER_CREATED_EVENT', id, sandbox.config.metadata);
      return id;
    } catch (error) {
      store.containerNames.delete(fullName);
      throw toRpc(error);
    }
  }

  *start(id: string): Routine {
    const container = this.#plugin.mustContainer(id);
    const { sandbox } = container;
    if (container.state !== 'CONTAINER_CREATED' || container.starting)
      throw new CriError(
        'Unknown',
        `failed to set starting state for container ${JSON.stringify(container.id)}: container is in ${container.starting ? 'starting' : container.state} state`,
      );
    if (!sandbox.ready) throw new CriError('Unknown', `sandbox container ${JSON.stringify(sandbox.id)} is not running`);
    container.starting = true;
    try {
      this.openLogs(container);
      const task = yield* this.#plugin.tasks.create(criNamespace, container.id, container.stdio);
      yield* this.#plugin.tasks.start(criNamespace, container.id);
      container.running(task.process.pid, this.#plugin.now());
      this.#plugin.events.emit('CONTAINER_STARTED_EVENT', container.id, sandbox.config.metadata);
      yield* sleep(this.#plugin.sim.random.between(8, 20));
    } catch (error) {
      const text = textOf(error);
      if (text === undefined) throw error;
      const message = `failed to create containerd task: ${text}`;
      container.exited(this.#plugin.now(), 128, 'StartError', message);
      for (const stream of [container.io.stdout, container.io.stderr]) stream?.close();
      throw new CriError('Unknown', message);
    } finally {
      container.starting = false;
    }
  }

  *stop(id: string, timeoutSeconds: number): Routine {
    const container = this.#plugin.store.container(id);
    if (!container) return;
    if (container.state !== 'CONTAINER_RUNNING') return;
    if (timeoutSeconds > 0) {
      this.#signal(container, container.stopSignal);
      if (yield* container.waitForExit(this.#plugin.sim, timeoutSeconds * 1000)) return;
    }
    this.#signal(container, 'SIGKILL');
    if (!(yield* container.waitForExit(this.#plugin.sim, 120_000)))
      throw new CriError(
        'DeadlineExceeded',
        `an error occurs during waiting for container ${JSON.stringify(container.id)} to be killed: wait container ${JSON.stringify(container.id)}: context deadline exceeded`,
      );
  }

  *remove(id: string): Routine {
    const container = this.#plugin.store.container(id);
    if (!container) return;
    if (container.state === 'CONTAINER_RUNNING') yield* this.stop(container.id, 0);
    if (container.removing) return;
    container.removing = true;
    const { store, snapshots, containers, tasks } = this.#plugin;
    yield* sleep(this.#plugin.sim.random.between(4, 10));
    if (tasks.find(criNamespace, container.id)) yield* tasks.delete(criNamespace, container.id);
    if (snapshots.find(criNamespace, 'overlayfs', container.id)) snapshots.remove(criNamespace, 'overlayfs', container.id);
    if (this.#plugin.context.find(criNamespace)?.containers.has(container.id)) containers.delete(criNamespace, container.id);
    store.containers.delete(container.id);
    store.containerNames.delete(container.name);
    container.sandbox.containers.delete(container.id);
    this.#logs.delete(container.id);
    this.#plugin.events.emit('CONTAINER_DELETED_EVENT', container.id, container.sandbox.config.metadata);
  }

  status(id: string): ContainerStatus {
    const container = this.#plugin.mustContainer(id);
    const image = this.#plugin.imageStore.find(container.imageId);
    const names = image && { names: image.tags, digests: image.digests };
    return container.status(names, { snapshotKey: container.id, snapshotter: 'overlayfs', runtimeType: 'io.containerd.runc.v2' });
  }

  list(filter?: ContainerFilter): readonly Container[] {
    return this.#plugin.store.listContainers(filter);
  }

  stats(id: string): ContainerStats {
    return statsOf(this.#plugin, this.#known(id));
  }

  update(id: string, resources: LinuxContainerResources): void {
    const container = this.#known(id);
    // 0 and '' mean: as it was.
    container.resources = { ...container.resources, ...Object.fromEntries(Object.entries(resources).filter(([, value]) => Boolean(value))) };
    applyUpdate(this.#plugin, container, resources);
  }

  reopenLog(id: string): void {
    const container = this.#plugin.mustContainer(id);
    if (container.state !== 'CONTAINER_RUNNING') throw new CriError('Unknown', 'container is not running');
    this.#logs.get(container.id)?.reopen();
  }

  /** A task has ended: a container's or another one's. */
  taskExited(task: Task): void {
    const container = this.#plugin.store.containers.get(task.id);
    if (!container || container.state === 'CONTAINER_EXITED') return;
    const exitCode = task.exitStatus ?? 255;
    container.exited(task.exitedAt, exitCode, task.oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error');
    this.#plugin.events.emit('CONTAINER_STOPPED_EVENT', task.id, container.sandbox.config.metadata);
    this.#plugin.sim.go(this.#forget(task), `delete-task:${task.id.slice(0, 12)}`);
  }

  /** After a restart: logs go on where they stopped; what vanished without a shim is lost. */
  recover(container: CriContainer): void {
    if (container.state === 'CONTAINER_CREATED') return;
    const task = this.#plugin.tasks.find(criNamespace, container.id);
    if (container.state === 'CONTAINER_RUNNING' && !task) {
      container.exited(this.#plugin.now(), 255, 'Unknown');
      return;
    }
    this.openLogs(container);
  }

  openLogs(container: CriContainer): void {
    const log = new LogFile(this.#plugin.files, container.logPath, (steps) => this.#plugin.sim.toil(steps));
    this.#logs.set(container.id, log);
    log.reopen();
    const name = `log:${container.id.slice(0, 12)}`;
    this.#plugin.sim.go(pumpLog(container, 'stdout', log, this.#plugin.now), name);
    if (container.io.stderr) this.#plugin.sim.go(pumpLog(container, 'stderr', log, this.#plugin.now), name);
  }

  *#forget(task: Task): Routine {
    if (this.#plugin.tasks.find(criNamespace, task.id) === task) yield* this.#plugin.tasks.delete(criNamespace, task.id);
  }

  #make(id: string, name: string, sandbox: Sandbox, config: ContainerConfig, sandboxConfig: PodSandboxConfig): CriContainer {
    const { sim, kernel, files, store, snapshots, containers } = this.#plugin;
    const image = this.#plugin.imageStore.find(config.image.image);
    if (!image)
      throw new CriError('NotFound', `failed to check if this is a checkpoint image: failed to resolve image ${JSON.stringify(config.image.image)}: not found`);
    const snapshot = snapshots.prepare(criNamespace, 'overlayfs', id, image.chainId);
    try {
      const style = this.#plugin.style;
      const noSeccomp = (path: string, why?: string): string => {
        const what = JSON.stringify(path);
        return `failed to create containerd container: ${why === undefined ? `cannot load seccomp profile ${what}: open ${path}: no such file or directory` : `decoding seccomp profile failed ${what}: ${why}`}`;
      };
      const told = (why: string): string => `failed to get container spec opts: failed to generate apparmor spec opts: ${why}`;
      const container = newContainer(
        {
          ...{ id, name, sandbox, config, sandboxConfig, image, root: snapshot.root },
          ...apparmorProfile(kernel, files, config, 'cri-containerd.apparmor.d', told),
          ...seccompProfile(files, config, noSeccomp),
        },
        { kernel, store, style, now: this.#plugin.now() },
      );
      const { spec, logPath } = container;
      if (spec.process.args.length === 0)
        throw new CriError('Unknown', `failed to generate container ${JSON.stringify(id)} spec: failed to generate spec: no command specified`);
      makeMountSources(files, config, sim.now);
      const labels = { ...image.config.config.Labels, ...config.labels, 'io.cri-containerd.kind': 'container' };
      containers.create(criNamespace, {
        id,
        image: image.tags[0] ?? image.digests[0] ?? image.id,
        runtime: { name: 'io.containerd.runc.v2' },
        snapshotter: 'overlayfs',
        snapshotKey: id,
        sandboxId: sandbox.id,
        spec,
        labels,
      });
      if (logPath !== '') this.#plugin.directory(logPath.slice(0, logPath.lastIndexOf('/')));
      return container;
    } catch (error) {
      snapshots.remove(criNamespace, 'overlayfs', id);
      throw error;
    }
  }

  #known(id: string): CriContainer {
    const container = this.#plugin.store.container(id);
    if (!container) throw new CriError('NotFound', 'failed to find container: not found');
    return container;
  }

  #signal(container: CriContainer, signal: string): void {
    try {
      this.#plugin.tasks.kill(criNamespace, container.id, signal);
    } catch (error) {
      if (textOf(error) === undefined) throw error; // It has ended in the meantime.
    }
  }
}
