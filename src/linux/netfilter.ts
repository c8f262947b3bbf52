/** netfilter's tables as iptables shows them, and what filter and nat make of a packet. */
import type { Random } from '../sim/random.ts';
import type { Milliseconds } from '../sim/routine.ts';
import { NetworkError, refusedAfter, timeoutAfter } from './network-error.ts';
import { contains } from './routes.ts';

/** What a rule tells apart. */
export type Protocol = 'tcp' | 'udp' | 'icmp';

/** All that is given must hold; an empty match fits every packet. */
export type RuleMatch = {
  readonly protocol?: Protocol;
  /** Address or network. */
  readonly destination?: string;
  readonly source?: string;
  readonly notSource?: string;
  readonly notDestination?: string;
  readonly destinationPort?: number;
  /** Several ports, or those that it may not be; the second number of a range is its end. */
  readonly ports?: Ports;
  readonly sourcePorts?: Ports;
  /** `-m addrtype --dst-type LOCAL`: an address of the node itself. */
  readonly localDestination?: boolean;
  /** `--src-type LOCAL`. */
  readonly localSource?: boolean;
  /** `-m mark --mark 0x4000/0x4000`, kube-proxy's mark of what it masquerades; false: without it. */
  readonly marked?: boolean;
  /** `-m statistic --mode random --probability`. */
  readonly probability?: number;
  /** `-m recent`: without `seconds` notes the sender in this list, with them asks whether it was noted so lately. */
  readonly recent?: { readonly list: string; readonly seconds?: number };
  readonly comment?: string;
  /** Interfaces that it came in by and goes out by: `eth0`, `veth+`, `!docker0`. */
  readonly in?: string;
  readonly out?: string;
  /** `--ctstate`: NEW is what opens a connection, ESTABLISHED what answers it. */
  readonly states?: string;
  /** Further matches, and those above as -S writes them: only shown in listings. */
  readonly extra?: string;
  /** No packet of the lab fits: it carries no such mark. */
  readonly never?: boolean;
};

type Ports = { readonly not: boolean; readonly ranges: readonly (readonly [number, number?])[] };

type RuleTarget =
  | { readonly jump: string }
  | { readonly dnat: { readonly address: string; readonly port: number } }
  /** `--to-ports`, 0 for the port it was sent to. */
  | { readonly redirect: number }
  | { readonly snat: string }
  | { readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'MASQUERADE' }
  /** MARK sets or takes away kube-proxy's mark, MASQUERADE has options; others, as LOG, are without effect here. */
  | { readonly other: string };

/** One line of `iptables -S` in its chain; the first that fits decides, unless it jumps and comes back. */
export type Rule = { readonly match: RuleMatch; readonly target: RuleTarget };

/** Tables of iptables that the lab has; `raw` and `security` are not there. */
export type TableName = 'filter' | 'nat' | 'mangle';

/** A packet that opens a connection, or with `reply` the answer to it. */
export type Packet = {
  transport: Protocol;
  source: string;
  address: string;
  port: number;
  reply?: boolean;
  in?: string;
  out?: string;
  marked?: boolean;
  sourcePort?: number;
};

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
  readonly accepts: (packet: Queued) => boolean;
};

/** What a queue is handed: ICMP counts as TCP of no port. */
type Queued = { readonly transport: 'tcp' | 'udp'; readonly source: string; readonly address: string; readonly port: number };

/** One namespace's rules. kube-proxy, CNI plugins and dockerd write them; network.ts asks them for each new connection, as conntrack does. */
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
  /** Ports of the node that docker-proxy answers for where no rule leads elsewhere, while its process runs. */
  readonly proxies = new Set<Proxy>();
  /** Tables of family inet by name. */
  readonly nftables = new Map<string, NftTable>();
  readonly #namespace: Namespace;
  readonly #now: () => Milliseconds;
  /** By list and sender, when it was noted. */
  readonly #noted = new Map<string, Milliseconds>();
  #counting = true;

  constructor(namespace: Namespace, now: () => Milliseconds = () => 0) {
    this.#namespace = namespace;
    this.#now = now;
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

  /** Where a new connection goes on to: the nat table's OUTPUT for the namespace's own, PREROUTING for what comes in. */
  translate(hook: 'OUTPUT' | 'PREROUTING', packet: Packet, random: Random): Packet {
    const target = this.#walk('nat', hook, packet, random, 0);
    if (target === undefined) {
      const proxy = this.#proxy(packet.transport, packet.address, packet.port);
      return proxy ? { ...packet, ...proxy.to } : packet;
    }
    if ('dnat' in target) return { ...packet, address: target.dnat.address, port: target.dnat.port || packet.port };
    if (!('redirect' in target)) return packet;
    const address = hook === 'OUTPUT' ? '127.0.0.1' : (this.#namespace.addressTowards(packet.source) ?? packet.address);
    return { ...packet, address, port: target.redirect || packet.port };
  }

  /** What the filter table lets through; throws NetworkError for the rest. */
  filter(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', packet: Packet, random: Random): void {
    const target = this.#walk('filter', chain, packet, random, 0);
    const verdict = target && 'verdict' in target ? target.verdict : this.policies.get(`filter/${chain}`);
    if (verdict === 'REJECT') throw new NetworkError('ECONNREFUSED', refusedAfter);
    if (verdict === 'DROP') throw new NetworkError('ETIMEDOUT', timeoutAfter);
  }

  /** The address that hides the sender's: `own` is what MASQUERADE takes. */
  hidden(packet: Packet, own: string, random: Random): string | undefined {
    const target = this.#walk('nat', 'POSTROUTING', packet, random, 0);
    return target && 'snat' in target ? target.snat : target && 'verdict' in target && target.verdict === 'MASQUERADE' ? own : undefined;
  }

  /** What is asked without a packet counts none. */
  peek<T>(ask: () => T): T {
    this.#counting = false;
    try {
      return ask();
    } finally {
      this.#counting = true;
    }
  }

  /** Whether any table hands packets to a program. */
  get queueing(): boolean {
    for (const { addresses } of this.nftables.values()) if (addresses.size > 0) return true;
    return false;
  }

  /** Whether a packet that leaves this node, or goes to one of its pods, passes the hook `postrouting`. */
  forwards({ transport, source, address, port }: Packet): boolean {
    const packet: Queued = { transport: transport === 'udp' ? 'udp' : 'tcp', source, address, port };
    for (const { addresses, accepts } of this.nftables.values())
      if ((addresses.has(packet.source) || addresses.has(packet.address)) && !accepts(packet)) return false;
    return true;
  }

  /** Whether a rule of the nat table names this address and port (a NodePort on an own address). */
  matches(transport: Protocol, address: string, port: number): boolean {
    for (const rules of this.tables.nat.values())
      for (const { match } of rules)
        if (match.destinationPort === port && match.protocol === transport && (match.destination === undefined || isAddress(match.destination, address)))
          return true;
    return this.#proxy(transport, address, port) !== undefined;
  }

  #proxy(transport: Protocol, address: string, port: number): Proxy | undefined {
    if (this.proxies.size === 0 || !this.#namespace.has(address)) return undefined;
    return [...this.proxies].find((each) => each.protocol === transport && each.port === port && ['0.0.0.0', address].includes(each.address));
  }

  /** What decides about a packet; undefined at the chain's end. */
  #walk(table: TableName, chain: string, packet: Packet, random: Random, depth: number): RuleTarget | undefined {
    if (depth > 16) return undefined;
    for (const rule of this.tables[table].get(chain) ?? []) {
      const { match, target } = rule;
      if (!this.#applies(match, packet, random)) continue;
      if (this.#counting) this.hits.set(rule, (this.hits.get(rule) ?? 0) + 1);
      if ('other' in target && target.other.startsWith('MARK')) packet.marked = target.other.includes('--or-mark');
      if ('other' in target && target.other.startsWith('MASQUERADE')) return { verdict: 'MASQUERADE' };
      if ('other' in target) continue;
      if ('verdict' in target && target.verdict === 'RETURN') return undefined;
      if (!('jump' in target)) return target;
      const decided = this.#walk(table, target.jump, packet, random, depth + 1);
      if (decided !== undefined) return decided;
    }
    return undefined;
  }

  #applies(match: RuleMatch, packet: Packet, random: Random): boolean {
    if (match.never || (match.protocol !== undefined && match.protocol !== packet.transport)) return false;
    if (match.destination !== undefined && !within(match.destination, packet.address)) return false;
    if (match.destinationPort !== undefined && (packet.reply || match.destinationPort !== packet.port)) return false;
    if (match.ports && !isAmong(match.ports, packet.reply ? ephemeral : packet.port)) return false;
    if (match.sourcePorts && !isAmong(match.sourcePorts, packet.reply ? packet.port : ephemeral)) return false;
    if (match.source !== undefined && !contains(match.source, packet.source)) return false;
    if (match.notSource !== undefined && contains(match.notSource, packet.source)) return false;
    if (match.notDestination !== undefined && contains(match.notDestination, packet.address)) return false;
    if (match.states !== undefined && !match.states.includes(packet.reply ? 'ESTABLISHED' : 'NEW')) return false;
    if (match.localDestination && !this.#namespace.has(packet.address)) return false;
    if (match.localSource && !this.#namespace.has(packet.source)) return false;
    if (match.marked !== undefined && match.marked !== (packet.marked ?? false)) return false;
    if (match.in !== undefined && !isNamed(match.in, packet.in ?? this.#namespace.deviceTowards(packet.source))) return false;
    if (match.out !== undefined && !isNamed(match.out, packet.out ?? this.#namespace.deviceTowards(packet.address))) return false;
    if (match.probability !== undefined && random.next() >= match.probability) return false;
    return match.recent === undefined || this.#isRecent(match.recent, packet.source);
  }

  #isRecent({ list, seconds }: NonNullable<RuleMatch['recent']>, source: string): boolean {
    const key = `${list} ${source}`;
    if (seconds !== undefined) return this.#now() - (this.#noted.get(key) ?? Number.NEGATIVE_INFINITY) < seconds * 1000;
    if (this.#counting) this.#noted.set(key, this.#now());
    return true;
  }
}

type Proxy = {
  readonly protocol: Protocol;
  /** 0.0.0.0 for every one. */
  readonly address: string;
  readonly port: number;
  readonly to: { readonly address: string; readonly port: number };
};

/** What rules ask of the namespace they stand in: its addresses, and where its routes lead. */
type Namespace = {
  has(address: string): boolean;
  deviceTowards(address: string): string | undefined;
  addressTowards(address: string): string | undefined;
};

/** Whether an interface is the one that a rule names: `+` at the end stands for any more, `!` before it for all others. */
function isNamed(pattern: string, name = ''): boolean {
  if (pattern.startsWith('!')) return !isNamed(pattern.slice(1), name);
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The port that a client calls from is any of net.ipv4.ip_local_port_range. */
const ephemeral = 45_000;
const isAmong = ({ not, ranges }: Ports, port: number): boolean => ranges.some(([from, to = from]) => port >= from && port <= to) !== not;

/** Most rules of a node name one address: no arithmetic for those. */
const within = (network: string, address: string): boolean => isAddress(network, address) || (!network.endsWith('/32') && contains(network, address));

/** Whether a rule's destination is this address, with or without a prefix length. */
const isAddress = (destination: string, address: string): boolean =>
  destination.startsWith(address) && (destination.length === address.length || destination[address.length] === '/');
