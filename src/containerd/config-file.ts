/** /etc/containerd/config.toml: read, checked, brought to the newest version, and what the daemon makes of it (containerd cmd/containerd/server/config). */

import { isTable, parseToml, TomlError, type TomlTable, type TomlValue, writeToml } from '../apimachinery/toml.ts';
import type { LegacyRegistries } from '../interfaces/distribution.ts';
import { containerdBuild } from '../interfaces/releases.ts';
import { remembered } from '../sim/remembered.ts';
import { type ContainerdConfig, defaultConfig } from './config.ts';
import { pluginMisfits, rootMisfits } from './config-check.ts';
import { defaultsOf1, defaultsOf2 } from './config-defaults.ts';

/** Lines for the daemon's log, and why it does not start. */
export class ConfigError extends Error {
  readonly log: readonly string[];
  constructor(message: string, log: readonly string[] = []) {
    super(message);
    this.log = log;
  }
}

/** A configuration file as it was understood, with what is to be said of it. */
export type LoadedConfig = {
  /** Everything that holds: the defaults with what the file says over them, in the newest version. */
  readonly whole: TomlTable;
  readonly settings: ContainerdConfig;
  /** logrus lines without their time: `level=warning msg="…" …`. */
  readonly warnings: readonly string[];
};

/** Which containerd reads the file: `v2.3.4`, `v1.6.33`. */
type Version = string;

const isOne = (version: Version): boolean => version.startsWith('v1.');
const newestVersion = (version: Version): number => (isOne(version) ? 2 : 4);
const defaultsFor = (version: Version): TomlTable => (isOne(version) ? defaultsOf1() : defaultsOf2());
const style = (version: Version) => (isOne(version) ? ('double' as const) : ('single' as const));

/** `containerd config default`. */
export const defaultText = remembered((version: Version): string => writeToml(defaultsFor(version), style(version)));
/** As `containerd config dump` prints it. */
export const textOf = (whole: TomlTable, version: Version): string => writeToml(whole, style(version));

/** The file's text alone, read by that containerd. Throws ConfigError. An empty text is a file that says nothing. */
export const loadConfig = remembered((text: string, file: string, version: Version): LoadedConfig => {
  const { document, warnings } = readDocument(text, file, version, '0');
  return assembled(mergedConfigs([document], version), version, warnings);
});

/** What one file says, in the newest version. */
type ConfigDocument = { readonly document: TomlTable; readonly given: number; readonly imports: readonly string[]; readonly warnings: readonly string[] };

/** `rootVersion` is that of the file which imports this one, 0 for none. Throws ConfigError. Each node that comes up reads the same file. */
export const readDocument = remembered((text: string, file: string, version: Version, rootVersion: string): ConfigDocument => {
  const { root, ...places } = parse(text, file, version);
  const given = typeof root['version'] === 'number' ? root['version'] : isOne(version) ? 1 : 0;
  if (rootVersion !== '0' && given > Number(rootVersion) && !isOne(version))
    throw new ConfigError(`drop-in config version ${given} higher than root config version ${rootVersion}`);
  check(root, given, file, version);
  const warnings = isOne(version) ? [] : ownKeys(root, places, file);
  const document = migrate(root, given, version);
  if (text.trim() !== '' && given < newestVersion(version) && !isOne(version))
    warnings.push(`level=warning msg="Configuration migrated from version ${given}, use \`containerd config migrate\` to avoid migration" t="18.157µs"`);
  return { document, given, imports: list(root['imports']), warnings };
});

/** What plugins are told is read when all files are together. Throws ConfigError. */
export function assembled(merged: TomlTable, version: Version, warnings: readonly string[]): LoadedConfig {
  const ofPlugins = isOne(version) ? [] : pluginKeys(table(merged['plugins']));
  const whole = merge(defaultsFor(version), merged);
  return { whole, settings: settingsOf(whole, version), warnings: [...warnings, ...ofPlugins, ...deprecated(whole, version)] };
}

const insteadOf = { mirrors: '`config_path`', configs: '`config_path`', auths: '`ImagePullSecrets`' };

/** What the image half of CRI says of settings that go. */
function deprecated(whole: TomlTable, version: Version): string[] {
  const registry = table(table(table(whole['plugins'])[isOne(version) ? cri : images])['registry']);
  return Object.entries(insteadOf)
    .filter(([key]) => Object.keys(table(registry[key])).length > 0)
    .map(([key, instead]) => `level=warning msg="\`${key}\` is deprecated, please use ${instead} instead"`);
}

const byKey = ['stream_processors', 'proxy_plugins', 'timeouts'];

/**
 * The files one over another (mergeConfig): lists are added to, what is empty changes nothing, processors, proxies and timeouts are replaced whole;
 * so are plugins in containerd 1, while 2 merges what they are told.
 */
export function mergedConfigs([first = {}, ...drops]: readonly TomlTable[], version: Version): TomlTable {
  const merged = { ...first };
  for (const from of drops)
    for (const [key, value] of Object.entries(from)) {
      const below = merged[key];
      if (Array.isArray(value)) {
        const there = Array.isArray(below) ? below : [];
        merged[key] = [...there, ...value.filter((each) => !there.includes(each))];
      } else if (!isTable(value)) {
        if (value) merged[key] = value;
      } else if (!isTable(below)) merged[key] = value;
      else if (byKey.includes(key) || (key === 'plugins' && isOne(version))) merged[key] = { ...below, ...value };
      else merged[key] = merge(below, value);
    }
  return merged;
}

type Places = Omit<ReturnType<typeof parseToml>, 'root'>;

function parse(text: string, file: string, version: Version): ReturnType<typeof parseToml> {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { row, column, message } = error;
    if (isOne(version)) throw new ConfigError(`failed to load TOML: ${file}: (${row}, ${column}): ${message}`);
    throw new ConfigError(`failed to unmarshal TOML at row ${row} column ${column}: toml: ${message}`, [
      `level=error msg="Failure unmarshaling TOML" column=${column} error="toml: ${message}" file=${file} row=${row}`,
    ]);
  }
}

function check(root: TomlTable, given: number, file: string, version: Version): void {
  const newest = newestVersion(version);
  if (given > newest)
    throw new ConfigError(
      isOne(version)
        ? `failed to load TOML from ${file}: expected containerd config version \`${newest}\`, got \`${given}\``
        : `failed to load TOML from ${file}: expected containerd config version equal to or less than \`${newest}\`, got \`${given}\``,
    );
  if (given < 2) return;
  for (const each of list(root['disabled_plugins']))
    if (!/^io\.containerd\.[^.]+\.v\d+/.test(each))
      throw new ConfigError(`failed to load TOML from ${file}: invalid disabled plugin URI "${each}" expect io.containerd.x.vx`);
}

/** What does not fit the types of the document itself ends the daemon; a key that nobody knows is told of. */
function ownKeys(root: TomlTable, places: Places, file: string): string[] {
  return rootMisfits(root).map(({ keys, problem }) => {
    const key = keys.join('.');
    const row = places.rows.get(key) ?? 1;
    if (problem === undefined)
      return `level=warning msg="Ignoring unknown key in TOML" column=1 error="strict mode: fields in the document are missing in the target struct" file=${file} key=${keys.join(' ')} row=${row}`;
    const column = places.columns.get(key) ?? 1;
    throw new ConfigError(`failed to unmarshal TOML at row ${row} column ${column}: toml: ${problem}`, [
      `level=error msg="Failure unmarshaling TOML" column=${column} error="toml: ${problem}" file=${file} row=${row}`,
    ]);
  });
}

/** The same of what plugins are told: each reads its own part when it loads. */
function pluginKeys(plugins: TomlTable): string[] {
  return Object.entries(plugins).flatMap(([plugin, given]) =>
    pluginMisfits(plugin, given).map(({ keys, problem }) => {
      if (problem !== undefined) throw new ConfigError(`toml: ${problem}`);
      return `level=warning msg="Ignoring unknown key in TOML for plugin" error="strict mode: fields in the document are missing in the target struct" key="${keys.join(' ')}" plugin=${plugin}`;
    }),
  );
}

const cri = 'io.containerd.grpc.v1.cri';
const images = 'io.containerd.cri.v1.images';
const runtime = 'io.containerd.cri.v1.runtime';

/** From version 1 to 2: plugins get their full names. From 2 to 3: the CRI plugin's settings go to two plugins. */
function migrate(root: TomlTable, given: number, version: Version): TomlTable {
  let at = root;
  if (given < 2)
    at = { ...at, disabled_plugins: list(at['disabled_plugins']).map((each) => (each === 'cri' ? cri : each)), plugins: renamed(table(at['plugins'])) };
  if (given < 3 && !isOne(version)) at = { ...at, plugins: split(table(at['plugins'])) };
  return { ...at, version: newestVersion(version) };
}

const renamed = (plugins: TomlTable): TomlTable => Object.fromEntries(Object.entries(plugins).map(([key, value]) => [key === 'cri' ? cri : key, value]));

const imageKeys = new Set([
  'snapshotter',
  'disable_snapshot_annotations',
  'discard_unpacked_layers',
  'max_concurrent_downloads',
  'image_pull_progress_timeout',
  'image_pull_with_sync_fs',
  'stats_collect_period',
  'registry',
  'image_decryption',
]);
const serverKeys = /^(stream_|disable_tcp_service|enable_tls_streaming|x509_)/;
const gone = new Set(['systemd_cgroup', 'disable_cgroup', 'no_pivot', 'untrusted_workload_runtime', 'default_runtime']);

function split(plugins: TomlTable): TomlTable {
  const old = plugins[cri];
  if (!isTable(old)) return plugins;
  const parts: Record<string, TomlTable> = { [images]: {}, [runtime]: {}, [cri]: {} };
  const put = (plugin: string, key: string, value: TomlValue): void => {
    parts[plugin] = { ...parts[plugin], [key]: value };
  };
  for (const [key, value] of Object.entries(old)) {
    if (gone.has(key)) continue;
    if (key === 'sandbox_image') put(images, 'pinned_images', { sandbox: value });
    else if (key === 'containerd' && isTable(value)) {
      for (const [inner, each] of Object.entries(value)) if (imageKeys.has(inner)) put(images, inner, each);
      put(runtime, 'containerd', Object.fromEntries(Object.entries(value).filter(([inner]) => !imageKeys.has(inner) && !gone.has(inner))));
    } else if (key === 'cni' && isTable(value)) {
      const { bin_dir, ...rest } = value;
      put(runtime, 'cni', typeof bin_dir === 'string' ? { bin_dirs: [bin_dir], ...rest } : rest);
    } else put(imageKeys.has(key) ? images : serverKeys.test(key) ? cri : runtime, key, value);
  }
  const { [cri]: _old, ...others } = plugins;
  return { ...others, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0)) };
}

/** Tables are merged, all else is replaced. */
function merge(base: TomlTable, over: TomlTable): TomlTable {
  const merged: TomlTable = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}

function settingsOf(whole: TomlTable, version: Version): ContainerdConfig {
  const plugins = table(whole['plugins']);
  const old = table(plugins[cri]);
  const [image, run] = isOne(version) ? [old, old] : [table(plugins[images]), table(plugins[runtime])];
  const runtimes = table(table(run['containerd'])['runtimes']);
  const first = text(table(run['containerd'])['default_runtime_name'], 'runc');
  const cni = table(run['cni']);
  return {
    ...defaultConfig,
    version,
    revision: containerdBuild(version).revision,
    sandboxImage: isOne(version) ? text(image['sandbox_image'], '') : text(table(image['pinned_images'])['sandbox'], defaultConfig.sandboxImage),
    runtimes: [first, ...Object.keys(runtimes).filter((name) => name !== first)],
    systemdCgroup: table(table(runtimes[first])['options'])['SystemdCgroup'] === true,
    disabledPlugins: list(whole['disabled_plugins']),
    // internal/cri/config/config.go ValidateRuntimeConfig; its back-ticks are like that.
    ...(Object.hasOwn(runtimes, first)
      ? {}
      : { criProblem: `no corresponding runtime configured in \`containerd.runtimes\` for \`containerd\` \`default_runtime_name = "${first}"` }),
    cniConfDir: text(cni['conf_dir'], defaultConfig.cniConfDir),
    cniBinDir: text(cni['bin_dir'], list(cni['bin_dirs'])[0] ?? defaultConfig.cniBinDir),
    proxySnapshotters: new Map(
      Object.entries(table(whole['proxy_plugins'])).flatMap(([name, each]) =>
        isTable(each) && each['type'] === 'snapshot' ? [[name, text(each['address'], '')] as const] : [],
      ),
    ),
    ...registrySettings(table(image['registry'])),
  };
}

/** internal/cri/config/config.go ValidateImageConfig: a folder, or the older tables. */
function registrySettings(registry: TomlTable): Partial<ContainerdConfig> {
  const registryConfigPath = text(registry['config_path'], '');
  const mirrors = Object.entries(table(registry['mirrors']));
  const configs = Object.entries(table(registry['configs']));
  if (mirrors.length > 0 && registryConfigPath !== '')
    return { registryConfigPath, imageProblem: 'invalid cri image config: `mirrors` cannot be set when `config_path` is provided' };
  if (registryConfigPath !== '' || mirrors.length + configs.length === 0) return { registryConfigPath };
  const legacyRegistries = {
    mirrors: Object.fromEntries(mirrors.map(([host, each]) => [host, list(table(each)['endpoint'])])),
    configs: Object.fromEntries(configs.map(([host, each]) => [host, registryConfig(table(each))])),
  };
  return { registryConfigPath, legacyRegistries };
}

function registryConfig(config: TomlTable): LegacyRegistries['configs'][string] {
  const [tls, auth] = [table(config['tls']), table(config['auth'])];
  const ca = text(tls['ca_file'], '');
  return {
    ...(tls['insecure_skip_verify'] === true ? { insecure: true } : {}),
    ...(ca === '' ? {} : { ca }),
    ...(auth['username'] === undefined ? {} : { user: `${text(auth['username'], '')}:${text(auth['password'], '')}` }),
  };
}

const table = (value: TomlValue | undefined): TomlTable => (isTable(value) ? value : {});
const text = (value: TomlValue | undefined, otherwise: string): string => (typeof value === 'string' && value !== '' ? value : otherwise);
const list = (value: TomlValue | undefined): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []);
