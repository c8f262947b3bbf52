/** One machine without Kubernetes: `node01` with containerd and the runtime tools, nothing pulled. */
import { addMachine, installContainerd, installDocker } from '../machine/install.ts';
import type { World } from './index.ts';

export const node: World = {
  summary: 'one machine with containerd and the runtime tools, without Kubernetes',
  home: 'node01',
  bootLimit: 60_000,
  ready: ({ machines }) => ['/run/containerd/containerd.sock', '/var/run/docker.sock'].every((path) => machines.get('node01')?.fs.exists(path)),
  build: (context) => {
    const machine = addMachine(context, { hostname: 'node01', ip: '172.30.1.3', hosts: '172.30.1.3\tnode01\n', cpus: 2, memoryBytes: 4_025_148 * 1024 });
    installContainerd(machine, { podCidr: '10.88.0.0/16' });
    installDocker(machine);
    machine.systemd.boot();
  },
};
