/** kube-proxy in iptables mode: Services and EndpointSlices become netfilter rules (kubernetes pkg/proxy/iptables). */
import type { EndpointSlice } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import type { Netfilter, Rule } from '../linux/netfilter.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { builtinJumps, serviceChains } from './rules.ts';
import { servicePorts } from './service-ports.ts';

export type KubeProxyOptions = {
  readonly sim: Sim;
  readonly client: Client;
  readonly netfilter: Netfilter;
  readonly nodeName: string;
  /** `clusterCIDR` of the configuration; empty: traffic of pods is not told from other traffic. */
  readonly clusterCidr?: string;
  /** `iptables.minSyncPeriod`. */
  readonly minSyncPeriod?: Milliseconds;
  readonly log?: (text: string) => void;
};

export type KubeProxy = {
  /** True once the first rules are in place: `/healthz`. */
  healthy(): boolean;
};

const serviceNameLabel = 'kubernetes.io/service-name';

/** Starts kube-proxy in `options.sim`. Stopping it leaves its rules where they are, as in reality. */
export function runKubeProxy(options: KubeProxyOptions): KubeProxy {
  const { sim, client } = options;
  const informers = new SharedInformers(sim, client);
  const services = informers.of('services');
  const slices = informers.of('endpointslices.discovery.k8s.io');
  slices.addIndex('service', (slice: EndpointSlice) => {
    const name = slice.metadata.labels?.[serviceNameLabel];
    return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
  });
  const changed = new Condition();
  const state = { dirty: true, synced: false };
  const touch = (): void => {
    state.dirty = true;
    changed.notify();
  };
  services.addHandler({ add: touch, update: touch, delete: touch });
  slices.addHandler({ add: touch, update: touch, delete: touch });
  const sync = (): void => {
    const ports = services.list().flatMap((service) => {
      const key = `${service.metadata.namespace}/${service.metadata.name}`;
      return servicePorts(service, slices.byIndex('service', key), options.nodeName);
    });
    install(options.netfilter, serviceChains(ports, options.clusterCidr ?? ''));
    state.synced = true;
  };
  sim.go(syncLoop(options, informers, state, changed, sync), 'kube-proxy');
  return { healthy: () => state.synced };
}

function* syncLoop(options: KubeProxyOptions, informers: SharedInformers, state: { dirty: boolean }, changed: Condition, sync: () => void): Routine {
  const { sim, minSyncPeriod = 1_000 } = options;
  options.log?.('Using iptables Proxier');
  yield* informers.waitForSync();
  options.log?.('SyncProxyRules complete');
  for (;;) {
    while (!state.dirty) yield { on: [changed] };
    state.dirty = false;
    sync();
    const next = sim.now + minSyncPeriod;
    // Changes that come together are written together.
    while (sim.now < next) yield { timeout: next - sim.now };
  }
}

/** iptables-restore: our chains are replaced, what others made stays. */
function install(netfilter: Netfilter, chains: ReturnType<typeof serviceChains>): void {
  for (const table of ['filter', 'nat'] as const) {
    const wanted = chains[table];
    for (const name of [...netfilter.tables[table].keys()]) if (isOurs(name) && !wanted.has(name)) netfilter.remove(table, name);
    for (const [name, rules] of wanted) netfilter.tables[table].set(name, rules);
  }
  for (const { table, chain, rule } of builtinJumps) {
    const rules: Rule[] = netfilter.tables[table].get(chain) ?? netfilter.chain(table, chain);
    if (!rules.includes(rule)) rules.push(rule);
  }
}

/** KUBE-KUBELET-CANARY and KUBE-FIREWALL are the kubelet's. */
const isOurs = (name: string): boolean => name.startsWith('KUBE-') && name !== 'KUBE-KUBELET-CANARY' && name !== 'KUBE-FIREWALL';
