/** Checks before the work (cmd/kubeadm/app/preflight/checks.go). */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Context, Fatal } from './context.ts';
import { criSocket, dialRuntime } from './runtime-socket.ts';

type Found = { readonly check: string; readonly text: string; readonly warning?: boolean };
type Check = (context: Context) => readonly Found[];

const privileged: Check = ({ process }) => (process.uid === 0 ? [] : [{ check: 'IsPrivilegedUser', text: 'user is not running as root' }]);

const resources: Check = ({ process: { kernel } }) => {
  const megabytes = Math.floor(kernel.memoryBytes / 1_000_000);
  return [
    ...(kernel.cpus < 2 ? [{ check: 'NumCPU', text: `the number of available CPUs ${kernel.cpus} is less than the required 2` }] : []),
    ...(megabytes < 1700 ? [{ check: 'Mem', text: `the system RAM (${megabytes} MB) is less than the minimum 1700 MB` }] : []),
  ];
};

const runtime: Check = (context) => {
  try {
    dialRuntime(context);
    return [];
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return [
      {
        check: 'CRI',
        text: `could not connect to the container runtime: failed to create new CRI runtime service: validate service connection: validate CRI v1 runtime API for endpoint "${criSocket(context)}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${criSocket(context).slice(7)}: connect: ${error.message.toLowerCase()}"`,
      },
    ];
  }
};

const forwarding: Check = ({ process }) => {
  const path = '/proc/sys/net/ipv4/ip_forward';
  if (!process.fs.exists(path) || process.fs.read(path).trim() === '1') return [];
  return [{ check: 'FileContent--proc-sys-net-ipv4-ip_forward', text: `${path} contents are not set to 1` }];
};

const kubeletEnabled: Check = ({ process }) => {
  const unit = process.kernel.systemd?.units.get('kubelet.service');
  if (unit?.enabled) return [];
  return [{ check: 'Service-Kubelet', text: "kubelet service is not enabled, please run 'systemctl enable kubelet.service'", warning: true }];
};

const swap: Check = ({ process }) => {
  const path = '/proc/swaps';
  const lines = process.fs.exists(path) ? process.fs.read(path).trim().split('\n') : [];
  if (lines.length < 2) return [];
  const text =
    'swap is supported for cgroup v2 only. The kubelet must be properly configured to use swap. Please refer to https://kubernetes.io/docs/concepts/architecture/nodes/#swap-memory, or disable swap on the node';
  return [{ check: 'Swap', text, warning: true }];
};

const ports =
  (...wanted: readonly number[]): Check =>
  ({ process }) =>
    wanted
      .filter((port) => process.namespaces.network.listenerAt('tcp', '0.0.0.0', port) ?? process.namespaces.network.listenerAt('tcp', '127.0.0.1', port))
      .map((port) => ({ check: `Port-${port}`, text: `Port ${port} is in use` }));

/** `FileAvailable--etc-kubernetes-kubelet.conf` */
const checkName = (kind: string, path: string): string => `${kind}-${path.replaceAll('/', '-')}`;

const absent =
  (...paths: readonly string[]): Check =>
  ({ process }) =>
    paths.filter((path) => process.fs.exists(path)).map((path) => ({ check: checkName('FileAvailable', path), text: `${path} already exists` }));

const emptyFolder =
  (path: string): Check =>
  ({ process }) =>
    process.fs.isDirectory(path) && [...process.fs.list(path)].length > 0 ? [{ check: checkName('DirAvailable', path), text: `${path} is not empty` }] : [];

const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map((name) => `/etc/kubernetes/manifests/${name}.yaml`);

/** In kubeadm's order: all are made before any is told. */
export function initChecks(context: Context): readonly Check[] {
  const { port = 6443, given } = context.settings();
  const local = given?.etcd?.external === undefined;
  return [
    resources,
    privileged,
    ports(port, 10259, 10257),
    absent(...manifests),
    forwarding,
    swap,
    kubeletEnabled,
    runtime,
    ports(10250, ...(local ? [2379, 2380] : [])),
    ...(local ? [emptyFolder(given?.etcd?.local?.dataDir ?? '/var/lib/etcd')] : []),
  ];
}

/** In kubeadm's order. */
export const joinChecks: readonly Check[] = [
  privileged,
  emptyFolder('/etc/kubernetes/manifests'),
  absent('/etc/kubernetes/kubelet.conf', '/etc/kubernetes/bootstrap-kubelet.conf'),
  forwarding,
  swap,
  kubeletEnabled,
  runtime,
  ports(10250),
  absent('/etc/kubernetes/pki/ca.crt'),
];

/** Runs checks; throws Fatal with all that must not be. */
export function* preflight(context: Context, checks: readonly Check[], phase = 'preflight'): Routine {
  const { InitConfiguration: init, JoinConfiguration: join } = context.file;
  const ofFile = init?.nodeRegistration?.ignorePreflightErrors ?? join?.nodeRegistration?.ignorePreflightErrors ?? [];
  const given = context.flags.spec('ignore-preflight-errors') ? context.flags.list('ignore-preflight-errors') : [];
  const ignored = new Set([...given, ...ofFile].map((name) => name.toLowerCase()));
  // Without root nothing else can be looked at.
  const unprivileged = ignored.has('all') || ignored.has('isprivilegeduser') ? [] : privileged(context);
  const found = unprivileged.length > 0 ? unprivileged : checks.flatMap((check) => check(context));
  const ignores = ({ check }: Found): boolean => ignored.has('all') || ignored.has(check.toLowerCase());
  for (const each of found) if (each.warning || ignores(each)) yield* context.process.printError(`\t[WARNING ${each.check}]: ${each.text}\n`);
  const errors = found.filter((each) => !each.warning && !ignores(each));
  if (errors.length === 0) return;
  throw new Fatal(
    `error execution phase ${phase}: [preflight] Some fatal errors occurred:\n${errors.map(({ check, text }) => `\t[ERROR ${check}]: ${text}\n`).join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
    2,
  );
}
