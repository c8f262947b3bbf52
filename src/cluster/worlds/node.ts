/** One machine without Kubernetes: `node01` with containerd and the runtime tools, nothing pulled. */
import { addMachine, installContainerd, installCrictl, installDocker, installNerdctlFull } from '../machine/install.ts';
import type { World } from './index.ts';

const machineWith = (summary: string, options: { readonly crictl?: string; readonly full?: boolean } = {}): World => ({
  summary,
  home: 'node01',
  bootLimit: 60_000,
  ready: ({ machines }) => ['/run/containerd/containerd.sock', '/var/run/docker.sock'].every((path) => machines.get('node01')?.fs.exists(path)),
  build: (context) => {
    const machine = addMachine(context, { hostname: 'node01', ip: '172.30.1.3', hosts: '172.30.1.3\tnode01\n', cpus: 2, memoryBytes: 4_025_148 * 1024 });
    installContainerd(machine, { podCidr: '10.244.1.0/24' });
    installDocker(machine);
    if (options.crictl !== undefined) installCrictl(machine, options.crictl);
    if (options.full) installNerdctlFull(machine);
    machine.systemd.boot();
  },
});

/** For lessons about containers alone. */
export const node = machineWith('one machine with containerd and the runtime tools, without Kubernetes');
/** The same with the client of Kubernetes 1.26, which looked for dockershim first. */
export const nodeOldCrictl = machineWith('the same machine with crictl 1.26', { crictl: 'v1.26.0' });
/** The same after `tar Cxzvvf /usr/local nerdctl-full-2.3.5-linux-amd64.tar.gz` and `systemctl enable --now buildkit`. */
export const nodeFull = machineWith('the same machine with all that nerdctl can use: BuildKit, lazy pulling, encryption, signatures, IPFS', { full: true });
