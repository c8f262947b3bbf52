/** The ClusterConfiguration that kubeadm keeps in the ConfigMap kubeadm-config. */
import type { KubeObject } from '../../api/types.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import { minorOf } from '../releases.ts';
import type { ControlPlaneSettings } from './static-pods.ts';

/** As YAML, keys sorted. */
export function clusterConfiguration({
  version,
  podSubnet,
  serviceSubnet,
  controlPlaneEndpoint,
  certSans,
  extraArgs,
  given = {},
}: ControlPlaneSettings): string {
  const component = (name: string, sans: readonly string[] = []): Readonly<Record<string, unknown>> => {
    const args = Object.entries(extraArgs?.[name] ?? {}).map(([key, value]) => ({ name: key, value }));
    return { ...(sans.length > 0 ? { certSANs: sans } : {}), ...(args.length > 0 ? { extraArgs: args } : {}) };
  };
  const { networking, etcd, apiServer, controllerManager, scheduler, ...rest } = given;
  const old = minorOf(version) < 31;
  return sortedYaml({
    apiVersion: old ? 'kubeadm.k8s.io/v1beta3' : 'kubeadm.k8s.io/v1beta4',
    ...(old ? {} : { caCertificateValidityPeriod: '87600h0m0s', certificateValidityPeriod: '8760h0m0s', encryptionAlgorithm: 'RSA-2048' }),
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    dns: {},
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    proxy: {},
    ...rest,
    ...(controlPlaneEndpoint ? { controlPlaneEndpoint } : {}),
    apiServer: { ...apiServer, ...component('kube-apiserver', certSans) },
    controllerManager: { ...controllerManager, ...component('kube-controller-manager') },
    scheduler: { ...scheduler, ...component('kube-scheduler') },
    etcd: etcd?.external ? etcd : { local: { dataDir: '/var/lib/etcd', ...etcd?.local } },
    kubernetesVersion: version,
    networking: { dnsDomain: 'cluster.local', ...networking, podSubnet, serviceSubnet },
  });
}

/** YAML as Go's encoder writes it: keys in order, at every level. */
export const sortedYaml = (value: unknown): string => dumpYaml(sorted(value));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
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
