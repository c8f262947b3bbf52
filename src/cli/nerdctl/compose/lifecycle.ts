/** compose stop, start, restart, kill, rm, pause, unpause. */
import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { confirmed, stopContainer } from '../commands/lifecycle.ts';
import { bool, type Context, int, type NerdctlCommand, NerdctlError, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { removeContainer } from '../remove.ts';
import { startTask } from '../tasks.ts';
import { loadProject, type Project, type Service } from './project.ts';
import { containersOf, selected, withDependencies } from './select.ts';

/** Containers of services, those that others need last. */
export const inReverse = (context: Context, project: Project, services: readonly Service[]): ContainerdContainer[] =>
  [...services].reverse().flatMap(({ name }) => containersOf(context, project, name));

type Act = (context: Context, containers: readonly ContainerdContainer[], service: Service) => Routine;

/** A command that does something with the containers of services: of those named and what they need, or of those named alone. */
const perService = (
  name: string,
  short: string,
  { alone = false, reverse = false, flags = [] }: { readonly alone?: boolean; readonly reverse?: boolean; readonly flags?: NerdctlCommand['flags'] },
  act: Act,
): NerdctlCommand => ({
  name,
  short,
  usage: '[flags] [SERVICE...]',
  flags,
  run: function* (context) {
    const project = yield* loadProject(context);
    const services = (alone ? selected : withDependencies)(project, context.args);
    for (const service of reverse ? [...services].reverse() : services) yield* act(context, containersOf(context, project, service.name), service);
    return 0;
  },
});

const timeout = int('timeout,t', 'Seconds to wait before sending a SIGKILL', '10');
const secondsOf = ({ flags }: Context): number | undefined => (flags.has('timeout') ? flags.number('timeout') : undefined);

export const stop = perService(
  'stop',
  'Stop running containers in services without removing them.',
  { reverse: true, flags: [timeout] },
  function* (context, containers) {
    for (const container of containers) {
      yield* context.log('info', `Stopping container ${nameOf(container)}`);
      yield* stopContainer(context, container, secondsOf(context));
    }
  },
);

export const start = perService('start', 'Start existing containers for service(s)', {}, function* (context, containers, { name }) {
  if (containers.length === 0) throw new NerdctlError(`service ${JSON.stringify(name)} has no container to start`);
  for (const container of containers) {
    if (taskOf(context, container.id)?.status === 'RUNNING') continue;
    yield* startTask(context, container);
    yield* context.print(`Container ${nameOf(container)} started\n`);
  }
});

export const restart = perService('restart', 'Restart containers of given (or all) services', { flags: [timeout] }, function* (context, containers) {
  for (const container of containers) {
    yield* context.log('info', `Restarting container ${nameOf(container)}`);
    yield* stopContainer(context, container, secondsOf(context));
    yield* startTask(context, container);
  }
});

export const kill = perService(
  'kill',
  'Force stop service containers',
  { alone: true, flags: [text('signal,s', 'SIGNAL to send to the container.', 'SIGKILL')] },
  function* (context, containers): Routine {
    for (const { id } of containers)
      if (taskOf(context, id)?.status === 'RUNNING') context.client().tasks.kill(context.namespace, id, context.flags.text('signal'));
  },
);

export const rm: NerdctlCommand = {
  name: 'rm',
  short: 'Remove stopped service containers',
  usage: '[flags] [SERVICE...]',
  flags: [
    bool('force,f', "Don't ask to confirm removal"),
    bool('stop,s', 'Stop containers before removing'),
    bool('volumes,v', 'Remove anonymous volumes associated with the container'),
  ],
  run: function* (context) {
    const { flags, args } = context;
    const warning = `This will remove all stopped containers from services: ${args.length === 0 ? 'all' : args.join(',')}..`;
    if (!flags.bool('force') && !(yield* confirmed(context, warning))) return 0;
    const project = yield* loadProject(context);
    for (const container of inReverse(context, project, selected(project, args))) {
      if (flags.bool('stop')) {
        yield* context.log('info', `Stopping container ${nameOf(container)}`);
        yield* stopContainer(context, container);
      }
      if (taskOf(context, container.id)?.status === 'RUNNING') {
        yield* context.log('warning', `Removing container ${nameOf(container)} failed: container still running.`);
        continue;
      }
      yield* context.log('info', `Removing container ${nameOf(container)}`);
      yield* removeContainer(context, container, { volumes: flags.bool('volumes') });
    }
    return 0;
  },
};

export const pause = perService(
  'pause',
  'Pause all processes within containers of service(s). They can be unpaused with nerdctl compose unpause',
  { alone: true },
  function* (context, containers) {
    for (const container of containers) {
      context.client().tasks.pause(context.namespace, container.id);
      yield* context.print(`${nameOf(container)}\n`);
    }
  },
);

export const unpause = perService('unpause', 'Unpause all processes within containers of service(s).', { alone: true }, function* (context, containers) {
  for (const container of containers) {
    context.client().tasks.resume(context.namespace, container.id);
    yield* context.print(`${nameOf(container)}\n`);
  }
});
