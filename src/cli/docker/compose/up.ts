/** docker compose up, create, build, pull, start: images, networks, volumes and containers come to be. */
import { type ContainerSummary, DockerError } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { fullNetwork, fullVolume, isRecord, networkNames } from '../../compose-file.ts';
import { type Dependency, imageOf, type Service } from '../../compose-project.ts';
import { filesFor } from '../../compose-resolve.ts';
import { CliError } from '../context.ts';
import { buildService } from './build.ts';
import { containerName, hashOf, serviceOptions } from './convert.ts';
import { type Compose, containersOf, labelsFor, nameOf, numberOf, tell } from './state.ts';

/** Flags of `up`; other commands use parts of them. */
export type UpOptions = {
  readonly build: boolean;
  readonly pull: string;
  readonly forceRecreate: boolean;
  readonly noRecreate: boolean;
  readonly scale: ReadonlyMap<string, number>;
};

/** Pulls or builds what is missing. */
export function* ensureImages(compose: Compose, services: readonly Service[], { build, pull }: Pick<UpOptions, 'build' | 'pull'>): Routine {
  const { context, client, project } = compose;
  const there = (image: string): boolean => {
    try {
      client.images.inspect(image);
      return true;
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return false;
      throw error;
    }
  };
  for (const service of services) {
    const image = imageOf(project, service);
    const policy = String(service.fields['pull_policy'] ?? (pull || 'missing'));
    if (service.fields['build'] !== undefined && (build || policy === 'build' || !there(image)))
      yield* buildService(compose, service, { noCache: false, quiet: false });
    else if (service.fields['build'] === undefined && policy !== 'never' && (policy === 'always' || !there(image))) {
      yield* tell(context, `Image ${image}`, 'Pulling');
      yield* client.images.pull(image, () => {});
      yield* tell(context, `Image ${image}`, 'Pulled');
    }
  }
}

function* ensureNetworks({ context, client, project }: Compose, services: readonly Service[]): Routine {
  const names = new Set(services.flatMap(({ fields }) => networkNames(fields)));
  for (const name of names) {
    const full = fullNetwork(project, name);
    if (client.networks.list().some((each) => each.Name === full)) continue;
    if (project.networks[name]?.['external'] === true) throw new CliError(`network ${full} declared as external, but could not be found`);
    yield* tell(context, `Network ${full}`, 'Creating');
    const { driver, internal, ipam } = (project.networks[name] ?? {}) as {
      readonly driver?: string;
      readonly internal?: boolean;
      readonly ipam?: { readonly config?: readonly { readonly subnet?: string; readonly gateway?: string }[] };
    };
    const pool = ipam?.config?.[0];
    client.networks.create({
      name: full,
      driver: driver ?? 'bridge',
      internal: internal ?? false,
      labels: labelsFor(project, 'network', name),
      ...(pool?.subnet === undefined ? {} : { subnet: pool.subnet }),
      ...(pool?.gateway === undefined ? {} : { gateway: pool.gateway }),
    });
    yield* tell(context, `Network ${full}`, 'Created');
  }
}

function* ensureVolumes({ context, client, project }: Compose): Routine {
  for (const name of Object.keys(project.volumes)) {
    const full = fullVolume(project, name);
    if (client.volumes.list().some((each) => each.Name === full)) continue;
    if (project.volumes[name]?.['external'] === true) throw new CliError(`external volume ${JSON.stringify(full)} not found`);
    yield* tell(context, `Volume ${full}`, 'Creating');
    const options = project.volumes[name]?.['driver_opts'];
    client.volumes.create(
      full,
      labelsFor(project, 'volume', name),
      isRecord(options) ? Object.fromEntries(Object.entries(options).map(([key, each]) => [key, String(each)])) : {},
    );
    yield* tell(context, `Volume ${full}`, 'Created');
  }
}

/** Everything but the start; gives the containers by service. */
export function* converge(compose: Compose, services: readonly Service[], options: UpOptions): Routine {
  yield* ensureImages(compose, services, options);
  yield* ensureNetworks(compose, services);
  yield* ensureVolumes(compose);
  for (const service of services) yield* convergeService(compose, service, options);
}

function* convergeService(compose: Compose, service: Service, options: UpOptions): Routine {
  const { context, client, project } = compose;
  const scale = options.scale.get(service.name) ?? service.scale;
  if (scale > 1 && service.fields['container_name'] !== undefined)
    throw new CliError(`services.deploy.replicas: can't set container_name and ${service.name} as container name must be unique: invalid compose project`);
  const present = containersOf(compose, { all: true, service: service.name });
  for (const extra of present.filter((each) => numberOf(each) > scale)) yield* removeContainer(compose, extra);
  for (let number = 1; number <= scale; number++) {
    const existing = present.find((each) => numberOf(each) === number);
    const name = containerName(project, service, number);
    const image = existing && client.images.inspect(imageOf(project, service)).Id;
    const same = existing && existing.Labels['com.docker.compose.config-hash'] === hashOf(service) && existing.ImageID === image;
    if (existing && !options.forceRecreate && (same || options.noRecreate)) {
      if (existing.State === 'running') yield* tell(context, `Container ${name}`, 'Running');
      continue;
    }
    yield* tell(context, `Container ${name}`, existing ? 'Recreate' : 'Creating');
    if (existing) yield* client.containers.remove(existing.Id, { force: true, volumes: false });
    yield* createContainer(compose, service, number);
    yield* tell(context, `Container ${name}`, existing ? 'Recreated' : 'Created');
  }
}

function* createContainer({ context, client, project }: Compose, service: Service, number: number): Routine {
  const options = serviceOptions(context, project, service, { name: containerName(project, service, number), number });
  const { Id } = yield* client.containers.create({ ...options, aliases: [service.name] });
  for (const kind of ['secrets', 'configs'] as const)
    for (const { name, target } of filesFor(service.fields, kind)) {
      const given = project[kind].get(name);
      if (!given || !('content' in given)) continue;
      const folders = target.split('/').slice(1, -1);
      const directories = folders.map((_each, i) => ({ path: folders.slice(0, i + 1).join('/'), type: 'directory' as const, mode: 0o755 }));
      client.containers.putArchive(Id, '/', [...directories, { path: target.slice(1), type: 'file', mode: 0o444, content: given.content }]);
    }
  for (const network of networkNames(service.fields).slice(1)) client.networks.connect(fullNetwork(project, network), Id, { aliases: [service.name] });
}

function* removeContainer({ context, client }: Compose, container: ContainerSummary): Routine {
  yield* tell(context, `Container ${nameOf(container)}`, 'Stopping');
  yield* client.containers.remove(container.Id, { force: true, volumes: false });
  yield* tell(context, `Container ${nameOf(container)}`, 'Removed');
}

/** Starts what does not run, after what it needs is as far as it asks. */
export function* startServices(compose: Compose, services: readonly Service[]): Routine {
  const { context, client } = compose;
  for (const service of services) {
    for (const dependency of service.dependsOn) yield* waitFor(compose, dependency);
    for (const container of containersOf(compose, { all: true, service: service.name })) {
      if (container.State === 'running') continue;
      yield* tell(context, `Container ${nameOf(container)}`, 'Starting');
      yield* client.containers.start(container.Id);
      yield* tell(context, `Container ${nameOf(container)}`, 'Started');
    }
  }
}

/** Looks every half second, as compose does. */
function* waitFor(compose: Compose, { name, condition, required }: Dependency): Routine {
  if (condition === 'service_started') return;
  const { context, client } = compose;
  for (const container of containersOf(compose, { all: true, service: name })) {
    const title = `Container ${nameOf(container)}`;
    yield* tell(context, title, 'Waiting');
    for (;;) {
      const { State } = client.containers.inspect(container.Id);
      const failed = failureOf(condition, State, nameOf(container));
      if (failed !== undefined) {
        yield* tell(context, title, 'Error');
        if (required) throw new CliError(`dependency failed to start: ${failed}`);
        break;
      }
      if (condition === 'service_healthy' ? State.Health?.Status === 'healthy' : State.Status === 'exited') break;
      yield { timeout: 500 };
    }
    yield* tell(context, title, condition === 'service_healthy' ? 'Healthy' : 'Exited');
  }
}

function failureOf(
  condition: Dependency['condition'],
  state: { readonly Status: string; readonly ExitCode: number; readonly Health?: { readonly Status: string } },
  name: string,
): string | undefined {
  if (condition === 'service_completed_successfully')
    return state.Status === 'exited' && state.ExitCode !== 0
      ? `service ${JSON.stringify(name)} didn't complete successfully: exit ${state.ExitCode}`
      : undefined;
  if (state.Status === 'exited') return `container ${name} exited (${state.ExitCode})`;
  if (!state.Health) return `container ${name} has no healthcheck configured`;
  return state.Health.Status === 'unhealthy' ? `container ${name} is unhealthy` : undefined;
}
