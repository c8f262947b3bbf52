/** A compose file: its services, networks and volumes (compose-spec, as nerdctl reads it). */
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import { type Context, NerdctlError, NotSimulated } from '../context.ts';

export type Service = { readonly name: string; readonly fields: Readonly<Record<string, unknown>>; readonly dependsOn: readonly string[] };
export type Project = {
  readonly name: string;
  readonly path: string;
  /** In the order in which they start. */
  readonly services: readonly Service[];
  readonly networks: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly volumes: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly document: Readonly<Record<string, unknown>>;
};

const serviceKeys = new Set(
  'annotations build cap_add cap_drop cgroup_parent command configs container_name cpu_shares cpus cpuset depends_on deploy develop devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends extra_hosts healthcheck hostname image init ipc labels logging mac_address mem_limit mem_reservation memswap_limit network_mode networks oom_score_adj pid pids_limit platform ports privileged profiles pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user uts volumes volumes_from working_dir'.split(
    ' ',
  ),
);
/** What the lab does not do for a service. */
const absent = ['build', 'configs', 'secrets', 'devices', 'extends', 'healthcheck', 'volumes_from', 'sysctls'];

const names = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

export function loadProject(context: Context): Project {
  const { process, group: flags } = context;
  const given = flags.list('file')[0] ?? names.find((name) => process.fs.exists(process.path(name)));
  if (given === undefined) throw new NerdctlError('no configuration file provided: not found');
  const path = process.path(given);
  if (!process.fs.exists(path)) throw new NerdctlError(`open ${path}: no such file or directory`);
  const document = parse(process.fs.read(path), path, (name) => process.env[name]);
  const services = document['services'];
  if (!isRecord(services)) throw new NerdctlError('no service selected');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const base = folder
    .slice(folder.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '');
  return {
    name: flags.text('project-name') || process.env['COMPOSE_PROJECT_NAME'] || (typeof document['name'] === 'string' ? document['name'] : base),
    path,
    services: ordered(Object.entries(services).map(([name, value]) => toService(name, value, path))),
    networks: (document['networks'] as Project['networks'] | undefined) ?? {},
    volumes: (document['volumes'] as Project['volumes'] | undefined) ?? {},
    document,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(source: string, path: string, env: (name: string) => string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value = parseYaml(interpolated(source, env));
    if (!isRecord(value)) throw new NerdctlError('top-level object must be a mapping');
    return value;
  } catch (error) {
    if (error instanceof YamlError) throw new NerdctlError(`failed to parse ${path}: ${error.message}`);
    throw error;
  }
}

/** `$NAME`, `${NAME}`, `${NAME:-default}`; `$$` is a dollar sign. */
const interpolated = (source: string, env: (name: string) => string | undefined): string =>
  source.replace(/\$(?:\$|(\w+)|\{(\w+)(?:(:?-)([^}]*))?\})/g, (all, plain?: string, braced?: string, operator?: string, otherwise = '') => {
    if (all === '$$') return '$';
    const value = env(plain ?? braced ?? '');
    if (value === undefined || (value === '' && operator === ':-')) return operator === undefined ? '' : otherwise;
    return value;
  });

function toService(name: string, value: unknown, path: string): Service {
  if (!isRecord(value)) throw new NerdctlError(`validating ${path}: services.${name} must be a mapping`);
  const unknown = Object.keys(value).find((key) => !serviceKeys.has(key) && !key.startsWith('x-'));
  if (unknown !== undefined) throw new NerdctlError(`validating ${path}: services.${name} additional properties '${unknown}' not allowed`);
  for (const key of absent) if (value[key] !== undefined) throw new NotSimulated(`nerdctl compose with services.${name}.${key}`);
  const depends = value['depends_on'];
  return { name, fields: value, dependsOn: Array.isArray(depends) ? depends.map(String) : isRecord(depends) ? Object.keys(depends) : [] };
}

/** Those that others need come first. */
function ordered(services: readonly Service[]): Service[] {
  const done: Service[] = [];
  const visit = (service: Service, above: readonly string[]): void => {
    if (done.includes(service)) return;
    if (above.includes(service.name)) throw new NerdctlError(`dependency cycle detected: ${[...above, service.name].join(' -> ')}`);
    for (const name of service.dependsOn) {
      const other = services.find((each) => each.name === name);
      if (!other)
        throw new NerdctlError(`service ${JSON.stringify(service.name)} depends on undefined service ${JSON.stringify(name)}: invalid compose project`);
      visit(other, [...above, service.name]);
    }
    done.push(service);
  };
  for (const service of [...services].sort((a, b) => (a.name < b.name ? -1 : 1))) visit(service, []);
  return done;
}

const texts = (value: unknown): string[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)]);
/** `K: v` or `- K=v`. */
const pairs = (value: unknown): string[] =>
  isRecord(value) ? Object.entries(value).map(([key, each]) => (each === null ? key : `${key}=${String(each)}`)) : texts(value);
/** A command line in one string is split as a shell does, quotes taken off. */
const words = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map(String)
    : [...String(value ?? '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');

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
  ['expose', '--expose'],
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
  for (const volume of Array.isArray(fields['volumes']) ? fields['volumes'] : []) args.push('--volume', volumeFlag(project, volume));
  for (const [key, flag] of [
    ['privileged', '--privileged'],
    ['read_only', '--read-only'],
  ] as const)
    if (fields[key] === true) args.push(flag);
  const mode = fields['network_mode'];
  const networks = mode === undefined ? networkNames(service).map((each) => fullNetwork(project, each)) : [String(mode)];
  for (const each of networks) args.push('--network', each);
  const entrypoint = fields['entrypoint'] === undefined ? undefined : words(fields['entrypoint']);
  for (const each of entrypoint ?? []) args.push('--entrypoint', each);
  return [...args, ...extra, String(fields['image'] ?? ''), ...(fields['command'] === undefined ? [] : words(fields['command']))];
}

const portFlag = (port: unknown): string =>
  isRecord(port)
    ? `${port['host_ip'] === undefined ? '' : `${String(port['host_ip'])}:`}${port['published'] === undefined ? '' : `${String(port['published'])}:`}${String(port['target'])}/${String(port['protocol'] ?? 'tcp')}`
    : String(port);

function volumeFlag(project: Project, volume: unknown): string {
  const folder = project.path.slice(0, project.path.lastIndexOf('/'));
  const parts = isRecord(volume)
    ? [String(volume['source'] ?? ''), String(volume['target'] ?? ''), ...(volume['read_only'] === true ? ['ro'] : [])]
    : String(volume).split(':');
  const [source = '', ...rest] = parts;
  if (rest.length === 0 || source === '') return parts.filter(Boolean).join(':');
  if (source.startsWith('.')) return [`${folder}/${source.replace(/^\.\/?/, '')}`.replace(/\/$/, ''), ...rest].join(':');
  if (source.startsWith('/')) return parts.join(':');
  if (!(source in project.volumes)) throw new NerdctlError(`service refers to undefined volume ${source}: invalid compose project`);
  return [fullVolume(project, source), ...rest].join(':');
}

export const networkNames = ({ fields }: Service): string[] => {
  const given = fields['networks'];
  const all = Array.isArray(given) ? given.map(String) : isRecord(given) ? Object.keys(given) : [];
  return all.length > 0 ? all : ['default'];
};
export const fullNetwork = (project: Project, name: string): string =>
  String(project.networks[name]?.['name'] ?? (project.networks[name]?.['external'] === true ? name : `${project.name}_${name}`));
export const fullVolume = (project: Project, name: string): string =>
  String(project.volumes[name]?.['name'] ?? (project.volumes[name]?.['external'] === true ? name : `${project.name}_${name}`));
