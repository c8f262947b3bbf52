/** The resolver of the network that the machines stand in: it knows the few names of the lab's web, and no others. */
import type { Fabric } from '../linux/fabric.ts';
import { NetworkNamespace, serve } from '../linux/network.ts';
import { dnsProtocol } from '../linux/protocols.ts';
import { gateway } from './machine/machine.ts';
import { resolver } from './web/web.ts';

/** Puts it on the gateway, where the machines' resolv.conf points. */
export function attachUpstreamDns(fabric: Fabric): void {
  const namespace = new NetworkNamespace(0, 'gateway');
  namespace.interfaces.set('eth0', { name: 'eth0', mac: '02:42:ac:1e:01:01', mtu: 1500, up: true, addresses: [`${gateway}/24`], kind: 'ethernet' });
  namespace.listen({ transport: 'udp', address: '0.0.0.0', port: 53, pid: 0, servers: new Map([serve(dnsProtocol, resolver)]) });
  fabric.attach(namespace);
}
