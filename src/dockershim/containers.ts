/** Containers of pods as containers of Docker (kubernetes pkg/kubelet/dockershim/docker_container.go, docker_stats.go). */
import { hasLabels } from '../cri/store.ts';
import {
  type Container,
  type ContainerConfig,
  type ContainerFilter,
  type ContainerStats,
  type ContainerStatus,
  type CriContainerState,
  CriError,
  type LinuxContainerResources,
  type Mount,
  type PodSandboxConfig,
} from '../interfaces/cri.ts';
import { type ContainerSummary, DockerError, type MountPoint } from '../interfaces/docker.ts';
import { isErrno } from '../linux/errno.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { createOptions } from './create.ts';
import { extractLabels, logPathLabel, parseContainerName, sandboxIdLabel } from './names.ts';
import { cgroupParentOf } from './sandboxes.ts';
import { moment, type Shim, type State, textOf } from './shim.ts';

/** The shim's containers. */
export class Containers {
  readonly #shim: Shim;

  constructor(shim: Shim) {
    this.#shim = shim;
  }

  *create(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Routine<string> {
    const parent = sandbox.linux?.cgroupParent;
    const options = createOptions(sandboxId, config, sandbox, parent === undefined ? undefined : cgroupParentOf(parent));
    return (yield* this.#shim.run((docker) => docker.containers.create(options))).Id;
  }

  *start(id: string): Routine {
    yield* this.#shim.run((docker) => docker.containers.start(id), `failed to start container ${JSON.stringify(id)}: `);
    this.#linkLog(id);
  }

  *stop(id: string, timeout: number): Routine {
    try {
      yield* this.#shim.options.docker().containers.stop(id, { timeout });
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.status === 404) return;
      throw new CriError('Unknown', textOf(error));
    }
  }

  *remove(id: string): Routine {
    const found = this.#shim.tryInspect(id);
    if (!found) return;
    const link = labelsOf(found)[logPathLabel] ?? '';
    if (link !== '' && this.#shim.files.find(link, false)) this.#shim.files.unlink(link);
    yield* sleep(this.#shim.sim.random.between(3, 8));
    yield* this.#shim.run((docker) => docker.containers.remove(found.Id, { force: true, volumes: true }), `failed to remove container ${JSON.stringify(id)}: `);
  }

  list(filter: ContainerFilter = {}): Container[] {
    return this.#shim
      .list('container')
      .filter(({ Id, Labels }) => (!filter.id || Id.startsWith(filter.id)) && (!filter.podSandboxId || Labels[sandboxIdLabel]?.startsWith(filter.podSandboxId)))
      .map(toContainer)
      .filter((each) => (filter.state === undefined || each.state === filter.state) && hasLabels(each.labels, filter.labelSelector));
  }

  status(id: string): ContainerStatus {
    const found = this.#shim.inspect(id);
    const all = labelsOf(found);
    const { labels, annotations } = extractLabels(all);
    const imageId = String(found['Image'] ?? '');
    const image = this.#shim.call((docker) => docker.images.list({ all: true })).find(({ Id }) => Id === imageId);
    const createdAt = moment(found['Created']);
    const metadata = parseContainerName(found.Name);
    const sandboxId = all[sandboxIdLabel] ?? '';
    return {
      id: found.Id,
      podSandboxId: sandboxId,
      metadata,
      image: { image: image?.RepoTags[0] ?? found.Config.Image, userSpecifiedImage: found.Config.Image, annotations: {} },
      imageRef: image?.RepoDigests[0] === undefined ? `docker://${imageId}` : `docker-pullable://${image.RepoDigests[0]}`,
      imageId,
      createdAt,
      labels,
      annotations,
      ...stateFacts(found.State, createdAt),
      mounts: (found['Mounts'] as readonly MountPoint[]).map(toMount),
      logPath: all[logPathLabel] ?? '',
      info: {
        sandboxID: sandboxId,
        pid: found.State.Pid,
        removing: false,
        snapshotKey: '',
        snapshotter: '',
        runtimeType: 'docker',
        config: { metadata, image: { image: found.Config.Image } },
        runtimeSpec: null,
      },
    };
  }

  update(id: string, resources: LinuxContainerResources): void {
    const { memoryLimitInBytes } = resources;
    this.#shim.call(
      (docker) => docker.containers.update(id, memoryLimitInBytes === undefined ? {} : { memory: memoryLimitInBytes }),
      `failed to update container ${JSON.stringify(id)}: `,
    );
  }

  reopenLog(): void {
    throw new CriError('Unknown', 'docker does not support reopening container log files');
  }

  stats(id: string): ContainerStats {
    const found = this.#shim.inspect(id);
    const { cpuMicros, memory } = this.#shim.call((docker) => docker.containers.stats(id));
    const size = this.#shim.list('container').find(({ Id }) => Id === found.Id)?.SizeRw ?? 0;
    return {
      id: found.Id,
      metadata: parseContainerName(found.Name),
      labels: extractLabels(labelsOf(found)).labels,
      cpuUsageNanos: Math.round(cpuMicros * 1000),
      memoryWorkingSetBytes: Math.round(memory),
      writableLayerBytes: size,
      writableLayerInodes: 0,
    };
  }

  /** Docker keeps the log; where the kubelet looks there is a link to it. */
  #linkLog(id: string): void {
    const found = this.#shim.inspect(id);
    const link = labelsOf(found)[logPathLabel] ?? '';
    const real = String(found['LogPath'] ?? '');
    if (link === '' || real === '') return;
    const { files } = this.#shim;
    try {
      files.mkdir(link.slice(0, link.lastIndexOf('/')), { parents: true });
      if (files.find(link, false)) files.unlink(link);
      files.symlink(real, link);
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new CriError(
        'Unknown',
        `failed to create symbolic link ${JSON.stringify(link)} to the container log file ${JSON.stringify(real)} for container ${JSON.stringify(id)}: ${error.message}`,
      );
    }
  }
}

const labelsOf = (found: { readonly Config: Readonly<Record<string, unknown>> }): Readonly<Record<string, string>> =>
  found.Config['Labels'] as Readonly<Record<string, string>>;

const toMount = ({ Source, Destination, RW }: MountPoint): Mount => ({ containerPath: Destination, hostPath: Source, readonly: !RW });

const states: Readonly<Record<string, CriContainerState>> = {
  created: 'CONTAINER_CREATED',
  running: 'CONTAINER_RUNNING',
  paused: 'CONTAINER_RUNNING',
  exited: 'CONTAINER_EXITED',
};

function toContainer(summary: ContainerSummary): Container {
  return {
    id: summary.Id,
    podSandboxId: summary.Labels[sandboxIdLabel] ?? '',
    metadata: parseContainerName(summary.Names[0] ?? ''),
    image: { image: summary.Image, userSpecifiedImage: summary.Image },
    imageRef: summary.ImageID,
    imageId: summary.ImageID,
    // One that could not be started has an exit code, and has never run.
    state: summary.State === 'created' && summary.ExitCode !== 0 ? 'CONTAINER_EXITED' : (states[summary.State] ?? 'CONTAINER_UNKNOWN'),
    createdAt: summary.Created * 1000,
    ...extractLabels(summary.Labels),
  };
}

type StateFacts = Pick<ContainerStatus, 'state' | 'startedAt' | 'finishedAt' | 'exitCode' | 'reason' | 'message'>;

function stateFacts(state: State, createdAt: number): StateFacts {
  const startedAt = moment(state.StartedAt);
  const finishedAt = moment(state.FinishedAt);
  const facts = { startedAt, finishedAt, exitCode: state.ExitCode, message: state.Error };
  if (state.Running) return { ...facts, state: 'CONTAINER_RUNNING', reason: '' };
  if (finishedAt !== 0) return { ...facts, state: 'CONTAINER_EXITED', reason: state.OOMKilled ? 'OOMKilled' : state.ExitCode === 0 ? 'Completed' : 'Error' };
  if (state.ExitCode !== 0) return { ...facts, startedAt: createdAt, finishedAt: createdAt, state: 'CONTAINER_EXITED', reason: 'ContainerCannotRun' };
  return { ...facts, state: 'CONTAINER_CREATED', reason: '' };
}
