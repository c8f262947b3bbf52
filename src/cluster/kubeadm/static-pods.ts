/** The control plane's manifests, as `kubeadm init` writes them to /etc/kubernetes/manifests (cmd/kubeadm/app/phases/controlplane). */

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
};

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
};
type Probe = { readonly host: string; readonly path: string; readonly port: number; readonly scheme: 'HTTP' | 'HTTPS' };

const pki = '/etc/kubernetes/pki';

/** File name → YAML. */
export function staticPodManifests(settings: ControlPlaneSettings): ReadonlyMap<string, string> {
  return new Map(
    [...(settings.externalEtcd ? [] : [etcd(settings)]), apiserver(settings), controllerManager(settings), scheduler(settings)].map((component) => [
      `${component.name}.yaml`,
      manifest({ ...component, command: withArgs(component.command, settings.extraArgs?.[component.name] ?? {}) }),
    ]),
  );
}

/** What is given stands in the place of what kubeadm would say; flags are sorted as it sorts them. */
function withArgs([program = '', ...flags]: readonly string[], extra: Readonly<Record<string, string>>): string[] {
  if (Object.keys(extra).length === 0) return [program, ...flags];
  const kept = flags.filter((flag) => !Object.hasOwn(extra, flag.slice(2).split('=')[0] ?? ''));
  return [program, ...[...kept, ...Object.entries(extra).map(([name, value]) => `--${name}=${value}`)].sort()];
}

const etcd = ({ nodeName, ip, etcdVersion, initialCluster }: ControlPlaneSettings): Component => ({
  name: 'etcd',
  image: `registry.k8s.io/etcd:${etcdVersion}`,
  cpu: '100m',
  memory: '100Mi',
  annotations: { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${ip}:2379` },
  command: [
    'etcd',
    `--advertise-client-urls=https://${ip}:2379`,
    `--cert-file=${pki}/etcd/server.crt`,
    '--client-cert-auth=true',
    '--data-dir=/var/lib/etcd',
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
  mounts: { 'etcd-data': '/var/lib/etcd', 'etcd-certs': `${pki}/etcd` },
  writable: ['etcd-data', 'etcd-certs'],
});

const apiserver = ({ ip, version, serviceSubnet, externalEtcd }: ControlPlaneSettings): Component => ({
  name: 'kube-apiserver',
  image: `registry.k8s.io/kube-apiserver:${version}`,
  cpu: '250m',
  annotations: { 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${ip}:6443` },
  command: [
    'kube-apiserver',
    `--advertise-address=${ip}`,
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${pki}/ca.crt`,
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    `--etcd-cafile=${pki}/etcd/ca.crt`,
    `--etcd-certfile=${pki}/apiserver-etcd-client.crt`,
    `--etcd-keyfile=${pki}/apiserver-etcd-client.key`,
    `--etcd-servers=${(externalEtcd ?? ['https://127.0.0.1:2379']).join(',')}`,
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
    '--secure-port=6443',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki}/sa.pub`,
    `--service-account-signing-key-file=${pki}/sa.key`,
    `--service-cluster-ip-range=${serviceSubnet}`,
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
  ],
  liveness: { host: ip, path: '/livez', port: 6443, scheme: 'HTTPS' },
  readiness: { host: ip, path: '/readyz', port: 6443, scheme: 'HTTPS' },
  mounts: { 'ca-certs': '/etc/ssl/certs', 'k8s-certs': pki },
});

const controllerManager = ({ version, podSubnet, serviceSubnet }: ControlPlaneSettings): Component => ({
  name: 'kube-controller-manager',
  image: `registry.k8s.io/kube-controller-manager:${version}`,
  cpu: '200m',
  command: [
    'kube-controller-manager',
    '--allocate-node-cidrs=true',
    '--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf',
    '--bind-address=127.0.0.1',
    `--client-ca-file=${pki}/ca.crt`,
    `--cluster-cidr=${podSubnet}`,
    '--cluster-name=kubernetes',
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

const scheduler = ({ version }: ControlPlaneSettings): Component => ({
  name: 'kube-scheduler',
  image: `registry.k8s.io/kube-scheduler:${version}`,
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
  const { name, image, command, mounts, writable = [] } = component;
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
${command.map((word) => `    - ${word}\n`).join('')}    image: ${image}
    imagePullPolicy: IfNotPresent
${probe('livenessProbe', component.liveness, 'failureThreshold: 8\n      httpGet', 'initialDelaySeconds: 10\n      periodSeconds: 10\n      timeoutSeconds: 15')}    name: ${name}
${component.readiness ? probe('readinessProbe', component.readiness, 'failureThreshold: 3\n      httpGet', 'periodSeconds: 1\n      timeoutSeconds: 15') : ''}    resources:
      requests:
        cpu: ${component.cpu}
${component.memory ? `        memory: ${component.memory}\n` : ''}${probe('startupProbe', component.liveness, 'failureThreshold: 24\n      httpGet', 'initialDelaySeconds: 10\n      periodSeconds: 10\n      timeoutSeconds: 15')}    volumeMounts:
${Object.entries(mounts)
  .map(([volume, path]) => `    - mountPath: ${path}\n      name: ${volume}\n${writable.includes(volume) ? '' : '      readOnly: true\n'}`)
  .join('')}  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  volumes:
${Object.entries(mounts)
  .map(
    ([volume, path]) =>
      `  - hostPath:\n      path: ${path}\n      type: ${path.endsWith('.conf') ? 'FileOrCreate' : 'DirectoryOrCreate'}\n    name: ${volume}\n`,
  )
  .join('')}status: {}
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
