/**
 * The network policy agent of a node: kube-network-policies (sigs.k8s.io), as kind's kindnet runs it. It keeps a set of the node's pods that a
 * NetworkPolicy selects in nftables, gets their new connections from the kernel's queue, and answers from what it knows of the cluster.
 */
import type { NetworkPolicy, Pod } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import type { Netfilter } from '../linux/netfilter.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { accepts, policiesFor, type View } from './evaluate.ts';

type NetworkPolicyAgentOptions = {
  readonly sim: Sim;
  readonly client: Client;
  readonly netfilter: Netfilter;
  readonly nodeName: string;
  readonly log?: (text: string) => void;
};

/** The name of its table and the number of its queue. */
const tableName = 'kube-network-policies';
const queue = 101;

/** How long changes are collected before the set is written again. */
const syncPeriod: Milliseconds = 100;

/** Starts the agent in `options.sim`; what it returns takes its table away, as upstream does when it is told to end. */
export function runNetworkPolicyAgent(options: NetworkPolicyAgentOptions): () => void {
  options.sim.go(agent(options), 'kube-network-policies');
  return () => void options.netfilter.nftables.delete(tableName);
}

function* agent({ sim, client, netfilter, nodeName, log }: NetworkPolicyAgentOptions): Routine {
  const informers = new SharedInformers(sim, client);
  const policies = informers.of('networkpolicies.networking.k8s.io');
  const changed = new Condition();
  let dirty = true;
  const touch = (): void => {
    dirty = true;
    changed.notify();
  };
  policies.addHandler({ add: touch, update: touch, delete: touch });
  yield* informers.waitForSync();
  log?.('Starting the network policy agent');
  // Pods and namespaces matter only once there is a policy: until then nobody is asked for them.
  while (policies.size === 0) yield { on: [changed] };
  const pods = informers.of('pods');
  const namespaces = informers.of('namespaces');
  pods.addIndex('ip', podIps);
  pods.addHandler({
    add: touch,
    update: (before, pod) => {
      if (before.status?.podIP !== pod.status?.podIP || before.metadata.labels !== pod.metadata.labels || before.status?.phase !== pod.status?.phase) touch();
    },
    delete: touch,
  });
  yield* informers.waitForSync();
  const view: View = {
    podByIp: (address) => pods.byIndex('ip', address)[0],
    namespace: (name) => namespaces.get({ namespace: '', name }),
    policies: (namespace) => policies.list(namespace),
  };
  const addresses = new Set<string>();
  netfilter.nftables.set(tableName, { name: tableName, set: 'podips-v4', addresses, queue, accepts: (packet) => accepts(view, packet) });
  for (;;) {
    while (!dirty) yield { on: [changed] };
    dirty = false;
    addresses.clear();
    for (const address of selected(pods.list(), nodeName, (namespace) => policies.list(namespace))) addresses.add(address);
    const next = sim.now + syncPeriod;
    while (sim.now < next) yield { timeout: next - sim.now };
  }
}

/** Pods with an address of their own; those that have ended have given theirs back. */
const podIps = ({ spec, status }: Pod): string[] =>
  spec.hostNetwork || !status?.podIP || status.phase === 'Succeeded' || status.phase === 'Failed' ? [] : [status.podIP];

/** The addresses of the node's pods that some policy selects. */
function selected(pods: readonly Pod[], nodeName: string, policies: (namespace: string) => readonly NetworkPolicy[]): string[] {
  return pods
    .filter((pod) => pod.spec.nodeName === nodeName && (['Ingress', 'Egress'] as const).some((type) => policiesFor({ policies }, pod, type).length > 0))
    .flatMap(podIps);
}
