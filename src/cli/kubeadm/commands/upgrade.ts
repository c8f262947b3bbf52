import type { Routine } from '../../../sim/routine.ts';
import { runChild } from '../../child.ts';
import { absentFlags } from '../../flags.ts';
import type { KubeadmCommand } from '../command.ts';
import { ignoreFlag } from '../command.ts';
import { apply, type Context, Fatal } from '../context.ts';
import { pullImages } from './images.ts';
import { backupFolder, clusterVersion, components, manifests, upgradeManifest } from './upgrade-manifests.ts';
import { upgradeFlags, upgradeNodeCommand } from './upgrade-node.ts';

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
  if (context.flags.bool('dry-run')) return yield* dryRun(context, target);
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
