/** runc 1.4: the command line of the OCI runtime (opencontainers/runc main.go). */

import { OciError, type OciRuntime } from '../../interfaces/oci.ts';
import { runcBuild } from '../../interfaces/releases.ts';
import { Errno } from '../../linux/errno.ts';
import { RegularFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { CommandFlagError, type Flags, resolveUrfave, UnknownCommandError, type UrfaveApp, urfaveHelp } from '../flags.ts';
import { logLine } from '../logrus.ts';
import { Context, NotSimulated, type RuncCommand, RuncError } from './context.ts';
import { runcTree } from './tree.ts';

/** main.go printVersion. */
function versionOf(process: Process): string {
  const { version, commit, spec, go } = runcBuild(releaseOf(process));
  return `${version}\ncommit: ${commit}\nspec: ${spec}\ngo: ${go}\nlibseccomp: 2.6.0`;
}

const appOf = (process: Process): UrfaveApp => ({ v1: true, version: versionOf(process).replaceAll('\n', '\n   ') });

/** `runtime` gives libcontainer for the machine of a process: it is linked into the program. */
export const newRunc = (runtime: (process: Process) => OciRuntime): Program =>
  function* runc(argv, process) {
    yield* sleep(process.sim.random.between(6, 11));
    const log = { path: '', json: false };
    try {
      return yield* dispatch(argv.slice(1), process, runtime(process), log);
    } catch (error) {
      if (error instanceof NotSimulated) {
        yield* process.printError(`k8s-lab: ${error.message} is not simulated\n`);
        return 70;
      }
      if (error instanceof RuncError) return yield* fail(process, error.message, error.status, log);
      if (error instanceof OciError) return yield* fail(process, error.reason, 1, log);
      if (error instanceof Errno && error.code !== 'EPIPE') return yield* fail(process, `open ${error.path ?? ''}: ${error.message.toLowerCase()}`, 1, log);
      throw error;
    }
  };

type Log = { path: string; json: boolean };

function* dispatch(args: readonly string[], process: Process, runtime: OciRuntime, log: Log): Routine<number> {
  let resolved: ReturnType<typeof resolveUrfave<NonNullable<RuncCommand['run']>>>;
  try {
    resolved = resolveUrfave(runcTree, args, { env: (name) => process.env[name] });
  } catch (error) {
    if (error instanceof UnknownCommandError) return yield* fail(process, `No help topic for '${error.typed}'\n`, 3, log);
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind === 'absent') {
      yield* process.printError(`${error.message}\n`);
      return 70;
    }
    const help = urfaveHelp(error.chain as RuncCommand[], appOf(process));
    if (error.kind === 'help') {
      yield* process.print(help);
      return 0;
    }
    yield* process.print(`Incorrect Usage${error.chain.length === 1 ? '.' : ':'} ${error.message}\n\n${help}`);
    throw new RuncError(error.message);
  }
  const { command, chain, flags, levels } = resolved;
  const global = levels[0]?.flags ?? flags;
  log.path = global.text('log');
  log.json = global.text('log-format') === 'json';
  if (!['', 'text', 'json'].includes(global.text('log-format'))) throw new RuncError(`invalid log-format: ${global.text('log-format')}`);
  if (global.bool('version')) {
    yield* process.print(`runc version ${versionOf(process)}\n`);
    return 0;
  }
  const root = rootOf(process, global);
  if (!command.run) {
    yield* process.print(urfaveHelp(chain, appOf(process)));
    return 0;
  }
  yield* checkArgs(process, chain, resolved.args);
  return (yield* command.run(new Context(process, { global, flags, args: resolved.args, runtime, root }))) ?? 0;
}

/** /run/runc, or below XDG_RUNTIME_DIR for those who are not root. */
function rootOf(process: Process, global: Flags): string {
  if (!global.has('root')) return process.uid !== 0 && process.env['XDG_RUNTIME_DIR'] ? `${process.env['XDG_RUNTIME_DIR']}/runc` : '/run/runc';
  const root = process.path(global.text('root'));
  if (root === '/') throw new RuncError('Option --root argument should not be set to /');
  return root;
}

/** How many arguments each command takes: checkArgs. */
const argumentCounts: Readonly<Record<string, readonly [least: number, most: number]>> = {
  checkpoint: [1, 1],
  create: [1, 1],
  delete: [1, 1],
  events: [1, 1],
  exec: [1, Number.POSITIVE_INFINITY],
  features: [0, 0],
  kill: [1, 2],
  list: [0, 0],
  pause: [1, 1],
  ps: [1, Number.POSITIVE_INFINITY],
  restore: [1, 1],
  resume: [1, 1],
  run: [1, 1],
  spec: [0, 0],
  start: [1, 1],
  state: [1, 1],
  update: [1, 1],
};

function* checkArgs(process: Process, chain: readonly RuncCommand[], args: readonly string[]): Routine {
  const name = chain.at(-1)?.name ?? '';
  const [least, most] = argumentCounts[name] ?? [0, Number.POSITIVE_INFINITY];
  if (args.length >= least && args.length <= most) return;
  const bound = least === most ? `exactly ${least}` : args.length < least ? `a minimum of ${least}` : `a maximum of ${most}`;
  yield* process.print(`Incorrect Usage.\n\n${urfaveHelp(chain, appOf(process))}`);
  throw new RuncError(`${process.argv[0] ?? 'runc'}: ${JSON.stringify(name)} requires ${bound} argument(s)`);
}

/** To the log, and to standard error too where the log is a file: main.go fatal. */
function* fail(process: Process, message: string, status: number, log: Log): Routine<number> {
  if (log.path === '' && !log.json) yield* logLine(process, 'error', message, {});
  else {
    const time = `${new Date(process.now).toISOString().slice(0, 19)}Z`;
    const line = log.json ? `${JSON.stringify({ level: 'error', msg: message, time })}\n` : `time="${time}" level=error msg=${JSON.stringify(message)}\n`;
    if (log.path === '') yield* process.printError(line);
    else {
      const file = process.kernel.open(process, process.path(log.path), { write: true, append: true, create: true });
      if (file instanceof RegularFile) yield* file.write(line);
      file.close();
      yield* process.printError(`${message.replace(/\n$/, '')}\n`);
    }
  }
  return status;
}
