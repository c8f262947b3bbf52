/** k8s.io/cri-api runtime/v1. Names are the proto's, in camelCase. What takes time in reality is a Routine; errors are CriError with a gRPC code. */
import type { Channel } from '../sim/channel.ts';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

/** Labels or annotations: any text by key, as the proto's `map<string, string>`. */
export type Labels = Readonly<Record<string, string>>;

/** Makes a sandbox unique: the CRI plugin reserves `name_namespace_uid_attempt`. `attempt` counts sandboxes of one pod from 0; `uid` is the pod's. */
export type PodSandboxMetadata = { readonly name: string; readonly uid: string; readonly namespace: string; readonly attempt: number };
/** A containerPort that the pod publishes on its node; a `hostPort` of 0 publishes nothing. Handed to the CNI plugin portmap. */
export type PortMapping = { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly containerPort: number; readonly hostPort: number; readonly hostIp?: string };
/** Written into the sandbox's resolv.conf: `nameserver`, `search` and `options`, each list in the order given. */
export type DnsConfig = { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] };
/** POD = 0 (shared in the pod), CONTAINER = 1 (its own), NODE = 2 (the host's), TARGET = 3 (`targetId`'s: `kubectl debug --target`). */
export type NamespaceMode = 0 | 1 | 2 | 3;
/** Whose namespaces a container or sandbox lives in. `targetId` is the id of a running container, with mode 3 only. */
export type NamespaceOption = {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  readonly targetId?: string;
  /** Of the sandbox: a user namespace of the pod's own, and whose its ids are on the node. */
  readonly usernsOptions?: { readonly mode: 0; readonly uids: readonly IdMapping[]; readonly gids: readonly IdMapping[] };
};
type IdMapping = { readonly hostId: number; readonly containerId: number; readonly length: number };

/**
 * What the kubelet makes of a pod's spec before any container (api.proto PodSandboxConfig; kubelet pkg/kubelet/kuberuntime/kuberuntime_sandbox.go).
 * `crictl runp` reads it from a file.
 */
export type PodSandboxConfig = {
  readonly metadata: PodSandboxMetadata;
  /** The node's name for a pod with the host's network. */
  readonly hostname?: string;
  /** `/var/log/pods/<namespace>_<name>_<uid>`; what a container's `logPath` is relative to. */
  readonly logDirectory?: string;
  readonly dnsConfig?: DnsConfig;
  readonly portMappings?: readonly PortMapping[];
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly linux?: {
    /** `/kubepods/burstable/pod<uid>` or, with the systemd driver, `kubepods-burstable-pod<uid>.slice`. */
    readonly cgroupParent?: string;
    readonly securityContext?: { readonly namespaceOptions?: NamespaceOption; readonly privileged?: boolean; readonly runAsUser?: number };
    readonly sysctls?: Labels;
    readonly resources?: LinuxContainerResources;
  };
};

type SandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
/** One line of `crictl pods`. NOTREADY: its pause container has ended, or it was stopped; it stays listed until RemovePodSandbox. */
export type PodSandbox = {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: SandboxState;
  /** Virtual milliseconds since 1970 (the proto has nanoseconds; crictl converts). */
  readonly createdAt: number;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** '' unless the pod's RuntimeClass named one. */
  readonly runtimeHandler: string;
};
/** `crictl inspectp`. With the host's network `network.ip` is ''. */
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

/** `attempt` counts the containers of this name in the pod from 0: the kubelet's restart count. */
export type ContainerMetadata = { readonly name: string; readonly attempt: number };
/** `image` is a name, a digest or an id (`sha256:…`); `userSpecifiedImage` is what the pod's spec said before the kubelet resolved it. */
export type ImageSpec = { readonly image: string; readonly userSpecifiedImage?: string; readonly annotations?: Labels };
/** A bind mount of the node's `hostPath`. `propagation` as in the proto: 0 private, 1 host to container, 2 bidirectional. */
export type Mount = {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly selinuxRelabel?: boolean;
  readonly propagation?: number;
};
/** Written into the container's cgroup. Absent or 0: no limit. */
export type LinuxContainerResources = {
  /** Microseconds, `cpuQuota` too: the container may run so long in each period. */
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  /** Weight as of cgroup v1: 1024 for a whole CPU, 2 at least. */
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  /** -1000 to 1000: whom the kernel kills first when memory runs out (by the pod's QoS class). */
  readonly oomScoreAdj?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  /** Files of the cgroup (v2) and what is written to them. */
  readonly unified?: Readonly<Record<string, string>>;
};
/**
 * What the kubelet makes of one container of a pod (api.proto ContainerConfig; kubelet pkg/kubelet/kuberuntime/kuberuntime_container.go). `crictl
 * create` reads it from a file.
 */
export type ContainerConfig = {
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  /** Overrides the image's entrypoint. */
  readonly command?: readonly string[];
  /** Overrides the image's CMD. */
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
      /** Looked up in the image's /etc/passwd, when `runAsUser` is absent. */
      readonly runAsUsername?: string;
      readonly readonlyRootfs?: boolean;
      readonly noNewPrivs?: boolean;
      /** RuntimeDefault 0, Unconfined 1, Localhost 2; absent: unconfined. */
      readonly seccomp?: { readonly profileType: 0 | 1 | 2; readonly localhostRef?: string };
      /** The same of AppArmor; absent: the runtime's own profile. */
      readonly apparmor?: { readonly profileType: 0 | 1 | 2; readonly localhostRef?: string };
      readonly supplementalGroups?: readonly number[];
      readonly capabilities?: { readonly addCapabilities?: readonly string[]; readonly dropCapabilities?: readonly string[] };
    };
  };
  /** `SIGUSR1`; absent: the image's, else SIGTERM. */
  readonly stopSignal?: string;
};

/** UNKNOWN: the runtime restarted and cannot tell. A container that ends stays EXITED until RemoveContainer. */
export type CriContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
/** One line of `crictl ps -a`. */
export type Container = {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  /** `sha256:…` of the image's config. */
  readonly imageRef: string;
  readonly imageId: string;
  readonly state: CriContainerState;
  /** Virtual milliseconds since 1970. */
  readonly createdAt: number;
  readonly labels: Labels;
  readonly annotations: Labels;
};
/** `crictl inspect`. Times are virtual milliseconds since 1970; 0: not yet. */
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
/** The `verbose` part of a container's status: what only the runtime knows. `pid` is 0 before its start. */
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

/** All that is given must hold; an absent field allows everything. An `id` may be the beginning of one. */
export type ContainerFilter = { readonly id?: string; readonly state?: CriContainerState; readonly podSandboxId?: string; readonly labelSelector?: Labels };
/** As ContainerFilter, for sandboxes. */
export type PodSandboxFilter = { readonly id?: string; readonly state?: SandboxState; readonly labelSelector?: Labels };

/** `RuntimeReady` and `NetworkReady`; a false one makes the kubelet's Ready condition of the node false, with this reason and message. */
export type RuntimeCondition = { readonly type: string; readonly status: boolean; readonly reason: string; readonly message: string };
type VersionResponse = { readonly version: string; readonly runtimeName: string; readonly runtimeVersion: string; readonly runtimeApiVersion: string };
/** `info` holds JSON values by name (`config`, `lastCNILoadStatus` …) and is empty unless verbose was asked for. */
export type StatusResponse = {
  readonly conditions: readonly RuntimeCondition[];
  readonly info: Readonly<Record<string, unknown>>;
  /** As Go's encoding/json prints them: `recursive_read_only_mounts`. */
  readonly runtimeHandlers?: readonly object[];
  readonly features?: Readonly<Record<string, unknown>>;
};
/** A command in a running container, not looked up in a shell. With `tty` all output comes on stdout. */
export type ExecRequest = { readonly containerId: string; readonly cmd: readonly string[]; readonly tty: boolean; readonly stdin: boolean };
/** All that the command wrote, once it has ended; 128 + signal when it was killed. */
export type ExecSyncResponse = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };
/**
 * Read from the container's cgroup at the time of the call; a container that does not run has zeros. metrics-server and `crictl stats` get their
 * numbers here.
 */
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
  /** Virtual milliseconds since 1970. */
  readonly createdAt: number;
};

/**
 * cri-api pkg/apis/runtime/v1/api.proto RuntimeService. The kubelet and crictl call it; containerd's CRI plugin, CRI-O and dockershim answer. Throws
 * CriError: NotFound for unknown ids unless said otherwise. An id may be shortened to a beginning that only one has.
 */
export type RuntimeService = {
  version(): VersionResponse;
  /** Trouble of the runtime or of its network stands in the conditions; nothing is thrown for it. */
  status(verbose: boolean): StatusResponse;
  /**
   * Network, then the pause container; gives the sandbox's id. FailedPrecondition for metadata that is taken, Unknown with the CNI plugin's text.
   * `runtimeHandler` '' is the default runtime.
   */
  runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Routine<string>;
  /** Ends what runs in it, then the pause container, and frees the pod's address. An unknown or stopped sandbox is no error. */
  stopPodSandbox(podSandboxId: string): Routine;
  /** Its containers go too; all are stopped first if need be. An unknown sandbox is no error. */
  removePodSandbox(podSandboxId: string): Routine;
  podSandboxStatus(podSandboxId: string): PodSandboxStatus;
  listPodSandbox(filter?: PodSandboxFilter): readonly PodSandbox[];
  /**
   * Gives the container's id; nothing runs yet. The image must be there: NotFound otherwise. FailedPrecondition when metadata of that name and
   * attempt exists.
   */
  createContainer(podSandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Routine<string>;
  /**
   * Once only, while the sandbox is ready. When the OCI runtime fails the container is EXITED with code 128 and reason StartError, and this throws
   * Unknown with runc's text.
   */
  startContainer(containerId: string): Routine;
  /**
   * The stop signal, then SIGKILL after so many seconds (0: at once). Nothing to do for an unknown or ended one; DeadlineExceeded when even SIGKILL
   * does not end it.
   */
  stopContainer(containerId: string, timeoutSeconds: number): Routine;
  /** Kills it first if it runs. An unknown container is no error. */
  removeContainer(containerId: string): Routine;
  listContainers(filter?: ContainerFilter): readonly Container[];
  containerStatus(containerId: string): ContainerStatus;
  /** Changes the cgroup of a container as it runs; absent fields stay. Only `crictl update` calls it. */
  updateContainerResources(containerId: string, resources: LinuxContainerResources): void;
  /** After the log file was renamed (log rotation). Only `crictl logs --reopen` calls it; Unknown unless the container runs. */
  reopenContainerLog(containerId: string): void;
  /** For exec probes and lifecycle hooks. A status other than 0 is an answer; DeadlineExceeded after the timeout (0: none). */
  execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Routine<ExecSyncResponse>;
  /** The proto answers with a URL of a streaming server; here the session itself. */
  exec(request: ExecRequest): Routine<StreamSession>;
  attach(request: Omit<ExecRequest, 'cmd'>): Routine<StreamSession>;
  /** A connection to `127.0.0.1:port` inside the sandbox's network namespace. */
  portForward(podSandboxId: string, port: number): Routine<StreamSession>;
  /** Absent where a runtime does not know it. */
  checkpointContainer?(containerId: string, location: string): void;
  containerStats(containerId: string): ContainerStats;
  listContainerStats(filter?: ContainerFilter): readonly ContainerStats[];
  /** For runtimes that make their CNI configuration of the node's pod CIDR; those of the lab have nothing to do. Only crictl calls it. */
  updateRuntimeConfig(podCidr: string): void;
  /** Closed when the runtime stops. */
  getContainerEvents(): Channel<ContainerEvent>;
  /** A kubelet with dockershim refuses to start when its own cgroupDriver is another; `crictl runtime-config` shows it. */
  runtimeConfig(): { readonly cgroupDriver: 'SYSTEMD' | 'CGROUPFS' };
};

/** One line of `crictl images`. `size` in bytes as stored, compressed; `uid` or `username`, never both, is the USER of its config. */
export type CriImage = {
  /** `sha256:…` of the config. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: number;
  readonly username: string;
  /** The sandbox image is: it is not to be collected as garbage. */
  readonly pinned: boolean;
};
type ImageStatusResponse = { readonly image?: CriImage; readonly info: Readonly<Record<string, unknown>> };
type FilesystemUsage = {
  readonly timestamp: number;
  readonly fsId: { readonly mountpoint: string };
  readonly usedBytes: number;
  readonly inodesUsed: number;
};
/** From a pod's imagePullSecrets, or absent: the runtime's own configuration holds. */
export type AuthConfig = { readonly username?: string; readonly password?: string; readonly auth?: string; readonly serverAddress?: string };

/** cri-api pkg/apis/runtime/v1/api.proto ImageService. The kubelet and crictl call it; runtimes answer. Throws CriError. */
export type ImageService = {
  listImages(filter?: { readonly image?: ImageSpec }): readonly CriImage[];
  /** An unknown image is an answer without `image`, not an error. */
  imageStatus(image: ImageSpec, verbose: boolean): ImageStatusResponse;
  /**
   * Gives the image's reference (`sha256:…` of its config). NotFound, Unknown … with the registry's or containerd's text: what ends up in a pod's
   * ErrImagePull.
   */
  pullImage(image: ImageSpec, auth?: AuthConfig, sandboxConfig?: PodSandboxConfig): Routine<string>;
  /** All names of the image. An unknown one is no error. */
  removeImage(image: ImageSpec): void;
  /** Bytes and inodes in use, `timestamp` in virtual milliseconds; `crictl imagefsinfo` shows it. */
  imageFsInfo(): { readonly imageFilesystems: readonly FilesystemUsage[]; readonly containerFilesystems: readonly FilesystemUsage[] };
};

/** google.golang.org/grpc/codes, as Go prints them. */
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

/** Both services on the one socket, as containerd registers them. */
export type CriServer = { readonly runtime: RuntimeService; readonly image: ImageService };

/** Spoken on `unix:///run/containerd/containerd.sock`, `unix:///var/run/crio/crio.sock` or `unix:///run/cri-dockerd.sock`. */
export const criProtocol = defineProtocol<CriServer>('cri');
