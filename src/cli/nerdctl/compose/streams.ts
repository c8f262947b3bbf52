/** compose logs and exec. */
import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { exec as execCommand } from '../commands/exec.ts';
import { logs as logsCommand, optionsOf, showLogs } from '../commands/logs.ts';
import { bool, type Context, int, type NerdctlCommand, NerdctlError, needArgs } from '../context.ts';
import { nameOf } from '../find.ts';
import { loadProject, type Project, type Service } from './project.ts';
import { containersOf, selected } from './select.ts';

export const logs: NerdctlCommand = {
  ...logsCommand,
  short: 'Show logs of running containers',
  usage: '[flags] [SERVICE...]',
  flags: [
    ...(logsCommand.flags ?? []).map((spec) => (['since', 'until', 'details'].includes(spec.name) ? { ...spec, hidden: true } : spec)),
    bool('no-color', 'Produce monochrome output'),
    bool('no-log-prefix', "Don't print prefix in logs"),
  ],
  run: function* (context) {
    const project = yield* loadProject(context);
    yield* followAll(context, project, selected(project, context.args), optionsOf(context));
    return 0;
  },
};

/** Every line begins with the container's name without the project's. */
export function* followAll(context: Context, project: Project, services: readonly Service[], options: ReturnType<typeof optionsOf>): Routine {
  const containers = services.flatMap(({ name }) => containersOf(context, project, name));
  const short = (container: ContainerdContainer): string => nameOf(container).replace(`${project.name}-`, '');
  const width = Math.max(0, ...containers.map((each) => short(each).length));
  const prefix = (container: ContainerdContainer): string => (context.flags.bool('no-log-prefix') ? '' : `${short(container).padEnd(width)} |`);
  const fibers = containers.map((container) => context.process.sim.go(showLogs(context, container, { ...options, prefix: prefix(container) })));
  for (const fiber of fibers) if (!fiber.done) yield* fiber.join();
}

export const exec: NerdctlCommand = {
  ...execCommand,
  short: 'Execute a command in a running container of the service',
  usage: '[flags] SERVICE COMMAND [ARGS...]',
  flags: [
    ...(execCommand.flags ?? []),
    int('index', 'index of the container if the service has multiple instances.', '1'),
    bool('no-TTY,T', 'Disable pseudo-TTY allocation.'),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const [name = '', ...rest] = context.args;
    const project = yield* loadProject(context);
    selected(project, [name]);
    const container = containersOf(context, project, name)[Math.max(0, context.flags.number('index') - 1)];
    if (!container) throw new NerdctlError(`service ${JSON.stringify(name)} is not running container #${context.flags.number('index')}`);
    return yield* execCommand.run?.(context.with(context.flags, [container.id, ...rest])) ?? [];
  },
};
