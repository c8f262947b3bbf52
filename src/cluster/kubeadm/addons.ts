/** What `kubeadm init` puts into the cluster once the API answers: kube-proxy, CoreDNS, and the maps that later commands read. */
import type { KubeObject } from '../../api/types.ts';
import type { ClusterConfiguration } from '../../cli/kubeadm/phases.ts';
import { minorOf, newest } from '../releases.ts';
import { clusterConfiguration, oldKubeletRole, sortedYaml } from './cluster-configuration.ts';
import { corefileFor } from './corefile.ts';
import { kubeletConfigurationFor } from './files.ts';
import { type ControlPlaneSettings, domainOf, repositoryOf, serviceAddress } from './static-pods.ts';

/** An object as a manifest has it, of any kind. */
export type AddonObject = KubeObject & { readonly apiVersion: string; readonly kind: string; readonly [field: string]: unknown };

const rbac = 'rbac.authorization.k8s.io/v1';
const group = 'rbac.authorization.k8s.io';

const system = (name: string, labels?: Readonly<Record<string, string>>) => ({ name, namespace: 'kube-system', ...(labels ? { labels } : {}) });

/** What the nodes' network policy agent may read; it is the lab's own choice of a CNI, not kubeadm's. */
const networkPolicies: readonly AddonObject[] = [
  {
    apiVersion: rbac,
    kind: 'ClusterRole',
    metadata: { name: 'kube-network-policies' },
    rules: [
      { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kube-network-policies' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'kube-network-policies' },
    subjects: [{ apiGroup: group, kind: 'Group', name: 'system:kube-network-policies' }],
  },
];

/** In the order in which they are made; all are created as kubernetes-admin. */
export function addonObjects(settings: ControlPlaneSettings, ip: string, server: string, caPem = ''): readonly AddonObject[] {
  return [
    ...adminBinding,
    ...configMaps(settings, server),
    ...kubeProxy(settings, server),
    ...coreDns(settings),
    ...nodeBootstrap,
    ...networkPolicies,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cluster-info', namespace: 'kube-public' },
      data: {
        kubeconfig: `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: ${Buffer.from(caPem).toString('base64')}\n    server: https://${settings.controlPlaneEndpoint ?? `${ip}:${settings.port ?? 6443}`}\n  name: ""\ncontexts: null\ncurrent-context: ""\nkind: Config\nusers: null\n`,
      },
    },
  ];
}

const adminBinding: readonly AddonObject[] = [
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubeadm:cluster-admins' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: group, kind: 'Group', name: 'kubeadm:cluster-admins' }],
  },
];

const nodeBootstrap: readonly AddonObject[] = [
  { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'kubeadm:get-nodes' }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubeadm:get-nodes' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'kubeadm:get-nodes' },
    subjects: [{ apiGroup: group, kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' }],
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubeadm:kubelet-bootstrap' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'system:node-bootstrapper' },
    subjects: [{ apiGroup: group, kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' }],
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubeadm:node-proxier' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'system:node-proxier' },
    subjects: [{ kind: 'ServiceAccount', name: 'kube-proxy', namespace: 'kube-system' }],
  },
];

const configMaps = (settings: ControlPlaneSettings, server: string): readonly AddonObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: system('kubeadm-config'),
    data: {
      ClusterConfiguration: clusterConfiguration(settings),
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: system('kube-proxy', { app: 'kube-proxy' }),
    data: { 'config.conf': proxyConfig(settings), 'kubeconfig.conf': proxyKubeconfig(server) },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: system(minorOf(settings.version) < 24 ? `kubelet-config-1.${minorOf(settings.version)}` : 'kubelet-config'),
    data: { kubelet: kubeletConfigurationFor(settings) },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: system('coredns'), data: { Corefile: corefileFor(domainOf(settings)) } },
  ...oldKubeletRole(settings.version),
];

const proxyConfig = ({ podSubnet, kubeProxy = {} }: ControlPlaneSettings): string =>
  sortedYaml({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    bindAddress: '0.0.0.0',
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
    clusterCIDR: podSubnet,
    kind: 'KubeProxyConfiguration',
    mode: '',
    ...kubeProxy,
  });

const proxyKubeconfig = (server: string): string => `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
current-context: default
`;

const kubeProxy = ({ version, given = {} }: ControlPlaneSettings, _server: string): readonly AddonObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: system('kube-proxy') },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: system('kube-proxy', { 'k8s-app': 'kube-proxy' }),
    spec: {
      selector: { matchLabels: { 'k8s-app': 'kube-proxy' } },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels: { 'k8s-app': 'kube-proxy' } },
        spec: {
          priorityClassName: 'system-node-critical',
          hostNetwork: true,
          serviceAccountName: 'kube-proxy',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'kube-proxy',
              image: `${repositoryOf({ given })}/kube-proxy:${version}`,
              command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              securityContext: { privileged: true },
              volumeMounts: [
                { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' },
                { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
                { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
            { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
            { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
          ],
        },
      },
    },
  },
];

/** In the standard registry it has a folder of its own. */
const coreDnsImage = (given: ClusterConfiguration, version: string): string => {
  const repository = given.dns?.imageRepository ?? (repositoryOf({ given }) === 'registry.k8s.io' ? 'registry.k8s.io/coredns' : repositoryOf({ given }));
  return `${repository}/coredns:${given.dns?.imageTag ?? version}`;
};

const coreDns = ({ version, coreDnsVersion = newest.coreDns, serviceSubnet, given = {} }: ControlPlaneSettings): readonly AddonObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: system('coredns') },
  {
    apiVersion: rbac,
    kind: 'ClusterRole',
    metadata: { name: 'system:coredns' },
    rules: [
      { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...system('kube-dns', { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' }),
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      clusterIP: serviceAddress({ serviceSubnet }, 10),
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: system('coredns', { 'k8s-app': 'kube-dns' }),
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      template: {
        metadata: { labels: { 'k8s-app': 'kube-dns' } },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
            ...(minorOf(version) < 25 ? [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }] : []),
          ],
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
                    topologyKey: 'kubernetes.io/hostname',
                  },
                },
              ],
            },
          },
          dnsPolicy: 'Default',
          containers: [
            {
              name: 'coredns',
              image: coreDnsImage(given, coreDnsVersion),
              args: ['-conf', '/etc/coredns/Corefile'],
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
              ports: [
                { containerPort: 53, name: 'dns', protocol: 'UDP' },
                { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
                { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
                { containerPort: 8080, name: 'liveness-probe', protocol: 'TCP' },
                { containerPort: 8181, name: 'readiness-probe', protocol: 'TCP' },
              ],
              livenessProbe: {
                httpGet: { path: '/health', port: 'liveness-probe' },
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                successThreshold: 1,
                failureThreshold: 5,
              },
              readinessProbe: { httpGet: { path: '/ready', port: 'readiness-probe' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] }, readOnlyRootFilesystem: true },
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
        },
      },
    },
  },
];
