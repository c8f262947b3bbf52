/** systemd as PID 1 of a node: units from files, their processes, restarts, and what they print in the journal. */

import type { Fiber } from '../sim/fiber.ts';
import { type Routine, sleep, waitFor } from '../sim/routine.ts';
import { Journal } from './journal.ts';
import type { Kernel } from './kernel.ts';
import type { Process } from './process.ts';
import { Unit, UnitError } from './unit.ts';
import { parseUnit, sourceOf } from './unit-file.ts';
import { UnitRunner } from './unit-runner.ts';

export { Unit, UnitError } from './unit.ts';

const unitFolders = ['/run/systemd/transient', '/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system'];
/** What systemctl says of a start that failed (systemd src/shared/bus-wait-for-jobs.c). */
const reasons: Readonly<Record<string, string>> = {
  resources: 'of unavailable resources or another system error',
  protocol: 'the service did not take the steps required by its unit configuration',
  timeout: 'a timeout was exceeded',
  'exit-code': 'the control process exited with error code',
  signal: 'a fatal signal was delivered to the control process',
  'oom-kill': 'of an out-of-memory (OOM) situation',
  'start-limit-hit': 'start of the service was attempted too often',
};

/** Units are services only. `start`, `stop` … throw UnitError; what units and their processes print goes to `journal`. */
export class Systemd {
  readonly journal = new Journal();
  readonly units = new Map<string, Unit>();
  readonly #kernel: Kernel;
  #init: Process | undefined;
  #made: UnitRunner | undefined;

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
    this.#made = new UnitRunner(this.#kernel, init, this.journal);
    this.reload();
    for (const unit of this.units.values()) if (unit.enabled) this.start(unit.name);
    return init;
  }

  get #runner(): UnitRunner {
    if (!this.#made) throw new Error('the machine has not booted');
    return this.#made;
  }

  get init(): Process {
    if (!this.#init) throw new Error('the machine has not booted');
    return this.#init;
  }

  /** systemctl daemon-reload: reads all unit files anew; running processes are left alone. */
  reload(): void {
    for (const folder of [...unitFolders].reverse()) {
      if (!this.init.fs.isDirectory(folder)) continue;
      for (const [name] of this.init.fs.list(folder)) if (name.endsWith('.service')) this.#load(name, `${folder}/${name}`);
    }
    for (const unit of this.units.values()) if (unit.active === 'active') this.#runner.limit(unit);
    for (const [name, unit] of this.units)
      if (!unit.masked && !this.init.fs.exists(unit.file.path) && (unit.active === 'inactive' || unit.active === 'failed')) this.units.delete(name);
  }

  /** `kubelet` or `kubelet.service`; throws UnitError when there is no such unit. */
  find(name: string, verb: string): Unit {
    const unit = this.lookup(name);
    const full = /\.\w+$/.test(name) ? name : `${name}.service`;
    if (!unit) throw new UnitError(`Failed to ${verb} ${full}: Unit ${full} not ${/^(stop|kill|reset)/.test(verb) ? 'loaded' : 'found'}.`, 5);
    return unit;
  }

  /** A unit that nobody has asked for yet is read now. */
  lookup(name: string): Unit | undefined {
    const full = /\.(service|socket|target|timer|mount|slice|path)$/.test(name) ? name : `${name}.service`;
    if (!this.units.has(full) && full.endsWith('.service')) {
      const folder = unitFolders.find((each) => this.init.fs.find(`${each}/${full}`));
      if (folder !== undefined) this.#load(full, `${folder}/${full}`);
    }
    const unit = this.units.get(full);
    // What systemd-run made is forgotten when it has ended well.
    if (unit && unit.active === 'inactive' && unit.attempts > 0 && unit.file.path.startsWith('/run/systemd/transient/')) {
      this.init.fs.unlink(unit.file.path);
      this.units.delete(full);
      return undefined;
    }
    return unit;
  }

  start(name: string): void {
    const unit = this.find(name, 'start');
    if (unit.masked) throw new UnitError(`Failed to start ${unit.name}: Unit ${unit.name} is masked.`, 1);
    if (unit.active === 'active' || unit.active === 'activating') return;
    if (unit.file.refusal !== undefined)
      throw new UnitError(
        `Failed to start ${unit.name}: Unit ${unit.name} has a bad unit file setting.\nSee system logs and 'systemctl status ${unit.name}' for details.`,
        1,
      );
    unit.stopping = false;
    unit.starts = [];
    unit.restarts = 0;
    unit.supervisor = this.init.sim.go(this.#runner.supervise(unit), unit.name) as Fiber;
  }

  /** Starts a unit and waits for what becomes of it, as systemctl does without --no-block. Throws UnitError. */
  *startAndWait(name: string): Routine {
    const unit = this.find(name, 'start');
    const { attempts, active } = unit;
    this.start(name);
    if (active === 'active') return;
    while (unit.attempts === attempts && !unit.stopping) yield { on: [unit.changed] };
    if (!unit.startFailed || unit.result === 'success') return;
    const see = `See "systemctl status ${unit.name}" and "journalctl -xeu ${unit.name}" for details.`;
    throw new UnitError(`Job for ${unit.name} failed because ${reasons[unit.result]}.\n${see}`, 1);
  }

  /** Waits until the unit's processes have ended, for as long as the unit allows, then kills them. */
  *stop(name: string): Routine {
    const unit = this.find(name, 'stop');
    unit.stopping = true;
    if (unit.sub === 'auto-restart') unit.supervisor?.cancel();
    if (unit.sub === 'auto-restart' || unit.active === 'failed') this.#runner.set(unit, 'inactive', 'dead');
    if (unit.sub === 'exited') this.#runner.rest(unit);
    if (unit.active !== 'active' && unit.active !== 'activating') return;
    this.#runner.say(unit, `Stopping ${unit.file.description}...`);
    this.#runner.set(unit, 'deactivating', 'stop-sigterm');
    for (const command of unit.file.commands('ExecStop')) yield* this.#runner.control(unit, command);
    this.#runner.signal(unit, 'SIGTERM');
    const until = this.#kernel.sim.now + unit.file.timeoutStopMilliseconds;
    while (unit.main && this.#kernel.sim.now < until) yield* waitFor(unit.changed, Math.min(until - this.#kernel.sim.now, 1e9));
    if (!unit.main) return;
    this.#runner.say(unit, "State 'stop-sigterm' timed out. Killing.");
    this.#runner.signal(unit, 'SIGKILL');
  }

  *restart(name: string): Routine {
    const unit = this.find(name, 'restart');
    yield* this.stop(unit.name);
    yield* this.startAndWait(unit.name);
    yield* sleep(50);
  }

  /** ExecReload, or what stands for it. */
  *reloadUnit(name: string): Routine {
    const unit = this.find(name, 'reload');
    const commands = unit.file.commands('ExecReload');
    if (commands.length === 0) throw new UnitError(`Failed to reload ${unit.name}: Job type reload is not applicable for unit ${unit.name}.`, 1);
    if (unit.active !== 'active') throw new UnitError(`${unit.name} is not active, cannot reload.`, 1);
    this.#runner.say(unit, `Reloading ${unit.file.description}...`);
    for (const command of commands) yield* this.#runner.control(unit, command.replaceAll(/\$\{?MAINPID\}?/g, String(unit.main?.pid ?? 0)));
    this.#runner.say(unit, `Reloaded ${unit.file.description}.`);
  }

  /** Whether the files of a unit are others than those it was read from. */
  isOutdated(unit: Unit): boolean {
    if (unit.masked) return false;
    if (!this.init.fs.exists(unit.file.path)) return true;
    return sourceOf(this.#texts(unit.name, unit.file.path)) !== unit.file.source;
  }

  #texts(name: string, path: string): { readonly path: string; readonly text: string }[] {
    const { fs } = this.init;
    const texts = [{ path, text: fs.read(path) }];
    for (const folder of [...[...unitFolders].reverse(), '/etc/systemd/system.control', '/run/systemd/system.control']) {
      const drop = `${folder}/${name}.d`;
      if (!fs.isDirectory(drop)) continue;
      for (const [file] of fs.list(drop)) if (file.endsWith('.conf')) texts.push({ path: `${drop}/${file}`, text: fs.read(`${drop}/${file}`) });
    }
    return texts;
  }

  #load(name: string, path: string): void {
    const { fs } = this.init;
    const known = this.units.get(name);
    const own = fs.find(path, false);
    const masked = own?.type === 'symlink' && own.target === '/dev/null';
    if (!masked && fs.find(path)?.type !== 'file') return;
    const file = masked ? (known?.file ?? parseUnit(path, [])) : parseUnit(path, this.#texts(name, path));
    const enabled = file.wantedBy.some((target) => fs.find(`/etc/systemd/system/${target}.wants/${name}`, false));
    const unit = known ?? new Unit(name, file, this.#kernel.sim.now, enabled);
    this.units.set(name, unit);
    unit.file = file;
    unit.enabled = enabled;
    unit.masked = masked;
    for (const warning of file.warnings) this.#runner.log(unit, 'systemd', 1, warning, 4);
    if (file.refusal !== undefined && !masked) this.#runner.say(unit, file.refusal, 3);
  }
}
