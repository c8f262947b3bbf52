/** Docker's Engine API 1.55, as the docker command speaks it to dockerd. Names of fields are those of the JSON. Errors are DockerError. */

import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { ArchiveEntry, BuildProgress, BuildRequest, CacheRecord } from './buildkit.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

/** The daemon's answer with a status of 400 or more; the command prints `Error response from daemon: <message>`. */
export class DockerError extends Error {
  readonly status: number;
  /** The lines of a Dockerfile that it is about. */
  readonly lines: readonly [first: number, last: number] | undefined;
  constructor(status: number, message: string, lines?: readonly [first: number, last: number]) {
    super(message);
    this.status = status;
    this.lines = lines;
  }
}

export type { ArchiveEntry, BuildProgress, CacheRecord } from './buildkit.ts';

type Texts = readonly string[];
type Labels = Readonly<Record<string, string>>;

/** Durations in nanoseconds; 0 or absent: the default. */
export type Healthcheck = {
  /** `NONE`, `CMD` and arguments, or `CMD-SHELL` and a line. */
  readonly Test?: Texts;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
};
export type ContainerConfig = {
  readonly Hostname: string;
  readonly User: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly Env: Texts;
  /** null: the image's own. */
  readonly Cmd: Texts | null;
  readonly Entrypoint: Texts | null;
  readonly Image: string;
  readonly Volumes: Readonly<Record<string, object>> | null;
  readonly WorkingDir: string;
  readonly Labels: Labels;
  readonly StopSignal?: string;
  readonly StopTimeout?: number;
  readonly Healthcheck?: Healthcheck;
  readonly Domainname?: string;
};
export type PortBinding = { readonly HostIp: string; readonly HostPort: string };
export type RestartPolicy = { readonly Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure'; readonly MaximumRetryCount: number };
export type MountPoint = {
  readonly Type: 'bind' | 'volume' | 'tmpfs';
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
};
export type HostConfig = {
  readonly Binds: Texts;
  readonly Tmpfs: Labels;
  readonly NetworkMode: string;
  readonly PortBindings: Readonly<Record<string, readonly PortBinding[]>>;
  readonly RestartPolicy: RestartPolicy;
  readonly AutoRemove: boolean;
  readonly CapAdd: Texts;
  readonly CapDrop: Texts;
  readonly Dns: Texts;
  readonly ExtraHosts: Texts;
  readonly PidMode: string;
  readonly Privileged: boolean;
  readonly PublishAllPorts: boolean;
  readonly ReadonlyRootfs: boolean;
  readonly Init: boolean;
  readonly CpuShares: number;
  readonly Memory: number;
  readonly NanoCpus: number;
  readonly PidsLimit: number;
  readonly VolumesFrom: Texts;
  /** `kubepods-pod1.slice`; absent: system.slice. */
  readonly CgroupParent?: string;
  /** `container:<id>`, `host`; absent: its own. */
  readonly IpcMode?: string;
  readonly OomScoreAdj?: number;
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly GroupAdd?: Texts;
  /** An empty type: the daemon's. */
  readonly LogConfig?: { readonly Type: string; readonly Config: Labels };
  /** Types and sources of `--mount`: a source must be there, as `-v` makes it. */
  readonly typedMounts?: readonly (readonly [type: string, source: string])[];
  /** Keys of the API's HostConfig that were set beyond those above. */
  readonly more?: MoreHost;
};
export type MoreHost = Readonly<Record<string, unknown>> & {
  readonly ShmSize?: number;
  readonly MemorySwap?: number;
  readonly MemoryReservation?: number;
  readonly CpusetCpus?: string;
  readonly DnsSearch?: Texts;
  readonly DnsOptions?: Texts;
  readonly Links?: Texts;
  readonly SecurityOpt?: Texts;
  readonly UTSMode?: string;
  readonly Runtime?: string;
  readonly Isolation?: string;
  readonly Sysctls?: Labels;
  readonly Annotations?: Labels;
  readonly Devices?: readonly { readonly PathOnHost: string; readonly PathInContainer: string }[];
  readonly DeviceRequests?: readonly unknown[];
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
};
export type CreateOptions = {
  readonly config: ContainerConfig;
  readonly host: HostConfig;
  readonly name?: string;
  readonly aliases?: Texts;
  readonly ip?: string;
  readonly mac?: string;
};
export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';
export type PortSummary = { readonly IP?: string; readonly PrivatePort: number; readonly PublicPort?: number; readonly Type: string };
export type ContainerSummary = {
  readonly Id: string;
  readonly Names: Texts;
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Ports: readonly PortSummary[];
  readonly Labels: Labels;
  readonly State: ContainerStatus;
  readonly Status: string;
  readonly Networks: Texts;
  readonly Mounts: readonly MountPoint[];
  readonly ExitCode: number;
  readonly SizeRw: number;
  readonly SizeRootFs: number;
};
/** What `inspect` prints; keys in the order of the real answer. */
type Inspected = Readonly<Record<string, unknown>> & { readonly Id: string };
export type ContainerInspected = Inspected & {
  readonly Name: string;
  readonly Config: Readonly<Record<string, unknown>> & { readonly Tty: boolean; readonly OpenStdin: boolean; readonly Image: string };
  readonly State: Readonly<Record<string, unknown>> & {
    readonly Status: ContainerStatus;
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string; readonly Log?: unknown };
  };
};
export type ExecOptions = {
  readonly cmd: Texts;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly detach: boolean;
  readonly env: Texts;
  readonly user: string;
  readonly workdir: string;
  readonly privileged: boolean;
};
export type LogLine = { readonly stream: 'stdout' | 'stderr'; readonly log: string; readonly time: string };
export type ContainerStats = {
  readonly id: string;
  readonly name: string;
  readonly cpuMicros: number;
  readonly memory: number;
  readonly limit: number;
  readonly received: number;
  readonly sent: number;
  readonly pids: number;
};
export type Change = { readonly Kind: 'A' | 'C' | 'D'; readonly Path: string };

export type ImageSummary = {
  readonly Id: string;
  readonly RepoTags: Texts;
  readonly RepoDigests: Texts;
  readonly Created: number;
  /** Bytes with the unpacked layers. */
  readonly Size: number;
  readonly ContentSize: number;
  readonly Labels: Labels;
  readonly Containers: number;
  readonly ParentId: string;
};
export type ImageInspected = Inspected & {
  readonly RepoTags: Texts;
  readonly Config: {
    readonly Entrypoint?: Texts;
    readonly Cmd?: Texts;
    readonly Env?: Texts;
    readonly ExposedPorts?: object;
    readonly Labels?: Labels;
  };
};
export type HistoryLine = { readonly Id: string; readonly Created: number; readonly CreatedBy: string; readonly Size: number; readonly Comment: string };
export type DeletedImage = { readonly Untagged: string } | { readonly Deleted: string };
export type BuildOptions = BuildRequest & { readonly output: (text: string, error?: boolean) => void };

/** By BuildKit, which the daemon has built in. */
export type SolveOptions = BuildRequest & { readonly progress: (progress: BuildProgress) => void };
/** How a push goes, layer by layer, in docker's words; `ended` is its last line. */
export type PushReport = {
  readonly progress: (layer: string, status: string) => void;
  /** A tag is there: its digest and size; `instead` of the index that not all platforms are here for. */
  readonly ended: (tag: string, digest: string, size: number, instead?: string) => void;
};
/** Who one is for a registry: X-Registry-Auth. */
export type RegistryAuthConfig = { readonly username: string; readonly password: string };
export type SearchResult = { readonly name: string; readonly description: string; readonly star_count: number; readonly is_official: boolean };

export type NetworkSummary = Inspected & {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Created: string;
  readonly Internal: boolean;
  readonly Labels: Labels;
};
export type NetworkCreate = {
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxAddresses?: Labels;
  readonly options?: Labels;
  readonly attachable?: boolean;
  readonly labels: Labels;
};
export type Volume = {
  readonly CreatedAt: string;
  readonly Driver: string;
  readonly Labels: Labels | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Labels | null;
  readonly Scope: string;
};
export type DockerEvent = {
  readonly Type: 'container' | 'image' | 'network' | 'volume';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Labels };
  readonly timeNano: number;
};
export type DiskUsage = {
  readonly images: readonly ImageSummary[];
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly { readonly name: string; readonly size: number; readonly links: number }[];
  readonly layersSize: number;
};
export type ContainerUpdate = {
  readonly memory?: number;
  readonly memorySwap?: number;
  readonly nanoCpus?: number;
  readonly cpuShares?: number;
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly pidsLimit?: number;
  readonly restart?: RestartPolicy;
  /** Further keys of HostConfig. */
  readonly more?: MoreHost;
};
/** `--filter key=value`, in order. */
export type Filters = readonly (readonly [key: string, value: string])[];
export type Pruned = { readonly deleted: Texts; readonly space: number };
export type DaemonInfo = {
  readonly ID: string;
  readonly Name: string;
  readonly Containers: number;
  readonly ContainersRunning: number;
  readonly ContainersPaused: number;
  readonly ContainersStopped: number;
  readonly Images: number;
  readonly KernelVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly LoggingDriver: string;
  readonly CgroupDriver: CgroupDriver;
  readonly StorageDriver: string;
  readonly DockerRootDir: string;
  readonly LiveRestoreEnabled: boolean;
  readonly Debug: boolean;
  readonly Experimental: boolean;
  readonly Labels: Texts;
  readonly DefaultRuntime: string;
  readonly Runtimes: Texts;
  readonly InsecureRegistries: Texts;
  readonly Mirrors: Texts;
  readonly DefaultAddressPools: readonly { readonly Base: string; readonly Size: number }[];
};

export type CgroupDriver = 'systemd' | 'cgroupfs';

export type DockerApi = {
  version(): { readonly Version: string; readonly ApiVersion: string; readonly GitCommit: string; readonly KernelVersion: string };
  info(): DaemonInfo;
  diskUsage(): DiskUsage;
  events(): Channel<DockerEvent>;
  /** The last ones, oldest first. */
  recentEvents(): readonly DockerEvent[];
  /** Throws where the registry does not know them. */
  login(server: string, auth: RegistryAuthConfig): Routine;
  search(term: string, limit: number): Routine<readonly SearchResult[]>;
  readonly containers: {
    list(options: { readonly all: boolean }): readonly ContainerSummary[];
    create(options: CreateOptions): Routine<{ readonly Id: string; readonly Warnings: Texts }>;
    inspect(id: string): ContainerInspected;
    start(id: string): Routine;
    stop(id: string, options?: { readonly timeout?: number; readonly signal?: string }): Routine;
    restart(id: string, options?: { readonly timeout?: number; readonly signal?: string }): Routine;
    kill(id: string, signal: string): Routine;
    pause(id: string): Routine;
    unpause(id: string): Routine;
    rename(id: string, name: string): void;
    remove(id: string, options: { readonly force: boolean; readonly volumes: boolean }): Routine;
    /** `removed`: until an `AutoRemove` container has gone. */
    wait(id: string, options?: { readonly until?: 'not-running' | 'next-exit' | 'removed' }): Routine<number>;
    /** The lines so far, then (follow) those to come. */
    logs(id: string, options: { readonly follow: boolean; readonly tail: number; readonly since: number; readonly until: number }): Channel<LogLine>;
    attach(id: string, options: { readonly stdin: boolean }): StreamSession;
    exec(id: string, options: ExecOptions): Routine<StreamSession>;
    resize(id: string, size: { readonly columns: number; readonly rows: number }): void;
    top(id: string): { readonly titles: Texts; readonly processes: readonly Texts[] };
    stats(id: string): ContainerStats;
    changes(id: string): readonly Change[];
    getArchive(id: string, path: string): { readonly name: string; readonly directory: boolean; readonly entries: readonly ArchiveEntry[] };
    putArchive(id: string, path: string, entries: readonly ArchiveEntry[]): void;
    pathInfo(id: string, path: string): 'file' | 'directory' | undefined;
    /** The root filesystem as the text of a tar. */
    export(id: string): string;
    commit(
      id: string,
      options: { readonly reference: string; readonly message: string; readonly author: string; readonly changes: Texts; readonly pause: boolean },
    ): Routine<string>;
    update(id: string, change: ContainerUpdate): void;
    prune(filters?: Filters): Routine<Pruned>;
  };
  readonly images: {
    list(options: { readonly all: boolean }): readonly ImageSummary[];
    inspect(reference: string): ImageInspected;
    pull(
      reference: string,
      progress: (layer: string, status: string) => void,
      auth?: RegistryAuthConfig,
    ): Routine<{ readonly digest: string; readonly fresh: boolean }>;
    /** One tag, or all of a repository. */
    push(reference: string, report: PushReport, options?: { readonly all?: boolean; readonly auth?: RegistryAuthConfig | undefined }): Routine;
    /** Tags that a registry has. */
    remoteTags(repository: string, auth?: RegistryAuthConfig): Routine<Texts>;
    tag(source: string, target: string): void;
    remove(reference: string, options: { readonly force: boolean }): Routine<readonly DeletedImage[]>;
    history(reference: string): readonly HistoryLine[];
    save(references: Texts): string;
    /** Names of what was loaded. */
    load(archive: string): Routine<Texts>;
    prune(options: { readonly all: boolean; readonly filters?: Filters }): Routine<{ readonly deleted: readonly DeletedImage[]; readonly space: number }>;
    build(options: BuildOptions): Routine<string>;
    /** With BuildKit, which is part of the daemon; gives the image's id. */
    solve(options: SolveOptions): Routine<string>;
    buildCache(): readonly CacheRecord[];
    /** Frees the build cache; gives what it took. */
    pruneBuildCache(): readonly CacheRecord[];
    import(reference: string, entries: readonly ArchiveEntry[]): Routine<string>;
  };
  readonly networks: {
    list(): readonly NetworkSummary[];
    inspect(name: string): NetworkSummary;
    create(options: NetworkCreate): string;
    remove(name: string): void;
    connect(name: string, container: string, options: { readonly aliases: Texts; readonly ip?: string }): void;
    disconnect(name: string, container: string): void;
    prune(filters?: Filters): Texts;
  };
  readonly volumes: {
    list(): readonly Volume[];
    inspect(name: string): Volume;
    create(name: string, labels: Labels): Volume;
    remove(name: string, options: { readonly force: boolean }): void;
    prune(options: { readonly all: boolean; readonly filters?: Filters }): Pruned;
  };
};

export const dockerProtocol = defineProtocol<DockerApi>('docker');
