/** Where a node's container runtime may listen, the kubelet's own choice first. */
import { type CriServer, criProtocol } from '../interfaces/cri.ts';
import { Errno } from '../linux/errno.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { dialUnix } from '../linux/network.ts';

const usual = ['/var/run/dockershim.sock', '/run/containerd/containerd.sock', '/run/cri-dockerd.sock', '/run/crio/crio.sock'];
/** What a kubelet is told: by a flag, or in its configuration. */
const told = [
  ['/var/lib/kubelet/kubeadm-flags.env', /--container-runtime-endpoint[= ](?:unix:\/\/)?([^\s"]+)/],
  ['/var/lib/kubelet/config.yaml', /^containerRuntimeEndpoint: *"?(?:unix:\/\/)?([^\s"]+)/m],
] as const;

/** The first server there that speaks CRI; undefined when none does. */
export function dialCri(fs: FileSystem): CriServer | undefined {
  for (const socket of [...told.flatMap(([path, pattern]) => socketIn(fs, path, pattern)), ...usual]) {
    const inode = fs.find(socket);
    if (!inode) continue;
    try {
      return dialUnix(criProtocol, inode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
  return undefined;
}

function socketIn(fs: FileSystem, path: string, pattern: RegExp): string[] {
  const inode = fs.find(path);
  const found = inode?.type === 'file' ? pattern.exec(inode.read())?.[1] : undefined;
  return found === undefined ? [] : [found];
}
