/** Pod sandboxes: pause containers of Docker, with a network that CNI gives them (kubernetes pkg/kubelet/dockershim/docker_sandbox.go). */
import { cniArgs } from '../cri/pod-network.ts';
import { hasLabels } from '../cri/store.ts';
import { CniError } from '../interfaces/cni.ts';
import {
  CriError,
  type NamespaceMode,
  type NamespaceOption,
  type PodSandbox,
  type PodSandboxConfig,
  type PodSandboxFilter,
  type PodSandboxStatus,
} from '../interfaces/cri.ts';
import type { ContainerSummary, HostConfig } from '../interfaces/docker.ts';
import { emptyConfig } from '../interfaces/docker-defaults.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { Checkpoints } from './checkpoints.ts';
import { podHost } from './create.ts';
import { extractLabels, makeLabels, makeSandboxName, parseSandboxName } from './names.ts';
import { moment, type Shim } from './shim.ts';

/** Seconds a pause container is given to end. */
const gracePeriod = 10;

/** The shim's sandboxes. */
export class Sandboxes {
  readonly #shim: Shim;
  readonly #checkpoints: Checkpoints;

  constructor(shim: Shim) {
    this.#shim = shim;
    this.#checkpoints = new Checkpoints(shim.files);
  }

  *run(config: PodSandboxConfig, runtimeHandler: string): Routine<string> {
    const { sandboxImage } = this.#shim.options;
    if (runtimeHandler !== '' && runtimeHandler !== 'docker') throw new CriError('Unknown', `RuntimeHandler ${JSON.stringify(runtimeHandler)} not supported`);
    yield* this.#pauseImage();
    const { name } = config.metadata;
    const created = yield* this.#shim.run(
      (docker) =>
        docker.containers.create({
          name: makeSandboxName(config),
          config: {
            ...emptyConfig,
            Image: sandboxImage,
            Hostname: isHost(config) ? '' : (config.hostname ?? ''),
            Labels: makeLabels('podsandbox', config.labels, config.annotations),
          },
          host: sandboxHost(config),
        }),
      `failed to create a sandbox for pod ${JSON.stringify(name)}: `,
    );
    this.#checkpoints.write(created.Id, { name, namespace: config.metadata.namespace, hostNetwork: isHost(config) });
    yield* this.#shim.run((docker) => docker.containers.start(created.Id), `failed to start sandbox container for pod ${JSON.stringify(name)}: `);
    this.#writeResolvConf(created.Id, config);
    if (!isHost(config)) yield* this.#setUpNetwork(created.Id, config);
    return created.Id;
  }

  /** Its containers end with it; the network goes first, while there is still a namespace to take it from. */
  *stop(id: string): Routine {
    const found = this.#shim.tryInspect(id);
    if (!found) return this.#stopLost(id);
    const metadata = parseSandboxName(found.Name);
    if (hostConfigOf(found).NetworkMode !== 'host') this.#tearDown(found.Id, metadata, found.State.Running ? `/proc/${found.State.Pid}/ns/net` : '');
    yield* sleep(this.#shim.sim.random.between(20, 50));
    if (found.State.Running) yield* this.#shim.run((docker) => docker.containers.stop(found.Id, { timeout: gracePeriod }));
  }

  /** Somebody has removed its container: what the network still holds for it is given back. */
  #stopLost(id: string): void {
    const checkpoint = this.#checkpoints.read(id);
    if (checkpoint && !checkpoint.hostNetwork) this.#tearDown(id, { ...checkpoint, uid: '', attempt: 0 }, '');
  }

  *remove(id: string): Routine {
    const found = this.#shim.tryInspect(id);
    if (found) yield* this.#shim.run((docker) => docker.containers.remove(found.Id, { force: true, volumes: true }));
    this.#checkpoints.remove(found?.Id ?? id);
  }

  list(filter: PodSandboxFilter = {}): PodSandbox[] {
    const summaries = this.#shim.list('podsandbox');
    const lost = Object.keys(filter).length > 0 ? [] : this.#checkpoints.list().filter((id) => !summaries.some(({ Id }) => Id === id));
    return [...this.#known(summaries, filter), ...lost.map((id) => this.#lost(id))];
  }

  #known(summaries: readonly ContainerSummary[], filter: PodSandboxFilter): PodSandbox[] {
    return summaries
      .filter(({ Id }) => !filter.id || Id.startsWith(filter.id))
      .map(toSandbox)
      .filter((each) => (filter.state === undefined || each.state === filter.state) && hasLabels(each.labels, filter.labelSelector));
  }

  /** Known by its checkpoint alone: listed until the kubelet has it removed. */
  #lost(id: string): PodSandbox {
    const { name = '', namespace = '' } = this.#checkpoints.read(id) ?? {};
    return { id, metadata: { name, namespace, uid: '', attempt: 0 }, state: 'SANDBOX_NOTREADY', createdAt: 0, labels: {}, annotations: {}, runtimeHandler: '' };
  }

  status(id: string): PodSandboxStatus {
    const found = this.#shim.tryInspect(id);
    if (!found && this.#checkpoints.read(id)) return statusOf(this.#lost(id), { ip: '', pid: 0, image: '' });
    if (!found) throw new CriError('Unknown', `Error: No such container: ${id}`);
    const { labels, annotations } = extractLabels(found.Config['Labels'] as Readonly<Record<string, string>>);
    const { NetworkMode, PidMode, IpcMode } = hostConfigOf(found);
    const mode = (value: string): NamespaceMode => (value === 'host' ? 2 : 0);
    const listed: PodSandbox = {
      id: found.Id,
      metadata: parseSandboxName(found.Name),
      state: found.State.Running ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
      createdAt: moment(found['Created']),
      labels,
      annotations,
      runtimeHandler: '',
    };
    const ip = NetworkMode === 'host' ? '' : this.#address(found.State.Pid);
    const options = { network: mode(NetworkMode), pid: PidMode === 'host' ? (2 as const) : (1 as const), ipc: mode(IpcMode) };
    return statusOf(listed, { ip, pid: found.State.Pid, image: this.#shim.options.sandboxImage, options });
  }

  /** Why pods cannot have a network now; undefined when they can. */
  networkProblem(): string | undefined {
    const { cni, cniConfDir, cniBinDir } = this.#shim.options;
    try {
      cni.loadNetwork(cniConfDir, cniBinDir, { skipBroken: true });
      return undefined;
    } catch (error) {
      if (error instanceof CniError) return 'cni config uninitialized';
      throw error;
    }
  }

  *#pauseImage(): Routine {
    const { sandboxImage } = this.#shim.options;
    if (this.#shim.call((docker) => docker.images.list({ all: false })).some(({ RepoTags }) => RepoTags.includes(sandboxImage))) return;
    yield* this.#shim.run((docker) => docker.images.pull(sandboxImage, () => {}), 'unable to pull sandbox image ' + `${JSON.stringify(sandboxImage)}: `);
  }

  *#setUpNetwork(id: string, config: PodSandboxConfig): Routine {
    const { cni, cniConfDir, cniBinDir } = this.#shim.options;
    const { name, namespace } = config.metadata;
    const { State } = this.#shim.inspect(id);
    yield* sleep(this.#shim.sim.random.between(50, 90));
    try {
      cni.add(cni.loadNetwork(cniConfDir, cniBinDir, { skipBroken: true }), cniArgs(id, `/proc/${State.Pid}/ns/net`, config));
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      const text = this.networkProblem() ?? error.message;
      // The sandbox is left to the kubelet's garbage collection; what runs of it is stopped.
      yield* this.stop(id);
      throw new CriError(
        'Unknown',
        `failed to set up sandbox container ${JSON.stringify(id)} network for pod ${JSON.stringify(name)}: networkPlugin cni failed to set up pod "${name}_${namespace}" network: ${text}`,
      );
    }
  }

  #tearDown(id: string, metadata: PodSandboxConfig['metadata'], netns: string): void {
    const { cni, cniConfDir, cniBinDir } = this.#shim.options;
    try {
      cni.del(cni.loadNetwork(cniConfDir, cniBinDir, { skipBroken: true }), cniArgs(id, netns, { metadata }));
    } catch (error) {
      if (!(error instanceof CniError)) throw error; // Tried again when the sandbox is stopped again.
    }
  }

  /** Asked of the pod's own interface, as `nsenter … ip addr` does. */
  #address(pid: number): string {
    return this.#shim.network(pid)?.interfaces.get('eth0')?.addresses[0]?.split('/')[0] ?? '';
  }

  /** Docker writes the node's; the pod's containers mount this file, so it is written anew. */
  #writeResolvConf(id: string, { dnsConfig }: PodSandboxConfig): void {
    if (!dnsConfig || dnsConfig.servers.length + dnsConfig.searches.length + dnsConfig.options.length === 0) return;
    const path = String(this.#shim.inspect(id)['ResolvConfPath'] ?? '');
    if (path === '') return;
    const lines = [
      ...dnsConfig.servers.map((server) => `nameserver ${server}`),
      ...(dnsConfig.searches.length > 0 ? [`search ${dnsConfig.searches.join(' ')}`] : []),
      ...(dnsConfig.options.length > 0 ? [`options ${dnsConfig.options.join(' ')}`] : []),
    ];
    this.#shim.files.write(path, `${lines.join('\n')}\n`);
  }
}

type StatusFacts = { readonly ip: string; readonly pid: number; readonly image: string; readonly options?: NamespaceOption };

const statusOf = (listed: PodSandbox, { ip, pid, image, options = { network: 0, pid: 1, ipc: 0 } }: StatusFacts): PodSandboxStatus => ({
  ...listed,
  network: { ip, additionalIps: [] },
  linux: { namespaces: { options } },
  info: {
    pid,
    processStatus: pid === 0 ? 'deleted' : 'running',
    netNamespaceClosed: pid === 0,
    image,
    snapshotKey: '',
    snapshotter: '',
    runtimeHandler: '',
    config: { metadata: listed.metadata, labels: listed.labels, annotations: listed.annotations },
    runtimeSpec: null,
    cniResult: null,
  },
});

const isHost = (config: PodSandboxConfig): boolean => config.linux?.securityContext?.namespaceOptions?.network === 2;

type Modes = { readonly NetworkMode: string; readonly PidMode: string; readonly IpcMode: string };
const hostConfigOf = (found: Readonly<Record<string, unknown>>): Modes => found['HostConfig'] as Modes;

function sandboxHost(config: PodSandboxConfig): HostConfig {
  const options = config.linux?.securityContext?.namespaceOptions;
  return {
    ...podHost,
    NetworkMode: options?.network === 2 ? 'host' : 'none',
    PidMode: options?.pid === 2 ? 'host' : '',
    ...(options?.ipc === 2 ? { IpcMode: 'host' } : { IpcMode: 'shareable' }),
    ...(config.linux?.cgroupParent === undefined ? {} : { CgroupParent: cgroupParentOf(config.linux.cgroupParent) }),
    CpuShares: 2,
    OomScoreAdj: -998,
  };
}

/** Docker's systemd driver wants the last slice alone. */
export const cgroupParentOf = (path: string): string => (path.endsWith('.slice') ? path.slice(path.lastIndexOf('/') + 1) : path);

function toSandbox(summary: ContainerSummary): PodSandbox {
  return {
    id: summary.Id,
    metadata: parseSandboxName(summary.Names[0] ?? ''),
    state: summary.State === 'running' || summary.State === 'paused' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
    createdAt: summary.Created * 1000,
    runtimeHandler: '',
    ...extractLabels(summary.Labels),
  };
}
