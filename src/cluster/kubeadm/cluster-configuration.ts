/** The ClusterConfiguration that kubeadm keeps in the ConfigMap kubeadm-config. */
import type { KubeObject } from '../../api/types.ts';
import { minorOf } from '../releases.ts';
import type { ControlPlaneSettings } from './static-pods.ts';

/** As YAML, keys sorted. */
export function clusterConfiguration({ version, podSubnet, serviceSubnet, controlPlaneEndpoint, certSans, extraArgs }: ControlPlaneSettings): string {
  return `${componentText('apiServer', extraArgs?.['kube-apiserver'], certSans)}apiVersion: ${minorOf(version) < 31 ? 'kubeadm.k8s.io/v1beta3' : 'kubeadm.k8s.io/v1beta4\ncaCertificateValidityPeriod: 87600h0m0s\ncertificateValidityPeriod: 8760h0m0s'}\ncertificatesDir: /etc/kubernetes/pki\nclusterName: kubernetes\n${controlPlaneEndpoint ? `controlPlaneEndpoint: ${controlPlaneEndpoint}\n` : ''}${componentText('controllerManager', extraArgs?.['kube-controller-manager'])}dns: {}\n${minorOf(version) < 31 ? '' : 'encryptionAlgorithm: RSA-2048\n'}etcd:\n  local:\n    dataDir: /var/lib/etcd\nimageRepository: registry.k8s.io\nkind: ClusterConfiguration\nkubernetesVersion: ${version}\nnetworking:\n  dnsDomain: cluster.local\n  podSubnet: ${podSubnet}\n  serviceSubnet: ${serviceSubnet}\nproxy: {}\n${componentText('scheduler', extraArgs?.['kube-scheduler'])}`;
}

/** A component of the ClusterConfiguration, with what was given to it beyond the defaults. */
function componentText(name: string, args: Readonly<Record<string, string>> = {}, sans: readonly string[] = []): string {
  const rows = Object.entries(args).map(([key, value]) => `  - name: ${key}\n    value: ${JSON.stringify(value)}\n`);
  if (rows.length + sans.length === 0) return `${name}: {}\n`;
  const names = sans.length > 0 ? `  certSANs:\n${sans.map((each) => `  - ${each}\n`).join('')}` : '';
  return `${name}:\n${names}${rows.length > 0 ? `  extraArgs:\n${rows.join('')}` : ''}`;
}

/** Until 1.23 the kubelets' ConfigMap, and who may read it, had the version in their names. */
export function oldKubeletRole(
  version: string,
): readonly (KubeObject & { readonly apiVersion: string; readonly kind: string; readonly [key: string]: unknown })[] {
  const [rbac, group] = ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io'];
  const metadata = { name: '', namespace: 'kube-system' };
  if (minorOf(version) >= 24) return [];
  const name = `kubelet-config-1.${minorOf(version)}`;
  const role = `kubeadm:${name}`;
  return [
    {
      apiVersion: rbac,
      kind: 'Role',
      metadata: { ...metadata, name: role },
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] }],
    },
    {
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata: { ...metadata, name: role },
      roleRef: { apiGroup: group, kind: 'Role', name: role },
      subjects: ['system:nodes', 'system:bootstrappers:kubeadm:default-node-token'].map((each) => ({ apiGroup: group, kind: 'Group', name: each })),
    },
  ];
}
