/** The control plane's manifests, as `kubeadm init` writes them to /etc/kubernetes/manifests (cmd/kubeadm/app/phases/controlplane). */

import type { ClusterConfiguration, HostPathMount } from '../../cli/kubeadm/phases.ts';

/** What the manifests of one control-plane node differ by. */
export type ControlPlaneSettings = {
  readonly nodeName: string;
  readonly ip: string;
  readonly version: string;
  readonly etcdVersion: string;
  readonly coreDnsVersion?: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** URLs of an etcd that runs elsewhere; absent: one beside the apiserver, as a static pod. */
  readonly externalEtcd?: readonly string[];
  /** Name or address, with its port, that stands for all control-plane nodes. */
  readonly controlPlaneEndpoint?: string;
  readonly certSans?: readonly string[];
  /** `name=url` of the members that an etcd of this node joins, itself among them; absent: it is the first. */
  readonly initialCluster?: readonly string[];
  /** Flags by component: `kube-apiserver` → name → value. */
  readonly extraArgs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of the API server; 6443 unless told. */
  readonly port?: number;
  /** What a configuration file says of the whole cluster, of kubelets, of kube-proxy. */
  readonly given?: ClusterConfiguration;
  readonly kubelet?: Readonly<Record<string, unknown>>;
  readonly kubeProxy?: Readonly<Record<string, unknown>>;
};

/** Where images come from. */
export const repositoryOf = ({ given }: Pick<ControlPlaneSettings, 'given'>): string => given?.imageRepository ?? 'registry.k8s.io';
/** The domain of services. */
export const domainOf = ({ given }: Pick<ControlPlaneSettings, 'given'>): string => given?.networking?.dnsDomain ?? 'cluster.local';
/** The address with that number in the services' network: 1 is the API server's, 10 the name server's. */
export function serviceAddress({ serviceSubnet }: Pick<ControlPlaneSettings, 'serviceSubnet'>, number: number): string {
  const base = (serviceSubnet.split(',')[0]?.split('/')[0] ?? '').split('.').map(Number);
  const whole = base.reduce((sum, part) => sum * 256 + part, 0) + number;
  return [24, 16, 8, 0].map((shift) => Math.floor(whole / 2 ** shift) % 256).join('.');
}

type Component = {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory?: string;
  readonly command: readonly string[];
  readonly liveness: Probe;
  readonly readiness?: Probe;
  /** Volume name → host path; those ending in a file name are files. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly writable?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly extraVolumes?: readonly HostPathMount[];
  readonly extraEnvs?: readonly Readonly<Record<string, unknown>>[];
};
type Probe = { readonly host: string; readonly path: string; readonly port: number; readonly scheme: 'HTTP' | 'HTTPS' };

const pki = '/etc/kubernetes/pki';

/** File name → YAML. */
export function staticPodManifests(settings: ControlPlaneSettings): ReadonlyMap<string, string> {
  const { given } = settings;
  const etcds = settings.externalEtcd || given?.etcd?.external ? [] : [etcd(settings)];
  const parts: Readonly<Record<string, Pick<Component, 'extraVolumes' | 'extraEnvs'> | undefined>> = {
    etcd: given?.etcd?.local,
    'kube-apiserver': given?.apiServer,
    'kube-controller-manager': given?.controllerManager,
    'kube-scheduler': given?.scheduler,
  };
  return new Map(
    [...etcds, apiserver(settings), controllerManager(settings), scheduler(settings)].map((component) => {
      const { extraVolumes = [], extraEnvs = [] } = parts[component.name] ?? {};
      return [
        `${component.name}.yaml`,
        manifest({ ...component, extraVolumes, extraEnvs, command: withArgs(component.command, settings.extraArgs?.[component.name] ?? {}) }),
      ];
    }),
  );
}

/** What is given stands in the place of what kubeadm would say; flags are sorted as it sorts them. */
function withArgs([program = '', ...flags]: readonly string[], extra: Readonly<Record<string, string>>): string[] {
  if (Object.keys(extra).length === 0) return [program, ...flags];
  const kept = flags.filter((flag) => !Object.hasOwn(extra, flag.slice(2).split('=')[0] ?? ''));
  return [program, ...[...kept, ...Object.entries(extra).map(([name, value]) => `--${name}=${value}`)].sort()];
}

const etcd = ({ nodeName, ip, etcdVersion, initialCluster, given = {} }: ControlPlaneSettings): Component => ({
  name: 'etcd',
  image: `${given.etcd?.local?.imageRepository ?? repositoryOf({ given })}/etcd:${etcdVersion}`,
  cpu: '100m',
  memory: '100Mi',
  annotations: { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${ip}:2379` },
  command: [
    'etcd',
    `--advertise-client-urls=https://${ip}:2379`,
    `--cert-file=${pki}/etcd/server.crt`,
    '--client-cert-auth=true',
    `--data-dir=${given.etcd?.local?.dataDir ?? '/var/lib/etcd'}`,
    etcdVersion.startsWith('3.5') ? '--experimental-initial-corrupt-check=true' : '--feature-gates=InitialCorruptCheck=true',
    `--initial-advertise-peer-urls=https://${ip}:2380`,
    `--initial-cluster=${initialCluster?.join(',') ?? `${nodeName}=https://${ip}:2380`}`,
    ...(initialCluster ? ['--initial-cluster-state=existing'] : []),
    `--key-file=${pki}/etcd/server.key`,
    `--listen-client-urls=https://127.0.0.1:2379,https://${ip}:2379`,
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--listen-peer-urls=https://${ip}:2380`,
    `--name=${nodeName}`,
    `--peer-cert-file=${pki}/etcd/peer.crt`,
    '--peer-client-cert-auth=true',
    `--peer-key-file=${pki}/etcd/peer.key`,
    `--peer-trusted-ca-file=${pki}/etcd/ca.crt`,
    '--snapshot-count=10000',
    `--trusted-ca-file=${pki}/etcd/ca.crt`,
    etcdVersion.startsWith('3.5') ? '--experimental-watch-progress-notify-interval=5s' : '--watch-progress-notify-interval=5s',
  ],
  liveness: { host: '127.0.0.1', path: '/livez', port: 2381, scheme: 'HTTP' },
  readiness: { host: '127.0.0.1', path: '/readyz', port: 2381, scheme: 'HTTP' },
  mounts: { 'etcd-data': given.etcd?.local?.dataDir ?? '/var/lib/etcd', 'etcd-certs': `${pki}/etcd` },
  writable: ['etcd-data', 'etcd-certs'],
});

const apiserver = ({ ip, version, serviceSubnet, externalEtcd, port = 6443, given = {} }: ControlPlaneSettings): Component => {
  const { external } = given.etcd ?? {};
  const urls = external?.endpoints ?? externalEtcd ?? ['https://127.0.0.1:2379'];
  const tls =
    external && !external.certFile
      ? []
      : [
          `--etcd-cafile=${external?.caFile ?? `${pki}/etcd/ca.crt`}`,
          `--etcd-certfile=${external?.certFile ?? `${pki}/apiserver-etcd-client.crt`}`,
          `--etcd-keyfile=${external?.keyFile ?? `${pki}/apiserver-etcd-client.key`}`,
        ];
  return {
    name: 'kube-apiserver',
    image: `${repositoryOf({ given })}/kube-apiserver:${version}`,
    cpu: '250m',
    annotations: { 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${ip}:${port}` },
    command: [
      'kube-apiserver',
      `--advertise-address=${ip}`,
      '--allow-privileged=true',
      '--authorization-mode=Node,RBAC',
      `--client-ca-file=${pki}/ca.crt`,
      '--enable-admission-plugins=NodeRestriction',
      '--enable-bootstrap-token-auth=true',
      ...tls,
      `--etcd-servers=${urls.join(',')}`,
      `--kubelet-client-certificate=${pki}/apiserver-kubelet-client.crt`,
      `--kubelet-client-key=${pki}/apiserver-kubelet-client.key`,
      '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
      `--proxy-client-cert-file=${pki}/front-proxy-client.crt`,
      `--proxy-client-key-file=${pki}/front-proxy-client.key`,
      '--requestheader-allowed-names=front-proxy-client',
      `--requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--secure-port=${port}`,
      `--service-account-issuer=https://kubernetes.default.svc.${domainOf({ given })}`,
      `--service-account-key-file=${pki}/sa.pub`,
      `--service-account-signing-key-file=${pki}/sa.key`,
      `--service-cluster-ip-range=${serviceSubnet}`,
      `--tls-cert-file=${pki}/apiserver.crt`,
      `--tls-private-key-file=${pki}/apiserver.key`,
    ],
    liveness: { host: ip, path: '/livez', port, scheme: 'HTTPS' },
    readiness: { host: ip, path: '/readyz', port, scheme: 'HTTPS' },
    mounts: { 'ca-certs': '/etc/ssl/certs', 'k8s-certs': pki },
  };
};

const controllerManager = ({ version, podSubnet, serviceSubnet, given = {} }: ControlPlaneSettings): Component => ({
  name: 'kube-controller-manager',
  image: `${repositoryOf({ given })}/kube-controller-manager:${version}`,
  cpu: '200m',
  command: [
    'kube-controller-manager',
    '--allocate-node-cidrs=true',
    '--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--bind-address=127.0.0.1',
    `--client-ca-file=${pki}/ca.crt`,
    `--cluster-cidr=${podSubnet}`,
    `--cluster-name=${given.clusterName ?? 'kubernetes'}`,
    `--cluster-signing-cert-file=${pki}/ca.crt`,
    `--cluster-signing-key-file=${pki}/ca.key`,
    '--controllers=*,bootstrapsigner,tokencleaner',
    '--kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--leader-elect=true',
    `--requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
    `--root-ca-file=${pki}/ca.crt`,
    `--service-account-private-key-file=${pki}/sa.key`,
    `--service-cluster-ip-range=${serviceSubnet}`,
    '--use-service-account-credentials=true',
  ],
  liveness: { host: '127.0.0.1', path: '/healthz', port: 10257, scheme: 'HTTPS' },
  mounts: { 'ca-certs': '/etc/ssl/certs', 'k8s-certs': pki, kubeconfig: '/etc/kubernetes/controller-manager.conf' },
});

const scheduler = ({ version, given = {} }: ControlPlaneSettings): Component => ({
  name: 'kube-scheduler',
  image: `${repositoryOf({ given })}/kube-scheduler:${version}`,
  cpu: '100m',
  command: [
    'kube-scheduler',
    '--authentication-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--authorization-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--bind-address=127.0.0.1',
    '--kubeconfig=/etc/kubernetes/scheduler.conf',
    '--leader-elect=true',
  ],
  liveness: { host: '127.0.0.1', path: '/livez', port: 10259, scheme: 'HTTPS' },
  readiness: { host: '127.0.0.1', path: '/readyz', port: 10259, scheme: 'HTTPS' },
  mounts: { kubeconfig: '/etc/kubernetes/scheduler.conf' },
});

function manifest(component: Component): string {
  const { name, image, command, mounts, writable = [], extraVolumes = [], extraEnvs = [] } = component;
  const envs = extraEnvs.map((env) => `    - name: ${String(env['name'])}\n      value: ${JSON.stringify(env['value'] ?? '')}\n`).join('');
  // kubeadm sorts mounts and volumes by their names.
  const volumes = [
    ...Object.entries(mounts).map(([volume, path]) => ({
      name: volume,
      hostPath: path,
      mountPath: path,
      readOnly: !writable.includes(volume),
      pathType: path.endsWith('.conf') ? 'FileOrCreate' : 'DirectoryOrCreate',
    })),
    ...extraVolumes,
  ];
  if (extraVolumes.length > 0) volumes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const annotations = Object.entries(component.annotations ?? {}).map(([key, value]) => `    ${key}: ${value}\n`);
  return `apiVersion: v1
kind: Pod
metadata:
${annotations.length > 0 ? `  annotations:\n${annotations.join('')}` : ''}  labels:
    component: ${name}
    tier: control-plane
  name: ${name}
  namespace: kube-system
spec:
  containers:
  - command:
${command.map((word) => `    - ${word}\n`).join('')}${envs === '' ? '' : `    env:\n${envs}`}    image: ${image}
    imagePullPolicy: IfNotPresent
${probe('livenessProbe', component.liveness, 'failureThreshold: 8\n      httpGet', 'initialDelaySeconds: 10\n      periodSeconds: 10\n      timeoutSeconds: 15')}    name: ${name}
${component.readiness ? probe('readinessProbe', component.readiness, 'failureThreshold: 3\n      httpGet', 'periodSeconds: 1\n      timeoutSeconds: 15') : ''}    resources:
      requests:
        cpu: ${component.cpu}
${component.memory ? `        memory: ${component.memory}\n` : ''}${probe('startupProbe', component.liveness, 'failureThreshold: 24\n      httpGet', 'initialDelaySeconds: 10\n      periodSeconds: 10\n      timeoutSeconds: 15')}    volumeMounts:
${volumes.map((each) => `    - mountPath: ${each.mountPath}\n      name: ${each.name}\n${each.readOnly ? '      readOnly: true\n' : ''}`).join('')}  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  volumes:
${volumes.map((each) => `  - hostPath:\n      path: ${each.hostPath}\n${each.pathType ? `      type: ${each.pathType}\n` : ''}    name: ${each.name}\n`).join('')}status: {}
`;
}

const probe = (kind: string, { host, path, port, scheme }: Probe, before: string, after: string): string => `    ${kind}:
      ${before}:
        host: ${host}
        path: ${path}
        port: ${port}
        scheme: ${scheme}
      ${after}
`;
