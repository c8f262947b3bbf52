/** `kubeadm init` and `kubeadm init phase`. */
import type { Routine } from '../../../sim/routine.ts';
import type { FlagSpec } from '../../flags.ts';
import { configFlag, criSocketFlag, ignoreFlag, type KubeadmCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { initChecks, preflight } from '../preflight.ts';
import { initPhases, type Phase, type Work } from './init-phases.ts';
import { joinCommand } from './token.ts';

function* init(context: Context): Routine {
  yield* context.readFile(withConfig);
  const skipped = new Set([...context.flags.list('skip-phases'), ...(context.file.InitConfiguration?.skipPhases ?? [])]);
  const work: Work = { token: '' };
  yield* context.say(`[init] Using Kubernetes version: ${context.settings().version}`);
  if (context.flags.bool('dry-run') || context.file.InitConfiguration?.dryRun) return yield* dryRun(context);
  for (const phase of initPhases) if (!skipped.has(phase.name)) yield* runPhase(phase, context, work, skipped);
  if (!skipped.has('show-join-command')) yield* showJoinCommand(context, work);
}

function* showJoinCommand(context: Context, work: Work): Routine {
  const { server, caPem } = context.cluster();
  const token = context.flags.bool('skip-token-print') ? '<value withheld>' : work.token;
  const certificateKey = work.certificateKey && context.flags.bool('skip-certificate-key-print') ? '<value withheld>' : work.certificateKey;
  yield* context.say(
    '',
    'Your Kubernetes control-plane has initialized successfully!',
    '',
    'To start using your cluster, you need to run the following as a regular user:',
    '',
    '  mkdir -p $HOME/.kube',
    '  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config',
    '  sudo chown $(id -u):$(id -g) $HOME/.kube/config',
    '',
    'Alternatively, if you are the root user, you can run:',
    '',
    '  export KUBECONFIG=/etc/kubernetes/admin.conf',
    '',
    'You should now deploy a pod network to the cluster.',
    'Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:',
    '  https://kubernetes.io/docs/concepts/cluster-administration/addons/',
    '',
    ...(context.settings().controlPlaneEndpoint ? otherControlPlanes(joinCommand(server, token, caPem, true), certificateKey) : []),
    'Then you can join any number of worker nodes by running the following on each as root:',
    '',
    joinCommand(server, token, caPem, true),
  );
}

/** `certs/ca` skips one part of a phase. */
function* runPhase(phase: Phase, context: Context, work: Work, skipped: ReadonlySet<string>): Routine {
  const parts = phase.parts?.filter((part) => !skipped.has(`${phase.name}/${part}`));
  if (!parts || parts.length === phase.parts?.length) return yield* phase.run(context, 'all', work);
  for (const part of parts) yield* phase.run(context, part, work);
}

/** What would be written, in a folder of its own (cmd/kubeadm/app/util/dryrun). */
function* dryRun(context: Context): Routine {
  const { phases, host, process } = context;
  yield* context.say('[preflight] Running pre-flight checks');
  yield* preflight(context, initChecks(context));
  yield* context.say("[preflight] Would pull the required images (like 'kubeadm config images pull')");
  const folder = `/etc/kubernetes/tmp/kubeadm-init-dryrun${process.sim.random.int(4_000_000_000)}`;
  host.fs.mkdir(folder, { parents: true, mode: 0o700 });
  const manifests = phases.manifests(context.settings());
  for (const [name, text] of manifests) host.fs.write(`${folder}/${name}`, text, { mode: 0o600 });
  yield* context.say(
    `[dryrun] Wrote certificates, kubeconfig files and control plane manifests to the "${folder}" directory`,
    '[dryrun] The certificates or kubeconfig files would not be printed due to their sensitive nature',
    `[dryrun] Please examine the "${folder}" directory for details about what would be written`,
  );
  for (const [name, text] of manifests)
    yield* context.say(
      `[dryrun] Would write file "/etc/kubernetes/manifests/${name}" with content:`,
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `\t${line}`),
    );
  yield* context.say('[dryrun] Finished dry-running successfully. Above are the resources that would be created');
}

/** Flags that may stand beside `--config`. */
export const withConfig: readonly string[] = [
  'ignore-preflight-errors',
  'node-name',
  'cri-socket',
  'skip-phases',
  'upload-certs',
  'certificate-key',
  'dry-run',
  'patches',
  'skip-token-print',
  'skip-certificate-key-print',
  'token-ttl',
  'kubeconfig',
  'rootfs',
];

const otherControlPlanes = (join: string, key: string | undefined): readonly string[] =>
  key === undefined
    ? [
        'You can now join any number of control-plane nodes by copying certificate authorities',
        'and service account keys on each node and then running the following as root:',
        '',
        `  ${join}\\\n\t--control-plane `,
        '',
      ]
    : [
        'You can now join any number of control-plane nodes running the following command on each as root:',
        '',
        `  ${join}\\\n\t--control-plane --certificate-key ${key}`,
        '',
        'Please note that the certificate-key gives access to cluster sensitive data, keep it secret!',
        'As a safeguard, uploaded-certs will be deleted in two hours; If necessary, you can use',
        '"kubeadm init phase upload-certs --upload-certs" to reload certs afterward.',
        '',
      ];

const flags: readonly FlagSpec[] = [
  {
    name: 'apiserver-advertise-address',
    usage: "The IP address the API Server will advertise it's listening on. If not set the default network interface will be used.",
  },
  { name: 'apiserver-bind-port', type: 'int', default: '6443', usage: 'Port for the API Server to bind to.' },
  configFlag,
  criSocketFlag,
  ignoreFlag,
  {
    name: 'apiserver-cert-extra-sans',
    type: 'stringSlice',
    usage: 'Optional extra Subject Alternative Names (SANs) to use for the API Server serving certificate.',
  },
  { name: 'certificate-key', usage: 'Key used to encrypt the control-plane certificates in the kubeadm-certs Secret.' },
  { name: 'control-plane-endpoint', usage: 'Specify a stable IP address or DNS name for the control plane.' },
  { name: 'kubernetes-version', default: '', usage: 'Choose a specific Kubernetes version for the control plane.' },
  { name: 'node-name', usage: 'Specify the node name.' },
  {
    name: 'pod-network-cidr',
    usage: 'Specify range of IP addresses for the pod network. If set, the control plane will automatically allocate CIDRs for every node.',
  },
  { name: 'cert-dir', default: '/etc/kubernetes/pki', usage: 'The path where to save and store the certificates.' },
  { name: 'dry-run', type: 'bool', usage: "Don't apply any changes; just output what would be done." },
  { name: 'feature-gates', usage: 'A set of key=value pairs that describe feature gates for various features.' },
  { name: 'image-repository', default: 'registry.k8s.io', usage: 'Choose a container registry to pull control plane images from' },
  { name: 'patches', usage: 'Path to a directory that contains files named "target[suffix][+patchtype].extension".' },
  { name: 'service-dns-domain', default: 'cluster.local', usage: 'Use alternative domain for services, e.g. "myorg.internal".' },
  { name: 'skip-certificate-key-print', type: 'bool', usage: "Don't print the key used to encrypt the control-plane certificates." },
  { name: 'skip-token-print', type: 'bool', usage: "Skip printing of the default bootstrap token generated by 'kubeadm init'." },
  {
    name: 'token-ttl',
    type: 'duration',
    default: '24h0m0s',
    usage: "The duration before the token is automatically deleted. If set to '0', the token will never expire",
  },
  { name: 'service-cidr', default: '10.96.0.0/12', usage: 'Use alternative range of IP address for service VIPs.' },
  { name: 'skip-phases', type: 'stringSlice', usage: 'List of phases to be skipped' },
  { name: 'token', usage: 'The token to use for establishing bidirectional trust between nodes and control-plane nodes.' },
  { name: 'upload-certs', type: 'bool', usage: 'Upload control-plane certificates to the kubeadm-certs Secret.' },
];

const phaseCommand = (phase: Phase): KubeadmCommand => {
  const run = (part: string) =>
    function* (context: Context): Routine {
      yield* context.readFile(withConfig);
      yield* phase.run(context, part, { token: '' });
    };
  if (!phase.parts) return { name: phase.name, short: phase.short, flags, run: run('all') };
  const part = (name: string, title: string): KubeadmCommand => ({ name, short: title, flags, run: run(name) });
  return {
    name: phase.name,
    short: phase.short,
    commands: [part('all', `${phase.short}: all`), ...phase.parts.map((name) => part(name, `${phase.short}: ${name}`))],
  };
};

const showCommand: KubeadmCommand = {
  name: 'show-join-command',
  short: 'Show the join command for control-plane and worker node',
  flags,
  run: (context) => showJoinCommand(context, { token: context.flags.text('token') }),
};

export const initCommand: KubeadmCommand = {
  name: 'init',
  short: 'Run this command in order to set up the Kubernetes control plane',
  flags,
  run: init,
  commands: [
    { name: 'phase', short: 'Use this command to invoke single phase of the "init" workflow', commands: [...initPhases.map(phaseCommand), showCommand] },
  ],
};
