/** systemctl (systemd 257) over the node's unit manager. Layouts: design/runtime-tools.md §10. */
import type { Process } from '../../linux/process.ts';
import { type Systemd, type Unit, UnitError } from '../../linux/systemd.ts';
import type { Routine } from '../../sim/routine.ts';
import { humanSize } from '../numbers.ts';
import { strftime } from '../time.ts';
import { type Call, tool } from '../tool.ts';
import { journalLine } from './journalctl.ts';

/** systemd runs the whole machine: what is inside a container cannot reach it. */
export function managerOf(process: Process): Systemd | undefined {
  return process.namespaces.mount === process.kernel.host.mount ? process.kernel.systemd : undefined;
}

export const notBooted = "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n";

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

const fullName = (name: string): string => (/\.(service|socket|target|timer|mount|slice)$/.test(name) ? name : `${name}.service`);
const unitOf = (manager: Systemd, name: string): Unit | undefined => manager.units.get(fullName(name));

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

const stamp = (at: number): string => strftime('%a %Y-%m-%d %H:%M:%S %Z', at);

/** `2h 3min`, `45s`, `3 days`: two units at most. */
export function span(milliseconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ];
  const parts: string[] = [];
  let left = Math.max(0, Math.round(milliseconds));
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && (unit !== 'ms' || parts.length === 0)) parts.push(unit === 'day' ? `${count} day${count === 1 ? '' : 's'}` : `${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0';
}

function activeLine(unit: Unit, now: number): string {
  const ago = `since ${stamp(unit.since)}; ${span(now - unit.since)} ago`;
  if (unit.active === 'active') return `active (${unit.sub}) ${ago}`;
  if (unit.active === 'failed') return `failed (Result: ${unit.result}) ${ago}`;
  if (unit.active === 'activating') return `activating (${unit.sub})${unit.sub === 'auto-restart' ? ` (Result: ${unit.result})` : ''} ${ago}`;
  return unit.exitStatus === undefined && unit.exitedPid === undefined ? 'inactive (dead)' : `${unit.active} (${unit.sub}) ${ago}`;
}

function* status(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  let worst = 0;
  for (const [i, name] of names.entries()) {
    const unit = unitOf(manager, name);
    if (!unit) {
      yield* call.process.printError(`Unit ${fullName(name)} could not be found.\n`);
      worst = 4;
      continue;
    }
    yield* call.print(`${i > 0 ? '\n' : ''}${describe(call, manager, unit)}`);
    if (unit.active !== 'active') worst = Math.max(worst, 3);
  }
  return worst;
}

function describe(call: Call, manager: Systemd, unit: Unit): string {
  const { now } = call.process;
  const dot = unit.active === 'failed' ? '×' : unit.active === 'inactive' ? '○' : '●';
  const members = [...call.process.kernel.rootCgroup.at(`system.slice/${unit.name}`).everyone()];
  const row = (title: string, text: string): string => `${`${title}:`.padStart(12)} ${text}\n`;
  let out = `${dot} ${unit.name} - ${unit.file.description}\n`;
  out += row(
    'Loaded',
    unit.masked ? `masked (Reason: Unit ${unit.name} is masked.)` : `loaded (${unit.file.path}; ${unit.enabled ? 'enabled' : 'disabled'}; preset: enabled)`,
  );
  const dropIns = unit.file.dropIns;
  if (dropIns[0])
    out += `${row('Drop-In', dropIns[0].slice(0, dropIns[0].lastIndexOf('/')))}${dropIns.map((path, i) => `             ${i === dropIns.length - 1 ? '└─' : '├─'}${path.slice(path.lastIndexOf('/') + 1)}\n`).join('')}`;
  out += row('Active', activeLine(unit, now));
  if (unit.file.documentation.length > 0) out += row('Docs', unit.file.documentation.join('\n             '));
  if (!unit.main && unit.exitedPid !== undefined) {
    const how =
      unit.result === 'signal' || unit.result === 'oom-kill'
        ? `code=killed, signal=${(unit.exitStatus ?? 0) === 137 ? 'KILL' : 'TERM'}`
        : `code=exited, status=${unit.exitStatus}${unit.exitStatus === 0 ? '/SUCCESS' : unit.exitStatus === 1 ? '/FAILURE' : unit.exitStatus === 203 ? '/EXEC' : ''}`;
    out += row('Process', `${unit.exitedPid} ExecStart=${unit.file.execStart} (${how})`);
    out += row('Main PID', `${unit.exitedPid} (${how})`);
  }
  if (unit.main) out += row('Main PID', `${unit.main.pid} (${unit.main.comm})`);
  if (members.length > 0) {
    const processes = members.flatMap((member) => call.process.kernel.processes.get(member.pid) ?? []).sort((a, b) => a.pid - b.pid);
    out += row('Tasks', `${members.length}`);
    out += row('Memory', humanSize(processes.reduce((sum, each) => sum + each.memoryBytes, 0)));
    out += row('CPU', cpu(processes.reduce((sum, each) => sum + each.cpuMicros, 0)));
    out += row('CGroup', `/system.slice/${unit.name}`);
    const width = Math.max(...processes.map((each) => String(each.pid).length));
    processes.forEach((each, i) => {
      out += `             ${i === processes.length - 1 ? '└─' : '├─'}${String(each.pid).padStart(width)} ${each.argv.join(' ')}\n`;
    });
  }
  const lines = manager.journal.entries.filter((entry) => entry.unit === unit.name).slice(-Number(call.value('n') ?? 10));
  return lines.length === 0 ? out : `${out}\n${lines.map((entry) => journalLine(entry, call.process)).join('')}`;
}

const cpu = (micros: number): string =>
  micros < 1e6
    ? `${Math.round(micros / 1000)}ms`
    : micros < 60e6
      ? `${(micros / 1e6).toFixed(3)}s`
      : `${Math.floor(micros / 60e6)}min ${((micros / 1e6) % 60).toFixed(3)}s`;

function* cat(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const unit = unitOf(manager, name);
    if (!unit) {
      yield* call.process.printError(`No files found for ${fullName(name)}.\n`);
      return 1;
    }
    const texts = [unit.file.path, ...unit.file.dropIns].map((path) => `# ${path}\n${manager.init.fs.exists(path) ? manager.init.fs.read(path) : ''}`);
    yield* call.print(texts.join('\n'));
  }
  return 0;
}

function* show(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const unit = unitOf(manager, name);
    const properties: Readonly<Record<string, string>> = {
      Id: fullName(name),
      LoadState: unit ? (unit.masked ? 'masked' : 'loaded') : 'not-found',
      ActiveState: unit?.active ?? 'inactive',
      SubState: unit?.sub ?? 'dead',
      MainPID: String(unit?.main?.pid ?? 0),
      Description: unit?.file.description ?? fullName(name),
      FragmentPath: unit?.file.path ?? '',
      UnitFileState: unit ? (unit.enabled ? 'enabled' : 'disabled') : '',
      Restart: unit?.file.restart ?? 'no',
      NRestarts: String(unit?.restarts ?? 0),
      Result: unit?.result ?? 'success',
      ExecMainStatus: String(unit?.exitStatus ?? 0),
    };
    const wanted = call.all('p').flatMap((text) => text.split(','));
    for (const [key, value] of Object.entries(properties))
      if (wanted.length === 0 || wanted.includes(key)) yield* call.print(call.has('value') ? `${value}\n` : `${key}=${value}\n`);
  }
  return 0;
}

function* listUnits(call: Call, manager: Systemd): Routine<number> {
  const state = call.has('failed') ? 'failed' : call.value('state');
  const units = [...manager.units.values()]
    .filter((unit) => (state ? unit.active === state || unit.sub === state : call.has('a') || unit.active !== 'inactive'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = units.map((unit) => [unit.name, unit.masked ? 'masked' : 'loaded', unit.active, unit.sub, unit.file.description]);
  const head = ['UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[], mark: string): string =>
    `${mark} ${cells.map((cell, i) => (i === 4 ? cell : cell.padEnd(widths[i] ?? 0))).join(' ')}\n`;
  if (rows.length > 0 && !call.has('no-legend')) yield* call.print(line(head, ' '));
  for (const row of rows) yield* call.print(line(row, row[2] === 'failed' ? '●' : ' '));
  if (!call.has('no-legend'))
    yield* call.print(
      `${rows.length > 0 ? '\nLegend: LOAD   → Reflects whether the unit definition was properly loaded.\n        ACTIVE → The high-level unit activation state, i.e. generalization of SUB.\n        SUB    → The low-level unit activation state, values depend on unit type.\n\n' : ''}${rows.length} loaded units listed.${call.has('a') || state ? '' : ' Pass --all to see loaded but inactive units, too.'}\n`,
    );
  return 0;
}

function* listFiles(call: Call, manager: Systemd): Routine<number> {
  const rows = [...manager.units.values()]
    .map((unit) => [unit.name, unit.masked ? 'masked' : unit.enabled ? 'enabled' : 'disabled'])
    .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  const width = Math.max(9, ...rows.map(([name]) => (name ?? '').length));
  yield* call.print(`${'UNIT FILE'.padEnd(width)} STATE    PRESET\n`);
  for (const [name = '', state = ''] of rows) yield* call.print(`${name.padEnd(width)} ${state.padEnd(8)} enabled\n`);
  yield* call.print(`\n${rows.length} unit files listed.\n`);
  return 0;
}
