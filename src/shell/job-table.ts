/** The jobs of one shell: pipelines that run behind or are stopped. */
import type { Process } from '../linux/process.ts';
import { signalNumbers } from '../linux/signals.ts';

/** One pipeline in the background; `text` is as it was typed. */
export type Job = {
  readonly id: number;
  readonly processes: readonly Process[];
  readonly pids: readonly number[];
  readonly text: string;
  /** The process group, when it has one of its own. */
  readonly group: number | undefined;
  foreground: boolean;
  /** Told the user of its present state. */
  notified: boolean;
  noHup: boolean;
};

type JobState = 'Running' | 'Stopped' | 'Done';

/** A new job gets one more than the highest number in use, as in bash. */
export class JobTable {
  readonly #jobs = new Map<number, Job>();
  /** The newest last: `%+` is the last, `%-` the one before. */
  readonly #order: Job[] = [];
  /** Statuses of background children that are gone, for `wait PID`. */
  readonly #remembered = new Map<number, number>();

  add(job: Omit<Job, 'id' | 'notified' | 'noHup'>): Job {
    const made: Job = { ...job, id: Math.max(0, ...this.#jobs.keys()) + 1, notified: false, noHup: false };
    this.#jobs.set(made.id, made);
    this.#order.push(made);
    return made;
  }

  get all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  get(id: number): Job | undefined {
    return this.#jobs.get(id);
  }

  byPid(pid: number): Job | undefined {
    return this.all.find((job) => job.pids.includes(pid));
  }

  remove(job: Job): void {
    this.#jobs.delete(job.id);
    const at = this.#order.indexOf(job);
    if (at >= 0) this.#order.splice(at, 1);
    for (const [index, process] of job.processes.entries())
      if (process.exitStatus !== undefined) this.#remembered.set(job.pids[index] as number, process.exitStatus);
    if (this.#remembered.size > 1024) this.#remembered.delete(this.#remembered.keys().next().value as number);
  }

  remembered(pid: number): number | undefined {
    return this.#remembered.get(pid);
  }

  /** Makes it the current one, as stopping a job does. */
  touch(job: Job): void {
    const at = this.#order.indexOf(job);
    if (at >= 0) this.#order.splice(at, 1);
    this.#order.push(job);
  }

  get current(): Job | undefined {
    return this.#order.findLast((job) => jobState(job) === 'Stopped') ?? this.#order[this.#order.length - 1];
  }

  get previous(): Job | undefined {
    const { current } = this;
    const others = this.#order.filter((job) => job !== current);
    return others.findLast((job) => jobState(job) === 'Stopped') ?? others[others.length - 1];
  }

  /** `+`, `-` or a space. */
  mark(job: Job): string {
    return job === this.current ? '+' : job === this.previous ? '-' : ' ';
  }

  /** `%1`, `%%`, `%+`, `%-`, `%name`, `%?text`; undefined when there is none. */
  find(spec: string): Job | undefined {
    const name = spec.replace(/^%/, '');
    if (name === '' || name === '%' || name === '+') return this.current;
    if (name === '-') return this.previous;
    if (/^\d+$/.test(name)) return this.#jobs.get(Number(name));
    return this.all.find((job) => (name.startsWith('?') ? job.text.includes(name.slice(1)) : job.text.startsWith(name)));
  }
}

/** Done when every process of it has ended; Stopped when one is stopped. */
export function jobState(job: Job): JobState {
  if (job.processes.every((process) => process.exitStatus !== undefined)) return 'Done';
  return job.processes.some((process) => process.state === 'stopped') ? 'Stopped' : 'Running';
}

/** The status of the whole: that of its last process. */
export const jobStatus = (job: Job): number => job.processes[job.processes.length - 1]?.exitStatus ?? 0;

const deaths: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
};

/** What the shell says of a process that a signal ended (strsignal). */
export const deathText = (process: Process): string | undefined =>
  process.termSignal === undefined ? undefined : (deaths[process.termSignal] ?? `Unknown signal ${signalNumbers[process.termSignal]}`);

/** The state column of `jobs`. */
export function stateText(job: Job): string {
  const state = jobState(job);
  if (state !== 'Done') return state;
  const last = job.processes[job.processes.length - 1];
  const death = last && deathText(last);
  if (death) return death;
  return jobStatus(job) === 0 ? 'Done' : `Exit ${jobStatus(job)}`;
}

/** One line of `jobs`: `[1]+  Running                 sleep 100 &`. */
export function jobLine(table: JobTable, job: Job, long = false): string {
  const state = stateText(job);
  const text = `${job.text}${state === 'Running' ? ' &' : ''}`;
  const pid = long ? `${String(job.pids[0] ?? '').padStart(5)} ` : '';
  return `[${job.id}]${table.mark(job)} ${pid || ' '}${state.padEnd(long ? 23 : 24)}${text}\n`;
}
