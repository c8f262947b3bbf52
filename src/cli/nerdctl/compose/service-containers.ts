/** What `up`, `create` and `run` share: networks and volumes of a project, images of its services, their containers (pkg/composer/up*.go). */
import { createHash } from 'node:crypto';
import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { fullNetwork, fullVolume, networkNames } from '../../compose-file.ts';
import { imageOf } from '../../compose-project.ts';
import { parseFlags } from '../../flags.ts';
import { createNetwork } from '../commands/networks.ts';
import { create, run as runCommand, runContainer } from '../commands/run.ts';
import { type Context, NerdctlError } from '../context.ts';
import { createContainer } from '../create.ts';
import { checkFlags } from '../create-flags.ts';
import { nameOf, taskOf } from '../find.ts';
import { labels } from '../labels.ts';
import { findNetworks } from '../networks.ts';
import { ensureImage } from '../pull.ts';
import { wholeName } from '../reference.ts';
import { removeContainer } from '../remove.ts';
import { createVolume, findVolume } from '../store.ts';
import { startTask } from '../tasks.ts';
import { buildService } from './build.ts';
import { type Project, runArguments, type Service } from './project.ts';
import { containersOf } from './select.ts';

/** What has to be there before a container is. */
export function* prepare(context: Context, project: Project, services: readonly Service[], pull: string): Routine {
  yield* makeNetworks(context, project, services);
  yield* makeVolumes(context, project);
  yield* warnIgnored(context, services);
  const { flags } = context;
  for (const service of services) {
    const { fields } = service;
    const image = imageOf(project, service);
    if (fields['build'] !== undefined && !(flags.spec('no-build') && flags.bool('no-build'))) {
      const there = context
        .client()
        .images.list(context.namespace)
        .some(({ name }) => name === wholeName(image));
      if (!there || (flags.spec('build') && flags.bool('build'))) yield* buildService(context, project, service);
      continue;
    }
    yield* context.log('info', `Ensuring image ${image}`);
    yield* ensureImage(context, wholeName(image), { pull: pull || String(fields['pull_policy'] ?? 'missing'), quiet: true, out: context.process.stderr });
  }
}

/** nerdctl starts services in order and heeds no condition. */
export function* warnIgnored(context: Context, services: readonly Service[]): Routine {
  for (const { name, dependsOn } of services)
    for (const each of dependsOn) {
      const where = `Ignoring: service ${name}: depends_on: ${each.name}:`;
      if (each.required) yield* context.log('warning', `${where} [Required]`);
      if (each.condition !== 'service_started') yield* context.log('warning', `${where} condition ${each.condition}`);
    }
}

/** The names of a service's containers: as many as its scale says. */
export function containerNames({ flags }: Context, project: Project, { name, fields }: Service): string[] {
  if (fields['container_name'] !== undefined) return [String(fields['container_name'])];
  const scales = flags.spec('scale') ? flags.list('scale') : [];
  const scale = scales.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const deploy = fields['deploy'] as { readonly replicas?: number } | undefined;
  const count = Number(scale ?? fields['scale'] ?? deploy?.replicas ?? 1);
  return Array.from({ length: count }, (_, i) => `${project.name}-${name}-${i + 1}`);
}

const hashOf = ({ fields }: Service): string => createHash('sha256').update(JSON.stringify(fields)).digest('hex');

/** Whether a container stays: when it was made of the same configuration, unless a flag says otherwise. */
function stays({ flags }: Context, service: Service, existing: ContainerdContainer): boolean {
  if (flags.bool('force-recreate')) return false;
  return flags.bool('no-recreate') || existing.labels[labels.composeConfigHash] === hashOf(service);
}

/** One container of `up`: made, made anew, or started again. */
export function* startService(context: Context, project: Project, service: Service, name: string): Routine {
  const existing = containersOf(context, project).find((each) => nameOf(each) === name);
  if (existing && stays(context, service, existing)) {
    if (taskOf(context, existing.id)?.status !== 'RUNNING') yield* startTask(context, existing);
    return;
  }
  yield* replace(context, existing, name);
  yield* runContainer(inner(context, project, service, name, ['-d', '--quiet']), true);
}

/** One container of `create`. */
export function* createService(context: Context, project: Project, service: Service, name: string): Routine {
  const existing = containersOf(context, project).find((each) => nameOf(each) === name);
  if (existing && !context.flags.bool('force-recreate')) return yield* context.log('info', `Container ${name} exists, skipping`);
  yield* replace(context, existing, name);
  yield* createContainer(inner(context, project, service, name, ['--quiet'], create.flags));
}

function* replace(context: Context, existing: ContainerdContainer | undefined, name: string): Routine {
  if (existing) yield* removeContainer(context, existing, { force: true });
  yield* context.log('info', `${existing ? 'Re-creating' : 'Creating'} container ${name}`);
}

/** The run of nerdctl that compose starts for a container. */
export function inner(context: Context, project: Project, service: Service, name: string, first: readonly string[], flags = runCommand.flags): Context {
  const labelled = [...first, '--label', `${labels.composeConfigHash}=${hashOf(service)}`];
  const parsed = parseFlags([...labelled, ...runArguments(project, service, name, [])], flags ?? [], { interspersed: false });
  const found = context.with(parsed.flags, parsed.args);
  checkFlags(found);
  return found;
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
