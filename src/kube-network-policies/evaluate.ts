/** Whether the NetworkPolicies of a cluster let a connection pass: kube-network-policies pkg/networkpolicy/engine.go, networkpolicy.go. */
import type { Namespace, NetworkPolicy, networking, Pod } from '../api/types.ts';
import { matchesLabelSelector } from '../apimachinery/labels.ts';
import type { Packet } from '../linux/netfilter.ts';
import { contains } from '../linux/network.ts';

/** What the agent knows of the cluster. */
export type View = {
  podByIp(address: string): Pod | undefined;
  namespace(name: string): Namespace | undefined;
  policies(namespace: string): readonly NetworkPolicy[];
};

/** One end of a connection. A pod's labels and namespace count only while the pod is known; any other address is only an address. */
type End = { readonly address: string; readonly pod: Pod | undefined };

/** Both ends must agree: the egress policies of the sender's pod and the ingress policies of the receiver's. */
export function accepts(view: View, packet: Packet): boolean {
  const source = { address: packet.source, pod: view.podByIp(packet.source) };
  const destination = { address: packet.address, pod: view.podByIp(packet.address) };
  const egress = policiesFor(view, source.pod, 'Egress');
  if (
    egress.length > 0 &&
    !egress.some(({ spec, metadata }) => passes(view, metadata.namespace ?? '', spec?.egress, 'to', destination, destination.pod, packet))
  )
    return false;
  const ingress = policiesFor(view, destination.pod, 'Ingress');
  return (
    ingress.length === 0 || ingress.some(({ spec, metadata }) => passes(view, metadata.namespace ?? '', spec?.ingress, 'from', source, destination.pod, packet))
  );
}

/** The policies that isolate a pod in one direction. */
export function policiesFor(view: Pick<View, 'policies'>, pod: Pod | undefined, type: 'Ingress' | 'Egress'): readonly NetworkPolicy[] {
  if (!pod) return [];
  return view
    .policies(pod.metadata.namespace ?? '')
    .filter(({ spec }) => typesOf(spec).includes(type) && matchesLabelSelector(spec?.podSelector ?? {}, pod.metadata.labels));
}

/** `policyTypes` is filled in by the apiserver; an object without it isolates ingress, and egress when it has such rules. */
const typesOf = (spec: NetworkPolicy['spec']): readonly string[] => spec?.policyTypes ?? ['Ingress', ...(spec?.egress?.length ? ['Egress'] : [])];

type Rule = {
  readonly ports?: readonly networking.NetworkPolicyPort[];
  readonly from?: readonly networking.NetworkPolicyPeer[];
  readonly to?: readonly networking.NetworkPolicyPeer[];
};

function passes(
  view: View,
  namespace: string,
  rules: readonly Rule[] | undefined,
  side: 'from' | 'to',
  end: End,
  receiver: Pod | undefined,
  packet: Packet,
): boolean {
  return (rules ?? []).some(({ ports, [side]: peers }) => portMatches(ports, receiver, packet) && peerMatches(view, namespace, peers, end));
}

function portMatches(ports: Rule['ports'], receiver: Pod | undefined, { transport, port }: Packet): boolean {
  if (!ports?.length) return true;
  return ports.some((each) => {
    if ((each.protocol ?? 'TCP').toLowerCase() !== transport) return false;
    if (each.port === undefined) return true;
    if (typeof each.port === 'string') return namedPorts(receiver, each.port, each.protocol ?? 'TCP').includes(port);
    return each.endPort === undefined ? port === each.port : port >= each.port && port <= each.endPort;
  });
}

/** A name is looked up among the ports of the pod that receives. */
const namedPorts = (pod: Pod | undefined, name: string, protocol: string): number[] =>
  [...(pod?.spec.containers ?? []), ...(pod?.spec.initContainers ?? [])].flatMap(({ ports }) =>
    (ports ?? []).filter((each) => each.name === name && (each.protocol ?? 'TCP') === protocol).map(({ containerPort }) => containerPort),
  );

function peerMatches(view: View, namespace: string, peers: readonly networking.NetworkPolicyPeer[] | undefined, { address, pod }: End): boolean {
  if (!peers?.length) return true;
  return peers.some(({ ipBlock, podSelector, namespaceSelector }) => {
    if (ipBlock) return contains(ipBlock.cidr, address) && !(ipBlock.except ?? []).some((cidr) => contains(cidr, address));
    if (!pod) return false;
    if (namespaceSelector === undefined ? pod.metadata.namespace !== namespace : !namespaceMatches(view, pod, namespaceSelector)) return false;
    return podSelector === undefined || matchesLabelSelector(podSelector, pod.metadata.labels);
  });
}

const namespaceMatches = (view: View, pod: Pod, selector: networking.NetworkPolicyPeer['namespaceSelector']): boolean => {
  const found = view.namespace(pod.metadata.namespace ?? '');
  return found !== undefined && matchesLabelSelector(selector ?? {}, found.metadata.labels);
};
