/** The rules of kube-proxy in iptables mode: kubernetes pkg/proxy/iptables/proxier.go syncProxyRules. */
import type { Rule, RuleMatch } from '../linux/netfilter.ts';
import { endpointChain, servicePortChains } from './names.ts';
import type { Endpoint, ServicePort } from './service-ports.ts';

type Chains = { readonly filter: Map<string, Rule[]>; readonly nat: Map<string, Rule[]> };

const jump = (target: string, match: RuleMatch): Rule => ({ match, target: { jump: target } });
const markMasq = 'KUBE-MARK-MASQ';

/** All chains of our own for these services; `clusterCidr` is empty when local traffic cannot be told from other. */
export function serviceChains(ports: readonly ServicePort[], clusterCidr: string): Chains {
  const nat = new Map<string, Rule[]>([
    ['KUBE-SERVICES', []],
    ['KUBE-NODEPORTS', []],
    ['KUBE-POSTROUTING', postrouting],
    [markMasq, [{ match: {}, target: { other: 'MARK --or-mark 0x4000' } }]],
    ['KUBE-PROXY-CANARY', []],
  ]);
  const filter = new Map<string, Rule[]>([
    ['KUBE-SERVICES', []],
    ['KUBE-EXTERNAL-SERVICES', []],
    ['KUBE-FORWARD', forwarding],
    ['KUBE-NODEPORTS', []],
    ['KUBE-PROXY-FIREWALL', []],
    ['KUBE-PROXY-CANARY', []],
  ]);
  for (const port of ports) addPort({ nat, filter }, port, clusterCidr);
  const last = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain';
  nat.get('KUBE-SERVICES')?.push(jump('KUBE-NODEPORTS', { localDestination: true, comment: last }));
  return { nat, filter };
}

/** The jumps from the kernel's own chains into ours. */
export const builtinJumps: { readonly table: 'nat' | 'filter'; readonly chain: string; readonly rule: Rule }[] = [
  { table: 'nat', chain: 'PREROUTING', rule: jump('KUBE-SERVICES', { comment: 'kubernetes service portals' }) },
  { table: 'nat', chain: 'OUTPUT', rule: jump('KUBE-SERVICES', { comment: 'kubernetes service portals' }) },
  { table: 'nat', chain: 'POSTROUTING', rule: jump('KUBE-POSTROUTING', { comment: 'kubernetes postrouting rules' }) },
  ...(['INPUT', 'FORWARD', 'OUTPUT'] as const).map((chain) => filterJump(chain, 'KUBE-PROXY-FIREWALL', 'kubernetes load balancer firewall')),
  { table: 'filter', chain: 'INPUT', rule: jump('KUBE-NODEPORTS', { comment: 'kubernetes health check service ports' }) },
  filterJump('INPUT', 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals'),
  { table: 'filter', chain: 'FORWARD', rule: jump('KUBE-FORWARD', { comment: 'kubernetes forwarding rules' }) },
  filterJump('FORWARD', 'KUBE-SERVICES', 'kubernetes service portals'),
  filterJump('FORWARD', 'KUBE-EXTERNAL-SERVICES', 'kubernetes externally-visible service portals'),
  filterJump('OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals'),
];

function filterJump(chain: string, target: string, comment: string): { table: 'filter'; chain: string; rule: Rule } {
  return { table: 'filter', chain, rule: jump(target, { comment, states: 'NEW', extra: '-m conntrack --ctstate NEW' }) };
}

const postrouting: Rule[] = [
  { match: { marked: false, extra: '-m mark ! --mark 0x4000/0x4000' }, target: { verdict: 'RETURN' } },
  { match: {}, target: { other: 'MARK --xor-mark 0x4000' } },
  { match: { comment: 'kubernetes service traffic requiring SNAT' }, target: { other: 'MASQUERADE --random-fully' } },
];

const forwarding: Rule[] = [
  { match: { states: 'INVALID', extra: '-m conntrack --ctstate INVALID' }, target: { verdict: 'DROP' } },
  { match: { comment: 'kubernetes forwarding rules', marked: true, extra: '-m mark --mark 0x4000/0x4000' }, target: { verdict: 'ACCEPT' } },
  {
    match: { comment: 'kubernetes forwarding conntrack rule', states: 'RELATED,ESTABLISHED', extra: '-m conntrack --ctstate RELATED,ESTABLISHED' },
    target: { verdict: 'ACCEPT' },
  },
];

function addPort(chains: Chains, port: ServicePort, clusterCidr: string): void {
  const names = servicePortChains(port.name, port.protocol);
  const { answered, internalLocal, externalLocal } = port;
  const nat = (name: string): Rule[] => chains.nat.get(name) ?? [];
  const internal = answered && !(internalLocal && port.localEndpoints.length === 0);
  const external = answered && !(externalLocal && port.localEndpoints.length === 0);
  const externalAddresses = [...port.externalIps, ...port.loadBalancerIps];
  const reached = port.nodePort > 0 || externalAddresses.length > 0;

  for (const address of port.clusterIps) {
    if (internal) nat('KUBE-SERVICES').push(jump(internalLocal ? names.local : names.cluster, to(port, address, `${port.name} cluster IP`)));
    else refuse(chains, 'KUBE-SERVICES', port, to(port, address, why(port)));
  }
  for (const address of externalAddresses) {
    const kind = port.externalIps.includes(address) ? 'external IP' : 'loadbalancer IP';
    if (answered) nat('KUBE-SERVICES').push(jump(names.external, to(port, address, `${port.name} ${kind}`)));
    if (!external) refuse(chains, 'KUBE-EXTERNAL-SERVICES', port, to(port, address, why(port)));
  }
  if (port.nodePort > 0) {
    const match: RuleMatch = { protocol: port.protocol, destinationPort: port.nodePort };
    if (answered) nat('KUBE-NODEPORTS').push(jump(names.external, { ...match, comment: port.name }));
    if (!external) refuse(chains, 'KUBE-EXTERNAL-SERVICES', port, { ...match, localDestination: true, comment: why(port) });
  }
  if (reached && answered) chains.nat.set(names.external, externalRules(port, names, clusterCidr, external));
  // Also where only the node's own may answer those outside: its pods and the node itself reach all.
  const usesCluster = port.endpoints.length > 0 && (!internalLocal || reached);
  if (usesCluster) chains.nat.set(names.cluster, balance(port, port.endpoints, internalLocal ? undefined : clusterCidr));
  const usesLocal = port.localEndpoints.length > 0 && (internalLocal || (reached && externalLocal));
  if (usesLocal) chains.nat.set(names.local, balance(port, port.localEndpoints, internalLocal ? clusterCidr : undefined));
  for (const endpoint of new Set([...(usesCluster ? port.endpoints : []), ...(usesLocal ? port.localEndpoints : [])])) addEndpoint(chains, port, endpoint);
}

const to = (port: ServicePort, address: string, comment: string): RuleMatch => ({
  protocol: port.protocol,
  destination: `${address}/32`,
  destinationPort: port.port,
  comment,
});

const why = ({ name, answered }: ServicePort): string => `${name} has no ${answered ? 'local ' : ''}endpoints`;

/** Without endpoints a service refuses; one whose endpoints are all elsewhere drops, so that a balancer tries another node. */
function refuse(chains: Chains, chain: string, { answered }: ServicePort, match: RuleMatch): void {
  chains.filter.get(chain)?.push({ match, target: { verdict: answered ? 'DROP' : 'REJECT' } });
}

/** With the policy `Local`, what comes from pods or from the node itself still goes anywhere. */
function externalRules({ name, externalLocal }: ServicePort, names: ReturnType<typeof servicePortChains>, clusterCidr: string, reachable: boolean): Rule[] {
  const external = (what: string): string => `${what} traffic for ${name} external destinations`;
  if (!externalLocal) return [jump(markMasq, { comment: external('masquerade') }), jump(names.cluster, {})];
  const own = { localSource: true, extra: '-m addrtype --src-type LOCAL' };
  return [
    ...(clusterCidr === '' ? [] : [jump(names.cluster, { source: clusterCidr, comment: external('pod') })]),
    jump(markMasq, { comment: external('masquerade LOCAL'), ...own }),
    jump(names.cluster, { comment: external('route LOCAL'), ...own }),
    ...(reachable ? [jump(names.local, {})] : []),
  ];
}

/** Masquerading for what comes from outside, then one jump an endpoint: each with the chance that is left to it. */
function balance(port: ServicePort, endpoints: readonly Endpoint[], clusterCidr: string | undefined): Rule[] {
  const rules: Rule[] = [];
  const [ip] = port.clusterIps;
  if (clusterCidr !== undefined && clusterCidr !== '' && ip !== undefined)
    rules.push(jump(markMasq, { ...to(port, ip, `${port.name} cluster IP`), notSource: clusterCidr }));
  const chainOf = (endpoint: Endpoint): string => endpointChain(port.name, port.protocol, `${endpoint.address}:${endpoint.port}`);
  const comment = (endpoint: Endpoint): string => `${port.name} -> ${endpoint.address}:${endpoint.port}`;
  if (port.affinitySeconds !== undefined)
    for (const endpoint of endpoints) {
      const name = chainOf(endpoint);
      const extra = `-m recent --rcheck --seconds ${port.affinitySeconds} --reap --name ${name} --mask 255.255.255.255 --rsource`;
      rules.push(jump(name, { comment: comment(endpoint), extra, recent: { list: name, seconds: port.affinitySeconds } }));
    }
  endpoints.forEach((endpoint, index) => {
    const left = endpoints.length - index;
    rules.push(jump(chainOf(endpoint), { comment: comment(endpoint), ...(left > 1 && { probability: 1 / left }) }));
  });
  return rules;
}

function addEndpoint(chains: Chains, port: ServicePort, { address, port: number }: Endpoint): void {
  const name = endpointChain(port.name, port.protocol, `${address}:${number}`);
  const remember =
    port.affinitySeconds === undefined ? {} : { extra: `-m recent --set --name ${name} --mask 255.255.255.255 --rsource`, recent: { list: name } };
  chains.nat.set(name, [
    jump(markMasq, { source: `${address}/32`, comment: port.name }),
    { match: { protocol: port.protocol, comment: port.name, ...remember }, target: { dnat: { address, port: number } } },
  ]);
}
