/** buildctl: BuildKit's own client (buildkit cmd/buildctl). */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveUrfave, type UrfaveApp, urfaveHelp } from '../flags.ts';
import { unresolvedUrfave } from '../urfave.ts';
import { build } from './build.ts';
import { debug, du, prune, pruneHistories } from './cache.ts';
import { type BuildctlCommand, BuildctlError, bool, Context, text } from './context.ts';

const version = 'github.com/moby/buildkit v0.29.0 93b8a3e2a3b8d9f6cd5c1f0a1e3f3a2d35a6b5d1';

const tree: BuildctlCommand = {
  name: 'buildctl',
  short: 'build utility',
  usage: '[global options] command [command options] [arguments...]',
  flags: [
    bool('debug', 'enable debug output in logs'),
    { ...text('addr', 'buildkitd address', 'unix:///run/buildkit/buildkitd.sock'), env: ['BUILDKIT_HOST'] },
    text('tlsservername', 'buildkitd server name for certificate validation'),
    text('timeout', 'timeout backend connection after value seconds', '5'),
    bool('wait', 'block RPCs until the connection becomes available'),
    bool('version,v', 'print the version'),
  ],
  commands: [du, prune, pruneHistories, build, debug],
};

const app: UrfaveApp = { version };

export const buildctl: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(8, 14));
  try {
    return yield* dispatch(argv.slice(1), process);
  } catch (error) {
    if (!(error instanceof BuildctlError)) throw error;
    if (error.message.startsWith('k8s-lab: ')) {
      yield* process.printError(`${error.message}\n`);
      return 70;
    }
    yield* process.printError(`error: ${error.message}\n`);
    return 1;
  }
};

function* dispatch(args: readonly string[], process: Process): Routine<number> {
  let resolved: ReturnType<typeof resolveUrfave<NonNullable<BuildctlCommand['run']>>>;
  try {
    resolved = resolveUrfave(tree, args, { env: (name) => process.env[name] });
  } catch (error) {
    const refused = yield* unresolvedUrfave(process, error);
    if (typeof refused === 'number') return refused;
    const help = urfaveHelp(refused.chain as BuildctlCommand[], app);
    yield* process.print(refused.kind === 'help' ? help : `Incorrect Usage: ${refused.message}\n\n${help}`);
    if (refused.kind === 'help') return 0;
    throw new BuildctlError(refused.message);
  }
  const { command, chain, flags, levels } = resolved;
  const global = levels[0]?.flags ?? flags;
  if (chain.length === 1 && global.bool('version')) {
    yield* process.print(`buildctl ${version}\n`);
    return 0;
  }
  if (!command.run) {
    yield* process.print(urfaveHelp(chain, app));
    return 0;
  }
  return (yield* command.run(new Context(process, { global, flags, args: resolved.args }))) ?? 0;
}
