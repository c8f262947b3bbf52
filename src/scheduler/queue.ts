import type { Pod } from '../api/types.ts';
import { textOf } from '../client/keys.ts';
import type { Cause } from '../sim/fiber.ts';
import { TimerHeap } from '../sim/heap.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { ClusterEvent, ClusterView, Plugin } from './framework.ts';
import { newPodInfo, type PodInfo } from './pod-info.ts';

const initialBackoff: Milliseconds = 1_000;
const maxBackoff: Milliseconds = 10_000;
const maxInUnschedulable: Milliseconds = 300_000;
const flushPeriod: Milliseconds = 30_000;

/** A pod on its way through the queue. */
export type QueuedPod = {
  info: PodInfo;
  readonly key: string;
  attempts: number;
  /** What made or changed it last: binding it is part of that story. */
  cause: Cause;
  /** When it last came into one of the queues. */
  since: Milliseconds;
  /** Names of the plugins that refused it; empty after an error. */
  refusedBy: ReadonlySet<string>;
  where: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'none';
  /** Counts moves, so that a heap's old entry for the pod is known to be stale. */
  moves: number;
};
type Entry = { readonly queued: QueuedPod; readonly move: number };

/** activeQ, backoffQ and the unschedulable pods: pkg/scheduler/backend/queue/scheduling_queue.go. */
export class SchedulingQueue {
  readonly #sim: Sim;
  readonly #plugins: readonly Plugin[];
  readonly #view: () => ClusterView;
  readonly #pods = new Map<string, QueuedPod>();
  /** Ordered by priority, then by arrival: PrioritySort. */
  readonly #active = new TimerHeap<Entry>();
  readonly #backoff = new TimerHeap<Entry>();
  readonly #available = new Condition();
  readonly #backoffChanged = new Condition();

  constructor(sim: Sim, plugins: readonly Plugin[], view: () => ClusterView) {
    this.#sim = sim;
    this.#view = view;
    this.#plugins = plugins;
    sim.go(this.#flushBackoff(), 'scheduling queue back-off');
    sim.go(this.#flushUnschedulable(), 'scheduling queue flush');
  }

  get size(): number {
    return this.#pods.size;
  }

  /** In which of the queues each pod is. */
  places(): Iterable<string> {
    return [...this.#pods.values()].map(({ where }) => where).filter((where) => where !== 'none');
  }

  add(pod: Pod): void {
    const key = textOf(pod);
    const queued: QueuedPod = {
      info: newPodInfo(pod),
      key,
      attempts: 0,
      cause: this.#sim.cause,
      since: this.#sim.now,
      refusedBy: new Set(),
      where: 'none',
      moves: 0,
    };
    this.#pods.set(key, queued);
    this.#activate(queued);
  }

  /** The pod itself changed: what was refused may fit now. */
  update(pod: Pod): void {
    const key = textOf(pod);
    const queued = this.#pods.get(key);
    if (queued) queued.cause = this.#sim.cause;
    if (queued === undefined || queued.info.pod.metadata.uid !== pod.metadata.uid) {
      this.add(pod);
      return;
    }
    const before = queued.info.pod;
    const same = before.spec === pod.spec && before.metadata.labels === pod.metadata.labels;
    queued.info = same ? { ...queued.info, pod } : newPodInfo(pod);
    // Its status too may tell what a PreEnqueue waits for.
    if (queued.where === 'gated') this.#activate(queued);
    else if (!same && queued.where === 'unschedulable' && this.#helps(queued, 'PodUpdate')) this.#release(queued);
  }

  delete(key: string): void {
    const queued = this.#pods.get(key);
    if (queued === undefined) return;
    this.#pods.delete(key);
    move(queued, 'none');
  }

  /** Waits for the pod to be scheduled next. */
  *pop(): Routine<QueuedPod> {
    for (;;) {
      for (let entry = this.#active.pop(); entry !== undefined; entry = this.#active.pop()) {
        const { queued } = entry;
        if (queued.moves !== entry.move) continue;
        move(queued, 'none');
        queued.attempts++;
        return queued;
      }
      yield { on: [this.#available] };
    }
  }

  /** After an attempt that failed. Without a plugin that refused (an error, or no nodes at all) it is tried again after the back-off. */
  addUnschedulable(queued: QueuedPod, refusedBy: ReadonlySet<string>): void {
    if (this.#pods.get(queued.key) !== queued || queued.where !== 'none') return;
    queued.refusedBy = refusedBy;
    queued.since = this.#sim.now;
    if (refusedBy.size === 0) this.#release(queued);
    else move(queued, 'unschedulable');
  }

  /** Something changed in the cluster: the pods whose refusal it may lift go on. */
  moveAll(event: ClusterEvent): void {
    for (const queued of this.#pods.values()) {
      if (queued.where === 'unschedulable' && this.#helps(queued, event)) this.#release(queued);
      // What a PreEnqueue waits for may be there.
      else if (queued.where === 'gated' && event === 'Devices') this.#activate(queued);
    }
  }

  #helps({ refusedBy }: QueuedPod, event: ClusterEvent): boolean {
    return this.#plugins.some((plugin) => refusedBy.has(plugin.name) && plugin.helpedBy?.includes(event));
  }

  /** To activeQ, unless its back-off is not over. */
  #release(queued: QueuedPod): void {
    const until = queued.since + backoffOf(queued);
    if (until <= this.#sim.now) this.#activate(queued);
    else {
      move(queued, 'backoff');
      this.#backoff.push(until, { queued, move: queued.moves });
      this.#backoffChanged.notify();
    }
  }

  #activate(queued: QueuedPod): void {
    const admitted = this.#plugins.every((plugin) => plugin.admits?.(queued.info.pod, this.#view()) ?? true);
    if (!admitted) {
      move(queued, 'gated');
      return;
    }
    move(queued, 'active');
    this.#active.push(-queued.info.priority, { queued, move: queued.moves });
    this.#available.notify();
  }

  *#flushBackoff(): Routine {
    for (;;) {
      const { firstAt } = this.#backoff;
      if (firstAt === undefined) yield { on: [this.#backoffChanged] };
      else if (firstAt > this.#sim.now) yield { on: [this.#backoffChanged], timeout: firstAt - this.#sim.now };
      else {
        const entry = this.#backoff.pop();
        if (entry !== undefined && entry.queued.moves === entry.move) this.#activate(entry.queued);
      }
    }
  }

  /** Pods that nothing helped for five minutes are tried again all the same. */
  *#flushUnschedulable(): Routine {
    for (;;) {
      yield { timeout: flushPeriod };
      for (const queued of this.#pods.values()) {
        if (queued.where === 'unschedulable' && this.#sim.now - queued.since > maxInUnschedulable) this.#release(queued);
      }
    }
  }
}

const backoffOf = ({ attempts }: QueuedPod): Milliseconds => (attempts === 0 ? 0 : Math.min(initialBackoff * 2 ** (attempts - 1), maxBackoff));

function move(queued: QueuedPod, to: QueuedPod['where']): void {
  queued.where = to;
  queued.moves++;
}
