/** Network configurations in /etc/cni/net.d: libcni/conf.go. */
import { JsonError, parseJson } from '../apimachinery/json.ts';
import { type CniConfList, CniError } from '../interfaces/cni.ts';
import type { FileSystem } from '../linux/file-system.ts';

/** One plugin's part of a configuration list. */
export type PluginConf = Readonly<Record<string, unknown>>;

/** Reads a folder of configurations; what has not changed is not parsed again. */
export class ConfLoader {
  readonly #files: FileSystem;
  readonly #parsed = new Map<string, { readonly text: string; readonly list: CniConfList }>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** The first configuration by file name, or the first that can be read (`skipBroken`); whether its plugins are there, go-cni sees only when it runs them. */
  load(confDir: string, skipBroken: boolean): CniConfList {
    let problem: CniError | undefined;
    const folder = this.#files.find(confDir);
    for (const [name, inode] of folder?.type === 'directory' ? folder.entries() : []) {
      if (!/\.(conf|conflist|json)$/.test(name) || inode.type === 'directory') continue;
      try {
        return this.#parse(`${confDir}/${name}`);
      } catch (error) {
        if (!(error instanceof CniError) || !skipBroken) throw error;
        problem ??= error;
      }
    }
    throw problem ?? new CniError(`no networks found in ${confDir}`);
  }

  #parse(path: string): CniConfList {
    const text = this.#files.read(path);
    const known = this.#parsed.get(path);
    if (known?.text === text) return known.list;
    const list = parse(text, path, path.endsWith('.conflist'));
    this.#parsed.set(path, { text, list });
    return list;
  }
}

/** libcni ConfListFromBytes and ConfFromBytes, with what go-cni says of a list without plugins. */
function parse(text: string, path: string, isList: boolean): CniConfList {
  const wrong = (problem: string): CniError => new CniError(`error parsing configuration${isList ? ' list' : ''}: ${problem}`, path);
  let value: Record<string, unknown>;
  try {
    value = parseJson(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw wrong(error.message);
  }
  const { name, plugins } = value;
  if (isList && name === undefined) throw wrong('no name');
  if (isList && typeof name !== 'string') throw wrong(`invalid name type ${goType(name)}`);
  const cniVersion = String(value['cniVersion'] ?? '0.2.0');
  if (!isList) {
    if (!value['type']) throw wrong("missing 'type'");
    return { cniVersion, name: String(name ?? ''), plugins: [value] };
  }
  if (plugins === undefined) throw new CniError(`CNI config list in config file ${path} has no networks, skipping`, path);
  if (!Array.isArray(plugins)) throw wrong(`invalid 'plugins' type ${goType(plugins)}`);
  if (plugins.length === 0) throw wrong('no plugins in list');
  const untyped = (plugins as PluginConf[]).findIndex((plugin) => !plugin['type']);
  if (untyped >= 0) throw new CniError(`failed to parse plugin config ${untyped}: error parsing configuration: missing 'type'`, path);
  return { cniVersion, name: String(name), plugins: plugins as PluginConf[] };
}

const goTypes: Readonly<Record<string, string>> = { string: 'string', number: 'float64', boolean: 'bool' };
const goType = (value: unknown): string =>
  goTypes[typeof value] ?? (Array.isArray(value) ? '[]interface {}' : value === null ? '<nil>' : 'map[string]interface {}');

/** Where a plugin's binary is; throws libcni's text when it is missing. */
export function pluginPath(files: FileSystem, binDir: string, plugin: PluginConf): string {
  const type = String(plugin['type'] ?? '');
  if (type === '') throw new CniError("error parsing configuration list: missing 'type'");
  const path = `${binDir}/${type}`;
  if (files.find(path)?.type === 'file') return path;
  throw new CniError(`failed to find plugin "${type}" in path [${binDir}]`);
}
