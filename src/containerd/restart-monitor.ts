/** The restart monitor: every ten seconds it starts again what should run (plugins/restart/monitor.go, core/runtime/restart). */
import type { ContainerdContainer, ContainerdLabels } from '../interfaces/containerd.ts';
import { ContainerdError } from '../interfaces/containerd.ts';
import { Errno } from '../linux/errno.ts';
import { Sink } from '../linux/open-file.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { ContainerService } from './containers.ts';
import type { Context } from './context.ts';
import type { TaskService } from './tasks.ts';

const interval = 10_000;
const label = (name: string): string => `containerd.io/restart.${name}`;

/** Starts what has a restart label and does not run. */
export class RestartMonitor {
  readonly #context: Context;
  readonly #containers: ContainerService;
  readonly #tasks: TaskService;
  #watching = false;

  constructor(context: Context, containers: ContainerService, tasks: TaskService) {
    this.#context = context;
    this.#containers = containers;
    this.#tasks = tasks;
    this.look();
  }

  /** A container has come or has changed: time only passes here while there is one to watch. */
  look(): void {
    if (this.#watching || this.#watched().length === 0) return;
    this.#watching = true;
    this.#context.sim.go(this.#watch(), 'restart-monitor');
  }

  *#watch(): Routine {
    const { now } = this.#context;
    while (this.#watched().length > 0) {
      yield* sleep(interval - (now() % interval));
      for (const { namespace, container } of this.#watched()) yield* this.#reconcile(namespace, container);
    }
    this.#watching = false;
  }

  #watched(): { readonly namespace: string; readonly container: ContainerdContainer }[] {
    return [...this.#context.meta.namespaces].flatMap(([namespace, { containers }]) =>
      [...containers.values()].filter(({ labels }) => labels[label('status')] !== undefined).map((container) => ({ namespace, container })),
    );
  }

  *#reconcile(namespace: string, { id, labels, createdAt }: ContainerdContainer): Routine {
    const task = this.#tasks.find(namespace, id);
    const running = task !== undefined && task.exitStatus === undefined;
    try {
      if (labels[label('status')] === 'stopped' && running) return this.#tasks.kill(namespace, id, 'SIGKILL', { all: true });
      // What has just been made is still being started by whoever made it.
      if (labels[label('status')] !== 'running' || running || this.#context.now() - createdAt < interval / 5) return;
      if (!mayRestart(labels, task?.exitStatus ?? 0)) return;
      this.#containers.update(namespace, id, { [label('count')]: String(Number(labels[label('count')] ?? 0) + 1) });
      yield* this.#start(namespace, id, labels['nerdctl/log-uri'] ?? labels[label('loguri')]);
    } catch (error) {
      if (!(error instanceof ContainerdError)) throw error; // It logs, and tries again.
    }
  }

  /** With a logging binary the whole of the start is that program's: its hooks are in the spec, and its end holds the streams. */
  *#start(namespace: string, id: string, logUri: string | undefined): Routine {
    const binary = /^binary:\/\/([^?]+)/.exec(logUri ?? '')?.[1];
    if (binary !== undefined) return this.#spawn(['nerdctl', '--namespace', namespace, 'internal', 'restart', id]);
    if (this.#tasks.find(namespace, id)) yield* this.#tasks.delete(namespace, id);
    yield* this.#tasks.create(namespace, id, {});
    yield* this.#tasks.start(namespace, id);
  }

  #spawn(argv: readonly string[]): void {
    const { kernel } = this.#context;
    const discard = (): Sink => new Sink(() => {});
    const { init } = kernel.host.pid;
    if (!init) return;
    try {
      kernel.spawn(init, {
        argv,
        cwd: '/',
        fds: new Map([0, 1, 2].map((fd) => [fd, discard()] as const)),
        session: 'new',
        tty: null,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
        credentials: { uid: 0, gid: 0, groups: [] },
        cgroup: kernel.rootCgroup.at('/system.slice/containerd.service'),
        namespaces: kernel.host,
      });
    } catch (error) {
      if (!(error instanceof Errno)) throw error; // The program has gone: nothing is started, as with a missing logging binary.
    }
  }
}

/** restart.Reconcile: of a container that should run and does not. */
function mayRestart(labels: ContainerdLabels, exitStatus: number): boolean {
  if (labels[label('explicitly-stopped')] === 'true') return false;
  const [policy = '', limit = '0'] = (labels[label('policy')] ?? 'always').split(':');
  if (policy !== 'on-failure') return true;
  return exitStatus !== 0 && (limit === '0' || Number(labels[label('count')] ?? 0) < Number(limit));
}
