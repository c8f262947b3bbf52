/** hosts.toml and Docker's folders of certificates (containerd core/remotes/docker/config/hosts.go). */
import { durationProblem, parseGoDuration } from '../apimachinery/duration.ts';
import { parseToml, TomlError } from '../apimachinery/toml.ts';
import type { RegistryEndpoint } from '../interfaces/distribution.ts';
import type { FileSystem } from '../linux/file-system.ts';

type Table = Readonly<Record<string, unknown>>;

/** A host as its folder describes it; without `url` it is the registry itself. */
export type HostEntry = { readonly url?: string; readonly overridePath?: boolean } & Pick<
  RegistryEndpoint,
  'capabilities' | 'skipVerify' | 'headers' | 'dialTimeout'
> & { readonly ca?: readonly string[]; readonly client?: readonly (readonly [string, string])[] };

/** The file is no list of hosts. */
class HostsError extends Error {}

/** What a folder says of a registry; a hosts.toml that is broken is told to `log` and passed over. */
export function readHostsFolder(files: FileSystem, folder: string, log: (line: string) => void): readonly HostEntry[] {
  const path = `${folder}/hosts.toml`;
  const text = files.find(path)?.type === 'file' ? files.read(path) : '';
  if (text === '') return [certificateFiles(files, folder)];
  try {
    return hostsOf(text, folder);
  } catch (error) {
    if (!(error instanceof HostsError) && !(error instanceof TomlError)) throw error;
    const message = error instanceof TomlError ? `toml: ${error.message}` : error.message;
    log(`level=error msg="failed to decode ${path}" error=${/^[\w:.-]+$/.test(message) ? message : JSON.stringify(message)}`);
    return [certificateFiles(files, folder)];
  }
}

function hostsOf(text: string, folder: string): HostEntry[] {
  const { root } = parseToml(text);
  const { server, host } = root;
  if (server !== undefined && typeof server !== 'string') throw mismatch(server, 'Server', 'string');
  const mirrors = Object.entries(tableOf(host)).map(([url, options]) => ({ url, ...entry(tableOf(options), folder) }));
  return [...mirrors, { ...(server === undefined || server === '' ? {} : { url: server }), ...entry(root, folder) }];
}

const tableOf = (value: unknown): Table => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {});
const mismatch = (value: unknown, field: string, type: string): HostsError =>
  new HostsError(`toml: cannot decode TOML ${kindOf(value)} into struct field config.hostFileConfig.${field} of type ${type}`);

function kindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return Array.isArray(value) ? 'array' : typeof value === 'object' ? 'table' : typeof value;
}

/** parseHostConfig. */
function entry({ capabilities, ca, client, skip_verify: skip, header, override_path: own, dial_timeout: dial }: Table, folder: string): HostEntry {
  if (skip !== undefined && typeof skip !== 'boolean') throw mismatch(skip, 'SkipVerify', '*bool');
  if (own !== undefined && typeof own !== 'boolean') throw mismatch(own, 'OverridePath', 'bool');
  if (capabilities !== undefined && !Array.isArray(capabilities)) throw mismatch(capabilities, 'Capabilities', '[]string');
  const able = (capabilities ?? []).map((each) => String(each).toLowerCase());
  const odd = able.find((each) => !['pull', 'resolve', 'push', 'referrers'].includes(each));
  if (odd !== undefined) throw new HostsError(`unknown capability ${(capabilities ?? [])[able.indexOf(odd)]}`);
  if (dial !== undefined && (typeof dial !== 'string' || durationProblem(dial) !== undefined)) throw new HostsError(durationProblem(String(dial)) ?? '');
  const absolute = (path: unknown): string => {
    if (typeof path !== 'string') throw new HostsError(`unable to cast ${String(path)} to string`);
    return path.startsWith('/') ? path : `${folder}/${path}`;
  };
  return {
    ...(own === true ? { overridePath: true } : {}),
    ...(typeof skip === 'boolean' ? { skipVerify: skip } : {}),
    ...(able.length > 0 ? { capabilities: able } : {}),
    ...(ca === undefined ? {} : { ca: oneOrMore(ca, 'ca').map(absolute) }),
    ...(client === undefined ? {} : { client: oneOrMore(client, 'client').map((each) => pair(each, absolute)) }),
    ...headersOf(header),
    ...(typeof dial === 'string' ? { dialTimeout: parseGoDuration(dial) } : {}),
  };
}

function oneOrMore(value: unknown, key: string): readonly unknown[] {
  if (typeof value !== 'string' && !Array.isArray(value)) throw new HostsError(`invalid type ${String(value)} for "${key}"`);
  return Array.isArray(value) ? value : [value];
}

/** A file with both, or certificate and key. */
function pair(value: unknown, absolute: (path: unknown) => string): readonly [string, string] {
  if (!Array.isArray(value)) return [absolute(value), ''];
  if (value.length !== 2) throw new HostsError(`invalid pair [${value.join(' ')}] for "client"`);
  return [absolute(value[0]), absolute(value[1])];
}

function headersOf(header: unknown): { readonly headers?: Readonly<Record<string, string>> } {
  const found = Object.entries(tableOf(header)).map(([name, value]): [string, string] => {
    if (typeof value !== 'string' && !Array.isArray(value)) throw new HostsError(`invalid type ${String(value)} for header "${name}"`);
    return [name, Array.isArray(value) ? value.join(',') : value];
  });
  return found.length === 0 ? {} : { headers: Object.fromEntries(found) };
}

/** Docker's way (certs.d/HOST/ca.crt): every *.crt is an authority, every *.cert a certificate of the client's. */
function certificateFiles(files: FileSystem, folder: string): HostEntry {
  const names =
    files.find(folder)?.type === 'directory'
      ? files
          .list(folder)
          .filter(([, inode]) => inode.type === 'file')
          .map(([name]) => name)
      : [];
  const ca = names.filter((name) => name.endsWith('.crt')).map((name) => `${folder}/${name}`);
  const client = names
    .filter((name) => name.endsWith('.cert'))
    .map((name): [string, string] => {
      const key = name.replace(/cert$/, 'key');
      return [`${folder}/${name}`, names.includes(key) ? `${folder}/${key}` : ''];
    });
  return { ...(ca.length > 0 ? { ca } : {}), ...(client.length > 0 ? { client } : {}) };
}
