/** Images of Kubernetes itself and what is usually installed beside it. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { defaultPath, directory, type ImageDefinition, type LayerDefinition, MiB, program, type Repositories, script, text } from './definition.ts';
import { alpineRootfs, bookworm, busyboxRootfs, debianRootfs, distroless } from './rootfs.ts';

const platforms = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];
const created = '2026-06-09T12:00:00Z';
const base: LayerDefinition = { size: 104_000, createdBy: 'bazel build ...', entries: distroless };

const binaryLayer = (megabytes: number, path: string, name: string, extra: () => readonly LayerEntry[] = () => []): LayerDefinition => ({
  size: Math.round(megabytes * MiB),
  createdBy: `COPY ${path} ${path} # buildkit`,
  entries: () => [program(path, name, Math.round(megabytes * 3 * MiB)), ...extra()],
});

const image = (name: string, tags: readonly string[], config: ImageConfig['config'], layers: readonly LayerDefinition[]): ImageDefinition => ({
  name,
  tags,
  created,
  config: { Env: [defaultPath], ...config },
  layers,
  platforms,
});

/** Minor releases and their newest patch that the lab's worlds may ask for. */
export const kubernetesReleases: readonly (readonly [minor: string, patches: number])[] = [
  ['1.36', 2],
  ['1.35', 6],
  ['1.34', 9],
  ['1.33', 12],
  ['1.32', 13],
  ['1.31', 14],
  ['1.30', 14],
  ['1.29', 15],
  ['1.28', 15],
  ['1.24', 17],
  ['1.23', 17],
];
const versions = kubernetesReleases.flatMap(([minor, patches]) => Array.from({ length: patches + 1 }, (_each, patch) => `v${minor}.${patch}`));

const components: readonly (readonly [name: string, megabytes: number])[] = [
  ['kube-apiserver', 26.4],
  ['kube-controller-manager', 21.8],
  ['kube-scheduler', 16.6],
  ['kube-proxy', 24.9],
];

const componentImages = (name: string, megabytes: number): ImageDefinition[] =>
  versions.map((version, index) =>
    image(`registry.k8s.io/${name}`, [version], name === 'kube-proxy' ? {} : { Entrypoint: ['/go-runner'] }, [
      base,
      // A few kilobytes more with every release, as binaries grow.
      {
        ...binaryLayer(megabytes, `/usr/local/bin/${name}`, `${name}@${version}`, () => [program('/go-runner', 'go-runner', 1_800_000)]),
        size: Math.round(megabytes * MiB) - index * 4096,
      },
    ]),
  );

const pause = (version: string): ImageDefinition =>
  image(`registry.k8s.io/pause`, [version], { Entrypoint: ['/pause'], User: '65535:65535', WorkingDir: '/' }, [
    {
      size: 318_000,
      createdBy: 'ADD --chown=0:0 bin/pause-linux-amd64 /pause # buildkit',
      entries: () => [
        program('/pause', 'pause', 744_000),
        directory('/proc'),
        directory('/dev'),
        directory('/sys'),
        directory('/etc'),
        text('/etc/pause-version', `${version}\n`),
      ],
    },
  ]);

const etcd = (version: string): ImageDefinition =>
  image('registry.k8s.io/etcd', [version], { Cmd: [], ExposedPorts: { '2379/tcp': {}, '2380/tcp': {}, '4001/tcp': {}, '7001/tcp': {} } }, [
    base,
    binaryLayer(21.3, '/usr/local/bin/etcd', 'etcd', () => [
      program('/usr/local/bin/etcdctl', 'etcdctl', 17_000_000),
      program('/usr/local/bin/etcdutl', 'etcdutl', 15_000_000),
      directory('/var/lib/etcd', 0o700),
      text('/etc/etcd-version', `${version}\n`),
    ]),
  ]);

const coredns = (version: string): ImageDefinition =>
  image(
    'registry.k8s.io/coredns/coredns',
    [version],
    { Entrypoint: ['/coredns'], ExposedPorts: { '53/tcp': {}, '53/udp': {} }, User: 'nonroot:nonroot', WorkingDir: '/' },
    [base, binaryLayer(21.7, '/coredns', 'coredns', () => [text('/etc/coredns-version', `${version}\n`)])],
  );

const agnhost = (): ImageDefinition[] => [
  image(
    'registry.k8s.io/e2e-test-images/agnhost',
    Array.from({ length: 50 }, (_, minor) => `2.${minor + 8}`),
    { Entrypoint: ['/agnhost'], Cmd: ['pause'], ExposedPorts: { '53/tcp': {}, '80/tcp': {}, '8080/tcp': {}, '8081/tcp': {}, '9376/tcp': {} } },
    [
      { size: Math.round(3.4 * MiB), createdBy: 'ADD alpine-minirootfs.tar.gz /', entries: () => alpineRootfs('3.21.4') },
      binaryLayer(45.1, '/agnhost', 'agnhost', () => [program('/usr/bin/curl', 'curl', 280_000), program('/usr/bin/dig', 'dig', 150_000)]),
    ],
  ),
];

const single = (
  name: string,
  tags: readonly string[],
  binary: string,
  megabytes: number,
  config: ImageConfig['config'] = {},
  programName = 'not-simulated',
): ImageDefinition => image(name, tags, { Entrypoint: [binary], ...config }, [base, binaryLayer(megabytes, binary, programName)]);

const bootcamps = (name: string): ImageDefinition[] =>
  ['v1', 'v2'].map((version) =>
    image(name, [version], { Cmd: ['/bin/sh', '-c', 'node server.js'], ExposedPorts: { '8080/tcp': {} } }, [
      { size: 80 * MiB, createdBy: 'node', entries: () => [...alpineRootfs('3.19.8'), program('/usr/bin/node', `bootcamp-${version}`, 40_000_000)] },
    ]),
  );

/** registry.k8s.io, and the usual guests of quay.io and ghcr.io. */
export const kubernetesImages: Repositories = {
  'registry.k8s.io/pause': () => ['3.1', '3.2', '3.3', '3.4.1', '3.5', '3.6', '3.7', '3.8', '3.9', '3.10', '3.10.1', '3.10.2', 'latest'].map(pause),
  ...Object.fromEntries(components.map(([name, megabytes]) => [`registry.k8s.io/${name}`, () => componentImages(name, megabytes)])),
  'registry.k8s.io/etcd': () =>
    ['3.5.1-0', '3.5.6-0', '3.5.10-0', '3.5.15-0', '3.5.16-0', '3.5.21-0', '3.5.24-0', '3.6.4-0', '3.6.5-0', '3.6.6-0', '3.6.10-0'].map(etcd),
  'registry.k8s.io/coredns/coredns': () =>
    ['v1.8.6', 'v1.9.3', 'v1.10.1', 'v1.11.1', 'v1.11.3', 'v1.12.0', 'v1.12.1', 'v1.13.0', 'v1.13.1', 'v1.13.2', 'v1.14.2'].map(coredns),
  'registry.k8s.io/e2e-test-images/agnhost': () => agnhost(),
  'registry.k8s.io/metrics-server/metrics-server': () => [
    single(
      'registry.k8s.io/metrics-server/metrics-server',
      ['v0.6.4', 'v0.7.0', 'v0.7.1', 'v0.7.2', 'v0.8.0', 'v0.8.1'],
      '/metrics-server',
      21,
      { User: '65534' },
      'metrics-server',
    ),
  ],
  'registry.k8s.io/ingress-nginx/controller': () => [
    single(
      'registry.k8s.io/ingress-nginx/controller',
      ['v1.8.2', 'v1.9.6', 'v1.10.1', 'v1.11.5', 'v1.12.0', 'v1.12.1', 'v1.13.2', 'v1.14.0'],
      '/nginx-ingress-controller',
      92,
      {},
      'nginx-ingress-controller',
    ),
  ],
  'registry.k8s.io/hpa-example': () => [
    single('registry.k8s.io/hpa-example', ['latest'], '/usr/local/bin/apache2-foreground', 140, { ExposedPorts: { '80/tcp': {} } }, 'hpa-example'),
  ],
  'registry.k8s.io/echoserver': () => [
    single('registry.k8s.io/echoserver', ['1.4', '1.10'], '/usr/bin/echoserver', 40, { ExposedPorts: { '8080/tcp': {} } }, 'echoserver'),
  ],
  'registry.k8s.io/e2e-test-images/busybox': () => [
    image('registry.k8s.io/e2e-test-images/busybox', ['1.29-1', '1.29-2', '1.29-4', '1.36.1-1', '1.37.0-1'], { Cmd: ['sh'] }, [
      { size: 730_000, createdBy: 'busybox', entries: () => busyboxRootfs('1.29.3') },
    ]),
  ],
  'registry.k8s.io/e2e-test-images/jessie-dnsutils': () => [
    image('registry.k8s.io/e2e-test-images/jessie-dnsutils', ['1.1', '1.2', '1.3', '1.4', '1.5', '1.7'], { Cmd: ['/bin/bash'] }, [
      {
        size: 46_000_000,
        createdBy: 'jessie',
        entries: () => [
          ...debianRootfs(bookworm),
          ...['dig', 'host', 'nslookup', 'ping', 'curl', 'nc'].map((name) => program(`/usr/bin/${name}`, name, 150_000)),
        ],
      },
    ]),
  ],
  'registry.k8s.io/busybox': () => [
    image('registry.k8s.io/busybox', ['latest', '1.24', '1.27', '1.27.2'], { Cmd: ['sh'] }, [
      { size: 720_000, createdBy: 'busybox', entries: () => alpineRootfs('3.19.8') },
    ]),
  ],
  'gcr.io/google-samples/hello-app': () =>
    ['1.0', '2.0'].map((version) =>
      image('gcr.io/google-samples/hello-app', [version], { Cmd: ['./hello-app'], ExposedPorts: { '8080/tcp': {} }, WorkingDir: '/' }, [
        base,
        binaryLayer(11.2, '/hello-app', `hello-app-${version}`),
      ]),
    ),
  'gcr.io/google-samples/kubernetes-bootcamp': () => bootcamps('gcr.io/google-samples/kubernetes-bootcamp'),
  'docker.io/jocatalin/kubernetes-bootcamp': () => bootcamps('docker.io/jocatalin/kubernetes-bootcamp'),
  'quay.io/prometheus/busybox': () => [
    image('quay.io/prometheus/busybox', ['latest'], { Cmd: ['sh'] }, [{ size: 1_900_000, createdBy: 'busybox', entries: () => alpineRootfs('3.21.4') }]),
  ],
  'quay.io/quay/busybox': () => [
    image('quay.io/quay/busybox', ['latest'], { Cmd: ['sh'] }, [{ size: 1_900_001, createdBy: 'busybox', entries: () => alpineRootfs('3.21.4') }]),
  ],
  'ghcr.io/flannel-io/flannel': () => [single('ghcr.io/flannel-io/flannel', ['v0.27.3', 'v0.27.4'], '/opt/bin/flanneld', 33, {}, 'flanneld')],
  'ghcr.io/flannel-io/flannel-cni-plugin': () => [
    image('ghcr.io/flannel-io/flannel-cni-plugin', ['v1.7.1-flannel1', 'v1.8.0-flannel1'], { Cmd: ['sh'] }, [
      { size: 4_800_000, createdBy: 'flannel cni plugin', entries: () => [...alpineRootfs('3.21.4'), script('/flannel', 'cp', '')] },
    ]),
  ],
  'docker.io/kindest/kindnetd': () => [
    image('docker.io/kindest/kindnetd', ['v20250512-df8de77b'], { Cmd: ['/bin/kindnetd'] }, [base, binaryLayer(42, '/bin/kindnetd', 'kindnetd')]),
  ],
  'ghcr.io/stefanprodan/podinfo': () => [
    single(
      'ghcr.io/stefanprodan/podinfo',
      ['latest', '6.9.2', '6.9.0', '6.5.0', '6.0.0'],
      '/home/app/podinfo',
      24,
      { ExposedPorts: { '9898/tcp': {} } },
      'podinfo',
    ),
  ],
  'docker.io/rancher/local-path-provisioner': () => [
    image(
      'docker.io/rancher/local-path-provisioner',
      ['v0.0.24', 'v0.0.26', 'v0.0.28', 'v0.0.30', 'v0.0.31', 'v0.0.32'],
      { Entrypoint: ['local-path-provisioner'] },
      [
        {
          size: 22 * MiB,
          createdBy: 'local-path-provisioner',
          entries: () => [...alpineRootfs('3.21.4'), program('/usr/bin/local-path-provisioner', 'local-path-provisioner', 40_000_000)],
        },
      ],
    ),
  ],
};
