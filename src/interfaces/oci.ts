/** OCI runtime spec 1.3: the operations of a low-level runtime and the part of config.json that the lab models. */
import type { Condition, Routine } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';
import type { FarTerminal } from './streams.ts';

/** A filter of system calls as Docker and runtimes read it (runtime-spec config-linux.md#seccomp). */
export type SeccompProfile = {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly syscalls?: readonly {
    readonly names?: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args?: readonly unknown[];
  }[];
};

/** A bundle's config.json. Written by containerd's clients, CRI plugins and `runc spec`; read by runc. */
export type OciSpec = {
  readonly ociVersion: string;
  readonly process: {
    readonly terminal?: boolean;
    readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids?: readonly number[]; readonly umask?: number };
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly capabilities?: Readonly<Record<string, readonly string[]>>;
    readonly oomScoreAdj?: number;
    readonly noNewPrivileges?: boolean;
    readonly apparmorProfile?: string;
    readonly rlimits?: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
  };
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly hostname?: string;
  readonly domainname?: string;
  readonly mounts: readonly { readonly destination: string; readonly type: string; readonly source: string; readonly options?: readonly string[] }[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux: {
    readonly resources?: {
      readonly cpu?: { readonly shares?: number; readonly quota?: number; readonly period?: number };
      readonly memory?: { readonly limit?: number };
      readonly pids?: { readonly limit?: number };
      /** Files of the cgroup (v2) and what is written to them. */
      readonly unified?: Readonly<Record<string, string>>;
    };
    readonly cgroupsPath?: string;
    /** `net.core.somaxconn` and its value. */
    readonly sysctl?: Readonly<Record<string, string>>;
    /** Without `syscalls`: a runtime's own filter, of which the lab's kernel asks nothing. */
    readonly seccomp?: SeccompProfile;
    /** `path` joins an existing namespace (`/proc/123/ns/net`, `/run/netns/cni-…`); without it a new one is made. */
    readonly namespaces: readonly { readonly type: 'pid' | 'network' | 'ipc' | 'uts' | 'mount' | 'cgroup' | 'user'; readonly path?: string }[];
    /** Of a new user namespace. */
    readonly uidMappings?: readonly { readonly containerID: number; readonly hostID: number; readonly size: number }[];
    readonly maskedPaths?: readonly string[];
    readonly readonlyPaths?: readonly string[];
  };
};

/** runc libcontainer: `created` waits for `start` in its exec fifo; `stopped` still has its state on disk until `delete`. */
export type OciStatus = 'creating' | 'created' | 'running' | 'paused' | 'stopped';
/** `runc state`; `created` is virtual milliseconds since 1970, `pid` 0 once stopped. */
export type OciState = {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: OciStatus;
  readonly pid: number;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: number;
  readonly owner: string;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** The ends that the runtime's caller (a shim) holds; closed by the process's end. With a terminal stdout carries all. */
export type OciStdio = {
  readonly stdin?: ByteStream;
  readonly stdout?: ByteStream;
  readonly stderr?: ByteStream;
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** The process gets its caller's own descriptors 0, 1 and 2: `runc create` and `runc run -d`. */
  readonly inherit?: boolean;
};

/** Failure of the runtime: text as runc prints it, without `level=error msg=`. */
export class OciError extends Error {
  /** Without the name of the command that failed: `runc create failed: `, `exec failed: `. */
  get reason(): string {
    return this.message.replace(/^(?:runc create failed|exec failed): /, '');
  }
}

/** What a container's cgroup has counted and what bounds it there; no number where there is no limit. */
export type OciStats = {
  readonly pids: { readonly current: number; readonly limit?: number };
  readonly memory: { readonly usage: number; readonly limit?: number; readonly oomKills: number };
  readonly cpuMicros: number;
};

/** A container's first process, or one of `exec`, as its shim sees it. */
export type OciProcess = {
  readonly pid: number;
  /** 128 + signal when it was killed; undefined while it runs. */
  exitStatus(): number | undefined;
  oomKilled(): boolean;
  readonly exited: Condition;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  /** The terminal that it runs on, for whoever stands before it at a distance. */
  readonly terminal?: FarTerminal;
};

/**
 * Calls throw OciError with runc's text. Called by containerd, CRI-O and the runc command; runc/ answers. `root` is the state
 * directory, e.g. `/run/containerd/runc/k8s.io`: ids are unique in it.
 */
export type OciRuntime = {
  create(root: string, id: string, bundle: string, stdio: OciStdio, parent: number, options?: { readonly systemdCgroup?: boolean }): Routine<OciProcess>;
  start(root: string, id: string): Routine;
  kill(root: string, id: string, signal: string): void;
  /** Throws unless stopped, or forced. */
  delete(root: string, id: string, force?: boolean): Routine;
  exec(root: string, id: string, process: OciSpec['process'], stdio: OciStdio, parent: number): Routine<OciProcess>;
  state(root: string, id: string): OciState;
  list(root: string): readonly OciState[];
  pause(root: string, id: string): void;
  resume(root: string, id: string): void;
  /** Processes of the container. */
  ps(root: string, id: string): readonly number[];
  update(root: string, id: string, resources: NonNullable<OciSpec['linux']['resources']>): void;
  stats(root: string, id: string): OciStats;
};
