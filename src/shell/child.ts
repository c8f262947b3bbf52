/** Child processes of a shell: forking, running to the end, waiting in the foreground. */
import { Errno, isErrno } from '../linux/errno.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process, SpawnOptions } from '../linux/process.ts';
import type { ExitCode } from '../linux/program.ts';
import { signalNumbers } from '../linux/signals.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { Discard, ExitShell, LoopJump, Replace, Return, ShellError } from './flow.ts';
import { deathText, type Job, jobLine, jobState, stateText } from './job-table.ts';
import type { Shell } from './shell.ts';
import { runExitTrap } from './traps.ts';

/** A fork takes about this long on a small machine; a fork bomb thereby moves the clock. */
const forkCost = 0.5;

/** bash tries again after so many seconds when there is no room for another process (jobs.c, make_child). */
const retryAfterSeconds = [1, 2, 4, 8];

/** fork(2) as bash does it: tries again for a while when the limit of processes is reached. */
export function* fork(shell: Shell, options: SpawnOptions): Routine<Process> {
  shell.owed += forkCost;
  if (shell.owed >= 1) yield* shell.pause();
  for (const seconds of [...retryAfterSeconds, undefined]) {
    try {
      return shell.process.spawn(options);
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) throw error;
      yield* shell.complain(seconds === undefined ? 'fork: Resource temporarily unavailable' : 'fork: retry: Resource temporarily unavailable');
      if (seconds !== undefined) yield* sleep(seconds * 1000);
    }
  }
  throw new Discard(254);
}

/** Starts a copy of the shell as a child process. */
export function* forkShell(
  shell: Shell,
  body: (child: Shell) => Routine<ExitCode>,
  options: Pick<SpawnOptions, 'fds' | 'group'> & { readonly foreground?: boolean },
): Routine<Process> {
  let child: Shell | undefined;
  const process = yield* fork(shell, {
    argv: shell.process.argv,
    program: function* () {
      return child ? yield* runToEnd(child, body(child)) : 0;
    },
    ...(options.fds ? { fds: options.fds } : {}),
    ...(options.group === undefined ? {} : { group: options.group }),
  });
  process.comm = shell.process.comm;
  process.exe = shell.process.exe;
  // Copied now: by the time the child first runs its parent may have gone on.
  child = shell.copy(process);
  return process;
}

/** The outermost frame of a shell process: what ends it, and the EXIT trap. */
export function* runToEnd(shell: Shell, body: Routine<ExitCode>): Routine<ExitCode> {
  const status = yield* outcome(shell, body);
  if (typeof status !== 'number') return yield* status.program(status.argv, shell.process);
  shell.status = status;
  const last = yield* outcome(shell, runExitTrap(shell));
  return typeof last === 'number' ? last : yield* last.program(last.argv, shell.process);
}

function* outcome(shell: Shell, body: Routine<ExitCode>): Routine<ExitCode | Replace> {
  try {
    return yield* body;
  } catch (flow) {
    if (flow instanceof Replace) return flow;
    if (flow instanceof ExitShell || flow instanceof Discard || flow instanceof Return) return flow.status;
    if (flow instanceof LoopJump) return shell.status;
    if (flow instanceof ShellError) {
      yield* shell.complain(flow.message);
      return flow.status;
    }
    throw flow;
  }
}

/** The shell's descriptors with some replaced (taken over). */
export function descriptors(shell: Shell, replaced: Readonly<Record<number, OpenFile>>): Map<number, OpenFile> {
  const fds = new Map<number, OpenFile>();
  for (const [fd, file] of shell.process.fds) if (!(fd in replaced)) fds.set(fd, file.retain());
  for (const [fd, file] of Object.entries(replaced)) fds.set(Number(fd), file);
  return fds;
}

/** The number of a process as those in the shell's pid namespace see it. */
export const pidOf = (shell: Shell, process: Process): number => process.pids.get(shell.process.namespaces.pid) ?? process.pid;

/** Waits until the processes of a job have ended, or one is stopped; gives the terminal to it meanwhile. */
export function* waitForeground(shell: Shell, processes: readonly Process[], text: string, group: number | undefined, known?: Job): Routine<ExitCode> {
  const { tty } = shell.process;
  if (group !== undefined && tty) setForeground(shell, group);
  try {
    while (!ended(processes) && !stopped(processes)) yield { on: [shell.process.childChanged] };
  } finally {
    if (group !== undefined && tty) setForeground(shell, shell.process.group);
  }
  if (!ended(processes)) return yield* putBehind(shell, processes, text, group, known);
  for (const process of processes) shell.process.reap(process);
  if (known) shell.jobs.remove(known);
  shell.pipeStatus = processes.map((process) => process.exitStatus ?? 0);
  const last = processes[processes.length - 1] as Process;
  yield* reportDeath(shell, last, text);
  return last.exitStatus ?? 0;
}

/** Hands the terminal to a process group. */
export function setForeground(shell: Shell, group: number): void {
  const { tty } = shell.process;
  if (!tty) return;
  shell.process.kernel.attach(tty, group);
  tty.changed.notify();
}

const ended = (processes: readonly Process[]): boolean => processes.every((process) => process.exitStatus !== undefined);

const stopped = (processes: readonly Process[]): boolean => processes.some((process) => process.state === 'stopped');

function* putBehind(shell: Shell, processes: readonly Process[], text: string, group: number | undefined, known: Job | undefined): Routine<ExitCode> {
  const pids = processes.map((process) => pidOf(shell, process));
  const job = known ?? shell.jobs.add({ processes, pids, text, group, foreground: false });
  job.foreground = false;
  job.notified = true;
  shell.jobs.touch(job);
  yield* shell.process.printError(`\n${jobLine(shell.jobs, job)}`);
  return 128 + signalNumbers.SIGTSTP;
}

/** Says that a signal ended a foreground command; Ctrl-C at an interactive shell also ends what it was part of. */
function* reportDeath(shell: Shell, process: Process, text: string): Routine {
  const { termSignal } = process;
  if (termSignal === undefined) return;
  if (termSignal === 'SIGINT' && shell.interactive) throw new Discard(130, true);
  if (termSignal === 'SIGINT' || termSignal === 'SIGPIPE') return;
  const death = deathText(process) ?? '';
  // Of SIGTERM a script says no more than the word.
  if (shell.interactive || termSignal === 'SIGTERM') yield* shell.process.printError(`${death}\n`);
  else if (shell.flavor === 'bash') yield* shell.complain(`${String(pidOf(shell, process)).padStart(5)} ${death.padEnd(23)} ${text}`);
  else yield* shell.process.printError(`${death}\n`);
}

/** Tells of jobs that have ended or stopped since the last time, and forgets the ended ones. */
export function* notifyJobs(shell: Shell): Routine {
  for (const job of shell.jobs.all) {
    const state = jobState(job);
    if (state === 'Running' || (state === 'Stopped' && job.notified)) continue;
    if (shell.interactive && stateText(job) !== 'Interrupt') yield* shell.process.printError(jobLine(shell.jobs, job));
    job.notified = true;
    if (state === 'Done') shell.jobs.remove(job);
  }
}

/** True for what a failed system call throws. */
export const isFailure = (error: unknown): error is Errno => error instanceof Errno && error.code !== 'EPIPE';
