/** The namespaces of a new container: new ones, or those that the spec names by path. */
import { OciError, type OciSpec } from '../interfaces/oci.ts';
import type { Cgroup } from '../linux/cgroup.ts';
import { isErrno } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import { CgroupNamespace, type Namespaces, OpaqueNamespace, PidNamespace, UtsNamespace } from '../linux/namespaces.ts';
import { NetworkNamespace } from '../linux/network.ts';
import { setSysctl } from '../linux/sysctl.ts';

type Entry = OciSpec['linux']['namespaces'][number];

/** Everything but the mount namespace. What the spec does not name is the node's own. */
export function containerNamespaces(kernel: Kernel, spec: OciSpec, name: string, cgroup: Cgroup): Omit<Namespaces, 'mount'> {
  const entry = (type: Entry['type']): Entry | undefined => spec.linux.namespaces.find((each) => each.type === type);
  const { host } = kernel;
  return {
    pid: pick(kernel, entry('pid'), 'pid', host.pid, () => new PidNamespace(kernel.inode(), host.pid)),
    network: networkOf(kernel, entry('network'), name),
    uts:
      pinned(kernel.pinnedNamespaces.uts, entry('uts')) ??
      pick(kernel, entry('uts'), 'uts', host.uts, () => new UtsNamespace(kernel.inode(), spec.hostname || kernel.hostname)),
    ipc: pinned(kernel.pinnedNamespaces.ipc, entry('ipc')) ?? pick(kernel, entry('ipc'), 'ipc', host.ipc, () => new OpaqueNamespace(kernel.inode())),
    cgroup: pick(kernel, entry('cgroup'), 'cgroup', host.cgroup, () => new CgroupNamespace(kernel.inode(), cgroup)),
    user: pick(kernel, entry('user'), 'user', host.user, () => userNamespace(kernel, spec)),
  };
}

function userNamespace(kernel: Kernel, { linux: { uidMappings: [ids] = [] } }: OciSpec): OpaqueNamespace {
  const made = new OpaqueNamespace(kernel.inode());
  if (ids) made.map = [ids.containerID, ids.hostID, ids.size];
  return made;
}

/** libcontainer init_linux.go: written before the container's process runs. */
export function applySysctls(namespaces: Omit<Namespaces, 'mount'>, sysctls: OciSpec['linux']['sysctl'] = {}): void {
  for (const [name, value] of Object.entries(sysctls)) {
    try {
      setSysctl(namespaces, name, value);
    } catch (error) {
      if (!isErrno(error)) throw error;
      const what = `${error.code === 'ENOENT' ? 'open' : 'write'} ${error.path}: ${error.message.toLowerCase()}`;
      throw new OciError(`runc create failed: unable to start container process: error during container init: ${what}`);
    }
  }
}

function networkOf(kernel: Kernel, entry: Entry | undefined, name: string): NetworkNamespace {
  return pinned(kernel.networkNamespaces, entry) ?? pick(kernel, entry, 'network', kernel.host.network, () => new NetworkNamespace(kernel.inode(), name));
}

/** One that a file holds open. */
const pinned = <T>(held: ReadonlyMap<string, T>, entry: Entry | undefined): T | undefined =>
  entry?.path === undefined ? undefined : held.get(entry.path.replace(/^\/var\/run\//, '/run/'));

function pick<K extends keyof Namespaces>(kernel: Kernel, entry: Entry | undefined, kind: K, host: Namespaces[K], make: () => Namespaces[K]): Namespaces[K] {
  if (!entry) return host;
  if (entry.path === undefined || entry.path === '') return make();
  const pid = Number(/^\/proc\/(\d+)\/ns\//.exec(entry.path)?.[1] ?? Number.NaN);
  const process = kernel.processes.get(pid);
  if (!process) throw new OciError(`runc create failed: unable to create new parent process: namespace path: lstat ${entry.path}: no such file or directory`);
  return process.namespaces[kind];
}
