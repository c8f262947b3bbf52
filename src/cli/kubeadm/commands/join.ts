/** `kubeadm join`: a machine becomes a worker (cmd/kubeadm/app/cmd/join.go, discovery/token). */
import { createHmac } from 'node:crypto';
import { StatusError } from '../../../apimachinery/status.ts';
import { ConnectionError } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { FlagSpec } from '../../flags.ts';
import { configFlag, criSocketFlag, ignoreFlag, type KubeadmCommand } from '../command.ts';
import { type Cluster, type Context, Fatal } from '../context.ts';
import { checkDiscovery } from '../discovery-problems.ts';
import type { Settings } from '../phases.ts';
import { joinChecks, preflight } from '../preflight.ts';
import { withConfig } from './init.ts';
import { markControlPlane } from './init-phases.ts';
import { joinEtcd, prepareControlPlane, settingsOfCluster } from './join-control-plane.ts';
import { kubeletCheck, kubeletConfigMap, startKubelet, waitControlPlane } from './start.ts';
import { caCertHash } from './token.ts';

type Asked = {
  readonly endpoint: string;
  readonly token: string;
  readonly hashes: readonly string[];
  readonly controlPlane: boolean;
  readonly certificateKey: string;
};

/** Flags, or the file in their place. Throws Fatal. */
function asked(context: Context): Asked {
  const { flags, args } = context;
  const { JoinConfiguration: file } = context.file;
  const discovery = file?.discovery?.bootstrapToken;
  const endpoint = args[0] ?? discovery?.apiServerEndpoint;
  const token = flags.text('token') || flags.text('discovery-token') || discovery?.token || file?.discovery?.tlsBootstrapToken || '';
  if (endpoint === undefined) throw new Fatal('discovery: Invalid value: "": bootstrapToken or file must be set', 3);
  const hashes = [...flags.list('discovery-token-ca-cert-hash'), ...(discovery?.caCertHashes ?? [])];
  const trusting = hashes.length > 0 || flags.bool('discovery-token-unsafe-skip-ca-verification') || discovery?.unsafeSkipCAVerification === true;
  checkDiscovery(endpoint, token, trusting);
  const controlPlane = flags.bool('control-plane') || file?.controlPlane !== undefined;
  return { endpoint, token, hashes, controlPlane, certificateKey: flags.text('certificate-key') || file?.controlPlane?.certificateKey || '' };
}

/** What the phases of one join share. */
type Joining = Asked & {
  readonly cluster: Cluster;
  readonly client: ReturnType<Context['client']>;
  readonly settings: Settings;
  readonly configuration: string | undefined;
};

/** Learns the cluster: every phase needs that, whether alone or with the others. */
function* learn(context: Context): Routine<Joining> {
  const all = asked(context);
  const cluster = yield* discover(context, `https://${all.endpoint}`, all.token, all.hashes);
  const client = context.client({ ...cluster, credentials: { token: all.token } });
  yield* context.say(
    '[preflight] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[preflight] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
  );
  const map = (name: string) =>
    context.attempt(`error execution phase preflight: unable to fetch the kubeadm-config ConfigMap: failed to get config map`, () =>
      client.get('configmaps', { namespace: 'kube-system', name }),
    );
  const config = map('kubeadm-config');
  if (!config)
    throw new Fatal(
      'error execution phase preflight: unable to fetch the kubeadm-config ConfigMap: failed to get config map: configmaps "kubeadm-config" not found',
    );
  yield* refuseTakenName(context, client);
  const settings = settingsOfCluster(context, config.data?.['ClusterConfiguration'] ?? '');
  return { ...all, cluster, client, settings, configuration: map(kubeletConfigMap(context))?.data?.['kubelet'] };
}

type JoinPhase = { readonly name: string; readonly short: string; readonly run: (context: Context, joining: Joining) => Routine };

/** In the order of `kubeadm join`. */
const phases: readonly JoinPhase[] = [
  { name: 'preflight', short: 'Run join pre-flight checks', run: function* () {} },
  {
    name: 'control-plane-prepare',
    short: 'Prepare the machine for serving a control plane',
    run: function* (context, { controlPlane, client, settings, certificateKey }) {
      if (controlPlane) yield* prepareControlPlane(context, client, settings, certificateKey);
    },
  },
  {
    name: 'kubelet-start',
    short: 'Write kubelet settings, certificates and (re)start the kubelet',
    run: function* (context, { cluster, token, configuration }) {
      const { fs } = context.host;
      fs.mkdir('/etc/kubernetes/pki', { parents: true });
      fs.write('/etc/kubernetes/pki/ca.crt', cluster.caPem);
      fs.write('/etc/kubernetes/bootstrap-kubelet.conf', bootstrapKubeconfig(cluster, token), { mode: 0o600 });
      yield* startKubelet(context, configuration);
    },
  },
  { name: 'kubelet-wait-bootstrap', short: 'Wait for the kubelet to bootstrap itself', run: (context) => kubeletOrBootstrap(context) },
  {
    name: 'control-plane-join',
    short: 'Join a machine as a control plane instance',
    run: function* (context, { controlPlane, settings }) {
      if (!controlPlane) return;
      const admin = context.admin();
      yield* joinEtcd(context, admin, settings);
      yield* context.until(() => admin.get('nodes', { namespace: '', name: settings.nodeName }) !== undefined);
      yield* markControlPlane(context, admin);
    },
  },
  {
    name: 'wait-control-plane',
    short: 'Wait for the control plane to start',
    run: function* (context, { controlPlane, settings }) {
      if (!controlPlane) return;
      yield* waitControlPlane(context);
      yield* goLocal(context, `${settings.ip}:${settings.port ?? 6443}`);
    },
  },
];

function* join(context: Context): Routine {
  yield* context.readFile(withConfig);
  const skipped = new Set([...context.flags.list('skip-phases'), ...(context.file.JoinConfiguration?.skipPhases ?? [])]);
  const { controlPlane } = asked(context);
  if (!skipped.has('preflight')) {
    yield* context.say('[preflight] Running pre-flight checks');
    yield* preflight(context, joinChecks);
  }
  const joining = yield* learn(context);
  if (context.flags.bool('dry-run')) return yield* context.say('[dryrun] Finished dry-running successfully. Above are the resources that would be created');
  for (const phase of phases) if (!skipped.has(phase.name)) yield* phase.run(context, joining);
  yield* context.say(...(controlPlane ? controlPlaneJoined : workerJoined));
}

/** `kubeadm join phase NAME`. */
const alone = ({ name, run }: JoinPhase) =>
  function* (context: Context): Routine {
    yield* context.readFile(withConfig);
    if (name === 'preflight') {
      yield* context.say('[preflight] Running pre-flight checks');
      yield* preflight(context, joinChecks);
    }
    yield* run(context, yield* learn(context));
  };

const workerJoined = [
  '',
  'This node has joined the cluster:',
  '* Certificate signing request was sent to apiserver and a response was received.',
  '* The Kubelet was informed of the new secure connection details.',
  '',
  "Run 'kubectl get nodes' on the control-plane to see this node join the cluster.",
  '',
];

const controlPlaneJoined = [
  '',
  'This node has joined the cluster and a new control plane instance was created:',
  '',
  '* Certificate signing request was sent to apiserver and approval was received.',
  '* The Kubelet was informed of the new secure connection details.',
  '* Control plane label and taint were applied to the new node.',
  '* The Kubernetes control plane instances scaled up.',
  '* A new etcd member was added to the local/stacked etcd cluster.',
  '',
  'To start administering your cluster from this node, you need to run the following as a regular user:',
  '',
  '\tmkdir -p $HOME/.kube',
  '\tsudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config',
  '\tsudo chown $(id -u):$(id -g) $HOME/.kube/config',
  '',
  "Run 'kubectl get nodes' to see this node join the cluster.",
  '',
];

/** From now on the kubelet speaks to the apiserver beside it (ControlPlaneKubeletLocalMode). */
function* goLocal({ host, process }: Context, address: string): Routine {
  const path = '/etc/kubernetes/kubelet.conf';
  host.fs.write(path, host.fs.read(path).replace(/server: \S+/, `server: https://${address}`), { mode: 0o600 });
  const { systemd } = process.kernel;
  if (systemd) yield* systemd.restart('kubelet');
}

/** A node of this name that is Ready is somebody else. */
function* refuseTakenName(context: Context, client: ReturnType<Context['client']>): Routine {
  const { name } = context.host;
  const node = context.attempt('error execution phase kubelet-start: cannot get Node', () => client.get('nodes', { namespace: '', name }));
  const ready = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (ready)
    throw new Fatal(
      `error execution phase kubelet-start: a Node with name "${name}" and status "Ready" already exists in the cluster. You must delete the existing Node or change the name of this new joining Node`,
    );
}

/** The health endpoint opens once the certificate is there. */
function* kubeletOrBootstrap(context: Context): Routine {
  yield* kubeletCheck(context);
  yield* context.say('[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap');
  if ((yield* context.until(() => context.host.fs.exists('/etc/kubernetes/kubelet.conf'), 300_000)) === Number.POSITIVE_INFINITY)
    throw new Fatal('error execution phase kubelet-start: context deadline exceeded');
  context.host.fs.unlink('/etc/kubernetes/bootstrap-kubelet.conf');
}

/** Learns the authority from cluster-info: its signature proves that who wrote it knows the token, the pin that it is the right cluster. */
function* discover(context: Context, server: string, token: string, hashes: readonly string[]): Routine<Cluster> {
  const id = token.split('.')[0] ?? '';
  const anonymous = context.client({ server, caPem: '', credentials: {} });
  const prefix = "error execution phase preflight: couldn't validate the identity of the API Server";
  const limit = context.process.now + 300_000;
  for (;;) {
    let problem: string;
    try {
      const map = anonymous.get('configmaps', { namespace: 'kube-public', name: 'cluster-info' });
      const kubeconfig = map?.data?.['kubeconfig'];
      const signature = map?.data?.[`jws-kubeconfig-${id}`];
      if (kubeconfig === undefined) problem = 'failed to request the cluster-info ConfigMap: configmaps "cluster-info" not found';
      else if (signature === undefined) problem = `could not find a JWS signature in the cluster-info ConfigMap for token ID "${id}"`;
      else if (!isSigned(kubeconfig, signature, token)) problem = "failed to verify JWS signature of received cluster info object, can't trust this API Server";
      else {
        const caPem = Buffer.from(/certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1] ?? '', 'base64').toString();
        const hash = caCertHash(caPem);
        if (hashes.length > 0 && !hashes.includes(hash))
          throw new Fatal(`${prefix}: cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "${hash}" are pinned`);
        return { server: /server: (\S+)/.exec(kubeconfig)?.[1] ?? server, caPem, credentials: {} };
      }
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof ConnectionError)) throw error;
      problem = `failed to request the cluster-info ConfigMap: Get "${server}/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s": ${error.message}`;
    }
    // A token that is not known may be one that is just being signed; five minutes are waited.
    const began = context.process.now;
    yield* context.until(() => context.process.now - began >= 5_000, 5_000);
    if (context.process.now >= limit) throw new Fatal(`${prefix}: ${problem}`);
  }
}

function isSigned(kubeconfig: string, signature: string, token: string): boolean {
  const [header = '', , given] = signature.split('.');
  const payload = Buffer.from(kubeconfig).toString('base64url');
  return createHmac('sha256', token).update(`${header}.${payload}`).digest('base64url') === given;
}

function bootstrapKubeconfig({ server, caPem }: Cluster, token: string): string {
  const user = 'tls-bootstrap-token-user';
  return `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: ${Buffer.from(caPem).toString('base64')}\n    server: ${server}\n  name: kubernetes\ncontexts:\n- context:\n    cluster: kubernetes\n    user: ${user}\n  name: ${user}@kubernetes\ncurrent-context: ${user}@kubernetes\nkind: Config\nusers:\n- name: ${user}\n  user:\n    token: ${token}\n`;
}

const flags: readonly FlagSpec[] = [
  configFlag,
  criSocketFlag,
  ignoreFlag,
  { name: 'apiserver-advertise-address', usage: 'If the node should host a new control plane instance, the IP address the API Server will advertise.' },
  { name: 'certificate-key', usage: 'Use this key to decrypt the certificate secrets uploaded by init.' },
  { name: 'control-plane', type: 'bool', usage: 'Create a new control plane instance on this node' },
  { name: 'discovery-token', usage: 'For token-based discovery, the token used to validate cluster information fetched from the API server.' },
  {
    name: 'discovery-token-ca-cert-hash',
    type: 'stringSlice',
    usage: 'For token-based discovery, validate that the root CA public key matches this hash (format: "<type>:<value>").',
  },
  {
    name: 'discovery-token-unsafe-skip-ca-verification',
    type: 'bool',
    usage: 'For token-based discovery, allow joining without --discovery-token-ca-cert-hash pinning.',
  },
  { name: 'node-name', usage: 'Specify the node name.' },
  { name: 'tls-bootstrap-token', usage: 'Specify the token used to temporarily authenticate with the Kubernetes Control Plane while joining the node.' },
  { name: 'token', usage: 'Use this token for both discovery-token and tls-bootstrap-token when those values are not provided.' },
  {
    name: 'apiserver-bind-port',
    type: 'int',
    default: '6443',
    usage: 'If the node should host a new control plane instance, the port for the API Server to bind to.',
  },
  { name: 'discovery-file', usage: 'For file-based discovery, a file or URL from which to load cluster information.' },
  { name: 'dry-run', type: 'bool', usage: "Don't apply any changes; just output what would be done." },
  { name: 'patches', usage: 'Path to a directory that contains files named "target[suffix][+patchtype].extension".' },
  { name: 'skip-phases', type: 'stringSlice', usage: 'List of phases to be skipped' },
];

export const joinCommandSpec: KubeadmCommand = {
  name: 'join',
  usage: '[api-server-endpoint]',
  short: 'Run this on any machine you wish to join an existing cluster',
  flags,
  run: join,
  commands: [
    {
      name: 'phase',
      short: 'Use this command to invoke single phase of the "join" workflow',
      commands: phases.map((phase) => ({ name: phase.name, usage: '[api-server-endpoint]', short: phase.short, flags, run: alone(phase) })),
    },
  ],
};
