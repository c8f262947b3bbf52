/** docker compose up and create: the flags, and what is shown in the foreground. */
import type { Routine } from '../../../sim/routine.ts';
import type { Service } from '../../compose-project.ts';
import { any, bool, CliError, type Context, command, int, list, text } from '../context.ts';
import { showLogs } from './logs.ts';
import { type Compose, containersOf, howLong, type Make, nameOf, numberOf, opened, selected, serviceOf, services, tell } from './state.ts';
import { converge, startServices, type UpOptions, waitFor } from './up.ts';

const upFlags = [
  bool('build', 'Build images before starting containers'),
  bool('force-recreate', "Recreate containers even if their configuration and image haven't changed"),
  bool('no-recreate', "If containers already exist, don't recreate them"),
  text('pull', 'Pull image before running ("always"|"missing"|"never")'),
  list('scale', 'Scale SERVICE to NUM instances'),
  bool('remove-orphans', 'Remove containers for services not defined in the Compose file'),
  bool('quiet-pull', 'Pull without printing progress information'),
  bool('no-build', "Don't build an image, even if it's policy"),
  bool('yes,y', 'Assume "yes" as answer to all prompts'),
];

function upOptions({ flags }: Context): UpOptions {
  if (flags.bool('force-recreate') && flags.bool('no-recreate')) throw new CliError('--force-recreate and --no-recreate are incompatible');
  const scale = flags.list('scale').map((each): [string, number] => {
    const [name = '', count = ''] = each.split('=');
    if (!/^\d+$/.test(count)) throw new CliError(`invalid --scale option ${JSON.stringify(each)}. Should be SERVICE=NUM`);
    return [name, Number(count)];
  });
  if (flags.bool('build') && flags.bool('no-build')) throw new CliError('--build and --no-build are incompatible');
  return {
    build: flags.bool('build'),
    noBuild: flags.bool('no-build'),
    pull: flags.text('pull'),
    forceRecreate: flags.bool('force-recreate'),
    noRecreate: flags.bool('no-recreate'),
    scale: new Map(scale),
  };
}

/** docker compose up. */
export const up: Make = (globals) =>
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
      text('exit-code-from', 'Return the exit code of the selected service container. Implies --abort-on-container-exit'),
      int('timeout,t', 'Use this timeout in seconds for container shutdown when attached'),
      bool('no-color', 'Produce monochrome output'),
      bool('no-log-prefix', "Don't print prefix in logs"),
      bool('timestamps', 'Show timestamps'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const { flags } = context;
      const chosen = selected(compose.project, context.args, !flags.bool('no-deps'));
      const named = new Set(selected(compose.project, context.args, false).map(({ name }) => name));
      if (chosen.length === 0) throw new CliError('no service selected');
      yield* orphans(compose, flags.bool('remove-orphans'));
      yield* converge(compose, chosen, { ...upOptions(context), named });
      if (flags.bool('no-start')) return 0;
      if (!flags.bool('detach') && !flags.bool('wait')) return yield* attach(compose, chosen);
      yield* startServices(compose, chosen);
      if (flags.bool('wait')) for (const { name } of chosen) yield* waitFor(compose, { name, condition: 'running_or_healthy', required: true });
      return 0;
    },
  );

/** In the foreground: all logs, until ^C stops the services or all have ended; with --abort-on-container-exit or --exit-code-from, until one has. */
function* attach(compose: Compose, chosen: readonly Service[]): Routine<number> {
  const { context, client } = compose;
  const { flags, process } = context;
  const containers = chosen.filter(({ fields }) => fields['attach'] !== false).flatMap(({ name }) => containersOf(compose, { all: true, service: name }));
  yield* context.print(`Attaching to ${containers.map((each) => `${serviceOf(each)}-${numberOf(each)}`).join(', ')}\n`);
  let stopping = false;
  const stop = function* (): Routine {
    for (const { Id } of [...containers].reverse()) yield* client.containers.stop(Id, howLong(context));
  };
  const since = process.now;
  yield* startServices(compose, chosen);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.onSignal(signal, () => {
      if (!stopping) process.sim.go(interrupted());
      stopping = true;
    });
  const from = flags.text('exit-code-from');
  if (from !== '') selected(compose.project, [from]);
  const aborting = flags.bool('abort-on-container-exit') || from !== '' ? process.sim.go(firstExit()) : undefined;
  const shown = { timestamps: flags.bool('timestamps'), prefix: !flags.bool('no-log-prefix'), colored: !flags.bool('no-color') };
  yield* showLogs(compose, containers, { follow: true, tail: -1, since, ends: true, ...shown });
  if (stopping) return 130;
  return aborting ? ((yield* aborting.join()) ?? 0) : 0;

  function* interrupted(): Routine {
    yield* context.printError('Gracefully Stopping... press Ctrl+C again to force\n');
    yield* stop();
  }

  /** Gives the status of the container that ended first, or of the one asked for; all others are stopped. */
  function* firstExit(): Routine<number> {
    for (;;) {
      const ended = containers.map(({ Id }) => client.containers.inspect(Id).State).find(({ Status }) => Status === 'exited');
      if (ended) {
        yield* context.printError('Aborting on container exit...\n');
        yield* stop();
        const own = from === '' ? undefined : containers.find((each) => serviceOf(each) === from);
        return own ? client.containers.inspect(own.Id).State.ExitCode : ended.ExitCode;
      }
      yield { timeout: 100 };
    }
  }
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

/** docker compose create. */
export const create: Make = (globals) =>
  command('create', 'Creates containers for a service', `[OPTIONS] ${services}`, [0, any], upFlags, function* (context) {
    const compose = yield* opened(context, globals, context.args);
    yield* converge(compose, selected(compose.project, context.args), upOptions(context));
    return 0;
  });
