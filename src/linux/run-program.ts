/** Runs a process's Program to its end, in whatever way that comes. */
import type { Routine } from '../sim/routine.ts';
import { Errno, isErrno } from './errno.ts';
import type { Process } from './process.ts';
import { Exit, type Program } from './program.ts';

export function* runProgram(process: Process, program: Program, argv: readonly string[]): Routine<number> {
  process.sim.onCrash = (error) => crashed(process, error);
  let status = 70;
  try {
    status = yield* program(argv, process);
  } catch (error) {
    if (error instanceof Exit) status = error.status;
    else if (isErrno(error, 'EPIPE')) return killed(process, 'SIGPIPE', 141);
    else if (error instanceof Errno) {
      // A program that does not look at its errors: say what went wrong, as perror does.
      yield* complain(process, `${process.comm}: ${messageOf(error)}\n`);
      status = 1;
    } else if (isExhausted(error)) return yield* exhausted(process, error);
    else throw error; // A bug in the lab must never look like an error of the simulated world.
  }
  process.terminate(status & 255);
  return status;
}

const messageOf = (error: Errno): string => `${error.path ? `${error.path}: ` : ''}${error.message}`;

/** A program has asked for more than the lab can hold: a stack too deep is what kills a real one, and so is a string without end. */
function* exhausted(process: Process, error: RangeError): Routine<number> {
  const stack = /call stack/.test(error.message);
  if (!stack) yield* complain(process, `${process.comm}: memory exhausted\n`);
  logExhausted(process, stack);
  return stack ? killed(process, 'SIGSEGV', 139) : killed(process, 'SIGABRT', 134);
}

const logExhausted = (process: Process, stack: boolean): void =>
  process.kernel.log(stack ? `${process.comm}[${process.pid}]: segfault at 0 ip 0 sp 0 error 6` : `${process.comm}[${process.pid}]: allocation failed`);

/**
 * A background routine of a program has met an error of the world (its files are gone, say) that it does not look at: the whole program
 * ends, as one written in Go does when a goroutine panics. False for everything else, which is a bug of the lab.
 */
function crashed(process: Process, error: unknown): boolean {
  if (!(error instanceof Errno) && !isExhausted(error)) return false;
  if (error instanceof Errno) process.kernel.log(`${process.comm}[${process.pid}]: panic: ${messageOf(error)}`);
  else logExhausted(process, /call stack/.test(error.message));
  process.terminate(2);
  return true;
}

/** The engine's own limits, which a program in the world can reach: the depth of calls, the length of a string or a list. */
const isExhausted = (error: unknown): error is RangeError =>
  error instanceof RangeError && /^(Maximum call stack size exceeded|Invalid (string|array) length)/.test(error.message);

function killed(process: Process, signal: 'SIGPIPE' | 'SIGSEGV' | 'SIGABRT', status: number): number {
  process.terminate(status, signal);
  return status;
}

function* complain(process: Process, text: string): Routine {
  try {
    yield* process.printError(text);
  } catch (error) {
    if (!(error instanceof Errno)) throw error; // Nobody listens on stderr: nothing more can be said.
  }
}
