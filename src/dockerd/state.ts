/** What dockerd keeps below /var/lib/docker: it outlives the daemon. */
import type { CachedStep } from '../interfaces/buildkit.ts';
import type { ContainerConfig, ContainerStatus, HostConfig, MountPoint } from '../interfaces/docker.ts';
import { FileNode } from '../linux/file-node.ts';
import type { NetworkNamespace } from '../linux/network.ts';
import { Condition } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';

/** A container's place in a network. Without an address while the container does not run. */
export type Endpoint = {
  id: string;
  ip: string;
  mac: string;
  readonly aliases: readonly string[];
  readonly wantedIp: string | undefined;
  readonly wantedMac?: string | undefined;
  device: string;
};

/** One `-p`, as it was bound: `host` is never 0 here. */
export type PublishedPort = {
  readonly container: number;
  readonly protocol: 'tcp' | 'udp';
  readonly hostIp: string;
  readonly host: number;
  /** `-p` without an address: shown for IPv6 too. */
  readonly dual: boolean;
};

/** Somebody attached. */
type Client = { readonly stdout: ByteStream; readonly stderr?: ByteStream };

/** As `inspect` shows it; Start and End are virtual milliseconds here. */
export type HealthState = {
  Status: 'starting' | 'healthy' | 'unhealthy';
  FailingStreak: number;
  Log: readonly { readonly Start: number; readonly End: number; readonly ExitCode: number; readonly Output: string }[];
};

/** As in HostConfig, with the daemon's defaults filled in. */
export type LogConfig = { readonly Type: string; readonly Config: Readonly<Record<string, string>> };

/** Changed in place; `changed` is notified after each change of its state. */
export class Container {
  readonly id: string;
  readonly created: number;
  name: string;
  config: ContainerConfig;
  host: HostConfig;
  /** What was typed; the image's digest; its manifest's. */
  readonly image: string;
  readonly imageId: string;
  readonly imageName: string;
  readonly mounts: readonly MountPoint[];
  /** Volumes without a name of their own. */
  readonly anonymous: readonly string[];
  /** dockerd's data-root. */
  readonly root: string;
  /** The log driver, and its options. */
  readonly log: LogConfig;
  status: ContainerStatus = 'created';
  pid = 0;
  exitCode = 0;
  error = '';
  oomKilled = false;
  /** Of the present run, where there is a health check. */
  health: HealthState | undefined;
  startedAt = 0;
  finishedAt = 0;
  restartCount = 0;
  /** Ends in a row within ten seconds of the start: each doubles the wait before the next. */
  quickExits = 0;
  /** `stop` and `kill` end a restart policy until the next start. */
  stoppedByHand = false;
  removing = false;
  /** It ran when the daemon was told to end. */
  wasRunning = false;
  readonly endpoints = new Map<string, Endpoint>();
  ports: PublishedPort[] = [];
  sandbox: { readonly id: string; readonly path: string; readonly namespace: NetworkNamespace } | undefined;
  stdin: ByteStream | undefined;
  readonly clients = new Set<Client>();
  /** Processes that exec started, by exec id. */
  readonly execs = new Set<string>();
  /** How often it has ended: whoever waits for the next exit counts. */
  exits = 0;
  readonly changed = new Condition();

  constructor(
    parts: Pick<Container, 'id' | 'created' | 'name' | 'config' | 'host' | 'image' | 'imageId' | 'imageName' | 'mounts' | 'anonymous' | 'root' | 'log'>,
  ) {
    this.id = parts.id;
    this.created = parts.created;
    this.name = parts.name;
    this.config = parts.config;
    this.host = parts.host;
    this.image = parts.image;
    this.imageId = parts.imageId;
    this.imageName = parts.imageName;
    this.mounts = parts.mounts;
    this.anonymous = parts.anonymous;
    this.root = parts.root;
    this.log = parts.log;
  }

  get running(): boolean {
    return this.status === 'running' || this.status === 'paused';
  }

  get directory(): string {
    return `${this.root}/containers/${this.id}`;
  }

  get logPath(): string {
    const { Type } = this.log;
    if (Type === 'json-file') return `${this.directory}/${this.id}-json.log`;
    return `${this.directory}/${Type === 'local' ? 'local-logs/container.log' : 'container-cached.log'}`;
  }
}

/** `created` in virtual milliseconds; host and none have no subnet (''). */
export type NetworkRecord = {
  readonly id: string;
  readonly name: string;
  readonly driver: 'bridge' | 'host' | 'null';
  readonly created: number;
  readonly subnet: string;
  readonly gateway: string;
  readonly bridge: string;
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Where addresses are taken from, those that are not given away, options of the driver. */
  readonly ipRange?: string;
  readonly auxAddresses?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
  readonly attachable?: boolean;
  /** Its subnet was asked for. */
  readonly configured?: boolean;
};

/** `anonymous`: made for a VOLUME or a `-v` without a name, and removed with `rm -v`. */
export type VolumeRecord = {
  readonly name: string;
  readonly created: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly anonymous: boolean;
  /** Absent: a directory and no more. */
  readonly options?: Readonly<Record<string, string>>;
};

/** Where a volume's files are. */
export const volumePath = ({ root }: DockerState, name: string): string => `${root}/volumes/${name}/_data`;

/** All of it changed in place by one daemon at a time. */
export class DockerState {
  id = '';
  /** Where all of it lies: dockerd's data-root. */
  root = '/var/lib/docker';
  readonly containers = new Map<string, Container>();
  readonly networks = new Map<string, NetworkRecord>();
  readonly volumes = new Map<string, VolumeRecord>();
  /** BuildKit's cache, by the digest of all that led to a step. */
  readonly buildCache = new Map<string, CachedStep>();
}

/** The engine's own file: its id is what can be read of it. */
export class EngineFile extends FileNode {
  readonly state = new DockerState();
  constructor(now: number) {
    super({ mode: 0o600, uid: 0, gid: 0, mtime: now });
  }
  override read(): string {
    return this.state.id;
  }
}
