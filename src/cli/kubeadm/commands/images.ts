/** `kubeadm config`: defaults, images, what the cluster was made with. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import { CriError } from '../../../interfaces/cri.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { configFlag, criSocketFlag, type KubeadmCommand } from '../command.ts';
import { type Context, Fatal } from '../context.ts';
import { defaultSocket, dialRuntime } from '../runtime-socket.ts';

/** What a control plane needs, in kubeadm's order. */
function imagesOf({ phases, settings }: { phases: Context['phases']; settings: { readonly version: string } }): string[] {
  const { release } = phases;
  const { version } = settings;
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `registry.k8s.io/${name}:${version}`),
    `registry.k8s.io/coredns/coredns:${release.coreDns}`,
    `registry.k8s.io/pause:${release.pause}`,
    `registry.k8s.io/etcd:${release.etcd}`,
  ];
}

/** Through the container runtime, as crictl would. */
export function* pullImages(context: Context, tell: boolean): Routine {
  for (const image of imagesOf({ phases: context.phases, settings: context.settings() })) {
    try {
      const cri = dialRuntime(context);
      if (!cri.image.imageStatus({ image }, false).image) yield* cri.image.pullImage({ image });
    } catch (error) {
      if (!(error instanceof CriError) && !(error instanceof Errno)) throw error;
      const cause = error instanceof CriError ? `rpc error: code = ${error.code} desc = ${error.message}` : error.message.toLowerCase();
      if (tell) throw new Fatal(`failed to pull image "${image}": failed to pull image ${image}: ${cause}`);
      throw new Fatal(
        `error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR ImagePull]: failed to pull image ${image}: failed to pull image ${image}: ${cause}\n[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
        2,
      );
    }
    if (tell) yield* context.say(`[config/images] Pulled ${image}`);
  }
}

function* list(context: Context): Routine {
  yield* context.say(...imagesOf({ phases: context.phases, settings: context.settings() }));
}

const initDefaults = (context: Context): Readonly<Record<string, unknown>>[] => [
  {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    bootstrapTokens: [
      { groups: ['system:bootstrappers:kubeadm:default-node-token'], token: 'abcdef.0123456789abcdef', ttl: '24h0m0s', usages: ['signing', 'authentication'] },
    ],
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: '1.2.3.4', bindPort: 6443 },
    nodeRegistration: {
      criSocket: defaultSocket,
      imagePullPolicy: 'IfNotPresent',
      imagePullSerial: true,
      name: 'node',
      taints: null,
    },
    timeouts: {
      controlPlaneComponentHealthCheck: '4m0s',
      discovery: '5m0s',
      etcdAPICall: '2m0s',
      kubeletHealthCheck: '4m0s',
      kubernetesAPICall: '1m0s',
      tlsBootstrap: '5m0s',
      upgradeManifests: '5m0s',
    },
  },
  {
    apiServer: {},
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    caCertificateValidityPeriod: '87600h0m0s',
    certificateValidityPeriod: '8760h0m0s',
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    controllerManager: {},
    dns: {},
    encryptionAlgorithm: 'RSA-2048',
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: context.phases.release.version.slice(1).replace(/\.\d+$/, '.0'),
    networking: { dnsDomain: 'cluster.local', serviceSubnet: '10.96.0.0/12' },
    proxy: {},
    scheduler: {},
  },
];

function* printInit(context: Context): Routine {
  yield* context.process.print(
    initDefaults(context)
      .map((document) => dumpYaml(document))
      .join('---\n'),
  );
}

function* printJoin(context: Context): Routine {
  const document = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    caCertPath: '/etc/kubernetes/pki/ca.crt',
    discovery: {
      bootstrapToken: { apiServerEndpoint: 'kube-apiserver:6443', token: 'abcdef.0123456789abcdef', unsafeSkipCAVerification: true },
      tlsBootstrapToken: 'abcdef.0123456789abcdef',
    },
    kind: 'JoinConfiguration',
    nodeRegistration: {
      criSocket: defaultSocket,
      imagePullPolicy: 'IfNotPresent',
      imagePullSerial: true,
      name: context.host.name,
      taints: null,
    },
  };
  yield* context.process.print(dumpYaml(document));
}

const versionFlag = { name: 'kubernetes-version', default: '', usage: 'Choose a specific Kubernetes version for the control plane.' } as const;

export const configCommand: KubeadmCommand = {
  name: 'config',
  short: 'Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster',
  commands: [
    {
      name: 'images',
      short: 'Interact with container images used by kubeadm',
      commands: [
        { name: 'list', short: 'Print a list of images kubeadm will use.', flags: [configFlag, versionFlag], run: list },
        { name: 'pull', short: 'Pull images used by kubeadm', flags: [configFlag, criSocketFlag, versionFlag], run: (context) => pullImages(context, true) },
      ],
    },
    {
      name: 'print',
      short: 'Print configuration',
      commands: [
        { name: 'init-defaults', short: "Print default init configuration, that can be used for 'kubeadm init'", run: printInit },
        { name: 'join-defaults', short: "Print default join configuration, that can be used for 'kubeadm join'", run: printJoin },
      ],
    },
  ],
};
