/** netfilter's tables as iptables shows them, and the part of the nat table that decides where a connection goes. */
import type { Random } from '../sim/random.ts';
import type { Transport } from './network.ts';
import { contains } from './routes.ts';

/** All that is given must hold; an empty match fits every packet. */
export type RuleMatch = {
  readonly protocol?: Transport;
  /** Address or network. */
  readonly destination?: string;
  readonly source?: string;
  readonly notSource?: string;
  readonly destinationPort?: number;
  /** `-m addrtype --dst-type LOCAL`: an address of the node itself. */
  readonly localDestination?: boolean;
  /** `-m statistic --mode random --probability`. */
  readonly probability?: number;
  readonly comment?: string;
  /** Further matches that only show in listings. */
  readonly extra?: string;
  /** No packet that opens a connection fits (`--ctstate ESTABLISHED`, ICMP). */
  readonly never?: boolean;
};

type RuleTarget =
  | { readonly jump: string }
  | { readonly dnat: { readonly address: string; readonly port: number } }
  | { readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'MASQUERADE' }
  /** MARK and the like: shown, without effect here. */
  | { readonly other: string };

/** One line of `iptables -S` in its chain; the first that fits decides, unless it jumps and comes back. */
export type Rule = { readonly match: RuleMatch; readonly target: RuleTarget };

/** Tables of iptables that the lab has; `raw` and `security` are not there. */
export type TableName = 'filter' | 'nat' | 'mangle';

/** What a connection looks like once nat has translated where it goes. */
export type Packet = { readonly transport: Transport; readonly source: string; readonly address: string; readonly port: number };

/**
 * A table of nftables whose chain in the hook `postrouting` hands packets to a program (libnetfilter_queue, `flags bypass`): those from or to
 * the addresses of its set, unless a process of root on this node sent them.
 */
export type NftTable = {
  readonly name: string;
  readonly set: string;
  readonly addresses: ReadonlySet<string>;
  readonly queue: number;
  /** The program's answer; false drops the packet. */
  readonly accepts: (packet: Packet) => boolean;
};

/** Where the connection goes on to after NAT, or that it is refused (ICMP) or lost without an answer. */
type Verdict = { readonly address: string; readonly port: number } | 'reject' | 'drop';

/** One node's rules. kube-proxy, CNI plugins and dockerd write them; network.ts asks them for each new connection, as conntrack does. */
export class Netfilter {
  /** table → chain → rules, chains in the order they were made. Built-in chains are always there. */
  readonly tables: Readonly<Record<TableName, Map<string, Rule[]>>> = {
    filter: new Map(['INPUT', 'FORWARD', 'OUTPUT'].map((name) => [name, []])),
    nat: new Map(['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => [name, []])),
    mangle: new Map(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((name) => [name, []])),
  };
  /** What becomes of packets at a built-in chain's end, by `table/CHAIN`; accepted unless told. */
  readonly policies = new Map<string, 'ACCEPT' | 'DROP'>();
  /** How many packets each rule has fitted. */
  readonly hits = new WeakMap<Rule, number>();
  /** Tables of family inet by name. */
  readonly nftables = new Map<string, NftTable>();
  readonly #isLocal: (address: string) => boolean;

  /** `isLocal` says whether an address is the node's own. */
  constructor(isLocal: (address: string) => boolean) {
    this.#isLocal = isLocal;
  }

  /** Empties a chain, or makes it (iptables -N, -F); returns its rules to be filled. */
  chain(table: TableName, name: string): Rule[] {
    const rules: Rule[] = [];
    this.tables[table].set(name, rules);
    return rules;
  }

  remove(table: TableName, name: string): void {
    this.tables[table].delete(name);
  }

  /** Where a new connection to an address goes: nat OUTPUT for the node's own, which kube-proxy fills alike PREROUTING. */
  translate(transport: Transport, address: string, port: number, random: Random): Verdict {
    const packet = { transport, address, port };
    const dropped = this.#filtered('OUTPUT', packet, random);
    if (dropped === 'reject' || dropped === 'drop') return dropped;
    const translated = this.#walk('nat', 'OUTPUT', packet, random, 0);
    return typeof translated === 'object' ? { ...translated, port: translated.port || port } : { address, port };
  }

  /** What the chain INPUT of the filter table makes of a packet from elsewhere to this node itself. */
  input(packet: Packet, random: Random): Verdict | undefined {
    return this.#filtered('INPUT', packet, random);
  }

  #filtered(chain: string, packet: Omit<Packet, 'source'> & Partial<Packet>, random: Random): Verdict | undefined {
    const verdict = this.#walk('filter', chain, packet, random, 0) ?? (this.policies.get(`filter/${chain}`) === 'DROP' ? 'drop' : undefined);
    return verdict === 'accept' ? undefined : verdict;
  }

  /** Whether any table hands packets to a program. */
  get queueing(): boolean {
    for (const { addresses } of this.nftables.values()) if (addresses.size > 0) return true;
    return false;
  }

  /** Whether a packet that leaves this node, or goes to one of its pods, passes the hook `postrouting`. */
  forwards(packet: Packet): boolean {
    for (const { addresses, accepts } of this.nftables.values())
      if ((addresses.has(packet.source) || addresses.has(packet.address)) && !accepts(packet)) return false;
    return true;
  }

  /** Whether a rule of the nat table names this address and port (a NodePort on an own address). */
  matches(transport: Transport, address: string, port: number): boolean {
    for (const rules of this.tables.nat.values())
      for (const { match } of rules)
        if (match.destinationPort === port && match.protocol === transport && (match.destination === undefined || isAddress(match.destination, address)))
          return true;
    return false;
  }

  #walk(table: TableName, chain: string, packet: Omit<Packet, 'source'> & Partial<Packet>, random: Random, depth: number): Verdict | 'accept' | undefined {
    if (depth > 16) return undefined;
    for (const rule of this.tables[table].get(chain) ?? []) {
      const { match, target } = rule;
      if (!this.#applies(match, packet, random)) continue;
      this.hits.set(rule, (this.hits.get(rule) ?? 0) + 1);
      if ('dnat' in target) return target.dnat;
      if ('jump' in target) {
        const verdict = this.#walk(table, target.jump, packet, random, depth + 1);
        if (verdict !== undefined) return verdict;
      } else if ('verdict' in target) {
        if (target.verdict === 'REJECT') return 'reject';
        if (target.verdict === 'DROP') return 'drop';
        if (target.verdict === 'ACCEPT') return 'accept';
        if (target.verdict === 'RETURN') return undefined;
      }
    }
    return undefined;
  }

  #applies(match: RuleMatch, packet: Omit<Packet, 'source'> & Partial<Packet>, random: Random): boolean {
    if (match.never || (match.protocol !== undefined && match.protocol !== packet.transport)) return false;
    if (match.destination !== undefined && !isAddress(match.destination, packet.address)) return false;
    if (match.source !== undefined && packet.source !== undefined && !contains(match.source, packet.source)) return false;
    if (match.notSource !== undefined && packet.source !== undefined && contains(match.notSource, packet.source)) return false;
    if (match.destinationPort !== undefined && match.destinationPort !== packet.port) return false;
    if (match.localDestination && !this.#isLocal(packet.address)) return false;
    return match.probability === undefined || random.next() < match.probability;
  }
}

/** Whether a rule's destination is this address, with or without a prefix length. */
const isAddress = (destination: string, address: string): boolean =>
  destination.startsWith(address) && (destination.length === address.length || destination[address.length] === '/');
