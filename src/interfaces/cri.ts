/** k8s.io/cri-api runtime/v1. Names are the proto's, in camelCase. What takes time in reality is a Routine; errors are CriError with a gRPC code. */
import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

export type Labels = Readonly<Record<string, string>>;

export type PodSandboxMetadata = { readonly name: string; readonly uid: string; readonly namespace: string; readonly attempt: number };
export type PortMapping = { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly containerPort: number; readonly hostPort: number; readonly hostIp?: string };
export type DnsConfig = { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] };
/** POD = 0 (shared in the pod), CONTAINER = 1 (its own), NODE = 2 (the host's). */
export type NamespaceMode = 0 | 1 | 2 | 3;
export type NamespaceOption = { readonly network: NamespaceMode; readonly pid: NamespaceMode; readonly ipc: NamespaceMode; readonly targetId?: string };

export type PodSandboxConfig = {
  readonly metadata: PodSandboxMetadata;
  readonly hostname?: string;
  readonly logDirectory?: string;
  readonly dnsConfig?: DnsConfig;
  readonly portMappings?: readonly PortMapping[];
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly linux?: {
    readonly cgroupParent?: string;
    readonly securityContext?: { readonly namespaceOptions?: NamespaceOption; readonly privileged?: boolean; readonly runAsUser?: number };
    readonly sysctls?: Labels;
    readonly resources?: LinuxContainerResources;
  };
};

type SandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
export type PodSandbox = {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: SandboxState;
  /** Nanoseconds since 1970, as text in JSON; kept as virtual milliseconds here. */
  readonly createdAt: number;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly runtimeHandler: string;
};
export type PodSandboxStatus = PodSandbox & {
  readonly network: { readonly ip: string; readonly additionalIps: readonly { readonly ip: string }[] };
  readonly linux: { readonly namespaces: { readonly options: NamespaceOption } };
  /** `verbose` information: pid, the config it was made with, the OCI spec, the CNI result, the snapshot. */
  readonly info: SandboxInfo;
};
type SandboxInfo = {
  readonly pid: number;
  readonly processStatus: string;
  readonly netNamespaceClosed: boolean;
  readonly image: string;
  readonly snapshotKey: string;
  readonly snapshotter: string;
  readonly runtimeHandler: string;
  readonly config: PodSandboxConfig;
  readonly runtimeSpec: unknown;
  readonly cniResult: unknown;
  /** Where a runtime tells other things than containerd does: what `inspectp` shows. */
  readonly shown?: Readonly<Record<string, unknown>>;
};

export type ContainerMetadata = { readonly name: string; readonly attempt: number };
export type ImageSpec = { readonly image: string; readonly userSpecifiedImage?: string; readonly annotations?: Labels };
export type Mount = {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly selinuxRelabel?: boolean;
  readonly propagation?: number;
};
export type LinuxContainerResources = {
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
};
export type ContainerConfig = {
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  /** Overrides the image's entrypoint. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly envs?: readonly { readonly key: string; readonly value: string }[];
  readonly mounts?: readonly Mount[];
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** Below the sandbox's logDirectory. */
  readonly logPath?: string;
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
  readonly linux?: {
    readonly resources?: LinuxContainerResources;
    readonly securityContext?: {
      readonly namespaceOptions?: NamespaceOption;
      readonly privileged?: boolean;
      readonly runAsUser?: number;
      readonly runAsGroup?: number;
      readonly runAsUsername?: string;
      readonly readonlyRootfs?: boolean;
      readonly supplementalGroups?: readonly number[];
      readonly capabilities?: { readonly addCapabilities?: readonly string[]; readonly dropCapabilities?: readonly string[] };
    };
  };
  readonly stopSignal?: string;
};

export type CriContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
export type Container = {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  /** `sha256:…` of the image's config. */
  readonly imageRef: string;
  readonly imageId: string;
  readonly state: CriContainerState;
  readonly createdAt: number;
  readonly labels: Labels;
  readonly annotations: Labels;
};
export type ContainerStatus = Container & {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** Completed, Error, OOMKilled, StartError … */
  readonly reason: string;
  readonly message: string;
  readonly mounts: readonly Mount[];
  readonly logPath: string;
  readonly resources?: { readonly linux?: LinuxContainerResources };
  readonly user?: { readonly linux?: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] } };
  readonly info: ContainerInfo;
};
export type ContainerInfo = {
  readonly sandboxID: string;
  readonly pid: number;
  readonly removing: boolean;
  readonly snapshotKey: string;
  readonly snapshotter: string;
  readonly runtimeType: string;
  readonly config: ContainerConfig;
  readonly runtimeSpec: unknown;
  /** Where a runtime tells other things than containerd does: what `inspect` shows. */
  readonly shown?: Readonly<Record<string, unknown>>;
};

/** Times in virtual milliseconds since 1970; 0 = never. */
export type ContainerFilter = { readonly id?: string; readonly state?: CriContainerState; readonly podSandboxId?: string; readonly labelSelector?: Labels };
export type PodSandboxFilter = { readonly id?: string; readonly state?: SandboxState; readonly labelSelector?: Labels };

export type RuntimeCondition = { readonly type: string; readonly status: boolean; readonly reason: string; readonly message: string };
type VersionResponse = { readonly version: string; readonly runtimeName: string; readonly runtimeVersion: string; readonly runtimeApiVersion: string };
export type StatusResponse = {
  readonly conditions: readonly RuntimeCondition[];
  readonly info: Readonly<Record<string, unknown>>;
  /** As Go's encoding/json prints them: `recursive_read_only_mounts`. */
  readonly runtimeHandlers?: readonly object[];
  readonly features?: Readonly<Record<string, unknown>>;
};
export type ExecRequest = { readonly containerId: string; readonly cmd: readonly string[]; readonly tty: boolean; readonly stdin: boolean };
export type ExecSyncResponse = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };
export type ContainerStats = {
  readonly id: string;
  readonly metadata: ContainerMetadata;
  readonly labels: Labels;
  readonly annotations?: Labels;
  readonly cpuUsageNanos: number;
  readonly memoryWorkingSetBytes: number;
  readonly writableLayerBytes: number;
  readonly writableLayerInodes: number;
};
/** What evented PLEG listens to. */
export type ContainerEvent = {
  readonly type: 'CONTAINER_CREATED_EVENT' | 'CONTAINER_STARTED_EVENT' | 'CONTAINER_STOPPED_EVENT' | 'CONTAINER_DELETED_EVENT';
  readonly containerId: string;
  readonly podSandboxMetadata: PodSandboxMetadata;
  readonly createdAt: number;
};

export type RuntimeService = {
  version(): VersionResponse;
  status(verbose: boolean): StatusResponse;
  runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Routine<string>;
  stopPodSandbox(podSandboxId: string): Routine;
  removePodSandbox(podSandboxId: string): Routine;
  podSandboxStatus(podSandboxId: string): PodSandboxStatus;
  listPodSandbox(filter?: PodSandboxFilter): readonly PodSandbox[];
  createContainer(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Routine<string>;
  startContainer(containerId: string): Routine;
  /** SIGTERM (or the stop signal), then SIGKILL after so many seconds. */
  stopContainer(containerId: string, timeoutSeconds: number): Routine;
  removeContainer(containerId: string): Routine;
  listContainers(filter?: ContainerFilter): readonly Container[];
  containerStatus(containerId: string): ContainerStatus;
  updateContainerResources(containerId: string, resources: LinuxContainerResources): void;
  reopenContainerLog(containerId: string): void;
  execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Routine<ExecSyncResponse>;
  exec(request: ExecRequest): Routine<StreamSession>;
  attach(request: Omit<ExecRequest, 'cmd'>): Routine<StreamSession>;
  portForward(podSandboxId: string, port: number): Routine<StreamSession>;
  /** Absent where a runtime does not know it. */
  checkpointContainer?(containerId: string, location: string): void;
  containerStats(containerId: string): ContainerStats;
  listContainerStats(filter?: ContainerFilter): readonly ContainerStats[];
  updateRuntimeConfig(podCidr: string): void;
  /** Closed when the runtime stops. */
  getContainerEvents(): Channel<ContainerEvent>;
  runtimeConfig(): { readonly cgroupDriver: 'SYSTEMD' | 'CGROUPFS' };
};

export type CriImage = {
  /** `sha256:…` of the config. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: number;
  readonly username: string;
  readonly pinned: boolean;
};
type ImageStatusResponse = { readonly image?: CriImage; readonly info: Readonly<Record<string, unknown>> };
type FilesystemUsage = {
  readonly timestamp: number;
  readonly fsId: { readonly mountpoint: string };
  readonly usedBytes: number;
  readonly inodesUsed: number;
};
export type AuthConfig = { readonly username?: string; readonly password?: string; readonly auth?: string; readonly serverAddress?: string };

export type ImageService = {
  listImages(filter?: { readonly image?: ImageSpec }): readonly CriImage[];
  imageStatus(image: ImageSpec, verbose: boolean): ImageStatusResponse;
  /** Returns the image's reference (`sha256:…`). */
  pullImage(image: ImageSpec, auth?: AuthConfig, sandboxConfig?: PodSandboxConfig): Routine<string>;
  removeImage(image: ImageSpec): void;
  imageFsInfo(): { readonly imageFilesystems: readonly FilesystemUsage[]; readonly containerFilesystems: readonly FilesystemUsage[] };
};

export type GrpcCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'FailedPrecondition'
  | 'Unimplemented'
  | 'Internal'
  | 'Unavailable'
  | 'ResourceExhausted';

/** A gRPC error; prints as `rpc error: code = NotFound desc = …`. */
export class CriError extends Error {
  readonly code: GrpcCode;
  readonly desc: string;
  constructor(code: GrpcCode, desc: string) {
    super(`rpc error: code = ${code} desc = ${desc}`);
    this.code = code;
    this.desc = desc;
  }
}

export type CriServer = { readonly runtime: RuntimeService; readonly image: ImageService };

export const criProtocol = defineProtocol<CriServer>('cri');
