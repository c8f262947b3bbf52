/**
 * dockershim: the Container Runtime Interface spoken by Docker Engine's client (kubernetes pkg/kubelet/dockershim/docker_service.go).
 * It was a part of the kubelet's own process up to 1.23, and lives on as the daemon cri-dockerd.
 */
import { condition, networkReady, RuntimeServiceBase } from '../cri/runtime-service.ts';
import { CriError, type CriServer, type RuntimeService, type StatusResponse } from '../interfaces/cri.ts';
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

class DockerService extends RuntimeServiceBase<Sandboxes, Containers> implements RuntimeService {
  readonly #shim: Shim;

  constructor(shim: Shim) {
    super(shim.sim, new Sandboxes(shim), new Containers(shim), new Streaming(shim));
    this.#shim = shim;
  }

  version(): ReturnType<RuntimeService['version']> {
    const { Version, ApiVersion } = this.#shim.call((docker) => docker.version(), 'failed to get docker version: ');
    return { version: '0.1.0', runtimeName: 'docker', runtimeVersion: Version, runtimeApiVersion: `${ApiVersion}.0` };
  }

  status(_verbose: boolean): StatusResponse {
    const network = this.sandboxes.networkProblem();
    const docker = this.#daemonProblem();
    return {
      conditions: [
        condition(
          'RuntimeReady',
          docker === undefined ? undefined : { reason: 'DockerDaemonNotReady', message: `docker: failed to get docker version: ${docker}` },
        ),
        networkReady(network === undefined ? undefined : `docker: network plugin is not ready: ${network}`),
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

  *stopPodSandbox(id: string): ReturnType<RuntimeService['stopPodSandbox']> {
    for (const container of this.containers.list({ podSandboxId: id, state: 'CONTAINER_RUNNING' })) yield* this.containers.stop(container.id, 0);
    yield* this.sandboxes.stop(id);
  }

  *removePodSandbox(id: string): ReturnType<RuntimeService['removePodSandbox']> {
    for (const container of this.containers.list({ podSandboxId: id })) yield* this.containers.remove(container.id);
    yield* this.sandboxes.stop(id);
    yield* this.sandboxes.remove(id);
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
