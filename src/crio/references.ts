/** Names of images: short ones by registries.conf, and what may be pulled by policy.json (containers/image pkg/shortnames, pkg/sysregistriesv2, signature). */
import { isTable, parseToml, TomlError, type TomlTable, type TomlValue } from '../apimachinery/toml.ts';
import { CriError } from '../interfaces/cri.ts';
import type { FileSystem } from '../linux/file-system.ts';

/** A name of an image in its parts. */
export type Reference = {
  /** `docker.io/library/nginx` */
  readonly name: string;
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** `docker.io/library/nginx:1.27` */
  readonly full: string;
  /** As Docker's words make it short: `nginx:1.27`. */
  readonly familiar: string;
};

const registriesConf = '/etc/containers/registries.conf';
const registriesFolder = `${registriesConf}.d`;

/** Most of CRI-O's errors have no gRPC code of their own. */
export const unknown = (text: string): CriError => new CriError('Unknown', text);

/** A whole name in parts; a tag beside a digest falls. Throws CriError. */
function parseReference(text: string): Reference {
  const slash = text.indexOf('/');
  const [base = '', digest] = text.split('@');
  const host = text.slice(0, slash);
  const path = base.slice(slash + 1).replace(/:[^:/]*$/, '');
  const given = /:([^:/]+)$/.exec(base.slice(slash))?.[1];
  if (
    !/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(path) ||
    (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
  )
    throw unknown(`cannot parse input: ${JSON.stringify(text)}: ${/[A-Z]/.test(path) ? `repository name must be lowercase` : 'invalid reference format'}`);
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  const name = `${host}/${repository}`;
  const tag = digest === undefined ? (given ?? 'latest') : undefined;
  const full = digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
  return { name, host, repository, tag, digest, full, familiar: full.replace(/^docker\.io\/(library\/)?/, '') };
}

const isShort = (text: string): boolean => {
  const first = text.includes('/') ? (text.split('/')[0] as string) : '';
  return !(first.includes('.') || first.includes(':') || first === 'localhost');
};

type RegistryEntry = {
  readonly prefix: string;
  readonly location: string;
  readonly blocked: boolean;
  readonly mirrors: readonly string[];
  readonly insecure: readonly string[];
};
type Registries = {
  readonly search: readonly string[];
  /** The file that says where to search. */
  readonly searchFile: string | undefined;
  readonly aliases: ReadonlyMap<string, string>;
  readonly entries: readonly RegistryEntry[];
};

const strings = (value: TomlValue | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
const word = (value: TomlValue | undefined): string => (typeof value === 'string' ? value : '');

/** registries.conf and its drop-ins; throws CriError where one cannot be read. */
function readRegistries(files: FileSystem): Registries {
  const folder = files.isDirectory(registriesFolder) ? files.list(registriesFolder).map(([name]) => `${registriesFolder}/${name}`) : [];
  const paths = [...(files.find(registriesConf)?.type === 'file' ? [registriesConf] : []), ...folder.filter((path) => path.endsWith('.conf')).sort()];
  let [search, searchFile]: [readonly string[], string | undefined] = [[], undefined];
  const aliases = new Map<string, string>();
  const entries: RegistryEntry[] = [];
  for (const path of paths) {
    const root = parsed(files.read(path), path);
    searchFile ??= path;
    if (root['unqualified-search-registries'] !== undefined) [search, searchFile] = [strings(root['unqualified-search-registries']), path];
    for (const [name, value] of Object.entries(isTable(root['aliases']) ? root['aliases'] : {})) aliases.set(name, word(value));
    for (const each of Array.isArray(root['registry']) ? root['registry'] : []) if (isTable(each)) entries.push(entryOf(each));
  }
  return { search, searchFile, aliases, entries };
}

function entryOf(each: TomlTable): RegistryEntry {
  const location = word(each['location']) || word(each['prefix']);
  const mirrors = (Array.isArray(each['mirror']) ? each['mirror'] : []).filter(isTable);
  const insecure = [...mirrors, each].filter((table) => table['insecure'] === true).map((table) => word(table['location']) || location);
  return {
    prefix: word(each['prefix']) || word(each['location']),
    location,
    blocked: each['blocked'] === true,
    mirrors: mirrors.map((mirror) => word(mirror['location'])),
    insecure,
  };
}

/** Whether plain HTTP, or anybody's certificate, will do for a host. */
export const isInsecure = (files: FileSystem, host: string): boolean =>
  readRegistries(files).entries.some(({ insecure }) => insecure.some((location) => location === host || location.startsWith(`${host}/`)));

function parsed(text: string, path: string): TomlTable {
  try {
    return parseToml(text).root;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw unknown(`loading registries configuration ${JSON.stringify(path)}: toml: line ${error.row}: ${error.message}`);
  }
}

/** The whole names that an image's name may stand for, in order; `say` is told how a short one was found. Throws CriError. */
export function candidates(files: FileSystem, image: string, mode: string, say: (text: string) => void = () => {}): Reference[] {
  if (!isShort(image)) return [parseReference(image)];
  const { search, searchFile, aliases } = readRegistries(files);
  const bare = image.replace(/[:@].*$/, '');
  const alias = aliases.get(bare);
  if (alias) {
    say(`Resolved ${JSON.stringify(bare)} as an alias (${registriesConf})`);
    return [parseReference(alias + image.slice(bare.length))];
  }
  if (searchFile === undefined) throw unknown(`short-name ${JSON.stringify(image)} did not resolve to an alias and no containers-registries.conf(5) was found`);
  if (search.length === 0)
    throw unknown(
      `short-name ${JSON.stringify(image)} did not resolve to an alias and no unqualified-search registries are defined in ${JSON.stringify(searchFile)}`,
    );
  if (search.length > 1 && mode === 'enforcing') throw unknown(`short name mode is enforcing, but image name ${image} returns ambiguous list`);
  say(`Resolving ${JSON.stringify(bare)} using unqualified-search registries (${searchFile})`);
  return search.map((host) => parseReference(`${host}/${image}`));
}

/** Where to ask for an image: its mirrors, then its registry, by the entry with the longest prefix. Throws CriError. */
export function sources(files: FileSystem, reference: Reference): Reference[] {
  const { entries } = readRegistries(files);
  const fits = ({ prefix }: RegistryEntry): boolean =>
    reference.full === prefix || (prefix !== '' && reference.full.startsWith(prefix) && /[/:@]/.test(reference.full[prefix.length] ?? '/'));
  const [entry] = entries.filter(fits).sort((a, b) => b.prefix.length - a.prefix.length);
  if (!entry) return [reference];
  if (entry.blocked)
    throw unknown(`initializing source docker://${reference.familiar}: registry ${entry.prefix} is blocked in ${registriesConf} or ${registriesFolder}`);
  return [...entry.mirrors, entry.location].map((location) => parseReference(location + reference.full.slice(entry.prefix.length)));
}

type Policy = {
  readonly default?: readonly { readonly type?: string }[];
  readonly transports?: Readonly<Record<string, Readonly<Record<string, readonly { readonly type?: string }[]>>>>;
};

/** What policy.json says against an image; undefined when it may be pulled. Throws CriError. */
export function policyProblem(files: FileSystem, path: string, reference: Reference): string | undefined {
  if (files.find(path)?.type !== 'file') throw unknown(`open ${path}: no such file or directory`);
  let policy: Policy;
  try {
    policy = JSON.parse(files.read(path)) as Policy;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unknown(`invalid policy in ${JSON.stringify(path)}: ${error.message}`);
  }
  const scopes = policy.transports?.['docker'] ?? {};
  const scope = Object.keys(scopes)
    .filter((name) => reference.full === name || reference.name === name || reference.name.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
  const rules = (scope === undefined ? scopes[''] : scopes[scope]) ?? policy.default ?? [];
  const strict = rules.find(({ type }) => type !== 'insecureAcceptAnything');
  if (!strict) return undefined;
  return strict.type === 'reject' ? `Running image docker://${reference.familiar} is rejected by policy.` : 'A signature was required, but no signature exists';
}
