/** docker compose exec and run: commands in the containers of a service. */
import { type ContainerSummary, DockerError } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { Service } from '../../compose-project.ts';
import { startStatus } from '../commands/run.ts';
import { converse, needTerminal } from '../console.ts';
import { any, bool, CliError, command, daemonText, int, list, text } from '../context.ts';
import { type Compose, containersOf, type Make, numberOf, opened, selected } from './state.ts';
import { converge, createContainer, startServices } from './up.ts';

/** The running container of a service that `--index` names; the first by itself. */
export function running(compose: Compose, service: string, index: number): ContainerSummary {
  const found = containersOf(compose, { all: false, service }).filter((row) => index === 0 || numberOf(row) === index);
  if (!found[0])
    throw new CliError(
      index === 0 ? `service ${JSON.stringify(service)} is not running` : `service ${JSON.stringify(service)} is not running container #${index}`,
    );
  return found[0];
}

/** docker compose exec. */
export const exec: Make = (globals) =>
  command(
    'exec',
    'Execute a command in a running container',
    '[OPTIONS] SERVICE COMMAND [ARGS...]',
    [2, any],
    [
      bool('detach,d', 'Detached mode: Run command in the background'),
      list('env,e', 'Set environment variables'),
      int('index', 'Index of the container if service has multiple replicas'),
      bool('no-tty,T', 'Disable pseudo-TTY allocation'),
      text('user,u', 'Run the command as this user'),
      text('workdir,w', 'Path to workdir directory for this command'),
      bool('privileged', 'Give extended privileges to the process'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals);
      const { flags, process } = context;
      const [service = '', ...cmd] = context.args;
      const tty = process.stdout.tty !== undefined && process.stdin.tty !== undefined && !flags.bool('no-tty');
      const { Id } = running(compose, service, flags.number('index'));
      const session = yield* compose.client.containers.exec(Id, {
        cmd,
        tty,
        stdin: !flags.bool('detach'),
        detach: flags.bool('detach'),
        env: flags.list('env'),
        user: flags.text('user'),
        workdir: flags.text('workdir'),
        privileged: flags.bool('privileged'),
      });
      if (flags.bool('detach')) return 0;
      const outcome = yield* converse(context, session, { tty, stdin: process.stdin.tty !== undefined || process.stdin !== process.parent?.fds.get(0) });
      if (!outcome) throw new CliError('read escape sequence');
      if (outcome.error !== undefined) yield* context.print(`${outcome.error}\r\n`);
      return outcome.exitCode;
    },
    { interspersed: false },
  );

/** docker compose run. */
export const run: Make = (globals) =>
  command(
    'run',
    'Run a one-off command on a service',
    '[OPTIONS] SERVICE [COMMAND] [ARGS...]',
    [1, any],
    [
      bool('detach,d', 'Run container in background and print container ID'),
      list('env,e', 'Set environment variables'),
      text('entrypoint', 'Override the entrypoint of the image'),
      text('name', 'Assign a name to the container'),
      bool('no-deps', "Don't start linked services"),
      list('publish,p', "Publish a container's port(s) to the host"),
      bool('rm', 'Automatically remove the container when it exits'),
      bool('no-tty,T', 'Disable pseudo-TTY allocation'),
      text('user,u', 'Run as specified username or uid'),
      list('volume,v', 'Bind mount a volume'),
      text('workdir,w', 'Working directory inside the container'),
      bool('build', 'Build image before starting container'),
      list('label,l', 'Add or override a label'),
      bool('service-ports,P', "Run command with all service's ports enabled and mapped to the host"),
    ],
    function* (context) {
      const compose = yield* opened(context, globals, context.args.slice(0, 1));
      return yield* runOneOff(compose);
    },
    { interspersed: false },
  );

function* runOneOff(compose: Compose): Routine<number> {
  const { context, client, project } = compose;
  const { flags, process } = context;
  const [name = '', ...cmd] = context.args;
  const all = selected(project, [name], !flags.bool('no-deps'));
  const service = all.find((one) => one.name === name) as Service;
  const needed = all.filter((one) => one !== service);
  const options = { build: flags.bool('build'), noBuild: false, pull: '', forceRecreate: false, noRecreate: false, scale: new Map([[name, 0]]) };
  yield* converge(compose, needed, options);
  yield* startServices(compose, needed);
  yield* converge(compose, [{ ...service, scale: containersOf(compose, { all: true, service: name }).length }], {
    ...options,
    noRecreate: true,
    scale: new Map(),
  });
  const tty = process.stdin.tty !== undefined && !flags.bool('no-tty') && !flags.bool('detach');
  const container = flags.text('name') || `${project.name}-${name}-run-${process.sim.random.hex(12)}`;
  const own = (['env', 'label', 'publish', 'volume'] as const).flatMap((flag) => flags.list(flag).flatMap((value) => [`--${flag}`, value]));
  const single = (['user', 'workdir', 'entrypoint'] as const).flatMap((flag) => (flags.text(flag) === '' ? [] : [`--${flag}`, flags.text(flag)]));
  const Id = yield* createContainer(
    compose,
    { ...service, fields: { ...service.fields, restart: undefined, ...(flags.bool('service-ports') ? {} : { ports: undefined }) } },
    { name: container, number: 1, oneOff: { command: cmd, flags: [...own, ...single, ...(tty ? ['--tty'] : []), '--interactive'], remove: flags.bool('rm') } },
  );
  const session = flags.bool('detach') ? undefined : client.containers.attach(Id, { stdin: true });
  const waiting = session && process.sim.go(client.containers.wait(Id, { until: flags.bool('rm') ? 'removed' : 'next-exit' }));
  try {
    yield* client.containers.start(Id);
  } catch (error) {
    waiting?.cancel();
    if (error instanceof DockerError) throw new CliError(daemonText(error), startStatus(error.message));
    throw error;
  }
  if (!session || !waiting) {
    yield* context.print(`${Id}\n`);
    return 0;
  }
  needTerminal(context, tty, false);
  yield* converse(context, session, { tty, stdin: process.stdin.tty !== undefined || process.stdin !== process.parent?.fds.get(0) });
  return (yield* waiting.join()) ?? 0;
}
