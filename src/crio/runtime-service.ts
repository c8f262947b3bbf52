/** CRI's RuntimeService, as CRI-O answers it: each call handed to the part that does it. */
import { condition, networkReady, RuntimeServiceBase } from '../cri/runtime-service.ts';
import { Streaming, type StreamingHost } from '../cri/streaming.ts';
import { CriError, type RuntimeService, type StatusResponse } from '../interfaces/cri.ts';
import { OciError } from '../interfaces/oci.ts';
import { Containers } from './containers.ts';
import { type Context, notFound } from './context.ts';
import type { CrioImageService } from './image-service.ts';
import { unknown } from './references.ts';
import { Sandboxes } from './sandboxes.ts';
import { graphRoot } from './storage.ts';

/** CRI-O's. */
export class CrioRuntimeService extends RuntimeServiceBase<Sandboxes, Containers> implements RuntimeService {
  readonly #context: Context;
  readonly #version: string;

  constructor(context: Context, images: CrioImageService, version: string) {
    const sandboxes = new Sandboxes(context, images);
    super(context.sim, sandboxes, new Containers(context, images, sandboxes), newStreaming(context));
    this.#context = context;
    this.#version = version;
  }

  /** After a restart: the monitors that are up are listened to again; what ended meanwhile stands in the exits' directory. */
  recover(): void {
    const { conmons, store } = this.#context;
    for (const sandbox of store.sandboxes.values()) {
      const conmon = conmons.get(sandbox.id);
      if (sandbox.pid !== 0 && (!conmon || conmon.exit)) this.sandboxes.infraExited(sandbox.id);
      else if (conmon) conmon.listener = () => this.sandboxes.infraExited(sandbox.id);
    }
    for (const container of store.containers.values()) {
      const conmon = conmons.get(container.id);
      if (conmon) conmon.listener = (ended) => this.containers.exited(ended);
      if (conmon?.exit) this.containers.exited(conmon);
      else if (!conmon && container.state === 'CONTAINER_RUNNING') container.exited(this.#context.now, -1, 'Error');
    }
  }

  release(): void {
    for (const conmon of this.#context.conmons.values()) conmon.listener = undefined;
  }

  version(): ReturnType<RuntimeService['version']> {
    return { version: '0.1.0', runtimeName: 'cri-o', runtimeVersion: this.#version, runtimeApiVersion: 'v1' };
  }

  status(verbose: boolean): StatusResponse {
    const ready = this.#context.network.load() !== undefined;
    const { networkDir } = this.#context.config;
    const problem = ready ? undefined : `Network plugin returns error: no CNI configuration file in ${networkDir}/. Has your network provider started?`;
    return { conditions: [condition('RuntimeReady'), networkReady(problem)], info: verbose ? this.#info() : {} };
  }

  *stopPodSandbox(id: string): ReturnType<RuntimeService['stopPodSandbox']> {
    const sandbox = this.#context.store.sandbox(id);
    if (!sandbox) return;
    for (const container of [...sandbox.containers])
      if (this.#context.store.container(container)?.state === 'CONTAINER_RUNNING') yield* this.containers.stop(container, 10);
    yield* this.sandboxes.stop(sandbox.id);
  }

  *removePodSandbox(id: string): ReturnType<RuntimeService['removePodSandbox']> {
    const sandbox = this.#context.store.sandbox(id);
    if (!sandbox) return;
    for (const container of [...sandbox.containers]) yield* this.containers.remove(container);
    yield* this.sandboxes.stop(sandbox.id);
    yield* this.sandboxes.remove(sandbox.id);
  }

  updateRuntimeConfig(): void {
    // CRI-O takes no pod CIDR: its network is what the files of CNI say.
  }

  getContainerEvents(): ReturnType<RuntimeService['getContainerEvents']> {
    return this.#context.events.subscribe();
  }

  runtimeConfig(): ReturnType<RuntimeService['runtimeConfig']> {
    return { cgroupDriver: this.#context.config.systemdCgroup ? 'SYSTEMD' : 'CGROUPFS' };
  }

  #info(): Record<string, unknown> {
    const { config } = this.#context;
    const runtimes = Object.fromEntries(
      [...config.runtimes].map(([name, { path, root, monitorPath, monitorCgroup }]) => [
        name,
        { monitor_cgroup: monitorCgroup, monitor_path: monitorPath, runtime_path: path, runtime_root: root, runtime_type: 'oci' },
      ]),
    );
    const crio = {
      CgroupManagerName: config.systemdCgroup ? 'systemd' : 'cgroupfs',
      ContainerExitsDir: config.exitsDir,
      DefaultCapabilities: config.capabilities.map((name) => name.slice(4)),
      DefaultRuntime: config.defaultRuntime,
      DropInfraCtr: config.dropInfraCtr,
      NamespacesDir: config.namespacesDir,
      Runtimes: runtimes,
      StorageRoot: graphRoot,
    };
    return { config: { crio, sandboxImage: config.pauseImage } };
  }
}

const texts: StreamingHost['texts'] = {
  noContainer: (id, verb) => (verb === 'attach' ? unknown(notFound('container', id, 'container').desc) : notFound('container', id, 'container')),
  notRunning: (_container, verb) =>
    verb === 'attach'
      ? unknown('container is not created or running')
      : new CriError('NotFound', 'container is not created or running: container process not found'),
  noSandbox: (id) => unknown(`PodSandbox with ID starting with ${id} not found: ID does not exist`),
  sandboxNotReady: ({ id }) => unknown(`sandbox ${id} is not running`),
  timeout: (seconds) => new CriError('DeadlineExceeded', `command timed out after ${seconds}s: context deadline exceeded`),
  execSync: 'command error: ',
  exec: 'Internal error occurred: error executing command in container: ',
  refused: ({ id }, port) =>
    `port forward into network namespace "/var/run/netns" of ${id.slice(0, 12)} failed: dial tcp 127.0.0.1:${port}: connect: connection refused`,
};

const newStreaming = (context: Context): Streaming =>
  new Streaming({
    kernel: context.kernel,
    sim: context.sim,
    container: (id) => context.store.container(id),
    sandbox: (id) => context.store.sandbox(id),
    init: ({ id }) => context.conmons.get(id)?.init,
    texts,
    *exec({ id, sandbox }, process, stdio) {
      const conmon = context.conmons.get(id);
      try {
        return yield* context.runtime.exec(context.handler(sandbox.runtimeHandler).root, id, process, stdio, conmon?.process.pid ?? 1);
      } catch (error) {
        if (!(error instanceof OciError)) throw error;
        const missing = /exec: "([^"]+)"/.exec(error.message)?.[1];
        const crun = context.handler(sandbox.runtimeHandler).path.endsWith('/crun');
        throw unknown(
          crun && missing ? `executable file \`${missing}\` not found${missing.includes('/') ? '' : ' in $PATH'}: No such file or directory` : error.message,
        );
      }
    },
  });
