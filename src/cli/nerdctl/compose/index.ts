/** nerdctl compose: the services of a YAML file as containers (pkg/composer). */

import { fullNetwork, fullVolume, networkNames } from '../../compose-file.ts';
import { stopContainer } from '../commands/lifecycle.ts';
import { removeNetwork } from '../commands/networks.ts';
import { bool, type NerdctlCommand, NerdctlError, slice, text } from '../context.ts';
import { nameOf } from '../find.ts';
import { findNetworks } from '../networks.ts';
import { pullImage } from '../pull.ts';
import { wholeName } from '../reference.ts';
import { removeContainer } from '../remove.ts';
import { findVolume, removeVolume } from '../store.ts';
import { build } from './build.ts';
import { cp, create, port, run, top } from './inside.ts';
import { inReverse, kill, pause, restart, rm, start, stop, unpause } from './lifecycle.ts';
import { composeImages, composePs } from './list.ts';
import { loadProject } from './project.ts';
import { selected, withDependencies } from './select.ts';
import { containerNames, prepare, startService, warnIgnored } from './service-containers.ts';
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
    bool('no-build', "Don't build an image, even if it's missing."),
    bool('no-recreate', "Don't recreate containers if they exist, conflict with --force-recreate."),
    bool('force-recreate', "Recreate containers even if their configuration and image haven't changed."),
    slice('scale', 'Scale SERVICE to NUM instances. Overrides the `scale` setting in the Compose file if present.'),
    text('pull', 'Pull image before running ("always"|"missing"|"never")'),
  ],
  run: function* (context) {
    const { flags } = context;
    if (flags.bool('build') && flags.bool('no-build')) throw new NerdctlError('--build and --no-build can not be combined');
    if (flags.bool('force-recreate') && flags.bool('no-recreate'))
      throw new NerdctlError('flag --force-recreate and --no-recreate cannot be specified together');
    const project = yield* loadProject(context);
    const services = withDependencies(project, context.args);
    yield* prepare(context, project, services, context.flags.text('pull'));
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

const down: NerdctlCommand = {
  name: 'down',
  short: 'Remove containers and associated resources',
  flags: [
    bool('volumes,v', 'Remove named volumes declared in the `volumes` section of the Compose file and anonymous volumes attached to containers.'),
    bool('remove-orphans', 'Remove containers for services not defined in the Compose file.'),
  ],
  run: function* (context) {
    const project = yield* loadProject(context);
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

const pull: NerdctlCommand = {
  name: 'pull',
  short: 'Pull service images',
  usage: '[flags] [SERVICE...]',
  flags: [bool('quiet,q', 'Pull without printing progress information')],
  run: function* (context) {
    for (const { fields } of selected(yield* loadProject(context), context.args)) {
      if (fields['build'] !== undefined) continue;
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
  commands: [
    up,
    logs,
    build,
    config,
    create,
    cp,
    exec,
    composeImages,
    pull,
    port,
    composePs,
    down,
    kill,
    pause,
    restart,
    rm,
    run,
    start,
    stop,
    top,
    unpause,
    version,
  ],
};
