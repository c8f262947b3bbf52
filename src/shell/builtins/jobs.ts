/** jobs, fg, bg, wait, disown, suspend. */
import type { Process } from '../../linux/process.ts';
import type { ExitCode } from '../../linux/program.ts';
import { signalNumbers } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { waitForeground } from '../child.ts';
import { Discard } from '../flow.ts';
import { type Job, jobLine, jobState, jobStatus } from '../job-table.ts';
import type { Builtin, Shell } from '../shell.ts';
import { runPendingTraps } from '../traps.ts';
import { fail, invalidOption, readOptions } from './usage.ts';

function* jobs(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'lnprs');
  if (invalid) return yield* invalidOption(shell, 'jobs', invalid, 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]');
  for (const spec of rest) if (!shell.jobs.find(spec)) return yield* fail(shell, 'jobs', `${spec}: no such job`);
  const chosen = rest.length > 0 ? rest.map((spec) => shell.jobs.find(spec)).filter((job) => job !== undefined) : shell.jobs.all;
  for (const job of chosen) {
    const state = jobState(job);
    if ((options.has('r') && state !== 'Running') || (options.has('s') && state !== 'Stopped')) continue;
    yield* shell.process.print(options.has('p') ? `${job.pids[0]}\n` : jobLine(shell.jobs, job, options.has('l')));
    job.notified = true;
  }
  for (const job of chosen) if (jobState(job) === 'Done') shell.jobs.remove(job);
  return 0;
}

function* chooseJob(shell: Shell, name: string, spec: string | undefined): Routine<Job | undefined> {
  if (!shell.options.has('monitor')) {
    yield* fail(shell, name, 'no job control');
    return undefined;
  }
  const job = spec === undefined ? shell.jobs.current : shell.jobs.find(spec);
  if (!job) yield* fail(shell, name, `${spec ?? 'current'}: no such job`);
  else if (jobState(job) === 'Done') {
    yield* fail(shell, name, 'job has terminated');
    return undefined;
  }
  return job;
}

function* fg(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const job = yield* chooseJob(shell, 'fg', args[0]);
  if (!job) return 1;
  yield* shell.process.print(`${job.text}\n`);
  job.notified = false;
  const { tty } = shell.process;
  if (job.group !== undefined && tty) tty.foreground = job.group;
  continueJob(shell, job);
  return yield* waitForeground(shell, job.processes, job.text, job.group, job);
}

function continueJob(shell: Shell, job: Job): void {
  for (const process of job.processes) process.signal('SIGCONT', shell.process);
}

function* bg(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  for (const spec of args.length > 0 ? args : [undefined]) {
    const job = yield* chooseJob(shell, 'bg', spec);
    if (!job) return 1;
    if (jobState(job) === 'Running') {
      yield* shell.complain(`bg: job ${job.id} already in background`);
      continue;
    }
    job.notified = false;
    continueJob(shell, job);
    yield* shell.process.printError(`[${job.id}]${shell.jobs.mark(job)} ${job.text} &\n`);
  }
  return 0;
}

function* wait(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'fn', 'p');
  if (invalid) return yield* invalidOption(shell, 'wait', invalid, 'wait [-fn] [-p var] [id ...]');
  if (options.has('n')) return yield* waitNext(shell);
  if (rest.length === 0) {
    const all = shell.jobs.all.filter((job) => jobState(job) !== 'Stopped');
    const cut = yield* waitAll(
      shell,
      all.flatMap((job) => job.processes),
    );
    if (cut !== undefined) return cut;
    for (const job of all) if (!shell.interactive) shell.jobs.remove(job);
    return 0;
  }
  let status = 0;
  for (const id of rest) status = yield* waitOne(shell, id);
  return status;
}

function* waitNext(shell: Shell): Routine<ExitCode> {
  const running = shell.jobs.all;
  if (running.length === 0) return 127;
  const done = (): Job | undefined => running.find((job) => jobState(job) === 'Done');
  while (!done()) {
    const cut = yield* pauseForChild(shell);
    if (cut !== undefined) return cut;
  }
  const job = done() as Job;
  shell.jobs.remove(job);
  return jobStatus(job);
}

function* waitOne(shell: Shell, id: string): Routine<ExitCode> {
  if (id.startsWith('%')) {
    const job = shell.jobs.find(id);
    if (!job) return yield* fail(shell, 'wait', `${id}: no such job`, 127);
    return (yield* waitAll(shell, job.processes)) ?? finished(shell, job);
  }
  if (!/^\d+$/.test(id)) return yield* fail(shell, 'wait', `\`${id}': not a pid or valid job spec`);
  const pid = Number(id);
  const job = shell.jobs.byPid(pid);
  if (!job) return shell.jobs.remembered(pid) ?? (yield* fail(shell, 'wait', `pid ${pid} is not a child of this shell`, 127));
  const process = job.processes[job.pids.indexOf(pid)] as Process;
  const cut = yield* waitAll(shell, [process]);
  if (cut !== undefined) return cut;
  if (jobState(job) === 'Done') finished(shell, job);
  return process.exitStatus ?? 0;
}

function finished(shell: Shell, job: Job): ExitCode {
  if (!shell.interactive) shell.jobs.remove(job);
  return jobStatus(job);
}

/** Waits for all of them; a status when a signal with a trap came first. */
function* waitAll(shell: Shell, processes: readonly Process[]): Routine<ExitCode | undefined> {
  while (processes.some((process) => process.exitStatus === undefined)) {
    const cut = yield* pauseForChild(shell);
    if (cut !== undefined) return cut;
  }
  return undefined;
}

function* pauseForChild(shell: Shell): Routine<ExitCode | undefined> {
  if (shell.pending.length === 0 && !shell.interrupted) yield { on: [shell.process.childChanged, shell.signalled] };
  if (shell.interrupted) {
    shell.interrupted = false;
    throw new Discard(130, true);
  }
  const [signal] = shell.pending;
  if (signal === undefined || signal === 'SIGCHLD') return undefined;
  yield* runPendingTraps(shell);
  return 128 + signalNumbers[signal];
}

function* disown(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'ahr');
  const all = options.has('a') || options.has('r');
  const chosen = all ? shell.jobs.all : (rest.length > 0 ? rest : ['%+']).map((spec) => shell.jobs.find(spec) ?? shell.jobs.byPid(Number(spec)));
  for (const [index, job] of chosen.entries()) {
    if (!job) return yield* fail(shell, 'disown', `${rest[index] ?? 'current'}: no such job`);
    if (options.has('h')) job.noHup = true;
    else shell.jobs.remove(job);
  }
  return 0;
}

function* suspend(shell: Shell): Routine<ExitCode> {
  if (!shell.options.has('monitor')) return yield* fail(shell, 'suspend', 'cannot suspend: no job control');
  if (shell.login) return yield* fail(shell, 'suspend', 'cannot suspend a login shell');
  shell.process.signal('SIGSTOP');
  yield {};
  return 0;
}

/** What handles jobs. */
export const jobBuiltins: Readonly<Record<string, Builtin>> = { jobs, fg, bg, wait, disown, suspend };
