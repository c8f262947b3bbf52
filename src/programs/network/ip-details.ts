/** What `ip -d` tells beside a link, and `bridge fdb` and `bridge vlan` of its ports (iproute2 6.15 on Linux 6.12). */
import { portsOf } from '../../linux/links.ts';
import type { Interface, NetworkNamespace } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import { Refusal, shown } from './ip-common.ts';

const bridgeId = (mac: string): string => `8000.${mac}`;

const range: Readonly<Record<Interface['kind'], readonly [number, number]>> = {
  loopback: [0, 0],
  ethernet: [68, 65_535],
  veth: [68, 65_535],
  bridge: [68, 65_535],
  dummy: [0, 0],
  other: [68, 65_535],
};

/** On the line of the hardware address. */
export function hardwareDetails({ kind, master }: Interface): string {
  const [low, high] = range[kind];
  const port = Number(master !== undefined);
  return ` promiscuity ${port} allmulti ${port} minmtu ${low} maxmtu ${high} `;
}

/** The lines below it. */
export function kindDetails(call: Call, network: NetworkNamespace, each: Interface): string {
  const queues = each.kind === 'veth' ? call.process.kernel.cpus : 1;
  const end = `addrgenmode eui64 numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535 tso_max_size ${each.kind === 'ethernet' ? 65_536 : 524_280} tso_max_segs 65535 gro_max_size 65536 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 `;
  const own = each.kind === 'veth' || each.kind === 'dummy' ? `\n    ${each.kind} ` : each.kind === 'bridge' ? `\n    ${bridgeDetails(each)}` : '';
  return `${own}${slaveDetails(network, each)}${end}`;
}

const bridgeDetails = ({ mac }: Interface): string =>
  `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 vlan_protocol 802.1Q bridge_id ${bridgeId(mac)} designated_root ${bridgeId(mac)} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 hello_timer    0.00 tcn_timer    0.00 topology_change_timer    0.00 gc_timer    0.00 fdb_n_learned 0 fdb_max_learned 0 vlan_default_pvid 1 vlan_stats_enabled 0 vlan_stats_per_port 0 group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0 mst_enabled 0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3125 mcast_stats_enabled 0 mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0 `;

function slaveDetails(network: NetworkNamespace, each: Interface): string {
  const bridge = each.master === undefined ? undefined : network.interfaces.get(each.master);
  if (!bridge) return '';
  const number = portsOf(network, bridge).indexOf(each) + 1;
  const id = bridgeId(bridge.mac);
  return `\n    bridge_slave state forwarding priority 32 cost 2 hairpin off guard off root_block off fastleave off learning on flood on port_id 0x${(0x8000 + number).toString(16)} port_no 0x${number.toString(16)} designated_port ${0x8000 + number} designated_cost 0 designated_bridge ${id} designated_root ${id} hold_timer    0.00 message_age_timer    0.00 forward_delay_timer    0.00 topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off mcast_router 1 mcast_fast_leave off mcast_flood on bcast_flood on mcast_to_unicast off neigh_suppress off neigh_vlan_suppress off group_fwd_mask 0 group_fwd_mask_str 0x0 vlan_tunnel off isolated off locked off mab off `;
}

/** `bridge fdb show [br BRIDGE] [dev PORT]`: what is at the other end of each port, its own addresses, and the group that all hear. */
export function* forwarding(call: Call, network: NetworkNamespace, words: readonly string[]): Routine {
  const [br, dev] = ['br', 'dev'].map((word) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined));
  for (const name of [br, dev]) if (name !== undefined && !network.interfaces.has(name)) throw new Refusal(`Cannot find device "${name}"`, 255);
  const rows: { mac: string; ifname: string; vlan?: number; flags?: string[]; master?: string; state?: string }[] = [];
  for (const each of network.interfaces.values()) {
    const { name: ifname, mac, kind, peer } = each;
    const master = kind === 'bridge' ? ifname : each.master;
    if (kind === 'loopback' || (dev !== undefined && dev !== ifname) || (br !== undefined && br !== master)) continue;
    const end = master === undefined ? undefined : peer?.namespace.interfaces.get(peer.name);
    if (master !== undefined && end?.up && each.up) rows.push({ mac: end.mac, ifname, master });
    if (master !== undefined) rows.push({ mac, ifname, vlan: 1, master, state: 'permanent' }, { mac, ifname, master, state: 'permanent' });
    if (each.up && kind !== 'dummy') rows.push({ mac: '01:00:5e:00:00:01', ifname, flags: ['self'], state: 'permanent' });
  }
  const text = rows.map(
    ({ mac, ifname, vlan, flags, master, state }) =>
      `${mac} dev ${ifname} ${vlan ? `vlan ${vlan} ` : ''}${master ? `master ${master} ` : ''}${flags ? 'self ' : ''}${state ?? ''}`,
  );
  yield* shown(call, rows, text.map((line) => `${line}\n`).join(''));
}

/** Every port is in VLAN 1 until somebody tells otherwise. */
export function* vlans(call: Call, network: NetworkNamespace): Routine {
  const ports = [...network.interfaces.values()].filter(({ kind, master }) => kind === 'bridge' || master !== undefined);
  yield* shown(
    call,
    ports.map(({ name }) => ({ ifname: name, vlans: [{ vlan: 1, flags: ['PVID', 'Egress Untagged'] }] })),
    `port              vlan-id  \n${ports.map(({ name }) => `${name.padEnd(16)}  1 PVID Egress Untagged\n`).join('')}`,
  );
}
