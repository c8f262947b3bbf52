/** history, fc. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Builtin, Shell } from '../shell.ts';
import { fail, readOptions } from './usage.ts';

function* history(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'cawrn', 'd');
  if (options.has('c')) {
    shell.historyOffset += shell.history.length;
    shell.history.length = 0;
    return 0;
  }
  const place = options.get('d');
  if (place !== undefined) {
    const index = Number(place) - 1 - shell.historyOffset;
    if (shell.history[index] === undefined) return yield* fail(shell, 'history', `${place}: history position out of range`);
    shell.history.splice(index, 1);
    return 0;
  }
  const [count] = rest;
  if (count !== undefined && !/^\d+$/.test(count)) return yield* fail(shell, 'history', `${count}: numeric argument required`);
  const from = count === undefined ? 0 : Math.max(0, shell.history.length - Number(count));
  for (const [index, line] of shell.history.slice(from).entries())
    yield* shell.process.print(`${String(shell.historyOffset + from + index + 1).padStart(5)}  ${line}\n`);
  return 0;
}

function* fc(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'lnr');
  if (!options.has('l')) {
    yield* shell.process.printError('k8s-lab: editing the history with fc is not simulated\n');
    return 70;
  }
  const from = Number(rest[0] ?? Math.max(1, shell.history.length - 15)) - 1 - shell.historyOffset;
  const to = Number(rest[1] ?? shell.history.length + shell.historyOffset) - shell.historyOffset;
  for (const [index, line] of shell.history.slice(Math.max(0, from), to).entries())
    yield* shell.process.print(`${options.has('n') ? '' : Math.max(0, from) + index + 1 + shell.historyOffset}\t ${line}\n`);
  return 0;
}

/** What remembers. */
export const historyBuiltins: Readonly<Record<string, Builtin>> = { history, fc };
