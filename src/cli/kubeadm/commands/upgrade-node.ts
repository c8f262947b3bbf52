/** `kubeadm upgrade node`, whole and by its phases (cmd/kubeadm/app/cmd/phases/upgrade/node). */
import type { Client } from '../../../client/client.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import type { FlagSpec } from '../../flags.ts';
import { configFlag, ignoreFlag, type KubeadmCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { kubeletConfigMap, ownKubeletConfig } from './start.ts';
import { upgradeControlPlane } from './upgrade-manifests.ts';

const manifests = '/etc/kubernetes/manifests';
const kubeletConfig = '/var/lib/kubelet/config.yaml';

type Upgrading = { readonly client: Client; readonly controlPlane: boolean; readonly dry: boolean };
type Phase = { readonly name: string; readonly short: string; readonly run: (context: Context, upgrading: Upgrading) => Routine };

/** In the order of `kubeadm upgrade node`. */
const phases: readonly Phase[] = [
  {
    name: 'preflight',
    short: 'Run upgrade node pre-flight checks',
    run: function* (context, { controlPlane }) {
      yield* context.say('[upgrade/preflight] Running pre-flight checks');
      if (!controlPlane) yield* context.say('[upgrade/preflight] Skipping prepull. Not a control plane node.');
    },
  },
  {
    name: 'control-plane',
    short: 'Upgrade the control plane instance deployed on this node, if any',
    run: function* (context, { client, controlPlane, dry }) {
      if (!controlPlane) return yield* context.say('[upgrade/control-plane] Skipping phase. Not a control plane node.');
      if (dry) return yield* context.say('[dryrun] Would upgrade the control plane instance on this node');
      yield* upgradeControlPlane(context, client);
    },
  },
  {
    name: 'kubeconfig',
    short: 'Upgrade kubeconfig files for this node',
    run: function* (context, { controlPlane }) {
      if (!controlPlane) yield* context.say('[upgrade/kubeconfig] Skipping phase. Not a control plane node.');
    },
  },
  { name: 'kubelet-config', short: 'Upgrade the kubelet configuration for this node', run: upgradeKubeletConfig },
  {
    name: 'addon',
    short: 'Upgrade the default kubeadm addons',
    run: function* (context, { controlPlane }) {
      if (controlPlane) return;
      yield* context.say(
        '[upgrade/addon] Skipping the addon/coredns phase. Not a control plane node.',
        '[upgrade/addon] Skipping the addon/kube-proxy phase. Not a control plane node.',
      );
    },
  },
  { name: 'post-upgrade', short: 'Run post upgrade tasks', run: function* () {} },
];

/** Also of `upgrade apply`. */
export function* upgradeKubeletConfig(context: Context, { client, dry }: Pick<Upgrading, 'client' | 'dry'>): Routine {
  const { fs } = context.host;
  const map = context.attempt('error execution phase kubelet-config', () =>
    client.get('configmaps', { namespace: 'kube-system', name: kubeletConfigMap(context) }),
  );
  yield* sleep(200);
  if (dry) return yield* context.say(`[dryrun] Would write kubelet configuration to file "${kubeletConfig}"`);
  const backup = `/etc/kubernetes/tmp/kubeadm-kubelet-config${context.process.sim.random.int(4_000_000_000)}`;
  fs.mkdir(backup, { parents: true, mode: 0o700 });
  if (fs.exists(kubeletConfig)) fs.write(`${backup}/config.yaml`, fs.read(kubeletConfig), { mode: 0o600 });
  context.phases.writeKubeletConfig(context.host, map?.data?.['kubelet']);
  ownKubeletConfig(context);
  yield* context.say(
    `[upgrade] Backing up kubelet config file to ${backup}/config.yaml`,
    '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"',
    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!',
  );
}

function* begin(context: Context): Routine<Upgrading> {
  yield* context.say(
    '[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[upgrade] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
  );
  const controlPlane = context.host.fs.exists(`${manifests}/kube-apiserver.yaml`);
  const cluster = context.cluster(controlPlane ? '/etc/kubernetes/admin.conf' : '/etc/kubernetes/kubelet.conf');
  const client = context.client(cluster);
  yield* context.adoptSocket(client);
  return { client, controlPlane, dry: context.flags.bool('dry-run') };
}

function* whole(context: Context): Routine {
  const upgrading = yield* begin(context);
  const skipped = context.flags.list('skip-phases');
  for (const phase of phases) if (!skipped.includes(phase.name)) yield* phase.run(context, upgrading);
}

const alone = ({ run }: Phase) =>
  function* (context: Context): Routine {
    yield* run(context, yield* begin(context));
  };

/** Also of `upgrade apply`. */
export const upgradeFlags: readonly FlagSpec[] = [
  { name: 'certificate-renewal', type: 'bool', default: 'true', usage: 'Perform the renewal of certificates used by component changed during upgrades.' },
  { name: 'etcd-upgrade', absent: true, type: 'bool', default: 'true', usage: 'Perform the upgrade of etcd.' },
];

const flags: readonly FlagSpec[] = [
  ignoreFlag,
  configFlag,
  ...upgradeFlags,
  { name: 'dry-run', type: 'bool', usage: 'Do not change any state, just output the actions that would be performed.' },
  { name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.' },
  { name: 'patches', usage: 'Path to a directory that contains files named "target[suffix][+patchtype].extension".' },
  { name: 'skip-phases', type: 'stringSlice', usage: 'List of phases to be skipped' },
];

export const upgradeNodeCommand: KubeadmCommand = {
  name: 'node',
  short: 'Upgrade commands for a node in the cluster',
  flags,
  run: whole,
  commands: [
    {
      name: 'phase',
      short: 'Use this command to invoke single phase of the "node" workflow',
      commands: phases.map((phase) => ({ name: phase.name, short: phase.short, flags, run: alone(phase) })),
    },
  ],
};
