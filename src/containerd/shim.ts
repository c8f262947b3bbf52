/** containerd-shim-runc-v2: the process between containerd and its containers. It and they outlive the daemon. */
import type { OciProcess, OciStdio } from '../interfaces/oci.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from '../linux/process.ts';
import type { Program } from '../linux/program.ts';
import { Condition, type Routine } from '../sim/routine.ts';

/** One container's running side. */
export class Task {
  readonly namespace: string;
  readonly id: string;
  readonly shim: Shim;
  readonly bundle: string;
  /** runc's state directory. */
  readonly root: string;
  readonly stdio: OciStdio;
  readonly process: OciProcess;
  readonly execs = new Map<string, OciProcess>();
  readonly exited = new Condition();
  started = false;
  exitStatus: number | undefined;
  exitedAt = 0;
  oomKilled = false;

  constructor(parts: Pick<Task, 'namespace' | 'id' | 'shim' | 'bundle' | 'root' | 'stdio' | 'process'>) {
    this.namespace = parts.namespace;
    this.id = parts.id;
    this.shim = parts.shim;
    this.bundle = parts.bundle;
    this.root = parts.root;
    this.stdio = parts.stdio;
    this.process = parts.process;
  }
}

/** What a daemon that is up wants to be told. */
type ShimListener = { readonly exited: (task: Task) => void };

/** One containerd-shim-runc-v2: the parent of a task's processes, which outlives the daemon. */
export class Shim {
  readonly namespace: string;
  readonly id: string;
  readonly process: Process;
  readonly tasks = new Map<string, Task>();
  /** The daemon, while it is up. */
  listener: ShimListener | undefined;

  constructor(namespace: string, id: string, process: Process) {
    this.namespace = namespace;
    this.id = id;
    this.process = process;
  }

  get alive(): boolean {
    return this.process.exitStatus === undefined;
  }

  /** Watches a task for its end; works on while the daemon is away. */
  adopt(task: Task): void {
    this.tasks.set(task.id, task);
    this.process.sim.go(this.#monitor(task), `shim:${task.id.slice(0, 12)}`);
  }

  /** Ends the shim once its last task has gone. */
  shutdown(): void {
    if (this.alive) this.process.exit(0);
  }

  *#monitor(task: Task): Routine {
    const { process } = task;
    while (process.exitStatus() === undefined) yield { on: [process.exited] };
    markExited(task, this.process.now);
    this.listener?.exited(task);
  }
}

/** What a task keeps of its end. */
export function markExited(task: Task, now: number): void {
  task.exitStatus = task.process.exitStatus() ?? 255;
  task.exitedAt = now;
  task.oomKilled = task.process.oomKilled();
  task.exited.notify();
}

/** Serves until it is told to go: its work is done by the fibers of its tasks. */
const shimProgram: Program = function* (_argv, process) {
  // Caught, not ignored: what is ignored would be so in every container too.
  process.onSignal('SIGTERM', () => {});
  process.onSignal('SIGINT', () => {});
  for (;;) yield { on: [process.changed] };
};

/** Started by containerd, and reparented to PID 1 as its starter goes. */
export function startShim(kernel: Kernel, namespace: string, id: string, bundle: string): Shim {
  const argv = ['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id, '-address', '/run/containerd/containerd.sock'];
  const options = {
    argv,
    program: shimProgram,
    cwd: bundle,
    fds: new Map(),
    session: 'new' as const,
    tty: null,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    credentials: { uid: 0, gid: 0, groups: [] },
    cgroup: kernel.rootCgroup.at('/system.slice/containerd.service'),
    namespaces: kernel.host,
  };
  const init = kernel.host.pid.init;
  const process = init ? kernel.spawn(init, options) : kernel.start(options);
  process.comm = 'containerd-shim';
  process.exe = '/usr/bin/containerd-shim-runc-v2';
  process.subreaper = true;
  process.reapsChildren = true;
  process.oomScoreAdj = -998;
  return new Shim(namespace, id, process);
}
