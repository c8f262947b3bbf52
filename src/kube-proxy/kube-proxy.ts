/** kube-proxy in iptables mode: Services and EndpointSlices become netfilter rules (kubernetes pkg/proxy/iptables). */

import type { EndpointSlice, Node } from '../api/types.ts';
import { type Family, labelsText } from '../apimachinery/metrics.ts';
import type { Client } from '../client/client.ts';
import { reflectorTexts, SharedInformers } from '../client/shared-informers.ts';
import type { Netfilter, Rule } from '../linux/netfilter.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { builtinJumps, serviceChains } from './rules.ts';
import { servicePorts } from './service-ports.ts';

type KubeProxyOptions = {
  readonly sim: Sim;
  readonly client: Client;
  readonly netfilter: Netfilter;
  readonly nodeName: string;
  /** `clusterCIDR` of the configuration; empty: traffic of pods is not told from other traffic. */
  readonly clusterCidr?: string;
  /** `iptables.minSyncPeriod`. */
  readonly minSyncPeriod?: Milliseconds;
  readonly log?: (text: string) => void;
  /** A line of an error, without its head. */
  readonly logError?: (text: string) => void;
};

type KubeProxy = {
  /** True once the first rules are in place: `/healthz`. */
  healthy(): boolean;
  /** For /metrics on port 10249. */
  families(): Family[];
};

const serviceNameLabel = 'kubernetes.io/service-name';

/** Starts kube-proxy in `options.sim`. Stopping it leaves its rules where they are, as in reality. */
export function runKubeProxy(options: KubeProxyOptions): KubeProxy {
  const { sim, client } = options;
  const informers = new SharedInformers(sim, client, (resource, problem) => {
    const { type, error } = reflectorTexts(resource, problem);
    const more = `logger="UnhandledError" reflector="k8s.io/client-go/informers/factory.go:160" type=${JSON.stringify(type)}`;
    options.logError?.(`"Failed to watch" err=${JSON.stringify(error)} ${more}`);
  });
  const services = informers.of('services');
  const slices = informers.of('endpointslices.discovery.k8s.io');
  slices.addIndex('service', (slice: EndpointSlice) => {
    const name = slice.metadata.labels?.[serviceNameLabel];
    return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
  });
  const changed = new Condition();
  const state: State = { dirty: true, synced: false, full: true };
  const written = { filter: new Map<string, Rule[]>(), nat: new Map<string, Rule[]>() };
  const touch = (): void => {
    state.dirty = true;
    changed.notify();
  };
  const told = { services: 0, slices: 0, syncedAt: 0 };
  const counted = (kind: 'services' | 'slices') => () => {
    told[kind]++;
    touch();
  };
  const [ofService, ofSlice] = [counted('services'), counted('slices')];
  services.addHandler({ add: ofService, update: ofService, delete: ofService });
  slices.addHandler({ add: ofSlice, update: ofSlice, delete: ofSlice });
  const nodes = informers.of('nodes');
  const zoneOf = (node: Node | undefined): string | undefined => node?.metadata.labels?.['topology.kubernetes.io/zone'];
  nodes.addHandler({
    add: touch,
    update: (before, node) => (node.metadata.name === options.nodeName && zoneOf(before) !== zoneOf(node) ? touch() : undefined),
  });
  const sync = (): void => {
    const place = { node: options.nodeName, zone: zoneOf(nodes.get({ namespace: '', name: options.nodeName })) };
    const ports = services.list().flatMap((service) => {
      const key = `${service.metadata.namespace}/${service.metadata.name}`;
      return servicePorts(service, slices.byIndex('service', key), place);
    });
    install(options.netfilter, serviceChains(ports, options.clusterCidr ?? ''), written, state.full);
    state.synced = true;
    told.syncedAt = sim.now;
    state.full = false;
  };
  sim.go(syncLoop(options, informers, state, changed, sync), 'kube-proxy');
  return { healthy: () => state.synced, families: () => proxyFamilies(options.netfilter, told) };
}

type Told = { readonly services: number; readonly slices: number; readonly syncedAt: number };

/** pkg/proxy/metrics/metrics.go */
function proxyFamilies({ tables }: Netfilter, { services, slices, syncedAt }: Told): Family[] {
  const rules = (table: 'filter' | 'nat'): number => [...tables[table]].filter(([name]) => isOurs(name)).reduce((sum, [, list]) => sum + list.length, 0);
  const family = (name: string, type: Family['type'], help: string, samples: Family['samples']): Family => ({ name, type, help, stability: 'ALPHA', samples });
  const perTable: Family['samples'] = (['filter', 'nat'] as const).map((table) => [labelsText({ ip_family: 'IPv4', table }), rules(table)]);
  const once = (value: number): Family['samples'] => [[labelsText({ ip_family: 'IPv4' }), value]];
  return [
    family('kubeproxy_sync_proxy_rules_iptables_total', 'gauge', 'Total number of iptables rules owned by kube-proxy', perTable),
    family('kubeproxy_sync_proxy_rules_last_timestamp_seconds', 'gauge', 'The last time proxy rules were successfully synced', once(syncedAt / 1000)),
    family('kubeproxy_sync_proxy_rules_service_changes_total', 'counter', 'Cumulative proxy rules Service changes', once(services)),
    family('kubeproxy_sync_proxy_rules_endpoint_changes_total', 'counter', 'Cumulative proxy rules Endpoint changes', once(slices)),
  ];
}

type State = { dirty: boolean; synced: boolean; full: boolean };

/** How often all is written whether it has changed or not, and how often one looks whether somebody threw the chains away. */
const fullSyncPeriod: Milliseconds = 3_600_000;
const canaryPeriod: Milliseconds = 30_000;
const canary = 'KUBE-PROXY-CANARY';

function* syncLoop(options: KubeProxyOptions, informers: SharedInformers, state: State, changed: Condition, sync: () => void): Routine {
  const { sim, minSyncPeriod = 1_000 } = options;
  options.log?.('Using iptables Proxier');
  yield* informers.waitForSync();
  options.log?.('SyncProxyRules complete');
  let nextFull = sim.now + fullSyncPeriod;
  for (;;) {
    while (!state.dirty) {
      yield { on: [changed], timeout: canaryPeriod };
      const { nat, filter } = options.netfilter.tables;
      if (!nat.has(canary) || !filter.has(canary) || sim.now >= nextFull) [state.dirty, state.full] = [true, true];
    }
    state.dirty = false;
    if (state.full) nextFull = sim.now + fullSyncPeriod;
    sync();
    const next = sim.now + minSyncPeriod;
    // Changes that come together are written together.
    while (sim.now < next) yield { timeout: next - sim.now };
  }
}

type Written = Record<'filter' | 'nat', Map<string, Rule[]>>;

/**
 * iptables-restore: our chains are replaced, what others made stays. Only a full sync looks after the jumps from the kernel's chains, and after
 * chains of single services that somebody else emptied: whoever flushes a table has to wait for it (upstream's `needFullSync`).
 */
function install(netfilter: Netfilter, chains: ReturnType<typeof serviceChains>, written: Written, full: boolean): void {
  for (const table of ['filter', 'nat'] as const) {
    const wanted = chains[table];
    const there = netfilter.tables[table];
    for (const name of [...there.keys()]) if (isOurs(name) && !wanted.has(name)) netfilter.remove(table, name);
    for (const [name, rules] of wanted) {
      const last = written[table].get(name);
      const now = there.get(name);
      if (!full && last !== undefined && (now !== last || now.length === 0) && ofOneService(name)) continue;
      there.set(name, rules);
      written[table].set(name, rules);
    }
    for (const name of [...written[table].keys()]) if (!wanted.has(name)) written[table].delete(name);
  }
  if (!full) return;
  for (const { table, chain, rule } of builtinJumps) {
    const rules: Rule[] = netfilter.tables[table].get(chain) ?? netfilter.chain(table, chain);
    if (!rules.includes(rule)) rules.push(rule);
  }
}

const ofOneService = (name: string): boolean => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(name);

/** KUBE-KUBELET-CANARY and KUBE-FIREWALL are the kubelet's. */
const isOurs = (name: string): boolean => name.startsWith('KUBE-') && name !== 'KUBE-KUBELET-CANARY' && name !== 'KUBE-FIREWALL';
