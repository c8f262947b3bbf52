/** One run of docker: its connection, its messages. */
import { type DockerApi, DockerError, dockerProtocol } from '../../interfaces/docker.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, releaseOf } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec, Flags } from '../flags.ts';
import { missingContext } from './context-store.ts';

/** Ends the run with a message on standard error. */
export class CliError extends Error {
  readonly status: number;
  /** There is no daemon to ask. */
  readonly unreachable: boolean;
  constructor(message: string, status = 1, unreachable = false) {
    super(message);
    this.status = status;
    this.unreachable = unreachable;
  }
}

/** A command line that cannot be: `docker: …`, and where help is. */
export class HelpError extends CliError {
  constructor(message: string) {
    super(message, 125);
  }
}

/** A flag's value that cannot be: told with the command's usage. */
export class ValueError extends CliError {
  constructor(message: string, value: string, flag: string) {
    super(`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(flag)} flag: ${message}`, 125);
  }
}

/** Gives the exit status; nothing is 0. */
export type Run = (context: Context) => Routine<number | undefined>;
/** One command of the table. */
export type DockerCommand = Command<Run> & {
  /** How many arguments: at least, at most. */
  readonly takes?: readonly [least: number, most: number];
  /** A daemon's error is told as the command `docker` itself, with a hint at the help, and ends with 125. */
  readonly prefixed?: boolean;
};

/** Made once a run; `client()` dials the daemon. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** The arguments after `--` or the first one that is no flag, as they were typed. */
  readonly path: string;
  readonly #host: string;

  constructor(process: Process, parts: { readonly flags: Flags; readonly args: readonly string[]; readonly host: string; readonly path: string }) {
    this.process = process;
    this.flags = parts.flags;
    this.args = parts.args;
    this.path = parts.path;
    this.#host = parts.host;
  }

  arg(index: number): string {
    return this.args[index] ?? '';
  }

  *print(text: string): Routine {
    yield* this.process.print(text);
  }

  *printError(text: string): Routine {
    yield* this.process.printError(text);
  }

  /** Docker 20.10. */
  get old(): boolean {
    return Number.parseInt(releaseOf(this.process) ?? '29', 10) < 23;
  }

  get host(): string {
    return this.#host;
  }

  client(): DockerApi {
    const path = this.#host.replace(/^unix:\/\//, '');
    if (this.#host.startsWith('context:'))
      throw new CliError(`Failed to initialize: unable to resolve docker endpoint: ${missingContext(this.process, this.#host.slice(8))}`);
    if (!this.#host.startsWith('unix://')) throw new CliError(`k8s-lab: docker with DOCKER_HOST=${this.#host} is not simulated`, 70);
    try {
      const inode = this.process.fs.stat(path);
      this.process.fs.check(inode, 2, path);
      return dialUnix(dockerProtocol, inode, this.process, path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (this.old) throw new CliError(oldUnreachable(error, this.#host), 1, true);
      if (error.code === 'EACCES') throw new CliError(`permission denied while trying to connect to the docker API at ${this.#host}`, 1, true);
      throw new CliError(
        `failed to connect to the docker API at ${this.#host}; check if the path is correct and if the daemon is running: dial unix ${path}: connect: ${error.message.toLowerCase()}`,
        1,
        true,
      );
    }
  }

  /** Each argument in turn; what fails is told at the end, and the status is then 1. */
  *each(args: readonly string[], work: (arg: string) => Routine<string | undefined>): Routine<number> {
    const failed: string[] = [];
    for (const arg of args) {
      try {
        const text = yield* work(arg);
        if (text !== undefined) yield* this.print(`${text}\n`);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        failed.push(daemonText(error));
      }
    }
    if (failed.length > 0) yield* this.printError(`${failed.join('\n')}\n`);
    return failed.length > 0 ? 1 : 0;
  }
}

/** What 20.10 says when there is no daemon, or none for this user. */
const oldUnreachable = (error: Errno, host: string): string =>
  error.code === 'EACCES'
    ? `Got permission denied while trying to connect to the Docker daemon socket at ${host}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/json": dial unix /var/run/docker.sock: connect: permission denied`
    : `Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`;

/** What the lab does not simulate is said in its own name. */
export const daemonText = (error: DockerError): string =>
  error.message.startsWith('k8s-lab: ') ? error.message : `Error response from daemon: ${error.message}`;

/** JSON as docker prints it: four blanks. */
export const json = (value: unknown): string => JSON.stringify(value, null, 4);

const flag = (type: NonNullable<FlagSpec['type']>, names: string, usage: string, more: Partial<FlagSpec> = {}): FlagSpec => {
  const [name = '', short] = names.split(',');
  return { name, type, usage, ...(short === undefined ? {} : { short }), ...more };
};

/** Flags: `text('format,f', 'usage')`. */
export const text = (names: string, usage: string, more: Partial<FlagSpec> = {}): FlagSpec => flag('string', names, usage, more);
/** A flag: names as `rm` or `tty,t`. */
export const bool = (names: string, usage: string, more: Partial<FlagSpec> = {}): FlagSpec => flag('bool', names, usage, more);
/** As bool, with a whole number. */
export const int = (names: string, usage: string, more: Partial<FlagSpec> = {}): FlagSpec => flag('int', names, usage, more);
/** May be given several times. */
export const list = (names: string, usage: string, more: Partial<FlagSpec> = {}): FlagSpec => flag('stringArray', names, usage, { valueName: 'list', ...more });

/** A leaf of the tree. */
export const command = (
  name: string,
  short: string,
  usage: string,
  takes: readonly [number, number],
  flags: readonly FlagSpec[],
  run: Run,
  more: Partial<DockerCommand> = {},
): DockerCommand => ({
  name,
  short,
  usage,
  takes,
  flags,
  run,
  ...more,
});

/** As many arguments as one likes. */
export const any = Number.POSITIVE_INFINITY;

/** `a=b` or `a` as pairs. */
export const pairs = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((each) => (each.includes('=') ? [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] : [each, ''])));

/** Asks before something is thrown away; `--force` does not ask. */
export function* confirm(context: Context, warning: string): Routine {
  if (context.flags.bool('force')) return;
  yield* context.print(`WARNING! ${warning}\nAre you sure you want to continue? [y/N] `);
  const answer = (yield* context.process.stdin.read()) ?? '';
  // What was cancelled is no failure, and nothing is said of it (cmd/docker).
  if (!/^y$/i.test((answer.split('\n')[0] ?? '').trim())) throw new Exit(0);
}
