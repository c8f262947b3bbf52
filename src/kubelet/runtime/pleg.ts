import type { CriServer } from '../../interfaces/cri.ts';
import { CriError } from '../../interfaces/cri.ts';
import { Condition, type Milliseconds, type Routine, sleep } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { emptyPod, inspectPod, labelNames, type RuntimePod } from './runtime-pod.ts';

/** What changed between two looks at the runtime, for the pod `uid`. */
export type PodLifecycleEvent = {
  readonly type: 'ContainerStarted' | 'ContainerDied' | 'ContainerRemoved' | 'ContainerChanged';
  readonly uid: string;
  /** Of a container or a sandbox. */
  readonly id: string;
};

type State = 'running' | 'exited' | 'unknown';
type PodRecord = { readonly sandboxes: Map<string, State>; readonly containers: Map<string, State> };

const relistPeriod: Milliseconds = 1_000;
const relistThreshold: Milliseconds = 180_000;

/**
 * The pod lifecycle event generator (kubernetes pkg/kubelet/pleg/generic.go): compares what runs with what ran, once a second at most.
 * The runtime's own events tell when there is something to compare, so an idle node costs nothing.
 */
export class Pleg {
  /** Notified after each relist. */
  readonly relisted = new Condition();
  /** Notified when the runtime's event stream opens or breaks. */
  readonly connection = new Condition();
  /** When the last relist that succeeded began. */
  lastRelist: Milliseconds;
  readonly #context: Context;
  readonly #phase: Milliseconds;
  readonly #handle: (event: PodLifecycleEvent) => void;
  readonly #cache = new Map<string, RuntimePod>();
  #records = new Map<string, PodRecord>();
  readonly #wanted = new Condition();
  #dirty = true;
  #connected = false;
  #lastTry = -1;

  constructor(context: Context, handle: (event: PodLifecycleEvent) => void) {
    this.#context = context;
    this.#handle = handle;
    this.#phase = context.sim.now % relistPeriod;
    this.lastRelist = context.sim.now;
  }

  start(): void {
    this.#context.sim.go(this.#loop(), 'kubelet pleg');
  }

  /** Whether the runtime's event stream is open, so that nothing happens unseen. */
  get connected(): boolean {
    return this.#connected;
  }

  /** The last known state of a pod. */
  get(uid: string): RuntimePod {
    return this.#cache.get(uid) ?? emptyPod(uid);
  }

  /** Every pod that the runtime has anything of. */
  pods(): Iterable<RuntimePod> {
    return this.#cache.values();
  }

  /** Waits for a state seen after that moment, as pod workers do before each sync but the first. */
  *getNewerThan(uid: string, moment: Milliseconds, given: () => boolean): Routine<RuntimePod> {
    while (this.lastRelist <= moment && !given()) {
      this.request();
      yield { on: [this.relisted], timeout: relistPeriod };
    }
    return this.get(uid);
  }

  /** Asks for a relist at the next full second. */
  request(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#wanted.notify();
  }

  /** Undefined when all is well, else the text that the node's Ready condition shows. */
  unhealthy(): string | undefined {
    const elapsed = this.#context.sim.now - this.lastRelist;
    if (this.#connected || elapsed < relistThreshold) return undefined;
    return `PLEG is not healthy: pleg was last seen active ${goDuration(elapsed)} ago; threshold is 3m0s`;
  }

  /** Looks at the runtime now; false when it did not answer. */
  relist(): boolean {
    const { sim, cri, klog } = this.#context;
    const began = sim.now;
    this.#lastTry = began;
    try {
      const server = cri();
      const records = listPods(server);
      this.#update(server, records);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      klog.error('generic.go:238', 'GenericPLEG: Unable to retrieve pods', error.message);
      return false;
    }
    this.lastRelist = began;
    this.#dirty = false;
    this.relisted.notify();
    return true;
  }

  *#loop(): Routine {
    const { sim } = this.#context;
    for (;;) {
      if (!this.#connected) this.#connect();
      if (!this.#dirty) {
        yield { on: [this.#wanted] };
        continue;
      }
      const since = (sim.now - this.#phase) % relistPeriod;
      if (since !== 0 || this.#lastTry === sim.now) yield* sleep(relistPeriod - since);
      this.relist();
    }
  }

  /** Opens the runtime's event stream. */
  #connect(): void {
    try {
      const events = this.#context.cri().runtime.getContainerEvents();
      this.#connected = true;
      this.#dirty = true;
      this.connection.notify();
      this.#context.sim.go(this.#listen(events), 'kubelet evented pleg');
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      this.#dirty = true;
    }
  }

  *#listen(events: ReturnType<CriServer['runtime']['getContainerEvents']>): Routine {
    try {
      for (;;) {
        const event = yield* events.receive();
        if (event === undefined) return;
        while (events.take() !== undefined);
        this.request();
      }
    } finally {
      this.#connected = false;
      events.break();
      this.connection.notify();
      this.request();
    }
  }

  #update(server: CriServer, records: Map<string, PodRecord>): void {
    const before = this.#records;
    this.#records = records;
    const events: PodLifecycleEvent[] = [];
    for (const [uid, record] of records) {
      const found = compare(uid, before.get(uid), record);
      if (found.length === 0) continue;
      this.#cache.set(uid, inspectPod(server, uid, [...record.sandboxes.keys()], [...record.containers.keys()]));
      events.push(...found);
    }
    for (const [uid, record] of before) {
      if (records.has(uid)) continue;
      events.push(...compare(uid, record, undefined));
      this.#cache.delete(uid);
    }
    for (const event of events) this.#handle(event);
  }
}

function listPods(server: CriServer): Map<string, PodRecord> {
  const records = new Map<string, PodRecord>();
  const of = (uid: string): PodRecord => {
    let record = records.get(uid);
    if (!record) {
      record = { sandboxes: new Map(), containers: new Map() };
      records.set(uid, record);
    }
    return record;
  };
  for (const sandbox of server.runtime.listPodSandbox())
    of(sandbox.metadata.uid).sandboxes.set(sandbox.id, sandbox.state === 'SANDBOX_READY' ? 'running' : 'exited');
  for (const container of server.runtime.listContainers()) {
    const { state } = container;
    const simple = state === 'CONTAINER_RUNNING' ? 'running' : state === 'CONTAINER_EXITED' ? 'exited' : 'unknown';
    of(container.labels[labelNames.podUid] ?? '').containers.set(container.id, simple);
  }
  return records;
}

function compare(uid: string, before: PodRecord | undefined, after: PodRecord | undefined): PodLifecycleEvent[] {
  const events: PodLifecycleEvent[] = [];
  for (const part of ['containers', 'sandboxes'] as const) {
    const old = before?.[part];
    const now = after?.[part];
    if (now) for (const [id, state] of now) if (old?.get(id) !== state) events.push({ type: eventOf(state), uid, id });
    if (old)
      for (const [id, state] of old) {
        if (now?.has(id)) continue;
        if (state !== 'exited') events.push({ type: 'ContainerDied', uid, id });
        events.push({ type: 'ContainerRemoved', uid, id });
      }
  }
  return events;
}

const eventOf = (state: State): PodLifecycleEvent['type'] =>
  state === 'running' ? 'ContainerStarted' : state === 'exited' ? 'ContainerDied' : 'ContainerChanged';

const goDuration = (ms: Milliseconds): string => `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(3).replace(/\.?0+$/, '')}s`;
