/** One run of buildctl: its connection and its messages. */
import { BuildError, type BuildkitApi, buildkitProtocol } from '../../interfaces/buildkit.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec, Flags } from '../flags.ts';

/** Ends the run with `error: …`. */
export class BuildctlError extends Error {}

type Run = (context: Context) => Routine<number | undefined>;
/** One command of the tree. */
export type BuildctlCommand = Command<Run>;

/** Made once a run. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly #address: string;

  constructor(process: Process, parts: { readonly global: Flags; readonly flags: Flags; readonly args: readonly string[] }) {
    this.process = process;
    this.flags = parts.flags;
    this.args = parts.args;
    this.#address = parts.global.text('addr').replace(/^unix:\/\//, '');
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  /** `doing`: what cannot be done without the daemon. */
  client(doing: string): BuildkitApi {
    const { fs } = this.process;
    try {
      const inode = fs.stat(this.#address);
      fs.check(inode, 2, this.#address);
      return dialUnix(buildkitProtocol, inode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new BuildctlError(
        `failed to ${doing}: Unavailable: connection error: desc = "transport: Error while dialing: dial unix ${this.#address}: connect: ${error.message.toLowerCase()}"`,
      );
    }
  }
}

export { BuildError };

const flag = (type: NonNullable<FlagSpec['type']>, names: string, usage: string, defaultValue?: string): FlagSpec => {
  const [name = '', short] = names.split(',');
  return { name, type, usage, ...(short === undefined ? {} : { short }), ...(defaultValue === undefined ? {} : { default: defaultValue }) };
};

/** Flags: `text('output,o', 'usage')`. */
export const text = (names: string, usage: string, defaultValue?: string): FlagSpec => flag('string', names, usage, defaultValue);
/** A flag: names as `rm` or `tty,t`. */
export const bool = (names: string, usage: string): FlagSpec => flag('bool', names, usage);
/** May be given several times. */
export const list = (names: string, usage: string): FlagSpec => flag('stringArray', names, usage);
