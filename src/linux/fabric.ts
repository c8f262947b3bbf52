/** The network between the machines of one world: whose each address is, and who cannot reach whom. */
import type { Protocol } from './netfilter.ts';
import type { Destination, NetworkNamespace, Peer, Transport } from './network.ts';
import { NetworkError, timeoutAfter } from './network-error.ts';

/** Decides whether and where packets arrive: the cables, switches and routers between the nodes. */
export class Fabric {
  readonly #namespaces = new Set<NetworkNamespace>();
  readonly #byAddress = new Map<string, NetworkNamespace>();
  /** What each namespace was found under, so that nobody has to look through all addresses. */
  readonly #addresses = new Map<NetworkNamespace, readonly string[]>();
  /** Pairs of node namespaces that cannot reach each other, and nodes cut off from all. */
  readonly cut = new Set<NetworkNamespace>();
  /** How many listen to packets. */
  listening = 0;
  /** Asked before a packet is delivered (Docker's isolation of networks); false drops it. */
  readonly filters: ((from: Peer, to: Destination, transport: Transport) => boolean)[] = [];

  attach(namespace: NetworkNamespace): void {
    this.#namespaces.add(namespace);
    namespace.fabric = this;
    this.refresh(namespace);
  }

  /** To be called when a namespace's addresses have changed. */
  refresh(namespace: NetworkNamespace): void {
    this.#forget(namespace);
    const addresses = namespace.addresses();
    for (const address of addresses) if (!this.#byAddress.has(address)) this.#byAddress.set(address, namespace);
    this.#addresses.set(namespace, addresses);
  }

  detach(namespace: NetworkNamespace): void {
    this.#namespaces.delete(namespace);
    this.#forget(namespace);
  }

  #forget(namespace: NetworkNamespace): void {
    for (const address of this.#addresses.get(namespace) ?? []) if (this.#byAddress.get(address) === namespace) this.#byAddress.delete(address);
    this.#addresses.delete(namespace);
  }

  owner(address: string): NetworkNamespace | undefined {
    return this.#byAddress.get(address);
  }

  /** Throws ETIMEDOUT where a filter drops the packet. */
  pass(from: NetworkNamespace, destination: Destination, transport: Protocol): Destination {
    if (this.filters.length === 0) return destination;
    const peer = { address: from.sourceAddress(), namespace: from };
    for (const filter of this.filters) if (!filter(peer, destination, transport === 'udp' ? 'udp' : 'tcp')) throw new NetworkError('ETIMEDOUT', timeoutAfter);
    return destination;
  }

  namespaces(): Iterable<NetworkNamespace> {
    return this.#namespaces;
  }
}
