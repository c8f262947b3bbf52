/** Random operations on a world, told by their seed: what must hold holds at every moment, and once faults stop the world comes to rest. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Pod } from '../../src/api/types.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';

/** `look` checks what must hold at every moment; `unrest` says what is not yet as it should be. */
type Disturbed<Operation> = {
  readonly cluster: Cluster;
  apply(operation: Operation): void;
  look(): void;
  /** Ends all faults. */
  heal(): void;
  unrest(): readonly string[];
};

type Story<Operation> = {
  readonly newWorld: (seed: number) => Disturbed<Operation>;
  readonly operation: fc.Arbitrary<Operation>;
  /** The longest time between two operations, in milliseconds. */
  readonly longestWait: number;
  readonly steps: readonly [least: number, most: number];
  /** Half minutes until it must have come to rest. */
  readonly patience: number;
  readonly seed: number;
  /** Real milliseconds after which no further story is begun. */
  readonly time: number;
};

/** Of all pods at every moment: their addresses are unique, and none changes its node. */
export class PodPlaces {
  readonly #nodeOf = new Map<string, string>();

  /** Gives those that are not over. */
  look(pods: readonly Pod[]): readonly Pod[] {
    const live = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    const addresses = live.map(({ status }) => status?.podIP).filter(Boolean);
    expect(new Set(addresses).size, 'addresses of pods are unique').toBe(addresses.length);
    for (const { metadata, spec } of pods) {
      if (!spec.nodeName) continue;
      const before = this.#nodeOf.get(metadata.uid ?? '') ?? spec.nodeName;
      expect(spec.nodeName, `${metadata.name} stays on its node`).toBe(before);
      this.#nodeOf.set(metadata.uid ?? '', before);
    }
    return live;
  }
}

/** Lets time pass, and looks all the while. */
export function watch(world: { readonly cluster: Cluster; look(): void }, milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 1_000) {
    world.cluster.sim.advance(Math.min(left, 1_000));
    world.look();
  }
}

/** FC_SEED, FC_RUNS and FC_TIME ask for other stories, more of them, and more time. */
export function comesToRest<Operation>({ newWorld, operation, longestWait, steps, patience, ...usual }: Story<Operation>): void {
  const seed = Number(process.env['FC_SEED'] ?? usual.seed);
  console.log(`seed ${seed}`);
  const step = fc.record({ operation, wait: fc.integer({ min: 100, max: longestWait }) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.array(step, { minLength: steps[0], maxLength: steps[1] }), (worldSeed, story) => {
      const world = newWorld(worldSeed);
      for (const { operation: each, wait } of story) {
        world.apply(each);
        watch(world, wait);
      }
      world.heal();
      let problems = world.unrest();
      for (let half = 0; half < patience && problems.length > 0; half++) {
        watch(world, 30_000);
        problems = world.unrest();
      }
      expect(problems).toEqual([]);
    }),
    {
      seed,
      numRuns: Number(process.env['FC_RUNS'] ?? 4),
      endOnFailure: true,
      interruptAfterTimeLimit: Number(process.env['FC_TIME'] ?? usual.time),
      markInterruptAsFailure: false,
      verbose: 1,
    },
  );
}
