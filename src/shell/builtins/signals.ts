/** trap, kill. */
import type { ExitCode } from '../../linux/program.ts';
import { parseSignal, type SignalName, signalNumbers } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { ShellError } from '../flow.ts';
import { quoteSingle } from '../quote.ts';
import type { Builtin, Shell } from '../shell.ts';
import { installHandler, signalOfStatus, trapName } from '../traps.ts';
import { dashKill } from './dash.ts';
import { fail } from './usage.ts';

function* trap(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const operands = args[0] === '--' ? args.slice(1) : args;
  const [first, ...names] = operands;
  if (shell.flavor === 'dash' && /^-[^-]/.test(first ?? '')) throw new ShellError(`trap: Illegal option ${first?.slice(0, 2)}`, { fatal: true, status: 2 });
  if (first === '-l') return yield* listSignals(shell);
  if (first === undefined || first === '-p') return yield* listTraps(shell, names);
  const resets = first === '-' || (names.length === 0 && trapName(first) !== undefined);
  const targets = first !== '-' && resets ? [first] : names;
  if (targets.length === 0) {
    yield* shell.process.printError('trap: usage: trap [-lp] [[arg] signal_spec ...]\n');
    return 2;
  }
  let status = 0;
  for (const text of targets) {
    const name = trapName(text);
    if (name === undefined && shell.flavor === 'dash') {
      yield* shell.process.printError(`trap: ${text}: bad trap\n`);
      return 1;
    }
    if (name === undefined) {
      status = yield* fail(shell, 'trap', `${text}: invalid signal specification`);
      continue;
    }
    if (resets) shell.traps.delete(name);
    else shell.traps.set(name, first);
    installHandler(shell, name);
  }
  return status;
}

function* listTraps(shell: Shell, wanted: readonly string[]): Routine<ExitCode> {
  const names = wanted.map((text) => trapName(text) ?? text);
  const order = (name: string): number => (name === 'EXIT' ? 0 : (signalNumbers[name as SignalName] ?? 100));
  for (const [name, action] of [...shell.traps].sort(([a], [b]) => order(a) - order(b)))
    if (names.length === 0 || names.includes(name)) yield* shell.process.print(`trap -- ${quoteSingle(action)} ${name}\n`);
  return 0;
}

function* listSignals(shell: Shell): Routine<ExitCode> {
  const all = Object.entries(signalNumbers).map(([name, number]) => `${String(number).padStart(2)}) ${name}`);
  for (let i = 0; i < all.length; i += 5) yield* shell.process.print(`${all.slice(i, i + 5).join('\t')}\n`);
  return 0;
}

function* kill(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (shell.flavor === 'dash') {
    const asked = yield* dashKill(shell, args);
    return typeof asked === 'number' ? asked : yield* killAll(shell, asked.targets, asked.signal);
  }
  const [first = ''] = args;
  if (first === '-l' || first === '-L') return yield* killList(shell, args.slice(1));
  const spec = first === '-s' || first === '-n' ? args[1] : /^-./.test(first) && first !== '--' ? first.slice(1) : undefined;
  const rest = first === '-s' || first === '-n' ? args.slice(2) : spec !== undefined || first === '--' ? args.slice(1) : args;
  const targets = rest[0] === '--' ? rest.slice(1) : rest;
  const signal = spec === undefined ? 'SIGTERM' : spec === '0' ? '0' : parseSignal(spec);
  if (signal === undefined) return yield* fail(shell, 'kill', `${spec}: invalid signal specification`);
  if (targets.length === 0) {
    yield* shell.process.printError('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n');
    return 2;
  }
  return yield* killAll(shell, targets, signal);
}

function* killAll(shell: Shell, targets: readonly string[], signal: SignalName | '0'): Routine<ExitCode> {
  let status = 0;
  for (const target of targets) status = (yield* killOne(shell, target, signal)) || status;
  // A signal to itself takes effect before the next command.
  yield {};
  return status;
}

function* killList(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (args.length === 0) return yield* listSignals(shell);
  for (const arg of args) {
    const name = /^\d+$/.test(arg) ? signalOfStatus(Number(arg)) : parseSignal(arg);
    if (!name) return yield* fail(shell, 'kill', `${arg}: invalid signal specification`);
    yield* shell.process.print(`${/^\d+$/.test(arg) ? name.slice(3) : signalNumbers[name]}\n`);
  }
  return 0;
}

/** dash ends its line twice. */
const notThere: Readonly<Record<Shell['flavor'], (target: string) => string>> = {
  bash: (target) => `(${target}) - No such process`,
  dash: () => 'No such process\n',
  ash: (target) => `can't kill pid ${target}: No such process`,
};

function* killOne(shell: Shell, target: string, signal: SignalName | '0'): Routine<ExitCode> {
  const { process } = shell;
  if (target.startsWith('%')) {
    const job = shell.jobs.find(target);
    if (!job) return yield* fail(shell, 'kill', shell.flavor === 'dash' ? `No such job: ${target}` : `${target}: no such job`, shell.flavor === 'dash' ? 2 : 1);
    for (const member of job.processes) if (signal !== '0') sendTo(shell, member, signal);
    return 0;
  }
  if (!/^-?\d+$/.test(target) && shell.flavor === 'dash') return yield* fail(shell, 'kill', `Illegal number: ${target}`, 2);
  if (!/^-?\d+$/.test(target)) return yield* fail(shell, 'kill', `${target}: arguments must be process or job IDs`);
  const number = Number(target);
  const members = number > 0 ? [process.namespaces.pid.processes.get(number)] : number === -1 ? everyoneElse(shell) : groupMembers(shell, -number);
  const found = members.filter((member) => member !== undefined && member.state !== 'dead' && member.state !== 'zombie');
  if (found.length === 0) {
    // A background child that has ended but was not yet waited for can still be signalled.
    return shell.jobs.byPid(number) ? 0 : yield* fail(shell, 'kill', notThere[shell.flavor](target));
  }
  for (const member of found) {
    if (!member) continue;
    if (process.uid !== 0 && process.uid !== member.uid)
      return yield* fail(shell, 'kill', shell.flavor === 'dash' ? 'Operation not permitted\n' : `(${target}) - Operation not permitted`);
    if (signal !== '0') sendTo(shell, member, signal);
  }
  return 0;
}

/** A stopped process that is told to end is let run, so that it can. */
function sendTo(shell: Shell, member: Shell['process'], signal: SignalName): void {
  member.signal(signal, shell.process);
  if (member.state === 'stopped' && (signal === 'SIGTERM' || signal === 'SIGHUP')) member.signal('SIGCONT', shell.process);
}

function groupMembers(shell: Shell, group: number): Shell['process'][] {
  const own = group === 0 ? shell.process.group : undefined;
  return [...shell.process.namespaces.pid.processes.values()].filter((member) => (own === undefined ? groupOf(shell, member) === group : member.group === own));
}

/** Whom `kill -1` means: all but init and the shell itself. */
function everyoneElse({ process }: Shell): Shell['process'][] {
  const { init, processes } = process.namespaces.pid;
  return [...processes.values()].filter((member) => member !== init && member !== process);
}

/** The group's number as seen in the shell's pid namespace. */
function groupOf(shell: Shell, member: Shell['process']): number {
  const leader = shell.process.kernel.processes.get(member.group);
  return leader?.pids.get(shell.process.namespaces.pid) ?? member.group;
}

/** What has to do with signals. */
export const signalBuiltins: Readonly<Record<string, Builtin>> = { trap, kill };
