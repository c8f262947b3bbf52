import type { Node } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339Micro } from '../../apimachinery/time.ts';
import { isRetriable } from '../../client/client.ts';
import type { Milliseconds, Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { initialNode, type NodeFacts, nodeStatus } from './node-status.ts';

type Lease = { readonly metadata: { readonly resourceVersion?: string } };

const firstRetry: Milliseconds = 100;
const maxRetry: Milliseconds = 7_000;
const fastPeriod: Milliseconds = 500;
const jitterFactor = 0.04;
const leaseNamespace = 'kube-node-lease';

/** Registers the node, renews its Lease and reports its status: kubernetes pkg/kubelet/kubelet_node_status.go, component-helpers/apimachinery/lease. */
export class NodeReporter {
  readonly #context: Context;
  readonly #version: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #facts: () => NodeFacts;
  readonly #cached: () => Node | undefined;
  #unschedulable = false;
  #node: Node | undefined;
  #reported: { at: Milliseconds; key: string } | undefined;
  #lease: Lease | undefined;
  readonly #told = new Map<string, string>();
  registered = false;

  constructor(
    context: Context,
    options: {
      readonly version: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly facts: () => NodeFacts;
      readonly node: () => Node | undefined;
    },
  ) {
    this.#context = context;
    this.#version = options.version;
    this.#labels = options.labels;
    this.#facts = options.facts;
    this.#cached = options.node;
  }

  start(): void {
    this.#context.sim.go(this.#run(), 'kubelet node status');
  }

  *#run(): Routine {
    const { sim, config } = this.#context;
    this.#event('Normal', 'Starting', 'Starting kubelet.');
    this.#event('Warning', 'InvalidDiskCapacity', 'invalid capacity 0 on image filesystem');
    if (config.registerNode) yield* this.#register();
    const fastUntil = sim.now + config.nodeStatusUpdateFrequency * 3;
    let nextLease = sim.now;
    let nextStatus = sim.now;
    for (;;) {
      if (sim.now >= nextLease) {
        this.#renewLease();
        // A quarter of the lease's life.
        nextLease = sim.now + config.nodeLeaseDurationSeconds * 250 * (1 + sim.random.between(0, jitterFactor));
      }
      if (sim.now >= nextStatus) {
        this.#report();
        const fast = sim.now < fastUntil && this.#facts().runtimeErrors.length > 0;
        nextStatus = sim.now + (fast ? fastPeriod : config.nodeStatusUpdateFrequency * (1 + sim.random.between(0, jitterFactor)));
      }
      yield { timeout: Math.max(1, Math.min(nextLease, nextStatus) - sim.now) };
    }
  }

  *#register(): Routine {
    const { klog, nodeName } = this.#context;
    for (let delay = firstRetry; !this.registered; delay = Math.min(delay * 2, maxRetry)) {
      klog.info('kubelet_node_status.go:75', 'Attempting to register node', { node: nodeName });
      try {
        this.#createOrAdopt();
        this.registered = true;
        klog.info('kubelet_node_status.go:78', 'Successfully registered node', { node: nodeName });
        return;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        klog.error('kubelet_node_status.go:107', 'Unable to register node with API server', (error as Error).message, { node: nodeName });
      }
      yield { timeout: delay };
    }
  }

  #createOrAdopt(): void {
    const { nodeName } = this.#context;
    const client = this.#context.client();
    const wanted = initialNode(this.#context, this.#labels);
    const status = nodeStatus(this.#context, this.#version, this.#facts(), undefined);
    try {
      this.#node = client.create('nodes', { ...wanted, status });
      this.#tellConditions(status.conditions ?? []);
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error;
      const node = client.get('nodes', { namespace: '', name: nodeName });
      const labels = wanted.metadata.labels ?? {};
      const missing = Object.entries(labels).filter(([key, value]) => node?.metadata.labels?.[key] !== value);
      this.#node =
        missing.length === 0 ? node : client.patch('nodes', { namespace: '', name: nodeName }, { metadata: { labels: Object.fromEntries(missing) } });
      this.#tellConditions(status.conditions ?? []);
    }
    this.#event('Normal', 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
  }

  #renewLease(): void {
    const { nodeName, config, kernel, klog } = this.#context;
    const client = this.#context.client();
    const spec = { holderIdentity: nodeName, leaseDurationSeconds: config.nodeLeaseDurationSeconds, renewTime: rfc3339Micro(kernel.now) };
    const key = { namespace: leaseNamespace, name: nodeName };
    try {
      this.#lease ??= client.get('leases.coordination.k8s.io', key);
      if (this.#lease) this.#lease = client.update('leases.coordination.k8s.io', { ...this.#lease, spec } as never);
      else {
        const uid = this.#node?.metadata.uid;
        const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }];
        const metadata = { ...key, ...(uid !== undefined && { ownerReferences }) };
        this.#lease = client.create('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
      }
    } catch (error) {
      if (!isRetriable(error)) throw error;
      this.#lease = undefined;
      // Who does not hear from us takes us for dead: the next report is written whatever has changed here.
      this.#reported = undefined;
      klog.error('controller.go:195', 'Failed to update lease', (error as Error).message);
    }
  }

  /** At each period: written only when something has changed, or after the report frequency. */
  #report(): void {
    const { sim, config, klog, nodeName } = this.#context;
    if (!this.registered && config.registerNode) return;
    this.#tellSchedulable(this.#cached());
    const facts = this.#facts();
    const { memory, disk, pid } = facts.pressure;
    const key = `${facts.runtimeErrors.join()}|${memory}${disk}${pid}|${facts.imagesVersion}`;
    const last = this.#reported;
    // Who takes us for dead writes so: what stands there counts as well.
    const doubted = this.#cached()?.status?.conditions?.some(({ status }) => status === 'Unknown') ?? false;
    const fresh = last && !doubted && sim.now - last.at < config.nodeStatusReportFrequency && last.key === key;
    if (fresh) return;
    try {
      const client = this.#context.client();
      const node = client.get('nodes', { namespace: '', name: nodeName });
      if (!node) {
        // Somebody deleted it: a kubelet registers once only, at its start.
        klog.error('kubelet_node_status.go:548', 'Error updating node status, will retry', `error getting node "${nodeName}": nodes "${nodeName}" not found`);
        return;
      }
      const status = nodeStatus(this.#context, this.#version, facts, node);
      const { bootID } = node.status?.nodeInfo ?? {};
      const { bootId } = this.#context.kernel;
      if (bootID && bootID !== bootId) this.#event('Warning', 'Rebooted', `Node ${nodeName} has been rebooted, boot id: ${bootId}`);
      this.#tellTransitions(node, status.conditions ?? []);
      this.#node = client.patch('nodes', { namespace: '', name: nodeName, subresource: 'status', type: 'merge' }, { status });
      this.#reported = { at: sim.now, key };
    } catch (error) {
      if (!isRetriable(error)) throw error;
      klog.error('kubelet_node_status.go:548', 'Error updating node status, will retry', `error getting node "${nodeName}": ${(error as Error).message}`);
    }
  }

  /** Looked at with each period (recordNodeSchedulableEvent). */
  #tellSchedulable(node: Node | undefined): void {
    const unschedulable = node?.spec?.unschedulable === true;
    if (node === undefined || unschedulable === this.#unschedulable) return;
    this.#unschedulable = unschedulable;
    const reason = unschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable';
    this.#event('Normal', reason, `Node ${this.#context.nodeName} status is now: ${reason}`);
  }

  #tellConditions(conditions: readonly { readonly type: string; readonly status: string }[]): void {
    for (const { type, status } of conditions) this.#tell(type, status);
  }

  #tellTransitions(node: Node, conditions: readonly { readonly type: string; readonly status: string }[]): void {
    for (const { type, status } of conditions) {
      const before = node.status?.conditions?.find((each) => each.type === type);
      if (before?.status !== status) this.#tell(type, status);
    }
  }

  #tell(type: string, status: string): void {
    if (this.#told.get(type) === status) return;
    const first = !this.#told.has(type);
    this.#told.set(type, status);
    const reason = eventReasons[type]?.[status === 'True' ? 0 : 1];
    if (reason === undefined || (first && type === 'Ready' && status !== 'True')) return;
    this.#event('Normal', reason, `Node ${this.#context.nodeName} status is now: ${reason}`);
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { nodeName, recorder } = this.#context;
    // The kubelet's quirk: it names the node as the uid too.
    recorder.record({ kind: 'Node', name: nodeName, uid: nodeName }, { type, reason, message });
  }
}

/** Reasons when a condition becomes true, and false. */
const eventReasons: Readonly<Record<string, readonly [string, string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'],
  Ready: ['NodeReady', 'NodeNotReady'],
};
