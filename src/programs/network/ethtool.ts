/** ethtool: what a network card has agreed upon with the other end, and `-s` to change it. */
import type { Interface } from '../../linux/network.ts';
import { type Call, Failure, tool } from '../tool.ts';

const usual = 1000;

const ethtool = tool({
  usage: '[-s] DEVNAME [speed N] [duplex half|full] [autoneg on|off]',
  summary: 'Query or control network driver and hardware settings.',
  options: [['s,change', 'change generic options']],
  *run(call) {
    const [name, ...words] = call.operands;
    if (name === undefined) throw new Failure('bad command line argument(s)\nFor more information run ethtool -h');
    const card = call.process.namespaces.network.interfaces.get(name);
    if (!card) throw new Failure('netlink error: no device matches name (offset 24)\nnetlink error: No such device', 75);
    if (call.has('s')) change(call, card, words);
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
