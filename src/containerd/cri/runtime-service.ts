/** CRI's RuntimeService: each call handed to the part that does it. */

import { condition, networkReady, RuntimeServiceBase } from '../../cri/runtime-service.ts';
import type { CniError } from '../../interfaces/cni.ts';
import { CriError, type RuntimeService, type StatusResponse } from '../../interfaces/cri.ts';
import { containerdBuild } from '../../interfaces/releases.ts';
import type { Task } from '../shim.ts';
import { cniConfig } from './cni-config.ts';
import { Containers } from './containers.ts';
import type { CriImageService } from './image-service.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import { Sandboxes } from './sandboxes.ts';
import { newStreaming } from './streaming.ts';

/** containerd's. */
export class CriRuntimeService extends RuntimeServiceBase<Sandboxes, Containers> implements RuntimeService {
  readonly #plugin: Plugin;

  constructor(plugin: Plugin, images: CriImageService) {
    super(plugin.sim, new Sandboxes(plugin, images), new Containers(plugin), newStreaming(plugin));
    this.#plugin = plugin;
    plugin.tasks.onExit = (task) => {
      if (task.namespace !== criNamespace) return;
      if (this.#plugin.store.sandboxes.has(task.id)) this.#forget(task);
      else this.containers.taskExited(task);
    };
  }

  /** After a restart of the daemon. */
  recover(): void {
    for (const sandbox of this.#plugin.store.sandboxes.values()) {
      const task = this.#plugin.tasks.find(criNamespace, sandbox.id);
      if (!task) sandbox.stop();
      else if (task.exitStatus !== undefined) this.#forget(task);
    }
    for (const container of this.#plugin.store.containers.values()) this.containers.recover(container);
  }

  #forget(sandbox: Task): void {
    this.#plugin.sim.go(this.sandboxes.exited(sandbox), `delete-task:${sandbox.id.slice(0, 12)}`);
  }

  version(): ReturnType<RuntimeService['version']> {
    return { version: '0.1.0', runtimeName: 'containerd', runtimeVersion: containerdBuild(this.#plugin.config.version).shown, runtimeApiVersion: 'v1' };
  }

  status(verbose: boolean): StatusResponse {
    const problem = this.sandboxes.networkProblem();
    const conditions = [
      condition('RuntimeReady'),
      networkReady(problem === undefined ? undefined : `Network plugin returns error: ${problem}`),
      condition('ContainerdHasNoDeprecationWarnings'),
    ];
    const features = { recursive_read_only_mounts: true, user_namespaces: true };
    return {
      conditions,
      info: verbose ? this.#info(problem) : {},
      runtimeHandlers: ['', ...this.#plugin.config.runtimes].map((name) => ({ features, ...(name === '' ? {} : { name }) })),
      features: { supplemental_groups_policy: true },
    };
  }

  checkpointContainer(id: string): never {
    throw new CriError('Unknown', `failed to checkpoint container ${JSON.stringify(id)}: criu binary not found in shim path or system PATH`);
  }

  *stopPodSandbox(id: string): ReturnType<RuntimeService['stopPodSandbox']> {
    const sandbox = this.#plugin.store.sandbox(id);
    if (!sandbox) return;
    for (const container of [...sandbox.containers]) yield* this.containers.stop(container, 0);
    yield* this.sandboxes.stop(sandbox.id);
  }

  *removePodSandbox(id: string): ReturnType<RuntimeService['removePodSandbox']> {
    const sandbox = this.#plugin.store.sandbox(id);
    if (!sandbox) return;
    yield* this.stopPodSandbox(sandbox.id);
    for (const container of [...sandbox.containers]) yield* this.containers.remove(container);
    yield* this.sandboxes.remove(sandbox.id);
  }

  updateRuntimeConfig(podCidr: string): void {
    for (const cidr of podCidr === '' ? [] : podCidr.split(',').map((each) => each.trim()))
      if (!/^[0-9a-f.:]+\/\d+$/i.test(cidr)) throw new CriError('Unknown', `get routes: invalid CIDR address: ${cidr}`);
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
    const network =
      problem === undefined ? 'OK' : `cni config load failed: ${loadProblem(this.#plugin.network.problem(), config.cniConfDir)}: failed to load cni config`;
    const conf = this.#plugin.network.load();
    return {
      ...(conf ? { cniconfig: cniConfig(conf, { binDir: config.cniBinDir, confDir: config.cniConfDir }) } : {}),
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
      lastCNILoadStatus: network,
      'lastCNILoadStatus.default': network,
    };
  }
}

/** go-cni loadFromConfDir. */
function loadProblem(error: CniError | undefined, folder: string): string {
  if (error?.file === undefined) return `no network config found in ${folder}: cni plugin not initialized`;
  const { file, message } = error;
  if (message.startsWith('CNI config list in')) return `${message}: invalid cni config`;
  return `failed to load CNI config ${file.endsWith('.conflist') ? 'list ' : ''}file ${file}: ${message}: invalid cni config`;
}
