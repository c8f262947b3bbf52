/** Who may speak to the machine's systemd. */
import type { Process } from '../../linux/process.ts';
import type { Systemd } from '../../linux/systemd.ts';

/** systemd listens at a socket in /run: a container cannot reach it, unless it has the machine's own root before it (`chroot /host`). */
export function managerOf(process: Process): Systemd | undefined {
  const { mount } = process.kernel.host;
  const own = process.namespaces.mount;
  const reached = own === mount || (own.root === mount.root && own.mounts.get('/run')?.root === mount.mounts.get('/run')?.root);
  return reached ? process.kernel.systemd : undefined;
}
