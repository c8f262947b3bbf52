/** Containers of pods: create, start, stop, remove and what became of them (internal/cri/server/container_*.go). */

import { LogFile, pumpLog } from '../../cri/logs.ts';
import { containerSpec } from '../../cri/spec.ts';
import { ContainerIo, CriContainer, type Sandbox } from '../../cri/store.ts';
import { resolveUser } from '../../cri/user.ts';
import { type ContainerConfig, type ContainerStatus, CriError, type LinuxContainerResources, type PodSandboxConfig } from '../../interfaces/cri.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import { DirectoryNode } from '../../linux/inode.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Task } from '../shim.ts';
import { textOf, toRpc } from './errors.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { applyUpdate } from './resources.ts';

export class Containers {
  readonly #plugin: Plugin;
  readonly #logs = new Map<string, LogFile>();

  constructor(plugin: Plugin) {
    this.#plugin = plugin;
  }

  *create(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Routine<string> {
    const { store, sim } = this.#plugin;
    const sandbox = this.#plugin.sandbox(podSandboxId);
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
      this.#plugin.emit('CONTAINER_CREATED_EVENT', id, sandbox.config.metadata);
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
      const task = yield* this.#plugin.tasks.create(criNamespace, container.id, stdioOf(container));
      yield* this.#plugin.tasks.start(criNamespace, container.id);
      container.running(task.process.pid, this.#plugin.now());
      this.#plugin.emit('CONTAINER_STARTED_EVENT', container.id, sandbox.config.metadata);
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
    const container = this.#plugin.container(id);
    if (!container) return;
    if (container.state !== 'CONTAINER_RUNNING') return;
    if (timeoutSeconds > 0) {
      this.#signal(container, container.stopSignal);
      if (yield* this.#waitForExit(container, timeoutSeconds * 1000)) return;
    }
    this.#signal(container, 'SIGKILL');
    if (!(yield* this.#waitForExit(container, 120_000)))
      throw new CriError(
        'DeadlineExceeded',
        `an error occurs during waiting for container ${JSON.stringify(container.id)} to be killed: wait container ${JSON.stringify(container.id)}: context deadline exceeded`,
      );
  }

  *remove(id: string): Routine {
    const container = this.#plugin.container(id);
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
    this.#plugin.emit('CONTAINER_DELETED_EVENT', container.id, container.sandbox.config.metadata);
  }

  status(id: string): ContainerStatus {
    const container = this.#plugin.mustContainer(id);
    const image = this.#plugin.imageStore.find(container.imageId);
    const { user } = container.spec.process;
    return {
      ...container.listed,
      image: { image: image?.tags[0] ?? image?.digests[0] ?? container.imageId, userSpecifiedImage: '', annotations: {} },
      imageRef: image?.digests[0] ?? container.imageId,
      startedAt: container.startedAt,
      finishedAt: container.finishedAt,
      exitCode: container.exitCode,
      reason: container.reason,
      message: container.message,
      mounts: container.config.mounts ?? [],
      logPath: container.logPath,
      resources: { linux: container.resources ?? {} },
      user: { linux: { uid: user.uid, gid: user.gid, supplementalGroups: user.additionalGids ?? [] } },
      info: {
        sandboxID: container.sandbox.id,
        pid: container.pid,
        removing: container.removing,
        snapshotKey: container.id,
        snapshotter: 'overlayfs',
        runtimeType: 'io.containerd.runc.v2',
        config: container.config,
        runtimeSpec: container.spec,
      },
    };
  }

  update(id: string, resources: LinuxContainerResources): void {
    const container = this.#plugin.container(id);
    if (!container) throw new CriError('NotFound', 'failed to find container: not found');
    container.resources = { ...container.resources, ...resources };
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
    this.#plugin.emit('CONTAINER_STOPPED_EVENT', task.id, container.sandbox.config.metadata);
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
    const log = new LogFile(this.#plugin.files, container.logPath);
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
    const { sim, snapshots, containers } = this.#plugin;
    const image = this.#plugin.imageStore.find(config.image.image);
    if (!image)
      throw new CriError('NotFound', `failed to check if this is a checkpoint image: failed to resolve image ${JSON.stringify(config.image.image)}: not found`);
    const snapshot = snapshots.prepare(criNamespace, 'overlayfs', id, image.chainId);
    try {
      const user = resolveUser(snapshot.root, image.config.config.User ?? '', config.linux?.securityContext ?? {});
      const hostname = sandbox.netns === '' ? this.#plugin.kernel.hostname : sandbox.config.hostname || this.#plugin.kernel.hostname;
      const target = config.linux?.securityContext?.namespaceOptions?.targetId;
      const spec = containerSpec({
        id,
        config,
        sandbox: { id: sandbox.id, pid: sandbox.pid, config: sandbox.config, netns: sandbox.netns, hostname },
        image: image.config,
        imageName: config.image.userSpecifiedImage ?? config.image.image,
        user,
        targetPid: target === undefined ? undefined : this.#plugin.container(target)?.pid,
        style: this.#plugin.style,
      });
      if (spec.process.args.length === 0)
        throw new CriError('Unknown', `failed to generate container ${JSON.stringify(id)} spec: failed to generate spec: no command specified`);
      this.#makeMountSources(config);
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
      const logPath = sandboxConfig.logDirectory && config.logPath ? `${sandboxConfig.logDirectory}/${config.logPath}` : '';
      if (logPath !== '') this.#plugin.directory(logPath.slice(0, logPath.lastIndexOf('/')));
      const io = new ContainerIo({ stdin: config.stdin === true, tty: config.tty === true });
      return new CriContainer({
        id,
        name,
        sandbox,
        config,
        imageId: image.id,
        stopSignal: config.stopSignal || image.config.config.StopSignal || 'SIGTERM',
        createdAt: sim.now,
        spec,
        logPath,
        io,
      });
    } catch (error) {
      snapshots.remove(criNamespace, 'overlayfs', id);
      throw error;
    }
  }

  /** A host path that is missing is made as a directory. */
  #makeMountSources(config: ContainerConfig): void {
    for (const { hostPath } of config.mounts ?? [])
      if (!this.#plugin.files.exists(hostPath)) {
        const above = this.#plugin.directory(hostPath.slice(0, hostPath.lastIndexOf('/')) || '/');
        above.add(hostPath.slice(hostPath.lastIndexOf('/') + 1), new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: this.#plugin.now() }));
      }
  }

  #signal(container: CriContainer, signal: string): void {
    try {
      this.#plugin.tasks.kill(criNamespace, container.id, signal);
    } catch (error) {
      if (textOf(error) === undefined) throw error; // It has ended in the meantime.
    }
  }

  *#waitForExit(container: CriContainer, milliseconds: number): Routine<boolean> {
    const until = this.#plugin.now() + milliseconds;
    while (container.state === 'CONTAINER_RUNNING') {
      const left = until - this.#plugin.now();
      if (left <= 0) return false;
      yield { on: [container.changed], timeout: left };
    }
    return true;
  }
}

function stdioOf({ io, config }: CriContainer): OciStdio {
  return {
    ...(io.stdin ? { stdin: io.stdin } : {}),
    stdout: io.stdout,
    ...(io.stderr ? { stderr: io.stderr } : {}),
    ...(config.tty ? { terminal: { columns: 80, rows: 24 } } : {}),
  };
}
