import { describe, expect, it } from 'vitest';
import type { CriError } from '../../src/interfaces/cri.ts';
import type { StreamSession } from '../../src/interfaces/streams.ts';
import type { Routine } from '../../src/sim/routine.ts';
import { containerConfig, newWorld, podConfig, type World } from './world.ts';

const busybox = 'busybox:1.36';

function pod(world: World, name: string, change = {}): string {
  return world.run(world.containerd.cri.runtime.runPodSandbox(podConfig(name, change), ''));
}

function start(world: World, sandbox: string, config: ReturnType<typeof containerConfig>, podName = 'web'): string {
  const { runtime } = world.containerd.cri;
  const id = world.run(runtime.createContainer(sandbox, config, podConfig(podName)));
  world.run(runtime.startContainer(id));
  return id;
}

const pull = (world: World, image = busybox): string => world.run(world.containerd.cri.image.pullImage({ image }));

function failure(work: () => unknown): CriError {
  try {
    work();
  } catch (error) {
    return error as CriError;
  }
  throw new Error('did not fail');
}

describe('pod sandboxes', () => {
  it('are finished although whoever asked has gone: a name is not reserved for ever', () => {
    const world = newWorld();
    const { runtime } = world.containerd.cri;
    for (const after of [0, 30, 120]) {
      const fiber = world.sim.go(runtime.runPodSandbox(podConfig(`gone-${after}`), ''), 'kubelet');
      world.sim.advance(after);
      fiber.cancel();
      world.sim.advance(10_000);
    }
    const left = runtime.listPodSandbox();
    expect(left.map(({ metadata, state }) => `${metadata.name} ${state}`).sort()).toEqual(
      ['gone-0', 'gone-120', 'gone-30'].map((name) => `${name} SANDBOX_READY`),
    );
    const fiber = world.sim.go(runtime.removePodSandbox(left[0]?.id ?? ''), 'kubelet');
    world.sim.advance(1);
    fiber.cancel();
    world.sim.advance(60_000);
    expect(runtime.listPodSandbox()).toHaveLength(2);
  });

  it('gives a pod its pause container, address and files', () => {
    const world = newWorld();
    const id = pod(world, 'web');
    const status = world.containerd.cri.runtime.podSandboxStatus(id);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(status.state).toBe('SANDBOX_READY');
    expect(status.network.ip).toBe('10.244.1.2');
    const pause = world.kernel.processes.get(status.info.pid)!;
    expect(pause.argv).toEqual(['/pause']);
    expect(pause.credentials.uid).toBe(65535);
    expect(pause.namespaces.uts.hostname).toBe('web');
    expect(pause.parent?.comm).toBe('containerd-shim');
    expect(pause.parent?.parent?.pid).toBe(1);
    expect(pause.cgroup.path).toBe(`/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podweb.slice/cri-containerd-${id}.scope`);
    expect(world.files().read(`/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/hostname`)).toBe('web\n');
    expect(
      world
        .files()
        .list('/var/lib/cni/networks/cbr0')
        .map(([name]) => name),
    ).toEqual(['10.244.1.2', 'last_reserved_ip.0']);
    expect(world.files().list('/run/netns')).toHaveLength(1);
  });

  it('refuses the same pod twice and unknown runtimes', () => {
    const world = newWorld();
    const id = pod(world, 'web');
    expect(failure(() => pod(world, 'web')).message).toBe(
      `rpc error: code = FailedPrecondition desc = failed to reserve sandbox name "web_default_uid-web_0": name "web_default_uid-web_0" is reserved for "${id}"`,
    );
    const kata = failure(() => world.run(world.containerd.cri.runtime.runPodSandbox(podConfig('k'), 'kata')));
    expect(kata.desc).toMatch(/^unable to get OCI runtime for sandbox "[0-9a-f]{64}": no runtime for "kata" is configured$/);
  });

  it('says what is wrong without CNI or pause image', () => {
    const world = newWorld({ sandboxImage: 'registry.k8s.io/pause:0.0' });
    expect(failure(() => pod(world, 'a')).message).toBe(
      'rpc error: code = NotFound desc = failed to pull image "registry.k8s.io/pause:0.0": failed to pull and unpack image "registry.k8s.io/pause:0.0": failed to resolve image: registry.k8s.io/pause:0.0: not found',
    );
    expect(world.kernel.networkNamespaces.size).toBe(0);
    world.files().unlink('/etc/cni/net.d/10-cbr0.conflist');
    expect(failure(() => pod(world, 'a')).desc).toMatch(/^failed to setup network for sandbox "[0-9a-f]{64}": cni plugin not initialized$/);
    expect(world.containerd.cri.runtime.status(false).conditions[1]).toEqual({
      type: 'NetworkReady',
      status: false,
      reason: 'NetworkPluginNotReady',
      message: 'Network plugin returns error: cni plugin not initialized',
    });
  });

  it('stops and removes everything', () => {
    const world = newWorld();
    const id = pod(world, 'web');
    pull(world);
    const before = world.kernel.processes.size;
    start(world, id, containerConfig('box', busybox, ['sleep', '3600']));
    expect(world.kernel.processes.size).toBe(before + 1);
    world.run(world.containerd.cri.runtime.removePodSandbox(id));
    world.sim.advance(1000);
    expect([...world.kernel.processes.values()].map((process) => process.comm)).toEqual(['init']);
    expect(world.containerd.cri.runtime.listContainers()).toEqual([]);
    expect(
      world
        .files()
        .list('/var/lib/cni/networks/cbr0')
        .map(([name]) => name),
    ).toEqual(['last_reserved_ip.0']);
    expect(world.kernel.host.mount.mounts.size).toBe(0);
    expect([...world.kernel.host.network.interfaces.keys()]).toEqual(['lo', 'eth0', 'cni0']);
    expect(world.kernel.rootCgroup.memoryBytes).toBe(512 * 1024);
  });
});

describe('containers', () => {
  it('run, log and end with what they say', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('crash', busybox, ['sh', '-c', 'echo boom >&2; exit 42']));
    world.sim.advance(1000);
    const status = world.containerd.cri.runtime.containerStatus(id);
    expect([status.state, status.exitCode, status.reason]).toEqual(['CONTAINER_EXITED', 42, 'Error']);
    expect(world.files().read('/var/log/pods/web/crash/0.log')).toMatch(/^2026-11-22T13:00:\d\d\.\d{9}Z stderr F boom\n$/);
    expect(status.imageRef).toMatch(/^docker.io\/library\/busybox@sha256:/);
  });

  it('fail to start when the program is missing', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const { runtime } = world.containerd.cri;
    const id = world.run(runtime.createContainer(sandbox, containerConfig('bad', busybox, ['/does/not/exist']), podConfig('web')));
    const text =
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/does/not/exist": stat /does/not/exist: no such file or directory';
    expect(failure(() => world.run(runtime.startContainer(id))).message).toBe(`rpc error: code = Unknown desc = ${text}`);
    const status = runtime.containerStatus(id);
    expect([status.state, status.exitCode, status.reason, status.message]).toEqual(['CONTAINER_EXITED', 128, 'StartError', text]);
    expect(failure(() => world.run(runtime.createContainer(sandbox, containerConfig('no', 'busybox:9.9'), podConfig('web')))).message).toBe(
      'rpc error: code = NotFound desc = failed to check if this is a checkpoint image: failed to resolve image "busybox:9.9": not found',
    );
  });

  it('are killed when they grow past their limit', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(
      world,
      sandbox,
      containerConfig('hog', busybox, ['dd', String(64 * 2 ** 20)], { linux: { resources: { memoryLimitInBytes: 16 * 2 ** 20 } } }),
    );
    world.sim.advance(1000);
    const status = world.containerd.cri.runtime.containerStatus(id);
    expect([status.exitCode, status.reason]).toEqual([137, 'OOMKilled']);
  });

  it('stop by signal, or by force when init does not listen', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('box', busybox, ['sleep', '3600']));
    const before = world.sim.now;
    world.run(world.containerd.cri.runtime.stopContainer(id, 5));
    expect(world.sim.now - before).toBeGreaterThanOrEqual(5000);
    expect(world.containerd.cri.runtime.containerStatus(id).exitCode).toBe(137);
    expect(failure(() => world.run(world.containerd.cri.runtime.startContainer(id))).desc).toBe(
      `failed to set starting state for container "${id}": container is in CONTAINER_EXITED state`,
    );
  });

  it('see their own hostname, mounts and files', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web', { dnsConfig: { servers: ['10.96.0.10'], searches: ['a.b'], options: ['ndots:5'] } });
    pull(world);
    world.files().mkdir('/data');
    world.files().write('/data/x', 'from the node\n');
    const id = start(
      world,
      sandbox,
      containerConfig('box', busybox, ['sleep', '3600'], { mounts: [{ containerPath: '/mnt/data', hostPath: '/data', readonly: true }] }),
    );
    const exec = (...cmd: string[]): string => {
      const result = world.run(world.containerd.cri.runtime.execSync(id, cmd, 0));
      return result.stdout + result.stderr;
    };
    expect(exec('hostname')).toBe('web\n');
    expect(exec('cat', '/mnt/data/x')).toBe('from the node\n');
    expect(exec('touch', '/mnt/data/y')).toContain('Read-only file system');
    expect(exec('cat', '/etc/resolv.conf')).toBe('search a.b\nnameserver 10.96.0.10\noptions ndots:5\n');
    expect(exec('ls', '/').split('\n')).toEqual(['bin', 'dev', 'etc', 'home', 'lib', 'lib64', 'mnt', 'proc', 'root', 'sys', 'tmp', 'usr', 'var', '']);
    expect(exec('ls', '/proc').split('\n').slice(0, 2)).toEqual(['1', '7']);
    expect(exec('touch', '/tmp/here')).toBe('');
    expect(world.containerd.cri.runtime.containerStats(id).writableLayerInodes).toBeGreaterThan(1);
  });
});

describe('sessions', () => {
  function* readSession(session: StreamSession): Routine<string> {
    let all = '';
    for (let text = yield* session.stdout.receive(); text !== undefined; text = yield* session.stdout.receive()) all += text;
    while (!session.outcome()) yield { on: [session.ended] };
    return all;
  }

  it('exec commands with input', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('box', busybox, ['sleep', '3600']));
    const { runtime } = world.containerd.cri;
    const session = world.run(runtime.exec({ containerId: id, cmd: ['cat'], tty: false, stdin: true }));
    session.stdin!.push('hello\n');
    session.stdin!.close();
    expect(world.run(readSession(session))).toBe('hello\n');
    expect(session.outcome()).toEqual({ exitCode: 0 });
    const bad = world.run(runtime.exec({ containerId: id, cmd: ['nosuch'], tty: false, stdin: false }));
    world.run(readSession(bad));
    expect(bad.outcome()!.error).toMatch(
      /^Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH$/,
    );
    expect(failure(() => world.run(runtime.execSync(id, ['sleep', '5'], 1))).message).toBe(
      'rpc error: code = DeadlineExceeded desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded',
    );
  });

  it('Ctrl-C at a terminal ends the command, not the container', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('box', busybox, ['sleep', '3600']));
    const session = world.run(world.containerd.cri.runtime.exec({ containerId: id, cmd: ['sleep', '100'], tty: true, stdin: true }));
    world.sim.advance(100);
    session.stdin!.push('\x03');
    world.sim.advance(100);
    expect(session.outcome()).toEqual({ exitCode: 130 });
    expect(world.containerd.cri.runtime.containerStatus(id).state).toBe('CONTAINER_RUNNING');
  });

  it('attach to what a container says', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('tick', busybox, ['top']));
    world.sim.advance(2500);
    const session = world.run(world.containerd.cri.runtime.attach({ containerId: id, tty: false, stdin: false }));
    world.sim.advance(2000);
    session.close();
    const rest: string[] = [];
    for (let text = session.stdout.take(); text !== undefined; text = session.stdout.take()) rest.push(text);
    world.sim.advance(2000);
    expect(world.files().read('/var/log/pods/web/tick/0.log').split('\n').length).toBeGreaterThan(6);
  });
});

describe('a restart of the daemon', () => {
  it('leaves containers running and finds them again', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('tick', busybox, ['top']));
    const ends = start(world, sandbox, containerConfig('ends', busybox, ['sleep', '3']));
    world.sim.advance(1500);
    world.containerd.stop();
    expect(world.files().exists('/run/containerd/containerd.sock')).toBe(false);
    world.sim.advance(5000);
    world.restart();
    const { runtime, image } = world.containerd.cri;
    expect(runtime.containerStatus(id).state).toBe('CONTAINER_RUNNING');
    expect([runtime.containerStatus(ends).state, runtime.containerStatus(ends).exitCode]).toEqual(['CONTAINER_EXITED', 0]);
    expect(image.listImages().map((each) => each.repoTags[0])).toEqual(['docker.io/library/busybox:1.36', 'registry.k8s.io/pause:3.10.2']);
    world.sim.advance(2000);
    expect(
      world
        .files()
        .read('/var/log/pods/web/tick/0.log')
        .split('\n')
        .map((line) => line.split(' ')[4]),
    ).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', undefined]);
  });

  it('ends containers whose shim was killed', () => {
    const world = newWorld();
    const sandbox = pod(world, 'web');
    pull(world);
    const id = start(world, sandbox, containerConfig('box', busybox, ['sleep', '3600']));
    [...world.kernel.processes.values()].find((process) => process.comm === 'containerd-shim')!.signal('SIGKILL');
    world.sim.advance(1000);
    expect(world.containerd.cri.runtime.containerStatus(id).state).toBe('CONTAINER_EXITED');
    expect(world.containerd.cri.runtime.podSandboxStatus(sandbox).state).toBe('SANDBOX_NOTREADY');
  });
});
