/** Complaints about a builtin's own command line. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Shell } from '../shell.ts';

/** Prints `bash: line 1: NAME: MESSAGE` and gives a status. */
export function* fail(shell: Shell, name: string, message: string, status: ExitCode = 1): Routine<ExitCode> {
  yield* shell.complain(`${name}: ${message}`);
  return status;
}

/** An invalid option: the complaint, then the usage line; status 2. */
export function* invalidOption(shell: Shell, name: string, option: string, usage: string): Routine<ExitCode> {
  yield* shell.complain(`${name}: ${option}: invalid option`);
  yield* shell.process.printError(`${name}: usage: ${usage}\n`);
  return 2;
}

/** Single-letter options: those in `flags` stand alone, those in `values` take an argument. */
export function readOptions(
  args: readonly string[],
  flags: string,
  values = '',
): {
  readonly options: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  readonly invalid: string | undefined;
  readonly missing: string | undefined;
} {
  const options = new Map<string, string>();
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') return { options, rest: args.slice(i + 1), invalid: undefined, missing: undefined };
    if (!/^-./.test(arg)) break;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      if (flags.includes(letter)) options.set(letter, '');
      else if (!values.includes(letter)) return { options, rest: args.slice(i + 1), invalid: `-${letter}`, missing: undefined };
      else {
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
        if (value === undefined) return { options, rest: [], invalid: undefined, missing: `-${letter}` };
        options.set(letter, value);
        break;
      }
    }
  }
  return { options, rest: args.slice(i), invalid: undefined, missing: undefined };
}
