/** complete, compgen, compopt: what scripts like `source <(kubectl completion bash)` set up. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { commands, files } from '../completion.ts';
import type { Builtin, Shell } from '../shell.ts';
import { readOptions } from './usage.ts';

const withValue = 'oAGWFCXPS';

/**
 * `complete -W words name` and `complete -F function name`. Programs written with cobra name their function `__start_PROGRAM`:
 * the lab then asks that program's completer, as the real function would ask the program.
 */
function* complete(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'abcdefgjksuvprDEI', withValue);
  if (options.has('r')) {
    for (const name of rest) shell.completions.delete(name);
    if (rest.length === 0) shell.completions.clear();
    return 0;
  }
  if (rest.length === 0) {
    for (const [name, spec] of shell.completions) yield* shell.process.print(`complete ${spec.text} ${name}\n`);
    return 0;
  }
  const list = options.get('W');
  const command = /^__start_(.+)$/.exec(options.get('F') ?? '')?.[1];
  const text = args.slice(0, args.length - rest.length).join(' ');
  for (const name of rest) shell.completions.set(name, { text, words: list?.split(/\s+/).filter(Boolean), command });
  return 0;
}

function* compgen(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'abcdefgjksuv', withValue);
  const start = rest[0] ?? '';
  const action = options.get('A');
  const out: string[] = [];
  if (options.has('W')) out.push(...(options.get('W') ?? '').split(/\s+/).filter(Boolean));
  if (options.has('c') || action === 'command') out.push(...commands(shell, start));
  if (options.has('b') || action === 'builtin') out.push(...shell.interpreter.builtins.keys());
  if (options.has('a') || action === 'alias') out.push(...shell.aliases.keys());
  if (options.has('v') || action === 'variable') out.push(...shell.variables.names());
  if (action === 'function') out.push(...shell.functions.keys());
  if (options.has('f') || action === 'file') out.push(...files(shell, start, false).map((path) => path.replace(/\/$/, '')));
  if (options.has('d') || action === 'directory') out.push(...files(shell, start, true).map((path) => path.replace(/\/$/, '')));
  const found = out.filter((text) => text.startsWith(start));
  for (const text of found) yield* shell.process.print(`${text}\n`);
  return found.length > 0 ? 0 : 1;
}

/** What completes. */
export const completionBuiltins: Readonly<Record<string, Builtin>> = { complete, compgen, compopt: () => 0, bind: () => 0 };
