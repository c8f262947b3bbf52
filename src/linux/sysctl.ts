/** /proc/sys: the kernel's switches. */
import { Errno } from './errno.ts';
import { FileNode } from './file-node.ts';
import type { FileUser } from './file-user.ts';
import { DirectoryNode, type Inode, OwnNode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import type { PidNamespace } from './namespaces.ts';
import type { NetworkNamespace } from './network.ts';

const root = (mode: number, now: number) => ({ mode, uid: 0, gid: 0, mtime: now });

/** /proc/sys/net: the bridge's switches are there while their module is loaded; ipv4 is each network namespace's own. */
class NetSwitches extends DirectoryNode {
  readonly #kernel: Kernel;
  readonly #ipv4: OwnNode<FileUser>;
  constructor(kernel: Kernel) {
    super(root(0o555, kernel.bootedAt));
    this.#kernel = kernel;
    this.#ipv4 = new OwnNode(root(0o555, kernel.bootedAt), ({ namespaces }) => ipv4(namespaces?.network ?? kernel.host.network, kernel.bootedAt));
  }
  override lookup(name: string): Inode | undefined {
    return name === 'ipv4' ? this.#ipv4 : this.#hides(name) ? undefined : super.lookup(name);
  }
  override entries(): [string, Inode][] {
    return [...super.entries().filter(([name]) => !this.#hides(name)), ['ipv4', ipv4(this.#kernel.host.network, this.#kernel.bootedAt)]];
  }
  #hides(name: string): boolean {
    return name === 'bridge' && !this.#kernel.modules.has('br_netfilter');
  }
}

/** /proc/sys/net/ipv4 of one network namespace. */
function ipv4(network: NetworkNamespace, now: number): DirectoryNode {
  const folder = new DirectoryNode(root(0o555, now));
  const read = (): string => `${Number(network.forwarding)}\n`;
  const write = (text: string): void => {
    if (!/^-?\d+$/.test(text.trim())) throw new Errno('EINVAL');
    network.forwarding = Number(text) !== 0;
  };
  folder.add('ip_forward', new FileNode(root(0o644, now), '', { read, write }));
  return folder;
}

/** /proc/sys: the switches that Kubernetes set-up guides touch; they are kept, and read back. */
export function newSysctl(kernel: Kernel, namespace: PidNamespace): DirectoryNode {
  const now = kernel.bootedAt;
  const values: Record<string, string> = {
    'kernel/osrelease': `${kernel.release}\n`,
    'net/core/somaxconn': '4096\n',
    'kernel/panic': '10\n',
    'kernel/panic_on_oops': '1\n',
    'fs/file-max': '9223372036854775807\n',
    'net/bridge/bridge-nf-call-iptables': '1\n',
    'net/bridge/bridge-nf-call-ip6tables': '1\n',
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
    folder.add(name, new FileNode(root(0o644, now), value));
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
