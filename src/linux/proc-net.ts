/** /proc/PID/net: a network namespace's tables in the kernel's own form (net/ipv4, fs/proc of Linux 6.12). */
import { connectionText } from './conntrack.ts';
import { FileNode } from './file-node.ts';
import { type Attributes, type DirectoryNode, GeneratedDirectory } from './inode.ts';
import type { Kernel } from './kernel.ts';
import { hasCarrier } from './links.ts';
import { neighboursOf } from './neighbours.ts';
import type { NetworkNamespace, Transport } from './network.ts';

/** The bytes of an address as a little-endian machine prints them. */
const hexAddress = (address: string): string =>
  (address.split('.').reduceRight((sum, part) => sum * 256 + Number(part), 0) >>> 0).toString(16).toUpperCase().padStart(8, '0');

export function netDirectory(kernel: Kernel, network: NetworkNamespace, attributes: (mode: number) => Attributes): DirectoryNode {
  const tables: Readonly<Record<string, () => string>> = {
    arp: () => arp(network),
    dev: () => devices(network),
    ...(network.conntrack.clock ? { nf_conntrack: () => conntrack(kernel, network) } : {}),
    route: () => routes(network),
    sockstat: () => socketCounts(network),
    tcp: () => sockets(network, 'tcp'),
    tcp6: () => sockets(network, 'tcp', true),
    udp: () => sockets(network, 'udp'),
    udp6: () => sockets(network, 'udp', true),
  };
  return new GeneratedDirectory(attributes(0o555), () =>
    Object.entries(tables).map(([name, read]) => [name, new FileNode(attributes(name === 'nf_conntrack' ? 0o440 : 0o444), '', { read })]),
  );
}

/** Of the machine's own way in: packets are not counted. */
const devices = ({ interfaces }: NetworkNamespace): string =>
  `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${[...interfaces.keys()].map((name) => `${name.padStart(6)}:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0`).join('\n')}\n`;

const conntrack = ({ sim }: Kernel, network: NetworkNamespace): string =>
  network.conntrack
    .list(network, sim.random)
    .map((each) => connectionText(each, sim.now, true))
    .join('');

function arp(network: NetworkNamespace): string {
  const rows = neighboursOf(network).map(
    ({ address, device, mac }) =>
      `${address.padEnd(16)} 0x1         0x${mac === undefined ? 0 : 2}         ${mac ?? '00:00:00:00:00:00'}     *        ${device}\n`,
  );
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}

/** Flags: 1 up, 2 by a gateway, 4 to one host. */
function routes(network: NetworkNamespace): string {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  const rows = network.routes.map(({ destination, via = '0.0.0.0', device, metric = 0 }) => {
    const [base = '', bits = '32'] = destination === 'default' ? ['0.0.0.0', '0'] : destination.split('/');
    const mask = bits === '0' ? 0 : (0xffffffff << (32 - Number(bits))) >>> 0;
    const link = network.interfaces.get(device);
    const flags = (link && (link.kind === 'ethernet' || hasCarrier(network, link)) ? 1 : 0) + (via === '0.0.0.0' ? 0 : 2) + (bits === '32' ? 4 : 0);
    const turned = [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
    return `${device}\t${hexAddress(base)}\t${hexAddress(via)}\t${String(flags).padStart(4, '0')}\t0\t0\t${metric}\t${hexAddress(turned)}\t0\t0\t0`;
  });
  return [head, ...rows].map((line) => `${line.padEnd(127)}\n`).join('');
}

const socketHead = (transport: Transport, remote: string, six = false): string => {
  const [wide, far] = six ? [38, 38] : [13, 12];
  const end = transport === 'tcp' ? '' : ' ref pointer drops';
  return `${`  sl  ${'local_address'.padEnd(wide)} ${remote.padEnd(far)}st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode${end}`.padEnd(transport === 'tcp' && !six ? 149 : 0)}\n`;
};

/** What listens: states 0A (LISTEN) and 07. */
function sockets(network: NetworkNamespace, transport: Transport, six = false): string {
  const none = '0'.repeat(six ? 32 : 8);
  const all = [...network.listeners].filter((each) => each.transport === transport && (each.address === '::') === six);
  const rows = all.map(({ address, port, pid }, i) => {
    const local = `${six ? none : hexAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const head = `${String(i).padStart(4)}: ${local} ${none}:0000 ${transport === 'tcp' ? '0A' : '07'} 00000000:00000000 00:00000000 00000000     0        0 ${socketInode({ pid, port })}`;
    return `${(transport === 'tcp' ? `${head} 1 0000000000000000 100 0 0 10 0` : `${head} 2 0000000000000000 0`).padEnd(six ? 0 : transport === 'tcp' ? 149 : 127)}\n`;
  });
  return socketHead(transport, six ? 'remote_address' : 'rem_address ', six) + rows.join('');
}

/** The number of a listening socket. */
export const socketInode = ({ pid, port }: { readonly pid: number; readonly port: number }): number => 20_000 + pid * 8 + (port % 8);

function socketCounts({ listeners }: NetworkNamespace): string {
  const count = (transport: Transport): number => [...listeners].filter((each) => each.transport === transport).length;
  const [tcp, udp] = [count('tcp'), count('udp')];
  return `sockets: used ${tcp + udp}\nTCP: inuse ${tcp} orphan 0 tw 0 alloc ${tcp} mem 0\nUDP: inuse ${udp} mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n`;
}
