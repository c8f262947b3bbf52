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
  const netfilter = new Netfilter(network, () => sim.now);
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

  it('keeps a client at its endpoint for as long as the affinity lasts, and clients apart', () => {
    const { sim, service, endpoints, settle, netfilter, packet } = world();
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
    const { spec } = service('web', { sessionAffinity: 'ClientIP', sessionAffinityConfig });
    endpoints('web', ['10.244.1.5', '10.244.1.6', '10.244.2.7']);
    settle();
    const goes = (source: string) => netfilter.translate('PREROUTING', { ...packet(spec.clusterIP ?? '', 80), source }, sim.random).address;
    const clients = Array.from({ length: 20 }, (_, i) => `10.244.1.${100 + i}`);
    const first = clients.map(goes);
    expect(new Set(first).size).toBe(3);
    expect(clients.map(goes)).toEqual(first);
    sim.advance(61_000);
    expect(clients.map(goes)).not.toEqual(first);
  });

  it('reaches what is elsewhere from pods and from the node itself though strangers are dropped', () => {
    const { sim, client, service, settle, netfilter, packet } = world();
    service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080 }] });
    client.create('endpointslices.discovery.k8s.io', {
      metadata: { name: 'web-abcde', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.244.9.5'], conditions: { ready: true }, nodeName: 'node09' }],
    } as never);
    settle();
    const nodePort = packet('172.30.1.3', 30080);
    expect(netfilter.translate('OUTPUT', nodePort, sim.random).address).toBe('10.244.9.5');
    expect(netfilter.translate('PREROUTING', { ...nodePort, source: '10.244.1.7' }, sim.random).address).toBe('10.244.9.5');
    const stranger = netfilter.translate('PREROUTING', { ...nodePort, source: '172.30.1.99' }, sim.random);
    expect(stranger.address).toBe('172.30.1.3');
    expect(() => netfilter.filter('INPUT', stranger, sim.random)).toThrow('timed out');
    const rules = [...netfilter.tables.nat].find(([name]) => name.startsWith('KUBE-EXT-'))?.[1].map(({ match }) => match.comment);
    expect(rules).toEqual(['pod', 'masquerade LOCAL', 'route LOCAL'].map((what) => `${what} traffic for default/web external destinations`));
  });

  it('prefers what is hinted for this node, then for its zone, unless a hint is missing', () => {
    const { sim, client, service, settle, netfilter, packet } = world();
    client.create('nodes', { metadata: { name: 'node01', labels: { 'topology.kubernetes.io/zone': 'a' } } } as never);
    const { spec } = service('web', {});
    const endpoint = (address: string, zone: string, node?: string) => ({
      addresses: [address],
      conditions: { ready: true },
      hints: { forZones: [{ name: zone }], ...(node && { forNodes: [{ name: node }] }) },
    });
    const write = (endpoints: readonly object[]) => {
      const slice = { metadata: { name: 'web-abcde', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } } };
      const there = client.get('endpointslices.discovery.k8s.io', slice.metadata);
      const body = { ...slice, addressType: 'IPv4', ports: [{ name: '', port: 8080, protocol: 'TCP' }], endpoints } as never;
      if (there) client.update('endpointslices.discovery.k8s.io', { ...there, endpoints } as never);
      else client.create('endpointslices.discovery.k8s.io', body);
      settle();
      const goes = () => netfilter.translate('PREROUTING', packet(spec.clusterIP ?? '', 80), sim.random).address;
      return [...new Set(Array.from({ length: 60 }, goes))].sort();
    };
    expect(write([endpoint('10.244.1.5', 'a'), endpoint('10.244.1.6', 'a'), endpoint('10.244.2.7', 'b')])).toEqual(['10.244.1.5', '10.244.1.6']);
    expect(write([endpoint('10.244.1.5', 'a', 'node01'), endpoint('10.244.1.6', 'a', 'node02')])).toEqual(['10.244.1.5']);
    expect(write([endpoint('10.244.2.7', 'b'), endpoint('10.244.2.8', 'c')])).toEqual(['10.244.2.7', '10.244.2.8']);
    expect(write([endpoint('10.244.1.5', 'a'), { ...endpoint('10.244.2.7', 'b'), hints: undefined }])).toEqual(['10.244.1.5', '10.244.2.7']);
  });
});
