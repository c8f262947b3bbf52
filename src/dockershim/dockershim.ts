/**
 * dockershim: the Container Runtime Interface spoken by Docker Engine's client (kubernetes pkg/kubelet/dockershim/docker_service.go).
 * It was a part of the kubelet's own process up to 1.23, and lives on as the daemon cri-dockerd.
 */
import {
  type Container,
  type ContainerFilter,
  CriError,
  type CriServer,
  type PodSandboxFilter,
  type RuntimeService,
  type StatusResponse,
} from '../interfaces/cri.ts';
import { Containers } from './containers.ts';
import { Images } from './images.ts';
import { Sandboxes } from './sandboxes.ts';
import { Shim, type ShimOptions } from './shim.ts';
import { Streaming } from './streaming.ts';

/** A CRI server over Docker. It keeps nothing of its own: all it knows stands in the names and labels of Docker's containers. */
export function newDockershim(options: ShimOptions): CriServer {
  const shim = new Shim(options);
  return { runtime: new DockerService(shim), image: new Images(shim) };
}

class DockerService implements RuntimeService {
  readonly #shim: Shim;
  readonly #sandboxes: Sandboxes;
  readonly #containers: Containers;
  readonly #streaming: Streaming;

  constructor(shim: Shim) {
    this.#shim = shim;
    this.#sandboxes = new Sandboxes(shim);
    this.#containers = new Containers(shim);
    this.#streaming = new Streaming(shim);
  }

  version(): ReturnType<RuntimeService['version']> {
    const { Version, ApiVersion } = this.#shim.call((docker) => docker.version(), 'failed to get docker version: ');
    return { version: '0.1.0', runtimeName: 'docker', runtimeVersion: Version, runtimeApiVersion: `${ApiVersion}.0` };
  }

  status(_verbose: boolean): StatusResponse {
    const network = this.#sandboxes.networkProblem();
    const docker = this.#daemonProblem();
    return {
      conditions: [
        docker === undefined
          ? { type: 'RuntimeReady', status: true, reason: '', message: '' }
          : { type: 'RuntimeReady', status: false, reason: 'DockerDaemonNotReady', message: `docker: failed to get docker version: ${docker}` },
        network === undefined
          ? { type: 'NetworkReady', status: true, reason: '', message: '' }
          : { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: `docker: network plugin is not ready: ${network}` },
      ],
      info: {},
    };
  }

  #daemonProblem(): string | undefined {
    try {
      this.#shim.call((docker) => docker.version());
      return undefined;
    } catch (error) {
      if (error instanceof CriError) return error.desc;
      throw error;
    }
  }

  readonly runPodSandbox: RuntimeService['runPodSandbox'] = (config, handler) => this.#sandboxes.run(config, handler);

  *stopPodSandbox(id: string): ReturnType<RuntimeService['stopPodSandbox']> {
    for (const container of this.#containers.list({ podSandboxId: id, state: 'CONTAINER_RUNNING' })) yield* this.#containers.stop(container.id, 0);
    yield* this.#sandboxes.stop(id);
  }

  *removePodSandbox(id: string): ReturnType<RuntimeService['removePodSandbox']> {
    for (const container of this.#containers.list({ podSandboxId: id })) yield* this.#containers.remove(container.id);
    yield* this.#sandboxes.stop(id);
    yield* this.#sandboxes.remove(id);
  }

  readonly podSandboxStatus: RuntimeService['podSandboxStatus'] = (id) => this.#sandboxes.status(id);
  readonly createContainer: RuntimeService['createContainer'] = (id, config, sandboxConfig) => this.#containers.create(id, config, sandboxConfig);
  readonly startContainer: RuntimeService['startContainer'] = (id) => this.#containers.start(id);
  readonly stopContainer: RuntimeService['stopContainer'] = (id, timeout) => this.#containers.stop(id, timeout);
  readonly removeContainer: RuntimeService['removeContainer'] = (id) => this.#containers.remove(id);
  readonly containerStatus: RuntimeService['containerStatus'] = (id) => this.#containers.status(id);
  readonly updateContainerResources: RuntimeService['updateContainerResources'] = (id, resources) => this.#containers.update(id, resources);
  readonly execSync: RuntimeService['execSync'] = (id, cmd, timeout) => this.#streaming.execSync(id, cmd, timeout);
  readonly exec: RuntimeService['exec'] = (request) => this.#streaming.exec(request);
  readonly attach: RuntimeService['attach'] = (request) => this.#streaming.attach(request);
  readonly portForward: RuntimeService['portForward'] = (id, port) => this.#streaming.portForward(id, port);

  listPodSandbox(filter?: PodSandboxFilter): ReturnType<RuntimeService['listPodSandbox']> {
    return this.#sandboxes.list(filter);
  }

  listContainers(filter?: ContainerFilter): readonly Container[] {
    return this.#containers.list(filter);
  }

  reopenContainerLog(): void {
    throw new CriError('Unknown', 'docker does not support reopening container log files');
  }

  containerStats(id: string): ReturnType<RuntimeService['containerStats']> {
    return this.#containers.stats(id);
  }

  listContainerStats(filter?: ContainerFilter): ReturnType<RuntimeService['listContainerStats']> {
    return this.#containers.list(filter).map(({ id }) => this.#containers.stats(id));
  }

  updateRuntimeConfig(): void {
    // Only kubenet, which the lab does not have, makes anything of the pod CIDR.
  }

  getContainerEvents(): ReturnType<RuntimeService['getContainerEvents']> {
    return this.#shim.events();
  }

  runtimeConfig(): ReturnType<RuntimeService['runtimeConfig']> {
    return { cgroupDriver: this.#shim.call((docker) => docker.info()).CgroupDriver === 'cgroupfs' ? 'CGROUPFS' : 'SYSTEMD' };
  }
}
