/** Which container runtime's socket kubeadm uses (cmd/kubeadm/app/util/runtime). */
import { type CriServer, criProtocol } from '../../interfaces/cri.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Context } from './context.ts';
import { Fatal } from './fatal.ts';

/** Of kubeadm's config, where nothing else was found. */
export const defaultSocket = 'unix:///var/run/containerd/containerd.sock';
const known = [defaultSocket, 'unix:///var/run/crio/crio.sock', 'unix:///var/run/cri-dockerd.sock'];

/** The flag, the configuration, or the one that is found. Throws Fatal where several are. */
export function criSocket(context: Context): string {
  const { InitConfiguration, JoinConfiguration } = context.file;
  const given = context.text('cri-socket') || InitConfiguration?.nodeRegistration?.criSocket || JoinConfiguration?.nodeRegistration?.criSocket;
  if (given) return given.startsWith('/') ? `unix://${given}` : given;
  const found = known.filter((socket) => context.process.fs.find(socket.slice(7))?.type === 'socket');
  if (found.length > 1)
    throw new Fatal(
      `found multiple CRI endpoints on the host. Please define which one do you wish to use by setting the 'criSocket' field in the kubeadm configuration file: ${found.join(', ')}`,
    );
  return found[0] ?? defaultSocket;
}

/** Who listens there; throws Errno. */
export const dialRuntime = (context: Context): CriServer => dialUnix(criProtocol, context.process.fs.stat(criSocket(context).replace('unix://', '')));
