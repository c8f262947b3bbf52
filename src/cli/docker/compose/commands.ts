/** The subcommands of docker compose. */
import type { ContainerSummary, DockerApi } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { imageOf, type Service } from '../../compose-project.ts';
import type { Flags } from '../../flags.ts';
import { any, bool, CliError, type Context, command, type DockerCommand, int, list, text } from '../context.ts';
import { buildService } from './build.ts';
import { down } from './down.ts';
import { exec, run } from './inside.ts';
import { config, images, logs, ls, port, ps, top, version } from './show.ts';
import { containersOf, howLong, inReverse, isRunning, type Make, nameOf, opened, selected, services, tell } from './state.ts';
import { converge, ensureImages, startServices } from './up.ts';
import { create, up } from './up-command.ts';

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
    yield* converge(compose, chosen, { build: false, noBuild: false, pull: '', forceRecreate: false, noRecreate: false, scale: new Map(numbers) });
    yield* startServices(compose, chosen);
    return 0;
  });

/** A command that does one thing to each container of the services that are named. */
const each =
  (
    name: string,
    short: string,
    /** What is told before and after; of some only that it is done. */
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
          if (words[0] !== '') yield* tell(context, `Container ${nameOf(container)}`, words[0]);
          yield* work(compose.client.containers, container.Id, context);
          yield* tell(context, `Container ${nameOf(container)}`, words[1]);
        }
      return 0;
    });

const timeout = [int('timeout,t', 'Specify a shutdown timeout in seconds')];
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
      list('build-arg', 'Set build-time variables for services'),
      bool('with-dependencies', 'Also build dependencies (transitively)'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args);
      const { flags } = context;
      const options = { noCache: flags.bool('no-cache'), quiet: flags.bool('quiet'), pull: flags.bool('pull'), args: flags.list('build-arg') };
      for (const service of selected(compose.project, context.args, flags.bool('with-dependencies')))
        if (service.fields['build'] !== undefined) yield* buildService(compose, service, options);
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
      const built = ({ fields }: Service): boolean =>
        fields['build'] !== undefined && (context.flags.bool('ignore-buildable') || fields['image'] === undefined);
      const chosen = selected(compose.project, context.args, false);
      for (const service of chosen.filter(built)) yield* tell(context, `Image ${imageOf(compose.project, service)}`, 'Skipped Image can be built');
      yield* ensureImages(
        compose,
        chosen.filter((each) => !built(each)).map(({ fields: { build: _, ...fields }, ...each }) => ({ ...each, fields })),
        { build: false, noBuild: true, pull: 'always' },
      );
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
      const going = `Going to remove ${victims.map(nameOf).join(', ')}`;
      if (flags.bool('force')) yield* context.print(`${going}\n`);
      else {
        yield* context.print(`? ${going} [yN] `);
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
  each('pause', 'Pause services', ['', 'Paused'], isRunning, (containers, id) => containers.pause(id)),
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
    ['', 'Unpaused'],
    ({ State }) => State === 'paused',
    (containers, id) => containers.unpause(id),
  ),
  up,
  version,
];

export const composeCommands = (globals: Flags): DockerCommand[] => makes.map((make) => make(globals));
