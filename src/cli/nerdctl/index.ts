/** nerdctl 2.3: the Docker-compatible command line of containerd (nerdctl cmd/nerdctl). */
import type { CniRuntime } from '../../interfaces/cni.ts';
import { ContainerdError } from '../../interfaces/containerd.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import {
  type Command,
  CommandFlagError,
  FlagError,
  nerdctlHelp,
  parseFlags,
  refuseAbsent,
  resolveCobra,
  suggestionsFor,
  UnknownCommandError,
} from '../flags.ts';
import { logLine } from '../logrus.ts';
import { composeFlags } from './compose/index.ts';
import { withFile } from './config-file.ts';
import { Context, type NerdctlCommand, NerdctlError, NotSimulated, type Run } from './context.ts';
import { rootFlags, tree } from './tree.ts';

/** `cni` gives libcni for the machine of a process: nerdctl calls the network plugins itself. */
export const newNerdctl = (cni: (process: Process) => CniRuntime): Program =>
  function* nerdctl(argv, process) {
    yield* sleep(process.sim.random.between(18, 30));
    try {
      return yield* dispatch(argv.slice(1), process, cni);
    } catch (error) {
      if (error instanceof NotSimulated || (error instanceof FlagError && error.kind === 'absent')) {
        yield* process.printError(`${error.message}\n`);
        return 70;
      }
      if (error instanceof NerdctlError) yield* logLine(process, 'fatal', error.message, error.fields);
      else if (error instanceof ContainerdError || error instanceof FlagError) yield* logLine(process, 'fatal', error.message, {});
      else if (error instanceof Errno && error.path !== undefined && error.code !== 'EPIPE')
        yield* logLine(process, 'fatal', `open ${error.path}: ${error.message.toLowerCase()}`, {});
      else throw error;
      return 1;
    }
  };

function* dispatch(args: readonly string[], process: Process, cni: (process: Process) => CniRuntime): Routine<number> {
  const env = (name: string): string | undefined => process.env[name];
  let chain: readonly Command<Run>[] = [tree];
  try {
    // cobra's TraverseChildren: what stands before the first name belongs to nerdctl itself, so that -n may mean another thing after it.
    const global = parseFlags(args, withFile(rootFlags, process), { interspersed: false, env });
    if (global.flags.bool('version')) return yield* say(process, 'nerdctl version 2.3.5\n');
    if (global.args.length === 0) return yield* say(process, nerdctlHelp([{ ...tree, flags: rootFlags }]));
    const group = global.args[0] === 'compose' ? parseFlags(global.args.slice(1), composeFlags, { interspersed: false, env }) : undefined;
    const resolved = resolveCobra(tree, group ? ['compose', ...group.args] : global.args, { env });
    chain = resolved.chain;
    const { command, flags } = resolved;
    if (!command.run) {
      const [typed] = resolved.args;
      if (typed !== undefined) throw unknown(typed, chain);
      return yield* say(process, nerdctlHelp(chain));
    }
    for (const spec of rootFlags) if (flags.has(spec.name)) for (const value of [flags.text(spec.name)]) global.flags.put(spec, value);
    const context = new Context(process, { global: global.flags, flags, args: resolved.args, path: resolved.path, cni, group: group?.flags });
    refuseAbsent(global.flags, 'nerdctl');
    return (yield* command.run(context)) ?? 0;
  } catch (error) {
    if (error instanceof UnknownCommandError) throw unknown(error.typed, [tree]);
    if (error instanceof CommandFlagError && error.kind === 'help') return yield* say(process, nerdctlHelp(error.chain as readonly NerdctlCommand[]));
    if (error instanceof FlagError && error.kind === 'help') return yield* say(process, nerdctlHelp([{ ...tree, flags: rootFlags }]));
    throw error;
  }
}

function* say(process: Process, text: string): Routine<number> {
  yield* process.print(text);
  return 0;
}

function unknown(typed: string, chain: readonly Command<Run>[]): NerdctlError {
  const near = suggestionsFor(typed, chain.at(-1)?.commands ?? []);
  const hint = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
  return new NerdctlError(`unknown subcommand ${JSON.stringify(typed)} for ${JSON.stringify(chain.at(-1)?.name ?? '')}${hint}`);
}
