/** Faults that come about with a step of the lesson. */
import type { Cluster } from '../cluster/cluster.ts';
import { beginFault } from '../cluster/faults/index.ts';
import type { Lesson, Step } from '../lessons/lesson.ts';
import type { Process } from '../linux/process.ts';

export class StepFaults {
  readonly #cluster: Cluster;
  readonly #faults: NonNullable<Lesson['world']['faults']>;
  #running: readonly Process[] = [];

  constructor(cluster: Cluster, faults: Lesson['world']['faults'] = []) {
    this.#cluster = cluster;
    this.#faults = faults;
  }

  /** A fault is not complete yet: the world still looks as if nothing were to be mended. */
  get pending(): boolean {
    this.#running = this.#running.filter(({ exitStatus }) => exitStatus === undefined);
    return this.#running.length > 0;
  }

  begin(step: Step | undefined): void {
    for (const { fault, node, at } of this.#faults) {
      if (step === undefined || at !== `step:${step.id}`) continue;
      const { running } = beginFault(this.#cluster, fault, node);
      if (running) this.#running = [...this.#running, running];
    }
  }
}
