/** The machine below a worker: its files as root sees them, and its clock. */
import type { BuildWorker } from '../interfaces/buildkit.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { Kernel } from '../linux/kernel.ts';
import type { NetworkNamespace } from '../linux/network.ts';
import type { Sim } from '../sim/sim.ts';

/** Also what an HTTP client needs. */
export function hostOf({ machine: { kernel } }: BuildWorker): { readonly files: FileSystem; readonly sim: Sim; readonly network: NetworkNamespace } {
  if (!(kernel instanceof Kernel)) throw new Error('a worker needs a machine');
  return { files: new FileSystem(kernel.host.mount, daemonUser(kernel.sim)), sim: kernel.sim, network: kernel.host.network };
}
