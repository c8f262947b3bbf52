/** Whether what a configuration file says fits containerd's types, in go-toml's words (containerd cmd/containerd/server/config, internal/cri/config). */
import { isTable, type TomlTable, type TomlValue } from '../apimachinery/toml.ts';
import { defaultsOf2 } from './config-defaults.ts';

/** A value of another type, and the key it stands under; or a key that nobody knows. */
type Misfit = { readonly keys: readonly string[]; readonly problem?: string };

/** Tables that are maps, not structs: their keys are free. `*` stands for any one key. */
const maps = ['options', 'runtimes', 'pinned_images', 'runtime_platforms', 'mirrors', 'configs', 'auths', 'headers'];
/** Keys that the printed defaults leave out. */
const unprinted: TomlTable = {
  enable_criu: false,
  stats_collect_period: '',
  stats_retention_period: '',
  tls_cert_file: '',
  tls_key_file: '',
  x509_key_pair_streaming: {},
  mirrors: {},
  configs: {},
  auths: {},
  headers: {},
  runtime_platforms: {},
  bin_dir: '',
  privileged_without_host_devices_all_devices_allowed: false,
  disable_pause_image_pull: false,
  log_trace_id: false,
  tcp_address: '',
  tcp_tls_ca: '',
  tcp_tls_cert: '',
  tcp_tls_key: '',
  tcp_tls_common_name: '',
};

/** The Go type of each table, and of those that are a plugin's whole. */
const structs: Readonly<Record<string, string>> = {
  grpc: 'GRPCConfig',
  ttrpc: 'TTRPCConfig',
  debug: 'Debug',
  metrics: 'MetricsConfig',
  containerd: 'ContainerdConfig',
  cni: 'CniConfig',
  registry: 'Registry',
  image_decryption: 'ImageDecryption',
  'io.containerd.cri.v1.images': 'ImageConfig',
  'io.containerd.cri.v1.runtime': 'RuntimeConfig',
  'io.containerd.grpc.v1.cri': 'ServerConfig',
};
/** Fields whose Go names are not those of their keys. */
const fields: Readonly<Record<string, string>> = {
  grpc: 'GRPC',
  ttrpc: 'TTRPC',
  uid: 'UID',
  gid: 'GID',
  temp: 'TempDir',
  oom_score: 'OOMScore',
  'cni.bin_dirs': 'NetworkPluginBinDirs',
  'cni.conf_dir': 'NetworkPluginConfDir',
  'cni.max_conf_num': 'NetworkPluginMaxConfNum',
  'cni.conf_template': 'NetworkPluginConfTemplate',
  'cni.ip_pref': 'IPPreference',
  runtime_type: 'Type',
  runtime_path: 'Path',
  cni_conf_dir: 'NetworkPluginConfDir',
  cni_max_conf_num: 'NetworkPluginMaxConfNum',
};

/** What of the document itself does not fit; what plugins are told is theirs. */
export function rootMisfits(root: TomlTable): Misfit[] {
  const { plugins, timeouts: _timeouts, version, ...known } = defaultsOf2();
  const { plugins: given, proxy_plugins: _proxy, stream_processors: _processors, timeouts: _given, ...own } = root;
  const found = misfits(own, { ...known, version: version ?? 0, plugin_dir: '', cgroup: {} }, 'config.Config', []);
  if (given !== undefined && !isTable(given)) found.push(mismatch(given, plugins ?? {}, 'config.Config', ['plugins']));
  return found;
}

/** What does not fit of what one plugin is told, its keys below the plugin's own. */
export function pluginMisfits(id: string, given: TomlValue): Misfit[] {
  const known = (defaultsOf2()['plugins'] as TomlTable)[id];
  if (!isTable(known) || !isTable(given) || structs[id] === undefined) return [];
  return misfits(given, known, `config.${structs[id]}`, []);
}

function misfits(given: TomlTable, known: TomlTable, struct: string, path: readonly string[]): Misfit[] {
  return Object.entries(given).flatMap(([key, value]): Misfit[] => {
    const keys = [...path, key];
    const model = Object.hasOwn(known, key) ? known[key] : Object.hasOwn(unprinted, key) ? unprinted[key] : undefined;
    if (model === undefined) return [{ keys }];
    if (kindOf(value) !== kindOf(model) && !(kindOf(model) === 'float' && kindOf(value) === 'integer')) return [mismatch(value, model, struct, keys)];
    if (!isTable(value) || !isTable(model)) return [];
    if (key === 'runtimes') return Object.entries(value).flatMap(([name, each]) => runtimeMisfits(each, model, [...keys, name]));
    return maps.includes(key) || Object.keys(model).length === 0 ? [] : misfits(value, model, `config.${structs[key] ?? camel(key)}`, keys);
  });
}

const runtimeMisfits = (given: TomlValue, { runc }: TomlTable, path: readonly string[]): Misfit[] =>
  isTable(given) && isTable(runc) ? misfits(given, runc, 'config.Runtime', path) : [];

function mismatch(value: TomlValue, model: TomlValue, struct: string, keys: readonly string[]): Misfit {
  const name = fields[keys.slice(-2).join('.')] ?? fields[keys.at(-1) ?? ''] ?? camel(keys.at(-1) ?? '');
  return { keys, problem: `cannot decode TOML ${kindOf(value)} into struct field ${struct}.${name} of type ${goType(model)}` };
}

const camel = (key: string): string => key.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function kindOf(value: TomlValue): string {
  if (Array.isArray(value)) return 'array';
  if (isTable(value)) return 'table';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value;
}

function goType(model: TomlValue): string {
  const kinds: Readonly<Record<string, string>> = {
    string: 'string',
    integer: 'int',
    float: 'float64',
    boolean: 'bool',
    array: '[]string',
    table: 'map[string]interface {}',
  };
  return kinds[kindOf(model)] ?? 'string';
}
