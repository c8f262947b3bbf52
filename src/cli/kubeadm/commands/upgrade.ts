/** `kubeadm upgrade`: plan, apply on the control plane, node on the others. */
import type { Client } from '../../../client/client.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { runChild } from '../../child.ts';
import type { KubeadmCommand } from '../command.ts';
import { ignoreFlag } from '../command.ts';
import { apply, type Context, Fatal } from '../context.ts';
import { pullImages } from './images.ts';
import { kubeletConfigMap, ownKubeletConfig } from './start.ts';

const manifests = '/etc/kubernetes/manifests';
const kubeletConfig = '/var/lib/kubelet/config.yaml';
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The version that the cluster's configuration names; what else it says is kept by an upgrade. */
function clusterVersion(context: Context, client: Client): string {
  const map = client.get('configmaps', { namespace: 'kube-system', name: 'kubeadm-config' });
  const text = map?.data?.['ClusterConfiguration'];
  if (text === undefined) return 'v0.0.0';
  context.adopt(text);
  return /kubernetesVersion: (\S+)/.exec(text)?.[1] ?? 'v0.0.0';
}

const numbers = (version: string): number[] => version.replace(/^v/, '').split('.').map(Number);
const newer = (a: string, b: string): boolean => {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
};

const header = [
  '[preflight] Running pre-flight checks.',
  '[upgrade/config] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
  "[upgrade/config] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
];

function* plan(context: Context): Routine {
  const client = context.admin();
  const { release } = context.phases;
  yield* context.say(...header, '[upgrade] Running cluster health checks', '[upgrade] Fetching available versions to upgrade to');
  const current = context.attempt('error execution phase', () => clusterVersion(context, client));
  yield* context.say(
    `[upgrade/versions] Cluster version: ${current.replace('v', '')}`,
    `[upgrade/versions] kubeadm version: ${release.version}`,
    `[upgrade/versions] Target version: ${release.version}`,
    `[upgrade/versions] Latest version in the v${release.version.slice(1).split('.').slice(0, 2).join('.')} series: ${release.version}`,
    '',
  );
  const nodes = client.list('nodes').items;
  if (!newer(release.version, current)) return yield* context.say("Awesome, you're up-to-date! Enjoy!");
  const kubelets = nodes.map((node) => ['kubelet', node.metadata.name ?? '', node.status?.nodeInfo?.kubeletVersion ?? '', release.version]);
  const name = nodes.find((node) => 'node-role.kubernetes.io/control-plane' in (node.metadata.labels ?? {}))?.metadata.name ?? '';
  const rows = [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((each) => [each, name, current, release.version]),
    ['kube-proxy', '', current.replace('v', ''), release.version],
    ['CoreDNS', '', release.coreDns, release.coreDns],
    ['etcd', name, release.etcd, release.etcd],
  ];
  yield* context.say(
    "Components that must be upgraded manually after you have upgraded the control plane with 'kubeadm upgrade apply':",
    ...aligned([['COMPONENT', 'NODE', 'CURRENT', 'TARGET'], ...kubelets]),
    '',
    'Upgrade to the latest version in the v1.35 series:',
    '',
    ...aligned([['COMPONENT', 'NODE', 'CURRENT', 'TARGET'], ...rows]),
    '',
    'You can now apply the upgrade by executing the following command:',
    '',
    `\tkubeadm upgrade apply ${release.version}`,
    '',
    '_____________________________________________________________________',
    '',
  );
}

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => (row[i] ?? '').length)) + 3);
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(''));
};

function* applyUpgrade(context: Context): Routine {
  const { release } = context.phases;
  const [given] = context.args;
  if (given === undefined) throw new Fatal('missing one or more required arguments. Required arguments: [version]', 3);
  const target = given.startsWith('v') ? given : `v${given}`;
  const client = context.admin();
  const current = context.attempt('[upgrade/init config] FATAL', () => clusterVersion(context, client));
  yield* context.say(
    '[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    ...header.slice(2).map((line) => line.replace('upgrade/config', 'upgrade')),
  );
  yield* context.say(
    '[upgrade/preflight] Running preflight checks',
    '[upgrade] Running cluster health checks',
    `[upgrade/preflight] You have chosen to upgrade the cluster version to "${target}"`,
  );
  yield* context.say(`[upgrade/versions] Cluster version: ${current}`, `[upgrade/versions] kubeadm version: ${release.version}`);
  if (newer(target, release.version))
    throw new Fatal(
      `error execution phase preflight: [upgrade/version] FATAL: the --version argument is invalid due to these errors:\n\n\t- Specified version to upgrade to "${target}" is higher than the kubeadm version "${release.version}". Upgrade kubeadm first using the tool you used to install kubeadm\n\nCan be bypassed if you pass the --force flag`,
    );
  if (newer(current, target) && !context.flags.bool('force'))
    throw new Fatal(
      `error execution phase preflight: [upgrade/version] FATAL: the --version argument is invalid due to these fatal errors:\n\n\t- Specified version to upgrade to "${target}" is lower than the cluster version "${current}". Downgrades are not supported`,
    );
  if (!context.flags.bool('yes') && !context.flags.bool('force') && !context.flags.bool('dry-run')) {
    yield* context.process.print('[upgrade] Are you sure you want to proceed? [y/N]: ');
    if (((yield* context.process.stdin.read()) ?? '').trim().toLowerCase() !== 'y')
      throw new Fatal("error execution phase preflight: won't proceed; the user didn't answer (Y|y) in order to continue");
  }
  yield* context.say(
    '[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster',
    '[upgrade/preflight] This might take a minute or two, depending on the speed of your internet connection',
    "[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images pull'",
  );
  yield* pullImages(context, false);
  yield* context.say(`[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "${target}" (timeout: 5m0s)...`);
  const upgrade = { client, version: target, backup: backupFolder(context) };
  for (const name of components) yield* upgradeManifest(context, name, upgrade);
  yield* context.say(
    '[upgrade/control-plane] The control plane instance for this node was successfully upgraded!',
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
    '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!',
    '[upgrade/bootstrap-token] Configuring bootstrap token and cluster-info RBAC rules',
  );
  const settings = { ...context.settings(), version: target };
  const caPem = context.host.fs.read('/etc/kubernetes/pki/ca.crt');
  for (const object of context.phases.addonObjects(settings, settings.ip, `https://${settings.ip}:6443`, caPem))
    if (/^(kubeadm|kubelet)-config/.test(object.metadata.name ?? '') || (object.kind === 'DaemonSet' && object.metadata.name === 'kube-proxy'))
      apply(client, object);
  yield* context.say(
    '[addons] Applied essential addon: CoreDNS',
    '[addons] Applied essential addon: kube-proxy',
    '',
    `[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "${target}".`,
    '',
    '[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.',
  );
}

/** One folder for all manifests of an upgrade. */
const backupFolder = ({ process }: Context): string =>
  `/etc/kubernetes/tmp/kubeadm-backup-manifests-${new Date(process.now).toISOString().slice(0, 19).replace(/[:T]/g, '-')}`;

type Upgrade = { readonly client: Client; readonly version: string; readonly backup: string };

function* upgradeManifest(context: Context, name: string, { client, version, backup }: Upgrade): Routine {
  const path = `${manifests}/${name}.yaml`;
  const text = context.phases.manifests({ ...context.settings(), version }).get(`${name}.yaml`) ?? '';
  yield* context.say(`[upgrade/staticpods] Preparing for "${name}" upgrade`);
  const image = /image: (\S+)/.exec(text)?.[1] ?? '';
  if (context.host.fs.exists(path) && context.host.fs.read(path).includes(`image: ${image}\n`))
    return yield* context.say(`[upgrade/staticpods] Current and new manifests of ${name} are equal, skipping upgrade`);
  context.host.fs.mkdir(backup, { parents: true });
  if (context.host.fs.exists(path)) context.host.fs.write(`${backup}/${name}.yaml`, context.host.fs.read(path), { mode: 0o600 });
  yield* context.say(
    `[upgrade/staticpods] Renewing ${name === 'etcd' ? 'etcd-server' : name.replace('kube-', '')} certificate`,
    `[upgrade/staticpods] Moving new manifest to "${path}" and backing up old manifest to "${backup}/${name}.yaml"`,
    '[upgrade/staticpods] Waiting for the kubelet to restart the component',
    '[upgrade/staticpods] This can take up to 5m0s',
  );
  renew(context, name);
  context.host.fs.write(path, text, { mode: 0o600 });
  const pod = `${name}-${context.host.name}`;
  const upgraded = (): boolean => {
    const found = client.get('pods', { namespace: 'kube-system', name: pod });
    return found?.spec?.containers[0]?.image === image && (found.status?.containerStatuses?.[0]?.ready ?? false);
  };
  if ((yield* context.until(upgraded, 300_000)) === Number.POSITIVE_INFINITY)
    throw new Fatal(
      `error execution phase control-plane: couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: timed out waiting for the condition`,
    );
  yield* context.say(`[apiclient] Found 1 Pods for label selector component=${name}`, `[upgrade/staticpods] Component "${name}" upgraded successfully!`);
}

/** The certificates and the kubeconfig that belong to a component, made anew with it. */
function renew(context: Context, name: string): void {
  const { phases, host } = context;
  const mine = (each: string): boolean =>
    name === 'etcd' ? each.startsWith('etcd/') : name === 'kube-apiserver' && (each.startsWith('apiserver') || each === 'front-proxy-client');
  for (const certificate of phases.certificates(context.settings())) if (mine(certificate.name)) phases.writeCertificate(host, certificate);
  const file = phases.kubeconfigs.find((each) => `kube-${each.name}` === name);
  if (file) phases.writeKubeconfig(host, file, `https://${context.settings().ip}:6443`);
}

function* node(context: Context): Routine {
  const { fs } = context.host;
  yield* context.say(
    '[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[upgrade] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
  );
  const controlPlane = fs.exists(`${manifests}/kube-apiserver.yaml`);
  const cluster = context.cluster(controlPlane ? '/etc/kubernetes/admin.conf' : '/etc/kubernetes/kubelet.conf');
  const client = context.client(cluster);
  yield* context.say('[upgrade/preflight] Running pre-flight checks');
  if (controlPlane) {
    const version = context.attempt('error execution phase control-plane', () => clusterVersion(context, client));
    yield* context.say(`[upgrade/control-plane] Upgrading your static Pod-hosted control plane instance to version "${version}"...`);
    const upgrade = { client, version, backup: backupFolder(context) };
    for (const name of components) yield* upgradeManifest(context, name, upgrade);
    yield* context.say('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!');
  } else
    yield* context.say('[upgrade/preflight] Skipping prepull. Not a control plane node.', '[upgrade/control-plane] Skipping phase. Not a control plane node.');
  const map = context.attempt('error execution phase kubelet-config', () =>
    client.get('configmaps', { namespace: 'kube-system', name: kubeletConfigMap(context) }),
  );
  yield* sleep(200);
  const backup = `/etc/kubernetes/tmp/kubeadm-kubelet-config${context.process.sim.random.int(4_000_000_000)}`;
  fs.mkdir(backup, { parents: true, mode: 0o700 });
  if (fs.exists(kubeletConfig)) fs.write(`${backup}/config.yaml`, fs.read(kubeletConfig), { mode: 0o600 });
  context.phases.writeKubeletConfig(context.host, map?.data?.['kubelet']);
  ownKubeletConfig(context);
  yield* context.say(
    '[upgrade/kubeconfig] Skipping phase. Not a control plane node.',
    `[upgrade] Backing up kubelet config file to ${backup}/config.yaml`,
    '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"',
    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!',
    '[upgrade/addon] Skipping the addon/coredns phase. Not a control plane node.',
    '[upgrade/addon] Skipping the addon/kube-proxy phase. Not a control plane node.',
  );
}

/** cmd/kubeadm/app/cmd/upgrade/diff.go: the manifests that an upgrade would write beside those that are there. */
function* diff(context: Context): Routine {
  const client = context.admin();
  context.attempt('[upgrade/init config] FATAL', () => clusterVersion(context, client));
  yield* context.say(
    '[upgrade/diff] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    header[2]?.replace('upgrade/config', 'upgrade/diff') ?? '',
  );
  const [given = context.phases.release.version] = context.args;
  const version = given.startsWith('v') ? given : `v${given}`;
  if (!/^v\d+\.\d+\.\d+/.test(version)) throw new Fatal(`could not parse ${JSON.stringify(given)} as version`);
  const made = context.phases.manifests({ ...context.settings(), version });
  for (const name of components.slice(1)) {
    const path = `${manifests}/${name}.yaml`;
    if (!context.host.fs.exists(path)) throw new Fatal(`path ${JSON.stringify(path)} does not exist: stat ${path}: no such file or directory`);
    const other = `/tmp/kubeadm-diff-${context.process.pid}.yaml`;
    context.host.fs.write(other, made.get(`${name}.yaml`) ?? '');
    const { stdout } = yield* runChild(context.process, ['diff', '-U', context.flags.text('context-lines'), path, other]);
    context.host.fs.unlink(other);
    yield* context.process.print(stdout.replace(/^---.*\n\+\+\+.*\n/, `--- ${path}\n+++ new manifest\n`));
  }
}

const kubeconfigFlag = { name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.' } as const;

export const upgradeCommand: KubeadmCommand = {
  name: 'upgrade',
  short: 'Upgrade your cluster smoothly to a newer version with this command',
  commands: [
    {
      name: 'apply',
      usage: '[version]',
      short: 'Upgrade your Kubernetes cluster to the specified version',
      flags: [
        kubeconfigFlag,
        ignoreFlag,
        { name: 'dry-run', type: 'bool', usage: 'Do not change any state, just output what actions would be performed.' },
        { name: 'force', short: 'f', type: 'bool', usage: 'Force upgrading although some requirements might not be met.' },
        { name: 'yes', short: 'y', type: 'bool', usage: 'Perform the upgrade and do not prompt for confirmation (non-interactive mode).' },
      ],
      run: applyUpgrade,
    },
    {
      name: 'diff',
      usage: '[version]',
      short: 'Show what differences would be applied to existing static pod manifests. See also: kubeadm upgrade apply --dry-run',
      flags: [kubeconfigFlag, { name: 'context-lines', short: 'c', type: 'int', default: '3', usage: 'How many lines of context in the diff' }],
      run: diff,
    },
    { name: 'node', short: 'Upgrade commands for a node in the cluster', flags: [ignoreFlag], run: node },
    {
      name: 'plan',
      usage: '[version]',
      short: 'Check which versions are available to upgrade to and validate whether your current cluster is upgradeable.',
      flags: [kubeconfigFlag, ignoreFlag],
      run: plan,
    },
  ],
};
