import type { PersistentVolumeClaim, Pod } from '../api/types.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import { type Client, isRetriable } from '../client/client.ts';
import { podClaims } from '../client/component-helpers/resource-claims.ts';
import { keyOf, textOf } from '../client/keys.ts';
import { EventRecorder } from '../client/recorder.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { Cache } from './cache.ts';
import { claimsText, deviceEvents } from './device-events.ts';
import { fitErrorText, noNodesAvailable } from './fit-error.ts';
import type { ClusterView, Plugin } from './framework.ts';
import { SchedulerMetrics } from './metrics.ts';
import { nodeEvents } from './node-events.ts';
import type { NodeInfo } from './node-info.ts';
import { defaultPlugins } from './plugins/index.ts';
import { type Candidate, preempt, preemptionCondition } from './preemption.ts';
import { type QueuedPod, SchedulingQueue } from './queue.ts';
import { ScheduleAlgorithm } from './schedule-one.ts';
import { reserveVolumes, unboundClaims, waitForVolumes } from './volume-reservation.ts';

type SchedulerOptions = {
  readonly sim: Sim;
  /** As system:kube-scheduler, with its own limit of requests (50 qps, burst 100 upstream). */
  readonly client: Client;
  readonly informers?: SharedInformers;
  readonly recorder?: EventRecorder;
  /** `spec.schedulerName` of the pods it cares for. */
  readonly name?: string;
  readonly hostname?: string;
  readonly plugins?: readonly Plugin[];
  readonly metrics?: SchedulerMetrics;
};

/** Starts kube-scheduler in the given scope: pkg/scheduler/scheduler.go. */
export function runScheduler(options: SchedulerOptions): void {
  const scheduler = new Scheduler(options);
  scheduler.start();
}

class Scheduler {
  readonly #sim: Sim;
  readonly #client: Client;
  readonly #informers: SharedInformers;
  readonly #recorder: EventRecorder;
  readonly #name: string;
  readonly #metrics: SchedulerMetrics;
  readonly #cache = new Cache();
  readonly #queue: SchedulingQueue;
  readonly #algorithm: ScheduleAlgorithm;
  readonly #view: ClusterView;
  readonly #followDevices: () => void;

  constructor({
    sim,
    client,
    informers,
    recorder,
    name = 'default-scheduler',
    hostname = 'controlplane',
    plugins = defaultPlugins,
    metrics = new SchedulerMetrics(),
  }: SchedulerOptions) {
    this.#sim = sim;
    this.#client = client;
    this.#informers = informers ?? new SharedInformers(sim, client.with({ limiter: undefined }));
    this.#recorder = recorder ?? new EventRecorder(sim, client.with({ limiter: undefined }), { component: name, instance: `${name}-${hostname}` });
    this.#name = name;
    this.#queue = new SchedulingQueue(sim, plugins, () => this.#view);
    this.#algorithm = new ScheduleAlgorithm(plugins, this.#cache, sim.random);
    this.#view = this.#newView();
    this.#followDevices = deviceEvents(this.#informers, () => this.#queue.moveAll('Devices'));
    this.#metrics = metrics;
    metrics.follow(this.#queue, this.#cache);
  }

  start(): void {
    // The listers that plugins ask for must be there before the first pod comes.
    for (const resource of ['services', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers', 'poddisruptionbudgets.policy'] as const)
      this.#informers.of(resource);
    for (const resource of ['persistentvolumes', 'persistentvolumeclaims', 'storageclasses.storage.k8s.io'] as const) {
      const moved = () => this.#queue.moveAll('Storage');
      this.#informers.of(resource).addHandler({ add: moved, update: moved });
    }
    this.#informers.of('namespaces').addHandler({ add: () => this.#queue.moveAll('Namespace') });
    this.#followNodes();
    this.#followPods();
    this.#sim.go(this.#loop(), this.#name);
  }

  #newView(): ClusterView {
    const cache = this.#cache;
    const informers = this.#informers;
    return {
      informers,
      get nodes() {
        return cache.list;
      },
      get hasAffinityPods() {
        return cache.affinityPods > 0;
      },
      namespaceLabels: (name) => informers.of('namespaces').get({ namespace: '', name })?.metadata.labels,
    };
  }

  // ── what the informers tell: eventhandlers.go ──

  #followNodes(): void {
    this.#informers.of('nodes').addHandler({
      add: (node) => {
        this.#cache.setNode(node);
        this.#queue.moveAll('NodeAdd');
      },
      update: (before, node) => {
        this.#cache.setNode(node);
        for (const event of nodeEvents(before, node)) this.#queue.moveAll(event);
      },
      delete: (node) => {
        this.#cache.removeNode(node.metadata.name ?? '');
        this.#queue.moveAll('NodeDelete');
      },
    });
  }

  #followPods(): void {
    this.#informers.of('pods').addHandler({
      add: (pod) => this.#setPod(pod),
      update: (before, pod) => this.#setPod(pod, before),
      delete: (pod) => this.#removePod(pod),
    });
  }

  #setPod(pod: Pod, before?: Pod): void {
    if (isTerminal(pod)) {
      if (before === undefined || !isTerminal(before)) this.#removePod(pod);
      return;
    }
    if (!pod.spec.nodeName) {
      if (pod.spec.schedulerName !== undefined && pod.spec.schedulerName !== this.#name) return;
      // Ours already, and the informer is a moment late.
      if (this.#cache.isAssumed(textOf(pod))) return;
      if (podClaims(pod).length > 0) this.#followDevices();
      if (before === undefined || before.metadata.uid !== pod.metadata.uid) this.#queue.add(pod);
      else this.#queue.update(pod);
      return;
    }
    const key = textOf(pod);
    this.#queue.delete(key);
    this.#cache.unnominate(key);
    const freed = this.#cache.setPod(pod);
    if (!before?.spec.nodeName) this.#queue.moveAll('AssignedPodAdd');
    else if (freed || before.metadata.labels !== pod.metadata.labels) this.#queue.moveAll(freed ? 'AssignedPodScaleDown' : 'AssignedPodLabel');
  }

  #removePod(pod: Pod): void {
    const key = textOf(pod);
    this.#queue.delete(key);
    this.#cache.unnominate(key);
    if (!pod.spec.nodeName) {
      this.#cache.forget(pod);
      return;
    }
    this.#cache.removePod(pod);
    this.#queue.moveAll('AssignedPodDelete');
  }

  // ── schedule_one.go ──

  *#loop(): Routine {
    yield* this.#informers.waitForSync();
    const { limiter } = this.#client.options;
    for (;;) {
      const queued = yield* this.#queue.pop();
      this.#sim.cause = queued.cause;
      if (limiter) yield* limiter.wait();
      this.#scheduleOne(queued);
      yield {};
    }
  }

  #scheduleOne(queued: QueuedPod): void {
    const { info } = queued;
    const { pod } = info;
    const current = this.#informers.of('pods').get(keyOf(pod));
    if (current === undefined || current.metadata.uid !== pod.metadata.uid || current.metadata.deletionTimestamp !== undefined) {
      this.#queue.delete(queued.key);
      return;
    }
    if (this.#view.nodes.length === 0) {
      this.#fail(queued, noNodesAvailable, new Set());
      return;
    }
    const result = this.#algorithm.schedule(info, this.#view);
    if ('node' in result) {
      this.#bind(queued, result.node);
      return;
    }
    this.#metrics.preempted();
    const preempted = preempt(info, this.#view, result, this.#algorithm);
    const post = 'message' in preempted ? `${claimsText(info.pod, result.diagnosis)}, ${preempted.message}` : '';
    const nominated = 'candidate' in preempted ? this.#evictVictims(info.pod, preempted.candidate) : undefined;
    if (nominated !== undefined) this.#cache.nominate(info, nominated);
    this.#fail(queued, fitErrorText(result.diagnosis, post), result.diagnosis.plugins, nominated);
  }

  /** The binding cycle: a pod whose volumes are yet to be bound waits for them without holding up the others. */
  #bind(queued: QueuedPod, node: NodeInfo): void {
    this.#cache.assume(queued.info, node.name);
    const claims = queued.info.pod.spec.volumes === undefined ? [] : unboundClaims(queued.info.pod, this.#informers);
    if (claims.length === 0) this.#bindNow(queued, node.name);
    else this.#sim.go(this.#bindVolumes(queued, node, claims), 'binding cycle');
  }

  *#bindVolumes(queued: QueuedPod, node: NodeInfo, claims: readonly PersistentVolumeClaim[]): Routine {
    const { pod } = queued.info;
    const context = { sim: this.#sim, client: this.#client, informers: this.#informers };
    let problem: string | undefined;
    try {
      reserveVolumes(context, claims, node);
      problem = yield* waitForVolumes(context, pod, claims, node.name);
    } catch (error) {
      if (!isRetriable(error)) throw error;
      problem = `running PreBind plugin "VolumeBinding": ${(error as Error).message}`;
    }
    if (problem === undefined) return this.#bindNow(queued, node.name);
    this.#cache.forget(pod);
    if (this.#informers.of('pods').get(keyOf(pod))?.metadata.uid === pod.metadata.uid) this.#fail(queued, problem, new Set(['VolumeBinding']));
  }

  #bindNow(queued: QueuedPod, nodeName: string): void {
    const { pod } = queued.info;
    try {
      this.#client.bind({ ...keyOf(pod), ...(pod.metadata.uid !== undefined && { uid: pod.metadata.uid }) }, nodeName);
    } catch (error) {
      if (!isRetriable(error)) throw error;
      this.#cache.forget(pod);
      this.#fail(queued, (error as Error).message, new Set());
      return;
    }
    this.#metrics.attempted(this.#name, 'scheduled');
    this.#cache.unnominate(queued.key);
    this.#queue.delete(queued.key);
    this.#recorder.normal(pod, 'Scheduled', `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`, { action: 'Binding' });
  }

  /** handleSchedulingFailure: an Event, the condition, and back into the queue. */
  #fail(queued: QueuedPod, message: string, refusedBy: ReadonlySet<string>, nominatedNodeName?: string): void {
    const { pod } = queued.info;
    this.#queue.addUnschedulable(queued, refusedBy);
    this.#recorder.warning(pod, 'FailedScheduling', message, { action: 'Scheduling' });
    const reason = refusedBy.size === 0 && message !== noNodesAvailable ? 'SchedulerError' : 'Unschedulable';
    this.#metrics.attempted(this.#name, reason === 'Unschedulable' ? 'unschedulable' : 'error');
    try {
      this.#setCondition(pod, { reason, message }, nominatedNodeName);
    } catch (error) {
      if (!isRetriable(error)) throw error;
    }
  }

  #setCondition(pod: Pod, { reason, message }: { readonly reason: string; readonly message: string }, nominatedNodeName?: string): void {
    const conditions = pod.status?.conditions ?? [];
    const before = conditions.find(({ type }) => type === 'PodScheduled');
    const same = before?.status === 'False' && before.reason === reason && before.message === message;
    const nominated = nominatedNodeName !== undefined && nominatedNodeName !== pod.status?.nominatedNodeName;
    if (same && !nominated) return;
    const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : rfc3339(this.#sim.now);
    const observedGeneration = pod.metadata.generation;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastProbeTime: null,
      lastTransitionTime,
      ...(observedGeneration !== undefined && { observedGeneration }),
    };
    // A merge patch with the whole list: a strategic one would drop the null that the API shows.
    const status = { conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), condition], ...(nominated && { nominatedNodeName }) };
    this.#client.patch('pods', { ...keyOf(pod), type: 'merge', subresource: 'status' }, { status });
  }

  /** prepareCandidate: the condition first, so that whoever counts failures can tell why the pod went. */
  #evictVictims(preemptor: Pod, { node, victims }: Candidate): string {
    for (const { pod } of victims) {
      const condition = preemptionCondition(preemptor.spec.schedulerName ?? this.#name, this.#sim.now);
      try {
        const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget'), condition];
        this.#client.patch('pods', { ...keyOf(pod), type: 'merge', subresource: 'status' }, { status: { conditions } });
        this.#client.delete('pods', keyOf(pod));
      } catch (error) {
        if (!isRetriable(error)) throw error;
      }
      this.#recorder.normal(pod, 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node.name}`, { action: 'Preempting' });
    }
    return node.name;
  }
}

const isTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
