/** One simulated computer: kernel, disk, network card, init system. */

import { newCgroupfs } from '../../linux/cgroupfs.ts';
import type { Fabric } from '../../linux/fabric.ts';
import { FileNode } from '../../linux/file-node.ts';
import { FileSystem } from '../../linux/file-system.ts';
import { daemonUser } from '../../linux/file-user.ts';
import { DirectoryNode, SpecialNode } from '../../linux/inode.ts';
import { Kernel } from '../../linux/kernel.ts';
import { Netfilter } from '../../linux/netfilter.ts';
import { newProcfs } from '../../linux/procfs.ts';
import type { ProgramTable } from '../../linux/program.ts';
import { bridgeCalls } from '../../linux/sysctl.ts';
import { newSecurityfs, newSysfs } from '../../linux/sysfs.ts';
import { Systemd } from '../../linux/systemd.ts';
import type { Sim } from '../../sim/sim.ts';
import { rootFiles } from './root-files.ts';

/** The rest (disk, memory, CPUs) has usual values. */
export type MachineOptions = {
  readonly sim: Sim;
  readonly fabric: Fabric;
  readonly programs: ProgramTable;
  /** Names that stand in /usr/bin; those of administration in /usr/sbin. */
  readonly commands: Iterable<string>;
  readonly hostname: string;
  readonly ip: string;
  /** Lines of /etc/hosts for the other machines. */
  readonly hosts: string;
  readonly cpus: number;
  readonly memoryBytes: number;
};

/** `kernel` is the same as for every process on it. */
export type Machine = {
  readonly name: string;
  readonly ip: string;
  readonly kernel: Kernel;
  readonly systemd: Systemd /** As root sees it. */;
  readonly fs: FileSystem;
};

/** The machines' router; what they know of name servers stands there. */
export const gateway = '172.30.1.1';
/** What is left of a disk of 40 GiB once it is formatted. */
const diskBytes = 41_152_736 * 1024;
const administration = new Set([
  'ip',
  'iptables',
  'iptables-save',
  'ip6tables',
  'sysctl',
  'mount',
  'umount',
  'swapoff',
  'swapon',
  'mkswap',
  'ethtool',
  'modprobe',
  'lsmod',
  'useradd',
  'usermod',
  'userdel',
  'groupadd',
  'groupdel',
  'runc',
  'nologin',
  'arp',
  'route',
  'ifconfig',
  'bridge',
  'conntrack',
  'tcpdump',
  'ipvsadm',
  'chroot',
]);

/** Makes a machine with its files and network card; nothing runs on it until `systemd.boot()`. */
export function newMachine(options: MachineOptions): Machine {
  const { hostname, ip, fabric } = options;
  const sim = options.sim.scope(`machine:${hostname}`);
  const kernel = new Kernel({ sim, hostname, programs: options.programs, memoryBytes: options.memoryBytes, cpus: options.cpus, diskBytes });
  const fs = new FileSystem(kernel.host.mount, daemonUser(sim));
  for (const { path, mode, content, target } of rootFiles(hostname, options.hosts, gateway)) {
    if (target !== undefined) fs.symlink(target, path);
    else if (content !== undefined) writeFile(fs, path, content, mode);
    else {
      fs.mkdir(path, { parents: true });
      if (mode !== undefined) fs.chmod(path, mode);
    }
  }
  devices(fs, sim.now);
  installCommands(kernel, fs, options.commands);
  pseudoFileSystems(kernel, fs);
  networkCard(kernel, fabric, ip);
  const systemd = new Systemd(kernel);
  kernel.systemd = systemd;
  fs.write('/etc/machine-id', `${kernel.machineId}\n`);
  return { name: hostname, ip, kernel, systemd, fs };
}

/** Writes a file with the folders above it. */
export function writeFile(fs: FileSystem, path: string, content: string, mode = 0o644): void {
  fs.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
  fs.write(path, content, { mode });
  fs.chmod(path, mode);
}

/** An executable that runs a Program (`name@release`), in the place of what was there. */
export function installProgram(kernel: Kernel, fs: FileSystem, path: string, program: string, sizeBytes = 48 * 1024): void {
  const file = new FileNode({ mode: 0o755, uid: 0, gid: 0, mtime: kernel.sim.now });
  file.program = program;
  file.apparentSize = sizeBytes;
  fs.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
  if (fs.find(path, false)) fs.unlink(path);
  fs.mknod(path, file);
}

function installCommands(kernel: Kernel, fs: FileSystem, commands: Iterable<string>): void {
  // The folders are filled directly: a path walk for each of some two hundred commands would be half of the boot.
  const bin = fs.stat('/usr/bin');
  const sbin = fs.stat('/usr/sbin');
  if (bin.type !== 'directory' || sbin.type !== 'directory') throw new Error('the machine has no /usr/bin');
  for (const name of commands) {
    const file = new FileNode({ mode: name === 'sudo' || name === 'su' ? 0o4755 : 0o755, uid: 0, gid: 0, mtime: kernel.sim.now });
    file.program = name;
    file.apparentSize = 48 * 1024;
    (administration.has(name) ? sbin : bin).add(name, file);
  }
}

function devices(fs: FileSystem, now: number): void {
  const character = (mode: number, device: string) => new SpecialNode('character', { mode, uid: 0, gid: 0, mtime: now }, device);
  for (const [name, device] of [
    ['null', 'null'],
    ['zero', 'zero'],
    ['full', 'full'],
    ['random', 'random'],
    ['urandom', 'random'],
    ['tty', 'tty'],
    ['stdin', 'fd/0'],
    ['stdout', 'fd/1'],
    ['stderr', 'fd/2'],
  ] as const)
    fs.mknod(`/dev/${name}`, character(0o666, device));
  fs.mknod('/dev/vda1', new SpecialNode('block', { mode: 0o660, uid: 0, gid: 6, mtime: now }, 'disk'));
  fs.symlink('/proc/self/fd', '/dev/fd');
  fs.mkdir('/dev/shm', { mode: 0o777 });
  fs.mkdir('/dev/pts');
}

function pseudoFileSystems(kernel: Kernel, fs: FileSystem): void {
  const options = ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'];
  const { mount, pid } = kernel.host;
  fs.mkdir('/proc');
  fs.mkdir('/sys', { parents: true });
  mount.mount({ path: '/proc', root: newProcfs(kernel, pid), source: 'proc', type: 'proc', options });
  mount.mount({ path: '/sys', root: newSysfs(kernel.host.network, kernel.sim.now), source: 'sysfs', type: 'sysfs', options });
  mount.mount({ path: '/sys/kernel/security', root: newSecurityfs(kernel), source: 'securityfs', type: 'securityfs', options });
  mount.mount({ path: '/sys/fs/cgroup', root: newCgroupfs(kernel, kernel.rootCgroup), source: 'cgroup2', type: 'cgroup2', options });
  mount.mount({ path: '/run', root: runDirectory(fs, kernel.sim.now), source: 'tmpfs', type: 'tmpfs', options: ['rw', 'nosuid', 'nodev'] });
}

/** /run is memory: what was made in it so far moves there. */
function runDirectory(fs: FileSystem, now: number): DirectoryNode {
  const run = new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: now });
  for (const [name, inode] of fs.list('/run')) run.add(name, inode);
  return run;
}

function networkCard(kernel: Kernel, fabric: Fabric, ip: string): void {
  const { network } = kernel.host;
  const mac = ['02', ...Array.from({ length: 5 }, () => kernel.sim.random.hex(2))].join(':');
  network.interfaces.set('eth0', { name: 'eth0', mac, mtu: 1500, up: true, addresses: [`${ip}/24`], kind: 'ethernet' });
  network.routes.push({ destination: 'default', via: gateway, device: 'eth0' }, { destination: '172.30.1.0/24', device: 'eth0', source: ip });
  network.netfilter = new Netfilter(network, () => kernel.sim.now);
  network.bridgeCalls = () => bridgeCalls(kernel);
  network.conntrack.clock = () => kernel.sim.now;
  fabric.attach(network);
}
