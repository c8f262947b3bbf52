/** One machine with Docker as people install it: `docker-ce` and `containerd.io`, nothing else. */
import { addMachine, installCrictlConfig, installDockerPackages } from '../machine/install.ts';
import type { World } from './index.ts';

export const dockerHost: World = {
  summary: 'one machine with Docker Engine 29 as its packages install it, without Kubernetes',
  home: 'docker',
  bootLimit: 60_000,
  ready: ({ machines }) => machines.get('docker')?.fs.exists('/var/run/docker.sock') ?? false,
  build: (context) => {
    const machine = addMachine(context, { hostname: 'docker', ip: '172.30.1.3', hosts: '172.30.1.3\tdocker\n', cpus: 2, memoryBytes: 4_025_148 * 1024 });
    // Nobody has prepared it for Kubernetes: dockerd turns forwarding on by itself.
    for (const directory of ['sysctl.d', 'modules-load.d']) machine.fs.unlink(`/etc/${directory}/k8s.conf`);
    installDockerPackages(machine);
    installCrictlConfig(machine);
    machine.systemd.boot();
  },
};
