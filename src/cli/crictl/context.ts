/** One run of crictl: its flags, its configuration, its connections. */
import {
  type ContainerFilter,
  CriError,
  type CriServer,
  criProtocol,
  type ImageService,
  type PodSandboxFilter,
  type RuntimeService,
} from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { klogError, type LogLevel, logLine } from '../logrus.ts';
import { ConfigError, type CrictlConfig, configPath, emptyConfig, readConfig } from './config.ts';
import { goContainerFilter, goPodFilter, isLegacy, legacyEndpoints, legacyPlaces, unreachable } from './legacy.ts';

/** Ends the run with a `level=fatal` line. */
export class Fatal extends Error {}

/** Prints the command's help, with status 0: crictl's answer to too few arguments. */
export class ShowHelp extends Error {}

const defaultEndpoints = ['unix:///run/containerd/containerd.sock', 'unix:///run/crio/crio.sock', 'unix:///var/run/cri-dockerd.sock'];

export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly dash: number | undefined;
  readonly #global: Flags;
  config: CrictlConfig = emptyConfig();
  #fileFound = false;
  /** crictl of before 1.30. */
  readonly legacy: boolean;

  constructor(process: Process, parts: { readonly global: Flags; readonly flags: Flags; readonly args: readonly string[]; readonly dash: number | undefined }) {
    this.process = process;
    this.legacy = isLegacy(process);
    this.#global = parts.global;
    this.flags = parts.flags;
    this.args = parts.args;
    this.dash = parts.dash;
  }

  *loadConfig(quiet = false): Routine {
    const path = this.#global.text('config') || configPath;
    const explicit = this.#global.has('config') || (this.process.env['CRI_CONFIG_FILE'] ?? '') !== '';
    if (!this.process.fs.exists(path)) {
      if (this.legacy && !explicit) return;
      if (explicit) throw new Fatal(`load config file: stat ${path}: no such file or directory`);
      if (!quiet) yield* this.log('warning', `Config "${path}" does not exist, trying next: "/usr/local/bin/crictl.yaml"`);
      return;
    }
    try {
      this.config = readConfig(this.process, path);
      this.#fileFound = true;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (explicit) throw new Fatal(`load config file: ${error.message}`);
    }
  }

  get configPath(): string {
    return this.#global.text('config') || configPath;
  }

  get fileFound(): boolean {
    return this.#fileFound;
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  *log(level: LogLevel, message: string): Routine {
    yield* logLine(this.process, level, message);
  }

  *runtime(): Routine<RuntimeService> {
    const endpoint = this.#global.text('runtime-endpoint') || this.config.runtimeEndpoint;
    return (yield* this.#connect(endpoint, 'runtime')).runtime;
  }

  *image(): Routine<ImageService> {
    const flag = this.#global.text('image-endpoint');
    const endpoint = flag || this.config.imageEndpoint || this.#global.text('runtime-endpoint') || this.config.runtimeEndpoint;
    return (yield* this.#connect(endpoint, 'image')).image;
  }

  *#connect(endpoint: string, kind: 'runtime' | 'image'): Routine<CriServer> {
    yield* sleep(2);
    if (endpoint !== '') return this.#dial(endpoint, kind);
    const endpoints = this.legacy ? legacyEndpoints : defaultEndpoints;
    yield* this.log(
      'warning',
      `${kind === 'runtime' || this.legacy ? kind : 'Image'} connect using default endpoints: [${endpoints.join(' ')}]. As the default settings are now deprecated, you should set the endpoint instead.`,
    );
    let problem: Fatal | undefined;
    for (const each of endpoints) {
      try {
        return this.#dial(each, kind);
      } catch (error) {
        if (!(error instanceof Fatal)) throw error;
        problem = error;
        yield* this.log('error', error.message);
      }
    }
    throw problem ?? new Fatal('no endpoints');
  }

  #dial(endpoint: string, kind: 'runtime' | 'image'): CriServer {
    const protocol = /^([a-z]+):\/\//.exec(endpoint)?.[1];
    if (protocol !== undefined && protocol !== 'unix' && protocol !== 'tcp') throw new Fatal(`protocol ${JSON.stringify(protocol)} not supported`);
    const path = endpoint.replace(/^unix:\/\//, '');
    const shown = protocol === undefined ? `unix://${path}` : endpoint;
    const failed = (text: string): Fatal =>
      new Fatal(`validate service connection: validate CRI v1 ${kind} API for endpoint ${JSON.stringify(shown)}: rpc error: code = ${text}`);
    const unavailable = (text: string): Fatal =>
      failed(`Unavailable desc = connection error: desc = ${JSON.stringify(`transport: Error while dialing: dial unix ${path}: connect: ${text}`)}`);
    try {
      const inode = this.process.fs.stat(path);
      this.process.fs.check(inode, 2, path);
      if (inode.type !== 'socket') throw new Errno('ECONNREFUSED');
      return dialUnix(criProtocol, inode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const service = `unknown service runtime.v1.${kind === 'runtime' ? 'RuntimeService' : 'ImageService'}`;
      if (error.code === 'EPROTO' && this.legacy)
        throw new Fatal(
          `validate service connection: CRI v1 ${kind} API is not implemented for endpoint ${JSON.stringify(shown)}: rpc error: code = Unimplemented desc = ${service}`,
        );
      if (error.code === 'EPROTO') throw failed(`Unimplemented desc = ${service}`);
      if (this.legacy) return unreachable(path, error.message.toLowerCase());
      throw unavailable(error.message.toLowerCase());
    }
  }

  /** Runs a call; its failure prints the klog line of that call and ends the run with `prefix` before the error. */
  *call<T>(call: Call, prefix: string, work: () => Routine<T> | T): Routine<T> {
    try {
      const result = work();
      return isRoutine(result) ? yield* result : result;
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      const logged = this.legacy ? { ...call, ...call.legacy, place: call.legacy?.place ?? legacyPlaces[call.place ?? ''] ?? call.place } : call;
      if (logged.place) yield* klogError(this.process, logged.place, logged.message ?? '', [['err', JSON.stringify(error.message)], ...(logged.fields ?? [])]);
      throw new Fatal(`${prefix}${call.dropUnknown && !this.legacy && error.code === 'Unknown' ? error.desc : error.message}`);
    }
  }
}

/** How one RPC's failure is logged by the CRI client library. */
export type Call = {
  readonly place?: string;
  readonly message?: string;
  readonly fields?: readonly (readonly [string, string])[];
  readonly dropUnknown?: boolean;
  /** How crictl before 1.30 logged a call whose failure is no longer logged. */
  readonly legacy?: { readonly place: string; readonly message: string; readonly fields: readonly (readonly [string, string])[] };
};

const quoted = (text: string): string => JSON.stringify(text);
const container = (id: string): readonly (readonly [string, string])[] => [['containerID', quoted(id)]];
const cmdField = (id: string, cmd: readonly string[]): readonly (readonly [string, string])[] => [...container(id), ['cmd', JSON.stringify(cmd)]];

/** k8s.io/cri-client remote_runtime.go and remote_image.go. */
export const calls = {
  runPodSandbox: (): Call => ({ place: 'remote_runtime.go:237', message: 'RunPodSandbox from runtime service failed' }),
  createContainer: (pod: string): Call => ({
    place: 'remote_runtime.go:410',
    message: 'CreateContainer in sandbox from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  startContainer: (id: string): Call => ({ place: 'remote_runtime.go:435', message: 'StartContainer from runtime service failed', fields: container(id) }),
  containerStatus: (id: string): Call => ({ place: 'remote_runtime.go:569', message: 'ContainerStatus from runtime service failed', fields: container(id) }),
  update: (id: string): Call => ({ place: 'remote_runtime.go:599', message: 'UpdateContainerResources from runtime service failed', fields: container(id) }),
  execSync: (id: string, cmd: readonly string[]): Call => ({
    place: 'remote_runtime.go:636',
    message: 'ExecSync cmd from runtime service failed',
    fields: cmdField(id, cmd),
  }),
  exec: (id: string, cmd: readonly string[]): Call => ({
    place: 'remote_runtime.go:672',
    message: 'Exec cmd from runtime service failed',
    fields: cmdField(id, cmd),
  }),
  attach: (id: string): Call => ({ place: 'remote_runtime.go:701', message: 'Attach container from runtime service failed', fields: container(id) }),
  portForward: (pod: string): Call => ({
    place: 'remote_runtime.go:730',
    message: 'PortForward from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  pullImage: (image: string): Call => ({
    place: 'remote_image.go:250',
    message: 'PullImage from image service failed',
    fields: [['image', quoted(image)]],
    dropUnknown: true,
  }),
  listContainers: (filter: ContainerFilter): Call => ({
    legacy: {
      place: 'remote_runtime.go:390',
      message: 'ListContainers with filter from runtime service failed',
      fields: [['filter', quoted(goContainerFilter(filter))]],
    },
  }),
  listPodSandbox: (filter: PodSandboxFilter): Call => ({
    legacy: {
      place: 'remote_runtime.go:277',
      message: 'ListPodSandbox with filter from runtime service failed',
      fields: [['filter', quoted(goPodFilter(filter))]],
    },
  }),
  listImages: (): Call => ({
    legacy: {
      place: 'remote_image.go:119',
      message: 'ListImages with filter from image service failed',
      fields: [['filter', quoted('&ImageFilter{Image:&ImageSpec{Image:,Annotations:map[string]string{},},}')]],
    },
  }),
  plain: {} as Call,
};

const isRoutine = <T>(value: Routine<T> | T): value is Routine<T> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value && 'throw' in value;
