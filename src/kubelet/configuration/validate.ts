/** What a kubelet refuses to start with (kubernetes pkg/kubelet/apis/config/validation/validation.go, pkg/kubelet/eviction/helpers.go, cmd/kubelet/app/server.go). */
import { parseQuantity, QuantityError } from '../../apimachinery/quantity.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Of a field: the least and the most it may be, and how upstream says so; a flag's name in brackets behind it. */
const ranges: readonly (readonly [field: string, flag: string, least: number, most: number, says: string])[] = [
  ['eventBurst', 'event-burst', 0, Infinity, 'must not be a negative number'],
  ['eventRecordQPS', 'event-qps', 0, Infinity, 'must not be a negative number'],
  ['healthzPort', 'healthz-port', 0, 65_535, 'must be between 1 and 65535, inclusive'],
  ['imageGCHighThresholdPercent', 'image-gc-high-threshold', 0, 100, 'must be between 0 and 100, inclusive'],
  ['imageGCLowThresholdPercent', 'image-gc-low-threshold', 0, 100, 'must be between 0 and 100, inclusive'],
  ['iptablesDropBit', 'iptables-drop-bit', 0, 31, 'must be between 0 and 31, inclusive'],
  ['iptablesMasqueradeBit', 'iptables-masquerade-bit', 0, 31, 'must be between 0 and 31, inclusive'],
  ['kubeAPIBurst', 'kube-api-burst', 0, Infinity, 'must not be a negative number'],
  ['kubeAPIQPS', 'kube-api-qps', 0, Infinity, 'must not be a negative number'],
  ['nodeStatusMaxImages', 'node-status-max-images', -1, Infinity, 'must be -1 or greater'],
  ['maxOpenFiles', 'max-open-files', 0, Infinity, 'must not be a negative number'],
  ['maxPods', 'max-pods', 0, Infinity, 'must not be a negative number'],
  ['oomScoreAdj', 'oom-score-adj', -1000, 1000, 'must be between -1000 and 1000, inclusive'],
  ['podsPerCore', 'pods-per-core', 0, Infinity, 'must not be a negative number'],
  ['port', 'port', 0, 65_535, 'must be between 1 and 65535, inclusive'],
  ['readOnlyPort', 'read-only-port', 0, 65_535, 'must be between 0 and 65535, inclusive'],
  ['registryBurst', 'registry-burst', 0, Infinity, 'must not be a negative number'],
  ['registryPullQPS', 'registry-qps', 0, Infinity, 'must not be a negative number'],
];

const choices: readonly (readonly [field: string, values: readonly string[], says: (found: string) => string])[] = [
  [
    'topologyManagerPolicy',
    ['none', 'best-effort', 'restricted', 'single-numa-node'],
    (found) => `topologyManagerPolicy (--topology-manager-policy) ${found} must be one of: ["none" "best-effort" "restricted" "single-numa-node"]`,
  ],
  ['topologyManagerScope', ['container', 'pod'], (found) => `topologyManagerScope (--topology-manager-scope) ${found} must be one of: "container", or "pod"`],
  [
    'hairpinMode',
    ['none', 'hairpin-veth', 'promiscuous-bridge'],
    (found) => `option ${found} specified for hairpinMode (--hairpin-mode). Valid options are "none", "hairpin-veth" or "promiscuous-bridge"`,
  ],
];
const enforcements = ['pods', 'system-reserved', 'system-reserved-compressible', 'kube-reserved', 'kube-reserved-compressible', 'none'];

/** The whole sentence of `command failed`, or undefined. `minor` is the release's. */
export function configurationProblem(config: Raw): string | undefined {
  const found = invalid(config).map((each) => `invalid configuration: ${each}`);
  if (found.length > 0)
    return `failed to validate kubelet configuration, error: ${found.length === 1 ? found[0] : `[${found.join(', ')}]`}, path: &TypeMeta{Kind:,APIVersion:,}`;
  const why = reserved(config, 'kubeReserved', 'kube-reserved') ?? reserved(config, 'systemReserved', 'system-reserved') ?? thresholds(config);
  return why === undefined ? undefined : `failed to run Kubelet: ${why}`;
}

function invalid(config: Raw): string[] {
  const found = ranges.flatMap(([field, flag, least, most, says]) => {
    const value = config[field];
    return typeof value === 'number' && (value < least || value > most) ? [`${field} (--${flag}) ${value} ${says}`] : [];
  });
  const high = numberOf(config, 'imageGCHighThresholdPercent', 85);
  const low = numberOf(config, 'imageGCLowThresholdPercent', 80);
  if (low >= high)
    found.push(
      `imageGCLowThresholdPercent (--image-gc-low-threshold) ${low} must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) ${high}`,
    );
  if (config['runOnce'] === true) found.push('runOnce (--runOnce) true, Runonce mode has been deprecated and should not be set');
  if (config['serializeImagePulls'] !== false && numberOf(config, 'maxParallelImagePulls', 1) > 1)
    found.push('maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls (--serialize-image-pulls) is set to false');
  for (const [field, values, says] of choices) {
    const value = config[field];
    if (typeof value === 'string' && value !== '' && !values.includes(value)) found.push(says(JSON.stringify(value)));
  }
  return [...found, ...enforced(config)];
}

function enforced(config: Raw): string[] {
  const list = (config['enforceNodeAllocatable'] as readonly string[] | undefined) ?? [];
  return list.flatMap((each) => {
    if (!enforcements.includes(each))
      return [
        `option ${JSON.stringify(each)} specified for enforceNodeAllocatable (--enforce-node-allocatable). Valid options are "pods", "system-reserved", "system-reserved-compressible", "kube-reserved", "kube-reserved-compressible" or "none"`,
      ];
    const [, owner] = /^(system|kube)-reserved/.exec(each) ?? [];
    if (owner === undefined || config[`${owner}ReservedCgroup`]) return [];
    return [
      `${owner}ReservedCgroup (--${owner}-reserved-cgroup) must be specified when "${owner}-reserved" or "${owner}-reserved-compressible" included in enforceNodeAllocatable (--enforce-node-allocatable)`,
    ];
  });
}

const numberOf = (config: Raw, field: string, standard: number): number => (typeof config[field] === 'number' ? (config[field] as number) : standard);
const textsOf = (config: Raw, field: string): [string, string][] => Object.entries((config[field] ?? {}) as Record<string, string>);

const reservable = ['cpu', 'memory', 'ephemeral-storage', 'pid'];

/** parseResourceList. */
function reserved(config: Raw, field: string, flag: string): string | undefined {
  for (const [name, text] of textsOf(config, field)) {
    const failed = (why: string): string => `--${flag} value failed to parse: ${why}`;
    if (!reservable.includes(name)) return failed(`cannot reserve "${name}" resource`);
    const amount = quantity(text);
    if (typeof amount === 'string') return failed(`failed to parse quantity "${text}" for "${name}" resource: ${amount}`);
    if (amount < 0) return failed(`resource quantity for "${name}" cannot be negative: ${text}`);
  }
  return undefined;
}

const signals =
  'memory.available allocatableMemory.available nodefs.available nodefs.inodesFree imagefs.available imagefs.inodesFree containerfs.available containerfs.inodesFree pid.available'.split(
    ' ',
  );

/** ParseThresholdConfig. */
function thresholds(config: Raw): string | undefined {
  for (const [signal, text] of [...textsOf(config, 'evictionHard'), ...textsOf(config, 'evictionSoft')]) {
    if (!signals.includes(signal)) return `unsupported eviction signal ${signal}`;
    if (text.endsWith('%')) {
      const percent = Number(text.slice(0, -1));
      if (text.length === 1 || Number.isNaN(percent)) return `strconv.ParseFloat: parsing ${JSON.stringify(text.slice(0, -1))}: invalid syntax`;
      if (percent < 0) return `eviction percentage threshold ${signal} must be >= 0%: ${text}`;
      if (percent > 100) return `eviction percentage threshold ${signal} must be <= 100%: ${text}`;
      continue;
    }
    const amount = quantity(text);
    if (typeof amount === 'string') return amount;
    if (amount < 0) return `eviction threshold ${signal} must be positive: ${text}`;
  }
  const grace = new Set(textsOf(config, 'evictionSoftGracePeriod').map(([signal]) => signal));
  const lacking = textsOf(config, 'evictionSoft').find(([signal]) => !grace.has(signal));
  return lacking && `grace period must be specified for the soft eviction threshold ${lacking[0]}`;
}

function quantity(text: string): number | string {
  try {
    return parseQuantity(text).value();
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}
