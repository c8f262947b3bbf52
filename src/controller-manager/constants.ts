import type { Milliseconds } from '../sim/routine.ts';

/** One of upstream's knobs. */
type Constant<T = Milliseconds> = { readonly value: T; readonly upstream: string };

/** What decides the timing and the size of what controllers do, with upstream's names. Times are in milliseconds. */
export const constants = {
  kubeApiQps: { value: 20, upstream: '--kube-api-qps' },
  kubeApiBurst: { value: 30, upstream: '--kube-api-burst' },
  nodeMonitorPeriod: { value: 5_000, upstream: 'NodeMonitorPeriod' },
  nodeMonitorGracePeriod: { value: 50_000, upstream: 'NodeMonitorGracePeriod' },
  nodeStartupGracePeriod: { value: 60_000, upstream: 'NodeStartupGracePeriod' },
  nodeEvictionRate: { value: 0.1, upstream: 'NodeEvictionRate' },
  secondaryNodeEvictionRate: { value: 0.01, upstream: 'SecondaryNodeEvictionRate' },
  unhealthyZoneThreshold: { value: 0.55, upstream: 'UnhealthyZoneThreshold' },
  largeClusterSizeThreshold: { value: 50, upstream: 'LargeClusterSizeThreshold' },
  clusterCidr: { value: '10.244.0.0/16', upstream: '--cluster-cidr' },
  nodeCidrMaskSize: { value: 24, upstream: '--node-cidr-mask-size' },
  slowStartInitialBatchSize: { value: 1, upstream: 'SlowStartInitialBatchSize' },
  burstReplicas: { value: 500, upstream: 'BurstReplicas' },
  daemonSetBurstReplicas: { value: 250, upstream: 'daemon.BurstReplicas' },
  expectationsTimeout: { value: 300_000, upstream: 'ExpectationsTimeout' },
  podGcCheckPeriod: { value: 20_000, upstream: 'gcCheckPeriod' },
  podGcQuarantine: { value: 40_000, upstream: 'quarantineTime' },
  terminatedPodGcThreshold: { value: 12_500, upstream: '--terminated-pod-gc-threshold' },
  maxEndpointsPerSlice: { value: 100, upstream: 'MaxEndpointsPerSlice' },
  maxEndpointsPerEndpoints: { value: 1_000, upstream: 'maxCapacity' },
  jobPodFailureBackoff: { value: 10_000, upstream: 'DefaultJobPodFailureBackOff' },
  maxJobPodFailureBackoff: { value: 600_000, upstream: 'MaxJobPodFailureBackOff' },
  jobSyncBatchPeriod: { value: 1_000, upstream: 'syncJobBatchPeriod' },
  cronJobStartDelay: { value: 100, upstream: 'nextScheduleDelta' },
  maxStartsCounted: { value: 100, upstream: 'tooManyMissed' },
  volumeResyncPeriod: { value: 15_000, upstream: 'PVClaimBinderSyncPeriod' },
  hpaSyncPeriod: { value: 15_000, upstream: 'HorizontalPodAutoscalerSyncPeriod' },
  namespaceDeletionRetry: { value: 5_000, upstream: 'finalizerEstimateSeconds' },
  clusterSigningDuration: { value: 365 * 24 * 3_600_000, upstream: '--cluster-signing-duration' },
} as const satisfies Readonly<Record<string, Constant<number | string>>>;
