/** docker compose up, create, build, pull, start: images, networks, volumes and containers come to be. */
import { type ContainerSummary, DockerError, type NetworkCreate } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Fields, fullNetwork, fullVolume, isRecord, networkNames, pairs } from '../../compose-file.ts';
import { type Dependency, imageOf, type Project, type Service } from '../../compose-project.ts';
import { filesFor } from '../../compose-resolve.ts';
import { CliError, pairs as pairsOf } from '../context.ts';
import { buildService } from './build.ts';
import { attachmentsOf, containerName, hashOf, serviceOptions, type Wanted } from './convert.ts';
import { type Compose, containersOf, labelsFor, nameOf, numberOf, tell } from './state.ts';

/** Flags of `up`; other commands use parts of them. */
export type UpOptions = {
  readonly build: boolean;
  readonly noBuild: boolean;
  readonly pull: string;
  readonly forceRecreate: boolean;
  /** Only these are made anew by force, not what they need; absent: all. */
  readonly named?: ReadonlySet<string>;
  readonly noRecreate: boolean;
  readonly scale: ReadonlyMap<string, number>;
};

/** Pulls or builds what is missing. */
export function* ensureImages(
  compose: Compose,
  services: readonly Service[],
  { build, noBuild, pull }: Pick<UpOptions, 'build' | 'noBuild' | 'pull'>,
): Routine {
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
    if (service.fields['build'] !== undefined && !noBuild && (build || policy === 'build' || !there(image)))
      yield* buildService(compose, service, { noCache: false, quiet: false });
    else if ((service.fields['build'] === undefined || noBuild) && policy !== 'never' && (policy === 'always' || !there(image))) {
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
    client.networks.create(networkOf(project, name, project.networks[name] ?? {}));
    yield* tell(context, `Network ${full}`, 'Created');
  }
}

/** A network of the file as the daemon is asked for it. */
function networkOf(project: Project, name: string, fields: Fields): NetworkCreate {
  const notSimulated = (key: string): CliError => new CliError(`k8s-lab: docker compose with networks.${name}.${key} is not simulated`, 70);
  for (const key of ['enable_ipv6', 'enable_ipv4']) if (fields[key] === (key === 'enable_ipv6')) throw notSimulated(key);
  const ipam = isRecord(fields['ipam']) ? fields['ipam'] : {};
  const pools: unknown[] = Array.isArray(ipam['config']) ? ipam['config'] : [];
  if (pools.length > 1) throw notSimulated('ipam.config with several subnets');
  if (![undefined, 'default'].includes(ipam['driver'] as string | undefined)) throw notSimulated('ipam.driver');
  const pool = isRecord(pools[0]) ? pools[0] : {};
  return {
    name: fullNetwork(project, name),
    driver: String(fields['driver'] ?? 'bridge'),
    internal: fields['internal'] === true,
    attachable: fields['attachable'] === true,
    labels: { ...pairTable(fields['labels']), ...labelsFor(project, 'network', name) },
    ...(fields['driver_opts'] === undefined ? {} : { options: pairTable(fields['driver_opts']) }),
    ...(pool['subnet'] === undefined ? {} : { subnet: String(pool['subnet']) }),
    ...(pool['gateway'] === undefined ? {} : { gateway: String(pool['gateway']) }),
    ...(pool['ip_range'] === undefined ? {} : { ipRange: String(pool['ip_range']) }),
    ...(pool['aux_addresses'] === undefined ? {} : { auxAddresses: pairTable(pool['aux_addresses']) }),
  };
}

/** `K: v` or `- K=v` as a table. */
const pairTable = (value: unknown): Record<string, string> => pairsOf(pairs(value));

function* ensureVolumes({ context, client, project }: Compose): Routine {
  for (const name of Object.keys(project.volumes)) {
    const full = fullVolume(project, name);
    if (client.volumes.list().some((each) => each.Name === full)) continue;
    if (project.volumes[name]?.['external'] === true) throw new CliError(`external volume ${JSON.stringify(full)} not found`);
    yield* tell(context, `Volume ${full}`, 'Creating');
    const fields = project.volumes[name] ?? {};
    const driver = String(fields['driver'] ?? 'local');
    if (driver !== 'local') throw new CliError(`error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`);
    client.volumes.create(full, { ...pairTable(fields['labels']), ...labelsFor(project, 'volume', name) }, pairTable(fields['driver_opts']));
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
    if (existing && !(options.forceRecreate && (options.named?.has(service.name) ?? true)) && (same || options.noRecreate)) {
      if (existing.State === 'running') yield* tell(context, `Container ${name}`, 'Running');
      continue;
    }
    yield* tell(context, `Container ${name}`, existing ? 'Recreate' : 'Creating');
    if (existing) yield* client.containers.remove(existing.Id, { force: true, volumes: false });
    yield* createContainer(compose, service, { name: containerName(project, service, number), number });
    yield* tell(context, `Container ${name}`, existing ? 'Recreated' : 'Created');
  }
}

/** A container of a service, in its networks and with its secrets and configs; gives its id. */
export function* createContainer({ context, client, project }: Compose, service: Service, wanted: Wanted): Routine<string> {
  const options = serviceOptions(context, project, service, wanted);
  const [first, ...others] = attachmentsOf(project, service);
  const { Id } = yield* client.containers.create(wanted.oneOff ? options : { ...options, aliases: first?.aliases ?? [] });
  for (const kind of ['secrets', 'configs'] as const)
    for (const { name, target } of filesFor(service.fields, kind)) {
      const given = project[kind].get(name);
      if (!given || !('content' in given)) continue;
      const folders = target.split('/').slice(1, -1);
      const directories = folders.map((_each, i) => ({ path: folders.slice(0, i + 1).join('/'), type: 'directory' as const, mode: 0o755 }));
      client.containers.putArchive(Id, '/', [...directories, { path: target.slice(1), type: 'file', mode: 0o444, content: given.content }]);
    }
  for (const { name, aliases, ip } of others) client.networks.connect(name, Id, { aliases: wanted.oneOff ? [] : aliases, ...(ip === undefined ? {} : { ip }) });
  return Id;
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

/** `running_or_healthy` is what --wait asks for. */
type Wait = Omit<Dependency, 'condition'> & { readonly condition: Dependency['condition'] | 'running_or_healthy' };

/** Looks every half second, as compose does. */
export function* waitFor(compose: Compose, { name, condition, required }: Wait): Routine {
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
      const good = condition === 'running_or_healthy' && !State.Health ? State.Status === 'running' : State.Health?.Status === 'healthy';
      if (condition === 'service_completed_successfully' ? State.Status === 'exited' : good) break;
      yield { timeout: 500 };
    }
    yield* tell(context, title, condition === 'service_completed_successfully' ? 'Exited' : 'Healthy');
  }
}

function failureOf(
  condition: Wait['condition'],
  state: { readonly Status: string; readonly ExitCode: number; readonly Health?: { readonly Status: string } },
  name: string,
): string | undefined {
  if (condition === 'service_completed_successfully')
    return state.Status === 'exited' && state.ExitCode !== 0
      ? `service ${JSON.stringify(name)} didn't complete successfully: exit ${state.ExitCode}`
      : undefined;
  if (state.Status === 'exited') return `container ${name} exited (${state.ExitCode})`;
  if (!state.Health && condition === 'running_or_healthy') return undefined;
  if (!state.Health) return `container ${name} has no healthcheck configured`;
  return state.Health.Status === 'unhealthy' ? `container ${name} is unhealthy` : undefined;
}
