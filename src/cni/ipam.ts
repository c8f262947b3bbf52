/** host-local: addresses from ranges, each kept as a file named by the address (plugins/ipam/host-local). */
import { CniError } from '../interfaces/cni.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { ipToNumber, numberToIp } from '../linux/network.ts';
import type { PluginConf } from './conf.ts';

/** `address` without, `prefix` the length of the subnet's mask. */
export type Allocation = { readonly address: string; readonly gateway: string; readonly subnet: string; readonly prefix: number };

type Range = { readonly subnet: string; readonly first: number; readonly last: number; readonly gateway: number; readonly prefix: number };

/** Takes the next free address of the first range set; `owner` is `<container id>\r\n<interface>`. */
export function allocate(files: FileSystem, network: string, ipam: PluginConf, owner: string): Allocation {
  const directory = storeOf(network, ipam);
  files.mkdir(directory, { parents: true, mode: 0o755 });
  const ranges = rangesOf(ipam);
  const lastPath = `${directory}/last_reserved_ip.0`;
  const last = files.exists(lastPath) ? ipToNumber(files.read(lastPath).trim()) : 0;
  for (const range of ranges) {
    const found = nextFree(files, directory, range, last);
    if (found === undefined) continue;
    const address = numberToIp(found);
    files.write(`${directory}/${address}`, owner);
    files.write(lastPath, address);
    return { address: `${address}/${range.prefix}`, gateway: numberToIp(range.gateway), subnet: range.subnet, prefix: range.prefix };
  }
  const text = ranges.map((range) => `${numberToIp(range.first)}-${numberToIp(range.last)}`).join(',');
  throw new CniError(`failed to allocate for range 0: no IP addresses available in range set: ${text}`);
}

/** Gives back what the owner held. */
export function release(files: FileSystem, network: string, ipam: PluginConf, owner: string): string[] {
  const directory = storeOf(network, ipam);
  if (!files.isDirectory(directory)) return [];
  const released: string[] = [];
  for (const [name, inode] of files.list(directory))
    if (inode.type === 'file' && inode.read() === owner) {
      files.unlink(`${directory}/${name}`);
      released.push(name);
    }
  return released;
}

const storeOf = (network: string, ipam: PluginConf): string => `${String(ipam['dataDir'] ?? '/var/lib/cni/networks')}/${network}`;

function nextFree(files: FileSystem, directory: string, range: Range, last: number): number | undefined {
  const size = range.last - range.first + 1;
  const start = last >= range.first && last < range.last ? last + 1 : range.first;
  for (let i = 0; i < size; i++) {
    const candidate = range.first + ((start - range.first + i) % size);
    if (candidate !== range.gateway && !files.exists(`${directory}/${numberToIp(candidate)}`)) return candidate;
  }
  return undefined;
}

function rangesOf(ipam: PluginConf): Range[] {
  const sets = ipam['ranges'] as readonly (readonly PluginConf[])[] | undefined;
  const entries = sets ? (sets[0] ?? []) : ipam['subnet'] === undefined ? [] : [ipam];
  if (entries.length === 0) throw new CniError('no IP ranges specified');
  return entries.map(toRange);
}

function toRange(entry: PluginConf): Range {
  const subnet = String(entry['subnet'] ?? '');
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(subnet);
  if (!match) throw new CniError(`invalid CIDR address: ${subnet}`);
  const prefix = Number(match[2]);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(ipToNumber(match[1] ?? '') / size) * size;
  const bound = (key: string, otherwise: number): number => (entry[key] === undefined ? otherwise : ipToNumber(String(entry[key])));
  return {
    subnet: `${numberToIp(base)}/${prefix}`,
    prefix,
    first: bound('rangeStart', base + 1),
    last: bound('rangeEnd', base + size - 2),
    gateway: bound('gateway', base + 1),
  };
}
