/** /sys of a network namespace: its links (Documentation/ABI/testing/sysfs-class-net), made at each look; the other folders are empty. */
import { FileNode } from './file-node.ts';
import { DirectoryNode, GeneratedDirectory, type Inode, SymlinkNode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import { hasCarrier, indexOf, portsOf } from './links.ts';
import type { Interface, NetworkNamespace } from './network.ts';

/** Where a machine's own cards hang; all other links are virtual. */
const card = 'devices/pci0000:00/0000:00:03.0/virtio0/net';
const virtual = 'devices/virtual/net';

export function newSysfs(network: NetworkNamespace, now: number): DirectoryNode {
  const owned = (mode: number) => ({ mode, uid: 0, gid: 0, mtime: now });
  const homeOf = ({ kind }: Interface): string => (kind === 'ethernet' ? card : virtual);
  const links = (make: (link: Interface) => Inode, home?: string): DirectoryNode =>
    new GeneratedDirectory(owned(0o755), () =>
      [...network.interfaces.values()].filter((each) => home === undefined || homeOf(each) === home).map((each) => [each.name, make(each)]),
    );
  const folder = (link: Interface): DirectoryNode => {
    const made = new DirectoryNode(owned(0o755));
    for (const [name, text] of Object.entries(attributes(network, link))) made.add(name, new FileNode(owned(0o444), `${text}\n`));
    if (link.kind !== 'bridge') return made;
    const ports = new DirectoryNode(owned(0o755));
    for (const { name } of portsOf(network, link)) ports.add(name, new SymlinkNode(owned(0o777), `../../${name}/brport`));
    made.add('brif', ports);
    return made;
  };
  const root = emptyTree(['block', 'bus', 'class', 'dev', 'devices/virtual', card.replace(/\/net$/, ''), 'firmware', 'fs/cgroup', 'kernel', 'module'], now);
  const parameters = new DirectoryNode(owned(0o755));
  parameters.add('enabled', new FileNode(owned(0o444), 'Y\n'));
  const place = (path: string, inode: DirectoryNode): void => {
    const at = path.lastIndexOf('/');
    const above = path
      .slice(0, at)
      .split('/')
      .reduce<Inode | undefined>((inside, name) => (inside?.type === 'directory' ? inside.lookup(name) : undefined), root);
    if (above?.type === 'directory') above.add(path.slice(at + 1), inode);
  };
  place('module/apparmor', new GeneratedDirectory(owned(0o755), () => [['parameters', parameters]]));
  for (const home of [card, virtual]) place(home, links(folder, home));
  place(
    'class/net',
    links((each) => new SymlinkNode(owned(0o777), `../../${homeOf(each)}/${each.name}`)),
  );
  return root;
}

function attributes(network: NetworkNamespace, link: Interface): Readonly<Record<string, string | number>> {
  const loopback = link.kind === 'loopback';
  const carrier = loopback ? link.up : hasCarrier(network, link);
  const end = link.peer?.namespace.interfaces.get(link.peer.name);
  const index = indexOf(network, link);
  return {
    address: link.mac,
    broadcast: loopback ? link.mac : 'ff:ff:ff:ff:ff:ff',
    carrier: Number(carrier),
    flags: `0x${((loopback ? 8 : 0x1002) + Number(link.up)).toString(16)}`,
    ifindex: index,
    iflink: link.peer && end ? indexOf(link.peer.namespace, end) : index,
    mtu: link.mtu,
    operstate: loopback || link.kind === 'dummy' ? 'unknown' : carrier ? 'up' : 'down',
    tx_queue_len: 1000,
    type: loopback ? 772 : 1,
  };
}

/** What security modules tell: AppArmor's profiles, for root alone. */
export function newSecurityfs({ apparmor, sim }: Kernel): DirectoryNode {
  const owned = (mode: number) => ({ mode, uid: 0, gid: 0, mtime: sim.now });
  const root = new DirectoryNode(owned(0o755));
  const profiles = new FileNode(owned(0o444), '', { read: () => apparmor.listing() });
  root.add('apparmor', new GeneratedDirectory(owned(0o755), () => [['profiles', profiles]]));
  root.add('lsm', new FileNode(owned(0o444), 'lockdown,capability,landlock,yama,apparmor,tomoyo,bpf,ipe,ima,evm'));
  return root;
}

/** Folders and no more. */
export function emptyTree(paths: readonly string[], now: number): DirectoryNode {
  const make = (): DirectoryNode => new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: now });
  const root = make();
  for (const path of paths) {
    let directory = root;
    for (const name of path.split('/')) {
      const found = directory.lookup(name);
      const next = found?.type === 'directory' ? found : make();
      directory.add(name, next);
      directory = next;
    }
  }
  return root;
}
