/** nft (nftables 1.1.3): lists the tables that programs of the node made; those of iptables are shown by iptables. */
import type { NftTable } from '../../linux/netfilter.ts';
import type { Program } from '../../linux/program.ts';
import { Failure, tool } from '../tool.ts';

const nft: Program = tool({
  usage: '[ options ] [ cmds... ]',
  summary: 'Administration tool of the nftables framework for packet filtering and classification.',
  inOrder: true,
  options: [
    ['a,handle', ''],
    ['n,numeric', ''],
    ['j,json', ''],
  ],
  *run(call) {
    if (call.process.uid !== 0) throw new Failure('Error: Could not process rule: Operation not permitted', 1);
    if (call.has('j')) throw new Failure('k8s-lab: nft -j is not simulated', 70);
    const tables = [...(call.process.namespaces.network.netfilter?.nftables.values() ?? [])];
    const [verb, what, ...rest] = call.operands;
    if (verb !== 'list') throw new Failure(`k8s-lab: nft ${call.operands.join(' ')} is not simulated`, 70);
    if (what === 'tables') for (const { name } of tables) yield* call.print(`table inet ${name}\n`);
    else if (what === 'ruleset') for (const table of tables) yield* call.print(tableText(table));
    else if (what === 'table') {
      const table = tables.find(({ name }) => name === rest.at(-1));
      if (!table)
        throw new Failure(
          `Error: No such file or directory\nlist table ${rest.join(' ')}\n${' '.repeat(11 + rest.join(' ').lastIndexOf(' ') + 1)}${'^'.repeat((rest.at(-1) ?? '').length)}`,
          1,
        );
      yield* call.print(tableText(table));
    } else throw new Failure(`k8s-lab: nft list ${what ?? ''} is not simulated`, 70);
    return 0;
  },
});

const tableText = ({ name, set, addresses, queue }: NftTable): string => `table inet ${name} {
	comment "rules for kubernetes NetworkPolicy"
	set ${set} {
		type ipv4_addr
		comment "Local V4 Pod IPs with Network Policies"
${addresses.size === 0 ? '' : `		elements = { ${[...addresses].join(', ')} }\n`}	}

	chain postrouting {
		type filter hook postrouting priority srcnat - 5; policy accept;
		meta l4proto ipv6-icmp accept
		meta skuid 0 accept
		ct state established,related accept
		ip saddr @${set} queue flags bypass to ${queue} comment "process IPv4 traffic with network policy enforcement"
		ip daddr @${set} queue flags bypass to ${queue} comment "process IPv4 traffic with network policy enforcement"
	}
}
`;

export const nftPrograms = { nft };
