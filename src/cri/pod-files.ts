/** Files that a runtime keeps for a pod: hostname, hosts, resolv.conf. */
import type { PodSandboxConfig } from '../interfaces/cri.ts';
import { FileNode } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { DirectoryNode } from '../linux/inode.ts';

/** A directory with its parents, as a node to put files into at once. */
export function directoryAt(files: FileSystem, path: string, now: number, mode = 0o755): DirectoryNode {
  const found = files.find(path);
  if (found?.type === 'directory') return found;
  const above = directoryAt(files, path.slice(0, path.lastIndexOf('/')) || '/', now);
  const made = new DirectoryNode({ mode, uid: 0, gid: 0, mtime: now });
  above.add(path.slice(path.lastIndexOf('/') + 1), made);
  return made;
}

/** By name; what the pod does not say is the node's own. */
export function podFiles(files: FileSystem, config: PodSandboxConfig, hostname: string, now: number): [string, FileNode][] {
  const attributes = { mode: 0o644, uid: 0, gid: 0, mtime: now };
  const host = (path: string): string => {
    const inode = files.find(path);
    return inode?.type === 'file' ? inode.read() : '';
  };
  return [
    ['hostname', new FileNode(attributes, `${hostname}\n`)],
    ['hosts', new FileNode(attributes, host('/etc/hosts'))],
    ['resolv.conf', new FileNode(attributes, resolvConf(config) ?? host('/etc/resolv.conf'))],
  ];
}

/** Undefined: the node's own serves. */
function resolvConf({ dnsConfig }: PodSandboxConfig): string | undefined {
  if (!dnsConfig) return undefined;
  const { searches, servers, options } = dnsConfig;
  if (searches.length === 0 && servers.length === 0 && options.length === 0) return undefined;
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
