/** docker: the command line of Docker Engine 29 (docker/cli). */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { sleep } from '../../sim/routine.ts';
import { info, version } from './commands/about.ts';
import { build, builderPrune } from './commands/build.ts';
import { commit, diff, exportCommand, kill, logs, pause, port, rename, restart, rm, stop, top, unpause, update, wait } from './commands/containers.ts';
import { contextCommand } from './commands/contexts.ts';
import { cp } from './commands/cp.ts';
import { events } from './commands/events.ts';
import { history, images, load, pull, rmi, save, tag } from './commands/images.ts';
import { importCommand } from './commands/import.ts';
import { inspect } from './commands/inspect.ts';
import { login, logout } from './commands/login.ts';
import { manifest } from './commands/manifest.ts';
import { network } from './commands/networks.ts';
import { plugin } from './commands/plugin.ts';
import { ps } from './commands/ps.ts';
import { push, search } from './commands/push.ts';
import { attachCommand, createCommand, exec, run, startCommand } from './commands/run.ts';
import { stats } from './commands/stats.ts';
import { checkpoint, swarm, swarmGroups } from './commands/swarm.ts';
import { containerPrune, imagePrune, system } from './commands/system.ts';
import { volume } from './commands/volumes.ts';
import { bool, type DockerCommand, text } from './context.ts';
import { dispatchTree, hostOf, ownOption } from './dispatch.ts';
import { findPlugin } from './plugins.ts';

const group = (title: string, commands: readonly DockerCommand[]): DockerCommand[] => commands.map((each) => ({ ...each, group: title }));
const under = (name: string, each: DockerCommand, aliases: readonly string[] = []): DockerCommand => ({ ...each, name, aliases });
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
const dockerTree: DockerCommand = {
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
    ...group('Common Commands:', [run, exec, ps, build, pull, push, images, login, logout, search, version, info]),
    ...group('Management Commands:', [
      { name: 'builder', short: 'Manage builds', commands: [build, builderPrune] },
      { name: 'container', short: 'Manage containers', commands: containerCommands },
      contextCommand,
      { name: 'image', short: 'Manage images', commands: imageCommands },
      manifest,
      network,
      plugin,
      system,
      volume,
    ]),
    ...group('Swarm Commands:', [swarm]),
    // Shown by docker only in a swarm, or by a daemon with experimental features.
    ...swarmGroups,
    checkpoint,
    ...group('Commands:', [
      attachCommand,
      commit,
      cp,
      createCommand,
      diff,
      events,
      exportCommand,
      history,
      importCommand,
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

/** Options of docker itself that take a value. */
const withValue: ReadonlySet<string> = new Set(['-H', '--host', '-c', '--context', '-l', '--log-level', '--config']);

/** Where the command stands; -1 for none. */
const firstWord = (args: readonly string[]): number => args.findIndex((arg, i) => !arg.startsWith('-') && !withValue.has(args[i - 1] ?? ''));

/** One of docker's own options, or the value of the one before. */
const isOwn = (arg: string): boolean =>
  !arg.startsWith('-') || withValue.has(arg.split('=')[0] ?? '') || ['-D', '--debug', '--tls', '--tlsverify'].includes(arg);

/** The plugin that a command line is for: its file and arguments. `docker build` is buildx's where that is installed. */
function pluginCall(process: Process, args: readonly string[]): readonly string[] | undefined {
  const at = firstWord(args);
  const name = args[at];
  if (name === undefined) return undefined;
  const words = /^(image|builder)$/.test(name) && args[at + 1] === 'build' ? 2 : name === 'build' ? 1 : 0;
  if (words > 0) {
    const buildx = process.env['DOCKER_BUILDKIT'] === '0' ? undefined : findPlugin(process, 'buildx');
    return buildx === undefined ? undefined : [buildx, 'buildx', 'build', ...args.slice(at + words)];
  }
  if (dockerTree.commands?.some((each) => each.name === name || each.aliases?.includes(name))) return undefined;
  const path = /^[a-z0-9]+$/.test(name) ? findPlugin(process, name) : undefined;
  return path === undefined ? undefined : [path, name, ...args.slice(at + 1)];
}

export const docker: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(10, 18));
  const args = argv.slice(1);
  const level = ownOption(args, 'log-level', 'l');
  if (level !== undefined && !/^(trace|debug|info|warn|warning|error|fatal|panic)$/i.test(level)) {
    yield* process.printError(`Unable to parse logging level: ${level}\n`);
    return 1;
  }
  const config = ownOption(args, 'config');
  if (config !== undefined) process.env['DOCKER_CONFIG'] = process.path(config);
  const plugin = pluginCall(process, args);
  if (!plugin) {
    // Docker's own options stand before the command, which has others of the same letters.
    const host = hostOf(args, process);
    const at = firstWord(args);
    if (at <= 0 || !args.slice(0, at).every(isOwn)) return yield* dispatchTree(dockerTree, args, process);
    process.env['DOCKER_HOST'] = host;
    return yield* dispatchTree(dockerTree, args.slice(at), process);
  }
  const { program, argv: words } = process.exec(plugin, { ...process.env, DOCKER_HOST: hostOf(args, process) });
  return yield* program(words, process);
};
