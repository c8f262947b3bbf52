/** systemd as PID 1 of a node: units from files, their processes, restarts, and what they print in the journal. */

import type { Fiber } from '../sim/fiber.ts';
import { Condition, type Routine, sleep, waitFor } from '../sim/routine.ts';
import { isErrno } from './errno.ts';
import { Journal } from './journal.ts';
import type { Kernel } from './kernel.ts';
import { Sink } from './open-file.ts';
import type { Process } from './process.ts';
import type { SignalName } from './signals.ts';
import { assignments, parseUnit, splitWords, type UnitFile } from './unit-file.ts';

/** The state that `systemctl is-active` prints; Unit.sub says more. */
type ActiveState = 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating';

/** One loaded unit. */
export class Unit {
  readonly name: string;
  file: UnitFile;
  active: ActiveState = 'inactive';
  /** running, dead, failed, auto-restart, start, stop-sigterm */
  sub = 'dead';
  main: Process | undefined;
  /** How the last main process ended. */
  result: 'success' | 'exit-code' | 'signal' | 'start-limit-hit' | 'oom-kill' | 'resources' = 'success';
  exitStatus: number | undefined;
  exitedPid: number | undefined;
  exitedAt = 0;
  since: number;
  enabled: boolean;
  masked = false;
  restarts = 0;
  readonly changed = new Condition();
  /** Starts within the limit's interval. */
  starts: number[] = [];
  supervisor: Fiber | undefined;
  /** The user asked for a stop: do not restart. */
  stopping = false;
  constructor(name: string, file: UnitFile, now: number, enabled: boolean) {
    this.name = name;
    this.file = file;
    this.since = now;
    this.enabled = enabled;
  }
}

/** Text as systemctl prints it; the status is its exit code. */
export class UnitError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system'];
const stopTimeout = 90_000;

/** Units are services only. `start`, `stop` … throw UnitError; what units and their processes print goes to `journal`. */
export class Systemd {
  readonly journal = new Journal();
  readonly units = new Map<string, Unit>();
  readonly #kernel: Kernel;
  #init: Process | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Becomes PID 1: loads the units and starts what is enabled. */
  boot(): Process {
    const init = this.#kernel.start({
      argv: ['/sbin/init'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      fds: new Map(),
      cgroup: this.#kernel.rootCgroup.at('init.scope'),
      program: function* (): Routine<number> {
        for (;;) yield { timeout: 1e12 };
      },
    });
    init.comm = 'systemd';
    init.exe = '/usr/lib/systemd/systemd';
    init.reapsChildren = true;
    init.memoryBytes = 12 * 1024 * 1024;
    this.#init = init;
    this.reload();
    for (const unit of this.units.values()) if (unit.enabled) this.start(unit.name);
    return init;
  }

  get init(): Process {
    if (!this.#init) throw new Error('the machine has not booted');
    return this.#init;
  }

  /** systemctl daemon-reload: reads all unit files anew; running processes are left alone. */
  reload(): void {
    for (const folder of [...unitFolders].reverse()) {
      if (!this.init.fs.isDirectory(folder)) continue;
      for (const [name] of this.init.fs.list(folder))
        if (name.endsWith('.service') && this.init.fs.find(`${folder}/${name}`)?.type === 'file') this.#load(name, `${folder}/${name}`);
    }
    for (const [name, unit] of this.units) if (!this.init.fs.exists(unit.file.path) && unit.active === 'inactive') this.units.delete(name);
  }

  /** `kubelet` or `kubelet.service`; throws UnitError when there is no such unit. */
  find(name: string, verb: string): Unit {
    const full = name.includes('.') ? name : `${name}.service`;
    const unit = this.units.get(full);
    if (!unit) throw new UnitError(`Failed to ${verb} ${full}: Unit ${full} not found.`, 5);
    return unit;
  }

  start(name: string): void {
    const unit = this.find(name, 'start');
    if (unit.masked) throw new UnitError(`Failed to start ${unit.name}: Unit ${unit.name} is masked.`, 1);
    if (unit.active === 'active' || unit.active === 'activating') return;
    unit.stopping = false;
    unit.starts = [];
    unit.supervisor = this.init.sim.go(this.#supervise(unit), unit.name) as Fiber;
  }

  /** Waits until the unit's processes have ended, 90 s at most, then kills them. */
  *stop(name: string): Routine {
    const unit = this.find(name, 'stop');
    unit.stopping = true;
    if (unit.sub === 'auto-restart') unit.supervisor?.cancel();
    if (unit.sub === 'auto-restart' || unit.active === 'failed') this.#set(unit, 'inactive', 'dead');
    if (unit.active !== 'active') return;
    this.#say(unit, `Stopping ${unit.file.description}...`);
    this.#set(unit, 'deactivating', 'stop-sigterm');
    this.#signal(unit, 'SIGTERM');
    const until = this.#kernel.sim.now + stopTimeout;
    while (unit.main && this.#kernel.sim.now < until) yield* waitFor(unit.changed, until - this.#kernel.sim.now);
    if (unit.main) this.#signal(unit, 'SIGKILL');
  }

  *restart(name: string): Routine {
    const unit = this.find(name, 'restart');
    yield* this.stop(unit.name);
    this.start(unit.name);
    yield* sleep(50);
  }

  /** Sends a signal to the unit's processes, as its KillMode says. */
  #signal(unit: Unit, signal: SignalName): void {
    const main = unit.main;
    if (unit.file.killMode !== 'process') {
      for (const member of [...this.#cgroup(unit).everyone()]) this.#kernel.processes.get(member.pid)?.signal(signal);
    } else main?.signal(signal);
  }

  #load(name: string, path: string): void {
    const { fs } = this.init;
    const texts = [{ path, text: fs.read(path) }];
    for (const folder of [...unitFolders].reverse()) {
      const drop = `${folder}/${name}.d`;
      if (!fs.isDirectory(drop)) continue;
      for (const [file] of fs.list(drop)) if (file.endsWith('.conf')) texts.push({ path: `${drop}/${file}`, text: fs.read(`${drop}/${file}`) });
    }
    const file = parseUnit(path, texts);
    const enabled = file.wantedBy.some((target) => fs.exists(`/etc/systemd/system/${target}.wants/${name}`));
    const known = this.units.get(name);
    if (known) {
      known.file = file;
      known.enabled = enabled;
    } else this.units.set(name, new Unit(name, file, this.#kernel.sim.now, enabled));
  }

  *#supervise(unit: Unit): Routine {
    for (;;) {
      const { now } = this.#kernel.sim;
      unit.starts = [...unit.starts.filter((at) => now - at < unit.file.startLimitMilliseconds), now];
      if (unit.file.startLimitMilliseconds > 0 && unit.starts.length > unit.file.startLimitBurst) return this.#limitHit(unit);
      this.#say(
        unit,
        unit.restarts > 0 && unit.starts.length > 1 ? `Scheduled restart job, restart counter is at ${unit.restarts}.` : `Starting ${unit.file.description}...`,
      );
      const main = this.#exec(unit);
      if (main) {
        this.#set(unit, 'active', 'running');
        this.#say(unit, `Started ${unit.file.description}.`);
        while (main.exitStatus === undefined) yield { on: [main.changed] };
        this.#ended(unit, main);
      }
      unit.main = undefined;
      if (unit.stopping || unit.file.restart === 'no' || (unit.file.restart === 'on-failure' && unit.result === 'success')) return this.#rest(unit);
      this.#set(unit, 'activating', 'auto-restart');
      yield* sleep(unit.file.restartMilliseconds);
      unit.restarts++;
    }
  }

  #limitHit(unit: Unit): void {
    unit.result = 'start-limit-hit';
    this.#say(unit, 'Start request repeated too quickly.');
    this.#say(unit, `Failed with result 'exit-code'.`);
    this.#say(unit, `Failed to start ${unit.file.description}.`);
    this.#set(unit, 'failed', 'failed');
  }

  #rest(unit: Unit): void {
    const failed = unit.result !== 'success' && !unit.stopping;
    if (unit.stopping) this.#say(unit, `Stopped ${unit.file.description}.`);
    this.#set(unit, failed ? 'failed' : 'inactive', failed ? 'failed' : 'dead');
  }

  #exec(unit: Unit): Process | undefined {
    const env = { ...this.init.env, ...unit.file.environment };
    for (const path of unit.file.environmentFiles) {
      const real = path.replace(/^-/, '');
      if (this.init.fs.exists(real)) for (const line of this.init.fs.read(real).split('\n')) for (const [key, value] of assignments(line)) env[key] = value;
    }
    const argv = splitWords(unit.file.execStart.replace(/^[-@+!]+/, '')).flatMap((word) => expand(word, env));
    const journal = new Sink(this.#lines(unit));
    try {
      const main = this.#kernel.spawn(this.init, {
        argv,
        env,
        cwd: '/',
        session: 'new',
        tty: null,
        cgroup: this.#cgroup(unit),
        fds: new Map([
          [0, new Sink(() => {})],
          [1, journal],
          [2, journal.retain()],
        ]),
      });
      unit.main = main;
      return main;
    } catch (error) {
      if (!isErrno(error)) throw error;
      this.#say(unit, `Failed at step EXEC spawning ${argv[0] ?? ''}: ${error.message}`);
      unit.result = 'exit-code';
      unit.exitStatus = 203;
      return undefined;
    }
  }

  #lines(unit: Unit): (text: string) => void {
    let rest = '';
    return (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const message of lines)
        this.journal.write({
          at: this.#kernel.now,
          unit: unit.name,
          identifier: unit.main?.comm ?? unit.name,
          pid: unit.main?.pid ?? 0,
          priority: 6,
          message,
        });
    };
  }

  #ended(unit: Unit, main: Process): void {
    unit.exitStatus = main.exitStatus ?? 0;
    unit.exitedPid = main.pid;
    unit.exitedAt = this.#kernel.sim.now;
    const asked = unit.stopping && (main.termSignal === 'SIGTERM' || main.exitStatus === 143);
    unit.result = main.exitStatus === 0 || asked ? 'success' : main.oomKilled ? 'oom-kill' : main.termSignal ? 'signal' : 'exit-code';
    if (unit.result === 'success') {
      this.#say(unit, 'Deactivated successfully.');
      return;
    }
    const how = main.termSignal
      ? `code=killed, status=${unit.exitStatus - 128}/${main.termSignal.slice(3)}`
      : `code=exited, status=${unit.exitStatus}/${unit.exitStatus === 1 ? 'FAILURE' : 'n/a'}`;
    this.#say(unit, `Main process exited, ${how}`);
    this.#say(unit, `Failed with result '${unit.result}'.`);
  }

  #cgroup(unit: Unit): ReturnType<Kernel['rootCgroup']['at']> {
    return this.#kernel.rootCgroup.at(`system.slice/${unit.name}`);
  }

  #set(unit: Unit, active: ActiveState, sub: string): void {
    unit.active = active;
    unit.sub = sub;
    unit.since = this.#kernel.now;
    unit.changed.notify();
  }

  #say(unit: Unit, text: string): void {
    const message = /^(Starting|Started|Stopping|Stopped|Failed to start) /.test(text)
      ? text.replace(/(Starting|Started|Stopping|Stopped|Failed to start) /, `$1 ${unit.name} - `)
      : `${unit.name}: ${text}`;
    this.journal.write({ at: this.#kernel.now, unit: unit.name, identifier: 'systemd', pid: 1, priority: 6, message });
  }
}

/** `$NAME` as a word of its own is split into words; inside a word `${NAME}` is one value. */
function expand(word: string, env: Readonly<Record<string, string>>): string[] {
  const whole = /^\$([A-Za-z_]\w*)$/.exec(word);
  if (whole) return splitWords(env[whole[1] as string] ?? '');
  return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_all, name: string) => env[name] ?? '')];
}
