/** One run of ctr: its namespace, its connection, its messages. */

import type { CniRuntime } from '../../interfaces/cni.ts';
import { type ContainerdApi, containerdProtocol, identifierProblem } from '../../interfaces/containerd.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec, Flags } from '../flags.ts';
import { type LogLevel, logLine } from '../logrus.ts';

/** Ends the run with `ctr: …`. */
export class CtrError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

type Run = (context: Context) => Routine<number | undefined>;
/** One command of the tree. */
export type CtrCommand = Command<Run>;

type ContextParts = {
  readonly global: Flags;
  readonly group: Flags | undefined;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly help: (alone: boolean) => string;
  /** Whether what is asked of the daemon lies in a namespace. */
  readonly namespaced: boolean;
  /** go-cni, which is linked into the program. */
  readonly cni: () => CniRuntime;
};

/** Made once a run. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly namespace: string;
  /** Flags of the group that the command belongs to (`ctr snapshots --snapshotter native ls`). */
  readonly group: Flags | undefined;
  readonly #address: string;
  readonly #help: (alone: boolean) => string;
  readonly #parts: ContextParts;

  constructor(process: Process, parts: ContextParts) {
    this.#parts = parts;
    this.#help = parts.help;
    this.process = process;
    this.flags = parts.flags;
    this.args = parts.args;
    this.group = parts.group;
    this.namespace = parts.global.text('namespace');
    this.#address = parts.global.text('address');
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  /** cli.ShowSubcommandHelp: what some commands answer to a wrong number of arguments, with status 0. `alone`: without the help command. */
  *help(alone = false): Routine<number> {
    yield* this.print(this.#help(alone));
    return 0;
  }

  *log(level: LogLevel, message: string, error?: string): Routine {
    yield* logLine(this.process, level, message, error === undefined ? {} : { error });
  }

  cni(): CniRuntime {
    return this.#parts.cni();
  }

  client(): ContainerdApi {
    const path = this.#address.replace(/^unix:\/\//, '');
    try {
      const inode = this.process.fs.stat(path);
      this.process.fs.check(inode, 2, path);
      const client = dialUnix(containerdProtocol, inode, this.process, path);
      if (this.#parts.namespaced) checkNamespace(this.namespace);
      return client;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === 'ENOENT') throw new CtrError(`cannot access socket ${path}: stat ${path}: no such file or directory`);
      throw new CtrError(`connection error: desc = "transport: Error while dialing: dial unix ${path}: connect: ${error.message.toLowerCase()}"`);
    }
  }
}

/** Each service of the daemon checks it (pkg/namespaces NamespaceRequired). */
function checkNamespace(name: string): void {
  if (name === '') throw new CtrError('namespace is required: failed precondition');
  const wrong = identifierProblem(name);
  if (wrong !== undefined) throw new CtrError(`namespace validation: ${wrong}`);
}

const flag = (type: NonNullable<FlagSpec['type']>, names: string, usage: string, defaultValue?: string): FlagSpec => {
  const [name = '', ...others] = names.split(',');
  const short = others.find((each) => each.length === 1);
  const aliases = others.filter((each) => each.length > 1);
  return {
    name,
    type,
    usage,
    ...(short === undefined ? {} : { short }),
    ...(aliases.length > 0 ? { aliases } : {}),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
};

/** Flags: `text('namespace,n', 'usage')`. */
export const text = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('string', names, usage, defaultValue);
/** A flag: names as `rm` or `quiet,q`. */
export const bool = (names: string, usage: string): FlagSpec => flag('bool', names, usage);
/** As bool, with a whole number. */
export const int = (names: string, usage: string): FlagSpec => flag('int', names, usage);
/** As bool, with a number. */
export const float = (names: string, usage: string): FlagSpec => flag('float', names, usage);
/** May be given several times. */
export const list = (names: string, usage: string): FlagSpec => flag('stringArray', names, usage);
/** Go's form. */
export const duration = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('duration', names, usage, defaultValue);

/** `k=v` arguments; an argument without `=` means `true` (cmd/ctr/commands LabelArgs). */
export const labelArgs = (args: readonly string[]): Record<string, string> =>
  Object.fromEntries(args.map((arg) => (arg.includes('=') ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg, 'true'])));

/** Sorted by key, with commas. */
export const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
