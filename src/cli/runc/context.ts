/** One run of runc: its state directory, its runtime, its messages. */
import { OciError, type OciRuntime, type OciState } from '../../interfaces/oci.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec, Flags } from '../flags.ts';

/** Ends the run with `level=error msg=…`. */
export class RuncError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** What the lab does not have, in its own words; exit status 70. */
export class NotSimulated extends Error {}

type Run = (context: Context) => Routine<number | undefined>;
/** One command of the table. */
export type RuncCommand = Command<Run>;

/** Made once a run. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly global: Flags;
  readonly runtime: OciRuntime;
  /** The directory with the state of containers. */
  readonly root: string;

  constructor(
    process: Process,
    parts: { readonly global: Flags; readonly flags: Flags; readonly args: readonly string[]; readonly runtime: OciRuntime; readonly root: string },
  ) {
    this.process = process;
    this.global = parts.global;
    this.flags = parts.flags;
    this.args = parts.args;
    this.runtime = parts.runtime;
    this.root = parts.root;
  }

  get id(): string {
    return this.args[0] ?? '';
  }

  /** libcontainer validateID. */
  checkId(): void {
    const { id } = this;
    if (id === '') throw new RuncError('container id cannot be empty');
    if (!/^[\w+.-]+$/.test(id) || id === '.' || id === '..') throw new RuncError('invalid container ID format');
  }

  /** The container that the first argument names: libcontainer.Load. */
  load(): OciState {
    const { id } = this;
    this.checkId();
    this.checkAccess(`${this.root}/${id}/state.json`);
    return this.runtime.state(this.root, id);
  }

  /** The state belongs to root, and so does what is done with it. */
  checkAccess(path: string): void {
    if (this.process.uid !== 0 && this.process.fs.exists(this.root)) throw new RuncError(`open ${path}: permission denied`);
  }

  /** `runc kill failed` and its kin are the bare texts of libcontainer. */
  *print(text: string): Routine {
    yield* this.process.print(text);
  }
}

/** An error of the runtime under the name of the command that met it. */
export const under = (command: string, error: OciError): RuncError => new RuncError(`${command} failed: ${error.reason}`);

const flag = (type: NonNullable<FlagSpec['type']>, names: string, usage: string, defaultValue?: string): FlagSpec => {
  const [name = '', short] = names.split(',');
  return { name, type, usage, ...(short === undefined ? {} : { short }), ...(defaultValue === undefined ? {} : { default: defaultValue }) };
};

/** Flags: `text('bundle,b', 'usage')`. */
export const text = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('string', names, usage, defaultValue);
/** A flag: names as `force,f`. */
export const bool = (names: string, usage: string): FlagSpec => flag('bool', names, usage);
/** As bool, with a whole number. */
export const int = (names: string, usage: string): FlagSpec => flag('int', names, usage);
/** May be given several times. */
export const list = (names: string, usage: string): FlagSpec => flag('stringArray', names, usage);
/** Go's form. */
export const duration = (names: string, usage: string, defaultValue: string): FlagSpec => flag('duration', names, usage, defaultValue);

export { OciError };
