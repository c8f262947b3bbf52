import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { corefile as kubeadmCorefile } from '../../src/cluster/kubeadm/corefile.ts';
import { runCoreDns } from '../../src/coredns/coredns.ts';
import { parseCorefile } from '../../src/coredns/corefile.ts';
import type { DnsAnswer, DnsRecord, DnsServer, HttpServer } from '../../src/linux/protocols.ts';
import type { Routine } from '../../src/sim/routine.ts';
import { newServer } from '../apiserver/server.ts';

function world(corefile = kubeadmCorefile) {
  const { sim, server, credentials } = newServer();
  const client = new Client({ server: () => server, credentials, userAgent: 'test' });
  const servers = new Map<number, DnsServer>();
  const pages = new Map<number, HttpServer>();
  const lines: string[] = [];
  const state = { corefile };
  const dns = runCoreDns({
    sim: sim.scope('coredns'),
    client,
    corefile: () => state.corefile,
    readFile: () => 'nameserver 172.30.1.1\n',
    ownAddress: () => '10.244.0.2',
    *ask(_address, _port, { name, type }): Routine<DnsAnswer | undefined> {
      if (name === 'example.com' && type === 'A')
        return { code: 'NOERROR', authoritative: true, records: [{ name: 'example.com.', type, ttl: 60, data: '93.184.216.34' }] };
      return name.endsWith('.com') ? { code: 'NXDOMAIN', authoritative: true, records: [] } : undefined;
    },
    listenDns: (port, each) => void servers.set(port, each),
    listenHttp: (port, each) => void pages.set(port, each),
    log: (text) => void lines.push(text),
  });
  const run = <T>(routine: Routine<T>): T => {
    const fiber = sim.go(routine);
    sim.advanceUntil(() => fiber.done, 10_000);
    return fiber.result as T;
  };
  const ask = (name: string, type: DnsRecord['type'] = 'A'): string => {
    const answer = run((servers.get(53) as DnsServer).query(name, type, { address: '10.244.1.5' }));
    return `${answer.code} ${answer.records
      .map(({ data }) => data)
      .sort()
      .join(' ')}`.trim();
  };
  const get = (port: number, path: string) =>
    run((pages.get(port) as HttpServer).handle({ method: 'GET', path, host: '', headers: {}, body: '', remoteAddress: '' })).status;
  const service = (name: string, spec: object) =>
    client.create('services', {
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80, name: 'http' }], selector: { app: name }, ...spec },
    } as never);
  const endpoints = (name: string, addresses: readonly string[]) =>
    client.create('endpointslices.discovery.k8s.io', {
      metadata: { name: `${name}-abcde`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: addresses.map((address, index) => ({ addresses: [address], conditions: { ready: true }, ...(index === 0 && { hostname: `${name}-0` }) })),
    } as never);
  return { sim, client, dns, ask, get, service, endpoints, lines, state };
}

describe('CoreDNS', () => {
  it('logs who asked what, sizes and time', () => {
    const { ask, lines, service, sim } = world(kubeadmCorefile.replace('errors', 'errors\n    log'));
    service('web', { clusterIP: '10.96.0.7' });
    sim.advance(1000);
    const asked = (name: string, type: DnsRecord['type'] = 'A'): string => {
      ask(name, type);
      return lines.filter((line) => line.startsWith('[INFO] 10.')).at(-1) ?? '';
    };
    expect(asked('web.default.svc.cluster.local')).toMatch(
      /^\[INFO\] 10\.244\.1\.5:\d{5} - \d{1,5} "A IN web\.default\.svc\.cluster\.local\. udp 47 false 512" NOERROR qr,aa,rd 92 0\.000\d{1,6}s$/,
    );
    expect(asked('web.default.svc.cluster.local', 'AAAA')).toContain('udp 47 false 512" NOERROR qr,aa,rd 140 ');
    expect(asked('nosuch.default.svc.cluster.local')).toContain('udp 50 false 512" NXDOMAIN qr,aa,rd 143 ');
    expect(asked('example.com')).toContain('udp 29 false 512" NOERROR qr,rd,ra 56 ');
    ask('example.org');
    expect(lines.filter((line) => line.includes('plugin/errors')).at(-1)).toMatch(
      /^\[ERROR\] plugin\/errors: 2 example\.org\. A: read udp 10\.244\.0\.2:\d+->172\.30\.1\.1:53: i\/o timeout$/,
    );
  });

  it('answers for services, endpoints and pods', () => {
    const { sim, ask, service, endpoints } = world();
    const web = service('web', {});
    service('db', { clusterIP: 'None' });
    service('ext', { type: 'ExternalName', externalName: 'example.com', ports: undefined, selector: undefined });
    endpoints('db', ['10.244.1.5', '10.244.2.6']);
    sim.advance(1_000);
    const ip = web.spec.clusterIP ?? '';
    expect(ask('web.default.svc.cluster.local.')).toBe(`NOERROR ${ip}`);
    expect(ask('WEB.default.svc.cluster.local')).toBe(`NOERROR ${ip}`);
    expect(ask('web.default.svc.cluster.local', 'AAAA')).toBe('NOERROR');
    expect(ask('nosuch.default.svc.cluster.local')).toBe('NXDOMAIN');
    expect(ask('web.nosuch.svc.cluster.local')).toBe('NXDOMAIN');
    expect(ask('default.svc.cluster.local')).toBe('NOERROR');
    expect(ask('db.default.svc.cluster.local')).toBe('NOERROR 10.244.1.5 10.244.2.6');
    expect(ask('db-0.db.default.svc.cluster.local')).toBe('NOERROR 10.244.1.5');
    expect(ask('10-244-2-6.db.default.svc.cluster.local')).toBe('NOERROR 10.244.2.6');
    expect(ask('_http._tcp.web.default.svc.cluster.local', 'SRV')).toBe('NOERROR 0 100 80 web.default.svc.cluster.local.');
    expect(ask('_http._tcp.db.default.svc.cluster.local', 'SRV')).toBe(
      'NOERROR 0 50 8080 10-244-2-6.db.default.svc.cluster.local. 0 50 8080 db-0.db.default.svc.cluster.local.',
    );
    expect(ask('10-244-1-5.default.pod.cluster.local')).toBe('NOERROR 10.244.1.5');
    expect(ask(`${ip.split('.').reverse().join('.')}.in-addr.arpa`, 'PTR')).toBe('NOERROR web.default.svc.cluster.local.');
    expect(ask('5.1.244.10.in-addr.arpa', 'PTR')).toBe('NOERROR db-0.db.default.svc.cluster.local.');
    expect(ask('ext.default.svc.cluster.local')).toBe('NOERROR 93.184.216.34 example.com.');
  });

  it('asks upstream for everything else', () => {
    const { sim, ask } = world();
    sim.advance(1_000);
    expect(ask('example.com')).toBe('NOERROR 93.184.216.34');
    expect(ask('nosuch.com')).toBe('NXDOMAIN');
    expect(ask('nobody.answers.org')).toBe('SERVFAIL');
  });

  it('is ready when it knows the cluster', () => {
    const { sim, get, dns } = world();
    expect(dns.ready()).toBe(false);
    expect(get(8080, '/health')).toBe(200);
    sim.advance(1_000);
    expect(get(8181, '/ready')).toBe(200);
  });

  it('reads its Corefile, again when it changes', () => {
    expect(() => parseCorefile('.:53 {\n  errors\n  nosuch\n}\n', '/etc/coredns/Corefile')).toThrow(
      "/etc/coredns/Corefile:3 - Error during parsing: Unknown directive 'nosuch'",
    );
    const { sim, ask, state, lines } = world();
    sim.advance(1_000);
    state.corefile = kubeadmCorefile.replace(
      'forward',
      'hosts {\n 10.0.0.1 db.example.com\n fallthrough\n }\n rewrite name old.example.com db.example.com\n forward',
    );
    sim.advance(60_000);
    expect(ask('db.example.com')).toBe('NOERROR 10.0.0.1');
    expect(ask('old.example.com')).toBe('NOERROR 10.0.0.1');
    expect(lines.filter((line) => line.includes('Reloading complete'))).toHaveLength(1);
  });

  it('does not forward to itself', () => {
    expect(() => world(kubeadmCorefile.replace('/etc/resolv.conf', '127.0.0.53'))).toThrow(/plugin\/loop: Loop/);
  });
});
