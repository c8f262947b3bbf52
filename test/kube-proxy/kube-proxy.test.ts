import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/api/types.ts';
import { Client } from '../../src/client/client.ts';
import { runKubeProxy } from '../../src/kube-proxy/kube-proxy.ts';
import { servicePortChains } from '../../src/kube-proxy/names.ts';
import { Netfilter } from '../../src/linux/netfilter.ts';
import { NetworkNamespace } from '../../src/linux/network.ts';
import { newServer } from '../apiserver/server.ts';

function world() {
  const { sim, server, credentials } = newServer();
  const client = new Client({ server: () => server, credentials, userAgent: 'test' });
  const network = new NetworkNamespace(1, 'node01');
  network.interfaces.set('eth0', { name: 'eth0', mac: '02:00:00:00:00:03', mtu: 1500, up: true, addresses: ['172.30.1.3/24'], kind: 'ethernet' });
  const netfilter = new Netfilter(network);
  const packet = (address: string, port: number) => ({ transport: 'tcp' as const, source: '172.30.1.3', address, port });
  const proxy = runKubeProxy({ sim: sim.scope('kube-proxy'), client, netfilter, nodeName: 'node01', clusterCidr: '10.244.0.0/16' });
  const service = (name: string, spec: Partial<Service['spec']>): Service =>
    client.create('services', { metadata: { name, namespace: 'default' }, spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec } } as Service);
  const endpoints = (name: string, addresses: readonly string[], ready = true) =>
    client.create('endpointslices.discovery.k8s.io', {
      metadata: { name: `${name}-abcde`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready, serving: ready, terminating: false }, nodeName: 'node01' })),
    } as never);
  return { sim, client, netfilter, packet, proxy, service, endpoints, settle: () => sim.advance(3_000) };
}

describe('kube-proxy', () => {
  it('names chains as upstream does', () => {
    expect(servicePortChains('default/kubernetes:https', 'tcp').cluster).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y');
    expect(servicePortChains('kube-system/kube-dns:dns', 'udp').cluster).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
  });

  it('leads a service to its endpoints, evenly', () => {
    const { sim, netfilter, packet, service, endpoints, settle, proxy } = world();
    const { spec } = service('web', {});
    endpoints('web', ['10.244.1.5', '10.244.1.6', '10.244.2.7']);
    settle();
    expect(proxy.healthy()).toBe(true);
    const counts = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const verdict = netfilter.translate('OUTPUT', packet(spec.clusterIP ?? '', 80), sim.random);
      expect(verdict.port).toBe(8080);
      counts.set(verdict.address, (counts.get(verdict.address) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(900);
    expect(counts.size).toBe(3);
  });

  it('refuses where there is no endpoint, and follows changes', () => {
    const { sim, netfilter, packet, service, endpoints, client, settle } = world();
    const { spec } = service('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    settle();
    expect(() => netfilter.filter('OUTPUT', packet(spec.clusterIP ?? '', 80), sim.random)).toThrow('Connection refused');
    expect(netfilter.tables.filter.get('KUBE-SERVICES')?.map(({ match }) => match.comment)).toContain('default/web has no endpoints');
    endpoints('web', ['10.244.1.5']);
    settle();
    expect(netfilter.translate('PREROUTING', packet(spec.clusterIP ?? '', 80), sim.random)).toMatchObject({ address: '10.244.1.5', port: 8080 });
    expect(netfilter.translate('PREROUTING', packet('172.30.1.3', 30080), sim.random)).toMatchObject({ address: '10.244.1.5', port: 8080 });
    client.delete('services', { namespace: 'default', name: 'web' });
    settle();
    expect([...netfilter.tables.nat.keys()].filter((name) => /^KUBE-(SVC|SEP|EXT)/.test(name))).toEqual([]);
  });

  it('leaves headless services and names of elsewhere alone', () => {
    const { netfilter, service, settle } = world();
    service('headless', { clusterIP: 'None' });
    service('away', { type: 'ExternalName', externalName: 'example.com', selector: {} });
    settle();
    expect(netfilter.tables.filter.get('KUBE-SERVICES')?.map(({ match }) => match.comment)).toEqual(['default/kubernetes:https has no endpoints']);
  });
});
