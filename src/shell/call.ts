/** Calling what the shell itself has: functions and builtins. */
import type { ExitCode } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';
import { Discard, Return, ShellError } from './flow.ts';
import { type ArrayArgument, recursionLimit, type Shell, type ShellFunction } from './shell.ts';

/** Runs a builtin; `break`, `return` and errors pass through. */
export function* callBuiltin(shell: Shell, name: string, args: readonly string[], arrays: ReadonlyMap<number, ArrayArgument>): Routine<ExitCode> {
  const builtin = shell.interpreter.builtins.get(name);
  if (!builtin) return 127;
  const answer = builtin(shell, args, arrays);
  if (typeof answer === 'number') return answer;
  try {
    return yield* answer;
  } catch (error) {
    if (error instanceof ShellError && !error.fatal) throw new ShellError(`${name}: ${error.message}`, { status: error.status });
    throw error;
  }
}

/** So many calls may share one JavaScript stack; each takes a dozen generator frames of it. */
const callsPerStack = 25;

/** Runs a routine as a fiber of its own now and then, so that deep recursion does not use up the stack of JavaScript. */
export function* onFreshStack(shell: Shell, routine: Routine<ExitCode>): Routine<ExitCode> {
  if (shell.frames.length % callsPerStack !== 0) return yield* routine;
  return (yield* shell.process.sim.go(routine).join()) ?? shell.status;
}

/** Calls a function: its own positional parameters, a scope for `local`, `return`. */
export function* callFunction(shell: Shell, name: string, found: ShellFunction, args: readonly string[]): Routine<ExitCode> {
  if (shell.frames.length >= recursionLimit) {
    yield* shell.complain(`${name}: maximum function nesting level exceeded (${recursionLimit})`);
    throw new Discard(1);
  }
  const { positional, source, position, frames, loops } = shell;
  shell.frames = [...frames, { name, source, line: shell.line, sourced: false }];
  shell.positional = args;
  shell.source = found.source;
  shell.loops = 0;
  shell.variables.push();
  try {
    return yield* onFreshStack(shell, shell.interpreter.node(shell, found.body));
  } catch (flow) {
    if (flow instanceof Return) return flow.status;
    throw flow;
  } finally {
    shell.variables.pop();
    shell.positional = positional;
    shell.source = source;
    shell.position = position;
    shell.frames = frames;
    shell.loops = loops;
  }
}
