/** One container of a service as the daemon is asked for it (compose pkg/compose/create.go). */
import { createHash } from 'node:crypto';
import { DurationError, parseGoDuration } from '../../../apimachinery/duration.ts';
import type { CreateOptions, Healthcheck } from '../../../interfaces/docker.ts';
import { type Fields, fullNetwork, inside, isRecord, networkNames, pairs, portFlag, texts, volumeFlag, words } from '../../compose-file.ts';
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
];
const repeated: readonly (readonly [key: string, flag: string])[] = [
  ['cap_add', '--cap-add'],
  ['cap_drop', '--cap-drop'],
  ['dns', '--dns'],
  ['tmpfs', '--tmpfs'],
  ['expose', '--expose'],
  ['group_add', '--group-add'],
];
const switches: readonly (readonly [key: string, flag: string])[] = [
  ['privileged', '--privileged'],
  ['read_only', '--read-only'],
  ['init', '--init'],
  ['tty', '--tty'],
  ['stdin_open', '--interactive'],
];

type Wanted = {
  readonly name: string;
  readonly number: number;
  readonly oneOff?: { readonly command: readonly string[]; readonly flags: readonly string[] };
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
    config: {
      ...options.config,
      ...(entrypoint === undefined || entrypoint === null || parsed.flags.has('entrypoint') ? {} : { Entrypoint: words(entrypoint) }),
      ...healthOf(service),
    },
  };
}

function flagsOf(context: Context, project: Project, { fields }: Service): string[] {
  const args: string[] = [];
  for (const [key, flag] of simple) if (fields[key] !== undefined && fields[key] !== null) args.push(flag, String(fields[key]));
  for (const [key, flag] of repeated) for (const each of texts(fields[key])) args.push(flag, each);
  for (const [key, flag] of switches) if (fields[key] === true) args.push(flag);
  for (const each of Array.isArray(fields['env_file']) ? fields['env_file'] : texts(fields['env_file'])) {
    const path = inside(project.directory, isRecord(each) ? String(each['path']) : String(each));
    if (context.process.fs.exists(path)) args.push('--env-file', path);
    else if (!(isRecord(each) && each['required'] === false)) throw new CliError(`env file ${path} not found: stat ${path}: no such file or directory`);
  }
  for (const each of pairs(fields['environment'])) args.push('--env', each);
  for (const each of pairs(fields['labels'])) args.push('--label', each);
  for (const each of pairs(fields['extra_hosts'])) args.push('--add-host', each.replace('=', ':'));
  for (const each of Array.isArray(fields['ports']) ? fields['ports'] : []) args.push('--publish', portFlag(each));
  for (const each of Array.isArray(fields['volumes']) ? fields['volumes'] : []) args.push('--volume', volumeFlag(project, project.directory, each));
  for (const kind of ['secrets', 'configs'] as const)
    for (const { name, target } of filesFor(fields, kind)) {
      const given = project[kind].get(name);
      if (!given || !('source' in given)) continue;
      if (!context.process.fs.exists(given.source))
        throw new CliError(`invalid mount config for type "bind": bind source path does not exist: ${given.source}`);
      args.push('--volume', `${given.source}:${target}:ro`);
    }
  const [network] = networkNames(fields);
  args.push('--network', network === undefined ? modeOf(project, String(fields['network_mode'])) : fullNetwork(project, network));
  return [...args, ...limitsOf(fields)];
}

const modeOf = (project: Project, mode: string): string => (mode.startsWith('service:') ? `container:${project.name}-${mode.slice(8)}-1` : mode);

/** deploy.resources.limits */
function limitsOf(fields: Fields): string[] {
  const deploy = fields['deploy'];
  const resources = isRecord(deploy) ? deploy['resources'] : undefined;
  const limits = isRecord(resources) ? resources['limits'] : undefined;
  if (!isRecord(limits)) return [];
  return [
    ...(limits['memory'] === undefined ? [] : ['--memory', String(limits['memory'])]),
    ...(limits['cpus'] === undefined ? [] : ['--cpus', String(limits['cpus'])]),
  ];
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
    try {
      return { [field]: parseGoDuration(String(given[key])) * 1e6 };
    } catch (error) {
      if (error instanceof DurationError) throw new CliError(`services.${name}.healthcheck.${key}: ${error.message}`);
      throw error;
    }
  };
  return {
    Healthcheck: {
      ...(form ? { Test: form } : {}),
      ...nanos('interval', 'Interval'),
      ...nanos('timeout', 'Timeout'),
      ...nanos('start_period', 'StartPeriod'),
      ...(given['retries'] === undefined ? {} : { Retries: Number(given['retries']) }),
    },
  };
}
