/** ctr run --cni: go-cni with the network of /etc/cni/net.d (cmd/ctr/commands/run/run.go). */
import { type CniConfList, CniError } from '../../interfaces/cni.ts';
import { isMissing } from '../../interfaces/containerd.ts';
import { type Context, CtrError } from './context.ts';

const [folder, plugins] = ['/etc/cni/net.d', '/opt/cni/bin'] as const;

/** gocni.WithDefaultConf. */
export function loadNetwork(context: Context): CniConfList {
  try {
    return context.cni().loadNetwork(folder, plugins);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CtrError(
      /^no networks? (?:config )?found/.test(error.message) ? `no network config found in ${folder}: cni plugin not initialized` : error.message,
    );
  }
}

/** ADD for the network namespace of a task that has been created. */
export function join(context: Context, network: CniConfList, id: string, pid: number): void {
  try {
    context.cni().add(network, { containerId: `${context.namespace}-${id}`, netns: `/proc/${pid}/ns/net`, ifName: 'eth0', args: { IgnoreUnknown: '1' } });
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CtrError(error.message);
  }
}

/** DEL, when the container was made with --cni: its namespace may be gone by now. */
export function leave(context: Context, id: string): void {
  const cni = context.cni();
  try {
    const network = cni.loadNetwork(folder, plugins);
    cni.del(network, { containerId: `${context.namespace}-${id}`, netns: '', ifName: 'eth0', args: { IgnoreUnknown: '1' } });
  } catch (error) {
    if (!(error instanceof CniError) && !isMissing(error)) throw error;
  }
}
