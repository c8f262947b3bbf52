/** What the probes of each container came to last: kubernetes pkg/kubelet/prober/results. */
export type ProbeResult = 'success' | 'failure' | 'unknown';
/** Keys of the spec without `Probe`. */
export type ProbeType = 'liveness' | 'readiness' | 'startup';

/** By container id. */
export type ProbeResults = Readonly<Record<ProbeType, Map<string, ProbeResult>>>;

/** By container id: a restarted container begins anew. */
export const newProbeResults = (): ProbeResults => ({ liveness: new Map(), readiness: new Map(), startup: new Map() });
