/** Starting a container through containerd, and what happens when it ends (moby daemon/start.go, daemon/monitor.go). */
import { ContainerdError } from '../interfaces/containerd.ts';
import { DockerError } from '../interfaces/docker.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { newByteStream } from '../sim/stream.ts';
import { hasFile, pump } from './container-io.ts';
import { containerdText, type Engine, moby, snapshotter, wasOomKilled } from './engine.ts';
import { watchHealth } from './health.ts';
import { verifyAtStart } from './host-config.ts';
import { rootOf } from './layers.ts';
import { announce } from './network-events.ts';
import type { Networks } from './networks.ts';
import { resolvConf } from './resolv-conf.ts';
import { apparmorOf, newSpec } from './spec.ts';
import type { Container } from './state.ts';
import { mountVolumes, unmountVolumes } from './volume-options.ts';

export class Lifecycle {
  readonly #engine: Engine;
  readonly #networks: Networks;
  /** Removes a container that was run with --rm. */
  onAutoRemove: (container: Container) => Routine = function* () {};

  constructor(engine: Engine, networks: Networks) {
    this.#engine = engine;
    this.#networks = networks;
  }

  *start(container: Container): Routine {
    if (container.running) return;
    const own = !container.host.NetworkMode.startsWith('container:') && container.host.NetworkMode !== 'host';
    yield* sleep(this.#engine.sim.random.between(60, 110));
    try {
      verifyAtStart(this.#engine, container);
      if (own) this.#networks.setUp(container);
      announce(this.#engine, container, true);
      this.#writeFiles(container);
      yield* this.#launch(container);
    } catch (error) {
      this.#networks.tearDown(container);
      this.#forget(container);
      if (error instanceof DockerError) throw error;
      const text = containerdText(error);
      container.exitCode = startStatus(text);
      const doubt = text.endsWith('not a directory')
        ? ': Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type'
        : // daemon/errors.go: a directory cannot be run.
          text.endsWith('is a directory')
          ? ': permission denied'
          : '';
      container.error = `failed to create task for container: ${text}${doubt}`;
      throw new DockerError(container.exitCode === 128 ? 500 : 400, container.error);
    }
    this.#engine.emitContainer('start', container);
  }

  /** Taken over by a daemon that comes back. */
  adopt(container: Container): void {
    const { stdin, stdout, stderr } = this.#engine.containerd.tasks.stdio(moby, container.id);
    container.stdin = stdin;
    if (stdout) this.#engine.sim.go(pump(this.#engine, container, 'stdout', stdout), 'log');
    if (stderr) this.#engine.sim.go(pump(this.#engine, container, 'stderr', stderr), 'log');
    this.#engine.sim.go(this.#watch(container), `monitor:${container.id.slice(0, 12)}`);
    watchHealth(this.#engine, container);
  }

  *#launch(container: Container): Routine {
    const { containerd, sim } = this.#engine;
    const { id } = container;
    mountVolumes(this.#engine, container);
    const spec = newSpec(container, {
      root: rootOf(this.#engine, id),
      netns: this.#netns(container),
      hostname: container.config.Hostname,
      apparmor: apparmorOf(this.#engine, container),
      ...this.#joined('otherPid', container.host.PidMode),
      ...this.#joined('ipcPid', container.host.IpcMode),
    });
    containerd.containers.create(moby, {
      id,
      image: container.imageName,
      runtime: { name: 'io.containerd.runc.v2', options: { root: '/run/docker/runtime-runc' } },
      snapshotter,
      snapshotKey: id,
      spec,
      labels: { 'com.docker/engine.bundle.path': `/var/run/docker/containerd/${id}` },
    });
    const { Tty, OpenStdin } = container.config;
    const stdin = OpenStdin || Tty ? newByteStream() : undefined;
    const stdout = newByteStream();
    const stderr = Tty ? undefined : newByteStream();
    container.pid = yield* containerd.tasks.create(moby, id, {
      ...(stdin ? { stdin } : {}),
      stdout,
      ...(stderr ? { stderr } : {}),
      ...(Tty ? { terminal: { columns: 80, rows: 24 } } : {}),
    });
    sim.go(pump(this.#engine, container, 'stdout', stdout), 'log');
    if (stderr) sim.go(pump(this.#engine, container, 'stderr', stderr), 'log');
    yield* containerd.tasks.start(moby, id);
    container.stdin = stdin;
    Object.assign(container, { status: 'running', startedAt: this.#engine.now, finishedAt: 0, error: '', exitCode: 0, oomKilled: false, stoppedByHand: false });
    sim.go(this.#watch(container), `monitor:${id.slice(0, 12)}`);
    container.health = undefined;
    watchHealth(this.#engine, container);
    container.changed.notify();
  }

  /** `container:<id>`: the namespace of that one's process. */
  #joined<Key extends string>(key: Key, mode: string | undefined): { readonly [key in Key]?: number } {
    if (!mode?.startsWith('container:')) return {};
    return { [key]: this.#engine.container(mode.slice(10)).pid } as { readonly [key in Key]?: number };
  }

  #netns(container: Container): string | undefined {
    const mode = container.host.NetworkMode;
    if (!mode.startsWith('container:')) return container.sandbox?.path;
    const other = this.#engine.container(mode.slice(10), 'joining network namespace of container: ');
    if (!other.sandbox || !other.running) throw new DockerError(409, `cannot join network namespace of a non running container: ${mode.slice(10)}`);
    return other.sandbox.path;
  }

  *#watch(container: Container): Routine {
    const { id } = container;
    let exitCode = 255;
    try {
      exitCode = yield* this.#engine.containerd.tasks.wait(moby, id);
    } catch (error) {
      if (!(error instanceof ContainerdError)) throw error;
    }
    // Its last words are still on their way to the log.
    yield* sleep(this.#engine.sim.random.between(8, 16));
    container.oomKilled = wasOomKilled(this.#engine, container);
    yield* this.#deleteTask(container);
    this.#networks.tearDown(container);
    Object.assign(container, { status: 'exited', pid: 0, exitCode, finishedAt: this.#engine.now, stdin: undefined });
    unmountVolumes(this.#engine, container);
    container.exits++;
    const again = this.#restartDelay(container, exitCode);
    if (again !== undefined) container.status = 'restarting';
    container.changed.notify();
    if (container.oomKilled) this.#engine.emitContainer('oom', container);
    this.#engine.emitContainer('die', container, {
      execDuration: String(Math.floor((container.finishedAt - container.startedAt) / 1000)),
      exitCode: String(exitCode),
    });
    announce(this.#engine, container, false);
    if (again !== undefined) yield* this.#restart(container, again);
    else if (container.host.AutoRemove) yield* this.onAutoRemove(container);
  }

  *#deleteTask({ id }: Container): Routine {
    const { containerd } = this.#engine;
    try {
      yield* containerd.tasks.delete(moby, id);
      containerd.containers.delete(moby, id);
    } catch (error) {
      containerdText(error);
    }
  }

  #forget({ id }: Container): void {
    const { containerd } = this.#engine;
    if (containerd.containers.list(moby).some((each) => each.id === id)) containerd.containers.delete(moby, id);
  }

  /** Milliseconds until the next start: 100, doubled each time up to a minute; from the beginning after 10 s of good running. */
  #restartDelay(container: Container, exitCode: number): number | undefined {
    const { Name, MaximumRetryCount } = container.host.RestartPolicy;
    if (container.stoppedByHand || container.removing) return undefined;
    if (
      Name === 'on-failure'
        ? exitCode === 0 || (MaximumRetryCount > 0 && container.restartCount >= MaximumRetryCount)
        : Name !== 'always' && Name !== 'unless-stopped'
    )
      return undefined;
    if (container.finishedAt - container.startedAt >= 10_000) container.quickExits = 0;
    return Math.min(60_000, 100 * 2 ** container.quickExits++);
  }

  *#restart(container: Container, delay: number): Routine {
    const until = this.#engine.now + delay;
    while (this.#engine.now < until && !container.stoppedByHand && !container.removing) yield { on: [container.changed], timeout: until - this.#engine.now };
    if (container.stoppedByHand || container.removing) {
      if (container.status === 'restarting') container.status = 'exited';
      container.changed.notify();
      return;
    }
    container.restartCount++;
    try {
      yield* this.start(container);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      container.status = 'exited';
      container.changed.notify();
    }
  }

  /** `--link other:alias` in the default network. */
  #links({ host, name: own, endpoints }: Container): string {
    if (!endpoints.has('bridge')) return '';
    const lines = (host.more?.Links ?? []).map((link) => {
      const [name = '', alias = name] = link.split(':');
      const other = this.#engine.container(name, `could not get container for ${name}: `);
      if (!other.running) throw new DockerError(409, `Cannot link to a non running container: /${other.name} AS /${own}/${alias}`);
      const bridge = other.endpoints.get('bridge');
      if (!bridge) throw new DockerError(500, `container ${other.id} not attached to default bridge network`);
      return `${bridge.ip}\t${[...new Set([alias, other.id.slice(0, 12), other.name])].join(' ')}\n`;
    });
    return lines.join('');
  }

  #writeFiles(container: Container): void {
    const { files } = this.#engine;
    const { config, host } = container;
    files.mkdir(container.directory, { parents: true, mode: 0o710 });
    if (hasFile(container) && !files.exists(container.logPath)) {
      files.mkdir(container.logPath.replace(/\/[^/]*$/, ''), { parents: true, mode: 0o700 });
      files.write(container.logPath, '', { mode: 0o640 });
    }
    const other = host.NetworkMode.startsWith('container:')
      ? this.#engine.container(host.NetworkMode.slice(10), 'joining network namespace of container: ')
      : undefined;
    const own = (name: string): string => (other ? files.read(`${other.directory}/${name}`) : '');
    const node = (path: string): string => (files.find(path)?.type === 'file' ? files.read(path) : '');
    const isHost = host.NetworkMode === 'host';
    files.write(`${container.directory}/hostname`, `${config.Hostname}\n`);
    const addresses = [...container.endpoints.values()].filter(({ ip }) => ip !== '').map(({ ip }) => `${ip}\t${ownNames(config)}\n`);
    const extra = host.ExtraHosts.map((entry) => {
      const [name = '', ip = ''] = [entry.slice(0, entry.indexOf(':')), entry.slice(entry.indexOf(':') + 1)];
      return `${ip === 'host-gateway' ? '172.17.0.1' : ip}\t${name}\n`;
    });
    files.write(
      `${container.directory}/hosts`,
      own('hosts') || (isHost ? node('/etc/hosts') : `${standardHosts}${extra.join('')}${this.#links(container)}${addresses.join('')}`),
    );
    const user = [...container.endpoints.keys()].some((name) => name !== 'bridge' && name !== 'none');
    files.write(
      `${container.directory}/resolv.conf`,
      own('resolv.conf') || resolvConf(host, node('/etc/resolv.conf'), { internal: user, old: this.#engine.old }),
    );
  }
}

/** Of /etc/hosts: `web.example.org web` (daemon/container_operations.go buildSandboxOptions). */
function ownNames({ Hostname, Domainname = '' }: Container['config']): string {
  const full = Domainname === '' ? Hostname : `${Hostname}.${Domainname}`;
  const [short = ''] = full.split('.');
  return short === full ? full : `${full} ${Domainname === '' ? short : Hostname}`;
}

/** A program that is not there is 127, one that may not run 126; anything else 128. */
function startStatus(text: string): number {
  if (/executable file not found|no such file or directory/.test(text)) return 127;
  return /permission denied|is a directory|not a directory|exec format error/.test(text) ? 126 : 128;
}

const standardHosts =
  '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n';
