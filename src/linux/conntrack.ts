/** The table of connections that netfilter keeps (nf_conntrack): each by what opened it and by what its answers look like. */
import type { Random } from '../sim/random.ts';
import type { Packet, Protocol } from './netfilter.ts';
import type { NetworkNamespace } from './network.ts';

type Tuple = { readonly source: string; readonly address: string; readonly sourcePort: number; readonly port: number };
/** As /proc/net/nf_conntrack tells it; `ends` is when it is forgotten, in milliseconds of the clock of its machine. */
export type Connection = {
  readonly transport: Protocol;
  readonly state: 'ESTABLISHED' | 'TIME_WAIT' | 'SYN_SENT' | 'CLOSE' | '';
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly replied: boolean;
  readonly ends: number;
};

/** What opened it, and what the rules before its way made of that. */
type Tracked = { readonly asked: Packet; readonly sent: Packet; readonly state: Connection['state']; readonly replied: boolean; readonly ends: number };

/** Seconds: kube-proxy sets the first to a day. */
const patience = { ESTABLISHED: 86_400, TIME_WAIT: 120, SYN_SENT: 120, CLOSE: 10, '': 30 };
const most = 4096;

/** One namespace's. Connections that components keep are one each, others end as soon as they are answered. */
export class Conntrack {
  readonly #tracked = new Map<string, Tracked>();
  /** Of the machine; a namespace without one keeps no table. */
  clock: (() => number) | undefined;

  /** net.netfilter.nf_conntrack_max, once somebody has set it; `say` tells the kernel's log. */
  limit: { readonly max: number; readonly say: (text: string) => void } | undefined;

  /** Whether a new connection finds no room. */
  full({ transport, source, address, port }: Packet): boolean {
    if (!this.limit || !this.clock) return false;
    const now = this.clock();
    for (const [key, { ends }] of this.#tracked) if (ends <= now) this.#tracked.delete(key);
    if (this.#tracked.size < this.limit.max || this.#tracked.has(`${transport} ${source}: ${address}:${port}`)) return false;
    this.limit.say('nf_conntrack: nf_conntrack: table full, dropping packet');
    return true;
  }

  track(asked: Packet, sent: Packet, kept: boolean, failure?: string): void {
    if (!this.clock) return;
    const tcp = asked.transport === 'tcp';
    const state = !tcp ? '' : failure === 'ECONNREFUSED' ? 'CLOSE' : failure ? 'SYN_SENT' : kept ? 'ESTABLISHED' : 'TIME_WAIT';
    const key = `${asked.transport} ${asked.source}:${kept ? '' : asked.sourcePort} ${asked.address}:${asked.port}`;
    const known = kept ? this.#tracked.get(key) : undefined;
    if (known) asked = known.asked;
    this.#tracked.set(key, { asked, sent, state, replied: !failure || state === 'CLOSE', ends: this.clock() + patience[state] * 1000 });
    if (this.#tracked.size > most) for (const oldest of this.#tracked.keys()) return void this.#tracked.delete(oldest);
  }

  list(namespace: NetworkNamespace, random: Random): Connection[] {
    const now = this.clock?.() ?? 0;
    for (const [key, { ends }] of this.#tracked) if (ends <= now) this.#tracked.delete(key);
    return [...this.#tracked.values()].map((each) => connection(each, namespace, random));
  }

  delete(namespace: NetworkNamespace, random: Random, chosen: (connection: Connection) => boolean): Connection[] {
    this.list(namespace, random);
    const gone: Connection[] = [];
    for (const [key, tracked] of this.#tracked) {
      const each = connection(tracked, namespace, random);
      if (!chosen(each)) continue;
      this.#tracked.delete(key);
      gone.push(each);
    }
    return gone;
  }
}

function connection({ asked, sent, state, replied, ends }: Tracked, namespace: NetworkNamespace, random: Random): Connection {
  const { transport, source, sourcePort = 0, address, port } = asked;
  const out = namespace.deviceTowards(sent.address);
  const own = namespace.addressTowards(sent.address) ?? source;
  const hidden = namespace.netfilter?.peek(() => namespace.netfilter?.hidden({ ...sent, ...(out ? { out } : {}) }, own, random));
  const masked = hidden !== undefined && hidden !== source;
  const back = masked ? maskedPort(sourcePort) : sourcePort;
  return {
    transport,
    state,
    replied,
    ends,
    original: { source, address, sourcePort, port },
    reply: { source: sent.address, address: hidden ?? source, sourcePort: sent.port, port: back },
  };
}

/** The port that MASQUERADE --random-fully takes instead. */
export const maskedPort = (port: number): number => 1024 + ((port * 7919) % 64_512);

/** A line of /proc/net/nf_conntrack, or with `file` false of `conntrack -L`. */
export function connectionText({ transport, state, original, reply, replied, ends }: Connection, now: number, file: boolean): string {
  const number = { tcp: 6, udp: 17, icmp: 1 }[transport];
  const tuple = ({ source, address, sourcePort, port }: Tuple, echo: number): string =>
    `src=${source} dst=${address} ${transport === 'icmp' ? `type=${echo} code=0 id=${original.sourcePort % 65_536}` : `sport=${sourcePort} dport=${port}`}`;
  const [family, end] = file ? ['ipv4     2 ', 'mark=0 zone=0 use=2'] : ['', 'mark=0 use=1'];
  const assured = transport === 'tcp' && /ESTABLISHED|TIME_WAIT/.test(state) ? '[ASSURED] ' : '';
  const left = Math.max(0, Math.ceil((ends - now) / 1000));
  return `${family}${transport.padEnd(8)} ${number} ${left} ${state === '' ? '' : `${state} `}${tuple(original, 8)} ${replied ? '' : '[UNREPLIED] '}${tuple(reply, 0)} ${assured}${end}\n`;
}
