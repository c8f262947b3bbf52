/** The project of `nerdctl compose`, and what it means for `nerdctl run` (pkg/composer). */

import type { Routine } from '../../../sim/routine.ts';
import { fullNetwork, isRecord, networkNames, oddVolume, pairs, portFlag, texts, volumeArgs, words } from '../../compose-file.ts';
import { ComposeFileError } from '../../compose-interpolate.ts';
import { imageOf, loadCompose, type Project, type Service } from '../../compose-project.ts';
import { filesFor } from '../../compose-resolve.ts';
import { type Context, NerdctlError, NotSimulated } from '../context.ts';

export type { Project, Service };

/** What the lab does not do for a service. */
const absent = ['devices', 'volumes_from'];

/** Throws NerdctlError for what is missing or not understood. */
export function* loadProject(context: Context): Routine<Project> {
  const { process, group: flags } = context;
  const given = {
    files: flags.list('file'),
    projectDirectory: flags.text('project-directory'),
    envFiles: flags.text('env-file') === '' ? [] : [flags.text('env-file')],
    projectName: flags.text('project-name') || process.env['COMPOSE_PROJECT_NAME'] || '',
    profiles: flags.list('profile'),
  };
  try {
    return yield* loadCompose(process, given);
  } catch (error) {
    if (error instanceof ComposeFileError) throw new NerdctlError(error.message);
    throw error;
  }
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
  ['sysctls', '--sysctl'],
];

/** The arguments of `nerdctl run` for one container of a service (pkg/composer/serviceparser). */
export function runArguments(project: Project, service: Service, container: string, extra: readonly string[]): string[] {
  const { fields, name } = service;
  for (const key of absent) if (fields[key] !== undefined) throw new NotSimulated(`nerdctl compose with services.${name}.${key}`);
  const args = ['--name', container, '--label', `com.docker.compose.project=${project.name}`, '--label', `com.docker.compose.service=${name}`];
  for (const [key, flag] of simple) if (fields[key] !== undefined) args.push(flag, String(fields[key]));
  for (const [key, flag] of repeated)
    for (const each of isRecord(fields[key]) || key === 'extra_hosts' ? pairs(fields[key]) : texts(fields[key]))
      args.push(flag, key === 'extra_hosts' ? each.replace('=', ':') : each);
  for (const port of Array.isArray(fields['ports']) ? fields['ports'] : []) args.push('--publish', portFlag(port));
  for (const volume of Array.isArray(fields['volumes']) ? fields['volumes'] : []) {
    const odd = oddVolume(volume);
    if (odd !== undefined) throw new NotSimulated(`nerdctl compose with services.${name}.volumes.${odd}`);
    args.push(...volumeArgs(project, project.directory, volume));
  }
  for (const [key, flag] of [
    ['privileged', '--privileged'],
    ['read_only', '--read-only'],
    ['init', '--init'],
  ] as const)
    if (fields[key] === true) args.push(flag);
  args.push(...givenFiles(project, service), ...healthFlags(service));
  const mode = fields['network_mode'];
  const networks = mode === undefined ? networkNames(fields).map((each) => fullNetwork(project, each)) : [String(mode)];
  for (const each of networks) args.push('--network', each);
  const entrypoint = fields['entrypoint'] === undefined ? undefined : words(fields['entrypoint']);
  for (const each of entrypoint ?? []) args.push('--entrypoint', each);
  return [...args, ...extra, imageOf(project, service), ...(fields['command'] === undefined ? [] : words(fields['command']))];
}

/** Secrets and configs are files of the host. */
function givenFiles(project: Project, { name: service, fields }: Service): string[] {
  return (['secrets', 'configs'] as const).flatMap((kind) =>
    filesFor(fields, kind).flatMap(({ name, target }) => {
      const given = project[kind].get(name);
      if (!given || !('source' in given)) throw new NotSimulated(`nerdctl compose with services.${service}.${kind} that are no files`);
      return ['--volume', `${given.source}:${target}:ro`];
    }),
  );
}

function healthFlags({ fields }: Service): string[] {
  const given = fields['healthcheck'];
  if (!isRecord(given)) return [];
  const test = Array.isArray(given['test']) ? given['test'].map(String) : given['test'] === undefined ? [] : ['CMD-SHELL', String(given['test'])];
  if (given['disable'] === true || test[0] === 'NONE') return ['--no-healthcheck'];
  const times = ['interval', 'timeout', 'retries', 'start_period'] as const;
  return [
    ...(test.length > 1 ? [`--health-cmd=${test.slice(1).join(' ')}`] : []),
    ...times.flatMap((key) => (given[key] === undefined ? [] : [`--health-${key.replace('_', '-')}=${String(given[key])}`])),
  ];
}
