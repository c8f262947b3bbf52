import { parseGoDuration } from '../apimachinery/duration.ts';
import type { Milliseconds } from '../sim/routine.ts';

/** The KubeletConfiguration with its defaults filled in (kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go). */
export type KubeletConfig = {
  readonly staticPodPath: string;
  readonly fileCheckFrequency: Milliseconds;
  readonly clusterDomain: string;
  readonly clusterDNS: readonly string[];
  readonly resolvConf: string;
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
  /** False, the default on cgroup v2: a container that runs out of memory dies whole. */
  readonly singleProcessOOMKill: boolean;
  readonly seccompDefault: boolean;
  readonly maxPods: number;
  readonly serializeImagePulls: boolean;
  readonly nodeStatusUpdateFrequency: Milliseconds;
  readonly nodeStatusReportFrequency: Milliseconds;
  readonly nodeLeaseDurationSeconds: number;
  readonly syncFrequency: Milliseconds;
  readonly crashLoopMaxBackoff: Milliseconds;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAge: Milliseconds;
  readonly evictionHard: Readonly<Record<string, string>>;
  readonly allowedUnsafeSysctls: readonly string[];
  readonly evictionPressureTransitionPeriod: Milliseconds;
  readonly registerNode: boolean;
  readonly registerWithTaints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly kubeReserved: Readonly<Record<string, string>>;
  readonly healthzPort: number;
  readonly authorizationMode: string;
};

const evictionHard = {
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
};

/** Reads the object that /var/lib/kubelet/config.yaml holds. */
export function readConfig(raw: Readonly<Record<string, unknown>>): KubeletConfig {
  const crash = raw['crashLoopBackOff'] as { maxContainerRestartPeriod?: string } | undefined;
  return {
    staticPodPath: text(raw['staticPodPath'], ''),
    fileCheckFrequency: duration(raw['fileCheckFrequency'], 20_000),
    clusterDomain: text(raw['clusterDomain'], 'cluster.local'),
    clusterDNS: (raw['clusterDNS'] as readonly string[] | undefined) ?? [],
    resolvConf: text(raw['resolvConf'], '/etc/resolv.conf'),
    cgroupDriver: raw['cgroupDriver'] === 'cgroupfs' ? 'cgroupfs' : 'systemd',
    singleProcessOOMKill: raw['singleProcessOOMKill'] === true,
    seccompDefault: raw['seccompDefault'] === true,
    maxPods: count(raw['maxPods'], 110),
    serializeImagePulls: raw['serializeImagePulls'] !== false,
    nodeStatusUpdateFrequency: duration(raw['nodeStatusUpdateFrequency'], 10_000),
    nodeStatusReportFrequency: duration(raw['nodeStatusReportFrequency'], 300_000),
    nodeLeaseDurationSeconds: count(raw['nodeLeaseDurationSeconds'], 40),
    syncFrequency: duration(raw['syncFrequency'], 60_000),
    crashLoopMaxBackoff: duration(crash?.maxContainerRestartPeriod, 300_000),
    imageGCHighThresholdPercent: count(raw['imageGCHighThresholdPercent'], 85),
    imageGCLowThresholdPercent: count(raw['imageGCLowThresholdPercent'], 80),
    imageMinimumGCAge: duration(raw['imageMinimumGCAge'], 120_000),
    evictionHard: (raw['evictionHard'] as Record<string, string> | undefined) ?? evictionHard,
    evictionPressureTransitionPeriod: duration(raw['evictionPressureTransitionPeriod'], 300_000),
    allowedUnsafeSysctls: (raw['allowedUnsafeSysctls'] as readonly string[] | undefined) ?? [],
    registerNode: raw['registerNode'] !== false,
    registerWithTaints: (raw['registerWithTaints'] as KubeletConfig['registerWithTaints'] | undefined) ?? [],
    systemReserved: (raw['systemReserved'] as Record<string, string> | undefined) ?? {},
    kubeReserved: (raw['kubeReserved'] as Record<string, string> | undefined) ?? {},
    healthzPort: count(raw['healthzPort'], 10248),
    authorizationMode: (raw['authorization'] as { mode?: string } | undefined)?.mode ?? 'Webhook',
  };
}

const text = (value: unknown, standard: string): string => (typeof value === 'string' && value !== '' ? value : standard);
const count = (value: unknown, standard: number): number => (typeof value === 'number' && value !== 0 ? value : standard);

/** A zero duration in the file means the default, as upstream's defaulting has it. */
function duration(value: unknown, standard: Milliseconds): Milliseconds {
  if (typeof value !== 'string') return standard;
  return parseGoDuration(value) || standard;
}
