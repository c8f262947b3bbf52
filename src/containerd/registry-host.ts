/** The way to a registry: hosts.toml (containerd core/remotes/docker/config/hosts.go), then the name as Go's resolver looks it up. */

import { parseToml, TomlError } from '../apimachinery/toml.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import { connect, NetworkError } from '../linux/network.ts';
import type { Milliseconds } from '../sim/routine.ts';

/** What Go's dial says, and after how long. */
export type Unreachable = { readonly problem: string; readonly after: Milliseconds };

/** Go asks a name server twice, five seconds each. */
const lookupTimeout: Milliseconds = 10_000;

/** The host that `server` of a hosts.toml puts in a registry's place; folders are separated by colons. */
export function serverOf(files: FileSystem, folders: string, host: string): string | undefined {
  for (const folder of folders.split(':')) {
    for (const name of [host, '_default']) {
      const path = `${folder}/${name}/hosts.toml`;
      if (folder === '' || files.find(path)?.type !== 'file') continue;
      const server = settings(files.read(path))['server'];
      return typeof server === 'string' ? server.replace(/^https?:\/\//, '').replace(/\/.*$/, '') : undefined;
    }
  }
  return undefined;
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
  if (fixed !== undefined) return tried(() => connect(network, fixed, Number(port), kernel.sim.random), `${fixed}:${port}: `, 'connect: ');
  const server = nameServer(files);
  if (server === undefined) return undefined;
  const source = `${network.sourceAddress()}:${32_768 + (Math.floor(kernel.sim.now) % 28_000)}`;
  const failed = tried(
    () => connect(network, server, 53, kernel.sim.random, 'udp'),
    `lookup ${name} on ${server}:53: read udp ${source}->${server}:53: `,
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
