/** systemctl: what is asked of units. */
import { parseSignal } from '../../linux/signals.ts';
import { type Systemd, type Unit, UnitError } from '../../linux/systemd.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, tool } from '../tool.ts';
import { disable, edit, enable, fileState, mask, reenable, revert, unmask } from './systemctl-files.ts';
import { managerVerbs } from './systemctl-manager.ts';
import { cat, listDependencies, listFiles, listUnits, nothingListed, show, status } from './systemctl-show.ts';
import { fullName, managerOf, notBooted, unitOf } from './units.ts';

type Verb = (call: Call, manager: Systemd, names: readonly string[]) => Routine<number>;

const interactive = 'Interactive authentication required.';

/** A verb that does something to each unit; nothing is printed when it works. `job`: what stands in `Failed to … NAME`. */
const each = (use: (manager: Systemd, name: string) => Routine | void, job = ''): Verb =>
  function* (call, manager, names) {
    let status = 0;
    if (names.length === 0) {
      yield* call.process.printError('Too few arguments.\n');
      return 1;
    }
    for (const name of names) {
      if (call.process.uid !== 0) {
        const see = `See system logs and 'systemctl status ${fullName(name)}' for details.\n`;
        yield* call.process.printError(job === '' ? `${interactive}\n` : `Failed to ${job} ${fullName(name)}: ${interactive}\n${see}`);
        status = 1;
        continue;
      }
      try {
        const unit = manager.lookup(name);
        if (job !== '' && unit && manager.isOutdated(unit)) yield* call.process.printError(outdated(unit));
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

/** What systemctl says on its own before it does anything to a unit whose files have changed. */
const outdated = ({ name }: Unit): string =>
  `Warning: The unit file, source configuration file or drop-ins of ${name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`;

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

function* reload(call: Call, manager: Systemd): Routine<number> {
  if (call.process.uid !== 0) {
    yield* call.process.printError(`Failed to reload daemon: ${interactive}\n`);
    return 1;
  }
  manager.reload();
  return 0;
}

function* reloadOrRestart(manager: Systemd, name: string): Routine {
  const unit = manager.find(name, 'reload-or-restart');
  yield* unit.active === 'active' && unit.file.commands('ExecReload').length > 0 ? manager.reloadUnit(name) : manager.restart(name);
}

function resetFailed(manager: Systemd, name: string): void {
  const unit = manager.find(name, 'reset failed state of unit');
  unit.starts = [];
  unit.restarts = 0;
  unit.result = 'success';
  if (unit.active !== 'failed') return;
  unit.active = 'inactive';
  unit.sub = 'dead';
}

const verbs: Readonly<Record<string, Verb>> = {
  *start(call, manager, names) {
    return yield* each(function* (_manager, name) {
      if (call.has('no-block')) return manager.start(name);
      yield* manager.startAndWait(name);
      yield { timeout: 50 };
    }, 'start')(call, manager, names);
  },
  stop: each((manager, name) => manager.stop(name), 'stop'),
  restart: each((manager, name) => manager.restart(name), 'restart'),
  'try-restart': each((manager, name) => (unitOf(manager, name)?.active === 'active' ? manager.restart(name) : undefined), 'try-restart'),
  condrestart: each((manager, name) => (unitOf(manager, name)?.active === 'active' ? manager.restart(name) : undefined), 'try-restart'),
  reload: each((manager, name) => manager.reloadUnit(name), 'reload'),
  'reload-or-restart': each((manager, name) => reloadOrRestart(manager, name), 'reload-or-restart'),
  'try-reload-or-restart': each(
    (manager, name) => (unitOf(manager, name)?.active === 'active' ? reloadOrRestart(manager, name) : undefined),
    'try-reload-or-restart',
  ),
  *kill(call, manager, names) {
    const signal = parseSignal(call.value('s') ?? 'TERM');
    if (signal === undefined) {
      yield* call.process.printError(`Failed to parse signal string ${call.value('s')}.\n`);
      return 1;
    }
    return yield* each((_manager, name) => void manager.find(name, 'kill unit').main?.signal(signal), 'kill unit')(call, manager, names);
  },
  *'reset-failed'(call, manager, names) {
    const wanted = names.length > 0 ? names : [...manager.units.values()].filter((unit) => unit.active === 'failed').map((unit) => unit.name);
    return wanted.length === 0 ? 0 : yield* each(resetFailed, 'reset failed state of unit')(call, manager, wanted);
  },
  enable,
  disable,
  reenable,
  mask,
  unmask,
  preset: enable,
  revert,
  edit,
  *'daemon-reexec'(call, manager) {
    return yield* reload(call, manager);
  },
  'daemon-reload': reload,
  status: status,
  cat: cat,
  show: show,
  'list-units': listUnits,
  'list-unit-files': listFiles,
  'list-dependencies': listDependencies,
  'list-timers': nothingListed('NEXT LEFT LAST PASSED UNIT ACTIVATES', 'timers'),
  'list-sockets': nothingListed('LISTEN UNIT ACTIVATES', 'sockets'),
  'list-paths': nothingListed('PATH CONDITION UNIT ACTIVATES', 'paths'),
  *'list-jobs'(call) {
    yield* call.print('No jobs running.\n');
    return 0;
  },
  ...managerVerbs,
  'is-active': ask(
    (unit) => unit?.active ?? 'inactive',
    (unit) => unit?.active === 'active',
    (unit) => (unit ? 3 : 4),
  ),
  'is-enabled': ask(
    (unit) => (unit ? fileState(unit) : 'not-found'),
    (unit) => unit !== undefined && ['enabled', 'static'].includes(fileState(unit)),
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

const notSimulated = ['reboot', 'poweroff', 'halt', 'suspend', 'rescue', 'emergency', 'freeze', 'thaw', 'kexec', 'default', 'clean'];

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
    ['runtime', ''],
    ['job-mode=MODE', ''],
    ['show-types', ''],
    ['H,host=HOST', ''],
    ['P=NAME', ''],
    ['no-block', ''],
    ['s,signal=SIGNAL', 'which signal to send'],
    ['kill-whom=WHOM', ''],
    ['no-ask-password', ''],
    ['no-reload', ''],
    ['reverse', 'show reverse dependencies'],
    ['drop-in=NAME', 'edit a drop-in of this name'],
    ['stdin', 'read new contents of an edited file from standard input'],
    ['o,output=STRING', ''],
  ],
  *run(call) {
    const manager = managerOf(call.process);
    if (!manager) {
      yield* call.process.printError(notBooted);
      return 1;
    }
    if (call.has('H')) {
      yield* call.process.printError('k8s-lab: systemctl --host is not simulated: use ssh\n');
      return 70;
    }
    const [verb = 'list-units', ...names] = call.operands;
    const known = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (notSimulated.includes(verb)) {
      yield* call.process.printError(`k8s-lab: systemctl ${verb} is not simulated\n`);
      return 70;
    }
    if (!known) {
      yield* call.process.printError(`Unknown command verb '${verb}'.\n`);
      return 1;
    }
    return yield* known(call, manager, names);
  },
});
