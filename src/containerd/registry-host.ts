/** The way to a registry: what is configured (containerd core/remotes/docker/config/hosts.go), then the name as Go's resolver looks it up. */

import type { LegacyRegistries, RegistryAccess, RegistryEndpoint } from '../interfaces/distribution.ts';
import { registryAddress } from '../interfaces/image-name.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import { connect, NetworkError } from '../linux/network.ts';
import type { Milliseconds } from '../sim/routine.ts';
import { unknown } from './errors.ts';
import { type HostEntry, readHostsFolder } from './hosts-toml.ts';

/** What Go's dial says, and after how long. */
export type Unreachable = { readonly problem: string; readonly after: Milliseconds };

/** Go asks a name server twice, five seconds each. */
const lookupTimeout: Milliseconds = 10_000;

/** Where images of `host` are looked for, in order: what its folder says, or the registry itself. Throws ContainerdError for certificates that are none. */
export function endpointsOf(files: FileSystem, access: RegistryAccess, host: string, log: (line: string) => void = () => {}): RegistryEndpoint[] {
  const own = usual(host, access);
  for (const root of (access.hostsDir ?? '').split(':').filter((each) => each !== '')) {
    const folder = [host.replace(/:(\d+)$/, '_$1_'), host, '_default'].map((name) => `${root}/${name}`).find((each) => files.exists(each));
    if (folder !== undefined) return readHostsFolder(files, folder, log).map((entry) => described(files, entry, own, host));
  }
  if (access.legacy) return legacyEndpoints(files, access.legacy, own, host);
  return [...(host === 'docker.io' ? (access.mirrors ?? []).map((url) => endpoint(url, { mirrorOf: host })) : []), own];
}

/** Without a word from anybody: TLS, but for this machine itself. */
function usual(host: string, { plainHttp = false, skipVerify = false, insecure = false }: RegistryAccess): RegistryEndpoint {
  const local = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);
  const open = local || insecure;
  return {
    scheme: plainHttp ? 'http' : 'https',
    authority: registryAddress(host),
    prefix: '/v2',
    ...(open ? { fallback: true } : {}),
    ...(open || skipVerify ? { skipVerify: true } : {}),
  };
}

function endpoint(url: string, more: Partial<RegistryEndpoint> = {}): RegistryEndpoint {
  const [, scheme, authority = '', path = ''] = /^(?:(https?):\/\/)?([^/]+)(\/.*)?$/.exec(url) ?? [];
  return { scheme: scheme === 'http' ? 'http' : 'https', authority, prefix: `${path.replace(/\/(v2\/?)?$/, '')}/v2`, ...more };
}

/** One host of a folder; plain HTTP with settings of TLS is tried with TLS first, but on port 80. */
function described(files: FileSystem, { url, overridePath, ca, client, ...rest }: HostEntry, own: RegistryEndpoint, host: string): RegistryEndpoint {
  const made = url === undefined ? own : endpoint(url, overridePath ? { prefix: url.replace(/^https?:\/\/[^/]+/, '').replace(/\/$/, '') } : {});
  const tls = ca !== undefined || client !== undefined || rest.skipVerify !== undefined;
  const both = made.scheme === 'http' && tls && !made.authority.endsWith(':80');
  const { capabilities, ...settings } = rest;
  return {
    ...made,
    ...settings,
    ...(url === undefined || capabilities === undefined ? {} : { capabilities }),
    ...(both ? { scheme: 'https' as const, fallback: true } : {}),
    ...(ca === undefined ? {} : { ca: ca.map((path) => authority(files, path)).join('\n') }),
    ...(client?.[0] === undefined ? {} : keyPair(files, client[0])),
    ...(made.authority === own.authority ? {} : { mirrorOf: host }),
  };
}

function authority(files: FileSystem, path: string): string {
  const text = contents(files, path, 'CA cert');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw unresolved(`unable to load CA cert ${JSON.stringify(path)}`);
  return text;
}

function keyPair(files: FileSystem, [certificatePath, keyPath]: readonly [string, string]): Pick<RegistryEndpoint, 'certificate' | 'key'> {
  const certificate = contents(files, certificatePath, 'CERT file');
  const key = keyPath === '' ? certificate : contents(files, keyPath, 'CERT file');
  const none = (what: string, kind: string): Error => unresolved(`failed to load X509 key pair: tls: failed to find ${what}PEM data in ${kind} input`);
  if (!certificate.includes('-----BEGIN CERTIFICATE-----')) throw none('any ', 'certificate');
  if (!key.includes('PRIVATE KEY-----')) throw none('any ', 'key');
  return { certificate, key };
}

function contents(files: FileSystem, path: string, what: string): string {
  if (files.find(path)?.type !== 'file') throw unresolved(`unable to read ${what} ${JSON.stringify(path)}: open ${path}: no such file or directory`);
  return files.read(path);
}

const unresolved = (text: string): Error => unknown(`failed to resolve image: ${text}`);

/** `registry.mirrors` and `registry.configs` (containerd internal/cri/server/images registryEndpoints). */
function legacyEndpoints(files: FileSystem, { mirrors, configs }: LegacyRegistries, own: RegistryEndpoint, host: string): RegistryEndpoint[] {
  const given = (mirrors[host] ?? mirrors['*'] ?? []).map((url) => endpoint(url, {}));
  const all = given.some((each) => each.authority === own.authority) ? given : [...given, own];
  return all.map((each) => {
    const { insecure, ca, fallback } = configs[each.authority] ?? {};
    return {
      ...each,
      ...(insecure ? { skipVerify: true } : {}),
      ...(fallback ? { fallback } : {}),
      ...(ca === undefined ? {} : { ca: authority(files, ca) }),
      ...(each.authority === own.authority ? {} : { mirrorOf: host }),
    };
  });
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
