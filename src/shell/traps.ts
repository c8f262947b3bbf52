/** Traps: commands that run when a signal arrives, a command fails or the shell ends. */

import type { ExitCode } from '../linux/program.ts';
import { parseSignal, type SignalName, signalName } from '../linux/signals.ts';
import type { Routine } from '../sim/routine.ts';
import type { Shell } from './shell.ts';
import { SourceText } from './source.ts';

/** The key of a trap by what the user calls it: `INT`, `SIGINT`, `2`, `EXIT`, `0`; undefined: no such signal. */
export function trapName(text: string): string | undefined {
  const name = text.toUpperCase();
  if (name === 'EXIT' || name === '0') return 'EXIT';
  if (name === 'ERR' || name === 'DEBUG' || name === 'RETURN') return name;
  return parseSignal(text);
}

/** Signals a shell at a prompt sees to itself instead of dying of them. */
const interactiveSignals: readonly SignalName[] = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'];

/** Brings the process's signal handlers in line with the traps. */
export function installHandler(shell: Shell, name: string): void {
  if (!name.startsWith('SIG')) return;
  const signal = name as SignalName;
  const action = shell.traps.get(name);
  const kept = shell.interactive && interactiveSignals.includes(signal);
  if (action === '') shell.process.onSignal(signal, 'ignore');
  else if (action === undefined && !kept && signal !== 'SIGCHLD') shell.process.onSignal(signal, undefined);
  else
    shell.process.onSignal(signal, () => {
      if (signal === 'SIGCHLD') reapChildren(shell);
      if (shell.traps.has(name) || signal === 'SIGINT') shell.notice(signal);
    });
}

/** Handlers an interactive shell has from its start. Functions, not 'ignore': what is ignored is inherited by children. */
export function installInteractive(shell: Shell): void {
  for (const signal of interactiveSignals) installHandler(shell, signal);
}

/** Ended children are reaped as soon as they end: the shell keeps their statuses itself. */
export function watchChildren(shell: Shell): void {
  if (!shell.process.handles('SIGCHLD')) installHandler(shell, 'SIGCHLD');
}

function reapChildren(shell: Shell): void {
  for (const child of [...shell.process.children]) if (child.exitStatus !== undefined) shell.process.reap(child);
}

/** A trap that sends its own signal is in itself again and again, and each step goes through all of them: see Sim.toil. */
const trapSteps = 100;

/** Runs the traps of signals that have arrived. `$?` stays as it was. */
export function* runPendingTraps(shell: Shell): Routine {
  while (shell.pending.length > 0) {
    const signal = shell.pending.shift();
    const action = signal && shell.traps.get(signal);
    if (!action) continue;
    shell.process.toil(trapSteps);
    yield* runTrap(shell, action);
  }
}

/** Runs one trap's commands. */
export function* runTrap(shell: Shell, action: string): Routine {
  const { status, pipeStatus } = shell;
  yield* shell.interpreter.evaluate(shell, new SourceText(action, shell.source.name, shell.line));
  shell.status = status;
  shell.pipeStatus = pipeStatus;
}

/** The EXIT trap, once; gives the status to end with. */
export function* runExitTrap(shell: Shell): Routine<ExitCode> {
  const action = shell.traps.get('EXIT');
  if (!action || shell.exiting) return shell.status;
  shell.exiting = true;
  yield* runTrap(shell, action);
  return shell.status;
}

/** The ERR trap, outside of functions as bash has it (without errtrace). */
export function* runErrorTrap(shell: Shell): Routine {
  const action = shell.traps.get('ERR');
  if (!action || shell.inTrap || (shell.frames.length > 0 && !shell.options.has('errtrace'))) return;
  shell.inTrap = true;
  yield* runTrap(shell, action);
  shell.inTrap = false;
}

/** `INT` of 130: for `kill -l` and `trap -l`. */
export const signalOfStatus = (status: number): SignalName | undefined => signalName(status > 128 ? status - 128 : status);
