/** nerdctl compose: the services of a YAML file as containers (pkg/composer). */

import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { fullNetwork, fullVolume, networkNames } from '../../compose-file.ts';
import { parseFlags } from '../../flags.ts';
import { stopContainer } from '../commands/lifecycle.ts';
import { createNetwork, removeNetwork } from '../commands/networks.ts';
import { checkFlags, run as runCommand, runContainer } from '../commands/run.ts';
import { bool, type Context, int, type NerdctlCommand, NerdctlError, slice, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { findNetworks } from '../networks.ts';
import { ensureImage, pullImage } from '../pull.ts';
import { wholeName } from '../reference.ts';
import { removeContainer } from '../remove.ts';
import { createVolume, findVolume, removeVolume } from '../store.ts';
import { startTask } from '../tasks.ts';
import { composeImages, composePs } from './list.ts';
import { loadProject, type Project, runArguments, type Service } from './project.ts';
import { containersOf, selected, withDependencies } from './select.ts';
import { config, version } from './show.ts';
import { exec, followAll, logs } from './streams.ts';

/** Before the subcommand; -f means another thing after it. */
export const composeFlags = [
  { ...slice('file,f', 'Specify an alternate compose file') },
  text('project-name,p', 'Specify an alternate project name'),
  text('project-directory', 'Specify an alternate working directory'),
  slice('profile', 'Specify a profile to enable'),
  text('env-file', 'Specify an alternate environment file'),
];

function* warnIgnored(context: Context, services: readonly Service[]): Routine {
  for (const { name, dependsOn } of services)
    if (dependsOn.length > 0)
      yield* context.log('warning', `Ignoring: service ${name}: depends_on: ${dependsOn.map((each) => `${each}: [Required]`).join(' ')}`);
}

const up: NerdctlCommand = {
  name: 'up',
  short: 'Create and start containers',
  usage: '[flags] [SERVICE...]',
  flags: [
    bool('detach,d', 'Detached mode: Run containers in the background. Incompatible with --abort-on-container-exit.'),
    bool('no-color', 'Produce monochrome output'),
    bool('no-log-prefix', "Don't print prefix in logs"),
    bool('build', 'Build images before starting containers.'),
    bool('quiet-pull', 'Pull without printing progress information'),
    bool('remove-orphans', 'Remove containers for services not defined in the Compose file.'),
    bool('force-recreate', "Recreate containers even if their configuration and image haven't changed."),
    slice('scale', 'Scale SERVICE to NUM instances. Overrides the `scale` setting in the Compose file if present.'),
    text('pull', 'Pull image before running ("always"|"missing"|"never")'),
  ],
  run: function* (context) {
    const project = loadProject(context);
    const services = withDependencies(project, context.args);
    yield* makeNetworks(context, project, services);
    yield* makeVolumes(context, project);
    yield* warnIgnored(context, services);
    for (const { fields } of services) {
      const image = String(fields['image'] ?? '');
      yield* context.log('info', `Ensuring image ${image}`);
      yield* ensureImage(context, wholeName(image), {
        pull: context.flags.text('pull') || String(fields['pull_policy'] ?? 'missing'),
        quiet: true,
        out: context.process.stderr,
      });
    }
    for (const service of services) for (const name of containerNames(context, project, service)) yield* startService(context, project, service, name);
    if (context.flags.bool('detach')) return 0;
    yield* context.log('info', 'Attaching to logs');
    yield* followAll(context, project, services, {
      follow: true,
      timestamps: false,
      tail: Number.POSITIVE_INFINITY,
      since: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
    });
    return 0;
  },
};

function containerNames(context: Context, project: Project, { name, fields }: Service): string[] {
  if (fields['container_name'] !== undefined) return [String(fields['container_name'])];
  const scale = context.flags
    .list('scale')
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  const deploy = fields['deploy'] as { readonly replicas?: number } | undefined;
  const count = Number(scale ?? fields['scale'] ?? deploy?.replicas ?? 1);
  return Array.from({ length: count }, (_, i) => `${project.name}-${name}-${i + 1}`);
}

/** A container that is there is started again unless it is to be made anew. */
function* startService(context: Context, project: Project, service: Service, name: string): Routine {
  const existing = containersOf(context, project).find((each) => nameOf(each) === name);
  if (existing && !context.flags.bool('force-recreate')) {
    if (taskOf(context, existing.id)?.status === 'RUNNING') return;
    yield* context.log('info', `Starting container ${name}`);
    yield* startTask(context, existing);
    return;
  }
  if (existing) {
    yield* context.log('info', `Re-creating container ${name}`);
    yield* removeContainer(context, existing, { force: true });
  } else yield* context.log('info', `Creating container ${name}`);
  const parsed = parseFlags(['-d', '--quiet', ...runArguments(project, service, name, [])], runCommand.flags ?? [], { interspersed: false });
  const inner = context.with(parsed.flags, parsed.args);
  checkFlags(inner);
  yield* runContainer(inner, true);
}

function* makeNetworks(context: Context, project: Project, services: readonly Service[]): Routine {
  const used = new Set(services.flatMap(({ fields }) => networkNames(fields)));
  for (const name of used) {
    const full = fullNetwork(project, name);
    if (findNetworks(context, full).length > 0) continue;
    if (name !== 'default' && !(name in project.networks)) throw new NerdctlError(`service refers to undefined network ${name}: invalid compose project`);
    if (project.networks[name]?.['external'] === true) throw new NerdctlError(`external network ${JSON.stringify(full)} not found`);
    yield* context.log('info', `Creating network ${full}`);
    createNetwork(context, full, { labels: { 'com.docker.compose.project': project.name, 'com.docker.compose.network': name } });
  }
}

function* makeVolumes(context: Context, project: Project): Routine {
  for (const name of Object.keys(project.volumes)) {
    const full = fullVolume(project, name);
    if (findVolume(context, full)) continue;
    if (project.volumes[name]?.['external'] === true) throw new NerdctlError(`external volume ${JSON.stringify(full)} not found`);
    yield* context.log('info', `Creating volume ${full}`);
    createVolume(context, full, { 'com.docker.compose.project': project.name, 'com.docker.compose.volume': name });
  }
}

const down: NerdctlCommand = {
  name: 'down',
  short: 'Remove containers and associated resources',
  flags: [
    bool('volumes,v', 'Remove named volumes declared in the `volumes` section of the Compose file and anonymous volumes attached to containers.'),
    bool('remove-orphans', 'Remove containers for services not defined in the Compose file.'),
  ],
  run: function* (context) {
    const project = loadProject(context);
    for (const container of inReverse(context, project, project.services)) {
      yield* context.log('info', `Stopping container ${nameOf(container)}`);
      yield* stopContainer(context, container);
      yield* context.log('info', `Removing container ${nameOf(container)}`);
      yield* removeContainer(context, container, { force: true, volumes: context.flags.bool('volumes') });
    }
    yield* warnIgnored(context, project.services);
    for (const name of new Set(project.services.flatMap(({ fields }) => networkNames(fields)))) {
      const full = fullNetwork(project, name);
      const [network] = findNetworks(context, full);
      if (!network || project.networks[name]?.['external'] === true) continue;
      yield* context.log('info', `Removing network ${full}`);
      const problem = removeNetwork(context, network);
      if (problem !== undefined) yield* context.log('warning', problem);
    }
    for (const name of context.flags.bool('volumes') ? Object.keys(project.volumes) : []) {
      const full = fullVolume(project, name);
      if (!findVolume(context, full)) continue;
      yield* context.log('info', `Removing volume ${full}`);
      removeVolume(context, full);
    }
    return 0;
  },
};

/** Containers of services, those that others need last. */
const inReverse = (context: Context, project: Project, services: readonly Service[]): ContainerdContainer[] =>
  [...services].reverse().flatMap(({ name }) => containersOf(context, project, name));

type Act = (context: Context, container: ContainerdContainer) => Routine;

/** `compose stop` and its kin: a line on stderr and an act for each container. */
const forEach = (name: string, short: string, verb: string | undefined, act: Act, flags: NerdctlCommand['flags'] = []): NerdctlCommand => ({
  name,
  short,
  usage: '[flags] [SERVICE...]',
  flags,
  run: function* (context) {
    const project = loadProject(context);
    const services = name === 'kill' || name === 'rm' ? selected(project, context.args) : withDependencies(project, context.args);
    for (const container of inReverse(context, project, services)) {
      if (verb !== undefined) yield* context.log('info', `${verb} container ${nameOf(container)}`);
      yield* act(context, container);
    }
    return 0;
  },
});

const timeout = int('timeout,t', 'Seconds to wait before sending a SIGKILL', '10');
const secondsOf = ({ flags }: Context): number | undefined => (flags.has('timeout') ? flags.number('timeout') : undefined);

const stop = forEach(
  'stop',
  'Stop running containers in services without removing them.',
  'Stopping',
  (context, container) => stopContainer(context, container, secondsOf(context)),
  [timeout],
);
const start = forEach('start', 'Start existing containers for service(s)', 'Starting', function* (context, container) {
  if (taskOf(context, container.id)?.status !== 'RUNNING') yield* startTask(context, container);
});
const restart = forEach(
  'restart',
  'Restart containers of given (or all) services',
  'Restarting',
  function* (context, container) {
    yield* stopContainer(context, container, secondsOf(context));
    yield* startTask(context, container);
  },
  [timeout],
);
const kill = forEach(
  'kill',
  'Force stop service containers',
  'Killing',
  function* (context, { id }) {
    if (taskOf(context, id)?.status === 'RUNNING') context.client().tasks.kill(context.namespace, id, context.flags.text('signal'));
  },
  [text('signal,s', 'SIGNAL to send to the container.', 'SIGKILL')],
);
const rm = forEach(
  'rm',
  'Remove stopped service containers',
  undefined,
  function* (context, container) {
    if (context.flags.bool('stop')) yield* stopContainer(context, container);
    if (taskOf(context, container.id)?.status === 'RUNNING') return;
    yield* context.log('info', `Removing container ${nameOf(container)}`);
    yield* removeContainer(context, container, { volumes: context.flags.bool('volumes') });
  },
  [
    bool('force,f', "Don't ask to confirm removal"),
    bool('stop,s', 'Stop containers before removing'),
    bool('volumes,v', 'Remove anonymous volumes associated with the container'),
  ],
);
const pause = forEach(
  'pause',
  'Pause all processes within containers of service(s). They can be unpaused with nerdctl compose unpause',
  undefined,
  function* (context, container) {
    context.client().tasks.pause(context.namespace, container.id);
    yield* context.print(`${nameOf(container)}\n`);
  },
);
const unpause = forEach('unpause', 'Unpause all processes within containers of service(s).', undefined, function* (context, container) {
  context.client().tasks.resume(context.namespace, container.id);
  yield* context.print(`${nameOf(container)}\n`);
});

const pull: NerdctlCommand = {
  name: 'pull',
  short: 'Pull service images',
  usage: '[flags] [SERVICE...]',
  flags: [bool('quiet,q', 'Pull without printing progress information')],
  run: function* (context) {
    for (const { fields } of selected(loadProject(context), context.args)) {
      yield* context.log('info', `Pulling image ${String(fields['image'])}`);
      yield* pullImage(context, wholeName(String(fields['image'])), { quiet: context.flags.bool('quiet'), out: context.process.stdout });
    }
    return 0;
  },
};

export const compose: NerdctlCommand = {
  name: 'compose',
  short: 'Compose',
  usage: '[command]',
  flags: composeFlags.map(({ short: _letter, ...spec }: (typeof composeFlags)[number]) => ({ ...spec, persistent: true })),
  commands: [up, logs, config, exec, composeImages, pull, composePs, down, kill, pause, restart, rm, start, stop, unpause, version],
};
