/** A worker for each probe of each container: kubernetes pkg/kubelet/prober/prober_manager.go, worker.go. */
import type { ContainerSpec, core, Pod } from '../../api/types.ts';
import type { ContainerStatus } from '../../interfaces/cri.ts';
import { Condition, type Milliseconds, type Routine } from '../../sim/routine.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Context } from '../context.ts';
import { initContainers, isRestartableInit, podRef, uidOf } from '../pod.ts';
import type { ContainerEvents } from '../runtime/events.ts';
import { newest, type RuntimePod } from '../runtime/runtime-pod.ts';
import { type ProbeOutcome, runProbe } from './prober.ts';
import { newProbeResults, type ProbeResult, type ProbeType } from './results.ts';

type PodProbes = { readonly sim: Sim; readonly changed: Condition; pod: Pod; runtime: RuntimePod; terminating: boolean };
type Count = { readonly result: ProbeResult; readonly run: number };
type Probed = { readonly spec: ContainerSpec; readonly probe: core.Probe; readonly type: ProbeType };

const fields = { liveness: 'livenessProbe', readiness: 'readinessProbe', startup: 'startupProbe' } as const;
const tries = 3;
const second: Milliseconds = 1_000;

export class ProbeManager {
  readonly results = newProbeResults();
  readonly #context: Context;
  readonly #events: ContainerEvents;
  readonly #onChange: (pod: Pod, type: ProbeType) => void;
  readonly #pods = new Map<string, PodProbes>();

  constructor(context: Context, events: ContainerEvents, onChange: (pod: Pod, type: ProbeType) => void) {
    this.#context = context;
    this.#events = events;
    this.#onChange = onChange;
  }

  /** Starts the workers of a pod, once. */
  add(pod: Pod, runtime: RuntimePod): void {
    const uid = uidOf(pod);
    const known = this.#pods.get(uid);
    if (known) {
      known.pod = pod;
      return this.update(uid, runtime);
    }
    const probed = probesOf(pod);
    if (probed.length === 0) return;
    const state: PodProbes = { sim: this.#context.sim.scope(`probes:${uid}`), changed: new Condition(), pod, runtime, terminating: false };
    this.#pods.set(uid, state);
    for (const each of probed) state.sim.go(this.#worker(state, each), `kubelet ${each.type} probe`);
  }

  /** What the runtime shows of the pod now. */
  update(uid: string, runtime: RuntimePod): void {
    const state = this.#pods.get(uid);
    if (!state || state.runtime === runtime) return;
    state.runtime = runtime;
    state.changed.notify();
  }

  /** Liveness and startup are looked at no more: the pod is on its way out. */
  stopLiveness(uid: string): void {
    const state = this.#pods.get(uid);
    if (state) state.terminating = true;
  }

  remove(uid: string): void {
    const state = this.#pods.get(uid);
    if (!state) return;
    this.#pods.delete(uid);
    state.sim.stop();
    for (const container of state.runtime.containers) for (const type of ['liveness', 'readiness', 'startup'] as const) this.results[type].delete(container.id);
  }

  *#worker(state: PodProbes, probed: Probed): Routine {
    const { sim } = this.#context;
    const period = (probed.probe.periodSeconds ?? 10) * second;
    const began = sim.now;
    let counted: Count = { result: 'unknown', run: 0 };
    let followed = '';
    /** After a failure that ends the container there is nothing more to look at in it. */
    let onHold = false;
    let last = -1;
    for (;;) {
      const target = newest(state.runtime, probed.spec.name);
      if (state.terminating && probed.type !== 'readiness') return;
      if (target?.state === 'CONTAINER_RUNNING' && target.id !== followed) {
        followed = target.id;
        onHold = false;
        counted = { result: 'unknown', run: 0 };
        this.#initial(probed.type, target.id);
      }
      if (target?.state !== 'CONTAINER_RUNNING' || onHold || !this.#isDue(probed, target)) {
        yield { on: [state.changed] };
        continue;
      }
      const wait = this.#untilNext(
        began,
        period,
        Math.max(last + 1, target.startedAt - this.#context.kernel.clockOffset + (probed.probe.initialDelaySeconds ?? 0) * second),
      );
      if (wait > 0) {
        yield { on: [state.changed], timeout: wait };
        continue;
      }
      last = sim.now;
      const outcome = yield* this.#probe(state, probed, target);
      if (outcome === undefined) continue;
      counted = { result: outcome.result, run: outcome.result === counted.result ? counted.run + 1 : 1 };
      onHold = this.#count(state, probed, target.id, counted);
      // A server that promises its answer to stay need not be asked: the world is looked at again when it might differ.
      if (outcome.until && !onHold && this.results[probed.type].get(target.id) === 'success') yield { on: [outcome.until, state.changed] };
    }
  }

  /** Ticks are counted from when the worker began, as with a ticker. */
  #untilNext(began: Milliseconds, period: Milliseconds, notBefore: Milliseconds): Milliseconds {
    const { now } = this.#context.sim;
    const from = Math.max(now, notBefore);
    const next = began + Math.ceil((from - began) / period) * period;
    return next - now;
  }

  #initial(type: ProbeType, id: string): void {
    const initial = type === 'liveness' ? 'success' : type === 'readiness' ? 'failure' : 'unknown';
    if (!this.results[type].has(id)) this.results[type].set(id, initial);
  }

  /** Liveness and readiness wait for startup; startup ends with its first success. */
  #isDue({ spec, type }: Probed, target: ContainerStatus): boolean {
    if (spec.startupProbe === undefined) return true;
    const started = this.results.startup.get(target.id) === 'success';
    return type === 'startup' ? !started : started;
  }

  *#probe(state: PodProbes, probed: Probed, target: ContainerStatus): Routine<{ readonly result: ProbeResult; readonly until?: Condition } | undefined> {
    const podIp = state.pod.spec.hostNetwork ? this.#context.nodeIp : (state.runtime.ips[0] ?? '');
    let outcome: ProbeOutcome = { result: 'unknown', output: '' };
    for (let attempt = 0; attempt < tries && outcome.result === 'unknown'; attempt++)
      outcome = yield* runProbe(this.#context, probed.probe, { containerId: target.id, container: probed.spec, podIp });
    if (newest(state.runtime, probed.spec.name)?.id !== target.id) return undefined;
    this.#report(state.pod, probed, outcome);
    // A probe that could not be made says nothing about the container.
    if (outcome.error !== undefined) return undefined;
    return { result: outcome.result === 'failure' ? 'failure' : 'success', ...(outcome.until && { until: outcome.until }) };
  }

  #report(pod: Pod, { spec, type }: Probed, { result, output, error }: ProbeOutcome): void {
    const name = `${type[0]?.toUpperCase()}${type.slice(1)}`;
    if (error !== undefined) this.#events.warning(pod, spec.name, 'Unhealthy', `${name} probe errored and resulted in ${result} state: ${error}`);
    else if (result === 'failure') this.#events.warning(pod, spec.name, 'Unhealthy', `${name} probe failed: ${output}`);
    else if (result === 'warning') this.#events.warning(pod, spec.name, 'ProbeWarning', `${name} probe warning: ${output}`);
    if (result !== 'success')
      this.#context.klog.info('prober.go:120', 'Probe failed', {
        probeType: name,
        pod: podRef(pod),
        containerName: spec.name,
        probeResult: result,
        output: error ?? output,
      });
  }

  /** Sets the result once the threshold is reached; true when the container is about to be restarted for it. */
  #count(state: PodProbes, { probe, type }: Probed, id: string, { result, run }: Count): boolean {
    const threshold = result === 'failure' ? (probe.failureThreshold ?? 3) : (probe.successThreshold ?? 1);
    if (run < threshold) return false;
    if (this.results[type].get(id) !== result) {
      this.results[type].set(id, result);
      this.#onChange(state.pod, type);
      if (type === 'startup') state.changed.notify();
    }
    return type !== 'readiness' && result === 'failure';
  }
}

function probesOf(pod: Pod): Probed[] {
  const specs = [...initContainers(pod).filter(isRestartableInit), ...pod.spec.containers];
  return specs.flatMap((spec) =>
    (['startup', 'readiness', 'liveness'] as const).flatMap((type) => {
      const probe = spec[fields[type]];
      return probe ? [{ spec, probe, type }] : [];
    }),
  );
}
