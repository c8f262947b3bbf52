/** The X-ray: every call that crosses a wall because of something a learner typed. */
import type { Cause } from '../sim/fiber.ts';
import type { Milliseconds } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

/** Colours and order of the X-ray go by it. */
export type Wall = 'rest' | 'etcd' | 'kubelet' | 'cri' | 'docker' | 'containerd' | 'cni' | 'oci' | 'distribution';

/** One call over a wall; `at` is virtual milliseconds. */
export type Crossing = {
  readonly at: Milliseconds;
  readonly cause: Cause;
  readonly wall: Wall;
  /** Room that calls, room that answers, as the components are called: `kube-scheduler`, `kubelet (node01)`. */
  readonly from: string;
  readonly to: string;
  /** The call in the wall's own words: `POST /api/v1/namespaces/default/pods`, `RunPodSandbox web`. */
  readonly call: string;
  /** What came back, once it has: `201`, an id, an error. */
  outcome: string;
};

/** Turns a method call into words; undefined leaves it out (reads that tell nothing). */
export type Describe = (
  method: string,
  args: readonly unknown[],
) => { readonly call: string; readonly from?: string; readonly outcome?: (result: unknown) => string } | undefined;

const capacity = 5_000;

/** What an object and its classes define. */
function namesOf(server: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at: object | null = server; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
    for (const name of Object.getOwnPropertyNames(at)) if (name !== 'constructor') names.add(name);
  return names;
}

/** Only calls that a typed line set off are kept (sim/fiber.ts Cause), 5,000 at most. */
export class Trace {
  readonly #sim: Sim;
  readonly #crossings: Crossing[] = [];

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** What one cause has led to so far, oldest first. */
  of(cause: Cause): readonly Crossing[] {
    return this.#crossings.filter((each) => each.cause === cause);
  }

  /** The same server, with its calls recorded. Only those set off by a typed line are: the world's own heartbeat would drown them. */
  around<Server extends object>(server: Server, wall: Wall, from: string, to: string, describe: Describe): Server {
    const wrapped = Object.create(server) as Record<string, unknown>;
    for (const name of namesOf(server)) {
      const value: unknown = Reflect.get(server, name, server);
      if (typeof value !== 'function') {
        Object.defineProperty(wrapped, name, { get: () => Reflect.get(server, name, server), configurable: true });
        continue;
      }
      const where = { wall, from, to };
      const method = (...args: unknown[]): unknown =>
        this.#sim.cause === 0 ? value.apply(server, args) : this.#record(where, name, args, describe, () => value.apply(server, args));
      Object.defineProperty(wrapped, name, { value: method, configurable: true });
    }
    return wrapped as Server;
  }

  #record(
    where: { readonly wall: Wall; readonly from: string; readonly to: string },
    method: string,
    args: readonly unknown[],
    describe: Describe,
    run: () => unknown,
  ): unknown {
    const words = describe(method, args);
    if (words === undefined) return run();
    const crossing: Crossing = {
      at: this.#sim.now,
      cause: this.#sim.cause,
      ...where,
      ...(words.from ? { from: words.from } : {}),
      call: words.call,
      outcome: '',
    };
    this.#crossings.push(crossing);
    if (this.#crossings.length > capacity) this.#crossings.splice(0, capacity / 10);
    const end = (result: unknown): void => {
      crossing.outcome = words.outcome?.(result) ?? (typeof result === 'string' ? result.slice(0, 13) : 'ok');
    };
    try {
      const result = run();
      if (isGenerator(result)) return watchGenerator(result, crossing, end);
      end(result);
      return result;
    } catch (error) {
      crossing.outcome = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
}

const isGenerator = (value: unknown): value is Generator<unknown, unknown, unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value && 'throw' in value;

function* watchGenerator(
  routine: Generator<unknown, unknown, unknown>,
  crossing: Crossing,
  end: (result: unknown) => void,
): Generator<unknown, unknown, unknown> {
  try {
    const result = yield* routine;
    end(result);
    return result;
  } catch (error) {
    crossing.outcome = error instanceof Error ? error.message : String(error);
    throw error;
  }
}
