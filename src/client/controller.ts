/** client-go in one page: informer events become keys, keys are deduplicated, one reconcile at a time per key. */
import type { KubeObject, ResourceName, ResourceTypes } from '../api/types.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type Client, isRetriable } from './client.ts';
import { controllerOf, keyOf, keyText, type ObjectKey, splitKey } from './keys.ts';
import type { EventRecorder } from './recorder.ts';
import type { SharedInformers } from './shared-informers.ts';
import type { IndexFunction } from './store.ts';
import { WorkQueue } from './workqueue.ts';

/** What a controller stands on. Reads go through `informers`, writes through `client`. */
export type Context = {
  readonly sim: Sim;
  readonly client: Client;
  readonly informers: SharedInformers;
  readonly recorder: EventRecorder;
  /** Where queues are entered for metrics. */
  readonly queues?: WorkQueue[];
};

/** Come back after so long, or after the back-off of a failure; an empty result: done until something changes. */
export type Result = { readonly requeueAfter?: Milliseconds; readonly rateLimited?: boolean };

/** The one signature every controller has. Level-based: it is told which object, never what happened to it. Throws StatusError: tried again later. */
type Reconcile = (key: ObjectKey, context: Context) => Result;

/** Which keys a change of an object sets off. `before` is given for updates only. */
export type Enqueue<T extends KubeObject = KubeObject> = (object: T, context: Context, before?: T) => readonly ObjectKey[];

/** Which changes set a controller off: `enqueue` turns an object that changed into the keys to be reconciled. */
type Watch = {
  readonly resource: ResourceName;
  readonly enqueue: Enqueue;
  /** Told before the keys are queued: for expectations. */
  readonly observe?: (type: 'add' | 'update' | 'delete', object: KubeObject, before?: KubeObject) => void;
  /** How long to wait before a key is queued: changes that come meanwhile are taken up together. */
  readonly delay?: (key: ObjectKey, object: KubeObject, context: Context, before?: KubeObject) => Milliseconds;
};

/** One of kube-controller-manager's loops, or an addon's. `name` names its queue and its fiber; `watches` are its event handlers. */
export type Controller = {
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Indexes that `reconcile` asks for. */
  readonly indexes?: readonly { readonly resource: ResourceName; readonly name: string; readonly of: IndexFunction }[];
  readonly reconcile: Reconcile;
};

/** A typed watch: the resource's name gives the type of the object. */
export const watch = <R extends ResourceName>(resource: R, enqueue: Enqueue<ResourceTypes[R]>, more: Omit<Watch, 'resource' | 'enqueue'> = {}): Watch => ({
  ...more,
  resource,
  // The informer of `resource` delivers objects of that type only.
  enqueue: enqueue as unknown as Enqueue,
});

/** For the resource that the controller reconciles. */
export const enqueueSelf: Enqueue = (object) => [keyOf(object)];

/** The controlling owner, when it is of that kind. */
export const enqueueOwner =
  (kind: string): Enqueue =>
  (object, _context, before) => {
    const keys = ownerKeys(object, kind);
    return before === undefined ? keys : [...keys, ...ownerKeys(before, kind).filter((old) => old.name !== keys[0]?.name)];
  };

function ownerKeys(object: KubeObject, kind: string): readonly ObjectKey[] {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [{ namespace: object.metadata.namespace ?? '', name: owner.name }] : [];
}

/** The uid of the controlling owner: an index of the objects of one owner. */
export const byControllerUid: IndexFunction = (object) => {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
};

/** Starts a controller in the context's scope. */
export function runController(controller: Controller, context: Context): WorkQueue {
  const queue = new WorkQueue(context.sim, controller.name);
  context.queues?.push(queue);
  for (const { resource, name, of } of controller.indexes ?? []) context.informers.of(resource).addIndex(name, of as never);
  for (const each of controller.watches) follow(each, context, queue);
  context.sim.go(worker(controller, context, queue), controller.name);
  return queue;
}

function follow({ resource, enqueue, observe, delay }: Watch, context: Context, queue: WorkQueue): void {
  const put = (object: KubeObject, before?: KubeObject) => {
    for (const key of enqueue(object, context, before)) queue.addAfter(keyText(key), delay?.(key, object, context, before) ?? 0);
  };
  context.informers.of(resource).addHandler({
    add(object) {
      observe?.('add', object);
      put(object);
    },
    update(before, object) {
      observe?.('update', object, before);
      put(object, before);
    },
    delete(object) {
      observe?.('delete', object);
      put(object);
    },
  });
}

function* worker(controller: Controller, context: Context, queue: WorkQueue): Routine {
  yield* context.informers.waitForSync();
  for (;;) {
    const item = yield* queue.get();
    context.sim.cause = item.cause;
    const { limiter } = context.client.options;
    if (limiter) yield* limiter.wait();
    reconcileOne(controller, context, queue, item.key);
    queue.done(item.key);
    // A turn for the others: a long queue must not hold the screen.
    if (queue.length > 0) yield {};
  }
}

function reconcileOne(controller: Controller, context: Context, queue: WorkQueue, key: string): void {
  try {
    const { requeueAfter, rateLimited } = controller.reconcile(splitKey(key), context);
    if (rateLimited) queue.addRateLimited(key);
    else {
      queue.forget(key);
      if (requeueAfter !== undefined) queue.addAfter(key, requeueAfter);
    }
  } catch (error) {
    // A bug in the lab must never look like a cluster error.
    if (!isRetriable(error)) throw error;
    queue.addRateLimited(key);
  }
}
