/** docker: the command line of Docker Engine 29 (docker/cli). */
import { DockerError } from '../../interfaces/docker.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { CommandFlagError, dockerHelp, resolveCobra, UnknownCommandError } from '../flags.ts';
import { info, version, versionLine } from './commands/about.ts';
import { build } from './commands/build.ts';
import { commit, diff, exportCommand, kill, logs, pause, port, rename, restart, rm, stop, top, unpause, update, wait } from './commands/containers.ts';
import { cp } from './commands/cp.ts';
import { history, images, load, pull, push, rmi, save, tag } from './commands/images.ts';
import { inspect } from './commands/inspect.ts';
import { network, volume } from './commands/networks.ts';
import { ps } from './commands/ps.ts';
import { attachCommand, createCommand, exec, run, startCommand } from './commands/run.ts';
import { stats } from './commands/stats.ts';
import { containerPrune, contextCommand, events, imagePrune, login, logout, system } from './commands/system.ts';
import { bool, CliError, Context, type DockerCommand, daemonText, type Run, text } from './context.ts';

const group = (title: string, commands: readonly DockerCommand[]): DockerCommand[] => commands.map((each) => ({ ...each, group: title }));
const under = (name: string, each: DockerCommand, aliases: readonly string[] = []): DockerCommand => ({ ...each, name, aliases });
const notSimulated = (name: string, short: string): DockerCommand => ({
  name,
  short,
  interspersed: false,
  *run() {
    throw new CliError(`k8s-lab: docker ${name} is not simulated`, 70);
  },
});

const containerCommands: readonly DockerCommand[] = [
  attachCommand,
  commit,
  cp,
  createCommand,
  diff,
  exec,
  exportCommand,
  inspect('container'),
  kill,
  logs,
  under('ls', ps, ['ps', 'list']),
  pause,
  port,
  containerPrune,
  rename,
  restart,
  under('rm', rm, ['remove']),
  run,
  startCommand,
  stats,
  stop,
  top,
  unpause,
  update,
  wait,
];
const imageCommands: readonly DockerCommand[] = [
  build,
  history,
  inspect('image'),
  load,
  under('ls', images, ['list']),
  imagePrune,
  pull,
  push,
  under('rm', rmi, ['remove']),
  save,
  tag,
];

/** The tree of commands; help is read from it. */
export const dockerTree: DockerCommand = {
  name: 'docker',
  usage: '[OPTIONS] COMMAND',
  long: 'A self-sufficient runtime for containers',
  flags: [
    text('config', 'Location of client config files', { default: '/root/.docker', persistent: true }),
    text('context,c', 'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")'),
    bool('debug,D', 'Enable debug mode'),
    text('host,H', 'Daemon socket to connect to', { valueName: 'string' }),
    text('log-level,l', 'Set the logging level ("debug", "info", "warn", "error", "fatal")', { default: 'info' }),
    bool('tls', 'Use TLS; implied by --tlsverify'),
    bool('version,v', 'Print version information and quit'),
  ],
  commands: [
    ...group('Common Commands:', [
      run,
      exec,
      ps,
      build,
      pull,
      push,
      images,
      login,
      logout,
      notSimulated('search', 'Search Docker Hub for images'),
      version,
      info,
    ]),
    ...group('Management Commands:', [
      notSimulated('builder', 'Manage builds'),
      { name: 'container', short: 'Manage containers', commands: containerCommands },
      contextCommand,
      { name: 'image', short: 'Manage images', commands: imageCommands },
      notSimulated('manifest', 'Manage Docker image manifests and manifest lists'),
      network,
      notSimulated('plugin', 'Manage plugins'),
      system,
      volume,
    ]),
    ...group('Swarm Commands:', [notSimulated('swarm', 'Manage Swarm')]),
    ...group('Commands:', [
      attachCommand,
      commit,
      cp,
      createCommand,
      diff,
      events,
      exportCommand,
      history,
      notSimulated('import', 'Import the contents from a tarball to create a filesystem image'),
      inspect(),
      kill,
      load,
      logs,
      pause,
      port,
      rename,
      restart,
      rm,
      rmi,
      save,
      startCommand,
      stats,
      stop,
      tag,
      top,
      unpause,
      update,
      wait,
    ]),
  ],
};

export const docker: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(10, 18));
  return yield* dispatch(argv.slice(1), process);
};

function* dispatch(args: readonly string[], process: Process): Routine<number> {
  if (args[0] === 'help') return yield* dispatch([...args.slice(1), '--help'], process);
  let resolved: ReturnType<typeof resolveCobra<Run>>;
  try {
    resolved = resolveCobra<Run>(dockerTree, args);
  } catch (error) {
    return yield* wrong(error, process);
  }
  const { flags, chain } = resolved;
  const command: DockerCommand = resolved.command;
  if (chain.length === 1 && flags.bool('version')) {
    yield* process.print(versionLine);
    return 0;
  }
  if (!command.run) return yield* noCommand(resolved.args, chain, process);
  const count = resolved.args.length;
  const [least, most] = command.takes ?? [0, Number.POSITIVE_INFINITY];
  if (count < least || count > most) return yield* wrongCount(least, most, chain, process);
  const context = new Context(process, { flags, args: resolved.args, path: resolved.path, host: hostOf(args, process) });
  try {
    return (yield* command.run(context)) ?? 0;
  } catch (error) {
    if (error instanceof DockerError) return yield* daemonError(error, command, resolved.path, process);
    if (!(error instanceof CliError)) throw error;
    yield* process.printError(`${error.message}\n`);
    return error.status;
  }
}

function* daemonError(error: DockerError, command: DockerCommand, path: string, process: Process): Routine<number> {
  const own = error.message.startsWith('k8s-lab: ');
  if (command.prefixed && !own) {
    yield* process.printError(`docker: ${daemonText(error)}\n\nRun '${path} --help' for more information\n`);
    return 125;
  }
  yield* process.printError(`${daemonText(error)}\n`);
  return own ? 70 : 1;
}

/** `-H` before the command, then DOCKER_HOST. */
function hostOf(args: readonly string[], process: Process): string {
  const at = args.findIndex((arg) => arg === '-H' || arg === '--host' || arg.startsWith('--host='));
  const first = args.findIndex(
    (arg, i) => !arg.startsWith('-') && !['-H', '--host', '-c', '--context', '-l', '--log-level', '--config'].includes(args[i - 1] ?? ''),
  );
  const given = at >= 0 && at < first ? (args[at]?.startsWith('--host=') ? args[at]?.slice(7) : args[at + 1]) : undefined;
  return given ?? process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
}

function* noCommand(args: readonly string[], chain: readonly DockerCommand[], process: Process): Routine<number> {
  const path = chain.map(({ name }) => name).join(' ');
  if (args.length === 0) {
    yield* process.print(dockerHelp(chain));
    return 0;
  }
  yield* process.printError(`docker: unknown command: ${path} ${args[0]}\n\nUsage:  ${path}\n\nRun '${path} --help' for more information\n`);
  return 1;
}

function* wrongCount(least: number, most: number, chain: readonly DockerCommand[], process: Process): Routine<number> {
  const path = chain.map(({ name }) => name).join(' ');
  const s = (count: number): string => `${count} argument${count === 1 ? '' : 's'}`;
  const what =
    most === 0
      ? 'accepts no arguments'
      : least === most
        ? `requires ${s(least)}`
        : Number.isFinite(most)
          ? `requires at least ${least} and at most ${s(most)}`
          : `requires at least ${s(least)}`;
  const usage = chain.at(-1)?.usage ?? '';
  yield* process.printError(`docker: '${path}' ${what}\n\nUsage:  ${path}${usage === '' ? '' : ` ${usage}`}\n\nSee '${path} --help' for more information\n`);
  return 1;
}

function* wrong(error: unknown, process: Process): Routine<number> {
  if (error instanceof UnknownCommandError) {
    yield* process.printError(`docker: unknown command: docker ${error.typed}\n\nRun 'docker --help' for more information\n`);
    return 1;
  }
  if (!(error instanceof CommandFlagError)) throw error;
  const chain = error.chain as DockerCommand[];
  if (error.kind === 'help') {
    yield* process.print(dockerHelp(chain));
    return 0;
  }
  const usage = chain.at(-1)?.usage ?? '';
  yield* process.printError(
    `${error.message}\n\nUsage:  ${error.path}${usage === '' ? '' : ` ${usage.trim()}`}\n\nRun '${error.path} --help' for more information\n`,
  );
  return 125;
}
