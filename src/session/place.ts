/** Where the learner's prompt stands, and the way from there to where a step wants it: told, never gone for them. */
import type { Cluster } from '../cluster/cluster.ts';
import type { Tty } from '../linux/tty.ts';

/** `container`: inside of one on that machine, by `exec` or `attach`. */
export type Place = { readonly machine: string; readonly container: boolean };

/** Another machine than the one where the prompt is, and the line that leads there. */
export type Elsewhere = { readonly machine: string; readonly line: string };

/** undefined while no shell waits for a line. */
export function placeOf(cluster: Cluster, tty: Tty): Place | undefined {
  const here = tty.activeReader?.place?.();
  if (!here) return undefined;
  const machine = [...cluster.machines].find(([, { kernel }]) => kernel === here.kernel)?.[0];
  return machine === undefined ? undefined : { machine, container: here.container };
}

/** undefined: the prompt is there already. `login` is the machine where the learner sat down: one goes back there by leaving the others. */
export function wayTo(machine: string, here: Place, login: string): Elsewhere | undefined {
  if (here.machine === machine && !here.container) return undefined;
  return { machine, line: here.container || machine === login ? 'exit' : `ssh ${machine}` };
}
