/** Docker's Engine API 1.55, as the docker command speaks it to dockerd. Names of fields are those of the JSON. Errors are DockerError. */

import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import type { ArchiveEntry, BuildRequest, CacheRecord, SolveRequest, SolveResult } from './buildkit.ts';
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

/** What of the builder crosses this wall as well. */
export type { ArchiveEntry, BuildProgress, CacheRecord, Exporter } from './buildkit.ts';

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
/**
 * What the image's author may set too: the daemon fills what is empty from the image's config. `ExposedPorts` has keys like `80/tcp`, `Env` has
 * `KEY=value`.
 */
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
  /** Seconds; absent: 10. */
  readonly StopTimeout?: number;
  readonly Healthcheck?: Healthcheck;
  readonly Domainname?: string;
};
/** Both are texts; an empty HostPort asks for a free one, an empty HostIp means all addresses. */
export type PortBinding = { readonly HostIp: string; readonly HostPort: string };
/** `MaximumRetryCount` is for on-failure; 0: no limit. */
export type RestartPolicy = { readonly Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure'; readonly MaximumRetryCount: number };
/** How `inspect` shows a mount: `Source` is the path on the host, of a volume its directory. */
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
/** One of `--mount` (API Mount): a bind's source must be there, as `-v` makes it; `Type` as it was typed. */
export type MountSpec = {
  readonly Type: string;
  readonly Source?: string;
  readonly Target?: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: {
    readonly Propagation?: string;
    readonly CreateMountpoint?: boolean;
    readonly ReadOnlyNonRecursive?: boolean;
    readonly ReadOnlyForceRecursive?: boolean;
  };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: Labels;
    readonly Subpath?: string;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Labels };
  };
  readonly ImageOptions?: { readonly Subpath?: string };
  /** Bytes; the mode as a number. */
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
};
/** What belongs to this host rather than to the image. 0 means no limit. */
export type HostConfig = {
  readonly Binds: Texts;
  readonly Tmpfs: Labels;
  /** `bridge`, `host`, `none`, `container:<id>` or the name of a network. */
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
  /** Weight; 1024 is usual. */
  readonly CpuShares: number;
  /** Bytes; NanoCpus are billionths of a CPU. */
  readonly Memory: number;
  readonly NanoCpus: number;
  readonly PidsLimit: number;
  readonly VolumesFrom: Texts;
  /** `kubepods-pod1.slice`; absent: system.slice. */
  readonly CgroupParent?: string;
  /** `container:<id>`, `host`; absent: its own. */
  readonly IpcMode?: string;
  readonly OomScoreAdj?: number;
  /** Microseconds, CpuQuota too. */
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly GroupAdd?: Texts;
  /** An empty type: the daemon's. */
  readonly LogConfig?: { readonly Type: string; readonly Config: Labels };
  readonly Mounts?: readonly MountSpec[];
  /** Keys of the API's HostConfig that were set beyond those above. */
  readonly more?: MoreHost;
};
/** HostConfig keys that few set: kept and shown by `inspect`, and those that are named here have an effect or are refused. */
export type MoreHost = Readonly<Record<string, unknown>> & {
  readonly ShmSize?: number;
  readonly MemorySwap?: number;
  readonly MemoryReservation?: number;
  readonly CpusetCpus?: string;
  readonly CpusetMems?: string;
  readonly BlkioWeight?: number;
  readonly CgroupnsMode?: string;
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
/** POST /containers/create. `aliases`, `ip` and `mac` are for the network of `NetworkMode`. */
export type CreateOptions = {
  readonly config: ContainerConfig;
  readonly host: HostConfig;
  readonly name?: string;
  readonly aliases?: Texts;
  readonly ip?: string;
  readonly mac?: string;
};
/** moby container.State. `restarting`: ended, and a restart policy waits to start it again. */
export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';
/** One published port an address, or an exposed one without PublicPort; `Type` is tcp, udp or sctp. */
export type PortSummary = { readonly IP?: string; readonly PrivatePort: number; readonly PublicPort?: number; readonly Type: string };
/** One line of `docker ps`; `Status` is the human text (`Up 2 minutes (healthy)`). */
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
  /** Bytes in its own layer, measured when read; SizeRootFs is that and the image. */
  readonly SizeRw: number;
  readonly SizeRootFs: number;
};
/** What `inspect` prints; keys in the order of the real answer. */
type Inspected = Readonly<Record<string, unknown>> & { readonly Id: string };
/** The answer of `docker inspect`; typed as far as the command itself reads it. */
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
/** Two calls of the API (create and start) in one. `env` adds to the container's, `workdir` and `user` '' are the container's. */
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
/** As the json-file driver stores it; `log` ends with its newline, `time` is RFC 3339 with nanoseconds. */
export type LogLine = { readonly stream: 'stdout' | 'stderr'; readonly log: string; readonly time: string };
/** One reading, without a rate: `cpuMicros` is CPU time used since the start, `memory` and `limit` are bytes. All 0 when it does not run. */
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
/** `docker diff`: Added, Changed or Deleted against the image. */
export type Change = { readonly Kind: 'A' | 'C' | 'D'; readonly Path: string };

/** One line of `docker images`; `Created` is seconds since 1970, `Containers` how many use it, `ParentId` '' unless the old builder made it. */
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
/** The answer of `docker image inspect`; typed as far as the command itself reads it. */
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
/** One step of an image, the newest first: `Created` in virtual milliseconds, `Size` in bytes, `Id` `<missing>` unless it is the image's own. */
export type HistoryLine = { readonly Id: string; readonly Created: number; readonly CreatedBy: string; readonly Size: number; readonly Comment: string };
/** One line of what `docker rmi` did: a name went, or the image itself with its last name. */
export type DeletedImage = { readonly Untagged: string } | { readonly Deleted: string };
/** The old builder: its steps run one by one and are told through `output` as lines for the terminal. */
export type BuildOptions = BuildRequest & { readonly output: (text: string, error?: boolean) => void };

/** By BuildKit, which the daemon has built in. */
export type SolveOptions = SolveRequest;
/** How a push goes, layer by layer, in docker's words; `ended` is its last line. */
export type PushReport = {
  readonly progress: (layer: string, status: string) => void;
  /** A tag is there: its digest and size; `instead` of the index that not all platforms are here for. */
  readonly ended: (tag: string, digest: string, size: number, instead?: string) => void;
};
/** Who one is for a registry: X-Registry-Auth. */
export type RegistryAuthConfig = { readonly username: string; readonly password: string };
/** One line of `docker search`. */
export type SearchResult = { readonly name: string; readonly description: string; readonly star_count: number; readonly is_official: boolean };

/** The answer of `docker network inspect`; `Created` is RFC 3339. */
export type NetworkSummary = Inspected & {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Created: string;
  readonly Internal: boolean;
  readonly Labels: Labels;
};
/** Absent addresses are taken from the daemon's pools. */
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
/** One volume; `Mountpoint` is its directory on the host. */
export type Volume = {
  readonly CreatedAt: string;
  readonly Driver: string;
  readonly Labels: Labels | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Labels | null;
  readonly Scope: string;
};
/** One line of `docker events`. `timeNano` is nanoseconds since 1970, in steps of a millisecond. */
export type DockerEvent = {
  readonly Type: 'container' | 'image' | 'network' | 'volume';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Labels };
  readonly timeNano: number;
};
/** `docker system df`: sizes in bytes, `links` how many containers mount a volume. */
export type DiskUsage = {
  readonly images: readonly ImageSummary[];
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly { readonly name: string; readonly size: number; readonly links: number }[];
  readonly layersSize: number;
};
/** `docker update`; what is absent stays. Units as in HostConfig. */
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
/** Names or ids that went, and the bytes that they took. */
export type Pruned = { readonly deleted: Texts; readonly space: number };
/** `docker info`; `MemTotal` in bytes. Settings are those of daemon.json and the command line. */
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
  readonly AppArmor: boolean;
  readonly Debug: boolean;
  readonly Experimental: boolean;
  readonly Labels: Texts;
  readonly DefaultRuntime: string;
  readonly Runtimes: Texts;
  readonly InsecureRegistries: Texts;
  readonly Mirrors: Texts;
  readonly DefaultAddressPools: readonly { readonly Base: string; readonly Size: number }[];
};

/** A kubelet with dockershim must have the same, or it does not start. */
export type CgroupDriver = 'systemd' | 'cgroupfs';

/**
 * moby api/server. The docker command and dockershim call it; dockerd/ answers. Throws DockerError: 404 for what is not there, 409 for what its state
 * does not allow, 400 for a bad request, 500 for the runtime's refusals. `id` may be a name or the beginning of an id.
 */
export type DockerApi = {
  version(): { readonly Version: string; readonly ApiVersion: string; readonly GitCommit: string; readonly KernelVersion: string };
  info(): DaemonInfo;
  diskUsage(): DiskUsage;
  /** From now on; closed as the daemon ends, to be broken by who has seen enough. */
  events(): Channel<DockerEvent>;
  /** The last 256 at most, oldest first. */
  recentEvents(): readonly DockerEvent[];
  /** Throws where the registry does not know them. */
  login(server: string, auth: RegistryAuthConfig): Routine;
  search(term: string, limit: number): Routine<readonly SearchResult[]>;
  readonly containers: {
    list(options: { readonly all: boolean }): readonly ContainerSummary[];
    /** 404 for an unknown image, 409 for a name that is taken. Nothing runs yet. */
    create(options: CreateOptions): Routine<{ readonly Id: string; readonly Warnings: Texts }>;
    inspect(id: string): ContainerInspected;
    start(id: string): Routine;
    /**
     * The signal (the container's own unless told), then SIGKILL after `timeout` seconds: 10 unless the container says otherwise, below 0 never. One
     * that does not run is no error.
     */
    stop(id: string, options?: { readonly timeout?: number; readonly signal?: string }): Routine;
    restart(id: string, options?: { readonly timeout?: number; readonly signal?: string }): Routine;
    kill(id: string, signal: string): Routine;
    pause(id: string): Routine;
    unpause(id: string): Routine;
    rename(id: string, name: string): void;
    /** 409 while it runs, unless forced. `volumes`: its anonymous ones too. */
    remove(id: string, options: { readonly force: boolean; readonly volumes: boolean }): Routine;
    /** Gives the exit code. `removed`: until an `AutoRemove` container has gone. */
    wait(id: string, options?: { readonly until?: 'not-running' | 'next-exit' | 'removed' }): Routine<number>;
    /** The lines so far, then (follow) those to come. `tail` below 0: all; `since` and `until` are virtual milliseconds since 1970, 0: no bound. */
    logs(id: string, options: { readonly follow: boolean; readonly tail: number; readonly since: number; readonly until: number }): Channel<LogLine>;
    attach(id: string, options: { readonly stdin: boolean }): StreamSession;
    /** 409 unless it runs. */
    exec(id: string, options: ExecOptions): Routine<StreamSession>;
    resize(id: string, size: { readonly columns: number; readonly rows: number }): void;
    /** Columns as the node's ps has them with `options` (`-ef` unless told); 409 unless it runs. */
    top(id: string, options?: string): Routine<{ readonly titles: Texts; readonly processes: readonly Texts[] }>;
    /** One reading now. */
    stats(id: string): ContainerStats;
    changes(id: string): readonly Change[];
    /** A link is given as one, unless it is to be followed. */
    getArchive(id: string, path: string, follow?: boolean): { readonly name: string; readonly directory: boolean; readonly entries: readonly ArchiveEntry[] };
    putArchive(id: string, path: string, entries: readonly ArchiveEntry[]): void;
    pathInfo(id: string, path: string): 'file' | 'directory' | undefined;
    /** The root filesystem as the text of a tar. */
    export(id: string): string;
    commit(
      id: string,
      options: { readonly reference: string; readonly message: string; readonly author: string; readonly changes: Texts; readonly pause: boolean },
    ): Routine<string>;
    update(id: string, change: ContainerUpdate): void;
    /** Those that do not run; `filters` are `label`, `label!` and `until`. */
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
    /** 409 when a container uses it: forced only if that one has ended. */
    remove(reference: string, options: { readonly force: boolean }): Routine<readonly DeletedImage[]>;
    history(reference: string): readonly HistoryLine[];
    save(references: Texts): string;
    /** Names of what was loaded. */
    load(archive: string): Routine<Texts>;
    prune(options: { readonly all: boolean; readonly filters?: Filters }): Routine<{ readonly deleted: readonly DeletedImage[]; readonly space: number }>;
    /** The old builder; gives the image's id. */
    build(options: BuildOptions): Routine<string>;
    /** With BuildKit, which is part of the daemon; gives the image's id. */
    solve(options: SolveOptions): Routine<SolveResult>;
    buildCache(): readonly CacheRecord[];
    /** Frees the build cache; gives what it took. */
    pruneBuildCache(): readonly CacheRecord[];
    import(reference: string, entries: readonly ArchiveEntry[], options: { readonly changes: Texts; readonly message: string }): Routine<string>;
  };
  readonly networks: {
    list(): readonly NetworkSummary[];
    inspect(name: string): NetworkSummary;
    create(options: NetworkCreate): string;
    remove(name: string): void;
    connect(name: string, container: string, options: { readonly aliases: Texts; readonly ip?: string }): void;
    /** `force`: by the endpoint's name, where there is no such container. */
    disconnect(name: string, container: string, force?: boolean): void;
    prune(filters?: Filters): Texts;
  };
  readonly volumes: {
    list(): readonly Volume[];
    inspect(name: string): Volume;
    create(name: string, labels: Labels, options?: Labels): Volume;
    remove(name: string, options: { readonly force: boolean }): void;
    prune(options: { readonly all: boolean; readonly filters?: Filters }): Pruned;
  };
};

/** Spoken on /var/run/docker.sock, beside the HTTP that curl speaks there. */
export const dockerProtocol = defineProtocol<DockerApi>('docker');
