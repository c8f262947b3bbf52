/** CRI's RuntimeService: each call handed to the part that does it. */

import { listSandboxes, matchingContainers } from '../../cri/store.ts';
import type { Streaming } from '../../cri/streaming.ts';
import {
  type Container,
  type ContainerFilter,
  type ContainerStats,
  CriError,
  type PodSandbox,
  type PodSandboxFilter,
  type RuntimeService,
  type StatusResponse,
} from '../../interfaces/cri.ts';
import { Containers } from './containers.ts';
import type { CriImageService } from './image-service.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { statsOf } from './resources.ts';
import { Sandboxes } from './sandboxes.ts';
import { newStreaming } from './streaming.ts';

export class CriRuntimeService implements RuntimeService {
  readonly #plugin: Plugin;
  readonly #sandboxes: Sandboxes;
  readonly #containers: Containers;
  readonly #streaming: Streaming;

  constructor(plugin: Plugin, images: CriImageService) {
    this.#plugin = plugin;
    this.#sandboxes = new Sandboxes(plugin, images);
    this.#containers = new Containers(plugin);
    this.#streaming = newStreaming(plugin);
    plugin.tasks.onExit = (task) => {
      if (task.namespace !== criNamespace) return;
      this.#plugin.store.sandboxes.get(task.id)?.stop();
      this.#containers.taskExited(task);
    };
  }

  /** After a restart of the daemon. */
  recover(): void {
    for (const sandbox of this.#plugin.store.sandboxes.values()) if (sandbox.ready && !this.#plugin.tasks.find(criNamespace, sandbox.id)) sandbox.stop();
    for (const container of this.#plugin.store.containers.values()) this.#containers.recover(container);
  }

  version(): ReturnType<RuntimeService['version']> {
    return { version: '0.1.0', runtimeName: 'containerd', runtimeVersion: this.#plugin.config.version, runtimeApiVersion: 'v1' };
  }

  status(verbose: boolean): StatusResponse {
    const problem = this.#sandboxes.networkProblem();
    const conditions = [
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      problem === undefined
        ? { type: 'NetworkReady', status: true, reason: '', message: '' }
        : { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: `Network plugin returns error: ${problem}` },
      { type: 'ContainerdHasNoDeprecationWarnings', status: true, reason: '', message: '' },
    ];
    return { conditions, info: verbose ? this.#info(problem) : {} };
  }

  readonly runPodSandbox: RuntimeService['runPodSandbox'] = (config, handler) => this.#sandboxes.run(config, handler);

  *stopPodSandbox(id: string): ReturnType<RuntimeService['stopPodSandbox']> {
    const sandbox = this.#plugin.sandbox(id);
    if (!sandbox) return;
    for (const container of [...sandbox.containers]) yield* this.#containers.stop(container, 0);
    yield* this.#sandboxes.stop(sandbox.id);
  }

  *removePodSandbox(id: string): ReturnType<RuntimeService['removePodSandbox']> {
    const sandbox = this.#plugin.sandbox(id);
    if (!sandbox) return;
    yield* this.stopPodSandbox(sandbox.id);
    for (const container of [...sandbox.containers]) yield* this.#containers.remove(container);
    yield* this.#sandboxes.remove(sandbox.id);
  }

  readonly podSandboxStatus: RuntimeService['podSandboxStatus'] = (id) => this.#sandboxes.status(id);

  listPodSandbox(filter: PodSandboxFilter = {}): readonly PodSandbox[] {
    return listSandboxes(this.#plugin.store, filter);
  }

  readonly createContainer: RuntimeService['createContainer'] = (id, config, sandboxConfig) => this.#containers.create(id, config, sandboxConfig);
  readonly startContainer: RuntimeService['startContainer'] = (id) => this.#containers.start(id);
  readonly stopContainer: RuntimeService['stopContainer'] = (id, timeout) => this.#containers.stop(id, timeout);
  readonly removeContainer: RuntimeService['removeContainer'] = (id) => this.#containers.remove(id);
  readonly containerStatus: RuntimeService['containerStatus'] = (id) => this.#containers.status(id);
  readonly updateContainerResources: RuntimeService['updateContainerResources'] = (id, resources) => this.#containers.update(id, resources);
  readonly reopenContainerLog: RuntimeService['reopenContainerLog'] = (id) => this.#containers.reopenLog(id);
  readonly execSync: RuntimeService['execSync'] = (id, cmd, timeout) => this.#streaming.execSync(id, cmd, timeout);
  readonly exec: RuntimeService['exec'] = (request) => this.#streaming.exec(request);
  readonly attach: RuntimeService['attach'] = (request) => this.#streaming.attach(request);
  readonly portForward: RuntimeService['portForward'] = (id, port) => this.#streaming.portForward(id, port);

  listContainers(filter: ContainerFilter = {}): readonly Container[] {
    return matchingContainers(this.#plugin.store, filter).map(({ listed }) => listed);
  }

  containerStats(id: string): ContainerStats {
    const container = this.#plugin.container(id);
    if (!container) throw new CriError('NotFound', 'failed to find container: not found');
    return statsOf(this.#plugin, container);
  }

  listContainerStats(filter: ContainerFilter = {}): readonly ContainerStats[] {
    return matchingContainers(this.#plugin.store, filter).map((container) => statsOf(this.#plugin, container));
  }

  updateRuntimeConfig(): void {
    // Without a conf_template there is nothing to make of the pod CIDR.
  }

  getContainerEvents(): ReturnType<RuntimeService['getContainerEvents']> {
    return this.#plugin.events.subscribe();
  }

  runtimeConfig(): ReturnType<RuntimeService['runtimeConfig']> {
    return { cgroupDriver: this.#plugin.config.systemdCgroup ? 'SYSTEMD' : 'CGROUPFS' };
  }

  #info(problem: string | undefined): Record<string, unknown> {
    const { config } = this.#plugin;
    return {
      config: {
        cni: {
          binDirs: [config.cniBinDir],
          confDir: config.cniConfDir,
          maxConfNum: 1,
          setupSerially: false,
          confTemplate: '',
          ipPref: '',
          useInternalLoopback: false,
        },
        containerd: {
          defaultRuntimeName: config.runtimes[0] ?? 'runc',
          ignoreBlockIONotEnabledErrors: false,
          ignoreRdtNotEnabledErrors: false,
          runtimes: Object.fromEntries(
            config.runtimes.map((name) => [
              name,
              {
                options: { SystemdCgroup: config.systemdCgroup, BinaryName: '', Root: '' },
                runtimeType: 'io.containerd.runc.v2',
                runtimePath: '',
                sandboxer: 'podsandbox',
                snapshotter: '',
              },
            ]),
          ),
        },
        containerdEndpoint: '/run/containerd/containerd.sock',
        containerdRootDir: '/var/lib/containerd',
        enableCDI: true,
        enableSelinux: false,
        maxContainerLogLineSize: 16384,
        rootDir: '/var/lib/containerd/io.containerd.grpc.v1.cri',
        stateDir: '/run/containerd/io.containerd.grpc.v1.cri',
        statsCollectPeriod: '1s',
        streamIdleTimeout: '4h0m0s',
        tolerateMissingHugetlbController: true,
      },
      golang: 'go1.26.10',
      lastCNILoadStatus:
        problem === undefined
          ? 'OK'
          : `cni config load failed: no network config found in ${config.cniConfDir}: cni plugin not initialized: failed to load cni config`,
      'lastCNILoadStatus.default':
        problem === undefined
          ? 'OK'
          : `cni config load failed: no network config found in ${config.cniConfDir}: cni plugin not initialized: failed to load cni config`,
    };
  }
}
