/** systemctl: what is asked of units. */
import { type Systemd, type Unit, UnitError } from '../../linux/systemd.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, tool } from '../tool.ts';
import { cat, listFiles, listUnits, show, status } from './systemctl-show.ts';
import { managerOf, notBooted, unitOf } from './units.ts';

type Verb = (call: Call, manager: Systemd, names: readonly string[]) => Routine<number>;

/** A verb that does something to each unit; nothing is printed when it works. */
const each = (use: (manager: Systemd, name: string) => Routine | void): Verb =>
  function* (call, manager, names) {
    if (call.process.uid !== 0) {
      yield* call.process.printError('Failed to connect to system scope bus via local transport: Operation not permitted\n');
      return 1;
    }
    let status = 0;
    for (const name of names) {
      try {
        const routine = use(manager, name);
        if (routine) yield* routine;
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        yield* call.process.printError(`${error.message}\n`);
        status = error.status;
      }
    }
    return status;
  };

const link = (manager: Systemd, name: string): { readonly folder: string; readonly path: string; readonly target: string } => {
  const unit = manager.find(name, 'enable unit');
  const wanted = unit.file.wantedBy[0] ?? 'multi-user.target';
  const folder = `/etc/systemd/system/${wanted}.wants`;
  return { folder, path: `${folder}/${unit.name}`, target: unit.file.path };
};

function* enable(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  const { fs } = manager.init;
  return yield* each(function* (_manager, name) {
    const { folder, path, target } = link(manager, name);
    const unit = manager.find(name, 'enable unit');
    if (!fs.find(path, false)) {
      fs.mkdir(folder, { parents: true });
      fs.symlink(target, path);
      yield* call.process.printError(`Created symlink '${path}' → '${target}'.\n`);
    }
    unit.enabled = true;
    if (call.has('now')) manager.start(name);
  })(call, manager, names);
}

function* disable(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  const { fs } = manager.init;
  return yield* each(function* (_manager, name) {
    const { path } = link(manager, name);
    const unit = manager.find(name, 'disable unit');
    if (fs.find(path, false)) {
      fs.unlink(path);
      yield* call.process.printError(`Removed '${path}'.\n`);
    }
    unit.enabled = false;
    if (call.has('now')) yield* manager.stop(name);
  })(call, manager, names);
}

/** Prints a word for each unit; the status is that of the last one that is not as asked. */
const ask = (word: (unit: Unit | undefined) => string, good: (unit: Unit | undefined) => boolean, bad: (unit: Unit | undefined) => number): Verb =>
  function* (call, manager, names) {
    let anyGood = false;
    let status = 0;
    for (const name of names) {
      const unit = unitOf(manager, name);
      if (!call.has('q')) yield* call.print(`${word(unit)}\n`);
      if (good(unit)) anyGood = true;
      else status = bad(unit);
    }
    return anyGood ? 0 : status;
  };

const verbs: Readonly<Record<string, Verb>> = {
  start: each(function* (manager, name) {
    manager.start(name);
    // The job waits until systemd itself tries again (src/core/service.c, service_start).
    const unit = unitOf(manager, name);
    while (unit?.sub === 'auto-restart') yield { on: [unit.changed] };
    yield { timeout: 50 };
  }),
  stop: each((manager, name) => manager.stop(name)),
  restart: each((manager, name) => manager.restart(name)),
  'try-restart': each((manager, name) => (unitOf(manager, name)?.active === 'active' ? manager.restart(name) : undefined)),
  reload: each((manager, name) => void manager.find(name, 'reload').main?.signal('SIGHUP')),
  kill: each((manager, name) => void manager.find(name, 'kill').main?.signal('SIGTERM')),
  mask: each((manager, name) => {
    manager.find(name, 'mask unit').masked = true;
  }),
  unmask: each((manager, name) => {
    manager.find(name, 'unmask unit').masked = false;
  }),
  'reset-failed': each((manager, name) => {
    const unit = manager.find(name, 'reset failed state of unit');
    if (unit.active !== 'failed') return;
    unit.active = 'inactive';
    unit.sub = 'dead';
  }),
  enable,
  disable,
  *'daemon-reload'(_call, manager) {
    manager.reload();
    return 0;
  },
  status: status,
  cat: cat,
  show: show,
  'list-units': listUnits,
  'list-unit-files': listFiles,
  'is-active': ask(
    (unit) => unit?.active ?? 'inactive',
    (unit) => unit?.active === 'active',
    (unit) => (unit ? 3 : 4),
  ),
  'is-enabled': ask(
    (unit) => (unit ? (unit.masked ? 'masked' : unit.enabled ? 'enabled' : 'disabled') : 'not-found'),
    (unit) => unit?.enabled === true,
    (unit) => (unit ? 1 : 4),
  ),
  'is-failed': ask(
    (unit) => unit?.active ?? 'inactive',
    (unit) => unit?.active === 'failed',
    () => 1,
  ),
  *'is-system-running'(call, manager) {
    const failed = [...manager.units.values()].some((unit) => unit.active === 'failed');
    yield* call.print(failed ? 'degraded\n' : 'running\n');
    return failed ? 1 : 0;
  },
};

export const systemctl = tool({
  usage: '[OPTIONS...] COMMAND ...',
  summary: 'Query or send control commands to the system manager.',
  options: [
    ['now', 'start or stop unit after enabling or disabling it'],
    ['no-pager', 'do not pipe output into a pager'],
    ['l,full', "don't ellipsize unit names on output"],
    ['a,all', 'show all units'],
    ['n,lines=INTEGER', 'number of journal entries to show'],
    ['q,quiet', 'suppress output'],
    ['t,type=TYPE', 'list units of a particular type'],
    ['state=STATE', 'list units with particular state'],
    ['failed', 'shortcut for --state=failed'],
    ['p,property=NAME', 'show only properties by this name'],
    ['value', 'when showing properties, only print the value'],
    ['no-legend', 'do not print a legend'],
    ['plain', ''],
    ['user', ''],
    ['system', ''],
    ['f,force', ''],
    ['no-block', ''],
  ],
  *run(call) {
    const manager = managerOf(call.process);
    if (!manager) {
      yield* call.process.printError(notBooted);
      return 1;
    }
    const [verb = 'list-units', ...names] = call.operands;
    const known = verbs[verb];
    if (!known) {
      yield* call.process.printError(`Unknown command verb '${verb}'.\n`);
      return 1;
    }
    return yield* known(call, manager, names);
  },
});

// ── looking ──
