/** A compose file: its services, networks and volumes (compose-spec, as nerdctl reads it). */
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { Process } from '../../../linux/process.ts';
import {
  type Fields,
  fileNames,
  folderOf,
  fullNetwork,
  isRecord,
  networkNames,
  ordered,
  pairs,
  portFlag,
  projectNameOf,
  type Resources,
  texts,
  volumeFlag,
  volumeNames,
  words,
} from '../../compose-file.ts';
import { ComposeFileError, interpolate } from '../../compose-interpolate.ts';
import { type Context, NerdctlError, NotSimulated } from '../context.ts';

/** `fields` reads its part of the file. */
export type Service = { readonly name: string; readonly fields: Fields; readonly dependsOn: readonly string[] };
/** Services, networks and volumes by name. */
export type Project = {
  readonly name: string;
  readonly path: string;
  /** In the order in which they start. */
  readonly services: readonly Service[];
  readonly networks: Resources;
  readonly volumes: Resources;
  readonly document: Fields;
};

const serviceKeys = new Set(
  'annotations build cap_add cap_drop cgroup_parent command configs container_name cpu_shares cpus cpuset depends_on deploy develop devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends extra_hosts healthcheck hostname image init ipc labels logging mac_address mem_limit mem_reservation memswap_limit network_mode networks oom_score_adj pid pids_limit platform ports privileged profiles pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user uts volumes volumes_from working_dir'.split(
    ' ',
  ),
);
/** What the lab does not do for a service. */
const absent = ['build', 'configs', 'secrets', 'devices', 'extends', 'healthcheck', 'volumes_from', 'sysctls'];

/** Throws NerdctlError for what is missing or not understood. */
export function loadProject(context: Context): Project {
  const { process, group: flags } = context;
  const given = flags.list('file')[0] ?? fileNames.find((name) => process.fs.exists(process.path(name)));
  if (given === undefined) throw new NerdctlError('no configuration file provided: not found');
  const path = process.path(given);
  if (!process.fs.exists(path)) throw new NerdctlError(`open ${path}: no such file or directory`);
  try {
    return assemble(read(process, path), path, flags.text('project-name') || process.env['COMPOSE_PROJECT_NAME']);
  } catch (error) {
    if (error instanceof ComposeFileError) throw new NerdctlError(error.message);
    throw error;
  }
}

function read(process: Process, path: string): Fields {
  try {
    const value = interpolate(parseYaml(process.fs.read(path)), { get: (name) => process.env[name], missing: () => {} });
    if (!isRecord(value)) throw new ComposeFileError('top-level object must be a mapping');
    return value;
  } catch (error) {
    if (error instanceof YamlError) throw new ComposeFileError(`failed to parse ${path}: ${error.message}`);
    throw error;
  }
}

function assemble(document: Fields, path: string, name: string | undefined): Project {
  if (!isRecord(document['services'])) throw new ComposeFileError('no service selected');
  const services = Object.entries(document['services']).map(([each, value]) => toService(each, value, path));
  const volumes = (document['volumes'] ?? {}) as Resources;
  for (const service of services) {
    const invalid = (text: string): ComposeFileError => new ComposeFileError(`service ${JSON.stringify(service.name)} ${text}: invalid compose project`);
    for (const each of service.dependsOn)
      if (!services.some((other) => other.name === each)) throw invalid(`depends on undefined service ${JSON.stringify(each)}`);
    for (const each of volumeNames(service.fields)) if (!(each in volumes)) throw invalid(`refers to undefined volume ${each}`);
  }
  return {
    name: name || (typeof document['name'] === 'string' ? document['name'] : projectNameOf(folderOf(path))),
    path,
    services: ordered(services, ({ dependsOn }) => dependsOn),
    networks: (document['networks'] ?? {}) as Resources,
    volumes,
    document,
  };
}

function toService(name: string, value: unknown, path: string): Service {
  if (!isRecord(value)) throw new ComposeFileError(`validating ${path}: services.${name} must be a mapping`);
  const unknown = Object.keys(value).find((key) => !serviceKeys.has(key) && !key.startsWith('x-'));
  if (unknown !== undefined) throw new ComposeFileError(`validating ${path}: services.${name} additional properties '${unknown}' not allowed`);
  for (const key of absent) if (value[key] !== undefined) throw new NotSimulated(`nerdctl compose with services.${name}.${key}`);
  const depends = value['depends_on'];
  return { name, fields: value, dependsOn: Array.isArray(depends) ? depends.map(String) : isRecord(depends) ? Object.keys(depends) : [] };
}

const simple: readonly (readonly [key: string, flag: string])[] = [
  ['working_dir', '--workdir'],
  ['user', '--user'],
  ['hostname', '--hostname'],
  ['restart', '--restart'],
  ['stop_signal', '--stop-signal'],
  ['mem_limit', '--memory'],
  ['cpus', '--cpus'],
  ['cpu_shares', '--cpu-shares'],
  ['pids_limit', '--pids-limit'],
  ['pid', '--pid'],
  ['ipc', '--ipc'],
  ['runtime', '--runtime'],
  ['shm_size', '--shm-size'],
  ['cgroup_parent', '--cgroup-parent'],
];
const repeated: readonly (readonly [key: string, flag: string])[] = [
  ['environment', '--env'],
  ['env_file', '--env-file'],
  ['labels', '--label'],
  ['cap_add', '--cap-add'],
  ['cap_drop', '--cap-drop'],
  ['dns', '--dns'],
  ['extra_hosts', '--add-host'],
  ['tmpfs', '--tmpfs'],
  ['security_opt', '--security-opt'],
];

/** The arguments of `nerdctl run` for one container of a service (pkg/composer/serviceparser). */
export function runArguments(project: Project, service: Service, container: string, extra: readonly string[]): string[] {
  const { fields, name } = service;
  const args = ['--name', container, '--label', `com.docker.compose.project=${project.name}`, '--label', `com.docker.compose.service=${name}`];
  for (const [key, flag] of simple) if (fields[key] !== undefined) args.push(flag, String(fields[key]));
  for (const [key, flag] of repeated)
    for (const each of key === 'environment' || key === 'labels' || key === 'extra_hosts' ? pairs(fields[key]) : texts(fields[key]))
      args.push(flag, key === 'extra_hosts' ? each.replace('=', ':') : each);
  for (const port of Array.isArray(fields['ports']) ? fields['ports'] : []) args.push('--publish', portFlag(port));
  for (const volume of Array.isArray(fields['volumes']) ? fields['volumes'] : []) args.push('--volume', volumeFlag(project, folderOf(project.path), volume));
  for (const [key, flag] of [
    ['privileged', '--privileged'],
    ['read_only', '--read-only'],
  ] as const)
    if (fields[key] === true) args.push(flag);
  const mode = fields['network_mode'];
  const networks = mode === undefined ? networkNames(fields).map((each) => fullNetwork(project, each)) : [String(mode)];
  for (const each of networks) args.push('--network', each);
  const entrypoint = fields['entrypoint'] === undefined ? undefined : words(fields['entrypoint']);
  for (const each of entrypoint ?? []) args.push('--entrypoint', each);
  return [...args, ...extra, String(fields['image'] ?? ''), ...(fields['command'] === undefined ? [] : words(fields['command']))];
}
