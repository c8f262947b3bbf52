/** The way to a registry: hosts.toml (containerd core/remotes/docker/config/hosts.go), then the name as Go's resolver looks it up. */
import { parseToml, TomlError } from '../apimachinery/toml.ts';
import type { RegistryAccess, RegistryEndpoint } from '../interfaces/distribution.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import { connect, NetworkError } from '../linux/network.ts';
import type { Milliseconds } from '../sim/routine.ts';

/** What Go's dial says, and after how long. */
export type Unreachable = { readonly problem: string; readonly after: Milliseconds };

/** Go asks a name server twice, five seconds each. */
const lookupTimeout: Milliseconds = 10_000;

/** Where images of `host` are looked for, in order: what hosts.toml says, or the registry itself. */
export function endpointsOf(files: FileSystem, access: RegistryAccess, host: string): RegistryEndpoint[] {
  for (const folder of (access.hostsDir ?? '').split(':').filter((each) => each !== ''))
    for (const name of [host, host.replace(/:(\d+)$/, '_$1_'), '_default']) {
      const directory = `${folder}/${name}`;
      if (files.find(`${directory}/hosts.toml`)?.type === 'file') return ofHostsToml(files, directory, host, access);
      const ca = certificates(files, directory);
      if (ca !== '') return [{ ...usual(host, access), ca }];
    }
  return [...(host === 'docker.io' ? (access.mirrors ?? []).map((url) => endpoint(url, { mirrorOf: host })) : []), usual(host, access)];
}

/** Without a word from anybody: TLS, but for this machine itself. */
function usual(host: string, { plainHttp = false, skipVerify = false, insecure = false }: RegistryAccess): RegistryEndpoint {
  const local = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);
  const open = local || insecure;
  return {
    scheme: plainHttp ? 'http' : 'https',
    authority: host === 'docker.io' ? 'registry-1.docker.io' : host,
    prefix: '/v2',
    ...(open ? { fallback: true } : {}),
    ...(open || skipVerify ? { skipVerify: true } : {}),
  };
}

function endpoint(url: string, more: Partial<RegistryEndpoint> = {}): RegistryEndpoint {
  const [, scheme, authority = '', path = ''] = /^(?:(https?):\/\/)?([^/]+)(\/.*)?$/.exec(url) ?? [];
  return { scheme: scheme === 'http' ? 'http' : 'https', authority, prefix: `${path.replace(/\/(v2\/?)?$/, '')}/v2`, ...more };
}

function ofHostsToml(files: FileSystem, directory: string, host: string, access: RegistryAccess): RegistryEndpoint[] {
  const root = settings(files.read(`${directory}/hosts.toml`));
  const server = root['server'];
  const own = usual(host, access);
  const last = typeof server === 'string' ? endpoint(server) : own;
  const mirrors = Object.entries(tableOf(root['host'])).map(([url, given]) => {
    const options = tableOf(given);
    const made = endpoint(url, options['override_path'] === true ? { prefix: url.replace(/^https?:\/\/[^/]+/, '') } : {});
    return { ...made, ...extras(files, directory, options), ...(made.authority === own.authority ? {} : { mirrorOf: host }) };
  });
  const whole = { ...last, ...extras(files, directory, root), ...(last.authority === own.authority ? {} : { mirrorOf: host }) };
  return [...mirrors, whole];
}

const tableOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};

/** The keys that a host and the file itself share. */
function extras(files: FileSystem, directory: string, options: Readonly<Record<string, unknown>>): Partial<RegistryEndpoint> {
  const { skip_verify: skip, capabilities, header, ca } = options;
  const paths = (Array.isArray(ca) ? ca : [ca]).filter((each): each is string => typeof each === 'string');
  const pem = paths
    .map((path) => (path.startsWith('/') ? path : `${directory}/${path}`))
    .map((path) => (files.find(path)?.type === 'file' ? files.read(path) : ''))
    .join('\n');
  const headers = Object.fromEntries(Object.entries(tableOf(header)).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]));
  return {
    ...(skip === true ? { skipVerify: true } : {}),
    ...(pem === '' ? {} : { ca: pem }),
    ...(Array.isArray(capabilities) ? { capabilities: capabilities.map(String) } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  };
}

/** Docker's way (certs.d/HOST/ca.crt): every *.crt is an authority. */
function certificates(files: FileSystem, directory: string): string {
  if (files.find(directory)?.type !== 'directory') return '';
  return files
    .list(directory)
    .filter(([name, inode]) => name.endsWith('.crt') && inode.type === 'file')
    .map(([name]) => files.read(`${directory}/${name}`))
    .join('\n');
}

function settings(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseToml(text).root;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return {};
  }
}

/** Why `host[:port]` cannot be reached by its name, and after how long that is known; undefined when nothing speaks against it. */
export function unreachableByName(kernel: Kernel, files: FileSystem, address: string): Unreachable | undefined {
  const [name = '', port = '443'] = address.split(':');
  const fixed = ofHosts(files, name);
  const { network } = kernel.host;
  if (fixed !== undefined) return tried(() => connect(network, fixed, Number(port), kernel.sim.random), `dial tcp ${fixed}:${port}: `, 'connect: ');
  const server = nameServer(files);
  if (server === undefined) return undefined;
  const source = `${network.sourceAddress()}:${32_768 + (Math.floor(kernel.sim.now) % 28_000)}`;
  const failed = tried(
    () => connect(network, server, 53, kernel.sim.random, 'udp'),
    `dial tcp: lookup ${name} on ${server}:53: read udp ${source}->${server}:53: `,
    'read: ',
  );
  return failed?.problem.endsWith('timeout') ? { ...failed, after: lookupTimeout } : failed;
}

function tried(attempt: () => unknown, place: string, verb: string): Unreachable | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { problem: `${place}${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `${verb}${error.message.toLowerCase()}`}`, after: error.afterMilliseconds };
  }
}

function ofHosts(files: FileSystem, name: string): string | undefined {
  if (files.find('/etc/hosts')?.type !== 'file') return undefined;
  for (const line of files.read('/etc/hosts').split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.includes(name)) return address;
  }
  return undefined;
}

/** The first name server of /etc/resolv.conf. */
export function nameServer(files: FileSystem): string | undefined {
  return files.find('/etc/resolv.conf')?.type === 'file' ? /^nameserver\s+(\S+)/m.exec(files.read('/etc/resolv.conf'))?.[1] : undefined;
}
