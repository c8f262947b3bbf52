/** From a line of words to a command: spf13/cobra, helm pkg/cmd/require. */
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { CommandFlagError, cobraHelp, cobraUsage, FlagError, findCommand, type Resolved, resolveCobra, suggestionsFor, UnknownCommandError } from '../flags.ts';
import { describeError } from '../kubectl/errors.ts';
import { Call, type HelmCommand, type Run } from './call.ts';
import { HelmError } from './error.ts';

export function* dispatch(root: HelmCommand, words: readonly string[], process: Process): Routine<number> {
  const failed = function* (message: string, status = 1): Routine<number> {
    yield* process.printError(status === 70 ? `${message}\n` : `Error: ${message}\n`);
    return status;
  };
  if (words[0] === 'help' && words[1] !== undefined && !findCommand(root.commands, words[1])) {
    yield* process.printError(
      `Unknown help topic [${words
        .slice(1)
        .map((word) => `\`${word}\``)
        .join(' ')}]\n${cobraUsage([root])}`,
    );
    return 0;
  }
  let resolved: Resolved<Run>;
  try {
    resolved = resolveCobra<Run>(root, words[0] === 'help' ? [...words.slice(1), '--help'] : words, { env: (name) => process.env[name] });
  } catch (error) {
    if (error instanceof UnknownCommandError) return yield* failed(unknown(error.typed, root));
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind !== 'help') return yield* failed(error.message, error.kind === 'absent' ? 70 : 1);
    yield* process.print(cobraHelp(error.chain));
    return 0;
  }
  const { chain, args, flags, path } = resolved;
  const command: HelmCommand = resolved.command;
  if (!command.run) {
    yield* process.print(cobraHelp(chain));
    return 0;
  }
  try {
    const [least, most] = command.takes ?? [0, 0];
    if (args.length < least || args.length > most) return yield* failed(wrongCount(command, path, least, most));
    for (const { name, hidden, deprecated } of flags.specs)
      if (hidden && deprecated && flags.has(name)) yield* process.printError(`Flag --${name} has been deprecated, ${deprecated}\n`);
    if (flags.bool('debug')) yield* process.printError("k8s-lab: helm's debug log is not simulated\n");
    return (yield* command.run(new Call(process, flags, args))) ?? 0;
  } catch (error) {
    if (error instanceof HelmError) return yield* failed(error.message, error.status);
    if (error instanceof FlagError) return yield* failed(error.message);
    const described = describeError(error);
    if (!described) throw error;
    return yield* failed(described.text.replace(/^error: /, '').trimEnd(), described.exitCode === 70 ? 70 : 1);
  }
}

function unknown(typed: string, root: HelmCommand): string {
  const near = suggestionsFor(typed, root.commands ?? []);
  const hint = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
  return `unknown command "${typed}" for "helm"${hint}\nRun 'helm --help' for usage.`;
}

function wrongCount({ usage = '' }: HelmCommand, path: string, least: number, most: number): string {
  const wants = most === 0 ? 'accepts no arguments' : `requires ${most > least ? 'at least ' : ''}${least} argument${least === 1 ? '' : 's'}`;
  return `"${path}" ${wants}\n\nUsage:  ${path}${usage === '' ? '' : ` ${usage}`} [flags]`;
}
