/** systemd-cgls, systemd-run, timedatectl (systemd 257 src/cgls, src/run, src/timedate); reboot and the like; Debian's service. */
import type { Cgroup } from '../../linux/cgroup.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { UnitError } from '../../linux/systemd.ts';
import { limit } from '../../linux/unit-limits.ts';
import { own } from '../../sim/own.ts';
import type { Routine } from '../../sim/routine.ts';
import { run } from '../execute.ts';
import { commandLine } from '../processes/ps.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { fullName, invocation, managerOf, notBooted } from './units.ts';

/** Where output does not go to a terminal and is not asked for in full. */
const columns = 80;

/** What is in a group: its processes, then the groups below that have any. */
export function cgroupTree(process: Process, group: Cgroup, prefix: string, width: number): string {
  const below = [...group.children.values()].filter((child) => [...child.everyone()].length > 0);
  const pids = [...group.members].map(({ pid }) => pid).sort((a, b) => a - b);
  const digits = String(pids.at(-1) ?? '').length;
  const lines = pids.map((pid, i) => {
    const found = process.kernel.processes.get(pid);
    const text = found ? commandLine(found) : '';
    const room = Math.max(20, width - digits - 3);
    const last = i === pids.length - 1 && below.length === 0;
    return `${prefix}${last ? '└─' : '├─'}${String(pid).padStart(digits)} ${text.length > room ? `${text.slice(0, room - 1)}…` : text}\n`;
  });
  const groups = below.map((child, i) => {
    const last = i === below.length - 1;
    return `${prefix}${last ? '└─' : '├─'}${child.name}\n${cgroupTree(process, child, `${prefix}${last ? '  ' : '│ '}`, width - 2)}`;
  });
  return lines.join('') + groups.join('');
}

const found = (root: Cgroup, path: string): Cgroup | undefined =>
  path
    .split('/')
    .filter((name) => name !== '')
    .reduce((group: Cgroup | undefined, name) => group?.children.get(name), root);

const cgls = tool({
  usage: '[OPTIONS...] [CGROUP...]',
  summary: 'Recursively show control group contents.',
  options: [
    ['no-pager', 'do not pipe output into a pager'],
    ['a,all', ''],
    ['u,unit=UNIT', 'show the subtrees of a unit'],
    ['l,full', 'do not ellipsize output'],
    ['k', ''],
  ],
  *run(call) {
    const root = call.process.kernel.rootCgroup;
    const width = call.has('l') ? Number.POSITIVE_INFINITY : columns;
    const show = function* (title: string, path: string, failed: string): Routine {
      const group = found(root, path);
      if (!group) throw new Failure(failed, 1, true);
      yield* call.print(`${title}:\n${path === '/' ? '-.slice\n' : ''}${cgroupTree(call.process, group, '', width)}`);
    };
    for (const unit of call.all('u')) {
      const path = `/system.slice/${fullName(unit)}`;
      yield* show(`Unit ${unit} (${path})`, path, `Unit ${unit} not found.`);
    }
    for (const name of call.operands) {
      const directory = name.startsWith('/sys/fs/cgroup');
      const path = directory ? name.slice('/sys/fs/cgroup'.length) : `/${name.replace(/^\/+/, '')}`;
      yield* show(directory ? `Directory ${name}` : `CGroup ${path}`, path, 'Failed to list cgroup tree: No such file or directory');
    }
    if (!call.has('u') && call.operands.length === 0) yield* show('CGroup /', '/', '');
    return 0;
  },
});

/** A command as a service of its own, or with --scope in a control group of its own. */
const systemdRun = tool({
  usage: '[OPTIONS...] COMMAND [ARGUMENTS...]',
  summary: 'Run the specified command in a transient scope or service.',
  inOrder: true,
  options: [
    ['u,unit=UNIT', 'run under the specified unit name'],
    ['p,property=NAME=VALUE', 'set service or scope unit property'],
    ['description=TEXT', 'description for unit'],
    ['scope', 'run this as scope rather than service'],
    ['r,remain-after-exit', 'leave service around until explicitly stopped'],
    ['E,setenv=NAME[=VALUE]', ''],
    ['q,quiet', ''],
    ['collect', ''],
    ['no-block', ''],
    ['uid=USER', ''],
    ...(['t,pty', 'P,pipe', 'wait', 'on-active=SECONDS', 'on-calendar=SPEC', 'slice=SLICE', 'user'] as const).map((name) => [name, ''] as const),
  ],
  *run(call) {
    const manager = managerOf(call.process);
    if (!manager) throw new Failure(notBooted.trimEnd(), 1, true);
    const other = ['t', 'P', 'wait', 'on-active', 'on-calendar', 'slice', 'user'].find((key) => call.has(key));
    if (other) throw new Failure(`k8s-lab: systemd-run ${other.length === 1 ? '-' : '--'}${other} is not simulated`, 70);
    if (call.operands.length === 0) throw new Failure('Command line to execute required.', 1, true);
    if (call.process.uid !== 0) throw new Failure('Failed to start transient service unit: Interactive authentication required.', 1, true);
    const settings = [...call.all('p'), ...(call.has('r') ? ['RemainAfterExit=yes'] : []), ...(call.has('uid') ? [`User=${call.value('uid')}`] : [])];
    const bad = settings.find((each) => !/^\w+=/.test(each));
    if (bad) throw new Failure(`Not an assignment: ${bad}`, 1, true);
    const name = call.value('u') ?? `run-p${call.process.pid}-i${call.process.pid + 1}`;
    if (call.has('scope')) {
      const unit = name.endsWith('.scope') ? name : `${name}.scope`;
      const cgroup = call.process.kernel.rootCgroup.at(`system.slice/${unit}`);
      limit(cgroup, (key) => settings.findLast((each) => each.startsWith(`${key}=`))?.slice(key.length + 1) ?? '');
      if (!call.has('q')) yield* call.process.printError(`Running as unit: ${unit}\n`);
      return yield* run(call, call.operands, { cgroup });
    }
    return yield* asService(call, manager, fullName(name), settings);
  },
});

function* asService(call: Call, manager: NonNullable<ReturnType<typeof managerOf>>, unit: string, settings: readonly string[]): Routine<number> {
  const { fs } = manager.init;
  const [word = '', ...rest] = call.operands;
  const path = word.includes('/')
    ? word
    : ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((each) => `${each}/${word}`).find((each) => fs.exists(each));
  if (path === undefined) throw new Failure(`Failed to find executable ${word}: No such file or directory`, 1, true);
  if (manager.lookup(unit)?.active === 'active')
    throw new Failure(`Failed to start transient service unit: Unit ${unit} was already loaded or has a fragment file.`, 1, true);
  const command = [path, ...rest].map((each) => (/^[\w./:=@,+-]+$/.test(each) ? each.replaceAll('%', '%%') : JSON.stringify(each).replaceAll('$', '$$$$')));
  const environment = call.all('E').map((pair) => `Environment="${pair.includes('=') ? pair : `${pair}=${call.process.env[pair] ?? ''}`}"`);
  fs.mkdir('/run/systemd/transient', { parents: true });
  fs.write(
    `/run/systemd/transient/${unit}`,
    `# This is a transient unit file, created programmatically via the systemd API. Do not edit.\n[Unit]\nDescription=${call.value('description') ?? [path, ...rest].join(' ')}\n\n[Service]\n${[...settings, ...environment].join('\n')}\nExecStart=${command.join(' ')}\n`,
  );
  manager.reload();
  try {
    yield* manager.startAndWait(unit);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new Failure(error.message, 1, true);
  }
  const started = manager.lookup(unit);
  if (!call.has('q') && started) yield* call.process.printError(`Running as unit: ${unit}; invocation ID: ${invocation(call, started)}\n`);
  return 0;
}

const timedatectl = tool({
  usage: '[OPTIONS...] COMMAND ...',
  summary: 'Query or change system time and date settings.',
  options: [['no-pager', '']],
  *run(call) {
    const [verb = 'status'] = call.operands;
    if (verb !== 'status') throw new Failure(`k8s-lab: timedatectl ${verb} is not simulated`, 70);
    const time = strftime('%a %Y-%m-%d %H:%M:%S', call.process.now);
    const rows = [
      ['Local time', `${time} UTC`],
      ['Universal time', `${time} UTC`],
      ['RTC time', time],
      ['Time zone', 'Etc/UTC (UTC, +0000)'],
      // Nothing on a node of the lab asks a server for the time.
      ['System clock synchronized', 'no'],
      ['NTP service', 'n/a'],
      ['RTC in local TZ', 'no'],
    ];
    yield* call.print(rows.map(([key = '', value = '']) => `${key.padStart(25)}: ${value}\n`).join(''));
    return 0;
  },
});

/** Debian's script (init-system-helpers 1.68): units by the words of System V. */
const service = tool({
  usage: '< option > | --status-all | [ service_name [ command | --full-restart ] ]',
  summary: '',
  raw: true,
  options: [],
  *run(call) {
    const [name, action] = call.operands;
    if (name === undefined) throw new Failure('Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]', 1, true);
    if (name === '--status-all') throw new Failure('k8s-lab: service --status-all is not simulated', 70, true);
    const unit = `${name.replace(/\.sh$/, '')}.service`;
    const words: Readonly<Record<string, readonly string[]>> = {
      '--full-restart': ['restart'],
      'force-reload': ['restart'],
      'force-stop': ['--signal=KILL', 'kill'],
    };
    const known = ['start', 'stop', 'restart', 'status', 'try-restart', 'reload'];
    const verb = action === undefined ? undefined : known.includes(action) ? [action] : own(words, action);
    if (!verb) throw new Failure(`${name}: unrecognized service`, 1, true);
    return yield* run(call, ['systemctl', ...verb, unit]);
  },
});

/** What would take the machine down: systemctl's verbs of the same names. */
const machineState = (name: string): Program =>
  tool({
    usage: '[OPTIONS...]',
    summary: '',
    raw: true,
    options: [],
    *run() {
      throw new Failure(`k8s-lab: ${name} is not simulated`, 70, true);
    },
  });

export const systemdPrograms = {
  'systemd-cgls': cgls,
  'systemd-run': systemdRun,
  timedatectl,
  service,
  ...Object.fromEntries(['reboot', 'poweroff', 'halt', 'shutdown'].map((name) => [name, machineState(name)])),
};
