/** crictl 1.36: the client of the Container Runtime Interface (kubernetes-sigs/cri-tools). */
import { CriError } from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { CommandFlagError, resolveUrfave, UnknownCommandError, type UrfaveApp, urfaveHelp } from '../flags.ts';
import { logLine } from '../logrus.ts';
import { bool, type CrictlCommand, duration, text } from './command.ts';
import * as imageCommands from './commands/images.ts';
import * as infoCommands from './commands/info.ts';
import * as inspectCommands from './commands/inspect.ts';
import * as lifecycle from './commands/lifecycle.ts';
import * as lists from './commands/list.ts';
import { logs } from './commands/logs.ts';
import * as sessions from './commands/sessions.ts';
import { update } from './commands/update.ts';
import { Context, Fatal, ShowHelp } from './context.ts';

const { attach, exec, portForward } = sessions;
const { create, rm, rmp, run, runp, start, stop, stopp } = lifecycle;
const { config, events, info, others, runtimeConfig, stats, statsp, updateRuntimeConfig, version } = infoCommands;
const { imagefsinfo, inspect, inspecti, inspectp } = inspectCommands;

const endpoints =
  'uses in order the first successful one of [unix:///run/containerd/containerd.sock unix:///run/crio/crio.sock unix:///var/run/cri-dockerd.sock]). Default is now deprecated and the endpoint should be set instead.';

/** The tree of commands; help is read from it. */
const crictlTree: CrictlCommand = {
  name: 'crictl',
  short: 'client for CRI',
  flags: [
    {
      ...text(
        'config',
        'c',
        "Location of the client config file. If not specified and the default does not exist, the program's directory is searched as well",
        '/etc/crictl.yaml',
      ),
      env: ['CRI_CONFIG_FILE'],
    },
    bool('debug', 'D', 'Enable debug mode'),
    { ...text('image-endpoint', 'i', "Endpoint of CRI image manager service (default: uses 'runtime-endpoint' setting)"), env: ['IMAGE_SERVICE_ENDPOINT'] },
    { ...text('runtime-endpoint', 'r', `Endpoint of CRI container runtime service (default: ${endpoints}`), env: ['CONTAINER_RUNTIME_ENDPOINT'] },
    duration('timeout', 't', 'Timeout of connecting to the server in seconds (e.g. 2s, 20s.). 0 or less is set to default', '2s'),
    bool('version', 'v', 'print the version'),
  ],
  commands: [
    attach,
    ...others.slice(0, 1),
    ...others.slice(3),
    config,
    create,
    events,
    exec,
    imagefsinfo,
    lists.images,
    info,
    inspect,
    inspecti,
    inspectp,
    logs,
    ...others.slice(1, 3),
    lists.pods,
    portForward,
    lists.ps,
    imageCommands.pull,
    rm,
    imageCommands.rmi,
    rmp,
    run,
    runp,
    runtimeConfig,
    start,
    stats,
    statsp,
    stop,
    stopp,
    update,
    updateRuntimeConfig,
    version,
  ].map((command) => ({ ...command, combineShort: true })),
};

const app: UrfaveApp = { version: 'v1.36.0' };

export const crictl: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(12, 20));
  try {
    return yield* dispatch(argv.slice(1), process);
  } catch (error) {
    if (error instanceof Fatal || error instanceof CriError) return yield* fatal(process, error.message);
    if (error instanceof Errno && error.code !== 'EPIPE') return yield* fatal(process, `open ${error.path ?? ''}: ${error.message.toLowerCase()}`);
    throw error;
  }
};

function* dispatch(args: readonly string[], process: Process): Routine<number> {
  let resolved: ReturnType<typeof resolveUrfave<NonNullable<CrictlCommand['run']>>>;
  try {
    resolved = resolveUrfave(crictlTree, args, { env: (name) => process.env[name] });
  } catch (error) {
    if (error instanceof UnknownCommandError) {
      yield* process.printError(`No help topic for '${error.typed}'\n`);
      return 3;
    }
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind === 'help') return yield* print(process, urfaveHelp(error.chain as CrictlCommand[], app), 0);
    yield* process.print(`Incorrect Usage: ${error.message}\n\n${urfaveHelp(error.chain as CrictlCommand[], app)}`);
    return yield* fatal(process, error.message);
  }
  const { command, chain, flags, dash, levels } = resolved;
  const [name] = resolved.args;
  const global = levels[0]?.flags ?? flags;
  if (chain.length === 1) {
    if (global.bool('version')) return yield* print(process, `crictl version ${releaseOf(process) ?? app.version}\n`, 0);
    return yield* print(process, urfaveHelp(name === 'help' ? chain : chain, app), 0);
  }
  const context = new Context(process, { global, flags, args: resolved.args, dash });
  // `crictl config KEY VALUE` alone makes the file without a word about its absence.
  yield* context.loadConfig(command.name === config.name && context.args.length === 2);
  try {
    // Flags after an argument are a mistake that crictl answers with its help.
    if (command.name === 'logs' && context.args.length > 1) throw new ShowHelp();
    yield* command.run?.(context) ?? [];
    return 0;
  } catch (error) {
    if (error instanceof ShowHelp) return yield* print(process, urfaveHelp(chain, app), 0);
    throw error;
  }
}

function* print(process: Process, text: string, status: number): Routine<number> {
  yield* process.print(text);
  return status;
}

/** `--state bogus` is told by Go's log package; all else by logrus. */
function* fatal(process: Process, message: string): Routine<number> {
  if (message.startsWith('go-log:'))
    yield* process.printError(`${new Date(process.now).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')} ${message.slice(7)}\n`);
  else yield* logLine(process, 'fatal', message);
  return 1;
}
