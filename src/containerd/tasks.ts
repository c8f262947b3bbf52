/** Tasks: running containers, each behind a shim (core/runtime/v2). */
import { type ContainerdApi, type ContainerdContainer, ContainerdError, type ContainerdTask, type TaskStatus } from '../interfaces/containerd.ts';
import { OciError, type OciProcess, type OciRuntime, type OciSpec, type OciStdio } from '../interfaces/oci.ts';
import { parseSignal } from '../linux/signals.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { makeBundle, removeBundle } from './bundle.ts';
import type { ContainerService } from './containers.ts';
import type { Context } from './context.ts';
import { alreadyExists, failedPrecondition, notFound, unknown } from './errors.ts';
import { RuntimeBinaries } from './runtime-binaries.ts';
import { markExited, type Shim, startShim, Task } from './shim.ts';
import type { SnapshotService } from './snapshots.ts';

/** The running side of containers, by namespace: what containerd asks of shims. */
export class TaskService {
  readonly #context: Context;
  readonly #runtime: OciRuntime;
  readonly #containers: ContainerService;
  readonly #snapshots: SnapshotService;
  readonly #binaries: RuntimeBinaries;
  /** The CRI plugin hears of exits here. */
  onExit: (task: Task) => void = () => {};

  constructor(parts: {
    readonly context: Context;
    readonly runtime: OciRuntime;
    readonly containers: ContainerService;
    readonly snapshots: SnapshotService;
    readonly checkBinaries: boolean;
  }) {
    this.#context = parts.context;
    this.#runtime = parts.runtime;
    this.#containers = parts.containers;
    this.#snapshots = parts.snapshots;
    this.#binaries = new RuntimeBinaries(parts.context.files, parts.checkBinaries);
  }

  /** Takes over the shims that are up; tells of what ended meanwhile. */
  adopt(): void {
    for (const shim of this.#context.run.shims.values()) {
      shim.listener = { exited: (task) => this.#exited(task) };
      this.#context.sim.go(this.#watchShim(shim), `watch-shim:${shim.id.slice(0, 12)}`);
    }
    for (const task of [...this.#context.run.tasks.values()]) if (task.exitStatus !== undefined) this.onExit(task);
  }

  release(): void {
    for (const shim of this.#context.run.shims.values()) shim.listener = undefined;
  }

  list(namespace: string): ContainerdTask[] {
    return [...this.#context.run.tasks.values()].filter((task) => task.namespace === namespace).map((task) => this.#describe(task));
  }

  find(namespace: string, id: string): Task | undefined {
    return this.#context.run.tasks.get(`${namespace}/${id}`);
  }

  describe(namespace: string, id: string): ContainerdTask {
    return this.#describe(this.#get(namespace, id));
  }

  *create(namespace: string, id: string, stdio: OciStdio): Routine<Task> {
    const container = this.#containers.get(namespace, id);
    if (this.find(namespace, id)) throw alreadyExists(`task ${id}`);
    this.#binaries.check(container, namespace, id);
    const bundle = makeBundle(this.#context, this.#snapshots, namespace, container);
    const { shim, fresh } = this.#shim(namespace, container, bundle);
    if (fresh) yield* sleep(this.#context.sim.random.between(12, 22));
    const root = `${container.runtime.options?.root ?? '/run/containerd/runc'}/${namespace}`;
    let process: OciProcess;
    try {
      process = yield* this.#runtime.create(root, id, bundle, stdio, shim.process.pid);
    } catch (error) {
      removeBundle(this.#context, namespace, id);
      if (fresh) this.#endShim(shim);
      if (error instanceof OciError) throw unknown(`failed to create shim task: OCI runtime create failed: ${error.message}`);
      throw error;
    }
    const task = new Task({ namespace, id, shim, bundle, root, stdio, process });
    this.#context.run.tasks.set(`${namespace}/${id}`, task);
    shim.adopt(task);
    this.#context.publish(namespace, '/tasks/create', () => ({ container_id: id, bundle, pid: process.pid }));
    return task;
  }

  *start(namespace: string, id: string): Routine {
    const task = this.#get(namespace, id);
    try {
      yield* this.#runtime.start(task.root, id);
    } catch (error) {
      if (error instanceof OciError) throw unknown(error.message);
      throw error;
    }
    task.started = true;
    this.#context.publish(namespace, '/tasks/start', () => ({ container_id: id, pid: task.process.pid }));
  }

  kill(namespace: string, id: string, signal: string, options: { readonly execId?: string; readonly all?: boolean } = {}): void {
    const task = this.#get(namespace, id);
    const name = parseSignal(signal);
    if (!name) {
      if (!/^[1-9]\d*$/.test(signal)) throw unknown(`invalid signal: ${signal}`);
      throw unknown('unknown error after kill: runc did not terminate successfully: exit status 1: unable to signal init: invalid argument');
    }
    if (options.execId !== undefined) {
      const exec = task.execs.get(options.execId);
      if (!exec) throw notFound(`process does not exist ${options.execId}`);
      const process = this.#context.kernel.processes.get(exec.pid);
      if (!process || exec.exitStatus() !== undefined) throw notFound('process already finished');
      process.signal(name);
      return;
    }
    if (task.exitStatus !== undefined) throw notFound('process already finished');
    if (options.all) for (const pid of this.#runtime.ps(task.root, id)) if (pid !== task.process.pid) this.#context.kernel.processes.get(pid)?.signal(name);
    try {
      this.#runtime.kill(task.root, id, name);
    } catch (error) {
      // It has ended, or is being removed, while nobody looked (process.checkKillError).
      if (error instanceof OciError && /container not running|container does not exist/.test(error.message)) throw notFound('process already finished');
      throw error;
    }
  }

  *delete(namespace: string, id: string): Routine<{ readonly exitStatus: number; readonly pid: number }> {
    const task = this.#get(namespace, id);
    const status = this.#status(task);
    if (status !== 'STOPPED' && status !== 'CREATED') throw failedPrecondition(`task must be stopped before deletion: ${status.toLowerCase()}`);
    yield* sleep(this.#context.sim.random.between(8, 15));
    if (status === 'CREATED') {
      yield* this.#runtime.delete(task.root, id, true);
      markExited(task, this.#context.now());
    } else yield* this.#runtime.delete(task.root, id, true);
    this.#forget(task);
    this.#context.publish(namespace, '/tasks/delete', () => ({ container_id: id, pid: task.process.pid, exit_status: task.exitStatus ?? 0, id }));
    return { exitStatus: task.exitStatus ?? 0, pid: task.process.pid };
  }

  *wait(namespace: string, id: string): Routine<number> {
    const task = this.#get(namespace, id);
    while (task.exitStatus === undefined) yield { on: [task.exited, task.process.exited] };
    return task.exitStatus;
  }

  *exec(namespace: string, id: string, execId: string, process: OciSpec['process'], stdio: OciStdio): Routine<OciProcess> {
    const task = this.#get(namespace, id);
    if (task.execs.has(execId)) throw alreadyExists(`id ${execId}`);
    if (this.#status(task) === 'PAUSED') throw unknown('cannot exec in a paused state');
    if (this.#status(task) === 'STOPPED') throw unknown('cannot exec in a stopped state');
    if (this.#status(task) === 'CREATED') throw unknown('cannot exec in a created state');
    yield* sleep(this.#context.sim.random.between(6, 12));
    try {
      const started = yield* this.#runtime.exec(task.root, id, process, stdio, task.shim.process.pid);
      task.execs.set(execId, started);
      this.#context.publish(namespace, '/tasks/exec-started', () => ({ container_id: id, exec_id: execId, pid: started.pid }));
      return started;
    } catch (error) {
      if (error instanceof OciError) throw unknown(`OCI runtime exec failed: ${error.message}`);
      throw error;
    }
  }

  execProcess(namespace: string, id: string, execId: string): OciProcess {
    const process = this.#get(namespace, id).execs.get(execId);
    if (!process) throw notFound(`process ${execId}`);
    return process;
  }

  deleteExec(namespace: string, id: string, execId: string): number {
    const status = this.execProcess(namespace, id, execId).exitStatus();
    if (status === undefined) throw failedPrecondition('current process state: running, process must be stopped before deletion');
    this.#get(namespace, id).execs.delete(execId);
    return status;
  }

  pause(namespace: string, id: string): void {
    const task = this.#get(namespace, id);
    if (this.#status(task) === 'PAUSED') throw unknown('cannot pause a paused container');
    if (this.#status(task) === 'STOPPED') throw unknown('cannot pause a stopped container');
    this.#runtime.pause(task.root, id);
    this.#context.publish(namespace, '/tasks/paused', () => ({ container_id: id }));
  }

  resume(namespace: string, id: string): void {
    const task = this.#get(namespace, id);
    if (this.#status(task) !== 'PAUSED') throw unknown(`cannot resume a ${this.#status(task) === 'STOPPED' ? 'stopped container' : 'running process'}`);
    this.#runtime.resume(task.root, id);
    this.#context.publish(namespace, '/tasks/resumed', () => ({ container_id: id }));
  }

  pids(namespace: string, id: string): ReturnType<ContainerdApi['tasks']['pids']> {
    const task = this.#get(namespace, id);
    if (task.exitStatus !== undefined) return [];
    const execs = new Map([...task.execs].map(([execId, process]) => [process.pid, execId]));
    return this.#runtime.ps(task.root, id).map((pid) => ({ pid, info: execs.has(pid) ? `exec_id:"${execs.get(pid)}"` : '-' }));
  }

  update(namespace: string, id: string, resources: NonNullable<OciSpec['linux']['resources']>): void {
    const task = this.#get(namespace, id);
    this.#runtime.update(task.root, id, resources);
  }

  resize(namespace: string, id: string, size: { readonly columns: number; readonly rows: number }, execId?: string): void {
    const task = this.#get(namespace, id);
    (execId === undefined ? task.process : task.execs.get(execId))?.resize(size);
  }

  metrics(namespace: string, id: string): Record<string, number> {
    const task = this.#get(namespace, id);
    const group = this.#context.kernel.processes.get(task.process.pid)?.cgroup;
    if (!group) throw unknown('cgroup: not found');
    return {
      'pids.current': group.pids,
      'pids.limit': Number.isFinite(group.pidsMax) ? group.pidsMax : 0,
      'cpu.usage_usec': Math.round(group.cpuUsageMicros),
      'cpu.user_usec': Math.round(group.cpuUsageMicros * 0.7),
      'cpu.system_usec': Math.round(group.cpuUsageMicros * 0.3),
      'cpu.nr_periods': 0,
      'cpu.nr_throttled': 0,
      'cpu.throttled_usec': 0,
      'memory.usage': Math.round(group.memoryBytes),
      'memory.usage_limit': Number.isFinite(group.memoryMaxBytes) ? group.memoryMaxBytes : 2 ** 64,
      'memory.oom_kill': group.oomKills,
    };
  }

  #exited(task: Task): void {
    this.#context.publish(task.namespace, '/tasks/exit', () => ({
      container_id: task.id,
      id: task.id,
      pid: task.process.pid,
      exit_status: task.exitStatus ?? 0,
      exited_at: new Date(task.exitedAt).toISOString(),
    }));
    if (task.oomKilled) this.#context.publish(task.namespace, '/tasks/oom', () => ({ container_id: task.id }));
    this.onExit(task);
  }

  #get(namespace: string, id: string): Task {
    this.#containers.get(namespace, id);
    const task = this.find(namespace, id);
    if (!task) throw new ContainerdError('not found', `no running task found: task ${id} not found`);
    return task;
  }

  #describe(task: Task): ContainerdTask {
    return {
      id: task.id,
      pid: task.process.pid,
      status: this.#status(task),
      exitStatus: task.exitStatus ?? 0,
      exitedAt: task.exitedAt,
      oomKilled: task.process.oomKilled(),
    };
  }

  #status(task: Task): TaskStatus {
    if (task.process.exitStatus() !== undefined) return 'STOPPED';
    const status = this.#runtime.state(task.root, task.id).status;
    return status === 'paused' ? 'PAUSED' : status === 'created' ? 'CREATED' : 'RUNNING';
  }

  /** A container of a pod runs behind the shim of its sandbox. */
  #shim(namespace: string, container: ContainerdContainer, bundle: string): { readonly shim: Shim; readonly fresh: boolean } {
    const id = container.sandboxId ?? container.id;
    const { shims } = this.#context.run;
    const known = shims.get(`${namespace}/${id}`);
    if (known?.alive) return { shim: known, fresh: false };
    const shim = startShim(this.#context.kernel, namespace, id, bundle);
    shim.listener = { exited: (task) => this.#exited(task) };
    shims.set(`${namespace}/${id}`, shim);
    this.#context.sim.go(this.#watchShim(shim), `watch-shim:${id.slice(0, 12)}`);
    return { shim, fresh: true };
  }

  /** A shim that dies leaves containers that nobody minds: containerd cleans up after it. */
  *#watchShim(shim: Shim): Routine {
    while (shim.alive) yield { on: [shim.process.changed] };
    for (const task of shim.tasks.values()) {
      if (task.exitStatus !== undefined) continue;
      this.#context.kernel.processes.get(task.process.pid)?.signal('SIGKILL');
      markExited(task, this.#context.now());
      this.#exited(task);
    }
  }

  #endShim(shim: Shim): void {
    this.#context.run.shims.delete(`${shim.namespace}/${shim.id}`);
    shim.shutdown();
  }

  #forget(task: Task): void {
    const { shim } = task;
    this.#context.run.tasks.delete(`${task.namespace}/${task.id}`);
    shim.tasks.delete(task.id);
    removeBundle(this.#context, task.namespace, task.id);
    if (shim.tasks.size === 0) this.#endShim(shim);
  }
}
