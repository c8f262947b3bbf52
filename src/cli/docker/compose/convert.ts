/** One container of a service as the daemon is asked for it (compose pkg/compose/create.go). */
import { createHash } from 'node:crypto';
import { DurationError, parseGoDuration } from '../../../apimachinery/duration.ts';
import type { CreateOptions, Healthcheck } from '../../../interfaces/docker.ts';
import { own } from '../../../sim/own.ts';
import { type Fields, fullNetwork, inside, isRecord, networkNames, oddVolume, pairs, portFlag, texts, volumeArgs, words } from '../../compose-file.ts';
import { imageOf, type Project, type Service } from '../../compose-project.ts';
import { filesFor } from '../../compose-resolve.ts';
import { parseFlags } from '../../flags.ts';
import { CliError, Context } from '../context.ts';
import { createFlags, createOptions } from '../create-options.ts';

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
  ['uts', '--uts'],
  ['cgroup', '--cgroupns'],
  ['userns_mode', '--userns'],
  ['domainname', '--domainname'],
  ['platform', '--platform'],
  ['runtime', '--runtime'],
  ['isolation', '--isolation'],
  ['shm_size', '--shm-size'],
  ['cgroup_parent', '--cgroup-parent'],
  ['mem_reservation', '--memory-reservation'],
  ['memswap_limit', '--memory-swap'],
  ['mem_swappiness', '--memory-swappiness'],
  ['cpu_period', '--cpu-period'],
  ['cpu_quota', '--cpu-quota'],
  ['cpuset', '--cpuset-cpus'],
  ['oom_score_adj', '--oom-score-adj'],
  ['mac_address', '--mac-address'],
];
const repeated: readonly (readonly [key: string, flag: string])[] = [
  ['cap_add', '--cap-add'],
  ['cap_drop', '--cap-drop'],
  ['dns', '--dns'],
  ['tmpfs', '--tmpfs'],
  ['expose', '--expose'],
  ['group_add', '--group-add'],
  ['security_opt', '--security-opt'],
  ['dns_search', '--dns-search'],
  ['dns_opt', '--dns-option'],
  ['sysctls', '--sysctl'],
  ['annotations', '--annotation'],
  ['environment', '--env'],
  ['labels', '--label'],
];
const switches: readonly (readonly [key: string, flag: string])[] = [
  ['privileged', '--privileged'],
  ['read_only', '--read-only'],
  ['init', '--init'],
  ['tty', '--tty'],
  ['stdin_open', '--interactive'],
  ['oom_kill_disable', '--oom-kill-disable'],
];
/** What the lab does not do for a service. */
const unsimulated =
  'blkio_config cpu_count cpu_percent cpu_rt_period cpu_rt_runtime credential_spec device_cgroup_rules external_links provider models gpus pre_start post_start pre_stop storage_opt'.split(
    ' ',
  );

/** Which container of a service it is; `oneOff` for that of `run`. */
export type Wanted = {
  readonly name: string;
  readonly number: number;
  readonly oneOff?: { readonly command: readonly string[]; readonly flags: readonly string[]; readonly remove: boolean };
};

/** What makes two containers of a service the same: com.docker.compose.config-hash. */
export const hashOf = ({ fields, name }: Service): string =>
  createHash('sha256')
    .update(JSON.stringify([name, fields]))
    .digest('hex');

/** By way of the flags that `docker run` would take. */
export function serviceOptions(context: Context, project: Project, service: Service, wanted: Wanted): CreateOptions {
  const { fields } = service;
  const args = flagsOf(context, project, service);
  for (const [key, value] of Object.entries(labelsOf(project, service, wanted))) args.push('--label', `${key}=${value}`);
  args.push('--name', wanted.name, ...(wanted.oneOff?.flags ?? []));
  const command =
    wanted.oneOff && wanted.oneOff.command.length > 0
      ? wanted.oneOff.command
      : fields['command'] === undefined || fields['command'] === null
        ? []
        : words(fields['command']);
  const parsed = parseFlags([...args, imageOf(project, service), ...command], createFlags, { interspersed: false });
  const options = createOptions(new Context(context.process, { flags: parsed.flags, args: parsed.args, host: context.host, path: context.path }), false);
  const entrypoint = fields['entrypoint'];
  return {
    ...options,
    ...(wanted.oneOff?.remove ? { host: { ...options.host, AutoRemove: true } } : {}),
    config: {
      ...options.config,
      ...(entrypoint === undefined || entrypoint === null || parsed.flags.has('entrypoint') ? {} : { Entrypoint: words(entrypoint) }),
      ...healthOf(service),
    },
  };
}

function flagsOf(context: Context, project: Project, service: Service): string[] {
  const { fields, name } = service;
  const odd = unsimulated.find((key) => fields[key] !== undefined && fields[key] !== null);
  if (odd !== undefined) throw notSimulated(`services.${name}.${odd}`);
  const args: string[] = [];
  for (const [key, flag] of simple) if (fields[key] !== undefined && fields[key] !== null) args.push(flag, String(fields[key]));
  for (const [key, flag] of repeated) for (const each of pairs(fields[key])) args.push(flag, each);
  for (const [key, flag] of switches) if (fields[key] === true) args.push(flag);
  for (const each of Array.isArray(fields['env_file']) ? fields['env_file'] : texts(fields['env_file'])) {
    const path = inside(project.directory, isRecord(each) ? String(each['path']) : String(each));
    if (context.process.fs.exists(path)) args.push('--env-file', path);
    else if (!(isRecord(each) && each['required'] === false)) throw new CliError(`env file ${path} not found: stat ${path}: no such file or directory`);
  }
  for (const each of texts(fields['label_file'])) args.push('--label-file', inside(project.directory, each));
  for (const each of pairs(fields['extra_hosts'])) args.push('--add-host', each.replace('=', ':'));
  for (const each of Array.isArray(fields['ports']) ? fields['ports'] : []) args.push('--publish', portFlag(each));
  for (const each of Array.isArray(fields['volumes']) ? fields['volumes'] : []) {
    const odd = oddVolume(each);
    if (odd !== undefined) throw notSimulated(`services.${name}.volumes.${odd}`);
    args.push(...volumeArgs(project, project.directory, each));
  }
  for (const kind of ['secrets', 'configs'] as const)
    for (const { name, target } of filesFor(fields, kind)) {
      const given = project[kind].get(name);
      if (!given || !('source' in given)) continue;
      if (!context.process.fs.exists(given.source))
        throw new CliError(`invalid mount config for type "bind": bind source path does not exist: ${given.source}`);
      args.push('--volume', `${given.source}:${target}:ro`);
    }
  const [first] = attachmentsOf(project, service);
  args.push('--network', first?.name ?? modeOf(project, String(fields['network_mode'])));
  if (first?.ip !== undefined) args.push('--ip', first.ip);
  return [...args, ...moreFlags(project, service), ...deployFlags(service)];
}

/** `network_mode: service:db` and its kin name a service's first container. */
const modeOf = (project: Project, mode: string): string => (mode.startsWith('service:') ? `container:${project.name}-${mode.slice(8)}-1` : mode);

/** Keys whose values have a shape of their own. */
function moreFlags(project: Project, { fields, name }: Service): string[] {
  const args: string[] = [];
  for (const each of Array.isArray(fields['devices']) ? fields['devices'] : [])
    args.push('--device', isRecord(each) ? [each['source'], each['target'] ?? each['source'], each['permissions'] ?? 'rwm'].join(':') : String(each));
  for (const each of texts(fields['volumes_from']))
    args.push('--volumes-from', each.startsWith('container:') ? each.slice(10) : each.replace(/^[^:]+/, (service) => `${project.name}-${service}-1`));
  for (const [key, limit] of Object.entries(isRecord(fields['ulimits']) ? fields['ulimits'] : {}))
    args.push('--ulimit', `${key}=${isRecord(limit) ? `${String(limit['soft'])}:${String(limit['hard'])}` : String(limit)}`);
  const { driver, options } = isRecord(fields['logging']) ? fields['logging'] : ({} as Fields);
  if (driver !== undefined) args.push('--log-driver', String(driver));
  for (const each of pairs(options)) args.push('--log-opt', each);
  if (fields['stop_grace_period'] !== undefined) {
    const grace = milliseconds(fields['stop_grace_period'], `services.${name}.stop_grace_period`);
    args.push('--stop-timeout', String(Math.round(grace / 1000)));
  }
  return args;
}

function milliseconds(value: unknown, where: string): number {
  try {
    return parseGoDuration(String(value));
  } catch (error) {
    if (error instanceof DurationError) throw new CliError(`${where}: ${error.message}`);
    throw error;
  }
}

/** Of `deploy` a container takes its resources and its restart policy; the rest is a swarm's. */
function deployFlags({ fields, name }: Service): string[] {
  const deploy = isRecord(fields['deploy']) ? fields['deploy'] : {};
  const resources = isRecord(deploy['resources']) ? deploy['resources'] : {};
  const args: string[] = [];
  for (const [kind, key, flag] of [
    ['limits', 'memory', '--memory'],
    ['limits', 'cpus', '--cpus'],
    ['limits', 'pids', '--pids-limit'],
    ['reservations', 'memory', '--memory-reservation'],
  ] as const) {
    const value = isRecord(resources[kind]) ? resources[kind][key] : undefined;
    if (value !== undefined) args.push(flag, String(value));
  }
  if (isRecord(resources['reservations']) && resources['reservations']['devices'] !== undefined)
    throw notSimulated(`services.${name}.deploy.resources.reservations.devices`);
  if (!isRecord(deploy['restart_policy']) || fields['restart'] !== undefined) return args;
  const { condition = 'any', max_attempts: attempts } = deploy['restart_policy'];
  const policy = own({ none: 'no', 'on-failure': 'on-failure', any: 'always' }, String(condition)) ?? 'no';
  return [...args, '--restart', policy === 'on-failure' && attempts !== undefined ? `${policy}:${String(attempts)}` : policy];
}

const notSimulated = (what: string): CliError => new CliError(`k8s-lab: docker compose with ${what} is not simulated`, 70);

/** A network that a service's containers are in, under which names. */
type Attached = { readonly name: string; readonly aliases: readonly string[]; readonly ip?: string; readonly priority: number };

/** The networks of a service by their priority, then by their names in the file; none with a network_mode. */
export function attachmentsOf(project: Project, { fields, name }: Service): Attached[] {
  const links = texts(fields['links']).flatMap((each) => each.split(':')[1] ?? []);
  if (links.length > 0) throw notSimulated(`services.${name}.links with other names`);
  return networkNames(fields)
    .sort()
    .map((network): Attached => {
      const {
        aliases,
        ipv4_address: ip,
        priority,
        ...rest
      } = (isRecord(fields['networks']) && isRecord(fields['networks'][network]) ? fields['networks'][network] : {}) as Fields;
      const odd = Object.keys(rest).find((key) => !key.startsWith('x-'));
      if (odd !== undefined) throw notSimulated(`services.${name}.networks.${network}.${odd}`);
      return {
        name: fullNetwork(project, network),
        aliases: [...texts(aliases), name],
        priority: Number(priority ?? 0),
        ...(ip === undefined ? {} : { ip: String(ip) }),
      };
    })
    .sort((a, b) => b.priority - a.priority);
}

/** `<project>-<service>-<number>`, unless the file says otherwise. */
export const containerName = (project: Project, { name, fields }: Service, number: number): string =>
  fields['container_name'] === undefined ? `${project.name}-${name}-${number}` : String(fields['container_name']);

const labelsOf = (project: Project, service: Service, { number, oneOff }: Wanted): Record<string, string> => ({
  'com.docker.compose.project': project.name,
  'com.docker.compose.service': service.name,
  'com.docker.compose.container-number': String(number),
  'com.docker.compose.oneoff': oneOff ? 'True' : 'False',
  'com.docker.compose.config-hash': hashOf(service),
  'com.docker.compose.depends_on': service.dependsOn.map(({ name, condition }) => `${name}:${condition}:false`).join(','),
  'com.docker.compose.project.config_files': project.files.join(','),
  'com.docker.compose.project.working_dir': project.directory,
  'com.docker.compose.version': '5.1.0',
});

function healthOf({ name, fields }: Service): { readonly Healthcheck?: Healthcheck } {
  const given = fields['healthcheck'];
  if (!isRecord(given)) return {};
  if (given['disable'] === true) return { Healthcheck: { Test: ['NONE'] } };
  const test = given['test'];
  const form = Array.isArray(test) ? test.map(String) : test === undefined ? undefined : ['CMD-SHELL', String(test)];
  if (form && !['CMD', 'CMD-SHELL', 'NONE'].includes(form[0] ?? '')) throw new CliError('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"');
  const nanos = (key: string, field: string): Record<string, number> => {
    if (given[key] === undefined) return {};
    return { [field]: milliseconds(given[key], `services.${name}.healthcheck.${key}`) * 1e6 };
  };
  return {
    Healthcheck: {
      ...(form ? { Test: form } : {}),
      ...nanos('interval', 'Interval'),
      ...nanos('timeout', 'Timeout'),
      ...nanos('start_period', 'StartPeriod'),
      ...nanos('start_interval', 'StartInterval'),
      ...(given['retries'] === undefined ? {} : { Retries: Number(given['retries']) }),
    },
  };
}
