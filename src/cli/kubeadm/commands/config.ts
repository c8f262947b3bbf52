/** `kubeadm config`: defaults, checks and migration of configuration files, images (cmd/kubeadm/app/cmd/config.go). */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { configFlag, criSocketFlag, type KubeadmCommand } from '../command.ts';
import { contents, type Documents, readDocuments, timeouts } from '../config-file.ts';
import { type Context, Fatal } from '../context.ts';
import { criSocket, defaultSocket } from '../runtime-socket.ts';
import { imagesOf, pullImages } from './images.ts';
import { newToken } from './token.ts';

type Document = Readonly<Record<string, unknown>>;

const apiVersion = 'kubeadm.k8s.io/v1beta4';
const registration = { criSocket: defaultSocket, imagePullPolicy: 'IfNotPresent', imagePullSerial: true };
const exampleToken = 'abcdef.0123456789abcdef';
const bootstrapToken = {
  groups: ['system:bootstrappers:kubeadm:default-node-token'],
  token: exampleToken,
  ttl: '24h0m0s',
  usages: ['signing', 'authentication'],
};

const initDefaults: Document = {
  apiVersion,
  bootstrapTokens: [bootstrapToken],
  kind: 'InitConfiguration',
  localAPIEndpoint: { advertiseAddress: '1.2.3.4', bindPort: 6443 },
  nodeRegistration: { ...registration, name: 'node', taints: null },
  timeouts,
};

const clusterDefaults = (version: string): Document => ({
  apiServer: {},
  apiVersion,
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
  kubernetesVersion: version,
  networking: { dnsDomain: 'cluster.local', serviceSubnet: '10.96.0.0/12' },
  proxy: {},
  scheduler: {},
});

const joinDefaults = (context: Context): Document => ({
  apiVersion,
  caCertPath: '/etc/kubernetes/pki/ca.crt',
  discovery: {
    bootstrapToken: { apiServerEndpoint: 'kube-apiserver:6443', token: exampleToken, unsafeSkipCAVerification: true },
    tlsBootstrapToken: exampleToken,
  },
  kind: 'JoinConfiguration',
  nodeRegistration: { ...registration, name: context.host.name, taints: null },
  timeouts,
});

const upgradePart = { certificateRenewal: true, etcdUpgrade: true, imagePullPolicy: 'IfNotPresent', imagePullSerial: true };

const defaults: Readonly<Record<string, (context: Context) => readonly Document[]>> = {
  init: ({ phases }) => [initDefaults, clusterDefaults(phases.release.version.slice(1).replace(/\.\d+$/, '.0'))],
  join: (context) => [joinDefaults(context)],
  reset: () => [{ apiVersion, certificatesDir: '/etc/kubernetes/pki', criSocket: defaultSocket, kind: 'ResetConfiguration', timeouts }],
  upgrade: () => [{ apiVersion, apply: upgradePart, diff: {}, kind: 'UpgradeConfiguration', node: upgradePart, plan: { etcdUpgrade: true }, timeouts }],
};

const print = (kind: string) =>
  function* (context: Context): Routine {
    const wanted = context.flags.spec('component-configs') ? context.flags.list('component-configs') : [];
    const known = ['KubeProxyConfiguration', 'KubeletConfiguration'];
    for (const each of wanted) if (!known.includes(each)) throw new Fatal(`unknown component config: ${each}. Available values: [${known.join(', ')}]`);
    const texts = (defaults[kind]?.(context) ?? []).map((document) => dumpYaml(document));
    yield* context.process.print([...texts, ...componentConfigs(context, wanted)].join('---\n'));
  };

/** As the cluster's ConfigMaps would hold them. */
function componentConfigs(context: Context, kinds: readonly string[]): string[] {
  if (kinds.length === 0) return [];
  const objects = context.phases.addonObjects({ ...context.settings(), podSubnet: '' }, context.host.ip, '', '');
  return kinds.map((kind) => {
    const [name, key] = kind === 'KubeletConfiguration' ? [/^kubelet-config/, 'kubelet'] : [/^kube-proxy$/, 'config.conf'];
    const map = objects.find((each) => each.kind === 'ConfigMap' && name.test(each.metadata.name ?? '')) as
      | { readonly data?: Record<string, string> }
      | undefined;
    return map?.data?.[key] ?? '';
  });
}

function documentsAt(context: Context, flag: string, warn: (text: string) => void, strict: boolean): Documents {
  const path = context.flags.text(flag);
  if (path === '') throw new Fatal(`the --${flag} flag is mandatory`);
  const documents = readDocuments(contents(context.process, path), warn, strict);
  if (!documents.some(({ document }) => String(document['apiVersion']).startsWith('kubeadm.k8s.io/')))
    throw new Fatal('no kubeadm API objects found in the given config file');
  return documents;
}

function* validate(context: Context): Routine {
  const warnings: string[] = [];
  documentsAt(context, 'config', (text) => warnings.push(text), true);
  for (const text of warnings) yield* context.warn(text);
  yield* context.say('ok');
}

/** The documents in the newest version, with all that kubeadm fills in. */
function* migrate(context: Context): Routine {
  const documents = documentsAt(context, 'old-config', () => {}, true);
  const of = (kind: string): Document | undefined => documents.find((each) => each.kind === kind)?.document;
  const made: Document[] = [];
  const [init, cluster] = [of('InitConfiguration'), of('ClusterConfiguration')];
  if (init || cluster) made.push(filled(ownInit(context), init ?? {}), filled(clusterDefaults(context.phases.release.version), cluster ?? {}));
  const join = of('JoinConfiguration');
  if (join) made.push(filled({ ...joinDefaults(context), discovery: {} }, join));
  for (const [kind, name] of [
    ['ResetConfiguration', 'reset'],
    ['UpgradeConfiguration', 'upgrade'],
  ] as const) {
    const given = of(kind);
    if (given) made.push(filled(defaults[name]?.(context)[0] ?? {}, given));
  }
  made.push(...documents.filter(({ kind }) => /^Kube(let|Proxy)Configuration$/.test(kind)).map(({ document }) => document));
  const text = made.map((each) => dumpYaml(each)).join('---\n');
  const path = context.flags.text('new-config');
  if (path === '') return yield* context.process.print(text);
  context.process.fs.write(path, text, { mode: 0o644 });
}

const ownInit = (context: Context): Document => ({
  ...initDefaults,
  bootstrapTokens: [{ ...bootstrapToken, token: newToken(context) }],
  localAPIEndpoint: { advertiseAddress: context.host.ip, bindPort: 6443 },
  nodeRegistration: {
    ...registration,
    criSocket: criSocket(context),
    name: context.host.name,
    taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }],
  },
});

/** What is given over the defaults, keys in order. */
function filled(base: Document, given: Document): Document {
  const whole: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(given)) {
    const below = whole[key];
    const isMap = (each: unknown): each is Document => typeof each === 'object' && each !== null && !Array.isArray(each);
    whole[key] = isMap(below) && isMap(value) ? filled(below, value) : value;
  }
  return Object.fromEntries(Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function* list(context: Context): Routine {
  yield* context.readFile(['kubernetes-version', 'image-repository', 'feature-gates', 'output']);
  const images = imagesOf(context);
  const output = context.flags.text('output');
  if (output === 'text') return yield* context.say(...images);
  const document = { apiVersion: 'output.kubeadm.k8s.io/v1alpha3', images, kind: 'Images' };
  if (output === 'json') return yield* context.say(JSON.stringify({ kind: document.kind, apiVersion: document.apiVersion, images }, null, 4));
  if (output === 'yaml') return yield* context.process.print(dumpYaml(document));
  throw new Fatal(`invalid output format: ${output}`);
}

const versionFlags = [
  { name: 'kubernetes-version', default: '', usage: 'Choose a specific Kubernetes version for the control plane.' },
  { name: 'image-repository', default: 'registry.k8s.io', usage: 'Choose a container registry to pull control plane images from' },
  { name: 'feature-gates', usage: 'A set of key=value pairs that describe feature gates for various features.' },
] as const;
const componentFlag = {
  name: 'component-configs',
  type: 'stringSlice',
  usage:
    'A comma-separated list for component config API objects to print the default values for. Available values: [KubeProxyConfiguration KubeletConfiguration].',
} as const;

export const configCommand: KubeadmCommand = {
  name: 'config',
  short: 'Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster',
  flags: [{ name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.', persistent: true }],
  commands: [
    {
      name: 'images',
      short: 'Interact with container images used by kubeadm',
      commands: [
        {
          name: 'list',
          short: 'Print a list of images kubeadm will use. The configuration file is used in case any images or image repositories are customized',
          flags: [configFlag, ...versionFlags, { name: 'output', short: 'o', default: 'text', usage: 'Output format. One of: text|json|yaml.' }],
          run: list,
        },
        {
          name: 'pull',
          short: 'Pull images used by kubeadm',
          flags: [configFlag, criSocketFlag, ...versionFlags],
          run: (context) => pullImages(context, true),
        },
      ],
    },
    {
      name: 'migrate',
      short: 'Read an older version of the kubeadm configuration API types from a file, and output the similar config object for the newer version',
      flags: [
        { name: 'old-config', usage: 'Path to the kubeadm config file that is using an old API version and should be converted. This flag is mandatory.' },
        { name: 'new-config', usage: 'Path to the resulting equivalent kubeadm config file using the new API version. Optional.' },
        { name: 'allow-experimental-api', absent: true, type: 'bool', usage: 'Allow migration to experimental, unreleased APIs.' },
      ],
      run: migrate,
    },
    {
      name: 'print',
      short: 'Print configuration',
      commands: Object.keys(defaults).map((kind) => ({
        name: `${kind}-defaults`,
        short: `Print default ${kind} configuration, that can be used for 'kubeadm ${kind}'`,
        flags: [componentFlag],
        run: print(kind),
      })),
    },
    {
      name: 'validate',
      short: 'Read a file containing the kubeadm configuration API and report any validation errors',
      flags: [configFlag, { name: 'allow-experimental-api', absent: true, type: 'bool', usage: 'Allow validation of experimental, unreleased APIs.' }],
      run: validate,
    },
  ],
};
