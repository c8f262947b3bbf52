/** The kubelet's command line (kubernetes cmd/kubelet/app/options/options.go): its own flags, and those that stand for a field of the configuration. */
import type { TypeInfo } from '../../api/schema.ts';
import { durationProblem } from '../../apimachinery/duration.ts';
import { kubeletConfigurationType } from '../../kubelet/configuration/type.ts';
import type { Process } from '../../linux/process.ts';
import { Exit } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { minorOf } from '../releases.ts';
import type { Flags } from './component.ts';

const own =
  `bootstrap-kubeconfig config config-dir container-runtime-endpoint hostname-override image-service-endpoint kubeconfig node-ip node-labels register-with-taints
v cgroup-driver fail-swap-on cert-dir root-dir runtime-cgroups cloud-provider exit-on-lock-contention lock-file image-credential-provider-config
image-credential-provider-bin-dir max-container-log-line-size vmodule`
    .split(/\s+/)
    .filter(Boolean);

/** Flags that have gone, with the last minor release that knew them. */
const untilMinor: Readonly<Record<string, number>> = {
  'network-plugin': 23,
  'network-plugin-mtu': 23,
  'cni-bin-dir': 23,
  'cni-conf-dir': 23,
  'cni-cache-dir': 23,
  'docker-endpoint': 23,
  'image-pull-progress-deadline': 23,
  'container-runtime': 26,
  'pod-infra-container-image': 34,
};

/** Flags whose names are not those of their fields, with dashes. */
const named: Readonly<Record<string, string>> = {
  'anonymous-auth': 'authentication.anonymous.enabled',
  'authentication-token-webhook': 'authentication.webhook.enabled',
  'authorization-mode': 'authorization.mode',
  'client-ca-file': 'authentication.x509.clientCAFile',
  'cluster-dns': 'clusterDNS',
  'cpu-cfs-quota': 'cpuCFSQuota',
  'event-qps': 'eventRecordQPS',
  'image-gc-high-threshold': 'imageGCHighThresholdPercent',
  'image-gc-low-threshold': 'imageGCLowThresholdPercent',
  'kube-api-burst': 'kubeAPIBurst',
  'kube-api-qps': 'kubeAPIQPS',
  'minimum-image-ttl-duration': 'imageMinimumGCAge',
  'oom-score-adj': 'oomScoreAdj',
  'pod-manifest-path': 'staticPodPath',
  'pod-max-pids': 'podPidsLimit',
  'registry-qps': 'registryPullQPS',
  'reserved-cpus': 'reservedSystemCPUs',
  'resolv-conf': 'resolvConf',
  'tls-private-key-file': 'tlsPrivateKeyFile',
};
const configured = `address allowed-unsafe-sysctls cgroup-root cgroups-per-qos cluster-domain container-log-max-files container-log-max-size cpu-manager-policy
enable-controller-attach-detach enable-debugging-handlers enable-server enforce-node-allocatable event-burst eviction-hard eviction-max-pod-grace-period
eviction-minimum-reclaim eviction-pressure-transition-period eviction-soft eviction-soft-grace-period feature-gates file-check-frequency hairpin-mode healthz-bind-address
healthz-port kube-reserved kube-reserved-cgroup kubelet-cgroups max-open-files max-pods memory-manager-policy node-status-max-images node-status-update-frequency pod-cidr
pods-per-core port protect-kernel-defaults read-only-port register-node registry-burst rotate-certificates runtime-request-timeout seccomp-default serialize-image-pulls
streaming-connection-idle-timeout sync-frequency system-cgroups system-reserved system-reserved-cgroup tls-cert-file tls-cipher-suites tls-min-version
topology-manager-policy volume-plugin-dir volume-stats-agg-period`.split(/\s+/);

/** The field of the configuration that a flag sets, as a path. */
const fieldOf = (flag: string): string | undefined =>
  named[flag] ?? (configured.includes(flag) ? flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) : undefined);

/** `config` is the file of --config; flags win over it. */
type KubeletFlags = { readonly set: Flags; readonly config: Readonly<Record<string, unknown>> };

/** `--name=value` and `--name value`; one that this release does not know ends it. */
export function* readKubeletFlags(process: Process, argv: readonly string[], version: string): Routine<KubeletFlags> {
  const known = new Set([...own, ...Object.entries(untilMinor).flatMap(([name, last]) => (minorOf(version) <= last ? [name] : []))]);
  const set = new Map<string, string>();
  const config: Record<string, unknown> = {};
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const flag = name.replace(/^--/, '');
    if (name === '--version') {
      yield* process.print(`Kubernetes ${version}\n`);
      throw new Exit(0);
    }
    const field = fieldOf(flag);
    if (!name.startsWith('--') || (!known.has(flag) && field === undefined)) {
      yield* process.printError(name.startsWith('-') ? `Error: failed to parse kubelet flag: unknown flag: ${name}\n` : `Error: unknown command: ${word}\n`);
      throw new Exit(1);
    }
    const type = field === undefined ? undefined : typeAt(field);
    const given = equals < 0 ? (type?.scalar === 'boolean' ? 'true' : argv[++i]) : word.slice(equals + 1);
    if (given === undefined) {
      yield* process.printError(`Error: failed to parse kubelet flag: flag needs an argument: ${name}\n`);
      throw new Exit(1);
    }
    const problem = type ? wrongValue(type, given) : flag === 'v' && !/^-?\d+$/.test(given) ? parseError('ParseInt', given) : undefined;
    if (problem !== undefined) {
      yield* process.printError(`Error: failed to parse kubelet flag: invalid argument ${JSON.stringify(given)} for "${name}" flag: ${problem}\n`);
      throw new Exit(1);
    }
    if (field === undefined || type === undefined) set.set(flag, given);
    else {
      yield* process.printError(
        `Flag ${name} has been deprecated, This parameter should be set via the config file specified by the Kubelet's --config flag. See https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/ for more information.\n`,
      );
      config[field] = valueFor(type, given);
    }
  }
  return { set, config };
}

/** The configuration of the file with what flags say over it. */
export function withFlags(file: Readonly<Record<string, unknown>>, flags: KubeletFlags['config']): Readonly<Record<string, unknown>> {
  let result = file;
  // Gates of the file and of flags are one set.
  const gates = { ...(file['featureGates'] as object | undefined), ...(flags['featureGates'] as object | undefined) };
  for (const [path, value] of Object.entries(flags)) result = put(result, path.split('.'), path === 'featureGates' ? gates : value);
  return result;
}

function put(object: Readonly<Record<string, unknown>>, [first = '', ...rest]: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  return { ...object, [first]: rest.length === 0 ? value : put((object[first] ?? {}) as Record<string, unknown>, rest, value) };
}

const typeAt = (path: string): TypeInfo | undefined =>
  path.split('.').reduce<TypeInfo | undefined>((type, name) => type?.field(name)?.type, kubeletConfigurationType());

const parseError = (parser: string, text: string): string => `strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`;

/** What pflag says of a value. */
function wrongValue(type: TypeInfo, text: string): string | undefined {
  if (type.scalar === 'boolean') return /^(1|0|t|f|true|false)$/i.test(text) ? undefined : parseError('ParseBool', text);
  if (type.scalar === 'int32' || type.scalar === 'int64') return /^[-+]?\d+$/.test(text) ? undefined : parseError('ParseInt', text);
  if (type.kind === 'map') {
    const truth = type.items?.scalar === 'boolean';
    for (const pair of pairs(text)) {
      const [name = '', value] = pair.split(/[=<](.*)/s);
      if (value === undefined) return `malformed pair, expect string=${truth ? 'bool' : 'string'}`;
      if (truth && !/^(1|0|t|f|true|false)$/i.test(value.trim())) return `invalid value of ${name}: ${value}, err: ${parseError('ParseBool', value.trim())}`;
    }
    return undefined;
  }
  return type.scalar === 'duration' ? durationProblem(text) : undefined;
}

function valueFor(type: TypeInfo, text: string): unknown {
  if (type.kind === 'list') return text === '' ? [] : text.split(',');
  if (type.kind === 'map') {
    const truth = type.items?.scalar === 'boolean';
    return Object.fromEntries(
      pairs(text).map((pair) => {
        const [, key = '', value = ''] = /^([^=<]*)[=<](.*)$/.exec(pair) ?? [];
        return [key.trim(), truth ? /^(1|t|true)$/i.test(value) : value];
      }),
    );
  }
  if (type.scalar === 'boolean') return /^(1|t|true)$/i.test(text);
  return type.scalar === 'int32' || type.scalar === 'int64' ? Number(text) : text;
}

const pairs = (text: string): string[] => text.split(',').filter(Boolean);
