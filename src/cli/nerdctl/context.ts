/** One run of nerdctl: its namespace, its connection, its state on disk, its messages. */
import { createHash } from 'node:crypto';
import type { CniRuntime } from '../../interfaces/cni.ts';
import { type ContainerdApi, containerdProtocol, identifierProblem } from '../../interfaces/containerd.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec, Flags } from '../flags.ts';
import { type LogLevel, logLine } from '../logrus.ts';

/** Ends the run with a `level=fatal` line. */
export class NerdctlError extends Error {
  readonly fields: Readonly<Record<string, string>>;
  constructor(message: string, fields: Readonly<Record<string, string>> = {}) {
    super(message);
    this.fields = fields;
  }
}

/** What the lab does not have, in its own words; exit status 70. */
export class NotSimulated extends Error {
  constructor(what: string) {
    super(`k8s-lab: ${what} is not simulated`);
  }
}

/** Gives the exit status; nothing is 0. */
export type Run = (context: Context) => Routine<number | undefined>;
/** One command of the tree. */
export type NerdctlCommand = Command<Run>;

type ContextParts = {
  readonly global: Flags;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** `nerdctl image ls`. */
  readonly path: string;
  /** Flags between `compose` and its subcommand. */
  readonly group?: Flags | undefined;
  /** libcni, which is linked into the program. */
  readonly cni: (process: Process) => CniRuntime;
};

/** Made once a run. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly path: string;
  readonly global: Flags;
  readonly namespace: string;
  readonly address: string;
  readonly snapshotter: string;
  /** `/var/lib/nerdctl/<hash of the socket's address>`. */
  readonly dataStore: string;
  readonly #parts: ContextParts;

  constructor(process: Process, parts: ContextParts) {
    this.process = process;
    this.#parts = parts;
    this.flags = parts.flags;
    this.args = parts.args;
    this.path = parts.path;
    this.global = parts.global;
    const { global } = parts;
    this.namespace = global.text('namespace');
    this.address = (global.text('host') || global.text('address')).replace(/^unix:\/\//, '');
    this.snapshotter = global.text('storage-driver') || global.text('snapshotter');
    this.dataStore = `${global.text('data-root')}/${createHash('sha256').update(this.address).digest('hex').slice(0, 8)}`;
  }

  /** The same run with other flags and arguments, as when compose starts nerdctl. */
  with(flags: Flags, args: readonly string[]): Context {
    return new Context(this.process, { ...this.#parts, flags, args });
  }

  /** The same settings in another process: the one that logs. */
  on(process: Process): Context {
    return new Context(process, this.#parts);
  }

  get group(): Flags {
    return this.#parts.group ?? this.flags;
  }

  get cni(): CniRuntime {
    return this.#parts.cni(this.process);
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  *log(level: LogLevel, message: string, fields: Readonly<Record<string, string>> = {}): Routine {
    yield* logLine(this.process, level, message, fields);
  }

  client(): ContainerdApi {
    const path = this.address;
    const problem = identifierProblem(this.namespace);
    if (problem !== undefined) throw new NerdctlError(`namespace validation: ${problem}`);
    try {
      const inode = this.process.fs.stat(path);
      this.process.fs.check(inode, 2, path);
      return dialUnix(containerdProtocol, inode, this.process, path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === 'ENOENT') throw new NerdctlError(`cannot access containerd socket ${JSON.stringify(path)}: no such file or directory`);
      throw new NerdctlError(`cannot access containerd socket ${JSON.stringify(path)}: ${error.message.toLowerCase()}`);
    }
  }
}

const flag = (type: NonNullable<FlagSpec['type']>, names: string, usage: string, defaultValue?: string): FlagSpec => {
  const [name = '', short] = names.split(',');
  return { name, type, usage, ...(short === undefined ? {} : { short }), ...(defaultValue === undefined ? {} : { default: defaultValue }) };
};

/** Flags: `text('name,n', 'usage', default)`. */
export const text = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('string', names, usage, defaultValue);
/** A flag: names as `rm` or `tty,t`. */
export const bool = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('bool', names, usage, defaultValue);
/** As bool, with a whole number. */
export const int = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('int', names, usage, defaultValue);
/** As bool, with a number. */
export const float = (names: string, usage: string): FlagSpec => flag('float', names, usage);
/** May be given several times; commas stay. */
export const list = (names: string, usage: string): FlagSpec => flag('stringArray', names, usage);
/** May be given several times, or with commas. */
export const slice = (names: string, usage: string): FlagSpec => flag('stringSlice', names, usage);
/** Go's form: `1m30s`. */
export const duration = (names: string, usage: string): FlagSpec => flag('duration', names, usage);

/** cobra.MinimumNArgs and its kin, with cobra's texts. */
export function needArgs({ args }: Context, min: number, max = Number.POSITIVE_INFINITY): void {
  if (min === max && args.length !== min) throw new NerdctlError(`accepts ${min} arg(s), received ${args.length}`);
  if (args.length < min) throw new NerdctlError(`requires at least ${min} arg(s), only received ${args.length}`);
  if (args.length > max) throw new NerdctlError(`accepts at most ${max} arg(s), received ${args.length}`);
}

/** `k=v` arguments; an argument without `=` means the empty value. */
export const labelArgs = (args: readonly string[]): Record<string, string> =>
  Object.fromEntries(args.map((arg) => (arg.includes('=') ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg, ''])));
