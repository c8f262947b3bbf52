/** What kube-scheduler counts: kubernetes pkg/scheduler/metrics/metrics.go. */
import { Counter, type Family, labelsText } from '../apimachinery/metrics.ts';
import type { Cache } from './cache.ts';
import type { SchedulingQueue } from './queue.ts';

type Result = 'scheduled' | 'unschedulable' | 'error';

export class SchedulerMetrics {
  readonly #attempts = new Counter();
  readonly #preemptions = new Counter();
  #of: { readonly queue: SchedulingQueue; readonly cache: Cache } | undefined;

  /** Whose queue and cache are looked at when somebody asks. */
  follow(queue: SchedulingQueue, cache: Cache): void {
    this.#of = { queue, cache };
  }

  attempted(profile: string, result: Result): void {
    this.#attempts.inc(`profile="${profile}",result="${result}"`);
  }

  preempted(): void {
    this.#preemptions.inc();
  }

  families(): Family[] {
    const pending = new Map(['active', 'backoff', 'gated', 'unschedulable'].map((queue) => [queue, 0]));
    for (const where of this.#of?.queue.places() ?? []) pending.set(where, (pending.get(where) ?? 0) + 1);
    const nodes = this.#of?.cache.list ?? [];
    return [
      {
        name: 'scheduler_schedule_attempts_total',
        type: 'counter',
        stability: 'STABLE',
        help: "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
        samples: this.#attempts,
      },
      {
        name: 'scheduler_preemption_attempts_total',
        type: 'counter',
        stability: 'STABLE',
        help: 'Total preemption attempts in the cluster till now',
        samples: this.#preemptions,
      },
      {
        name: 'scheduler_pending_pods',
        type: 'gauge',
        stability: 'STABLE',
        help: "Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
        samples: [...pending].map(([queue, count]) => [labelsText({ queue }), count]),
      },
      {
        name: 'scheduler_cache_size',
        type: 'gauge',
        stability: 'ALPHA',
        help: 'Number of nodes, pods, and assumed (bound) pods in the scheduler cache.',
        samples: [
          [labelsText({ type: 'nodes' }), nodes.length],
          [labelsText({ type: 'pods' }), nodes.reduce((sum, node) => sum + node.pods.size, 0)],
        ],
      },
    ];
  }
}
