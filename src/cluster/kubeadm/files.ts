/** What kubeadm leaves on disk: certificates, kubeconfigs, the kubelet's configuration and unit. */
import { issue, type KeyPair, newCa } from '../../apimachinery/pki.ts';
import type { Machine } from '../machine/machine.ts';
import { writeFile } from '../machine/machine.ts';
import { type ControlPlaneSettings, staticPodManifests } from './static-pods.ts';

export type ClusterCa = { readonly ca: KeyPair; readonly server: string };

const year = 365 * 24 * 3600 * 1000;
const pki = '/etc/kubernetes/pki';

/** Writes everything that `kubeadm init` writes to a control-plane node; returns what joining nodes need. */
export function writeControlPlane(machine: Machine, settings: ControlPlaneSettings): ClusterCa {
  const notBefore = machine.kernel.sim.now;
  const authority = (commonName: string): KeyPair => newCa({ commonName, notBefore, notAfter: notBefore + 10 * year, salt: machine.kernel.machineId });
  const ca = authority('kubernetes');
  const etcdCa = authority('etcd-ca');
  const frontProxyCa = authority('front-proxy-ca');
  const leaf = (
    by: KeyPair,
    commonName: string,
    more: { readonly organizations?: readonly string[]; readonly dnsNames?: readonly string[]; readonly ips?: readonly string[] } = {},
  ): KeyPair => issue(by, { commonName, notBefore, notAfter: notBefore + year, ...more });
  const names = [settings.nodeName, 'localhost'];
  const save = (name: string, pair: KeyPair): void => {
    writeFile(machine.fs, `${pki}/${name}.crt`, pair.certificate);
    writeFile(machine.fs, `${pki}/${name}.key`, pair.key, 0o600);
  };
  save('ca', ca);
  save('etcd/ca', etcdCa);
  save('front-proxy-ca', frontProxyCa);
  save(
    'apiserver',
    leaf(ca, 'kube-apiserver', {
      dnsNames: [settings.nodeName, 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'],
      ips: ['10.96.0.1', settings.ip, '127.0.0.1'],
    }),
  );
  save('apiserver-kubelet-client', leaf(ca, 'kube-apiserver-kubelet-client', { organizations: ['kubeadm:cluster-admins'] }));
  save('apiserver-etcd-client', leaf(etcdCa, 'kube-apiserver-etcd-client'));
  save('front-proxy-client', leaf(frontProxyCa, 'front-proxy-client'));
  for (const name of ['server', 'peer']) save(`etcd/${name}`, leaf(etcdCa, settings.nodeName, { dnsNames: names, ips: [settings.ip, '127.0.0.1'] }));
  save('etcd/healthcheck-client', leaf(etcdCa, 'kube-etcd-healthcheck-client'));
  const serviceAccounts = leaf(ca, 'service-accounts');
  writeFile(machine.fs, `${pki}/sa.key`, serviceAccounts.key, 0o600);
  writeFile(machine.fs, `${pki}/sa.pub`, serviceAccounts.certificate);

  const cluster = { ca, server: `https://${settings.ip}:6443` };
  const user = (name: string, commonName: string, organizations: readonly string[] = []): void =>
    writeFile(
      machine.fs,
      `/etc/kubernetes/${name}.conf`,
      kubeconfig({
        ...cluster,
        user: name === 'admin' || name === 'super-admin' ? `kubernetes-${name}` : commonName,
        pair: leaf(ca, commonName, { organizations }),
      }),
      0o600,
    );
  user('admin', 'kubernetes-admin', ['kubeadm:cluster-admins']);
  user('super-admin', 'kubernetes-super-admin', ['system:masters']);
  user('controller-manager', 'system:kube-controller-manager');
  user('scheduler', 'system:kube-scheduler');
  writeFile(machine.fs, '/root/.kube/config', machine.fs.read('/etc/kubernetes/admin.conf'), 0o600);
  for (const [name, text] of staticPodManifests(settings)) writeFile(machine.fs, `/etc/kubernetes/manifests/${name}`, text, 0o600);
  machine.fs.mkdir('/var/lib/etcd', { mode: 0o700 });
  writeKubelet(machine, cluster);
  return cluster;
}

/** What `kubeadm join` leaves on a worker, and `init` on a control-plane node. */
export function writeKubelet(machine: Machine, cluster: ClusterCa): void {
  const { fs } = machine;
  const commonName = `system:node:${machine.name}`;
  const notBefore = machine.kernel.sim.now;
  const pair = issue(cluster.ca, { commonName, organizations: ['system:nodes'], notBefore, notAfter: notBefore + year });
  if (!fs.exists(`${pki}/ca.crt`)) writeFile(fs, `${pki}/ca.crt`, cluster.ca.certificate);
  fs.mkdir('/etc/kubernetes/manifests', { parents: true });
  writeFile(fs, '/var/lib/kubelet/pki/kubelet-client-current.pem', pair.certificate + pair.key, 0o600);
  writeFile(fs, '/etc/kubernetes/kubelet.conf', kubeconfig({ ...cluster, user: commonName, pair }), 0o600);
  writeFile(fs, '/var/lib/kubelet/config.yaml', kubeletConfiguration);
  writeFile(fs, '/var/lib/kubelet/kubeadm-flags.env', `KUBELET_KUBEADM_ARGS="--node-ip=${machine.ip}"\n`);
  writeFile(fs, '/usr/lib/systemd/system/kubelet.service', kubeletUnit);
  writeFile(fs, '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf', kubeadmDropIn);
  enable(machine, 'kubelet.service');
}

export function enable(machine: Machine, unit: string): void {
  const link = `/etc/systemd/system/multi-user.target.wants/${unit}`;
  if (!machine.fs.exists(link)) machine.fs.symlink(`/usr/lib/systemd/system/${unit}`, link);
}

/** A kubeconfig with embedded certificates, as kubeadm writes it. */
export function kubeconfig({ ca, server, user, pair }: ClusterCa & { readonly user: string; readonly pair: KeyPair }): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(ca.certificate)}
    server: ${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ${user}
  name: ${user}@kubernetes
current-context: ${user}@kubernetes
kind: Config
users:
- name: ${user}
  user:
    client-certificate-data: ${base64(pair.certificate)}
    client-key-data: ${base64(pair.key)}
`;
}

/** What kubeadm 1.35 writes; read by the kubelet when it starts. */
const kubeletConfiguration = `apiVersion: kubelet.config.k8s.io/v1beta1
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

const kubeletUnit = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const kubeadmDropIn = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# Written by kubeadm init and join.
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# For your own flags.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;
