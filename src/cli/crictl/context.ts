/** One run of crictl: its flags, its configuration, its connections. */
import { CriError, type CriServer, criProtocol, type ImageService, type RuntimeService } from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { klogError, type LogLevel, logLine } from '../logrus.ts';
import type { Call } from './calls.ts';
import { ConfigError, type CrictlConfig, configPath, emptyConfig, readConfig } from './config.ts';
import { isLegacy, legacyEndpoints, legacyPlaces, unreachable } from './legacy.ts';

/** Ends the run with a `level=fatal` line. */
export class Fatal extends Error {}

/** Ends the run with a line of its own: urfave's cli.Exit. */
export class Exit extends Error {}

/** Prints the command's help, with status 0: crictl's answer to too few arguments. */
export class ShowHelp extends Error {}

/** Where the configuration is looked for next: the program's own folder. */
const besideProgram = '/usr/local/bin/crictl.yaml';
const defaultEndpoints = ['unix:///run/containerd/containerd.sock', 'unix:///run/crio/crio.sock', 'unix:///var/run/cri-dockerd.sock'];

/** Made once a run; connections are dialed when they are first needed. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly dash: number | undefined;
  readonly #global: Flags;
  config: CrictlConfig = emptyConfig();
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

  *loadConfig(): Routine {
    let path = this.configPath;
    const explicit = this.#global.has('config') || (this.process.env['CRI_CONFIG_FILE'] ?? '') !== '';
    if (!this.process.fs.exists(path)) {
      if (this.legacy && !explicit) return;
      yield* this.log('warning', `Config "${path}" does not exist, trying next: "${besideProgram}"`);
      path = besideProgram;
      if (explicit && !this.process.fs.exists(path)) throw new Fatal(`load config file: stat ${path}: no such file or directory`);
      if (!this.process.fs.exists(path)) return;
    }
    try {
      this.config = readConfig(this.process, path);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (explicit) throw new Fatal(`load config file: ${error.message}`);
    }
  }

  get configPath(): string {
    return this.#global.text('config') || configPath;
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  *log(level: LogLevel, message: string): Routine {
    yield* logLine(this.process, level, message);
  }

  /** With --debug only. */
  *debug(message: string): Routine {
    if (this.#global.has('debug') ? this.#global.bool('debug') : this.config.debug) yield* this.log('debug', message);
  }

  *runtime(): Routine<RuntimeService> {
    if (this.#global.has('runtime-endpoint') && this.#global.text('runtime-endpoint') === '') throw new Fatal('--runtime-endpoint is not set');
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
    yield* this.debug(`Get ${kind} connection`);
    if (kind === 'runtime' && !this.legacy) yield* this.debug(`Using runtime connection timeout: ${this.#timeout()}`);
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

  #timeout(): string {
    if (this.#global.has('timeout')) return this.#global.text('timeout');
    return `${this.config.timeout > 0 ? this.config.timeout : 2}s`;
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
      return dialUnix(criProtocol, inode, this.process, path);
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
      if (logged.place) yield* this.logFailure(error, logged);
      throw new Fatal(`${prefix}${call.dropUnknown && !this.legacy && error.code === 'Unknown' ? error.desc : error.message}`);
    }
  }

  /** The klog line of a call that failed. */
  *logFailure(error: CriError, { place = '', message = '', fields = [] }: Call): Routine {
    yield* klogError(this.process, place, message, [['err', JSON.stringify(error.message)], ...fields]);
  }
}

const isRoutine = <T>(value: Routine<T> | T): value is Routine<T> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value && 'throw' in value;
