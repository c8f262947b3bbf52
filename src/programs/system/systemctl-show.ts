/** systemctl status, cat, show, list-units, list-unit-files: what units are. */
import type { Systemd, Unit } from '../../linux/systemd.ts';
import { statusText } from '../../linux/unit-exec.ts';
import { sizeOf, tasksMax } from '../../linux/unit-limits.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import type { Call } from '../tool.ts';
import { journalLine } from './journal-format.ts';
import { fileState } from './systemctl-files.ts';
import { cgroupTree } from './systemd-tools.ts';
import { fullName, invocation, size, span, stamp } from './units.ts';

export { show } from './systemctl-properties.ts';

function activeLine(unit: Unit, now: number): string {
  const ago = `since ${stamp(unit.since)}; ${span(now - unit.since)} ago`;
  if (unit.active === 'active') return `active (${unit.sub}) ${ago}`;
  if (unit.active === 'failed') return `failed (Result: ${unit.result}) ${ago}`;
  if (unit.active === 'activating') return `activating (${unit.sub})${unit.sub === 'auto-restart' ? ` (Result: ${unit.result})` : ''} ${ago}`;
  return unit.exitStatus === undefined && unit.exitedPid === undefined ? 'inactive (dead)' : `${unit.active} (${unit.sub}) ${ago}`;
}

/** The worst status of all: 3 for one that does not run, 4 for one that is not there. */
export function* status(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  let worst = 0;
  if (names.length === 0) {
    yield* call.print(machine(call, manager));
    return 0;
  }
  for (const [i, given] of names.entries()) {
    // A process stands for its unit.
    const process = /^\d+$/.test(given) ? call.process.kernel.processes.get(Number(given)) : undefined;
    const found = process && manager.lookup(/\/([^/]+\.service)(\/|$)/.exec(process.cgroup.path)?.[1] ?? '');
    if (/^\d+$/.test(given) && !found) {
      yield* call.process.printError(`Failed to get unit for PID ${given}: PID ${given} ${process ? 'does not belong to any loaded unit' : 'not found'}.\n`);
      worst = 4;
      continue;
    }
    const name = found?.name ?? given;
    const unit = manager.lookup(name);
    if (!unit) {
      yield* call.process.printError(`Unit ${fullName(name)} could not be found.\n`);
      worst = 4;
      continue;
    }
    if (manager.isOutdated(unit))
      yield* call.process.printError(
        `Warning: The unit file, source configuration file or drop-ins of ${unit.name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`,
      );
    yield* call.print(`${i > 0 ? '\n' : ''}${describe(call, manager, unit)}`);
    if (unit.active !== 'active') worst = Math.max(worst, 3);
  }
  return worst;
}

/** Of all together: `systemctl status` without a unit (src/systemctl/systemctl-show.c show_system_status). */
function machine({ process }: Call, { units }: Systemd): string {
  const { kernel } = process;
  const failed = [...units.values()].filter(({ active }) => active === 'failed').length;
  const rows = [
    ['State', failed > 0 ? 'degraded' : 'running'],
    ['Units', `${units.size} loaded (incl. loaded aliases)`],
    ['Jobs', '0 queued'],
    ['Failed', `${failed} unit${failed === 1 ? '' : 's'}`],
    ['Since', `${stamp(kernel.bootedAt)}; ${span(kernel.sim.now - kernel.bootedAt)} ago`],
    ['systemd', '257.9-1~deb13u1'],
    ['CGroup', '/'],
  ];
  const text = rows.map(([title = '', value]) => `${title.padStart(9)}: ${value}\n`).join('');
  return `${failed > 0 ? '×' : '●'} ${kernel.hostname}\n${text}${cgroupTree(process, kernel.rootCgroup, ' '.repeat(11), Number.POSITIVE_INFINITY)}`;
}

function loadedText(unit: Unit): string {
  if (unit.masked) return `masked (Reason: Unit ${unit.name} is masked.)`;
  if (unit.file.refusal !== undefined) return `bad-setting (Reason: Unit ${unit.name} has a bad unit file setting.)`;
  return `loaded (${unit.file.path}; ${fileState(unit)}${/static|transient/.test(fileState(unit)) ? '' : '; preset: enabled'})`;
}

function describe(call: Call, manager: Systemd, unit: Unit): string {
  const { now } = call.process;
  const dot = unit.active === 'failed' ? '×' : unit.active === 'inactive' ? '○' : '●';
  const group = call.process.kernel.rootCgroup.at(`system.slice/${unit.name}`);
  const members = [...group.everyone()];
  const row = (title: string, text: string): string => `${`${title}:`.padStart(12)} ${text}\n`;
  let out = `${dot} ${unit.name} - ${unit.file.description}\n`;
  out += row('Loaded', loadedText(unit));
  if (fileState(unit) === 'transient') out += row('Transient', 'yes');
  const dropIns = unit.file.dropIns;
  if (dropIns[0])
    out += `${row('Drop-In', dropIns[0].slice(0, dropIns[0].lastIndexOf('/')))}${dropIns.map((path, i) => `             ${i === dropIns.length - 1 ? '└─' : '├─'}${path.slice(path.lastIndexOf('/') + 1)}\n`).join('')}`;
  out += row('Active', activeLine(unit, now));
  if (unit.active !== 'inactive') out += row('Invocation', invocation(call, unit));
  if (unit.file.documentation.length > 0) out += row('Docs', unit.file.documentation.flatMap((each) => each.split(' ')).join('\n             '));
  if (!unit.main && unit.exitedPid !== undefined) {
    const how =
      unit.result === 'signal' || unit.result === 'oom-kill' || unit.exitStatus === 143
        ? `code=killed, signal=${(unit.exitStatus ?? 0) === 137 ? 'KILL' : 'TERM'}`
        : `code=exited, status=${statusText(unit.exitStatus ?? 0)}`;
    out += row('Process', `${unit.exitedPid} ExecStart=${unit.file.execStart} (${how})`);
    out += row('Main PID', `${unit.exitedPid} (${how})`);
  }
  if (unit.main) out += row('Main PID', `${unit.main.pid} (${unit.main.comm})`);
  if (members.length > 0) {
    const processes = members.flatMap((member) => call.process.kernel.processes.get(member.pid) ?? []).sort((a, b) => a.pid - b.pid);
    const tasks = sizeOf(tasksMax((key) => unit.file.get(`Service.${key}`))) ?? Number.POSITIVE_INFINITY;
    out += row('Tasks', `${members.length}${Number.isFinite(tasks) ? ` (limit: ${tasks})` : ''}`);
    const memory = processes.reduce((sum, each) => sum + each.memoryBytes, 0);
    const most = group.memoryMaxBytes;
    const limits = Number.isFinite(most) ? `max: ${size(most)}, available: ${size(Math.max(0, most - memory))}, ` : '';
    out += row('Memory', `${size(memory)} (${limits}peak: ${size(Math.max(memory, group.memoryPeakBytes))})`);
    out += row('CPU', cpu(Math.max(group.cpuUsageMicros, ...processes.map((each) => each.cpuMicros))));
    out += row('CGroup', `/system.slice/${unit.name}`);
    const width = Math.max(...processes.map((each) => String(each.pid).length));
    processes.forEach((each, i) => {
      out += `             ${i === processes.length - 1 ? '└─' : '├─'}${String(each.pid).padStart(width)} ${each.argv.join(' ')}\n`;
    });
  }
  const wanted = Number(call.value('n') ?? 10);
  const lines = wanted === 0 ? [] : manager.journal.entries.filter((entry) => entry.unit === unit.name).slice(-wanted);
  return lines.length === 0 ? out : `${out}\n${lines.map((entry) => journalLine(entry, call.process)).join('')}`;
}

const cpu = (micros: number): string =>
  micros < 1e6
    ? `${Math.round(micros / 1000)}ms`
    : micros < 60e6
      ? `${(micros / 1e6).toFixed(3)}s`
      : `${Math.floor(micros / 60e6)}min ${((micros / 1e6) % 60).toFixed(3)}s`;

/** Unit file and drop-ins, each with its path. */
export function* cat(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const unit = manager.lookup(name);
    if (!unit) {
      yield* call.process.printError(`No files found for ${fullName(name)}.\n`);
      return 1;
    }
    const texts = [unit.file.path, ...unit.file.dropIns].map((path) => `# ${path}\n${manager.init.fs.exists(path) ? manager.init.fs.read(path) : ''}`);
    yield* call.print(texts.join('\n'));
  }
  return 0;
}

/** Those whose names fit one of the patterns, of the types that are asked for: services are all there is. */
function chosen(call: Call, manager: Systemd, patterns: readonly string[]): Unit[] {
  const types = call.all('t').flatMap((text) => text.split(','));
  return [...manager.units.values()].filter(
    ({ name }) =>
      (types.length === 0 || types.some((type) => name.endsWith(`.${type}`))) &&
      (patterns.length === 0 || patterns.some((pattern) => globMatches(/[*?[]/.test(pattern) ? pattern : fullName(pattern), name))),
  );
}

/** Loaded ones; inactive ones only with -a or a --state. */
export function* listUnits(call: Call, manager: Systemd, patterns: readonly string[]): Routine<number> {
  const state = call.has('failed') ? 'failed' : call.value('state');
  const units = chosen(call, manager, patterns)
    .filter((unit) => (state ? unit.active === state || unit.sub === state : call.has('a') || unit.active !== 'inactive'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = units.map((unit) => [
    unit.name,
    unit.masked ? 'masked' : unit.file.refusal === undefined ? 'loaded' : 'bad-setting',
    unit.active,
    unit.sub,
    unit.file.description,
  ]);
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

/** Installed ones, with their enablement. */
export function* listFiles(call: Call, manager: Systemd, patterns: readonly string[]): Routine<number> {
  const states = call.all('state').flatMap((text) => text.split(','));
  const rows = chosen(call, manager, patterns)
    .map((unit) => [unit.name, fileState(unit)])
    .filter(([, state = '']) => states.length === 0 || states.includes(state))
    .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  const width = Math.max(9, ...rows.map(([name]) => (name ?? '').length));
  if (!call.has('no-legend')) yield* call.print(rows.length === 0 ? '' : `${'UNIT FILE'.padEnd(width)} STATE    PRESET\n`);
  for (const [name = '', state = ''] of rows) yield* call.print(`${name.padEnd(width)} ${state.padEnd(8)} enabled\n`);
  if (!call.has('no-legend')) yield* call.print(`${rows.length === 0 ? '' : '\n'}${rows.length} unit files listed.\n`);
  return 0;
}

/** What a unit wants, as a tree; the machine's own slices and targets come with every service. */
export function* listDependencies(call: Call, manager: Systemd, names: readonly string[]): Routine<number> {
  const name = fullName(names[0] ?? 'default.target');
  const unit = manager.lookup(name);
  const all = [...manager.units.values()];
  const direct = call.has('reverse')
    ? [
        ...all
          .filter(({ file }) => /\b/.test(name) && `${file.get('Unit.Wants')} ${file.get('Unit.Requires')}`.split(' ').includes(name))
          .map((each) => each.name),
        ...(unit?.file.wantedBy ?? []),
      ]
    : unit
      ? ['system.slice', 'sysinit.target', ...`${unit.file.get('Unit.Requires')} ${unit.file.get('Unit.Wants')}`.split(' ').filter(Boolean)]
      : all.filter((each) => each.enabled).map((each) => each.name);
  const mark = (each: string): string => {
    const found = manager.units.get(each);
    return found === undefined || found.active === 'active' ? '●' : found.active === 'failed' ? '×' : '○';
  };
  yield* call.print(`${name}\n`);
  for (const [i, each] of direct.entries()) yield* call.print(`${mark(each)} ${i === direct.length - 1 ? '└─' : '├─'}${each}\n`);
  return 0;
}

/** A list of a kind of unit that this machine has none of. */
export const nothingListed = (head: string, what: string) =>
  function* (call: Call): Routine<number> {
    if (!call.has('no-legend')) yield* call.print(`${head}\n\n0 ${what} listed.\nPass --all to see loaded but inactive ${what}, too.\n`);
    return 0;
  };
