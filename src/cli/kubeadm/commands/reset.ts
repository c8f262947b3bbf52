/** `kubeadm reset`: takes away what init or join made. */
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { FlagSpec } from '../../flags.ts';
import { configFlag, criSocketFlag, ignoreFlag, type KubeadmCommand } from '../command.ts';
import { type Context, Fatal } from '../context.ts';
import { criSocket, dialRuntime } from '../runtime-socket.ts';

const folders = ['/etc/kubernetes/manifests', '/var/lib/kubelet', '/etc/kubernetes/pki'];
const files = ['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map((name) => `/etc/kubernetes/${name}.conf`);

type ResetPhase = { readonly name: string; readonly short: string; readonly run: (context: Context) => Routine };

/** In the order of `kubeadm reset`. */
const phases: readonly ResetPhase[] = [
  { name: 'preflight', short: 'Run reset pre-flight checks', run: checks },
  { name: 'remove-etcd-member', short: 'Remove a local etcd member', run: removeEtcd },
  { name: 'cleanup-node', short: 'Run cleanup node.', run: cleanup },
];

function* reset(context: Context): Routine {
  yield* context.readFile(['force', 'ignore-preflight-errors', 'cri-socket', 'skip-phases', 'dry-run', 'cleanup-tmp-dir', 'kubeconfig', 'cert-dir']);
  const skipped = context.flags.list('skip-phases');
  for (const phase of phases) if (!skipped.includes(phase.name)) yield* phase.run(context);
  yield* context.say(
    '',
    'The reset process does not perform cleanup of CNI plugin configuration,',
    'network filtering rules and kubeconfig files.',
    '',
    'For information on how to perform this cleanup manually, please see:',
    '    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/',
    '',
  );
}

const isDry = ({ flags }: Context): boolean => flags.bool('dry-run');

function* checks(context: Context): Routine {
  const { process, flags } = context;
  if (process.uid !== 0)
    throw new Fatal('error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR IsPrivilegedUser]: user is not running as root', 2);
  if (!flags.bool('force') && !context.file.ResetConfiguration?.force && !isDry(context)) {
    yield* context.say("[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.");
    yield* process.print('[reset] Are you sure you want to proceed? [y/N]: ');
    const answer = ((yield* process.stdin.read()) ?? '').trim().toLowerCase();
    if (answer !== 'y') throw new Fatal('error execution phase preflight: aborted reset operation');
  }
  yield* context.say('[preflight] Running pre-flight checks');
}

/** The folder of etcd's data, as its manifest names it; undefined without a local etcd. */
function etcdData({ process: { fs } }: Context): string | undefined {
  const path = '/etc/kubernetes/manifests/etcd.yaml';
  return fs.exists(path) ? (/--data-dir=(\S+)/.exec(fs.read(path))?.[1] ?? '/var/lib/etcd') : undefined;
}

function* removeEtcd(context: Context): Routine {
  const data = etcdData(context);
  if (data === undefined)
    return yield* context.say('[reset] No etcd config found. Assuming external etcd', '[reset] Please, manually reset etcd to prevent further issues');
  if (isDry(context)) return yield* context.say(`[dryrun] Would delete contents of the etcd data directory: ${data}`);
  yield* context.say(`[reset] Deleted contents of the etcd data directory: ${data}`);
}

function* cleanup(context: Context): Routine {
  const { process } = context;
  const data = etcdData(context);
  const cleaned = [...folders, ...(context.flags.bool('cleanup-tmp-dir') ? ['/etc/kubernetes/tmp'] : [])];
  if (isDry(context))
    return yield* context.say(
      '[dryrun] Would stop the kubelet service',
      '[dryrun] Would unmount mounted directories in "/var/lib/kubelet"',
      '[dryrun] Would remove Kubernetes-managed containers',
      `[dryrun] Would delete contents of directories: [${cleaned.join(' ')}]`,
      `[dryrun] Would delete files: [${files.join(' ')}]`,
    );
  yield* context.say('[reset] Stopping the kubelet service');
  const { systemd } = process.kernel;
  if (systemd?.units.has('kubelet.service')) yield* systemd.stop('kubelet');
  yield* context.say('[reset] Unmounting mounted directories in "/var/lib/kubelet"');
  yield* removeContainers(context);
  yield* context.say(`[reset] Deleting contents of directories: [${cleaned.join(' ')}]`);
  for (const folder of data === undefined ? cleaned : [...cleaned, data]) empty(context, folder);
  yield* context.say(`[reset] Deleting files: [${files.join(' ')}]`);
  for (const file of files) if (process.fs.exists(file)) process.fs.unlink(file);
}

/** All sandboxes go; what ran in them ends. */
function* removeContainers(context: Context): Routine {
  try {
    const cri = dialRuntime(context);
    for (const sandbox of cri.runtime.listPodSandbox()) {
      yield* cri.runtime.stopPodSandbox(sandbox.id);
      yield* cri.runtime.removePodSandbox(sandbox.id);
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const socket = criSocket(context);
    const why = `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${socket.slice(7)}: connect: ${error.message.toLowerCase()}"`;
    yield* context.warn(
      `[reset] Failed to remove containers: failed to create new CRI runtime service: validate service connection: validate CRI v1 runtime API for endpoint "${socket}": ${why}`,
      'cleanupnode.go:105',
    );
  }
}

function empty({ process: { fs } }: Context, folder: string): void {
  if (!fs.isDirectory(folder)) return;
  for (const [name, inode] of [...fs.list(folder)]) {
    const path = `${folder}/${name}`;
    if (fs.namespace.mounts.has(path)) fs.namespace.unmount(path);
    if (inode.type === 'directory') {
      empty({ process: { fs } } as Context, path);
      fs.rmdir(path);
    } else fs.unlink(path);
  }
}

const flags: readonly FlagSpec[] = [
  criSocketFlag,
  ignoreFlag,
  configFlag,
  { name: 'cert-dir', default: '/etc/kubernetes/pki', usage: 'The path to the directory where the certificates are stored.' },
  { name: 'cleanup-tmp-dir', type: 'bool', usage: 'Cleanup the "/etc/kubernetes/tmp" directory' },
  { name: 'dry-run', type: 'bool', usage: "Don't apply any changes; just output what would be done." },
  { name: 'force', short: 'f', type: 'bool', usage: 'Reset the node without prompting for confirmation.' },
  { name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.' },
  { name: 'skip-phases', type: 'stringSlice', usage: 'List of phases to be skipped' },
];

export const resetCommand: KubeadmCommand = {
  name: 'reset',
  short: "Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'",
  flags,
  run: reset,
  commands: [
    {
      name: 'phase',
      short: 'Use this command to invoke single phase of the "reset" workflow',
      commands: phases.map(({ name, short, run }) => ({ name, short, flags, run })),
    },
  ],
};
