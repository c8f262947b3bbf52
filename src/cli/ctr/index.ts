/** ctr: containerd's own unsupported client (containerd cmd/ctr). */

import type { CniRuntime } from '../../interfaces/cni.ts';
import { ContainerdError } from '../../interfaces/containerd.ts';
import { containerdBuild } from '../../interfaces/releases.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveUrfave, type UrfaveApp, urfaveHelp } from '../flags.ts';
import { unresolvedUrfave } from '../urfave.ts';
import { containers } from './commands/containers.ts';
import { content } from './commands/content.ts';
import { images } from './commands/images.ts';
import { deprecations, events, info, leases, oci, plugins, version } from './commands/misc.ts';
import { namespaces } from './commands/namespaces.ts';
import { run } from './commands/run.ts';
import { sandboxes } from './commands/sandboxes.ts';
import { snapshots } from './commands/snapshots.ts';
import { tasks } from './commands/tasks.ts';
import { others } from './commands/unsimulated.ts';
import { bool, Context, type CtrCommand, CtrError, duration, text } from './context.ts';

/** The tree of commands; help is read from it. */
const ctrTree: CtrCommand = {
  name: 'ctr',
  usage: '[global options] command [command options]',
  short: '\n        __\n  _____/ /______\n / ___/ __/ ___/\n/ /__/ /_/ /\n\\___/\\__/_/\n\ncontainerd CLI\n',
  long: '\nctr is an unsupported debug and administrative client for interacting\nwith the containerd daemon. Because it is unsupported, the commands,\noptions, and operations are not guaranteed to be backward compatible or\nstable from release to release of the containerd project.',
  flags: [
    bool('debug', 'Enable debug output in logs'),
    { ...text('address,a', "Address for containerd's GRPC server", '/run/containerd/containerd.sock'), env: ['CONTAINERD_ADDRESS'] },
    duration('timeout', 'Total timeout for ctr commands', '0s'),
    duration('connect-timeout', 'Timeout for connecting to containerd', '0s'),
    { ...text('namespace,n', 'Namespace to use with commands', 'default'), env: ['CONTAINERD_NAMESPACE'] },
    { ...bool('version,v', 'Print the version') },
  ],
  commands: [
    plugins,
    version,
    containers,
    content,
    events,
    images,
    leases,
    namespaces,
    ...others.slice(2),
    run,
    snapshots,
    tasks,
    ...others.slice(0, 1),
    oci,
    sandboxes,
    info,
    deprecations,
    ...others.slice(1, 2),
  ],
};

/** Groups whose services know no namespace. */
const everywhere: ReadonlySet<string> = new Set(['namespaces', 'plugins', 'version', 'info', 'deprecations', 'events', 'oci']);

const appOf = (process: Process): UrfaveApp => ({
  version: containerdBuild(releaseOf(process)).shown,
  leafHelp: true,
  shortUsage: true,
  helpUsage: 'Show help',
});

/** ctr, with the libcni that it is linked with. */
export const newCtr = (cni: (process: Process) => CniRuntime): Program =>
  function* (argv, process) {
    yield* sleep(process.sim.random.between(8, 14));
    try {
      return yield* dispatch(argv.slice(1), process, () => cni(process));
    } catch (error) {
      if (error instanceof ContainerdError) return yield* fail(process, error.message, 1);
      if (error instanceof CtrError) return yield* fail(process, error.message, error.status);
      throw error;
    }
  };

function* dispatch(args: readonly string[], process: Process, cni: () => CniRuntime): Routine<number> {
  const app = appOf(process);
  let resolved: ReturnType<typeof resolveUrfave<NonNullable<CtrCommand['run']>>>;
  try {
    resolved = resolveUrfave(ctrTree, args, { env: (name) => process.env[name] });
  } catch (error) {
    const refused = yield* unresolvedUrfave(process, error);
    if (typeof refused === 'number') return refused;
    const chain = refused.chain as CtrCommand[];
    // Asked for, the help of a command without others names no help command (CommandHelpTemplate); after an error it does.
    if (refused.kind === 'help') {
      yield* process.print(urfaveHelp(chain, { ...app, leafHelp: false }));
      return 0;
    }
    const help = urfaveHelp(chain, app);
    yield* process.print(`Incorrect Usage: ${refused.message}\n\n${help}`);
    return yield* fail(process, refused.message, 1);
  }
  const { command, chain, flags, levels } = resolved;
  const global = levels[0]?.flags ?? flags;
  if (chain.length === 1 && global.bool('version')) {
    const build = containerdBuild(releaseOf(process));
    yield* process.print(`ctr ${build.package} ${build.shown}\n`);
    return 0;
  }
  if (!command.run) {
    yield* process.print(urfaveHelp(chain, app));
    return 0;
  }
  const group = chain.length > 2 ? levels.at(-2)?.flags : undefined;
  return (
    (yield* command.run(
      new Context(process, {
        global,
        group,
        flags,
        args: resolved.args,
        help: (alone) => urfaveHelp(chain, { ...app, leafHelp: !alone }),
        namespaced: !everywhere.has(chain[1]?.name ?? ''),
        cni,
      }),
    )) ?? 0
  );
}

function* fail(process: Process, message: string, status: number): Routine<number> {
  yield* process.printError(status === 2 || status === 70 ? `${message}\n` : `ctr: ${message}\n`);
  return status;
}
