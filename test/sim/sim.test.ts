import { expect, test } from 'vitest';
import { Channel } from '../../src/sim/channel.ts';
import { Condition, type Routine, sleep, waitFor } from '../../src/sim/routine.ts';
import { newSim } from '../../src/sim/sim.ts';

test('equal times run in the order they were set', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const log: string[] = [];
  function* say(text: string, after: number): Routine {
    yield* sleep(after);
    log.push(`${sim.now} ${text}`);
  }
  sim.go(say('b', 10));
  sim.go(say('a', 5));
  sim.go(say('c', 10));
  sim.advance(20);
  expect(log).toEqual(['5 a', '10 b', '10 c']);
  expect(sim.now).toBe(20);
});

test('a cancelled routine runs its finally, even one that waits', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const log: string[] = [];
  const fiber = sim.go(
    (function* (): Routine {
      try {
        yield* sleep(1000);
        log.push('never');
      } finally {
        yield* sleep(5);
        log.push(`closed at ${sim.now}`);
      }
    })(),
  );
  sim.advance(1);
  fiber.cancel();
  expect(fiber.done).toBe(false);
  sim.advance(10);
  expect(log).toEqual(['closed at 6']);
  expect(fiber.done).toBe(true);
});

test('a timeout and a notification are told apart', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const condition = new Condition();
  const seen: boolean[] = [];
  sim.go(
    (function* (): Routine {
      seen.push(yield* waitFor(condition, 10));
      seen.push(yield* waitFor(condition, 10));
    })(),
  );
  sim.advance(15);
  condition.notify();
  sim.advance(15);
  expect(seen).toEqual([false, true]);
});

test('a full channel holds its sender, a broken one fails it', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const channel = new Channel<number>({ capacity: 2 });
  const sent: number[] = [];
  const sender = sim.go(
    (function* (): Routine<string> {
      try {
        for (let i = 0; ; i++) {
          yield* channel.send(i);
          sent.push(i);
        }
      } catch (error) {
        return (error as Error).message;
      }
    })(),
  );
  sim.advance(1);
  expect(sent).toEqual([0, 1]);
  expect(channel.take()).toBe(0);
  sim.advance(1);
  expect(sent).toEqual([0, 1, 2]);
  channel.break();
  sim.advance(1);
  expect(sender.result).toBe('broken pipe');
});

test('a scope ends all it holds, and what it started hands on its cause', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const scope = sim.scope('node').scope('process');
  const causes: number[] = [];
  sim.cause = 7;
  scope.go(
    (function* (): Routine {
      causes.push(sim.cause);
      scope.go(
        (function* (): Routine {
          causes.push(sim.cause);
          yield* sleep(100);
          causes.push(-1);
        })(),
      );
      yield* sleep(50);
    })(),
  );
  sim.cause = 0;
  sim.advance(1);
  scope.stop();
  sim.advance(1000);
  expect(causes).toEqual([7, 7]);
});

test('same seed, same draws; each scope has a stream of its own', () => {
  const draw = (seed: number, name: string) => newSim({ seed, epoch: 0 }).scope(name).random.uuid();
  expect(draw(1, 'kubelet')).toBe(draw(1, 'kubelet'));
  expect(draw(1, 'kubelet')).not.toBe(draw(2, 'kubelet'));
  expect(draw(1, 'kubelet')).not.toBe(draw(1, 'scheduler'));
});

test('a routine that fails unheard stops the world; one that is joined tells its joiner', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  function* fail(): Routine {
    yield* sleep(1);
    throw new Error('a bug');
  }
  sim.go(fail());
  expect(() => sim.advance(2)).toThrow('a bug');
  const joined = sim.go(
    (function* (): Routine<string> {
      const child = sim.go(fail());
      try {
        yield* child.join();
        return 'fine';
      } catch (error) {
        return (error as Error).message;
      }
    })(),
  );
  sim.advance(5);
  expect(joined.result).toBe('a bug');
});

test('who receives from a channel works for the cause of the sender', () => {
  const sim = newSim({ seed: 1, epoch: 0 });
  const channel = new Channel<string>();
  const seen: string[] = [];
  sim.go(
    (function* (): Routine {
      for (;;) seen.push(`${yield* channel.receive()} for ${sim.cause}`);
    })(),
  );
  sim.advance(1);
  sim.cause = 3;
  channel.push('line');
  sim.cause = 0;
  sim.advance(1);
  expect(seen).toEqual(['line for 3']);
});
