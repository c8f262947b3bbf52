/** shift, getopts, let. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { ShellError } from '../flow.ts';
import type { Builtin, Shell } from '../shell.ts';
import { fail } from './usage.ts';

function* shift(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [text = '1'] = args;
  if (!/^[-+]?\d+$/.test(text)) return yield* fail(shell, 'shift', `${text}: numeric argument required`);
  const count = Number(text);
  if (count < 0) return yield* fail(shell, 'shift', `${text}: shift count out of range`);
  if (count > shell.positional.length) return shell.flavor === 'bash' ? 1 : yield* fail(shell, 'shift', "can't shift that many", 2);
  shell.positional = shell.positional.slice(count);
  return 0;
}

function* letBuiltin(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (args.length === 0) return yield* fail(shell, 'let', 'expression expected');
  try {
    let value = 0n;
    for (const arg of args) value = shell.evaluate(arg);
    return value === 0n ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    return yield* fail(shell, 'let', error.message);
  }
}

function* getopts(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [spec, name, ...given] = args;
  if (spec === undefined || name === undefined) {
    yield* shell.process.printError('getopts: usage: getopts optstring name [arg ...]\n');
    return 2;
  }
  const list = args.length > 2 ? given : shell.positional;
  const index = Number(shell.variables.get('OPTIND') ?? 1) || 1;
  const arg = list[index - 1];
  if (shell.optionPlace === 0 && (arg === undefined || !/^-./.test(arg) || arg === '--')) {
    moveTo(shell, arg === '--' ? index + 1 : index, 0);
    shell.variables.set(name, '?');
    return 1;
  }
  const place = shell.optionPlace || 1;
  const letter = arg?.[place] ?? '';
  const last = place + 1 >= (arg?.length ?? 0);
  moveTo(shell, last ? index + 1 : index, last ? 0 : place + 1);
  return yield* oneOption(shell, { spec, name, list, letter, index, rest: last ? undefined : (arg ?? '').slice(place + 1) });
}

function moveTo(shell: Shell, index: number, place: number): void {
  shell.variables.set('OPTIND', String(index));
  shell.optionPlace = place;
}

type Option = {
  readonly spec: string;
  readonly name: string;
  readonly list: readonly string[];
  readonly letter: string;
  readonly index: number;
  readonly rest: string | undefined;
};

function* oneOption(shell: Shell, { spec, name, list, letter, index, rest }: Option): Routine<ExitCode> {
  const silent = spec.startsWith(':');
  const at = letter === ':' ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  shell.variables.unset('OPTARG');
  if (at < 0) {
    shell.variables.set(name, '?');
    if (silent) shell.variables.set('OPTARG', letter);
    else if (shell.variables.get('OPTERR') !== '0') yield* shell.process.printError(`${shell.name}: illegal option -- ${letter}\n`);
    return 0;
  }
  shell.variables.set(name, letter);
  if (spec[at + 1] !== ':') return 0;
  const value = rest ?? list[index];
  moveTo(shell, rest === undefined && value !== undefined ? index + 2 : index + 1, 0);
  if (value !== undefined) {
    shell.variables.set('OPTARG', value);
    return 0;
  }
  shell.variables.set(name, silent ? ':' : '?');
  if (silent) shell.variables.set('OPTARG', letter);
  else yield* shell.process.printError(`${shell.name}: option requires an argument -- ${letter}\n`);
  return 0;
}

/** What works on positional parameters, and arithmetic. */
export const parameterBuiltins: Readonly<Record<string, Builtin>> = { shift, getopts, let: letBuiltin };
