/** kubeconfig files: kubernetes client-go/tools/clientcmd loader.go, client_config.go, validation.go. */
import { parseYaml, YamlError, yamlText } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import { remembered } from '../../sim/remembered.ts';
import { credentialsOf, decodeBase64 } from './credentials.ts';
import { KubectlError } from './errors.ts';
import type { FlagValues } from './flags.ts';
import { type Obj, obj, objs, text } from './json.ts';

/** The lists of the file as a map: name to what stands under `cluster`, `user` or `context`. */
export type NamedEntries = Readonly<Record<string, Obj>>;

/** A kubeconfig as it is worked with: entries by name, with the file each came from. */
export type Kubeconfig = {
  readonly clusters: NamedEntries;
  readonly users: NamedEntries;
  readonly contexts: NamedEntries;
  readonly currentContext: string;
  readonly preferences: Obj;
};

/** What a file that is not there counts as. */
export const emptyKubeconfig: Kubeconfig = { clusters: {}, users: {}, contexts: {}, currentContext: '', preferences: {} };

/** Where kubeconfig is read from, the first being the strongest. */
export function kubeconfigPaths(process: Process, flags: FlagValues): { readonly paths: readonly string[]; readonly explicit: boolean } {
  const flag = flags.text('kubeconfig');
  if (flag !== '') return { paths: [process.path(flag)], explicit: true };
  const variable = process.env['KUBECONFIG'] ?? '';
  const paths = variable.split(':').filter((path) => path !== '');
  if (paths.length > 0) return { paths: paths.map((path) => process.path(path)), explicit: false };
  return { paths: [`${homeOf(process)}/.kube/config`], explicit: false };
}

/** Where ~/.kube lies. */
export const homeOf = (process: Process): string => process.env['HOME'] ?? '/root';

/** Reads and merges all files; an entry of an earlier file wins. A file that is named must be there, unless `lenient`. */
export function loadKubeconfig(process: Process, flags: FlagValues, lenient = false): Kubeconfig {
  const { paths, explicit } = kubeconfigPaths(process, flags);
  // As they are written where they are named.
  const said = explicit ? [flags.text('kubeconfig')] : (process.env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '');
  let merged = emptyKubeconfig;
  for (const [i, path] of paths.entries()) {
    if (!process.fs.exists(path)) {
      if (explicit && !lenient) throw new KubectlError(`stat ${flags.text('kubeconfig')}: no such file or directory`);
      continue;
    }
    merged = merge(merged, readKubeconfig(process, path, { shown: said[i] ?? path, asWritten: lenient }));
  }
  return merged;
}

/** One file; paths in it are seen from its folder, unless they are wanted as they are written. */
export const readKubeconfig = (
  process: Process,
  path: string,
  { shown = path, asWritten = false }: { readonly shown?: string; readonly asWritten?: boolean } = {},
): Kubeconfig => toKubeconfig(yamlText(process, path), asWritten ? '' : folderOf(path), shown);

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const listTypes = { clusters: 'NamedCluster', users: 'NamedAuthInfo', contexts: 'NamedContext' };
const jsonKind = (value: unknown): string => (typeof value === 'boolean' ? 'bool' : typeof value);

/** Every call reads the same file. */
const toKubeconfig = remembered((content: string, folder: string, shown: string): Kubeconfig => {
  const raw = obj(parseConfigText(content, shown));
  const [kind, version] = [text(raw['kind']) || 'Config', text(raw['apiVersion']) || 'v1'];
  if (kind !== 'Config' || version !== 'v1')
    throw new KubectlError(
      `error loading config file "${shown}": no kind "${kind}" is registered for version "${version}" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`,
    );
  for (const [field, type] of Object.entries(listTypes))
    if (raw[field] !== undefined && raw[field] !== null && !Array.isArray(raw[field]))
      throw new KubectlError(
        `error loading config file "${shown}": json: cannot unmarshal ${jsonKind(raw[field])} into Go struct field Config.${field} of type []v1.${type}`,
      );
  return {
    clusters: byName(raw['clusters'], 'cluster', folder),
    users: byName(raw['users'], 'user', folder),
    contexts: byName(raw['contexts'], 'context', folder),
    currentContext: text(raw['current-context']),
    preferences: obj(raw['preferences']),
  };
});

function parseConfigText(content: string, path: string): unknown {
  try {
    return parseYaml(content);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`error loading config file "${path}": ${error.message.replace('error converting YAML to JSON: ', '')}`);
  }
}

/** Fields that name files. */
export const fileFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function byName(value: unknown, key: string, folder: string): NamedEntries {
  const absolute = (entry: Obj): Obj =>
    Object.fromEntries(
      Object.entries(entry).map(([name, item]) => [
        name,
        folder !== '' && fileFields.includes(name) && text(item) !== '' && !text(item).startsWith('/') ? `${folder}/${text(item)}` : item,
      ]),
    );
  return Object.fromEntries(objs(value).map((entry) => [text(entry['name']), absolute(obj(entry[key]))]));
}

const merge = (strong: Kubeconfig, weak: Kubeconfig): Kubeconfig => ({
  clusters: { ...weak.clusters, ...strong.clusters },
  users: { ...weak.users, ...strong.users },
  contexts: { ...weak.contexts, ...strong.contexts },
  currentContext: strong.currentContext || weak.currentContext,
  preferences: { ...weak.preferences, ...strong.preferences },
});

const named = (entries: NamedEntries, key: string): Obj[] =>
  Object.keys(entries)
    .sort()
    .map((name) => ({ name, [key]: inOrder(obj(entries[name])) }));

/** Fields of entries in the order of Go's structs (client-go tools/clientcmd/api/v1/types.go). */
const fieldOrder = [
  ...['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority', 'certificate-authority-data', 'proxy-url'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token', 'tokenFile', 'username', 'password', 'auth-provider', 'exec'],
  ...['cluster', 'user', 'namespace'],
];

function inOrder(entry: Obj): Obj {
  const rank = (name: string): number => (fieldOrder.includes(name) ? fieldOrder.indexOf(name) : fieldOrder.length);
  return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => rank(a) - rank(b)));
}

/** The file's own shape again, as kubectl writes it. */
export const toDocument = (config: Kubeconfig): Obj => ({
  kind: 'Config',
  apiVersion: 'v1',
  ...(Object.keys(config.preferences).length > 0 ? { preferences: config.preferences } : {}),
  clusters: nullIfEmpty(named(config.clusters, 'cluster')),
  users: nullIfEmpty(named(config.users, 'user')),
  contexts: nullIfEmpty(named(config.contexts, 'context')),
  'current-context': config.currentContext,
});

const nullIfEmpty = (items: readonly Obj[]): readonly Obj[] | null => (items.length === 0 ? null : items);

/** Whom to talk to, as whom, and where: what flags and kubeconfig come to. */
export type ClientConfig = {
  readonly server: string;
  readonly namespace: string;
  readonly namespaceGiven: boolean;
  /** What the kubeconfig calls them. */
  readonly userName: string;
  readonly clientCertificate?: string;
  readonly token?: string;
  /** Whom to trust, as PEM; `undefined` with `insecure`. */
  readonly ca?: string;
  readonly insecure: boolean;
  /** Name to look for in the server's certificate, where it is not the host's. */
  readonly tlsServerName?: string;
  /** Nothing was configured: the default of localhost:8080. */
  readonly isDefault: boolean;
};

/** Settles flags, context, cluster and user. Throws KubectlError with clientcmd's texts: those of its overrides where a namespace is asked for first. */
export function clientConfig(process: Process, flags: FlagValues, serverFirst: boolean): ClientConfig {
  const config = loadKubeconfig(process, flags);
  const contextName = flags.text('context') || config.currentContext;
  const context = config.contexts[contextName];
  if (contextName !== '' && !context) {
    if (serverFirst) throw new KubectlError(`context "${contextName}" does not exist`);
    throw new KubectlError(`Error in configuration: context was not found for specified context: ${contextName}`, { bare: true });
  }
  const cluster = clusterOf(config, flags, context, serverFirst);
  const user = userOf(config, flags, context);
  const server = flags.text('server') || text(cluster['server']);
  const inCluster = server === '' ? inClusterConfig(process) : undefined;
  const namespaceFlag = flags.text('namespace');
  return {
    server: withScheme(server || inCluster?.server || 'http://localhost:8080').replace(/\/+$/, ''),
    namespace: namespaceFlag || text(context?.['namespace']) || inCluster?.namespace || 'default',
    namespaceGiven: namespaceFlag !== '',
    userName: flags.text('user') || text(context?.['user']),
    ...credentialsOf(process, flags, user, { contextUser: text(context?.['user']), inClusterToken: inCluster?.token }),
    ...trustOf(process, flags, cluster, { inCluster: inCluster !== undefined, name: flags.text('cluster') || text(context?.['cluster']) }),
    isDefault: server === '' && !inCluster,
  };
}

function trustOf(
  process: Process,
  flags: FlagValues,
  cluster: Obj,
  { inCluster, name }: { readonly inCluster: boolean; readonly name: string },
): { ca?: string; insecure: boolean; tlsServerName?: string } {
  const insecure = flags.bool('insecure-skip-tls-verify') || cluster['insecure-skip-tls-verify'] === true;
  const tlsServerName = flags.text('tls-server-name') || text(cluster['tls-server-name']);
  const file = flags.text('certificate-authority') || (cluster['certificate-authority-data'] ? '' : text(cluster['certificate-authority']));
  const ca = inCluster
    ? process.fs.read(`${accountFolder}/ca.crt`)
    : file === ''
      ? decodeBase64(text(cluster['certificate-authority-data']))
      : readAuthority(process, file, name);
  return { insecure, ca, ...(tlsServerName === '' ? {} : { tlsServerName }) };
}

function readAuthority(process: Process, path: string, name: string): string {
  const full = process.path(path);
  if (process.fs.exists(full)) return process.fs.read(full);
  throw new KubectlError(`unable to read certificate-authority ${path} for ${name} due to open ${path}: no such file or directory`);
}

const withScheme = (server: string): string => (/^https?:\/\//.test(server) ? server : `http://${server}`);

function userOf(config: Kubeconfig, flags: FlagValues, context: Obj | undefined): Obj {
  const name = flags.text('user') || text(context?.['user']);
  const user = config.users[name];
  if (flags.has('user') && !user) throw new KubectlError(`auth info "${name}" does not exist`);
  return user ?? {};
}

function clusterOf(config: Kubeconfig, flags: FlagValues, context: Obj | undefined, serverFirst: boolean): Obj {
  const name = flags.text('cluster') || text(context?.['cluster']);
  const cluster = config.clusters[name];
  if (flags.has('cluster') && !cluster) throw new KubectlError(serverFirst ? `cluster "${name}" does not exist` : `no server found for cluster "${name}"`);
  return cluster ?? {};
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** rest.InClusterConfig: the files and variables every pod has. */
function inClusterConfig(process: Process): { readonly server: string; readonly token: string; readonly namespace: string } | undefined {
  const host = process.env['KUBERNETES_SERVICE_HOST'];
  const port = process.env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port || !process.fs.exists(`${accountFolder}/token`)) return undefined;
  const namespace = process.fs.exists(`${accountFolder}/namespace`) ? process.fs.read(`${accountFolder}/namespace`).trim() : 'default';
  return { server: `https://${host}:${port}`, token: process.fs.read(`${accountFolder}/token`).trim(), namespace };
}
