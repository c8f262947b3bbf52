/** /etc/crio/crio.conf and its drop-ins: defaults, what the files say over them, and what is made of both (CRI-O pkg/config/config.go). */
import { isTable, parseToml, TomlError, type TomlTable, type TomlValue } from '../apimachinery/toml.ts';

/** One entry of `[crio.runtime.runtimes]`. */
export type RuntimeHandler = { readonly path: string; readonly root: string; readonly monitorPath: string; readonly monitorCgroup: string };

/** crio.conf as it counts. */
export type CrioConfig = {
  /** Everything that holds, as tables below `crio`. */
  readonly whole: TomlTable;
  readonly listen: string;
  readonly defaultRuntime: string;
  readonly runtimes: ReadonlyMap<string, RuntimeHandler>;
  readonly systemdCgroup: boolean;
  readonly dropInfraCtr: boolean;
  readonly capabilities: readonly string[];
  readonly pauseImage: string;
  readonly pauseCommand: string;
  readonly pinnedImages: readonly string[];
  readonly policyPath: string;
  readonly shortNameMode: string;
  readonly networkDir: string;
  readonly pluginDir: string;
  readonly namespacesDir: string;
  readonly exitsDir: string;
};

/** Why CRI-O does not start. */
export class ConfigError extends Error {}

const handler = {
  runtime_path: '',
  runtime_type: 'oci',
  runtime_root: '',
  inherit_default_runtime: false,
  runtime_config_path: '',
  container_min_memory: '',
  monitor_path: '',
  monitor_cgroup: 'system.slice',
  monitor_exec_cgroup: '',
  allowed_annotations: [],
  privileged_without_host_devices: false,
};

/** Of CRI-O 1.35, in the order of its template. */
export const defaults = (): TomlTable => ({
  root: '/var/lib/containers/storage',
  runroot: '/run/containers/storage',
  storage_driver: 'overlay',
  log_dir: '/var/log/crio/pods',
  version_file: '/var/run/crio/version',
  clean_shutdown_file: '/var/lib/crio/clean.shutdown',
  internal_wipe: true,
  internal_repair: true,
  api: { listen: '/var/run/crio/crio.sock', stream_address: '127.0.0.1', stream_port: '0', grpc_max_send_msg_size: 83886080, grpc_max_recv_msg_size: 83886080 },
  runtime: {
    no_pivot: false,
    conmon: '',
    conmon_cgroup: '',
    selinux: false,
    seccomp_profile: '',
    apparmor_profile: 'crio-default',
    cgroup_manager: 'systemd',
    default_capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'SETGID', 'SETUID', 'SETPCAP', 'NET_BIND_SERVICE', 'KILL'],
    default_sysctls: [],
    hooks_dir: ['/usr/share/containers/oci/hooks.d'],
    pids_limit: -1,
    log_size_max: -1,
    log_to_journald: false,
    container_exits_dir: '/var/run/crio/exits',
    container_attach_socket_dir: '/var/run/crio',
    read_only: false,
    log_level: 'info',
    ctr_stop_timeout: 30,
    drop_infra_ctr: true,
    namespaces_dir: '/var/run',
    pinns_path: '',
    enable_pod_events: false,
    default_runtime: 'crun',
    runtimes: { crun: { ...handler } },
  },
  image: {
    default_transport: 'docker://',
    global_auth_file: '',
    pause_image: 'registry.k8s.io/pause:3.10.1',
    pause_command: '/pause',
    pinned_images: [],
    signature_policy: '',
    signature_policy_dir: '/etc/crio/policies',
    image_volumes: 'mkdir',
    short_name_mode: 'enforcing',
  },
  network: { cni_default_network: '', network_dir: '/etc/cni/net.d/', plugin_dirs: ['/opt/cni/bin/'] },
  metrics: { enable_metrics: false, metrics_host: '127.0.0.1', metrics_port: 9090 },
  tracing: { enable_tracing: false, tracing_endpoint: '127.0.0.1:4317' },
  nri: { enable_nri: true, nri_listen: '/var/run/nri/nri.sock' },
  stats: { stats_collection_period: 0 },
});

/** The files one after the other, each over what was before. */
export function loadConfig(files: readonly { readonly path: string; readonly text: string; readonly single?: boolean }[]): CrioConfig {
  let whole = defaults();
  for (const { path, text, single } of files) {
    const where = single ? 'update config from file: update config from drop-in file' : 'update config from path: walk path';
    const failed = (why: string): ConfigError => new ConfigError(`${where}: unable to decode configuration ${path}: ${why}`);
    try {
      const { crio } = parseToml(text).root;
      if (isTable(crio)) whole = merged(whole, crio, ['crio'], failed);
    } catch (error) {
      if (error instanceof TomlError) throw failed(`toml: line ${error.row}: ${error.message}`);
      throw error;
    }
  }
  return settings(whole);
}

const kind = (value: TomlValue): string => (Array.isArray(value) ? 'slice' : typeof value === 'number' ? 'integer' : typeof value);

/** Keys that CRI-O does not know are ignored, as its decoder ignores them. */
function merged(base: TomlTable, over: TomlTable, path: readonly string[], failed: (why: string) => ConfigError): TomlTable {
  const result: TomlTable = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const at = [...path, key];
    // Runtimes may have any name; each begins as an empty handler.
    const known = base[key] ?? (path.join('.') === 'crio.runtime.runtimes' ? { ...handler } : undefined);
    if (known === undefined) continue;
    if (isTable(known) && isTable(value)) result[key] = merged(known, value, at, failed);
    else if (kind(known) !== kind(value))
      throw failed(`toml: incompatible types: TOML value has type ${kind(value)}; destination has type ${isTable(known) ? 'table' : kind(known)}`);
    else result[key] = value;
  }
  return result;
}

const table = (value: TomlValue | undefined): TomlTable => (isTable(value) ? value : {});
const list = (value: TomlValue | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: TomlValue | undefined, otherwise = ''): string => (typeof value === 'string' && value !== '' ? value : otherwise);

function settings(whole: TomlTable): CrioConfig {
  const { api, runtime, image, network } = {
    api: table(whole['api']),
    runtime: table(whole['runtime']),
    image: table(whole['image']),
    network: table(whole['network']),
  };
  const capabilities = list(runtime['default_capabilities']).map((name) => `CAP_${name.toUpperCase()}`);
  return {
    whole,
    listen: text(api['listen']),
    defaultRuntime: text(runtime['default_runtime']),
    runtimes: new Map(
      Object.entries(table(runtime['runtimes'])).map(([name, value]) => {
        const given = table(value);
        return [
          name,
          {
            path: text(given['runtime_path'], `/usr/bin/${name}`),
            root: text(given['runtime_root'], `/run/${name}`),
            monitorPath: text(given['monitor_path'], text(runtime['conmon'], '/usr/bin/conmon')),
            monitorCgroup: text(given['monitor_cgroup']),
          },
        ];
      }),
    ),
    systemdCgroup: runtime['cgroup_manager'] === 'systemd',
    dropInfraCtr: runtime['drop_infra_ctr'] === true,
    capabilities,
    pauseImage: text(image['pause_image']),
    pauseCommand: text(image['pause_command']),
    pinnedImages: list(image['pinned_images']),
    policyPath: text(image['signature_policy'], '/etc/containers/policy.json'),
    shortNameMode: text(image['short_name_mode'], 'enforcing'),
    networkDir: text(network['network_dir']).replace(/\/+$/, ''),
    pluginDir: (list(network['plugin_dirs'])[0] ?? '').replace(/\/+$/, ''),
    namespacesDir: text(runtime['namespaces_dir']).replace(/^\/var\/run/, '/run'),
    exitsDir: text(runtime['container_exits_dir']),
  };
}

/** What must hold before it starts; throws ConfigError. `exists` looks on the machine. */
export function validate(config: CrioConfig, exists: (path: string) => boolean): void {
  const { runtimes, defaultRuntime, whole } = config;
  const wrong = (why: string): ConfigError => new ConfigError(`validating ${why}`);
  const runtime = table(whole['runtime']);
  const level = String(runtime['log_level']);
  if (!/^(trace|debug|info|warn|warning|error|fatal|panic)$/i.test(level)) throw new ConfigError(`not a valid logrus Level: ${JSON.stringify(level)}`);
  const used = runtimes.get(defaultRuntime);
  if (!used)
    throw wrong(`runtime config: default_runtime set to "${defaultRuntime}", but no runtime entry table [crio.runtime.runtimes.${defaultRuntime}] was found`);
  if (!['systemd', 'cgroupfs'].includes(String(runtime['cgroup_manager'])))
    throw wrong(`runtime config: unable to update cgroup manager: invalid cgroup manager: ${String(runtime['cgroup_manager'])}`);
  const gone = (path: string): string => `stat ${path}: no such file or directory`;
  if (!exists(used.path)) throw wrong(`runtime config: runtime validation: invalid runtime_path for runtime '${defaultRuntime}': "${gone(used.path)}"`);
  if (!exists(used.monitorPath))
    throw wrong(
      `runtime config: monitor fields translation: failed to translate monitor fields for runtime ${defaultRuntime}: invalid conmon path: ${gone(used.monitorPath)}`,
    );
  if (used.monitorCgroup !== 'pod' && used.monitorCgroup !== '' && !(config.systemdCgroup && used.monitorCgroup.endsWith('.slice')))
    throw wrong(
      `runtime config: monitor fields translation: failed to translate monitor fields for runtime ${defaultRuntime}: ${config.systemdCgroup ? "conmon cgroup should be 'pod' or a systemd slice" : `cgroupfs manager conmon cgroup should be 'pod' or empty, but got: '${used.monitorCgroup}'`}`,
    );
  if (!/^[\w.-]+(:\d+)?\/[\w./-]+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(config.pauseImage))
    throw wrong(`image config: invalid pause image "${config.pauseImage}": invalid reference format`);
  if (!['enforcing', 'disabled'].includes(config.shortNameMode)) throw wrong(`image config: invalid short name mode "${config.shortNameMode}"`);
  if (!exists(config.pluginDir)) throw wrong(`network config: invalid plugin_dirs entry: ${gone(`${config.pluginDir}/`)}`);
}
