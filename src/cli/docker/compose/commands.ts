/** The subcommands of docker compose. */
import type { ContainerSummary, DockerApi } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { Service } from '../../compose-project.ts';
import type { Flags } from '../../flags.ts';
import { any, bool, CliError, type Context, command, type DockerCommand, int, list, text } from '../context.ts';
import { buildService } from './build.ts';
import { down } from './down.ts';
import { exec, run } from './inside.ts';
import { showLogs } from './logs.ts';
import { config, images, logs, ls, port, ps, top, version } from './show.ts';
import { type Compose, containersOf, inReverse, isRunning, type Make, nameOf, numberOf, opened, selected, serviceOf, services, tell } from './state.ts';
import { converge, ensureImages, startServices, type UpOptions } from './up.ts';

const upFlags = [
  bool('build', 'Build images before starting containers'),
  bool('force-recreate', "Recreate containers even if their configuration and image haven't changed"),
  bool('no-recreate', "If containers already exist, don't recreate them"),
  text('pull', 'Pull image before running ("always"|"missing"|"never")'),
  list('scale', 'Scale SERVICE to NUM instances'),
  bool('remove-orphans', 'Remove containers for services not defined in the Compose file'),
  bool('quiet-pull', 'Pull without printing progress information'),
];

function upOptions({ flags }: Context): UpOptions {
  if (flags.bool('force-recreate') && flags.bool('no-recreate')) throw new CliError('--force-recreate and --no-recreate are incompatible');
  const scale = flags.list('scale').map((each): [string, number] => {
    const [name = '', count = ''] = each.split('=');
    if (!/^\d+$/.test(count)) throw new CliError(`invalid --scale option ${JSON.stringify(each)}. Should be SERVICE=NUM`);
    return [name, Number(count)];
  });
  return {
    build: flags.bool('build'),
    pull: flags.text('pull'),
    forceRecreate: flags.bool('force-recreate'),
    noRecreate: flags.bool('no-recreate'),
    scale: new Map(scale),
  };
}

const up: Make = (globals) =>
  command(
    'up',
    'Create and start containers',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      ...upFlags,
      bool('detach,d', 'Detached mode: Run containers in the background'),
      bool('no-start', "Don't start the services after creating them"),
      bool('wait', 'Wait for services to be running|healthy. Implies detached mode.'),
      bool('no-deps', "Don't start linked services"),
      bool('abort-on-container-exit', 'Stops all containers if any container was stopped'),
      text('timeout,t', 'Use this timeout in seconds for container shutdown when attached'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const { flags } = context;
      const chosen = selected(compose.project, context.args, !flags.bool('no-deps'));
      if (chosen.length === 0) throw new CliError('no service selected');
      yield* orphans(compose, flags.bool('remove-orphans'));
      yield* converge(compose, chosen, upOptions(context));
      if (flags.bool('no-start')) return 0;
      if (!flags.bool('detach') && !flags.bool('wait')) return yield* attach(compose, chosen);
      yield* startServices(compose, chosen);
      return 0;
    },
  );

/** In the foreground: all logs, until ^C stops the services or all have ended. */
function* attach(compose: Compose, chosen: readonly Service[]): Routine<number> {
  const { context, client } = compose;
  const containers = chosen.flatMap(({ name }) => containersOf(compose, { all: true, service: name }));
  yield* context.print(`Attaching to ${containers.map((each) => `${serviceOf(each)}-${numberOf(each)}`).join(', ')}\n`);
  let stopping = false;
  const stop = function* (): Routine {
    yield* context.printError('Gracefully Stopping... press Ctrl+C again to force\n');
    for (const { Id } of [...containers].reverse()) yield* client.containers.stop(Id);
  };
  const since = context.process.now;
  yield* startServices(compose, chosen);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    context.process.onSignal(signal, () => {
      if (!stopping) context.process.sim.go(stop());
      stopping = true;
    });
  yield* showLogs(compose, containers, { follow: true, tail: -1, timestamps: false, prefix: true, since, ends: true });
  return stopping ? 130 : 0;
}

function* orphans(compose: Compose, remove: boolean): Routine {
  const known = new Set([...compose.project.services.map(({ name }) => name), ...compose.project.disabled]);
  const found = containersOf(compose, { all: true }).filter((each) => !known.has(serviceOf(each)));
  if (found.length === 0) return;
  if (!remove) {
    const names = found.map(nameOf).join(' ');
    return yield* warn(
      compose,
      `Found orphan containers ([${names}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.`,
    );
  }
  for (const each of found) {
    yield* compose.client.containers.remove(each.Id, { force: true, volumes: false });
    yield* tell(compose.context, `Container ${nameOf(each)}`, 'Removed');
  }
}

function* warn({ context }: Compose, message: string): Routine {
  yield* context.printError(`time="${new Date(context.process.now).toISOString().slice(0, 19)}Z" level=warning msg=${JSON.stringify(message)}\n`);
}

const scale: Make = (globals) =>
  command('scale', 'Scale services', '[SERVICE=REPLICAS...]', [1, any], [bool('no-deps', "Don't start linked services")], function* (context) {
    const numbers = context.args.map((each): [string, number] => {
      const [name = '', count] = each.split('=');
      if (count === undefined || name === '') throw new CliError(`invalid scale specifier: ${each}`);
      if (!/^\d+$/.test(count)) throw new CliError(`invalid scale specifier: can't parse replica value as int: ${each}`);
      return [name, Number(count)];
    });
    const names = numbers.map(([name]) => name);
    const compose = yield* opened(context, globals, names);
    const chosen = selected(compose.project, names, !context.flags.bool('no-deps'));
    yield* converge(compose, chosen, { build: false, pull: '', forceRecreate: false, noRecreate: false, scale: new Map(numbers) });
    yield* startServices(compose, chosen);
    return 0;
  });

const create: Make = (globals) =>
  command('create', 'Creates containers for a service', `[OPTIONS] ${services}`, [0, any], upFlags, function* (context) {
    const compose = yield* opened(context, globals, context.args);
    yield* converge(compose, selected(compose.project, context.args), upOptions(context));
    return 0;
  });

/** A command that does one thing to each container of the services that are named. */
const each =
  (
    name: string,
    short: string,
    words: readonly [doing: string, done: string],
    fits: (container: ContainerSummary) => boolean,
    work: (containers: DockerApi['containers'], id: string, context: Context) => Routine,
    flags: Parameters<typeof command>[4] = [],
  ): Make =>
  (globals) =>
    command(name, short, `[OPTIONS] ${services}`, [0, any], flags, function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const chosen = selected(compose.project, context.args, false);
      for (const service of name === 'start' ? chosen : inReverse(chosen))
        for (const container of containersOf(compose, { all: true, service: service.name }).filter(fits)) {
          yield* tell(context, `Container ${nameOf(container)}`, words[0]);
          yield* work(compose.client.containers, container.Id, context);
          yield* tell(context, `Container ${nameOf(container)}`, words[1]);
        }
      return 0;
    });

const timeout = [int('timeout,t', 'Specify a shutdown timeout in seconds')];
const howLong = ({ flags }: Context): { readonly timeout?: number } => (flags.has('timeout') ? { timeout: flags.number('timeout') } : {});
const always = (): boolean => true;

const build: Make = (globals) =>
  command(
    'build',
    'Build or rebuild services',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      bool('no-cache', 'Do not use cache when building the image'),
      bool('quiet,q', 'Suppress the build output'),
      bool('pull', 'Always attempt to pull a newer version of the image'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      for (const service of selected(compose.project, context.args, false))
        if (service.fields['build'] !== undefined)
          yield* buildService(compose, service, { noCache: context.flags.bool('no-cache'), quiet: context.flags.bool('quiet') });
      return 0;
    },
  );

const pull: Make = (globals) =>
  command(
    'pull',
    'Pull service images',
    `[OPTIONS] ${services}`,
    [0, any],
    [bool('quiet,q', 'Pull without printing progress information'), bool('ignore-buildable', 'Ignore images that can be built')],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const chosen = selected(compose.project, context.args, false).filter(({ fields }) => fields['build'] === undefined);
      yield* ensureImages(compose, chosen, { build: false, pull: 'always' });
      return 0;
    },
  );

const rm: Make = (globals) =>
  command(
    'rm',
    'Removes stopped service containers',
    `[OPTIONS] ${services}`,
    [0, any],
    [
      bool('force,f', "Don't ask to confirm removal"),
      bool('stop,s', 'Stop the containers, if required, before removing'),
      bool('volumes,v', 'Remove any anonymous volumes attached to containers'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const { flags } = context;
      const chosen = selected(compose.project, context.args, false).flatMap(({ name }) => containersOf(compose, { all: true, service: name }));
      const victims = chosen.filter(({ State }) => flags.bool('stop') || State !== 'running');
      if (victims.length === 0) {
        yield* context.printError('No stopped containers\n');
        return 0;
      }
      if (!flags.bool('force')) {
        yield* context.print(`? Going to remove ${victims.map(nameOf).join(', ')} [yN] `);
        if (!/^y/i.test(((yield* context.process.stdin.read()) ?? '').trim())) return 0;
      }
      for (const container of victims) {
        yield* tell(context, `Container ${nameOf(container)}`, 'Removing');
        yield* compose.client.containers.remove(container.Id, { force: true, volumes: flags.bool('volumes') });
        yield* tell(context, `Container ${nameOf(container)}`, 'Removed');
      }
      return 0;
    },
  );

const makes: readonly Make[] = [
  build,
  config,
  create,
  down,
  exec,
  images,
  each(
    'kill',
    'Force stop service containers',
    ['Killing', 'Killed'],
    isRunning,
    (containers, id, { flags }) => containers.kill(id, flags.text('signal') || 'SIGKILL'),
    [text('signal,s', 'SIGNAL to send to the container')],
  ),
  logs,
  ls,
  each('pause', 'Pause services', ['Pausing', 'Paused'], isRunning, (containers, id) => containers.pause(id)),
  port,
  ps,
  pull,
  each(
    'restart',
    'Restart service containers',
    ['Restarting', 'Started'],
    always,
    (containers, id, context) => containers.restart(id, howLong(context)),
    timeout,
  ),
  rm,
  run,
  scale,
  each(
    'start',
    'Start services',
    ['Starting', 'Started'],
    (row) => !isRunning(row),
    (containers, id) => containers.start(id),
  ),
  each('stop', 'Stop services', ['Stopping', 'Stopped'], always, (containers, id, context) => containers.stop(id, howLong(context)), timeout),
  top,
  each(
    'unpause',
    'Unpause services',
    ['Unpausing', 'Unpaused'],
    ({ State }) => State === 'paused',
    (containers, id) => containers.unpause(id),
  ),
  up,
  version,
];

export const composeCommands = (globals: Flags): DockerCommand[] => makes.map((make) => make(globals));
