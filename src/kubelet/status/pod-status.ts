/** The status of a pod as the API shows it: kubernetes pkg/kubelet/kubelet_pods.go generateAPIPodStatus. */
import type { PodStatus } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { Context } from '../context.ts';
import { ephemeralContainers, initContainers, isRestartableInit } from '../pod.ts';
import type { ProbeResults } from '../probes/results.ts';
import { qosClass } from '../qos.ts';
import { type ConditionFacts, podConditions, podPhase } from './conditions.ts';
import { containerStatuses, type FullContainerStatus, type StatusInputs } from './container-statuses.ts';

type PodStatusInputs = StatusInputs & {
  readonly context: Context;
  readonly probes: ProbeResults;
  /** What the status manager has: times and probes' results go on from there. */
  readonly old: PodStatus | undefined;
  /** The pod is at its end: what runs no more does not wait. */
  readonly terminal: boolean;
  /** A phase that cannot be left. */
  readonly final?: { readonly phase: 'Failed' | 'Succeeded'; readonly reason?: string; readonly message?: string };
};

type Ip = { readonly ip: string };

/** Each container is looked for among all: the square of so many costs one step (Sim.toil). */
const pairsPerStep = 50;

export function makePodStatus(inputs: PodStatusInputs): PodStatus {
  const { pod, context, runtime, old } = inputs;
  context.sim.toil(pod.spec.containers.length ** 2 / pairsPerStep);
  const generation = pod.metadata.generation;
  const before = old ?? pod.status;
  const init = withReadiness(inputs, containerStatuses(inputs, initContainers(pod), before?.initContainerStatuses, true), 'init');
  const containers = withReadiness(inputs, containerStatuses(inputs, pod.spec.containers, before?.containerStatuses, false), 'containers');
  const ephemeral = containerStatuses(inputs, ephemeralContainers(pod), before?.ephemeralContainerStatuses, false);
  const settled = before?.phase === 'Failed' || before?.phase === 'Succeeded' ? before.phase : undefined;
  const phase = inputs.final?.phase ?? settled ?? podPhase(pod, init, containers, inputs.terminal);
  const [sandbox] = runtime.sandboxes;
  const sandboxReady = sandbox?.state === 'SANDBOX_READY' && (pod.spec.hostNetwork === true || runtime.ips.length > 0);
  const facts = podConditions(pod, phase, init, containers, sandboxReady);
  const ips = pod.spec.hostNetwork ? [context.nodeIp] : runtime.ips.length > 0 ? runtime.ips : (before?.podIPs ?? []).map(({ ip }) => ip ?? '');
  const begun = pod.spec.hostNetwork ? runtime.sandboxes.length > 0 : ips.length > 0;
  const hostIPs: Ip[] = [{ ip: context.nodeIp }];
  return {
    conditions: conditions(inputs, facts, before, generation),
    containerStatuses: containers,
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    hostIP: context.nodeIp,
    hostIPs,
    ...(init.length > 0 && { initContainerStatuses: init }),
    ...reasonOf(inputs, before),
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    ...(begun && ips[0] !== undefined && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    qosClass: qosClass(pod),
    startTime: before?.startTime ?? rfc3339(context.sim.now),
  } as PodStatus; // hostIPs and the fields of newer containers are not in kubernetes-types yet.
}

function reasonOf({ final }: PodStatusInputs, before: PodStatus | undefined): Pick<PodStatus, 'reason' | 'message'> {
  const reason = final?.reason ?? before?.reason;
  const message = final?.message ?? before?.message;
  return { ...(message !== undefined && { message }), ...(reason !== undefined && { reason }) };
}

/** prober_manager.go UpdatePodStatus: `started` and `ready` of running containers follow their probes. */
function withReadiness({ pod, probes }: PodStatusInputs, statuses: readonly FullContainerStatus[], kind: 'init' | 'containers'): FullContainerStatus[] {
  const specs = kind === 'init' ? initContainers(pod) : pod.spec.containers;
  return statuses.map((status, index) => {
    const spec = specs[index];
    if (!spec) return status;
    if (kind === 'init' && !isRestartableInit(spec)) {
      const done = status.state?.terminated?.exitCode === 0;
      return { ...status, ready: done, started: false };
    }
    const id = status.containerID?.replace(/^[a-z-]+:\/\//, '') ?? '';
    const running = status.state?.running !== undefined;
    const started = running && (spec.startupProbe === undefined || probes.startup.get(id) === 'success');
    const ready = started && (spec.readinessProbe === undefined || probes.readiness.get(id) === 'success');
    return { ...status, ready, started };
  });
}

function conditions({ context, pod, final }: PodStatusInputs, facts: readonly ConditionFacts[], before: PodStatus | undefined, generation: number | undefined) {
  const now = rfc3339(context.sim.now);
  const made = facts.map(({ type, status, reason, message }) => {
    const old = before?.conditions?.find((each) => each.type === type);
    const since = old?.status === status ? old.lastTransitionTime : type === 'PodScheduled' ? (old?.lastTransitionTime ?? now) : now;
    return {
      lastProbeTime: null,
      lastTransitionTime: since,
      ...(message !== undefined && { message }),
      ...(generation !== undefined && { observedGeneration: generation }),
      ...(reason !== undefined && { reason }),
      status,
      type,
    };
  });
  // Those of others (readiness gates, DisruptionTarget) stay as they are.
  const own = new Set(facts.map(({ type }) => type));
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !own.has(type));
  if (final?.reason !== 'Evicted') return [...made, ...others];
  const disruption = {
    lastProbeTime: null,
    lastTransitionTime: now,
    message: final.message ?? '',
    reason: 'TerminationByKubelet',
    status: 'True',
    type: 'DisruptionTarget',
  };
  return [...made, ...others.filter(({ type }) => type !== disruption.type), disruption];
}
