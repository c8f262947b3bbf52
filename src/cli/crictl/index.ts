/** crictl 1.36: the client of the Container Runtime Interface (kubernetes-sigs/cri-tools). */
import { goLogTime } from '../../apimachinery/go-units.ts';
import { CriError } from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { absent, resolveUrfave, type UrfaveApp, urfaveHelp } from '../flags.ts';
import { logLine } from '../logrus.ts';
import { unresolvedUrfave } from '../urfave.ts';
import { bool, type CrictlCommand, duration, int, text } from './command.ts';
import { completion } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { events } from './commands/events.ts';
import { images } from './commands/images.ts';
import { checkpoint, info, others, runtimeConfig, updateRuntimeConfig, version } from './commands/info.ts';
import { imagefsinfo, inspect, inspecti, inspectp } from './commands/inspect.ts';
import { pods, ps } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { create, run, runp, start } from './commands/make.ts';
import { pull, rmi } from './commands/pull.ts';
import { rm, rmp, stop, stopp } from './commands/remove.ts';
import { attach, exec, portForward } from './commands/sessions.ts';
import { stats, statsp } from './commands/stats.ts';
import { update } from './commands/update.ts';
import { Context, Exit, Fatal, ShowHelp } from './context.ts';

const endpoints =
  'uses in order the first successful one of [unix:///run/containerd/containerd.sock unix:///run/crio/crio.sock unix:///var/run/cri-dockerd.sock]). Default is now deprecated and the endpoint should be set instead.';

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

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
    ...absent([
      bool('enable-tracing', '', 'Enable OpenTelemetry tracing.'),
      text('profile-cpu', '', 'Write a pprof CPU profile to the provided path.'),
      text('profile-mem', '', 'Write a pprof memory profile to the provided path.'),
    ]),
    duration('timeout', 't', 'Timeout of connecting to the server in seconds (e.g. 2s, 20s.). 0 or less is set to default', '2s'),
    ...absent([
      text('tracing-endpoint', '', 'Address to which the gRPC tracing collector will send spans to.', '127.0.0.1:4317'),
      int(
        'tracing-sampling-rate-per-million',
        '',
        'Number of samples to collect per million OpenTelemetry spans. Set to 1000000 or -1 to always sample.',
        '-1',
      ),
    ]),
    bool('version', 'v', 'print the version'),
  ],
  commands: [
    attach,
    checkpoint,
    completion(() => crictlTree),
    config,
    create,
    events,
    exec,
    imagefsinfo,
    images,
    info,
    inspect,
    inspecti,
    inspectp,
    logs,
    ...others,
    pods,
    portForward,
    ps,
    pull,
    rm,
    rmi,
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
  ]
    .map((command) => ({ ...command, flags: [...(command.flags ?? [])].sort(byName) }))
    .sort(byName),
};

const app: UrfaveApp = { version: 'v1.36.0', shortUsage: true };

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
    const refused = yield* unresolvedUrfave(process, error);
    if (typeof refused === 'number') return refused;
    if (refused.kind === 'help') return yield* print(process, urfaveHelp(refused.chain as CrictlCommand[], app), 0);
    yield* process.print(`Incorrect Usage: ${refused.message}\n\n${urfaveHelp(refused.chain as CrictlCommand[], app)}`);
    return yield* fatal(process, refused.message);
  }
  const { command, chain, flags, dash, levels } = resolved;
  const global = levels[0]?.flags ?? flags;
  if (chain.length === 1) {
    if (global.bool('version')) return yield* print(process, `crictl version ${releaseOf(process) ?? app.version}\n`, 0);
    return yield* print(process, urfaveHelp(chain, app), 0);
  }
  const context = new Context(process, { global, flags, args: resolved.args, dash });
  yield* context.loadConfig();
  try {
    yield* command.run?.(context) ?? [];
    return 0;
  } catch (error) {
    if (error instanceof Exit) {
      yield* process.printError(`${error.message}\n`);
      return 1;
    }
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
  if (message.startsWith('go-log:')) yield* process.printError(`${goLogTime(process.now)} ${message.slice(7)}\n`);
  else yield* logLine(process, 'fatal', message);
  return 1;
}
