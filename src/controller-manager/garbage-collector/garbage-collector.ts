import type { KubeObject, OwnerReference } from '../../api/types.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { isReason } from '../../apimachinery/status.ts';
import { isRetriable } from '../../client/client.ts';
import type { Context } from '../../client/controller.ts';
import { type DiscoveredResource, discoverResources } from '../../client/discovery.ts';
import { WorkQueue } from '../../client/workqueue.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { foregroundFinalizer, Graph, type GraphNode, isDeletingDependents, isOrphaning, orphanFinalizer, ownersOf } from './graph.ts';

/** Informers of other resources may be some milliseconds behind: an owner that is missing is looked for after that. */
const settleTime = 20;
const discoveryPeriod = 30_000;

/** Starts the garbage collector: pkg/controller/garbagecollector/garbagecollector.go. */
export function runGarbageCollector(context: Context): void {
  const collector = new GarbageCollector(context);
  context.sim.go(collector.follow(), 'garbage-collector discovery');
  context.sim.go(collector.work(), 'garbage-collector');
}

class GarbageCollector {
  readonly #context: Context;
  readonly #graph = new Graph();
  readonly #queue: WorkQueue;
  readonly #followed = new Map<string, DiscoveredResource>();

  constructor(context: Context) {
    this.#context = context;
    this.#queue = new WorkQueue(context.sim, 'garbage-collector');
  }

  /** Follows every resource that can be followed, and later those of new CustomResourceDefinitions. */
  *follow(): Routine {
    for (;;) {
      try {
        for (const resource of discoverResources(this.#context.client, [])) if (isCollectable(resource)) this.#followResource(resource);
        // Only definitions bring new resources; upstream asks every 30 s.
        yield* this.#waitForDefinitions();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        yield* sleep(discoveryPeriod / 30);
      }
    }
  }

  *#waitForDefinitions(): Routine {
    const definitions = this.#followed.get('customresourcedefinitions.apiextensions.k8s.io');
    if (definitions === undefined) yield* sleep(discoveryPeriod * 120);
    else {
      const informer = this.#context.informers.ofResource(definitions);
      const before = informer.changed.version;
      while (informer.changed.version === before) yield { on: [informer.changed] };
      yield* sleep(1000);
    }
  }

  #followResource(resource: DiscoveredResource): void {
    const id = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
    if (this.#followed.has(id)) return;
    this.#followed.set(id, resource);
    this.#context.informers.ofResource(resource).addHandler({
      add: (object) => this.#seen(resource, object),
      update: (_before, object) => this.#seen(resource, object),
      delete: (object) => this.#gone(object),
    });
  }

  #seen(resource: DiscoveredResource, object: KubeObject): void {
    const known = this.#graph.get(object.metadata.uid ?? '');
    const before = known?.object.metadata.ownerReferences;
    const node = this.#graph.set(resource, object);
    if (known === undefined) for (const uid of node.dependents) this.#checkPlace(this.#graph.get(uid), node);
    if (before !== object.metadata.ownerReferences) for (const { uid } of ownersOf(object)) this.#checkPlace(node, this.#graph.get(uid));
    if (object.metadata.deletionTimestamp !== undefined && (isDeletingDependents(object) || isOrphaning(object))) {
      this.#queue.add(node.uid);
      if (isDeletingDependents(object)) for (const uid of node.dependents) this.#queue.add(uid);
    } else if (ownersOf(object).some((owner) => isSuspect(this.#graph.get(owner.uid)))) this.#queue.addAfter(node.uid, settleTime);
  }

  /** An owner in a namespace owns nothing outside of it (reportInvalidNamespaceOwnerRef); who says so may be garbage. */
  #checkPlace(dependent: GraphNode | undefined, owner: GraphNode | undefined): void {
    if (dependent === undefined || owner === undefined || mayOwn(owner, dependent)) return;
    const { apiVersion, kind, name, uid } = ownersOf(dependent.object).find((each) => each.uid === owner.uid) as OwnerReference;
    const { namespace } = dependent.key;
    const identity = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    this.#context.recorder.warning(dependent.object, 'OwnerRefInvalidNamespace', `ownerRef ${identity} does not exist in namespace ${quote(namespace)}`);
    this.#queue.addAfter(dependent.uid, settleTime);
  }

  #gone(object: KubeObject): void {
    const node = this.#graph.delete(object.metadata.uid ?? '');
    if (node === undefined) return;
    for (const uid of node.dependents) this.#queue.add(uid);
    for (const owner of ownersOf(object)) {
      const known = this.#graph.get(owner.uid);
      if (known !== undefined && isDeletingDependents(known.object)) this.#queue.add(owner.uid);
    }
  }

  *work(): Routine {
    for (;;) {
      const { key, cause } = yield* this.#queue.get();
      this.#context.sim.cause = cause;
      const { limiter } = this.#context.client.options;
      if (limiter) yield* limiter.wait();
      const node = this.#graph.get(key);
      try {
        if (node !== undefined) this.#process(node);
        this.#queue.forget(key);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        this.#queue.addRateLimited(key);
      }
      this.#queue.done(key);
      if (this.#queue.length > 0) yield {};
    }
  }

  /** attemptToDeleteItem, and attemptToOrphan for an owner whose dependents shall stay. */
  #process(node: GraphNode): void {
    const live = this.#context.client.getResource(node.resource, node.key);
    // Gone, or another with the same name: its informer will tell.
    if (live === undefined || live.metadata.uid !== node.uid) return;
    if (isOrphaning(live)) this.#orphanDependents(node, live);
    else if (isDeletingDependents(live)) this.#deleteDependents(node, live);
    else if (live.metadata.deletionTimestamp === undefined) this.#checkOwners(node, live);
  }

  #orphanDependents(node: GraphNode, owner: KubeObject): void {
    for (const uid of node.dependents) {
      const dependent = this.#graph.get(uid);
      if (dependent !== undefined) this.#dropOwners(dependent, (each) => each.uid === node.uid);
    }
    this.#dropFinalizer(node, owner, orphanFinalizer);
  }

  #deleteDependents(node: GraphNode, owner: KubeObject): void {
    const blocking = [...node.dependents]
      .flatMap((uid) => this.#graph.get(uid) ?? [])
      .filter(({ object }) => ownersOf(object).some((each) => each.uid === node.uid && each.blockOwnerDeletion));
    if (blocking.length === 0) this.#dropFinalizer(node, owner, foregroundFinalizer);
    else for (const dependent of blocking) if (dependent.object.metadata.deletionTimestamp === undefined) this.#queue.add(dependent.uid);
  }

  #checkOwners(node: GraphNode, live: KubeObject): void {
    const owners = ownersOf(live);
    if (owners.length === 0) return;
    const states = owners.map((owner) => ({ owner, state: this.#stateOf(owner, node) }));
    if (states.some(({ state }) => state === 'solid')) {
      const useless = new Set(states.filter(({ state }) => state !== 'solid').map(({ owner }) => owner.uid));
      if (useless.size > 0) this.#dropOwners(node, (each) => useless.has(each.uid));
      return;
    }
    const waitedFor = states.some(({ state }) => state === 'waiting') && node.dependents.size > 0;
    this.#delete(node, live, waitedFor);
  }

  #delete(node: GraphNode, live: KubeObject, foreground: boolean): void {
    const { finalizers = [], uid } = live.metadata;
    const orphan = finalizers.includes(orphanFinalizer);
    const propagationPolicy = orphan ? 'Orphan' : foreground || finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
    try {
      this.#context.client.deleteResource(node.resource, node.key, { propagationPolicy, preconditions: { ...(uid !== undefined && { uid }) } });
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  }

  /** Solid: it lives. Dangling: it does not exist. Waiting: it is deleted in the foreground and waits for us. */
  #stateOf(owner: OwnerReference, node: GraphNode): 'solid' | 'dangling' | 'waiting' {
    const known = this.#graph.get(owner.uid);
    if (known !== undefined && mayOwn(known, node)) return isDeletingDependents(known.object) ? 'waiting' : 'solid';
    const resource = this.#resourceOf(owner);
    // A kind that nobody serves cannot be judged: upstream keeps the object, too.
    if (resource === undefined) return 'solid';
    // What belongs to no namespace cannot be owned from one: upstream gives up on it.
    if (resource.namespaced && node.key.namespace === '') return 'solid';
    const namespace = resource.namespaced ? node.key.namespace : '';
    const live = this.#context.client.getResource(resource, { namespace, name: owner.name });
    if (live === undefined || live.metadata.uid !== owner.uid) return 'dangling';
    return isDeletingDependents(live) ? 'waiting' : 'solid';
  }

  #resourceOf({ apiVersion, kind }: OwnerReference): DiscoveredResource | undefined {
    const known = resourceOfKind(apiVersion, kind);
    if (known !== undefined) return known;
    for (const resource of this.#followed.values()) if (resource.kind === kind && `${resource.group}/${resource.version}` === apiVersion) return resource;
    return undefined;
  }

  #dropOwners(node: GraphNode, which: (owner: OwnerReference) => boolean): void {
    const left = ownersOf(node.object).filter((owner) => !which(owner));
    this.#patch(node, { uid: node.uid, ownerReferences: left.length === 0 ? null : left });
  }

  #dropFinalizer(node: GraphNode, live: KubeObject, finalizer: string): void {
    const left = (live.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    this.#patch(node, { uid: node.uid, resourceVersion: live.metadata.resourceVersion, finalizers: left.length === 0 ? null : left });
  }

  #patch(node: GraphNode, metadata: Readonly<Record<string, unknown>>): void {
    try {
      this.#context.client.patchResource(node.resource, { ...node.key, type: 'merge' }, { metadata });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}

/** An owner without a namespace may own anything. */
const mayOwn = (owner: GraphNode, dependent: GraphNode): boolean => owner.key.namespace === '' || owner.key.namespace === dependent.key.namespace;

/** An owner that is missing, or that is deleted in the foreground. */
const isSuspect = (owner: GraphNode | undefined): boolean => owner === undefined || isDeletingDependents(owner.object);

/** Events come and go too often and own nothing: upstream ignores them. */
const isCollectable = ({ resource, verbs }: DiscoveredResource): boolean =>
  resource !== 'events' && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
