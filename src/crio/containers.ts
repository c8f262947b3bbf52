/** Containers of pods: the OCI runtime makes them when they are created, not when they are started (CRI-O server/container_*.go). */
import { apparmorProfile, makeMountSources, newContainer, seccompProfile } from '../cri/new-container.ts';
import type { CriContainer, Sandbox } from '../cri/records.ts';
import { ociResources } from '../cri/spec.ts';
import { containerStats } from '../cri/stats.ts';
import type {
  Container,
  ContainerConfig,
  ContainerFilter,
  ContainerStats,
  ContainerStatus,
  LinuxContainerResources,
  PodSandboxConfig,
} from '../interfaces/cri.ts';
import { OciError } from '../interfaces/oci.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Conmon } from './conmon.ts';
import { type Context, describe, notFound } from './context.ts';
import type { CrioImageService } from './image-service.ts';
import { discard, launch, touch } from './launch.ts';
import { unknown } from './references.ts';
import type { Sandboxes } from './sandboxes.ts';
import { mountPoint } from './storage.ts';
import { unknownUser } from './users.ts';

const words = { CONTAINER_CREATED: 'created', CONTAINER_RUNNING: 'running', CONTAINER_EXITED: 'stopped', CONTAINER_UNKNOWN: 'unknown' } as const;

/** CRI-O's containers. */
export class Containers {
  readonly #context: Context;
  readonly #images: CrioImageService;
  readonly #sandboxes: Sandboxes;

  constructor(context: Context, images: CrioImageService, sandboxes: Sandboxes) {
    this.#context = context;
    this.#images = images;
    this.#sandboxes = sandboxes;
  }

  *create(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Routine<string> {
    const { store, sim } = this.#context;
    const call = this.#context.call('RuntimeService/CreateContainer');
    call.info(`Creating container: ${describe(config.labels)}`);
    const sandbox = this.#context.store.sandbox(podSandboxId);
    if (!sandbox) throw unknown(`specified sandbox not found: ${podSandboxId}: PodSandbox with ID starting with ${podSandboxId} not found: ID does not exist`);
    if (!sandbox.ready) throw unknown(`CreateContainer failed as the sandbox was stopped: ${sandbox.id}`);
    const { name, namespace, uid } = sandbox.config.metadata;
    const full = `k8s_${config.metadata.name}_${name}_${namespace}_${uid}_${config.metadata.attempt ?? 0}`;
    const id = sim.random.hex(64);
    if (store.containerNames.has(full))
      throw unknown(
        `kubelet may be retrying requests that are timing out in CRI-O due to system load. Currently at stage unknown: error reserving ctr name ${full} for id ${id}: name is reserved`,
      );
    store.containerNames.set(full, id);
    const handler = this.#context.handler(sandbox.runtimeHandler);
    try {
      yield* sleep(sim.random.between(14, 24));
      const container = this.#make(id, full, sandbox, config, sandboxConfig);
      const podCgroup = sandbox.config.linux?.cgroupParent ?? '';
      const conmon = yield* launch(this.#context, { id, name: full, handler, spec: container.spec, logPath: container.logPath, podCgroup, container });
      conmon.listener = (ended) => this.exited(ended);
      store.containers.set(id, container);
      sandbox.containers.add(id);
      this.#context.events.emit('CONTAINER_CREATED_EVENT', id, sandbox.config.metadata);
      call.info(`Created container ${id}: ${describe(config.labels)}`);
      return id;
    } catch (error) {
      store.containerNames.delete(full);
      yield* discard(this.#context, id, handler);
      throw error;
    }
  }

  *start(id: string): Routine {
    const container = this.#context.mustContainer(id);
    const call = this.#context.call('RuntimeService/StartContainer');
    call.info(`Starting container: ${id}`);
    if (container.state !== 'CONTAINER_CREATED' || container.starting)
      throw unknown(`container ${container.id} is not in created state: ${words[container.state]}`);
    const conmon = this.#context.conmons.get(container.id);
    container.starting = true;
    try {
      yield* this.#context.runtime.start(this.#root(container), container.id);
    } catch (error) {
      if (!(error instanceof OciError)) throw error;
      throw unknown(
        `failed to start container ${container.id}: \`${this.#context.handler(container.sandbox.runtimeHandler).path} start ${container.id}\` failed: ${error.message}`,
      );
    } finally {
      container.starting = false;
    }
    const pid = conmon?.init?.pid ?? 0;
    container.running(pid, this.#context.now);
    this.#context.events.emit('CONTAINER_STARTED_EVENT', container.id, container.sandbox.config.metadata);
    this.#context.log(
      'info',
      'Started container',
      ` PID=${pid} containerID=${container.id} description=${describe(container.config.labels)} id=${this.#context.sim.random.uuid()} name=/runtime.v1.RuntimeService/StartContainer sandboxID=${container.sandbox.id}`,
    );
    yield* sleep(this.#context.sim.random.between(8, 20));
  }

  *stop(id: string, timeoutSeconds: number): Routine {
    const container = this.#context.store.container(id);
    const call = this.#context.call('RuntimeService/StopContainer');
    call.info(`Stopping container: ${id} (timeout: ${timeoutSeconds}s)`);
    if (!container) return;
    if (container.state === 'CONTAINER_RUNNING') {
      this.#signal(container, container.stopSignal);
      if (!(yield* container.waitForExit(this.#context.sim, timeoutSeconds * 1000))) {
        this.#context.log('warning', `Stopping container ${container.id} with stop signal(${container.stopSignal.replace('SIG', '')}) timed out. Killing...`);
        this.#signal(container, 'SIGKILL');
        yield* container.waitForExit(this.#context.sim, 120_000);
      }
    }
    call.info(`Stopped container ${container.id}: ${describe(container.config.labels)}`);
  }

  *remove(id: string): Routine {
    const container = this.#context.store.container(id);
    const call = this.#context.call('RuntimeService/RemoveContainer');
    call.info(`Removing container: ${id}`);
    if (!container || container.removing) return;
    container.removing = true;
    if (container.state === 'CONTAINER_RUNNING') yield* this.stop(container.id, 0);
    const { store, sim } = this.#context;
    yield* sleep(sim.random.between(4, 10));
    yield* discard(this.#context, container.id, this.#context.handler(container.sandbox.runtimeHandler));
    store.containers.delete(container.id);
    store.containerNames.delete(container.name);
    container.sandbox.containers.delete(container.id);
    this.#context.events.emit('CONTAINER_DELETED_EVENT', container.id, container.sandbox.config.metadata);
    call.info(`Removed container ${container.id}: ${describe(container.config.labels)}`);
  }

  status(id: string): ContainerStatus {
    const container = this.#context.store.container(id);
    if (!container) throw notFound('container', id, 'container');
    const image = this.#context.storage.state.images.get(container.imageId);
    const { pid, spec, config, sandbox } = container;
    return container.status(image, {
      snapshotKey: '',
      snapshotter: '',
      runtimeType: this.#context.handler(sandbox.runtimeHandler).path,
      shown: { sandboxID: sandbox.id, pid, runtimeSpec: spec, privileged: config.linux?.securityContext?.privileged === true },
    });
  }

  list(filter?: ContainerFilter): readonly Container[] {
    return this.#context.store.listContainers(filter);
  }

  stats(id: string): ContainerStats {
    const container = this.#context.mustContainer(id);
    return containerStats(this.#context.kernel, container, this.#context.storage.written(container.id));
  }

  update(id: string, resources: LinuxContainerResources): void {
    const container = this.#context.mustContainer(id);
    if (container.state !== 'CONTAINER_RUNNING' && container.state !== 'CONTAINER_CREATED')
      throw unknown(`container ${container.id} is not running or created state: ${words[container.state]}`);
    try {
      this.#context.runtime.update(this.#root(container), container.id, ociResources(resources));
    } catch (error) {
      if (error instanceof OciError) throw unknown(`updating resources for container "${container.id}" failed: ${error.message}`);
      throw error;
    }
    container.resources = { ...container.resources, ...resources };
  }

  reopenLog(id: string): void {
    const container = this.#context.mustContainer(id);
    if (container.state !== 'CONTAINER_RUNNING') throw unknown('container is not running');
    this.#context.conmons.get(container.id)?.reopenLog();
  }

  /** What conmon has written to the exits' directory. */
  exited({ id, exit }: Conmon): void {
    const container = this.#context.store.containers.get(id);
    if (!container || !exit || container.state === 'CONTAINER_EXITED') return;
    container.exited(exit.at, exit.code, exit.oomKilled ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error');
    this.#context.events.emit('CONTAINER_STOPPED_EVENT', id, container.sandbox.config.metadata);
  }

  #root(container: CriContainer): string {
    return this.#context.handler(container.sandbox.runtimeHandler).root;
  }

  #make(id: string, name: string, sandbox: Sandbox, config: ContainerConfig, sandboxConfig: PodSandboxConfig): CriContainer {
    const { storage, sim, kernel, files, store } = this.#context;
    const image = this.#images.find(config.image.image);
    if (!image) throw unknown(`image not known`);
    const stored = storage.createContainer(id, name, image);
    const container = newContainer(
      {
        id,
        name,
        sandbox,
        config,
        sandboxConfig,
        image,
        root: stored.root,
        rootfs: mountPoint(stored),
        ...apparmorProfile(kernel, files, config, 'crio-default'),
        ...seccompProfile(
          files,
          config,
          (path, why) => `setup seccomp: unable to load local profile ${JSON.stringify(path)}: ${why ?? `open ${path}: no such file or directory`}`,
        ),
      },
      { kernel, store, style: this.#sandboxes.style, now: sim.now, texts: unknownUser },
    );
    if (container.spec.process.args.length === 0) throw unknown('no command specified');
    makeMountSources(files, config, sim.now);
    touch(this.#context, container.logPath);
    return container;
  }

  #signal(container: CriContainer, signal: string): void {
    try {
      this.#context.runtime.kill(this.#root(container), container.id, signal);
    } catch (error) {
      if (!(error instanceof OciError)) throw error; // It has ended in the meantime.
    }
  }
}
