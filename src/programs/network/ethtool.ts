/** ethtool: what a network card has agreed upon with the other end, and `-s` to change it. */
import { indexOf } from '../../linux/links.ts';
import type { Interface } from '../../linux/network.ts';
import { type Call, Failure, tool } from '../tool.ts';

const usual = 1000;

const ethtool = tool({
  usage: '[-s] DEVNAME [speed N] [duplex half|full] [autoneg on|off]',
  summary: 'Query or control network driver and hardware settings.',
  options: [
    ['s,change', 'change generic options'],
    ['i,driver', 'show driver information'],
    ['S,statistics', 'show adapter statistics'],
    ...['k', 'K', 'a', 'A', 'c', 'C', 'g', 'G', 'l', 'L', 'n', 'N', 'p', 'P', 't', 'T', 'x', 'X', 'm', 'd', 'e', 'r'].map((name): [string, string] => [
      name,
      '',
    ]),
  ],
  *run(call) {
    const [name, ...words] = call.operands;
    if (name === undefined) throw new Failure('bad command line argument(s)\nFor more information run ethtool -h');
    const card = call.process.namespaces.network.interfaces.get(name);
    if (!card) throw new Failure('netlink error: no device matches name (offset 24)\nnetlink error: No such device', 75);
    const other = call.given.find(({ key }) => !['s', 'i', 'S'].includes(key))?.key;
    if (other !== undefined) throw new Failure(`k8s-lab: ethtool -${other} is not simulated`, 70, true);
    if (call.has('i') || call.has('S')) {
      if (card.kind === 'ethernet') throw new Failure(`k8s-lab: the driver of ${name} is not simulated`, 70, true);
      if (call.has('S') && card.kind !== 'veth') throw new Failure('no stats available', 94, true);
      yield* call.print(call.has('i') ? driver(card) : statistics(card));
    } else if (call.has('s')) change(call, card, words);
    else yield* call.print(describe(card));
    return 0;
  },
});

function change(call: Call, card: Interface, words: readonly string[]): void {
  if (call.process.uid !== 0) throw new Failure('netlink error: Operation not permitted', 75);
  const at = words.indexOf('speed');
  const speed = at < 0 ? undefined : Number(words[at + 1]);
  if (speed !== undefined && ![10, 100, usual].includes(speed))
    throw new Failure('netlink error: link settings update failed\nnetlink error: Invalid argument', 75);
  // Left to themselves both ends take the most they can.
  if (speed !== undefined) card.speed = speed;
  else if (words[words.indexOf('autoneg') + 1] === 'on') card.speed = usual;
}

function driver({ kind }: Interface): string {
  const none = kind === 'bridge' ? 'N/A' : '';
  const supports = ['statistics', 'test', 'eeprom-access', 'register-dump', 'priv-flags'].map(
    (what) => `supports-${what}: ${what === 'statistics' && kind === 'veth' ? 'yes' : 'no'}\n`,
  );
  return `driver: ${kind}\nversion: ${{ veth: '1.0', bridge: '2.3' }[kind as string] ?? '1.0'}\nfirmware-version: ${none}\nexpansion-rom-version: \nbus-info: ${none}\n${supports.join('')}`;
}

/** Of a veth the number of its other end, and what XDP programs did: there are none. */
function statistics({ peer }: Interface): string {
  const end = peer?.namespace.interfaces.get(peer.name);
  const received = ['xdp_packets', 'xdp_bytes', 'drops', 'xdp_redirect', 'xdp_drops', 'xdp_tx', 'xdp_tx_errors'].map((name) => `rx_queue_0_${name}`);
  const rows = [
    ['peer_ifindex', peer && end ? indexOf(peer.namespace, end) : 0],
    ...[...received, 'tx_queue_0_xdp_xmit', 'tx_queue_0_xdp_xmit_errors'].map((name) => [name, 0]),
  ];
  return `NIC statistics:\n${rows.map(([name, value]) => `     ${name}: ${value}\n`).join('')}`;
}

function describe({ name, kind, up, speed = usual }: Interface): string {
  if (kind !== 'ethernet') return `Settings for ${name}:\n\tLink detected: ${up ? 'yes' : 'no'}\n`;
  const modes = ['10baseT/Half 10baseT/Full', '100baseT/Half 100baseT/Full', '1000baseT/Full'].join('\n\t                        ');
  return `Settings for ${name}:
\tSupported ports: [ TP ]
\tSupported link modes:   ${modes}
\tSupports auto-negotiation: Yes
\tSpeed: ${up ? `${speed}Mb/s` : 'Unknown!'}
\tDuplex: ${up ? 'Full' : 'Unknown! (255)'}
\tAuto-negotiation: on
\tPort: Twisted Pair
\tLink detected: ${up ? 'yes' : 'no'}
`;
}

export const ethtoolPrograms = { ethtool };
