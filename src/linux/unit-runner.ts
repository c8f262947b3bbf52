/** What becomes of a unit from its start on: its commands, when it counts as started, restarts, and what the journal says (systemd src/core/service.c). */
import { type Routine, sleep, waitFor } from '../sim/routine.ts';
import type { Journal } from './journal.ts';
import type { Kernel } from './kernel.ts';
import type { Process } from './process.ts';
import type { SignalName } from './signals.ts';
import type { ActiveState, Unit } from './unit.ts';
import { loggedStatus, startCommand } from './unit-exec.ts';
import { limit } from './unit-limits.ts';

/** Runs units for systemd. */
export class UnitRunner {
  readonly #kernel: Kernel;
  readonly #init: Process;
  readonly #journal: Journal;

  constructor(kernel: Kernel, init: Process, journal: Journal) {
    this.#kernel = kernel;
    this.#init = init;
    this.#journal = journal;
  }

  /** Sends a signal to the unit's processes, as its KillMode says. */
  signal(unit: Unit, signal: SignalName): void {
    const main = unit.main;
    if (unit.file.killMode !== 'process') {
      for (const member of [...this.#cgroup(unit).everyone()]) this.#kernel.processes.get(member.pid)?.signal(signal);
    } else main?.signal(signal);
  }

  *supervise(unit: Unit): Routine {
    for (;;) {
      const { now } = this.#kernel.sim;
      unit.starts = [...unit.starts.filter((at) => now - at < unit.file.startLimitMilliseconds), now];
      if (unit.file.startLimitMilliseconds > 0 && unit.starts.length > unit.file.startLimitBurst) return this.#limitHit(unit);
      if (unit.restarts > 0) this.say(unit, `Scheduled restart job, restart counter is at ${unit.restarts}.`);
      if (!instant.has(unit.file.type)) this.say(unit, `Starting ${unit.file.description}...`);
      unit.result = 'success';
      unit.startFailed = false;
      const main = yield* this.#bringUp(unit);
      this.#attempted(unit);
      while (main && main.exitStatus === undefined) yield { on: [main.changed] };
      if (main) this.#ended(unit, main);
      unit.main = undefined;
      // One that has nothing left to run stays as it is, or rests.
      if (unit.file.type === 'oneshot' && unit.result === 'success') {
        if (unit.file.remainAfterExit && !unit.stopping) return this.set(unit, 'active', 'exited');
        return this.rest(unit);
      }
      if (unit.stopping || !restartsAfter(unit)) return this.rest(unit);
      this.set(unit, 'activating', 'auto-restart');
      yield* sleep(Math.min(unit.file.restartMilliseconds, 1e12));
      unit.restarts++;
    }
  }

  #attempted(unit: Unit): void {
    unit.attempts++;
    unit.changed.notify();
  }

  /** Up to where a start is done: gives the process that is now followed; undefined when there is none, well (oneshot) or not. */
  *#bringUp(unit: Unit): Routine<Process | undefined> {
    const { file } = unit;
    this.set(unit, 'activating', 'start');
    for (const command of file.commands('ExecStartPre')) if (!(yield* this.control(unit, command))) return this.#notStarted(unit);
    if (file.type === 'oneshot') {
      for (const command of file.commands('ExecStart')) if (!(yield* this.control(unit, command, true))) return this.#notStarted(unit);
      if (!file.remainAfterExit) this.say(unit, 'Deactivated successfully.');
      this.say(unit, `Finished ${file.description}.`);
      return undefined;
    }
    const main = this.#command(unit, file.execStart, true);
    if (main === undefined) return this.#notStarted(unit);
    if (file.type === 'notify' && !(yield* this.#becomesReady(unit, main))) return this.#notStarted(unit);
    this.set(unit, 'active', 'running');
    this.say(unit, `Started ${file.description}.`);
    return main;
  }

  #notStarted(unit: Unit): undefined {
    if (!unit.stopping) this.say(unit, `Failed to start ${unit.file.description}.`, 3);
    unit.main = undefined;
    unit.startFailed = true;
    return undefined;
  }

  /** Waits for READY=1 of a service of Type=notify. */
  *#becomesReady(unit: Unit, main: Process): Routine<boolean> {
    const until = this.#kernel.sim.now + Math.min(unit.file.timeoutStartMilliseconds, 1e12);
    while (!main.ready && main.exitStatus === undefined && this.#kernel.sim.now < until) yield* waitFor(main.changed, until - this.#kernel.sim.now);
    if (main.ready && main.exitStatus === undefined) return true;
    if (main.exitStatus === undefined) {
      this.say(unit, 'start operation timed out. Terminating.', 4);
      this.signal(unit, 'SIGTERM');
      while (main.exitStatus === undefined) yield { on: [main.changed] };
      unit.result = 'timeout';
      this.say(unit, "Failed with result 'timeout'.", 4);
      return false;
    }
    this.#ended(unit, main, true);
    return false;
  }

  /** Runs a command to its end; whether it went well. */
  *control(unit: Unit, command: string, main = false): Routine<boolean> {
    const child = this.#command(unit, command, main);
    if (child === undefined) return false;
    while (child.exitStatus === undefined) yield { on: [child.changed] };
    if (main) unit.main = undefined;
    if (child.exitStatus === 0 || command.startsWith('-')) return true;
    if (main) this.#ended(unit, child);
    else {
      unit.exitStatus = child.exitStatus;
      unit.result = 'exit-code';
      this.say(unit, `Control process exited, ${howItEnded(child)}`);
      this.say(unit, "Failed with result 'exit-code'.", 4);
    }
    return false;
  }

  #command(unit: Unit, command: string, main: boolean): Process | undefined {
    const started = startCommand(
      {
        kernel: this.#kernel,
        init: this.#init,
        unit,
        cgroup: this.limit(unit),
        output: this.#lines(unit),
        complain: (identifier, pid, text) => this.log(unit, identifier, pid, text, 3),
      },
      command,
    );
    if (typeof started !== 'string') {
      if (main) unit.main = started;
      return started;
    }
    this.say(unit, `Failed to load environment files: ${started}`, 3);
    this.say(unit, `Failed to spawn 'start' task: ${started}`, 4);
    this.say(unit, "Failed with result 'resources'.", 4);
    unit.result = 'resources';
    return undefined;
  }

  #limitHit(unit: Unit): void {
    unit.result = 'start-limit-hit';
    unit.startFailed = true;
    unit.attempts++;
    this.say(unit, 'Start request repeated too quickly.');
    this.say(unit, `Failed with result 'exit-code'.`);
    this.say(unit, `Failed to start ${unit.file.description}.`);
    this.set(unit, 'failed', 'failed');
  }

  rest(unit: Unit): void {
    const failed = unit.result !== 'success' && !unit.stopping;
    unit.main = undefined;
    if (unit.stopping) this.say(unit, `Stopped ${unit.file.description}.`);
    this.set(unit, failed ? 'failed' : 'inactive', failed ? 'failed' : 'dead');
  }

  #lines(unit: Unit): (text: string) => void {
    let rest = '';
    return (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const message of lines)
        this.#journal.write({
          at: this.#kernel.now,
          unit: unit.name,
          identifier: unit.main?.comm ?? unit.name,
          pid: unit.main?.pid ?? 0,
          priority: 6,
          message,
        });
    };
  }

  /** `early`: before it was ready. */
  #ended(unit: Unit, main: Process, early = false): void {
    unit.exitStatus = main.exitStatus ?? 0;
    unit.exitedPid = main.pid;
    unit.exitedAt = this.#kernel.sim.now;
    const asked = unit.stopping && (main.termSignal === 'SIGTERM' || main.exitStatus === 143);
    unit.result =
      main.exitStatus === 0 || asked ? (early && !asked ? 'protocol' : 'success') : main.oomKilled ? 'oom-kill' : main.termSignal ? 'signal' : 'exit-code';
    if (unit.result === 'success') return this.say(unit, 'Deactivated successfully.');
    if (unit.result !== 'protocol') this.say(unit, `Main process exited, ${howItEnded(main)}`, 5);
    this.say(unit, `Failed with result '${unit.result}'.`, 4);
  }

  #cgroup(unit: Unit): ReturnType<Kernel['rootCgroup']['at']> {
    return this.#kernel.rootCgroup.at(`system.slice/${unit.name}`);
  }

  /** The unit's group with the limits of its file. */
  limit(unit: Unit): ReturnType<Kernel['rootCgroup']['at']> {
    const group = this.#cgroup(unit);
    limit(group, (key) => unit.file.get(`Service.${key}`));
    return group;
  }

  set(unit: Unit, active: ActiveState, sub: string): void {
    unit.active = active;
    unit.sub = sub;
    unit.since = this.#kernel.now;
    unit.changed.notify();
  }

  say(unit: Unit, text: string, priority = 6): void {
    const message = /^(Starting|Started|Stopping|Stopped|Reloading|Reloaded|Finished|Failed to start) /.test(text)
      ? text.replace(/(Starting|Started|Stopping|Stopped|Reloading|Reloaded|Finished|Failed to start) /, `$1 ${unit.name} - `)
      : `${unit.name}: ${text}`;
    this.log(unit, 'systemd', 1, message, priority);
  }

  log(unit: Unit, identifier: string, pid: number, message: string, priority: number): void {
    this.#journal.write({ at: this.#kernel.now, unit: unit.name, identifier, pid, priority, message });
  }
}

/** Types whose start is done as soon as the process is there. */
const instant: ReadonlySet<string> = new Set(['simple', 'idle', 'exec']);

function restartsAfter({ file: { restart }, result }: Unit): boolean {
  if (restart === 'always') return true;
  if (restart === 'on-success') return result === 'success';
  if (restart === 'on-failure') return result !== 'success';
  return restart === 'on-abnormal' && ['signal', 'timeout', 'oom-kill'].includes(result);
}

const howItEnded = ({ exitStatus = 0, termSignal }: Process): string =>
  termSignal ? `code=killed, status=${exitStatus - 128}/${termSignal.slice(3)}` : `code=exited, status=${loggedStatus(exitStatus)}`;
