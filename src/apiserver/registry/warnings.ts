/** `Warning: …` of objects that are valid and probably not meant so (kubernetes pkg/api/pod/warnings.go and its neighbours, WarningsOnCreate of the strategies). */
import type { core, KubeObject } from '../../api/types.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { validateDnsLabel } from '../../apimachinery/names.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { isObject } from '../objects.ts';
import { validateLabelValue } from '../validation/names.ts';

type Template = { readonly metadata?: KubeObject['metadata'] | undefined; readonly spec?: core.PodSpec | undefined };
type Term = { readonly matchExpressions?: readonly { readonly key: string; readonly values?: readonly string[] }[] };
type Amounts = Readonly<Record<string, string | number>> | undefined;

const instead = (since: string, key: string): string => `deprecated since ${since}; use "${key}" instead`;

/** Labels of nodes that have a newer name, and what is said of them. */
export const oldNodeLabels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'beta.kubernetes.io/arch': instead('v1.14', 'kubernetes.io/arch'),
    'beta.kubernetes.io/os': instead('v1.14', 'kubernetes.io/os'),
    'failure-domain.beta.kubernetes.io/region': instead('v1.17', 'topology.kubernetes.io/region'),
    'failure-domain.beta.kubernetes.io/zone': instead('v1.17', 'topology.kubernetes.io/zone'),
    'beta.kubernetes.io/instance-type': instead('v1.17', 'node.kubernetes.io/instance-type'),
    'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
  }),
);

const gone = (since: string, removed: string): string => `deprecated in v1.${since}, non-functional in v1.${removed}+`;

/** Kinds of volumes, in pods and as persistent volumes, that do nothing any more. */
const oldVolumes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    photonPersistentDisk: gone('11', '16'),
    gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
    scaleIO: gone('16', '22'),
    flocker: gone('22', '25'),
    storageOS: gone('22', '25'),
    quobyte: gone('22', '25'),
    glusterfs: gone('25', '26'),
    cephfs: gone('28', '31'),
    rbd: gone('28', '31'),
  }),
);

const oldAnnotations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
    'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
    'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  }),
);

const secondOf = (before: string, field: string): string => `${before}; use the "${field}" field instead`;

/** Of a pod's template at `path` (`spec.template.`, or '' for a pod itself). */
export function podWarnings(path: string, { metadata, spec }: Template): string[] {
  if (spec === undefined) return [];
  const found: string[] = [];
  const at = `${path}spec`;
  for (const key in spec.nodeSelector) if (oldNodeLabels.has(key)) found.push(`${at}.nodeSelector[${key}]: ${oldNodeLabels.get(key)}`);
  if (spec.affinity) affinityWarnings(found, `${at}.affinity`, spec.affinity);
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, i) => {
    const field = `${at}.topologySpreadConstraints[${i}]`;
    if (oldNodeLabels.has(topologyKey)) found.push(`${field}.topologyKey: ${topologyKey} is ${oldNodeLabels.get(topologyKey)}`);
    if (labelSelector === undefined) found.push(`${field}.labelSelector: ${matchesNone}`);
  });
  const annotations = metadata?.annotations ?? {};
  for (const key in annotations) if (oldAnnotations.has(key)) found.push(`${path}metadata.annotations[${key}]: ${oldAnnotations.get(key)}`);
  if (spec.volumes) volumeWarnings(found, at, spec.volumes);
  repeated(found, `${at}.hostAliases`, 'ip', spec.hostAliases);
  repeated(found, `${at}.imagePullSecrets`, 'name', spec.imagePullSecrets);
  fractional(found, `${at}.overhead`, spec.overhead);
  containerWarnings(found, path, spec, annotations);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    found.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  return found;
}

const matchesNone = 'a null labelSelector results in matching no pod';

/** Old labels in a term that chooses nodes. */
export function termWarnings(found: string[], path: string, { matchExpressions = [] }: Term, values = false): void {
  matchExpressions.forEach((expression, i) => {
    const field = `${path}.matchExpressions[${i}]`;
    if (oldNodeLabels.has(expression.key)) found.push(`${field}.key: ${expression.key} is ${oldNodeLabels.get(expression.key)}`);
    if (!values) return;
    expression.values?.forEach((value, j) => {
      for (const text of validateLabelValue(value)) found.push(`${field}.values[${j}]: ${value} is invalid, ${text}`);
    });
  });
}

function affinityWarnings(found: string[], path: string, { nodeAffinity, podAffinity, podAntiAffinity }: core.Affinity): void {
  const [required, preferred] = ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution'] as const;
  nodeAffinity?.[required]?.nodeSelectorTerms.forEach((term, i) => {
    termWarnings(found, `${path}.nodeAffinity.${required}.nodeSelectorTerms[${i}]`, term);
  });
  nodeAffinity?.[preferred]?.forEach(({ preference }, i) => {
    termWarnings(found, `${path}.nodeAffinity.${preferred}[${i}].preference`, preference, true);
  });
  for (const [name, affinity] of Object.entries({ podAffinity, podAntiAffinity })) {
    affinity?.[required]?.forEach(({ labelSelector }, i) => {
      if (labelSelector === undefined) found.push(`${path}.${name}.${required}[${i}].labelSelector: ${matchesNone}`);
    });
    affinity?.[preferred]?.forEach(({ podAffinityTerm }, i) => {
      if (podAffinityTerm.labelSelector === undefined) found.push(`${path}.${name}.${preferred}[${i}].podAffinityTerm.labelSelector: ${matchesNone}`);
    });
  }
}

function volumeWarnings(found: string[], path: string, volumes: readonly core.Volume[]): void {
  volumes.forEach((volume, i) => {
    const field = `${path}.volumes[${i}]`;
    sourceWarnings(found, field, volume);
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    if (claim) claimSpecWarnings(found, `${field}.ephemeral.volumeClaimTemplate.spec`, claim);
  });
  for (const { name, ...volume } of volumes) {
    for (const [key, source] of Object.entries(volume)) if (isObject(source)) overlaps(found, name, key, source as Projection);
  }
}

/** Kinds of volumes of another time. */
export function sourceWarnings(found: string[], path: string, volume: object): void {
  for (const kind in volume) if (oldVolumes.has(kind)) found.push(`${path}.${kind}: ${oldVolumes.get(kind)}`);
}

type Projection = { readonly name?: string; readonly secretName?: string; readonly items?: readonly { readonly path: string }[]; readonly path?: string };
type Sourced = Projection & { readonly sources?: readonly Readonly<Record<string, Projection>>[] };

const named: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap',
  secret: 'Secret',
  downwardAPI: 'DownwardAPI',
  serviceAccountToken: 'ServiceAccountToken',
};
const titled = (kind: string, { name, secretName }: Projection): string =>
  [named[kind], (secretName ?? name) && quote((secretName ?? name) as string)].filter(Boolean).join(' ');

/** Two keys that would be written to one path, or one below another that is a file. */
function overlaps(found: string[], volume: string, kind: string, source: Sourced): void {
  const parts = kind === 'projected' ? (source.sources ?? []).flatMap((each) => Object.entries(each)) : named[kind] ? [[kind, source] as const] : [];
  const seen: { readonly path: string; readonly text: string }[] = [];
  for (const [type, part] of parts) {
    const about = kind === 'projected' ? ` (${titled(type, part)})` : '';
    for (const { path } of part.items ?? (type === 'serviceAccountToken' ? [{ path: part.path ?? '' }] : [])) {
      const bare = path.replace(/\/+$/, '');
      const text = quote(bare) + about;
      for (const other of seen) {
        if (!`${other.path}/`.startsWith(`${bare}/`) && !`${bare}/`.startsWith(`${other.path}/`)) continue;
        found.push(`volume ${quote(volume)} (${kind === 'projected' ? 'Projected' : titled(kind, source)}): overlapping paths: ${text} with ${other.text}`);
      }
      seen.push({ path: bare, text });
    }
  }
}

function repeated<K extends string>(found: string[], path: string, key: K, list: readonly { readonly [k in K]?: string }[] = []): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const value = item[key] ?? '';
    if (seen.has(value)) found.push(`${path}[${i}].${key}: duplicate ${key} ${quote(value)}`);
    else if (value === '') found.push(`${path}[${i}].${key}: invalid empty name ""`);
    seen.add(value);
  });
}

/** `memory: 128m` is an eighth of a byte. */
function fractional(found: string[], path: string, amounts: Amounts, names: readonly string[] = ['memory', 'ephemeral-storage']): void {
  for (const name of amounts ? names : []) {
    const value = tryParseQuantity(amounts?.[name]);
    if (value !== undefined && value.milliValue() % 1000 !== 0)
      found.push(`${path}[${name}]: fractional byte value ${quote(value.toString())} is invalid, must be an integer`);
  }
}

/** Of a claim's spec. */
export function claimSpecWarnings(found: string[], path: string, { resources }: core.PersistentVolumeClaimSpec): void {
  for (const part of ['requests', 'limits'] as const) fractional(found, `${path}.resources.${part}`, resources?.[part], ['storage']);
}

type Annotations = Readonly<Record<string, string>>;

function containerWarnings(found: string[], path: string, spec: core.PodSpec, annotations: Annotations): void {
  const seccomp = secondOf('non-functional in v1.27+', 'seccompProfile');
  const podKey = 'seccomp.security.alpha.kubernetes.io/pod';
  if (annotations[podKey] !== undefined && !spec.securityContext?.seccompProfile) found.push(`${path}metadata.annotations[${podKey}]: ${seccomp}`);
  const ports: Port[] = [];
  const later = { ports: [] as string[], names: [] as string[] };
  for (const part of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[part] as readonly core.Container[] | undefined)?.forEach((container, i) => {
      const field = `${path}spec.${part}[${i}]`;
      const { name, securityContext, resources, env = [] } = container;
      const note = (key: string, text: string): unknown => annotations[key] !== undefined && found.push(`${path}metadata.annotations[${key}]: ${text}`);
      if (!securityContext?.seccompProfile) note(`container.seccomp.security.alpha.kubernetes.io/${name}`, seccomp);
      if (!securityContext?.appArmorProfile && !spec.securityContext?.appArmorProfile)
        note(`container.apparmor.security.beta.kubernetes.io/${name}`, secondOf('deprecated since v1.30', 'appArmorProfile'));
      for (const each of ['limits', 'requests'] as const) fractional(found, `${field}.resources.${each}`, resources?.[each]);
      hiddenVariables(found, field, env);
      portWarnings(later, ports, field, container.ports ?? []);
    });
  }
  found.push(...later.ports, ...later.names);
}

/** A variable that is set anew, and not built on what it was. */
function hiddenVariables(found: string[], path: string, env: readonly core.EnvVar[]): void {
  const seen = new Set<string>();
  env.forEach(({ name, value = '', valueFrom }, i) => {
    const own = `$(${name})`;
    if (seen.has(name) && (valueFrom !== undefined || value === own || !value.includes(own)))
      found.push(`${path}.env[${i}]: hides previous definition of ${quote(name)}, which may be dropped when using apply`);
    seen.add(name);
  });
}

type Port = core.ContainerPort & { readonly field: string };

function portWarnings(later: { readonly ports: string[]; readonly names: string[] }, seen: Port[], path: string, ports: readonly core.ContainerPort[]): void {
  ports.forEach((port, i) => {
    const field = `${path}.ports[${i}]`;
    for (const other of seen) {
      if (other.containerPort !== port.containerPort || other.protocol !== port.protocol) continue;
      const sameHost = (port.hostPort ?? 0) === (other.hostPort ?? 0);
      if (sameHost && (port.hostIP ?? '') === (other.hostIP ?? '')) later.ports.push(`${field}: duplicate port definition with ${other.field}`);
      else if (!port.hostPort || !other.hostPort) later.ports.push(`${field}: overlapping port definition with ${other.field}`);
      else if (sameHost && !port.hostIP !== !other.hostIP) later.ports.push(`${field}: dangerously ambiguous port definition with ${other.field}`);
    }
    const { field: first } = seen.find(({ name }) => name && name === port.name) ?? {};
    if (first !== undefined)
      later.names.push(
        `${field}: duplicate port name ${quote(port.name ?? '')} with ${first}, services and probes that select ports by name will use ${first}`,
      );
    seen.push({ ...port, field });
  });
}

/** A name that is no DNS label makes no good host name. */
export const nameWarnings = (name: string | undefined, use: string): string[] => {
  const texts = validateDnsLabel(name ?? '');
  return texts.length === 0
    ? []
    : [`metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${texts.join(' ')}]`];
};

type Workload = KubeObject & { readonly spec: { readonly template?: unknown } };

/** Of what makes pods by `spec.template`: asked for when it is new or its spec has changed. */
export const workloadWarnings =
  (named = true) =>
  (object: Workload, old?: Workload): string[] =>
    old?.metadata.generation !== undefined && old.metadata.generation === object.metadata.generation
      ? []
      : [
          ...(named && old === undefined ? nameWarnings(object.metadata.name, 'Pod names and hostnames') : []),
          ...podWarnings('spec.template.', (object.spec.template ?? {}) as Template),
        ];
