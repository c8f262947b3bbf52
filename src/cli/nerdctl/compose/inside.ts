/** compose create, run, port, top, cp: one service looked at or made use of. */

import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { cp as copyCommand } from '../commands/files.ts';
import { stopContainer } from '../commands/lifecycle.ts';
import { runContainer } from '../commands/run.ts';
import { printPorts, showProcesses } from '../commands/watch.ts';
import { bool, type Context, int, list, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { removeContainer } from '../remove.ts';
import { loadProject, type Project, type Service } from './project.ts';
import { containersOf, selected, withDependencies } from './select.ts';
import { containerNames, createService, inner, prepare } from './service-containers.ts';
import { followAll } from './streams.ts';

export const create: NerdctlCommand = {
  name: 'create',
  short: 'Creates containers for one or more services',
  usage: '[flags] [SERVICE...]',
  flags: [
    bool('build', 'Build images before starting containers.'),
    bool('no-build', "Don't build an image even if it's missing, conflict with --build."),
    bool('force-recreate', "Recreate containers even if their configuration and image haven't changed."),
    bool('no-recreate', "Don't recreate containers if they exist, conflict with --force-recreate."),
    text('pull', 'Pull images before running. (support always|missing|never)', 'missing'),
  ],
  run: function* (context) {
    const { flags } = context;
    for (const [one, other] of [
      ['build', 'no-build'],
      ['force-recreate', 'no-recreate'],
    ] as const)
      if (flags.bool(one) && flags.bool(other)) throw new NerdctlError(`flag --${one} and --${other} cannot be specified together`);
    const project = yield* loadProject(context);
    const services = withDependencies(project, context.args);
    yield* prepare(context, project, services, flags.has('pull') ? flags.text('pull') : '');
    for (const service of services) for (const name of containerNames(context, project, service)) yield* createService(context, project, service, name);
    return 0;
  },
};

/** A service with what the command line of `run` changes. */
function changed({ flags, args }: Context, { name, dependsOn, scale, fields }: Service): Service {
  const added = (key: string, flag: string): Record<string, unknown> => {
    const own = fields[key];
    const entries = Array.isArray(own) ? own : Object.entries((own ?? {}) as object).map(([each, value]) => `${each}=${String(value)}`);
    return flags.list(flag).length > 0 ? { [key]: [...entries, ...flags.list(flag)] } : {};
  };
  const command = args.slice(1);
  return {
    name,
    dependsOn,
    scale,
    fields: {
      ...fields,
      ...added('environment', 'env'),
      ...added('labels', 'label'),
      ...added('volumes', 'volume'),
      ...(flags.text('user') === '' ? {} : { user: flags.text('user') }),
      ...(flags.text('workdir') === '' ? {} : { working_dir: flags.text('workdir') }),
      ...(flags.list('entrypoint').length > 0 ? { entrypoint: flags.list('entrypoint') } : {}),
      ...(flags.bool('service-ports') ? {} : { ports: flags.list('publish') }),
      ...(command.length > 0 ? { command } : {}),
    },
  };
}

export const run: NerdctlCommand = {
  name: 'run',
  short: 'Run a one-off command on a service',
  usage: '[flags] SERVICE [COMMAND] [ARGS...]',
  interspersed: false,
  flags: [
    bool('detach,d', 'Detached mode: Run containers in the background'),
    bool('no-build', "Don't build an image, even if it's missing."),
    bool('no-color', 'Produce monochrome output'),
    bool('no-log-prefix', "Don't print prefix in logs"),
    bool('build', 'Build images before starting containers.'),
    bool('quiet-pull', 'Pull without printing progress information'),
    text('name', 'Assign a name to the container'),
    bool('no-deps', "Don't start dependencies"),
    bool('interactive,i', 'Keep STDIN open even if not attached', 'true'),
    bool('rm', 'Automatically remove the container when it exits'),
    text('user,u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
    list('volume,v', 'Bind mount a volume'),
    list('entrypoint', 'Overwrite the default ENTRYPOINT of the image'),
    list('env,e', 'Set environment variables'),
    list('label,l', 'Set metadata on container'),
    text('workdir,w', 'Working directory inside the container'),
    slice('publish', "Publish a container's port(s) to the host"),
    bool('service-ports', "Run command with the service's ports enabled and mapped to the host"),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const { flags, args } = context;
    const interactive = flags.bool('interactive');
    if (flags.bool('build') && flags.bool('no-build')) throw new NerdctlError('--build and --no-build can not be combined');
    if (flags.bool('service-ports') && flags.list('publish').length > 0)
      throw new NerdctlError('--service-ports and --publish(-p) cannot exist simultaneously');
    if (interactive && flags.bool('detach')) throw new NerdctlError('currently flag -i and -d cannot be specified together (FIXME)');
    const project = yield* loadProject(context);
    const [name = ''] = args;
    const all = flags.bool('no-deps') ? selected(project, [name]) : withDependencies(project, [name]);
    const services = all.map((each) => (each.name === name ? changed(context, each) : { ...each, fields: { ...each.fields, ports: [] } }));
    yield* prepare(context, project, services, '');
    const made = yield* startAll(context, project, services, { name, interactive });
    if (flags.bool('detach')) {
      yield* context.log('info', `${made.find(({ service }) => service === name)?.id ?? ''}\n`);
      return 0;
    }
    if (!interactive) {
      yield* context.log('info', 'Attaching to logs');
      const everything = { follow: true, timestamps: false, tail: Number.POSITIVE_INFINITY, since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
      yield* followAll(context, project, services, everything);
    }
    yield* stopAll(
      context,
      made.map(({ id }) => id),
    );
    return 0;
  },
};

type Made = { readonly service: string; readonly id: string };

/** Each container in turn; that of the service itself is in the foreground where somebody types. */
function* startAll(
  context: Context,
  project: Project,
  services: readonly Service[],
  asked: { readonly name: string; readonly interactive: boolean },
): Routine<Made[]> {
  const made: Made[] = [];
  for (const service of services) {
    const own = service.name === asked.name ? context.flags.text('name') : '';
    const name = own || `${project.name}-${service.name}-run-${context.process.sim.random.hex(12)}`;
    yield* context.log('info', `Creating container ${name}`);
    const front = service.name === asked.name && asked.interactive;
    if (front && !context.process.stdin.tty) {
      yield* context.log('fatal', 'provided file is not a console');
      throw new NerdctlError(`error while creating container ${name}: exit status 1`);
    }
    yield* runContainer(inner(context, project, service, name, front ? ['-it'] : ['-d', '--quiet']), true);
    const found = containersOf(context, project, service.name).find((each) => nameOf(each) === name);
    if (found) made.push({ service: service.name, id: found.id });
  }
  return made;
}

function* stopAll(context: Context, ids: readonly string[]): Routine {
  yield* context.log('info', 'Stopping containers (forcibly)');
  const found = context
    .client()
    .containers.list(context.namespace)
    .filter(({ id }) => ids.includes(id));
  for (const container of found) {
    yield* context.log('info', `Stopping container ${nameOf(container)}`);
    yield* stopContainer(context, container);
  }
  for (const container of context.flags.bool('rm') ? found : []) {
    yield* context.log('info', `Removing container ${nameOf(container)}`);
    yield* removeContainer(context, container, { force: true });
  }
}

export const port: NerdctlCommand = {
  name: 'port',
  short: 'Print the public port for a port binding',
  usage: '[flags] SERVICE PRIVATE_PORT',
  flags: [int('index', 'index of the container if the service has multiple instances.', '1'), text('protocol', 'protocol of the port (tcp|udp)', 'tcp')],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [service = '', wanted = ''] = context.args;
    const index = context.flags.number('index');
    const protocol = context.flags.text('protocol');
    if (index < 1) throw new NerdctlError(`index starts from 1 and should be equal or greater than 1, given index: ${index}`);
    if (protocol !== 'tcp' && protocol !== 'udp') throw new NerdctlError(`unsupported protocol: ${protocol} (only tcp and udp are supported)`);
    if (!/^[+-]?\d+$/.test(wanted)) throw new NerdctlError(`strconv.Atoi: parsing ${JSON.stringify(wanted)}: invalid syntax`);
    if (Number(wanted) <= 0) throw new NerdctlError(`unexpected port: ${wanted}`);
    const found = containersOf(context, yield* loadProject(context), service);
    if (found.length === 0) throw new NerdctlError(`no running containers from service ${service}`);
    const container = found[index - 1];
    if (!container) throw new NerdctlError(`index (${index}) out of range: only ${found.length} running instances from service ${service}`);
    yield* printPorts(context, container.id, `${wanted}/${protocol}`);
    return 0;
  },
};

export const top: NerdctlCommand = {
  name: 'top',
  short: 'Display the running processes of service containers',
  usage: '[SERVICE...]',
  flags: [],
  run: function* (context) {
    const project = yield* loadProject(context);
    for (const { name } of selected(project, context.args))
      for (const container of containersOf(context, project, name)) {
        if (taskOf(context, container.id)?.status !== 'RUNNING') continue;
        yield* context.print(`${nameOf(container)}\n`);
        yield* showProcesses(context, container);
        yield* context.print('\n');
      }
    return 0;
  },
};

export const cp: NerdctlCommand = {
  name: 'cp',
  short: 'Copy files/folders between a service container and the local filesystem',
  usage: '[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n       nerdctl compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH [flags]',
  flags: [
    bool('dry-run', 'Execute command in dry run mode'),
    ...absent([bool('follow-link,L', 'Always follow symbol link in SRC_PATH')]),
    int('index', 'index of the container if service has multiple replicas', '0'),
  ],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [source = '', target = ''] = context.args;
    const [from, to] = [serviceOf(source), serviceOf(target)];
    if (from && to) throw new NerdctlError('copying between services is not supported');
    const end = from ?? to;
    if (!end) throw new NerdctlError('unknown copy direction');
    for (const container of yield* targets(context, end.service, from !== undefined)) {
      const name = nameOf(container);
      const dry = context.flags.bool('dry-run');
      yield* context.log('info', `${dry ? 'DRY-RUN MODE - ' : ''}${from ? `copy ${name}:${end.path} to ${target}` : `copy ${source} to ${name}:${end.path}`}`);
      const there = `${container.id}:${end.path}`;
      if (!dry) yield* copyCommand.run?.(context.with(context.flags, from ? [there, target] : [source, there])) ?? [];
    }
    return 0;
  },
};

function serviceOf(text: string): { readonly service: string; readonly path: string } | undefined {
  const match = /^([^/.:][^:/]*):(.*)$/.exec(text);
  return match ? { service: match[1] ?? '', path: match[2] ?? '' } : undefined;
}

/** Out of the first container of a service, or into all of them. */
function* targets(context: Context, service: string, fromService: boolean): Routine<ContainerdContainer[]> {
  const found = containersOf(context, yield* loadProject(context), service);
  const index = context.flags.number('index');
  if (index > 0) {
    const one = found[index - 1];
    if (!one) throw new NerdctlError(`index (${index}) out of range: only ${found.length} running instances from service ${service}`);
    return [one];
  }
  if (found.length === 0) throw new NerdctlError(`no container found for service ${JSON.stringify(service)}`);
  return fromService ? found.slice(0, 1) : found;
}
