/** Running other programs from a program: xargs, env, find -exec, timeout, watch … */
import { Errno } from '../linux/errno.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process, SpawnOptions } from '../linux/process.ts';
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { quote } from './quote.ts';
import { type Call, Failure } from './tool.ts';

/** Status that a command has which cannot be run: 127 not found, 126 found but not to be run. */
export const cannotRunStatus = (error: Errno): ExitCode => (error.code === 'ENOENT' ? 127 : 126);

/** Starts a command as a child. Throws Failure with 126 or 127. */
export function start(call: Call, argv: readonly string[], options: Omit<SpawnOptions, 'argv'> = {}): Process {
  try {
    return call.process.spawn({ ...options, argv });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Failure(`${quote(argv[0] ?? '')}: ${error.message}`, cannotRunStatus(error));
  }
}

/** Runs a command and waits for it. */
export function* run(call: Call, argv: readonly string[], options: Omit<SpawnOptions, 'argv'> = {}): Routine<ExitCode> {
  yield* call.out.flush();
  return yield* call.process.wait(start(call, argv, options));
}

/** Becomes the command, as exec does: same process, same descriptors. Throws Failure with 126 or 127. */
export function* become(call: Call, argv: readonly string[], options: { readonly quoted?: boolean } = {}): Routine<ExitCode> {
  yield* call.out.flush();
  const { process } = call;
  try {
    const { program, argv: words } = process.exec(argv);
    return yield* program(words, process);
  } catch (error) {
    if (!(error instanceof Errno) || process.argv !== call.argv) throw error;
    const name = options.quoted === false ? (argv[0] ?? '') : quote(argv[0] ?? '');
    throw new Failure(`${name}: ${error.message}`, cannotRunStatus(error));
  }
}

/** The child's descriptors: the parent's, with some replaced. Those given are taken over. */
export function descriptors(process: Process, replace: ReadonlyMap<number, OpenFile>): Map<number, OpenFile> {
  const fds = new Map<number, OpenFile>();
  for (const [fd, file] of process.fds) if (!replace.has(fd)) fds.set(fd, file.retain());
  for (const [fd, file] of replace) fds.set(fd, file);
  return fds;
}
