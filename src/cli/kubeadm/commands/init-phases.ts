/** The phases of `kubeadm init`, one after the other or each for itself (cmd/kubeadm/app/cmd/phases/init). */
import { parseGoDuration } from '../../../apimachinery/duration.ts';
import type { Client } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import { apply, type Context, Fatal } from '../context.ts';
import type { Certificate } from '../phases.ts';
import { initChecks, preflight } from '../preflight.ts';
import { uploadCertificates } from './certificate-secret.ts';
import { pullImages } from './images.ts';
import { kubeletCheck, kubeletConfigMap, startKubelet, taintsOf, waitControlPlane } from './start.ts';
import { newToken, tokenSecret } from './token.ts';

const folder = '/etc/kubernetes/pki';
const manifests = '/etc/kubernetes/manifests';

/** How long what the configuration names a period for is valid. */
const lasting = (period: string | undefined): { readonly validFor?: number } => (period === undefined ? {} : { validFor: parseGoDuration(period) });

/** What one phase leaves for those after it. */
export type Work = { token: string; certificateKey?: string };
/** `parts` are its sub-phases. */
export type Phase = {
  readonly name: string;
  readonly short: string;
  readonly parts?: readonly string[];
  readonly run: (context: Context, part: string, work: Work) => Routine;
};

function* checks(context: Context): Routine {
  yield* context.say('[preflight] Running pre-flight checks');
  yield* preflight(context, initChecks(context));
  yield* context.say(
    '[preflight] Pulling images required for setting up a Kubernetes cluster',
    '[preflight] This might take a minute or two, depending on the speed of your internet connection',
    "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'",
  );
  yield* pullImages(context, false);
}

function* certs(context: Context, part: string): Routine {
  const { phases, host } = context;
  const settings = context.settings();
  yield* context.say(`[certs] Using certificateDir folder "${folder}"`);
  const all = phases.certificates(settings);
  for (const authority of phases.authorities) {
    const children = all.filter(({ ca }) => ca === authority.name);
    if (part === 'all' || part === key(authority.name)) {
      if (host.fs.exists(`${folder}/${authority.name}.crt`)) yield* context.say(`[certs] Using existing ${authority.name} certificate authority`);
      else {
        phases.writeAuthority(host, { ...authority, ...lasting(settings.given?.caCertificateValidityPeriod) });
        yield* context.say(`[certs] Generating "${authority.name}" certificate and key`);
      }
    }
    for (const certificate of children) if (part === 'all' || part === key(certificate.name)) yield* certificateOf(context, certificate);
  }
  if (part !== 'all' && part !== 'sa') return;
  if (host.fs.exists(`${folder}/sa.key`)) return yield* context.say('[certs] Using the existing "sa" key');
  phases.writeServiceAccountKey(host);
  yield* context.say('[certs] Generating "sa" key and public key');
}

/** `etcd/server` is the phase `etcd-server`. */
const key = (name: string): string => name.replace('/', '-');

function* certificateOf(context: Context, certificate: Certificate): Routine {
  const { phases, host } = context;
  if (host.fs.exists(`${folder}/${certificate.name}.crt`)) return yield* context.say(`[certs] Using existing ${certificate.name} certificate and key on disk`);
  if (!host.fs.exists(`${folder}/${certificate.ca}.key`))
    throw new Fatal(
      `error execution phase certs/${key(certificate.name)}: couldn't load CA certificate ${certificate.ca}: couldn't load ${certificate.ca} certificate authority from ${folder}: open ${folder}/${certificate.ca}.crt: no such file or directory`,
    );
  phases.writeCertificate(host, certificate);
  yield* context.say(`[certs] Generating "${certificate.name}" certificate and key`);
  if (certificate.dnsNames) {
    const ips = certificate.name === 'apiserver' ? (certificate.ips ?? []).filter((ip) => ip !== '127.0.0.1') : [...(certificate.ips ?? []), '::1'];
    yield* context.say(`[certs] ${certificate.name} serving cert is signed for DNS names [${certificate.dnsNames.join(' ')}] and IPs [${ips.join(' ')}]`);
  }
}

function* kubeconfig(context: Context, part: string): Routine {
  const { phases, host } = context;
  const { ip, controlPlaneEndpoint, port = 6443, given } = context.settings();
  yield* context.say('[kubeconfig] Using kubeconfig folder "/etc/kubernetes"');
  const order = ['admin', 'super-admin', 'kubelet', 'controller-manager', 'scheduler'];
  for (const name of order) {
    if (part !== 'all' && part !== name) continue;
    if (host.fs.exists(`/etc/kubernetes/${name}.conf`)) {
      yield* context.say(`[kubeconfig] Using existing kubeconfig file: "/etc/kubernetes/${name}.conf"`);
      continue;
    }
    const spec = phases.kubeconfigs.find((each) => each.name === name);
    // People go by the stable address, components by this machine's own.
    const server = `https://${name.endsWith('admin') && controlPlaneEndpoint ? controlPlaneEndpoint : `${ip}:${port}`}`;
    if (spec) phases.writeKubeconfig(host, { ...spec, ...lasting(given?.certificateValidityPeriod) }, server);
    else phases.writeKubeletIdentity(host, server);
    yield* context.say(`[kubeconfig] Writing "${name}.conf" kubeconfig file`);
  }
}

function writeManifest(context: Context, name: string): void {
  const text = context.phases.manifests(context.settings()).get(`${name}.yaml`);
  context.host.fs.mkdir(manifests, { parents: true });
  context.host.fs.write(`${manifests}/${name}.yaml`, text ?? '', { mode: 0o600 });
}

function* etcd(context: Context): Routine {
  const { given } = context.settings();
  // An etcd that runs elsewhere needs nothing here.
  if (given?.etcd?.external) return;
  const dataDir = given?.etcd?.local?.dataDir ?? '/var/lib/etcd';
  yield* context.say(`[etcd] Creating static Pod manifest for local etcd in "${manifests}"`);
  writeManifest(context, 'etcd');
  if (!context.host.fs.exists(dataDir)) context.host.fs.mkdir(dataDir, { parents: true, mode: 0o700 });
}

function* controlPlane(context: Context, part: string): Routine {
  yield* context.say(`[control-plane] Using manifest folder "${manifests}"`);
  for (const name of ['apiserver', 'controller-manager', 'scheduler']) {
    if (part !== 'all' && part !== name) continue;
    yield* context.say(`[control-plane] Creating static Pod manifest for "kube-${name}"`);
    writeManifest(context, `kube-${name}`);
  }
}

/** `kubeadm init` has to wait for the kubelet first. */
function* bootControlPlane(context: Context): Routine {
  yield* context.say(`[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "${manifests}"`);
  yield* kubeletCheck(context);
  yield* waitControlPlane(context);
}

const superAdmin = (context: Context): Client => context.client(context.cluster('/etc/kubernetes/super-admin.conf'));

function* upload(context: Context): Routine {
  yield* context.say(
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
    '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
  );
  // The node must be there before it can be marked, and the API answer.
  const client = superAdmin(context);
  yield* context.until(() => client.get('nodes', { namespace: '', name: context.settings().nodeName }) !== undefined);
  context.attempt('error execution phase upload-config', () =>
    applyObjects(context, client, ['kubeadm-config', kubeletConfigMap(context), 'kubeadm:cluster-admins']),
  );
}

function applyObjects(context: Context, client: Client, names: readonly string[]): void {
  const settings = context.settings();
  const server = `https://${settings.controlPlaneEndpoint ?? `${settings.ip}:${settings.port ?? 6443}`}`;
  const caPem = context.host.fs.read(`${folder}/ca.crt`);
  for (const object of context.phases.addonObjects(settings, settings.ip, server, caPem)) if (names.includes(object.metadata.name ?? '')) apply(client, object);
}

function* uploadCerts(context: Context, _part: string, work: Work): Routine {
  if (!context.flags.spec('upload-certs') || !context.flags.bool('upload-certs'))
    return yield* context.say('[upload-certs] Skipping phase. Please see --upload-certs');
  work.certificateKey = yield* uploadCertificates(
    context,
    superAdmin(context),
    context.text('certificate-key', context.file.InitConfiguration?.certificateKey),
  );
}

/** Labels, and the taints: the usual one, or those of the file. */
export function* markControlPlane(context: Context, client: Client): Routine {
  const { nodeName } = context.settings();
  const labels = ['node-role.kubernetes.io/control-plane', 'node.kubernetes.io/exclude-from-external-load-balancers'];
  const taints = taintsOf(context) ?? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
  const shown = taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(' ');
  const marking = `[mark-control-plane] Marking the node ${nodeName} as control-plane by adding the`;
  yield* context.say(`${marking} labels: [${labels.join(' ')}]`, ...(taints.length > 0 ? [`${marking} taints [${shown}]`] : []));
  const patch = { metadata: { labels: Object.fromEntries(labels.map((label) => [label, ''])) }, ...(taints.length > 0 ? { spec: { taints } } : {}) };
  context.attempt('error execution phase mark-control-plane', () => client.patch('nodes', { namespace: '', name: nodeName }, patch));
}

function* bootstrapToken(context: Context, _part: string, work: Work): Routine {
  const [first = {}, ...others] = context.file.InitConfiguration?.bootstrapTokens ?? [];
  const token = context.text('token', first.token) || newToken(context);
  work.token = token;
  yield* context.say(
    `[bootstrap-token] Using token: ${token}`,
    '[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles',
    '[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to get nodes',
    '[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials',
    '[bootstrap-token] Configured RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token',
    '[bootstrap-token] Configured RBAC rules to allow certificate rotation for all node client certificates in the cluster',
    '[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace',
  );
  const client = superAdmin(context);
  const ttlFlag = context.flags.spec('token-ttl') && context.flags.has('token-ttl') ? context.flags.text('token-ttl') : undefined;
  const secrets = [first, ...others].map((each, i) => {
    const { ttl = '24h0m0s', description, usages, groups } = each;
    const usual = i === 0 && each.token === undefined ? "The default bootstrap token generated by 'kubeadm init'." : undefined;
    const about = description ?? usual;
    return tokenSecret(context, i === 0 ? token : (each.token ?? newToken(context)), {
      ttl: parseGoDuration(ttlFlag ?? ttl),
      ...(about === undefined ? {} : { description: about }),
      ...(usages ? { usages } : {}),
      ...(groups ? { groups } : {}),
    });
  });
  const names = ['kubeadm:get-nodes', 'kubeadm:kubelet-bootstrap', 'kubeadm:node-proxier', 'cluster-info'];
  context.attempt('error execution phase bootstrap-token', () => {
    for (const secret of secrets) apply(client, secret);
    applyObjects(context, client, names);
  });
}

function* finalize(context: Context): Routine {
  yield* context.say('[kubelet-finalize] Updating "/etc/kubernetes/kubelet.conf" to point to a rotatable kubelet client certificate and key');
}

function* addons(context: Context, part: string): Routine {
  const client = superAdmin(context);
  for (const [name, title, objects] of [
    ['coredns', 'CoreDNS', ['coredns', 'system:coredns', 'kube-dns']],
    ['kube-proxy', 'kube-proxy', ['kube-proxy']],
  ] as const) {
    if (part !== 'all' && part !== name) continue;
    const { dns, proxy } = context.settings().given ?? {};
    if (name === 'coredns' ? dns?.disabled : proxy?.disabled) continue;
    context.attempt(`error execution phase addon/${name}`, () => applyObjects(context, client, objects));
    yield* context.say(`[addons] Applied essential addon: ${title}`);
  }
}

/** In the order of `kubeadm init`. */
export const initPhases: readonly Phase[] = [
  { name: 'preflight', short: 'Run pre-flight checks', run: checks },
  {
    name: 'certs',
    short: 'Certificate generation',
    parts:
      'ca apiserver apiserver-kubelet-client front-proxy-ca front-proxy-client etcd-ca etcd-server etcd-peer etcd-healthcheck-client apiserver-etcd-client sa'.split(
        ' ',
      ),
    run: certs,
  },
  {
    name: 'kubeconfig',
    short: 'Generate all kubeconfig files necessary to establish the control plane and the admin kubeconfig file',
    parts: ['admin', 'super-admin', 'kubelet', 'controller-manager', 'scheduler'],
    run: kubeconfig,
  },
  { name: 'etcd', short: 'Generate static Pod manifest file for local etcd', parts: ['local'], run: etcd },
  {
    name: 'control-plane',
    short: 'Generate all static Pod manifest files necessary to establish the control plane',
    parts: ['apiserver', 'controller-manager', 'scheduler'],
    run: controlPlane,
  },
  { name: 'kubelet-start', short: 'Write kubelet settings and (re)start the kubelet', run: (context) => startKubelet(context) },
  { name: 'wait-control-plane', short: 'Wait for the control plane to start', run: bootControlPlane },
  { name: 'upload-config', short: 'Upload the kubeadm and kubelet configuration to a ConfigMap', parts: ['kubeadm', 'kubelet'], run: upload },
  { name: 'upload-certs', short: 'Upload certificates to kubeadm-certs', run: uploadCerts },
  { name: 'mark-control-plane', short: 'Mark a node as a control-plane', run: (context) => markControlPlane(context, superAdmin(context)) },
  { name: 'bootstrap-token', short: 'Generates bootstrap tokens used to join a node to a cluster', run: bootstrapToken },
  { name: 'kubelet-finalize', short: 'Updates settings relevant to the kubelet after TLS bootstrap', run: finalize },
  { name: 'addon', short: 'Install required addons for passing conformance tests', parts: ['coredns', 'kube-proxy'], run: addons },
];
