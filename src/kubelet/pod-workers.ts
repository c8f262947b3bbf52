/** One worker a pod, through sync, terminating and terminated: kubernetes pkg/kubelet/pod_workers.go. */
import type { Pod } from '../api/types.ts';
import type { Cause } from '../sim/fiber.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Context } from './context.ts';
import { gracePeriodOf, uidOf } from './pod.ts';
import type { Cancel } from './runtime/errors.ts';
import type { Pleg } from './runtime/pleg.ts';
import type { RuntimePod } from './runtime/runtime-pod.ts';

/** A phase and a text that a pod which is put down (evicted, past its deadline) ends with. */
export type FinalStatus = { readonly phase: 'Failed'; readonly reason: string; readonly message: string };

/** When a sync wants to be called again; undefined: when something happens. `terminal`: the pod has come to its end. */
export type SyncOutcome = { readonly terminal: boolean; readonly again?: Milliseconds };

/** How a pod is to end: seconds of grace, and the status that it is to end with, if that is decided already. */
export type Termination = { readonly gracePeriod: number; readonly final: FinalStatus | undefined; readonly changed: Condition };

/** The work itself; the worker only decides when it is done. */
export type PodSyncer = {
  sync(pod: Pod, runtime: RuntimePod, cancel: Cancel): Routine<SyncOutcome>;
  syncTerminating(pod: Pod, runtime: RuntimePod, termination: () => Termination): Routine;
  syncTerminated(pod: Pod, runtime: RuntimePod): void;
  /** The pod's work is to be left off. */
  interrupt(pod: Pod): void;
};

type Worker = {
  pod: Pod;
  readonly wake: Condition;
  pending: boolean;
  nextAt: Milliseconds | undefined;
  lastSync: Milliseconds;
  phase: 'sync' | 'terminating' | 'terminated';
  finished: boolean;
  /** The pod is wanted no more by any source. */
  deleted: boolean;
  gracePeriod: number | undefined;
  final: FinalStatus | undefined;
  readonly cancel: Cancel;
  /** What set off the newest change: the worker works for it. */
  cause: Cause;
};

/** A pod that is to be run again (a new uid under the same name) waits until the former has terminated. */
export class PodWorkers {
  readonly #context: Context;
  readonly #pleg: Pleg;
  readonly #syncer: PodSyncer;
  readonly #workers = new Map<string, Worker>();
  /** Told when a worker has come to its end. */
  onFinished: (uid: string) => void = () => {};

  constructor(context: Context, pleg: Pleg, syncer: PodSyncer) {
    this.#context = context;
    this.#pleg = pleg;
    this.#syncer = syncer;
  }

  /** A new or changed pod: starts its worker, or tells it. A pod with a deletion timestamp is terminated. */
  update(pod: Pod): void {
    const uid = uidOf(pod);
    let worker = this.#workers.get(uid);
    if (!worker) {
      worker = newWorker(pod);
      this.#workers.set(uid, worker);
      this.#context.sim.go(this.#run(worker), `kubelet pod worker ${pod.metadata.name}`);
      const { phase } = pod.status ?? {};
      // After a restart of the kubelet: the pod ended before, only its remains are left.
      if (phase === 'Failed' || phase === 'Succeeded') worker.phase = 'terminating';
    }
    worker.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#terminate(worker, gracePeriodOf(pod));
    this.#notify(worker);
  }

  /** Ends a pod: it was deleted, evicted, or wanted by nobody. */
  kill(pod: Pod, options: { readonly gracePeriod?: number; readonly final?: FinalStatus; readonly deleted?: boolean } = {}): void {
    const worker = this.#workers.get(uidOf(pod));
    if (!worker) {
      if (options.deleted) return;
      this.update(pod);
      return this.kill(pod, options);
    }
    if (options.deleted) worker.deleted = true;
    if (options.final) worker.final ??= options.final;
    this.#terminate(worker, options.gracePeriod ?? gracePeriodOf(pod));
    this.#notify(worker);
  }

  /** Something happened to the pod: look at it. */
  wake(uid: string): void {
    const worker = this.#workers.get(uid);
    if (worker) this.#notify(worker);
  }

  /** Look at the pod at that time, if not before. */
  wakeAt(uid: string, at: Milliseconds): void {
    const worker = this.#workers.get(uid);
    if (!worker || (worker.nextAt !== undefined && worker.nextAt <= at)) return;
    worker.nextAt = at;
    worker.wake.notify();
  }

  isKnown(uid: string): boolean {
    return this.#workers.has(uid);
  }

  isTerminating(uid: string): boolean {
    return (this.#workers.get(uid)?.phase ?? 'sync') !== 'sync';
  }

  isFinished(uid: string): boolean {
    return this.#workers.get(uid)?.finished ?? false;
  }

  /** Containers of the pod are not wanted any more, not even dead ones. */
  contentShouldBeRemoved(uid: string): boolean {
    const worker = this.#workers.get(uid);
    if (!worker) return true;
    return worker.phase !== 'sync' && (worker.deleted || worker.pod.metadata.deletionTimestamp !== undefined || worker.final?.reason === 'Evicted');
  }

  /** Forgets a worker whose pod has left all sources. */
  forget(uid: string): void {
    if (this.#workers.get(uid)?.finished) this.#workers.delete(uid);
  }

  #terminate(worker: Worker, gracePeriod: number): void {
    const shorter = worker.gracePeriod === undefined || gracePeriod < worker.gracePeriod;
    if (shorter) worker.gracePeriod = Math.max(0, gracePeriod);
    if (worker.phase === 'sync') worker.phase = 'terminating';
    worker.cancel.cancelled = true;
    this.#syncer.interrupt(worker.pod);
  }

  #notify(worker: Worker): void {
    worker.pending = true;
    worker.cause = this.#context.sim.cause || worker.cause;
    worker.wake.notify();
  }

  *#run(worker: Worker): Routine {
    const { sim } = this.#context;
    const uid = uidOf(worker.pod);
    while (!worker.finished) {
      while (!worker.pending) {
        const wait = worker.nextAt === undefined ? undefined : worker.nextAt - sim.now;
        if (wait !== undefined && wait <= 0) break;
        yield wait === undefined ? { on: [worker.wake] } : { on: [worker.wake], timeout: wait };
      }
      worker.pending = false;
      worker.nextAt = undefined;
      sim.cause = worker.cause;
      if (worker.phase === 'sync') yield* this.#sync(worker, uid);
      if (worker.phase !== 'sync') yield* this.#end(worker, uid);
    }
  }

  *#sync(worker: Worker, uid: string): Routine {
    const { sim } = this.#context;
    const runtime = worker.lastSync === 0 ? this.#pleg.get(uid) : yield* this.#pleg.getNewerThan(uid, worker.lastSync, () => worker.cancel.cancelled);
    if (worker.phase !== 'sync') return;
    const { terminal, again } = yield* this.#syncer.sync(worker.pod, runtime, worker.cancel);
    worker.lastSync = sim.now;
    if (terminal && worker.phase === 'sync') worker.phase = 'terminating';
    else if (again !== undefined && (worker.nextAt === undefined || again < worker.nextAt)) worker.nextAt = again;
  }

  *#end(worker: Worker, uid: string): Routine {
    if (worker.phase === 'terminating') {
      const runtime = yield* this.#pleg.getNewerThan(uid, worker.lastSync, () => this.#pleg.get(uid).sandboxes.length > 0);
      const termination = (): Termination => ({ gracePeriod: worker.gracePeriod ?? gracePeriodOf(worker.pod), final: worker.final, changed: worker.wake });
      yield* this.#syncer.syncTerminating(worker.pod, runtime, termination);
      worker.phase = 'terminated';
    }
    this.#syncer.syncTerminated(worker.pod, this.#pleg.get(uid));
    worker.finished = true;
    this.onFinished(uid);
  }
}

const newWorker = (pod: Pod): Worker => ({
  pod,
  wake: new Condition(),
  pending: false,
  nextAt: undefined,
  lastSync: 0,
  phase: 'sync',
  finished: false,
  deleted: false,
  gracePeriod: undefined,
  final: undefined,
  cancel: { cancelled: false },
  cause: 0,
});
