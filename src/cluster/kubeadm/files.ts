/** What kubeadm leaves on disk: certificates, kubeconfigs, the kubelet's configuration and unit. */
import { issue } from '../../apimachinery/pki.ts';
import { parseYaml } from '../../apimachinery/yaml.ts';
import type { Host } from '../../cli/kubeadm/phases.ts';
import type { Machine } from '../machine/machine.ts';
import { writeFile } from '../machine/machine.ts';
import { minorOf, newest } from '../releases.ts';
import {
  authorities,
  type ClusterCa,
  certificates,
  kubeconfig,
  kubeconfigs,
  pki,
  readPair,
  writeAuthority,
  writeCertificate,
  writeKubeconfig,
  writeServiceAccountKey,
} from './certificates.ts';
import { sortedYaml } from './cluster-configuration.ts';
import { type ControlPlaneSettings, domainOf, serviceAddress, staticPodManifests } from './static-pods.ts';
import { kubeadmDropIn, kubeletUnit } from './units.ts';

/** What kubeadm tells a kubelet of a runtime that is not the newest kubelet's own default. */
export type NodeRuntime = {
  /** As it stands in the node's annotation. */
  readonly criSocket: string;
  /** Flags for /var/lib/kubelet/kubeadm-flags.env. */
  readonly kubeletArgs: string;
};

export { type ClusterCa, kubeconfig } from './certificates.ts';

const kubeletFlags = '/var/lib/kubelet/kubeadm-flags.env';
const year = 365 * 24 * 3600 * 1000;

/** Writes everything that `kubeadm init` writes to a control-plane node; returns what joining nodes need. */
export function writeControlPlane(machine: Machine, settings: ControlPlaneSettings, runtime?: NodeRuntime): ClusterCa {
  for (const authority of authorities) if (!machine.fs.exists(`${pki}/${authority.name}.crt`)) writeAuthority(machine, authority);
  for (const certificate of certificates(settings)) writeCertificate(machine, certificate);
  writeServiceAccountKey(machine);
  const cluster = { ca: readPair(machine, 'ca'), server: `https://${settings.ip}:6443` };
  for (const spec of kubeconfigs) writeKubeconfig(machine, spec, cluster.server);
  writeFile(machine.fs, '/root/.kube/config', machine.fs.read('/etc/kubernetes/admin.conf'), 0o600);
  writeManifests(machine, settings);
  writeKubelet(machine, cluster, settings.version, runtime);
  return cluster;
}

/** The static pods' manifests. */
function writeManifests({ fs }: Pick<Host, 'fs'>, settings: ControlPlaneSettings): void {
  for (const [name, text] of staticPodManifests(settings)) writeFile(fs, `/etc/kubernetes/manifests/${name}`, text, 0o600);
  if (!fs.exists('/var/lib/etcd')) fs.mkdir('/var/lib/etcd', { parents: true, mode: 0o700 });
}

/** What `kubeadm join` leaves on a worker, and `init` on a control-plane node, with the kubelet's certificate at once. */
export function writeKubelet(machine: Machine, cluster: ClusterCa, version = newest.version, runtime?: NodeRuntime): void {
  const { fs } = machine;
  if (!fs.exists(`${pki}/ca.crt`)) writeFile(fs, `${pki}/ca.crt`, cluster.ca.certificate);
  writeKubeletIdentity(machine, cluster);
  writeKubeletConfig(machine, kubeletConfigurationOf(version).replace(/(containerRuntimeEndpoint: ).*/, `$1${runtime?.criSocket ?? defaultSocket}`));
  if (runtime) writeFile(fs, kubeletFlags, `KUBELET_KUBEADM_ARGS="${runtime.kubeletArgs}"\n`);
  installKubeletUnit(machine);
  enable(machine, 'kubelet.service');
}

/** The kubelet's own certificate and kubeconfig, signed by the authority itself: only `init` can do that. */
export function writeKubeletIdentity({ fs, name, kernel }: Host, cluster: ClusterCa): void {
  const commonName = `system:node:${name}`;
  const notBefore = kernel.now;
  const pair = issue(cluster.ca, { commonName, organizations: ['system:nodes'], notBefore, notAfter: notBefore + year });
  writeFile(fs, '/var/lib/kubelet/pki/kubelet-client-current.pem', pair.certificate + pair.key, 0o600);
  writeFile(fs, '/etc/kubernetes/kubelet.conf', kubeconfig({ ...cluster, user: commonName, pair }), 0o600);
}

/** The kubelet's configuration and flags. */
export function writeKubeletConfig({ fs, ip }: Pick<Host, 'fs' | 'ip'>, configuration = kubeletConfiguration): void {
  fs.mkdir('/etc/kubernetes/manifests', { parents: true });
  writeFile(fs, '/var/lib/kubelet/config.yaml', configuration);
  // An upgrade leaves it as it is.
  if (!fs.exists(kubeletFlags)) writeFile(fs, kubeletFlags, `KUBELET_KUBEADM_ARGS="--node-ip=${ip}"\n`);
}

/** What the packages kubelet and kubeadm bring. */
export function installKubeletUnit({ fs }: Pick<Machine, 'fs'>): void {
  writeFile(fs, '/usr/lib/systemd/system/kubelet.service', kubeletUnit);
  writeFile(fs, '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf', kubeadmDropIn);
}

/** `systemctl enable` without systemd: the link for multi-user.target, unless it is there. */
export function enable(machine: Machine, unit: string, folder = '/usr/lib/systemd/system'): void {
  const link = `/etc/systemd/system/multi-user.target.wants/${unit}`;
  if (!machine.fs.exists(link)) machine.fs.symlink(`${folder}/${unit}`, link);
}

const defaultSocket = 'unix:///var/run/containerd/containerd.sock';

/** Fields of the configuration that older releases do not have, with the first minor release that does. */
const sinceMinor: Readonly<Record<string, number>> = { containerRuntimeEndpoint: 27, crashLoopBackOff: 32, imageMaximumGCAge: 30 };

const kubeletConfigurationOf = (version: string): string =>
  kubeletConfiguration
    .split('\n')
    .filter((line) => minorOf(version) >= (sinceMinor[line.split(':')[0] ?? ''] ?? 0))
    .join('\n');

/** The same for a cluster: its name server, its domain, and what a configuration file says of kubelets. */
export function kubeletConfigurationFor(settings: ControlPlaneSettings): string {
  const text = kubeletConfigurationOf(settings.version)
    .replace('- 10.96.0.10', `- ${serviceAddress(settings, 10)}`)
    .replace('clusterDomain: cluster.local', `clusterDomain: ${domainOf(settings)}`);
  return settings.kubelet ? sortedYaml({ ...(parseYaml(text) as object), ...settings.kubelet }) : text;
}

/** What kubeadm 1.35 writes; read by the kubelet when it starts. */
export const kubeletConfiguration = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///var/run/containerd/containerd.sock
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`;
