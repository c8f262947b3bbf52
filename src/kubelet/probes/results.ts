/** What the probes of each container came to last: kubernetes pkg/kubelet/prober/results. */
export type ProbeResult = 'success' | 'failure' | 'unknown';
export type ProbeType = 'liveness' | 'readiness' | 'startup';

/** By container id. */
export type ProbeResults = Readonly<Record<ProbeType, Map<string, ProbeResult>>>;

export const newProbeResults = (): ProbeResults => ({ liveness: new Map(), readiness: new Map(), startup: new Map() });
