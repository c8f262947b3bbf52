/** Network configurations in /etc/cni/net.d: libcni/conf.go. */
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

  /** The first configuration by file name that can be read; whether its plugins are there, go-cni sees only when it runs them. */
  load(confDir: string): CniConfList {
    let problem: CniError | undefined;
    const folder = this.#files.find(confDir);
    for (const [name, inode] of folder?.type === 'directory' ? folder.entries() : []) {
      if (!/\.(conf|conflist|json)$/.test(name) || inode.type === 'directory') continue;
      try {
        return this.#parse(`${confDir}/${name}`);
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
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

function parse(text: string, path: string, isList: boolean): CniConfList {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CniError(`error parsing configuration list: ${jsonProblem(text)}`);
  }
  if (typeof value['name'] !== 'string') throw new CniError(`error parsing configuration list: no name`);
  const cniVersion = String(value['cniVersion'] ?? '0.2.0');
  if (!isList) return { cniVersion, name: value['name'], plugins: [value] };
  const plugins = value['plugins'];
  if (plugins === undefined) throw new CniError("error parsing configuration list: no 'plugins' key");
  if (!Array.isArray(plugins)) throw new CniError("error parsing configuration list: invalid 'plugins' type");
  if (plugins.length === 0) throw new CniError(`CNI config list ${path} has no networks`);
  return { cniVersion, name: value['name'], plugins: plugins as PluginConf[] };
}

/** encoding/json's words for a text that ends too early, and for any other mistake. */
const jsonProblem = (text: string): string => (/[}\]]\s*$/.test(text) ? 'invalid character in JSON text' : 'unexpected end of JSON input');

/** Where a plugin's binary is; throws libcni's text when it is missing. */
export function pluginPath(files: FileSystem, binDir: string, plugin: PluginConf): string {
  const type = String(plugin['type'] ?? '');
  if (type === '') throw new CniError("error parsing configuration list: missing 'type'");
  const path = `${binDir}/${type}`;
  if (files.find(path)?.type === 'file') return path;
  throw new CniError(`failed to find plugin "${type}" in path [${binDir}]`);
}
