/** How a served world's time passes: with the clock on the wall, a slice at a time, so that requests stay quick. */
import type { Sim } from '../sim/sim.ts';

/** The world runs while it is not stopped, at the speed of the clock on the wall. */
export type WorldClock = {
  /** Runs what is due now: after a request, so that its first consequences are seen at once. */
  kick(): void;
  stop(): void;
};

/** Longest time between two looks at the clock, and what one look may take before sockets get their turn. */
const pause = 25;
const slice = 8;
const stepsAtOnce = 100;

/** Virtual time follows real time. A world that is further behind than `patience` (the computer slept) goes on from where it is. */
export function newLiveClock(sim: Sim, failed: (error: unknown) => void, patience = 5_000): WorldClock {
  let lag = performance.now() - sim.now;
  let stopped = false;
  let soon: NodeJS.Immediate | undefined;
  const run = (): void => {
    soon = undefined;
    if (stopped) return;
    const began = performance.now();
    if (began - lag - sim.now > patience) lag = began - sim.now;
    const due = Math.floor(began - lag);
    try {
      while (!sim.advanceTo(due, stepsAtOnce)) {
        if (performance.now() - began < slice) continue;
        soon = setImmediate(run);
        return;
      }
    } catch (error) {
      failed(error);
    }
  };
  const timer = setInterval(run, pause);
  return {
    kick: () => {
      soon ??= setImmediate(run);
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
      if (soon) clearImmediate(soon);
    },
  };
}
