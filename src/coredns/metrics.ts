/** plugin/metrics: what CoreDNS counts for Prometheus. */
import { Counter, exposition, type Family, labelsText, type ProcessFacts, processFamilies, type Sample } from '../apimachinery/metrics.ts';
import type { DnsAnswer } from '../linux/protocols.ts';
import type { ServerBlock } from './corefile.ts';

export class DnsCounters {
  readonly #requests = new Counter();
  readonly #responses = new Counter();

  answered(port: number, type: string, { code }: DnsAnswer): void {
    const server = `server="dns://:${port}"`;
    this.#requests.inc(`family="1",proto="udp",${server},type="${type}",view="",zone="."`);
    this.#responses.inc(`plugin="",rcode="${code}",${server},view="",zone="."`);
  }

  text(blocks: readonly ServerBlock[], version: string, facts: ProcessFacts): string {
    const enabled = blocks.flatMap(({ plugins, zones }) =>
      plugins.map(({ name }): Sample => [labelsText({ name, server: `dns://:${zones[0]?.port ?? 53}`, view: '', zone: zones[0]?.zone || '.' }), 1]),
    );
    const families: Family[] = [
      {
        name: 'coredns_build_info',
        type: 'gauge',
        help: "A metric with a constant '1' value labeled by version, revision, and goversion from which CoreDNS was built.",
        samples: [[labelsText({ goversion: 'go1.25.2', revision: '1db4568', version }), 1]],
      },
      { name: 'coredns_dns_requests_total', type: 'counter', help: 'Counter of DNS requests made per zone, protocol and family.', samples: this.#requests },
      { name: 'coredns_dns_responses_total', type: 'counter', help: 'Counter of response status codes.', samples: this.#responses },
      {
        name: 'coredns_plugin_enabled',
        type: 'gauge',
        help: 'A metric that indicates whether a plugin is enabled on per server and zone basis.',
        samples: enabled,
      },
    ];
    return exposition([...families, ...processFamilies(facts)]);
  }
}
