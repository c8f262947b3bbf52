/** The shape of compose files: which keys there are and of what kind (compose-spec schema), checked as compose-go words it. */
import { ComposeFileError } from './compose-interpolate.ts';

type Kind = 'string' | 'array' | 'object' | 'boolean' | 'number' | 'integer' | 'null';
type Shape = Readonly<Record<string, readonly Kind[]>>;

const any: readonly Kind[] = [];
const of = (kinds: readonly Kind[], names: string): Shape => Object.fromEntries(names.split(' ').map((name) => [name, kinds]));

const topLevel: Shape = {
  ...of(['string'], 'name version'),
  ...of(['object'], 'services networks volumes secrets configs models'),
  ...of(['array'], 'include'),
};

const service: Shape = {
  ...of(
    ['string'],
    'image container_name hostname domainname working_dir user restart network_mode pid ipc platform stop_signal stop_grace_period runtime cgroup_parent userns_mode mac_address uts cgroup pull_policy isolation',
  ),
  ...of(['array'], 'ports volumes cap_add cap_drop devices security_opt volumes_from external_links group_add secrets configs device_cgroup_rules expose'),
  ...of(['array', 'object'], 'environment labels annotations networks depends_on extra_hosts sysctls models'),
  ...of(['array', 'string', 'null'], 'command entrypoint'),
  ...of(['array', 'string'], 'dns dns_search tmpfs env_file label_file'),
  ...of(['object', 'string'], 'build extends credential_spec'),
  ...of(['object'], 'healthcheck deploy logging ulimits blkio_config develop storage_opt provider gpus'),
  ...of(['boolean', 'string'], 'privileged read_only tty stdin_open init attach oom_kill_disable'),
  ...of(
    ['number', 'string'],
    'cpus cpu_shares cpu_quota cpu_period cpu_count cpu_percent cpu_rt_period cpu_rt_runtime mem_limit mem_reservation memswap_limit mem_swappiness shm_size pids_limit oom_score_adj',
  ),
  ...of(['integer', 'string'], 'scale'),
  ...of(['array'], 'profiles dns_opt links post_start pre_stop pre_start'),
  ...of(any, 'cpuset'),
};

const kindOf = (value: unknown): Kind =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : (typeof value as Kind);
const fits = (value: unknown, kinds: readonly Kind[]): boolean => {
  const kind = kindOf(value);
  return kinds.length === 0 || kinds.includes(kind) || (kind === 'integer' && kinds.includes('number'));
};
const worded = (kinds: readonly Kind[]): string => {
  const words = kinds.map((kind) => (kind === 'object' ? 'mapping' : kind)).sort();
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
};

/** Throws ComposeFileError for the first thing that is wrong. */
export function validateCompose(document: Readonly<Record<string, unknown>>, file: string): void {
  check(document, topLevel, '', file);
  for (const [name, value] of Object.entries((document['services'] ?? {}) as Readonly<Record<string, unknown>>)) {
    if (!/^[a-zA-Z0-9._-]+$/.test(name)) throw new ComposeFileError(`validating ${file}: services additional properties '${name}' not allowed`);
    if (kindOf(value) !== 'object') throw new ComposeFileError(`validating ${file}: services.${name} must be a mapping`);
    check(value as Readonly<Record<string, unknown>>, service, `services.${name}`, file);
  }
}

function check(value: Readonly<Record<string, unknown>>, shape: Shape, path: string, file: string): void {
  for (const [key, each] of Object.entries(value)) {
    const kinds = Object.hasOwn(shape, key) ? shape[key] : key.startsWith('x-') ? any : undefined;
    if (!kinds) throw new ComposeFileError(`validating ${file}: ${path} additional properties '${key}' not allowed`);
    if (each !== null && !fits(each, kinds))
      throw new ComposeFileError(`validating ${file}: ${path === '' ? key : `${path}.${key}`} must be a ${worded(kinds)}`);
  }
}
