/** /proc/sys: the kernel's switches. Those of networks and of IPC are each namespace's own. */
import { Errno } from './errno.ts';
import { FileNode } from './file-node.ts';
import type { FileUser } from './file-user.ts';
import { DirectoryNode, type Inode, OwnNode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import type { OpaqueNamespace, PidNamespace } from './namespaces.ts';
import type { NetworkNamespace } from './network.ts';

const root = (mode: number, now: number) => ({ mode, uid: 0, gid: 0, mtime: now });

/** What a namespace begins with, by path below /proc/sys. */
const namespaced: Readonly<Record<string, string>> = {
  'net/core/netdev_max_backlog': '1000',
  'net/core/rmem_max': '212992',
  'net/core/somaxconn': '4096',
  'net/core/wmem_max': '212992',
  'net/ipv4/ip_local_port_range': '32768\t60999',
  'net/ipv4/ip_unprivileged_port_start': '1024',
  'net/ipv4/ping_group_range': '1\t0',
  'net/ipv4/tcp_fin_timeout': '60',
  'net/ipv4/tcp_keepalive_intvl': '75',
  'net/ipv4/tcp_keepalive_probes': '9',
  'net/ipv4/tcp_keepalive_time': '7200',
  'net/ipv4/tcp_max_syn_backlog': '256',
  'net/ipv4/tcp_syncookies': '1',
  'net/ipv4/tcp_tw_reuse': '2',
  'kernel/msgmax': '8192',
  'kernel/msgmnb': '16384',
  'kernel/msgmni': '32000',
  'kernel/sem': '32000\t1024000000\t500\t32000',
  'kernel/shm_rmid_forced': '0',
  'kernel/shmall': '18446744073692774399',
  'kernel/shmmax': '18446744073692774399',
  'kernel/shmmni': '4096',
  'fs/mqueue/msg_max': '10',
  'fs/mqueue/queues_max': '256',
};

type Spaces = { readonly network: NetworkNamespace; readonly ipc: OpaqueNamespace };
const forwarding = 'net/ipv4/ip_forward';

/** Whose switches a path's are. */
const holder = ({ network, ipc }: Spaces, path: string): Map<string, string> => (path.startsWith('net/') ? network.sysctls : ipc.sysctls);

const read = (spaces: Spaces, path: string): string =>
  path === forwarding ? String(Number(spaces.network.forwarding)) : (holder(spaces, path).get(path) ?? namespaced[path] ?? '');

function write(spaces: Spaces, path: string, value: string): void {
  if (!/^\s*-?\d+(\s+-?\d+)*\s*$/.test(value)) throw new Errno('EINVAL', `/proc/sys/${path}`);
  if (path === forwarding) spaces.network.forwarding = Number(value) !== 0;
  else holder(spaces, path).set(path, value.trim().replaceAll(/\s+/g, '\t'));
}

/** Sets `net.core.somaxconn` of some namespaces; throws ENOENT for what the kernel has not, EINVAL for what is no number. */
export function setSysctl(spaces: Spaces, name: string, value: string): void {
  const path = name.replaceAll('.', '/');
  if (path !== forwarding && !Object.hasOwn(namespaced, path)) throw new Errno('ENOENT', `/proc/sys/${path}`);
  write(spaces, path, value);
}

const fileOf = (spaces: () => Spaces, path: string, now: number): FileNode =>
  new FileNode(root(0o644, now), '', { read: () => `${read(spaces(), path)}\n`, write: (text) => write(spaces(), path, text) });

/** /proc/sys/net: the bridge's switches are there while their module is loaded; others are each network namespace's own. */
class NetSwitches extends DirectoryNode {
  readonly #kernel: Kernel;
  constructor(kernel: Kernel) {
    super(root(0o555, kernel.bootedAt));
    this.#kernel = kernel;
  }
  override lookup(name: string): Inode | undefined {
    if (!own.includes(name)) return this.#hides(name) ? undefined : super.lookup(name);
    return new OwnNode<FileUser>(root(0o555, this.#kernel.bootedAt), ({ namespaces }) => this.#own(name, namespaces?.network));
  }
  override entries(): [string, Inode][] {
    return [...super.entries().filter(([name]) => !this.#hides(name)), ...own.map((name): [string, Inode] => [name, this.#own(name)])];
  }
  #own(name: string, network = this.#kernel.host.network): DirectoryNode {
    const { host, bootedAt } = this.#kernel;
    const folder = new DirectoryNode(root(0o555, bootedAt));
    const prefix = `net/${name}/`;
    for (const path of [forwarding, ...Object.keys(namespaced)])
      if (path.startsWith(prefix))
        folder.add(
          path.slice(prefix.length),
          fileOf(() => ({ network, ipc: host.ipc }), path, bootedAt),
        );
    return folder;
  }
  #hides(name: string): boolean {
    return name === 'bridge' && !this.#kernel.modules.has('br_netfilter');
  }
}
const own = ['core', 'ipv4'];

/** Of br_netfilter, the machine's own; each is on unless told. */
const bridgeSwitches = ['arptables', 'ip6tables', 'iptables'].map((name) => `net/bridge/bridge-nf-call-${name}`);
const switchOf = ({ host: { network }, bootedAt }: Kernel, path: string): FileNode =>
  new FileNode(root(0o644, bootedAt), '', {
    read: () => `${network.sysctls.get(path) ?? 1}\n`,
    write: (text) => void network.sysctls.set(path, String(Number(Number(text) !== 0))),
  });

const tableSize = (kernel: Kernel): FileNode =>
  new FileNode(root(0o644, kernel.bootedAt), '', {
    read: () => `${kernel.host.network.conntrack.limit?.max ?? 131_072}\n`,
    write: (text) => {
      kernel.host.network.conntrack.limit = { max: Number(text), say: (line) => kernel.log(line) };
    },
  });

const tracked = ({ host: { network }, sim }: Kernel): number => network.conntrack.list(network, sim.random).length;

/** Whether iptables sees what passes the machine's bridges. */
export const bridgeCalls = ({ modules, host: { network } }: Kernel): boolean =>
  modules.has('br_netfilter') && network.sysctls.get('net/bridge/bridge-nf-call-iptables') !== '0';

/** /proc/sys: the switches that Kubernetes set-up guides touch; they are kept, and read back. */
export function newSysctl(kernel: Kernel, namespace: PidNamespace): DirectoryNode {
  const now = kernel.bootedAt;
  // An IPC namespace's, as the first process of the pid namespace sees it.
  const spaces = (): Spaces => (namespace === kernel.host.pid ? undefined : namespace.processes.get(1)?.namespaces) ?? kernel.host;
  const values: Record<string, string | FileNode> = {
    ...Object.fromEntries(Object.keys(namespaced).flatMap((path) => (path.startsWith('net/') ? [] : [[path, fileOf(spaces, path, now)]]))),
    'kernel/osrelease': `${kernel.release}\n`,
    'kernel/panic': '10\n',
    'kernel/panic_on_oops': '1\n',
    'fs/file-max': '9223372036854775807\n',
    ...Object.fromEntries(bridgeSwitches.map((path) => [path, switchOf(kernel, path)])),
    'net/netfilter/nf_conntrack_buckets': '262144\n',
    'net/netfilter/nf_conntrack_count': new FileNode(root(0o444, now), '', { read: () => `${tracked(kernel)}\n` }),
    'net/netfilter/nf_conntrack_max': tableSize(kernel),
    'net/netfilter/nf_conntrack_tcp_timeout_close_wait': '3600\n',
    'net/netfilter/nf_conntrack_tcp_timeout_established': '86400\n',
    'kernel/threads-max': `${Math.floor(kernel.memoryBytes / 65_536 / 2)}\n`,
    'user/max_user_namespaces': `${Math.floor(kernel.memoryBytes / 65_536 / 4)}\n`,
    'vm/overcommit_memory': '1\n',
    'vm/swappiness': '60\n',
    'vm/max_map_count': '65530\n',
    'fs/inotify/max_user_instances': '128\n',
    'fs/inotify/max_user_watches': '65536\n',
  };
  const top = new DirectoryNode(root(0o555, now));
  top.add('net', new NetSwitches(kernel));
  for (const [path, value] of Object.entries(values)) {
    const parts = path.split('/');
    const name = parts.pop() as string;
    let folder = top;
    for (const part of parts) {
      let next = folder.lookup(part);
      if (next?.type !== 'directory') {
        next = new DirectoryNode(root(0o555, now));
        folder.add(part, next);
      }
      folder = next;
    }
    folder.add(name, value instanceof FileNode ? value : new FileNode(root(0o644, now), value));
  }
  const kernelFolder = top.lookup('kernel');
  if (kernelFolder?.type === 'directory') {
    kernelFolder.add('pid_max', pidMax(kernel));
    kernelFolder.add('hostname', hostName(kernel, namespace));
  }
  return top;
}

/** Of the first process in the namespace: a container's own, else the machine's. */
function hostName(kernel: Kernel, namespace: PidNamespace): FileNode {
  const uts = () => (namespace === kernel.host.pid ? kernel.host.uts : (namespace.processes.get(1)?.namespaces.uts ?? kernel.host.uts));
  const write = (text: string): void => {
    uts().hostname = text.trim();
  };
  return new FileNode(root(0o644, kernel.bootedAt), '', { read: () => `${uts().hostname}\n`, write });
}

/** No room for the 300 numbers that are reserved: EINVAL (kernel/pid.c). */
const pidMax = (kernel: Kernel): FileNode =>
  new FileNode(root(0o644, kernel.bootedAt), '', {
    read: () => `${kernel.pidMax}\n`,
    write: (text) => {
      const value = Number(text.trim());
      if (!(value > 300 && value <= 4_194_304)) throw new Errno('EINVAL');
      kernel.pidMax = value;
    },
  });
