/** A node with containerd, runc, CNI and the registries, and just enough programs. */
import { Cni } from '../../src/cni/cni.ts';
import type { ContainerdConfig } from '../../src/containerd/config.ts';
import { Containerd } from '../../src/containerd/containerd.ts';
import { imagePrograms } from '../../src/images/programs/index.ts';
import { Registries } from '../../src/images/registries.ts';
import type { ContainerConfig, PodSandboxConfig } from '../../src/interfaces/cri.ts';
import { Fabric } from '../../src/linux/fabric.ts';
import { FileNode } from '../../src/linux/file-node.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { Netfilter } from '../../src/linux/netfilter.ts';
import { readAll } from '../../src/linux/open-file.ts';
import type { Process } from '../../src/linux/process.ts';
import type { Program } from '../../src/linux/program.ts';
import { parseSignal } from '../../src/linux/signals.ts';
import { Runc } from '../../src/runc/runc.ts';
import { type Routine, sleep } from '../../src/sim/routine.ts';
import { newSim, type Sim } from '../../src/sim/sim.ts';

const programs: Record<string, Program> = {
  sleep: function* (argv) {
    yield* sleep(Number(argv[1]) * 1000);
    return 0;
  },
  echo: function* (argv, process) {
    yield* process.print(`${argv.slice(1).join(' ')}\n`);
    return 0;
  },
  hostname: function* (_argv, process) {
    yield* process.print(`${process.namespaces.uts.hostname}\n`);
    return 0;
  },
  env: function* (_argv, process) {
    for (const [key, value] of Object.entries(process.env)) yield* process.print(`${key}=${value}\n`);
    return 0;
  },
  ls: function* (argv, process) {
    for (const [name] of process.fs.list(argv[1] ?? '.')) yield* process.print(`${name}\n`);
    return 0;
  },
  cat: function* (argv, process) {
    if (argv.length === 1) yield* process.print(yield* readAll(process.stdin));
    for (const path of argv.slice(1)) yield* process.print(process.fs.read(path));
    return 0;
  },
  touch: function* (argv, process) {
    process.fs.write(argv[1] as string, 'new\n');
    return 0;
  },
  kill: function* (argv, process) {
    process.namespaces.pid.processes.get(Number(argv[2]))?.signal(parseSignal((argv[1] as string).slice(1)) ?? 'SIGTERM', process);
    return 0;
  },
  // Stand-ins under names that the busybox image has.
  top: function* (_argv, process) {
    for (let i = 1; ; i++) {
      yield* process.print(`tick ${i}\n`);
      yield* sleep(1000);
    }
  },
  dd: function* (argv, process) {
    yield* sleep(100);
    process.allocate(Number(argv[1]));
    yield* sleep(10_000);
    return 0;
  },
  // `sh -c "echo words… ; exit N"`: stands in for a shell in these tests.
  sh: function* (argv, process) {
    const match = /^(?:echo (.*?)(?: (>&2))?; )?exit (\d+)$/.exec(argv[2] ?? '');
    if (!match) throw new Error(`no shell in this test: ${argv[2]}`);
    if (match[1] !== undefined) yield* match[2] ? process.printError(`${match[1]}\n`) : process.print(`${match[1]}\n`);
    return Number(match[3]);
  },
};

const conflist = {
  cniVersion: '1.0.0',
  name: 'cbr0',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.1.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

export type World = {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly runc: Runc;
  readonly cni: Cni;
  readonly registries: Registries;
  readonly init: Process;
  containerd: Containerd;
  restart(config?: Partial<ContainerdConfig>): void;
  /** Runs a routine to its end and gives what it returns. */
  run<T>(routine: Routine<T>, limit?: number): T;
  files(): import('../../src/linux/file-system.ts').FileSystem;
};

export function newWorld(config: Partial<ContainerdConfig> = {}, more: Record<string, Program> = {}): World {
  const sim = newSim({ seed: 7, epoch: Date.UTC(2026, 10, 22, 13, 0, 0) });
  const table = new Map(Object.entries({ ...imagePrograms, ...programs, ...more }));
  const kernel = new Kernel({ sim, hostname: 'node01', programs: table, memoryBytes: 4 * 2 ** 30, cpus: 2, diskBytes: 40 * 2 ** 30 });
  const init = kernel.start({ argv: ['/sbin/init'], program: idle });
  init.reapsChildren = true;
  const { network } = kernel.host;
  network.interfaces.set('eth0', { name: 'eth0', mac: '02:00:00:00:00:01', mtu: 1500, up: true, addresses: ['172.30.0.2/24'], kind: 'ethernet' });
  network.routes.push({ destination: 'default', via: '172.30.0.1', device: 'eth0' }, { destination: '172.30.0.0/24', device: 'eth0' });
  network.netfilter = new Netfilter(network);
  new Fabric().attach(network);
  const { fs } = init;
  for (const path of ['/etc/cni/net.d', '/opt/cni/bin', '/usr/bin', '/var/log/pods', '/root', '/tmp']) fs.mkdir(path, { parents: true });
  fs.write('/etc/cni/net.d/10-cbr0.conflist', JSON.stringify(conflist));
  fs.write('/etc/hosts', '127.0.0.1\tlocalhost\n');
  fs.write('/etc/resolv.conf', 'nameserver 172.30.0.1\n');
  fs.write('/etc/hostname', 'node01\n');
  for (const name of ['bridge', 'portmap', 'host-local', 'loopback']) fs.mknod(`/opt/cni/bin/${name}`, executable(name));
  for (const name of ['runc', 'containerd-shim-runc-v2', ...Object.keys(more)]) fs.mknod(`/usr/bin/${name}`, executable(name));
  const runc = new Runc({ kernel, sim });
  const cni = new Cni({ kernel, sim });
  const registries = new Registries();
  const start = (change: Partial<ContainerdConfig> = {}): Containerd =>
    new Containerd({ sim, kernel, runc, cni, registry: registries.lookup, config: { ...config, ...change } });
  return {
    sim,
    kernel,
    runc,
    cni,
    registries,
    init,
    containerd: start(),
    restart(change) {
      this.containerd.stop();
      this.containerd = start(change);
    },
    run(routine, limit = 600_000) {
      const outcome: { value?: unknown; error?: unknown; done: boolean } = { done: false };
      sim.go(
        (function* (): Routine {
          try {
            outcome.value = yield* routine;
          } catch (error) {
            outcome.error = error;
          }
          outcome.done = true;
        })(),
      );
      if (!sim.advanceUntil(() => outcome.done, limit)) throw new Error('did not end');
      if (outcome.error !== undefined) throw outcome.error;
      return outcome.value as never;
    },
    files: () => fs,
  };
}

const idle: Program = function* (_argv, process) {
  for (;;) yield { on: [process.childChanged] };
};

function executable(name: string): FileNode {
  const file = new FileNode({ mode: 0o755, uid: 0, gid: 0, mtime: 0 });
  file.program = name;
  return file;
}

export const podConfig = (name: string, change: Partial<PodSandboxConfig> = {}): PodSandboxConfig => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, attempt: 0 },
  hostname: name,
  logDirectory: `/var/log/pods/${name}`,
  labels: { app: name },
  linux: { cgroupParent: `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${name}.slice` },
  ...change,
});

export const containerConfig = (name: string, image: string, command?: readonly string[], change: Partial<ContainerConfig> = {}): ContainerConfig => ({
  metadata: { name, attempt: 0 },
  image: { image },
  ...(command ? { command } : {}),
  logPath: `${name}/0.log`,
  linux: { securityContext: { namespaceOptions: { network: 0, pid: 1, ipc: 0 } } },
  ...change,
});
