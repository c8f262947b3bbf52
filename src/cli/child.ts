/** Other programs that a command-line tool starts: found in PATH, their output taken or passed on. */
import { isErrno } from '../linux/errno.ts';
import { Sink } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';

/** os/exec's text when a program is not in PATH, else undefined. */
export function missingProgram(process: Process, name: string): string | undefined {
  const found = (process.env['PATH'] ?? '').split(':').some((folder) => process.fs.exists(`${folder}/${name}`));
  return found ? undefined : `exec: ${JSON.stringify(name)}: executable file not found in $PATH`;
}

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end. `stderr` goes on to the caller's where it is not wanted. */
export function* runChild(
  process: Process,
  argv: readonly string[],
  options: { readonly stderr?: 'take' | 'pass'; readonly env?: Readonly<Record<string, string>> } = {},
): Routine<Ended> {
  const taken = { stdout: '', stderr: '' };
  const take = (name: keyof typeof taken): Sink =>
    new Sink((text) => {
      taken[name] += text;
    });
  const fds = new Map([
    [0, process.stdin.retain()],
    [1, take('stdout')],
    [2, options.stderr === 'take' ? take('stderr') : process.stderr.retain()],
  ] as const);
  try {
    const child = process.spawn({ argv, fds, ...(options.env ? { env: { ...process.env, ...options.env } } : {}) });
    const status = yield* process.wait(child);
    return { status, ...taken };
  } catch (error) {
    if (!isErrno(error)) throw error;
    return { status: 127, stdout: taken.stdout, stderr: `fork/exec ${argv[0]}: ${error.message.toLowerCase()}` };
  }
}
