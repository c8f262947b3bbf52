/** Random operations on a world, told by their seed: what must hold holds at every moment, and once faults stop the world comes to rest. */
import fc from 'fast-check';
import { expect } from 'vitest';

/** `watch` lets so many milliseconds pass and checks at each moment; `unrest` says what is not yet as it should be. */
type Disturbed<Operation> = {
  apply(operation: Operation): void;
  watch(milliseconds: number): void;
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
        world.watch(wait);
      }
      world.heal();
      let problems = world.unrest();
      for (let half = 0; half < patience && problems.length > 0; half++) {
        world.watch(30_000);
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
