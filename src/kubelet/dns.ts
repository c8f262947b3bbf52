/** A pod's resolv.conf and hosts file: kubernetes pkg/kubelet/network/dns, kubelet_pods.go ensureHostsFile. */
import type { Pod } from '../api/types.ts';
import { quote } from '../apimachinery/go-text.ts';
import type { DnsConfig } from '../interfaces/cri.ts';
import type { Context } from './context.ts';
import { formatPod, nameOf, namespaceOf } from './pod.ts';

/** kubernetes pkg/apis/core/validation/validation.go: what resolvers can do with. Lengths are of a name, and of the whole line. */
const limits = { nameservers: 3, searches: 32, search: 253, line: 2048 };

/** By dnsPolicy and dnsConfig, as far as it fits into a resolv.conf; the Default policy is the node's own. */
export function podDns(context: Context, pod: Pod): DnsConfig {
  const { servers, searches, options } = wantedDns(context, pod);
  const omitted = (what: string, some: string, line: string): void =>
    context.recorder.warning(pod, 'DNSConfigForming', `${what} limits were exceeded, some ${some} have been omitted, the applied ${line}`);
  const nameservers = servers.slice(0, limits.nameservers);
  if (nameservers.length < servers.length) omitted('Nameserver', 'nameservers', `nameserver line is: ${nameservers.join(' ')}`);
  const paths = searches.slice(0, limits.searches).filter((path) => path.length <= limits.search);
  while (paths.join(' ').length > limits.line) paths.pop();
  if (paths.length < searches.length) omitted('Search Line', 'search paths', `search line is: ${paths.join(' ')}`);
  return { servers: nameservers, searches: paths, options };
}

function wantedDns(context: Context, pod: Pod): DnsConfig {
  const { dnsPolicy, hostNetwork, dnsConfig } = pod.spec;
  const { clusterDNS, clusterDomain } = context.config;
  const host = hostDns(context);
  const wantsCluster = dnsPolicy === 'ClusterFirstWithHostNet' || ((dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst' && !hostNetwork);
  let base: DnsConfig = host;
  if (dnsPolicy === 'None') base = { servers: [], searches: [], options: [] };
  else if (wantsCluster && clusterDNS.length > 0)
    base = {
      servers: clusterDNS,
      searches: [...new Set([`${namespaceOf(pod)}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...host.searches])],
      options: ['ndots:5'],
    };
  else if (wantsCluster) tellMissing(context, pod);
  if (!dnsConfig) return base;
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? option, option]));
  for (const { name = '', value } of dnsConfig.options ?? []) options.set(name, value === undefined ? name : `${name}:${value}`);
  return {
    servers: [...new Set([...base.servers, ...(dnsConfig.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(dnsConfig.searches ?? [])])],
    options: [...options.values()],
  };
}

/** The kubelet was not told of a cluster DNS: the pod gets the node's. */
function tellMissing({ recorder, nodeName }: Context, pod: Pod): void {
  const message = `kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`;
  recorder.warning({ kind: 'Node', name: nodeName, uid: nodeName }, 'MissingClusterDNS', message);
  recorder.warning(pod, 'MissingClusterDNS', `pod: ${quote(formatPod(pod))}. ${message}`);
}

function hostDns({ fs, config }: Context): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  const text = fs.exists(config.resolvConf) ? fs.read(config.resolvConf) : '';
  for (const line of text.split('\n')) {
    const [keyword, ...rest] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && rest[0]) servers.push(rest[0]);
    else if (keyword === 'search') searches = rest;
    else if (keyword === 'options') options = rest;
  }
  return { servers, searches, options };
}

const overrideOf = ({ spec }: Pod): string | undefined => (spec as { readonly hostnameOverride?: string }).hostnameOverride;

/** The pod's host name; a name too long for Linux is cut to 63 characters, unless it was chosen whole (`hostnameOverride`). */
export function podHostname(pod: Pod): string {
  const chosen = overrideOf(pod);
  if (chosen) return chosen;
  return (pod.spec.hostname || nameOf(pod)).slice(0, 63).replace(/[-.]+$/, '');
}

/** `web.sub.default.svc.cluster.local`, empty without a subdomain. */
function podDomain(context: Context, pod: Pod): string {
  return pod.spec.subdomain && !overrideOf(pod) ? `${pod.spec.subdomain}.${namespaceOf(pod)}.svc.${context.config.clusterDomain}` : '';
}

/** /etc/hosts. */
export function hostsFile(context: Context, pod: Pod, ips: readonly string[]): string {
  const aliases = aliasLines(pod);
  if (pod.spec.hostNetwork) {
    const own = context.fs.exists('/etc/hosts') ? context.fs.read('/etc/hosts') : '';
    return `# Kubernetes-managed hosts file (host network).\n${own}${aliases}`;
  }
  const hostname = podHostname(pod);
  const domain = podDomain(context, pod);
  const own = ips.map((ip) => (domain === '' ? `${ip}\t${hostname}\n` : `${ip}\t${hostname}.${domain}\t${hostname}\n`)).join('');
  const head = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
  ];
  return `# Kubernetes-managed hosts file.\n${head.join('\n')}\n${own}${aliases}`;
}

function aliasLines(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return '';
  return `\n# Entries added by HostAliases.\n${aliases.map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}\n`).join('')}`;
}
