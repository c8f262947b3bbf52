/**
 * What listeners on interfaces see (AF_PACKET, as tcpdump asks for it): each packet of a connection at each interface that it crosses. Nothing of
 * this is made unless somebody listens. The lab's conversations are calls between objects: which packets they stand for is told here.
 */

import type { Routine } from '../sim/routine.ts';
import { type ByteStream, byteLength } from '../sim/stream.ts';
import type { Packet, Protocol } from './netfilter.ts';
import type { Interface, Listener, NetworkNamespace } from './network.ts';
import type { ByteServer, DnsAnswer, DnsServer, HttpRequest, HttpResponse, HttpServer } from './protocols.ts';
import { statusText } from './protocols.ts';

/** A packet as it passes one interface; `macs` are of the two ends of the link. */
export type Segment = {
  readonly device: Interface;
  readonly out: boolean;
  readonly macs: readonly [string, string];
  readonly transport: Protocol;
  readonly source: string;
  readonly sourcePort: number;
  readonly address: string;
  readonly port: number;
  /** Of TCP, as tcpdump writes them: `S`, `S.`, `P.`. */
  readonly flags: string;
  /** Counted from the first byte; what each side's numbers begin with is in `first`. */
  readonly sequence: number;
  readonly acknowledged: number;
  readonly first: readonly [own: number, other: number];
  /** Bytes above TCP, UDP or IP. */
  readonly length: number;
  /** What can be read of them. */
  readonly text: string;
  readonly icmp?: Icmp;
  readonly dns?: Dns;
};
export type Icmp =
  | { readonly kind: 'request' | 'reply'; readonly id: number; readonly sequence: number }
  /** Of the packet that was refused. */
  | { readonly kind: 'unreachable'; readonly address: string; readonly transport: Protocol; readonly port: number };
export type Dns = { readonly id: number; readonly type: string; readonly name: string; readonly edns: boolean; readonly answer?: DnsAnswer };

/** Is shown each packet of the interfaces of a namespace. */
export type Tap = (segment: Segment) => void;

/** A packet at one interface of its way. */
export type Crossing = {
  readonly namespace: NetworkNamespace;
  readonly device: Interface;
  readonly out: boolean;
  readonly macs: readonly [string, string];
  readonly packet: Packet;
};

/** Starts to listen in a namespace; the end is given back. While anybody listens, packets are followed hop by hop (network.ts). */
export function listenIn(namespace: NetworkNamespace, tap: Tap): () => void {
  const fabric = namespace.fabric ?? namespace.uplink?.fabric;
  namespace.taps.add(tap);
  if (fabric) fabric.listening++;
  return () => {
    if (namespace.taps.delete(tap) && fabric) fabric.listening--;
  };
}

type Said = Partial<Pick<Segment, 'flags' | 'length' | 'text' | 'icmp' | 'dns'>>;

const maximum = 65_000;
/** Bytes that TLS 1.3 puts around a record. */
const record = 22;

/** One connection on its way, there and back. */
export class Wire {
  readonly #crossings: readonly Crossing[];
  /** How much each side has sent: the client's first. */
  readonly #sent: [number, number] = [0, 0];
  readonly #first: readonly [number, number];
  #closed = false;

  constructor(crossings: readonly Crossing[]) {
    this.#crossings = crossings;
    const port = crossings[0]?.packet.sourcePort ?? 0;
    this.#first = [Math.imul(port, 2_654_435_761) >>> 0, Math.imul(port + 7, 2_246_822_519) >>> 0];
  }

  /** Undefined where nobody listens on the way. */
  static along(crossings: readonly Crossing[]): Wire | undefined {
    return crossings.some(({ namespace }) => namespace.taps.size > 0) ? new Wire(crossings) : undefined;
  }

  say(back: boolean, { flags = '', length = 0, text = '', icmp, dns }: Said): void {
    const [own, other] = back ? [1, 0] : [0, 1];
    const sequence = this.#sent[own] ?? 0;
    for (const { namespace, device, out, macs, packet } of back ? [...this.#crossings].reverse() : this.#crossings) {
      const { transport, source, sourcePort = 0, address, port } = packet;
      const ends = back ? { source: address, sourcePort: port, address: source, port: sourcePort } : { source, sourcePort, address, port };
      const refused = icmp?.kind === 'unreachable' ? { icmp: { ...icmp, address, transport, port } } : icmp ? { icmp } : {};
      for (const tap of namespace.taps)
        tap({
          ...ends,
          ...refused,
          ...(dns ? { dns } : {}),
          transport: icmp ? 'icmp' : transport,
          device,
          // What goes to oneself is heard once.
          out: out !== back && device.kind !== 'loopback',
          macs: back ? [macs[1], macs[0]] : macs,
          flags,
          sequence,
          acknowledged: this.#sent[other] ?? 0,
          first: [this.#first[own] ?? 0, this.#first[other] ?? 0],
          length,
          text,
        });
    }
    this.#sent[own] = sequence + length + (/[SF]/.test(flags) ? 1 : 0);
  }

  /** A number of its own. */
  get identity(): number {
    return this.#first[0] % 65_536;
  }

  get #packet(): Packet | undefined {
    return this.#crossings[0]?.packet;
  }

  open(): void {
    if (this.#packet?.transport !== 'tcp') return;
    this.say(false, { flags: 'S' });
    this.say(true, { flags: 'S.' });
    this.say(false, { flags: '.' });
  }

  /** Of TCP the first packet alone: whoever has it says nothing. */
  attempt(): void {
    if (this.#packet?.transport === 'tcp') this.say(false, { flags: 'S' });
  }

  /** By the machine where nobody listens. */
  refused(): void {
    this.attempt();
    if (this.#packet?.transport === 'tcp') this.say(true, { flags: 'R.' });
  }

  /** By a rule on the way. */
  rejected(): void {
    this.attempt();
    if (this.#packet?.transport === 'tcp') this.unreachable(60);
  }

  /** `length` of the packet that is sent back in part. */
  unreachable(length: number): void {
    this.say(true, { icmp: { kind: 'unreachable', address: '', transport: 'udp', port: 0 }, length: length + 8 });
  }

  data(back: boolean, text: string, secret = false): void {
    for (let rest = text; rest !== ''; rest = rest.slice(maximum)) {
      const part = rest.slice(0, maximum);
      this.say(back, { flags: 'P.', length: byteLength(part) + (secret ? record : 0), text: secret ? '' : part });
      this.say(!back, { flags: '.' });
    }
  }

  /** The side that ends it first. */
  close(back = false): void {
    if (this.#closed || this.#packet?.transport !== 'tcp') return;
    this.#closed = true;
    this.say(back, { flags: 'F.' });
    this.say(!back, { flags: 'F.' });
    this.say(back, { flags: '.' });
  }
}

const title = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
const headerLines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${title(name)}: ${value}\r\n`)
    .join('');
const has = (headers: Readonly<Record<string, string>>, name: string): boolean => Object.keys(headers).some((each) => each.toLowerCase() === name);

function requestText({ method, path, host, headers, body }: HttpRequest): string {
  const own = has(headers, 'host') ? '' : `Host: ${host}\r\n`;
  const length = body === '' || has(headers, 'content-length') ? '' : `Content-Length: ${byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${own}${headerLines(headers)}${length}\r\n${body}`;
}

function responseText({ status, headers, body }: HttpResponse): string {
  const length = has(headers, 'content-length') ? '' : `Content-Length: ${byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status} ${statusText(status)}\r\n${headerLines(headers)}${length}\r\n${body}`;
}

/** A value as it would go over the wire; what has no text counts nothing. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

const isRoutine = (value: unknown): value is Routine<unknown> => typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;

/** A server whose conversation is heard. `secret`: it speaks TLS. */
export function overheard<Server>(server: Server, protocol: string, wire: Wire, { tls }: Listener): Server {
  const secret = tls !== undefined || (server as HttpServer).tls === true;
  if (protocol === 'bytes') return { ...server, accept: bytes(server as ByteServer, wire) };
  const told: Record<string, unknown> = {};
  if (protocol === 'dns') told['query'] = dnsQuery(server as DnsServer, wire);
  if (protocol === 'http') told['handle'] = exchange((request: HttpRequest) => (server as HttpServer).handle(request), wire, secret, requestText, responseText);
  if (secret) {
    // The greetings: what the client offers, the server's certificate, and that both are content.
    wire.data(false, ' '.repeat(517 - record), true);
    wire.data(true, (tls?.().certificate ?? ' '.repeat(2000)).slice(0, 2400), true);
    wire.data(false, ' '.repeat(58), true);
  }
  const target = server as object;
  // What is frozen may not be told otherwise by a proxy of itself.
  return new Proxy(Object.create(Object.getPrototypeOf(target)), {
    get(_own, key) {
      const found = told[String(key)];
      if (found !== undefined) return found;
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function' || protocol === 'http' || protocol === 'dns') return typeof value === 'function' ? value.bind(target) : value;
      return exchange((...asked: unknown[]) => value.apply(target, asked), wire, secret, jsonOf, jsonOf, key === 'handle');
    },
  }) as Server;
}

/** A call and what comes of it, now or later. */
function exchange<Asked extends unknown[], Answer>(
  call: (...asked: Asked) => Answer,
  wire: Wire,
  secret: boolean,
  askedText: (asked: Asked[0]) => string,
  answerText: (answer: never) => string,
  ends = true,
): (...asked: Asked) => Answer {
  const answered = (answer: unknown): void => {
    wire.data(true, answerText(answer as never), secret);
    if (ends) wire.close();
  };
  return (...asked) => {
    wire.data(false, askedText(asked[0]), secret);
    const answer = call(...asked);
    if (!isRoutine(answer)) {
      answered(answer);
      return answer;
    }
    return (function* (): Routine<unknown> {
      const later = yield* answer;
      answered(later);
      return later;
    })() as Answer;
  };
}

const sizes: Readonly<Record<string, number>> = { A: 4, AAAA: 16, SRV: 8 };

/** A question of UDP and its answer, each as long as RFC 1035 makes it. */
function dnsQuery(server: DnsServer, wire: Wire): DnsServer['query'] {
  return function* (name, type, asker) {
    const edns = asker?.bufferSize !== undefined;
    const length = 12 + name.length + 2 + 4 + (edns ? 11 : 0);
    const asked = { id: (name.length * 7919 + type.length * 104_729 + wire.identity) % 65_536, type, name, edns };
    wire.say(false, { length, dns: asked });
    const answer = yield* server.query(name, type, asker);
    const records = answer.records.reduce((sum, each) => sum + 2 * (name.length + 2) - name.length + 8 + (sizes[each.type] ?? each.data.length + 2), 0);
    wire.say(true, { length: length + records + (answer.records.length === 0 ? 93 : 0), dns: { ...asked, answer } });
    return answer;
  };
}

const bytes = (server: ByteServer, wire: Wire): ByteServer['accept'] =>
  function* ({ fromClient, toClient }) {
    hear(fromClient, wire, false);
    hear(toClient, wire, true);
    yield* server.accept({ fromClient, toClient });
    wire.close(true);
  };

function hear(stream: ByteStream, wire: Wire, back: boolean): void {
  const push = stream.push.bind(stream);
  stream.push = (text) => {
    wire.data(back, text);
    return push(text);
  };
}
