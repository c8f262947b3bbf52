/** `kubeadm reset`: takes away what init or join made. */
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { criSocketFlag, ignoreFlag, type KubeadmCommand } from '../command.ts';
import { type Context, Fatal } from '../context.ts';
import { dialRuntime } from '../runtime-socket.ts';

const folders = ['/etc/kubernetes/manifests', '/var/lib/kubelet', '/etc/kubernetes/pki'];
const files = ['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map((name) => `/etc/kubernetes/${name}.conf`);

function* reset(context: Context): Routine {
  const { process, flags } = context;
  if (process.uid !== 0)
    throw new Fatal('error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR IsPrivilegedUser]: user is not running as root', 2);
  if (!flags.bool('force')) {
    yield* context.say("[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.");
    yield* process.print('[reset] Are you sure you want to proceed? [y/N]: ');
    const answer = ((yield* process.stdin.read()) ?? '').trim().toLowerCase();
    if (answer !== 'y') throw new Fatal('error execution phase preflight: aborted reset operation');
  }
  yield* context.say('[preflight] Running pre-flight checks');
  const etcd = process.fs.exists('/etc/kubernetes/manifests/etcd.yaml');
  yield* context.say(
    ...(etcd
      ? ['[reset] Deleted contents of the etcd data directory: /var/lib/etcd']
      : ['[reset] No etcd config found. Assuming external etcd', '[reset] Please, manually reset etcd to prevent further issues']),
    '[reset] Stopping the kubelet service',
  );
  const { systemd } = process.kernel;
  if (systemd?.units.has('kubelet.service')) yield* systemd.stop('kubelet');
  yield* context.say('[reset] Unmounting mounted directories in "/var/lib/kubelet"');
  yield* removeContainers(context);
  yield* context.say(`[reset] Deleting contents of directories: [${folders.join(' ')}]`);
  for (const folder of etcd ? [...folders, '/var/lib/etcd'] : folders) empty(context, folder);
  yield* context.say(`[reset] Deleting files: [${files.join(' ')}]`);
  for (const file of files) if (process.fs.exists(file)) process.fs.unlink(file);
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

/** All sandboxes go; what ran in them ends. */
function* removeContainers(context: Context): Routine {
  const { process } = context;
  try {
    const cri = dialRuntime(context);
    for (const sandbox of cri.runtime.listPodSandbox()) {
      yield* cri.runtime.stopPodSandbox(sandbox.id);
      yield* cri.runtime.removePodSandbox(sandbox.id);
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* process.printError('[reset] Failed to remove containers: the container runtime is not reachable\n');
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

export const resetCommand: KubeadmCommand = {
  name: 'reset',
  short: "Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'",
  flags: [
    criSocketFlag,
    ignoreFlag,
    { name: 'cleanup-tmp-dir', type: 'bool', usage: 'Cleanup the "/etc/kubernetes/tmp" directory' },
    { name: 'force', short: 'f', type: 'bool', usage: 'Reset the node without prompting for confirmation.' },
  ],
  run: reset,
};
