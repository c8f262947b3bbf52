/** echo, printf. */
import { Errno } from '../../linux/errno.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { formatPrintf } from '../printf.ts';
import { decodeEscapes } from '../quote.ts';
import type { Builtin, Shell } from '../shell.ts';
import { fail, readOptions } from './usage.ts';

function* echo(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  let newline = true;
  let escapes = shell.flavor === 'dash' || shell.shopt.has('xpg_echo');
  let from = 0;
  for (const arg of args) {
    if (!(shell.flavor === 'dash' ? /^-n$/ : /^-[neE]+$/).test(arg)) break;
    from++;
    for (const letter of arg.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(from).join(' ');
  if (!escapes) return yield* write(shell, 'echo', newline ? `${text}\n` : text);
  const cooked = decodeEscapes(text, 'echo');
  return yield* write(shell, 'echo', newline && !cooked.stopped ? `${cooked.text}\n` : cooked.text);
}

/** Writes, and says what went wrong if it could not; a broken pipe kills as everywhere. */
function* write(shell: Shell, name: string, text: string): Routine<ExitCode> {
  try {
    yield* shell.process.print(text);
    return 0;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    // A shell at a prompt must not die of a broken pipe of its own.
    if (error.code === 'EPIPE' && shell.traps.get('SIGPIPE') !== '' && !shell.interactive) throw error;
    return yield* fail(shell, name, `write error: ${error.message}`);
  }
}

function* printf(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args.slice(0, args[0] === '-v' ? undefined : 1), '', 'v');
  if (invalid !== undefined) {
    yield* shell.complain(`printf: ${invalid}: invalid option`);
    return yield* printfUsage(shell);
  }
  const operands = args[0] === '-v' || args[0]?.startsWith('-v') ? rest : args[0] === '--' ? args.slice(1) : args;
  const [format, ...values] = args[0]?.startsWith('-v') ? (args[0] === '-v' ? args.slice(2) : args.slice(1)) : operands;
  if (format === undefined) return yield* printfUsage(shell);
  const printed = formatPrintf(format, values, { now: shell.process.now, started: shell.secondsFrom }, shell.flavor);
  const target = options.get('v');
  if (target === undefined) {
    const status = yield* write(shell, 'printf', printed.text);
    if (status !== 0) return status;
  } else assign(shell, target, printed.text);
  for (const error of printed.errors) yield* shell.complain(`printf: ${error}`);
  const unknown = shell.flavor === 'dash' && printed.errors.some((error) => error.endsWith(': invalid format character'));
  return printed.errors.length > 0 ? (unknown ? 2 : 1) : 0;
}

function* printfUsage(shell: Shell): Routine<ExitCode> {
  if (shell.flavor === 'dash') return yield* fail(shell, 'printf', 'usage: printf format [arg ...]', 2);
  yield* shell.process.printError('printf: usage: printf [-v var] format [arguments]\n');
  return 2;
}

function assign(shell: Shell, target: string, text: string): void {
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(target);
  if (element) shell.set(element[1] as string, element[2], text);
  else shell.variables.set(target, text);
}

/** What prints. */
export const outputBuiltins: Readonly<Record<string, Builtin>> = { echo, printf };
