/** The table of ARP: the other machines of the network, the pods of a bridge, and what was asked for on links made by hand. */
import { heard } from './links.ts';
import type { NetworkNamespace } from './network.ts';
import { contains } from './routes.ts';

/** Without `mac` nobody answered. */
export type Neighbour = { readonly address: string; readonly device: string; readonly mac: string | undefined };

export function neighboursOf(network: NetworkNamespace): Neighbour[] {
  const rows = new Map<string, Neighbour>();
  for (const each of network.interfaces.values()) {
    if (each.kind === 'ethernet')
      for (const other of network.fabric?.namespaces() ?? [])
        for (const address of other === network || other.uplink ? [] : other.addresses())
          if (each.addresses.some((own) => contains(own, address))) {
            const owner = [...other.interfaces.values()].find((found) => found.addresses.some((mine) => mine.startsWith(`${address}/`)));
            rows.set(address, { address, device: each.name, mac: owner?.mac ?? '' });
          }
    // Those that were given an address of a bridge's network have been spoken to.
    if (each.kind === 'bridge' && each.addresses.length > 0 && !network.rewired)
      for (const { namespace, device } of heard(network, each))
        for (const address of namespace.uplink === network ? namespace.addresses() : [])
          if (each.addresses.some((own) => contains(own, address))) rows.set(address, { address, device: each.name, mac: device.mac });
  }
  for (const [address, { device, mac }] of network.neighbours) if (network.interfaces.has(device)) rows.set(address, { address, device, mac });
  return [...rows.values()];
}
