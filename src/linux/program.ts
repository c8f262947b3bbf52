import type { Routine } from '../sim/routine.ts';
import type { Process } from './process.ts';

/** 0 to 255, as `$?` shows it. */
export type ExitCode = number;

/** Anything with a place in PATH: kubectl in the learner's shell, nginx in a container, sh itself. argv[0] is the name it was called by. */
export type Program = (argv: readonly string[], process: Process) => Routine<ExitCode>;

/** What an argv comes to: what runs, and the argv that it is given. */
export type Runnable = { readonly program: Program; readonly argv: readonly string[] };

/** Finds a Program by the name that an executable file carries (see FileNode.program). */
export type ProgramTable = { get(name: string): Program | undefined };

/** What stands after the `@` of an executable's program: `kubelet@v1.23.17` is the kubelet, told which release it is. */
export function releaseOf(process: Process): string | undefined {
  const inode = process.exe === '' ? undefined : process.fs.find(process.exe);
  return inode?.type === 'file' ? inode.program?.split('@')[1] : undefined;
}

/** The table with each program's releases: what is not there as `name@release` is looked for as `name`. */
export const withReleases = (table: ProgramTable): ProgramTable => ({ get: (name) => table.get(name) ?? table.get(name.split('@')[0] as string) });

/** Thrown by a program to end itself at once with this status (exit(3)). */
export class Exit extends Error {
  readonly status: ExitCode;
  constructor(status: ExitCode) {
    super(`exit ${status}`);
    this.status = status;
  }
}
