/** What the parts of CRI-O share: the machine, the storage, the runtimes, the log. */
import { ContainerEvents } from '../cri/events.ts';
import { timestamp } from '../cri/logs.ts';
import { directoryAt } from '../cri/pod-files.ts';
import { PodNetwork } from '../cri/pod-network.ts';
import type { CriContainer } from '../cri/records.ts';
import type { CriStore } from '../cri/store.ts';
import type { CniRuntime } from '../interfaces/cni.ts';
import { CriError, type Labels } from '../interfaces/cri.ts';
import type { RegistryServer } from '../interfaces/distribution.ts';
import type { OciRuntime } from '../interfaces/oci.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Milliseconds } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { CrioConfig, RuntimeHandler } from './config.ts';
import type { Conmon } from './conmon.ts';
import { unknown } from './references.ts';
import { Storage, type StorageState } from './storage.ts';

/** What CRI-O stands on. */
export type CrioParts = {
  /** Ends with the daemon's process, or with `stop`. */
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly files: FileSystem;
  readonly config: CrioConfig;
  /** Runs containers for crun and for runc alike. */
  readonly runtime: OciRuntime;
  readonly cni: CniRuntime;
  /** The registry at a host, over the node's network: may throw NetworkError; undefined where the name is not known. */
  readonly registry: (host: string) => RegistryServer | undefined;
  /** Why a registry cannot be reached by its name. */
  readonly unreachable: (address: string) => { readonly problem: string; readonly after: Milliseconds } | undefined;
  /** Writes to the daemon's standard error. */
  readonly log: (line: string) => void;
};

/** One request, as the log names it. */
export type Call = { info(text: string): void; warning(text: string): void };

/** What is shared. */
export class Context {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly files: FileSystem;
  config: CrioConfig;
  readonly runtime: OciRuntime;
  readonly network: PodNetwork;
  readonly registry: CrioParts['registry'];
  readonly unreachable: CrioParts['unreachable'];
  readonly storage: Storage;
  readonly store: CriStore;
  readonly conmons: Map<string, Conmon>;
  readonly events: ContainerEvents;
  readonly #log: (line: string) => void;

  constructor(parts: CrioParts, state: StorageState, conmons: Map<string, Conmon>) {
    this.kernel = parts.kernel;
    this.sim = parts.sim;
    this.files = parts.files;
    this.config = parts.config;
    this.runtime = parts.runtime;
    const { networkDir: confDir, pluginDir: binDir } = parts.config;
    this.network = new PodNetwork({ kernel: parts.kernel, sim: parts.sim, files: parts.files, cni: parts.cni, confDir, binDir, skipBroken: true });
    this.registry = parts.registry;
    this.unreachable = parts.unreachable;
    this.storage = new Storage(state, parts.kernel);
    this.store = state.cri;
    this.conmons = conmons;
    this.events = new ContainerEvents(() => this.now);
    this.#log = parts.log;
  }

  get now(): number {
    return this.kernel.now;
  }

  /** A line of the daemon itself. */
  log(level: string, text: string, more = ''): void {
    this.#log(logLine(this.sim.now, level, text, more));
  }

  /** `method`: `RuntimeService/RunPodSandbox`. */
  call(method: string): Call {
    const more = ` id=${this.sim.random.uuid()} name=/runtime.v1.${method}`;
    return { info: (text) => this.log('info', text, more), warning: (text) => this.log('warning', text, more) };
  }

  mustContainer(id: string): CriContainer {
    const container = this.store.container(id);
    if (!container) throw notFound('container', id, 'container');
    return container;
  }

  /** The runtime that a pod asks for by its handler. */
  handler(name: string): RuntimeHandler {
    const { runtimes, defaultRuntime } = this.config;
    const handler = runtimes.get(name === '' ? defaultRuntime : name);
    if (!handler) throw unknown(`failed to find runtime handler ${name} from runtime list map[${[...runtimes.keys()].sort().join(' ')}]`);
    return handler;
  }

  directory(path: string, mode?: number): DirectoryNode {
    return directoryAt(this.files, path, this.now, mode);
  }
}

/** pkg/truncindex's words, in those of the server. */
export const notFound = (what: 'container' | 'pod', id: string, kind: string): CriError =>
  new CriError('NotFound', `could not find ${what} ${JSON.stringify(id)}: ${kind} with ID starting with ${id} not found: ID does not exist`);

/** `time="2026-11-22 09:00:01.123456789Z" level=info msg="…"` */
export const logLine = (now: number, level: string, text: string, more = ''): string =>
  `time="${timestamp(now).replace('T', ' ')}" level=${level} msg=${JSON.stringify(text)}${more}`;

/** `default/web/nginx` */
export const describe = (labels: Labels = {}, container = labels['io.kubernetes.container.name'] ?? ''): string =>
  `${labels['io.kubernetes.pod.namespace'] ?? ''}/${labels['io.kubernetes.pod.name'] ?? ''}/${container}`;
