import type { Client } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import { runChild } from '../../child.ts';
import { absentFlags } from '../../flags.ts';
import type { KubeadmCommand } from '../command.ts';
import { ignoreFlag } from '../command.ts';
import { apply, type Context, Fatal } from '../context.ts';
import { pullImages } from './images.ts';
import { clusterVersion, components, manifests, upgradeManifests } from './upgrade-manifests.ts';
import { upgradeFlags, upgradeKubeletConfig, upgradeNodeCommand } from './upgrade-node.ts';
import { enforceVersionPolicies, minorOf, newer } from './upgrade-policy.ts';

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
  yield* context.adoptSocket(client);
  yield* context.say(
    `[upgrade/versions] Cluster version: ${current.replace('v', '')}`,
    `[upgrade/versions] kubeadm version: ${release.version}`,
    `[upgrade/versions] Target version: ${release.version}`,
    `[upgrade/versions] Latest version in the ${current.split('.').slice(0, 2).join('.')} series: ${minorOf(current) === minorOf(release.version) ? release.version : current}`,
    '',
  );
  if (!newer(release.version, current)) return yield* context.say("Awesome, you're up-to-date! Enjoy!");
  const nodes = client.list('nodes').items;
  const byNode = minorOf(release.version) > 30;
  const kubelets = nodes.map((node) => [node.metadata.name ?? '', node.status?.nodeInfo?.kubeletVersion ?? '']);
  const counted = [...new Set(kubelets.map(([, version]) => version))].map((version) => `${kubelets.filter(([, own]) => own === version).length} x ${version}`);
  const name = nodes.find((node) => 'node-role.kubernetes.io/control-plane' in (node.metadata.labels ?? {}))?.metadata.name ?? '';
  const coreDns = client.raw({ method: 'GET', path: '/apis/apps/v1/namespaces/kube-system/deployments/coredns' }).body as Templated;
  const tag = (spec?: { readonly containers: readonly { readonly image?: string }[] }): string => spec?.containers[0]?.image?.split(':').pop() ?? '';
  const rows = [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((each) => [each, name, current, release.version]),
    ['kube-proxy', '', byNode ? current.replace('v', '') : current, release.version],
    ['CoreDNS', '', tag(coreDns.spec?.template.spec), release.coreDns],
    ['etcd', name, tag(client.get('pods', { namespace: 'kube-system', name: `etcd-${name}` })?.spec), release.etcd],
  ];
  const table = (lines: readonly (readonly string[])[]): string[] =>
    aligned([['COMPONENT', 'NODE', 'CURRENT', 'TARGET'], ...lines].map((line) => (byNode ? line : line.toSpliced(1, 1))));
  const series = current.split('.').slice(0, 2).join('.');
  const stable = series !== release.version.split('.').slice(0, 2).join('.');
  yield* context.say(
    "Components that must be upgraded manually after you have upgraded the control plane with 'kubeadm upgrade apply':",
    ...table((byNode ? kubelets : counted.map((each) => ['', each])).map((cells) => ['kubelet', ...cells, release.version])),
    '',
    stable ? 'Upgrade to the latest stable version:' : `Upgrade to the latest version in the ${series} series:`,
    '',
    ...table(rows),
    '',
    'You can now apply the upgrade by executing the following command:',
    '',
    `\tkubeadm upgrade apply ${release.version}`,
    '',
    ruler,
    '',
    '',
    'The table below shows the current state of component configs as understood by this version of kubeadm.',
    'Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or',
    'resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually',
    'upgrade to is denoted in the "PREFERRED VERSION" column.',
    '',
    ...aligned([
      ['API GROUP', 'CURRENT VERSION', 'PREFERRED VERSION', 'MANUAL UPGRADE REQUIRED'],
      ['kubeproxy.config.k8s.io', 'v1alpha1', 'v1alpha1', 'no'],
      ['kubelet.config.k8s.io', 'v1beta1', 'v1beta1', 'no'],
    ]),
    ruler,
    '',
  );
}

type Templated = { readonly spec?: { readonly template: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } } } };
const ruler = '_'.repeat(69);

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).slice(0, -1).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)) + 3);
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
  yield* context.adoptSocket(client);
  yield* context.say(
    '[upgrade/preflight] Running preflight checks',
    '[upgrade] Running cluster health checks',
    `[upgrade/preflight] You have chosen to upgrade the cluster version to "${target}"`,
  );
  yield* context.say(`[upgrade/versions] Cluster version: ${current}`, `[upgrade/versions] kubeadm version: ${release.version}`);
  const kubelets = client.list('nodes').items.map((node) => node.status?.nodeInfo?.kubeletVersion ?? '');
  yield* enforceVersionPolicies(context, { target, current, kubelets });
  if (!context.flags.bool('yes') && !context.flags.bool('force') && !context.flags.bool('dry-run')) {
    yield* context.process.print('[upgrade] Are you sure you want to proceed? [y/N]: ');
    if (((yield* context.process.stdin.read()) ?? '').trim().toLowerCase() !== 'y')
      throw new Fatal("error execution phase preflight: won't proceed; the user didn't answer (Y|y) in order to continue");
  }
  if (context.flags.bool('dry-run')) return yield* dryRun(context, target);
  yield* context.say(
    '[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster',
    '[upgrade/preflight] This might take a minute or two, depending on the speed of your internet connection',
    "[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images pull'",
  );
  yield* pullImages(context, false, target);
  yield* context.say(`[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "${target}" (timeout: 5m0s)...`);
  yield* upgradeManifests(context, client, target);
  yield* context.say(
    '[upgrade/control-plane] The control plane instance for this node was successfully upgraded!',
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
    '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
  );
  const settings = { ...context.settings(), version: target };
  const caPem = context.host.fs.read('/etc/kubernetes/pki/ca.crt');
  const addons = ['kube-proxy', 'coredns'];
  for (const object of context.phases.addonObjects(settings, settings.ip, `https://${settings.ip}:6443`, caPem)) {
    const { name = '' } = object.metadata;
    if (/^(kubeadm|kubelet)-config/.test(name) || (['DaemonSet', 'Deployment'].includes(object.kind) && addons.includes(name))) apply(client, object);
  }
  if (minorOf(target) > 31) yield* context.say('[upgrade/kubeconfig] The kubeconfig files for this node were successfully upgraded!');
  yield* upgradeKubeletConfig(context, { client, dry: false });
  if (minorOf(target) === 24) yield* renameRole(context, client);
  yield* context.say(
    ...(minorOf(target) > 31 ? ['[upgrade/bootstrap-token] Configuring bootstrap token and cluster-info RBAC rules'] : []),
    '[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to get nodes',
    '[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials',
    '[bootstrap-token] Configured RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token',
    '[bootstrap-token] Configured RBAC rules to allow certificate rotation for all node client certificates in the cluster',
    '[addons] Applied essential addon: CoreDNS',
    '[addons] Applied essential addon: kube-proxy',
    '',
    `[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "${target}".`,
    '',
    '[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.',
  );
}

/** 1.24 took the label `master` from control-plane nodes, and gave them a second taint (v1.24 cmd/kubeadm/app/phases/upgrade/postupgrade.go). */
function* renameRole(context: Context, client: Client): Routine {
  const [label, key] = ['node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane'];
  const taint = (of: string): string => `&Taint{Key:${of},Value:,Effect:NoSchedule,TimeAdded:<nil>,}`;
  yield* context.say(
    `[upgrade/postupgrade] Removing the deprecated label ${label}='' from all control plane Nodes. After this step only the label ${key}='' will be present on control plane Nodes.`,
    `[upgrade/postupgrade] Adding the new taint ${taint(key)} to all control plane Nodes. After this step both taints ${taint(key)} and ${taint(label)} should be present on control plane Nodes.`,
  );
  for (const node of client.list('nodes').items) {
    const { name = '', labels = {} } = node.metadata;
    if (!(label in labels) || !(key in labels)) continue;
    const taints = [...(node.spec?.taints ?? []).filter((each) => each.key !== key), { key, effect: 'NoSchedule' }];
    client.raw({
      method: 'PATCH',
      path: `/api/v1/nodes/${name}`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { labels: { [label]: null } }, spec: { taints } },
    });
  }
}

/** What an upgrade would write. */
function* dryRun(context: Context, version: string): Routine {
  yield* context.say("[upgrade/preflight] Would pull the required images (like 'kubeadm config images pull')");
  yield* context.say(`[dryrun] Would upgrade your static Pod-hosted control plane to version "${version}"`);
  const made = context.phases.manifests({ ...context.settings(), version });
  for (const name of components) {
    const text = made.get(`${name}.yaml`) ?? '';
    yield* context.say(
      `[dryrun] Would write file "${manifests}/${name}.yaml" with content:`,
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `\t${line}`),
    );
  }
  yield* context.say('[upgrade/successful] Finished dryrunning successfully!');
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
        ...upgradeFlags,
        ...absentFlags('allow-experimental-upgrades? allow-release-candidate-upgrades? config feature-gates patches print-config? skip-phases'),
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
    upgradeNodeCommand,
    {
      name: 'plan',
      usage: '[version]',
      short: 'Check which versions are available to upgrade to and validate whether your current cluster is upgradeable.',
      flags: [
        kubeconfigFlag,
        ignoreFlag,
        ...absentFlags('allow-experimental-upgrades? allow-release-candidate-upgrades? config feature-gates output,o print-config? show-managed-fields?'),
      ],
      run: plan,
    },
  ],
};
