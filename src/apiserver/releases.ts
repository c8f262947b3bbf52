/** What older releases served, and when the newer things came (kubernetes docs/reference/using-api/deprecation-guide.md). */
import type { KubeObject } from '../api/types.ts';
import { type ApiResource, parseGroupVersion, resourceOf } from '../apimachinery/resources.ts';
import { betaEvents, type Conversion, oldestAutoscalers, renamed } from './registry/conversions.ts';
import { type Strategy, strategyOf } from './registry/strategy.ts';
import { nameColumn } from './table.ts';

/** The release of all that says nothing of its version. */
export const newestMinor = 35;

/** The first minor release that served a group version, or one resource of it, without being asked to. */
const since: Readonly<Record<string, number>> = {
  'admissionregistration.k8s.io/v1/validatingadmissionpolicies': 30,
  'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings': 30,
  'authentication.k8s.io/v1/selfsubjectreviews': 28,
  'flowcontrol.apiserver.k8s.io/v1': 29,
  'networking.k8s.io/v1/ipaddresses': 33,
  'networking.k8s.io/v1/servicecidrs': 33,
  'resource.k8s.io/v1': 34,
  'storage.k8s.io/v1/csistoragecapacities': 24,
  'storage.k8s.io/v1/volumeattributesclasses': 34,
};

/** `minor` is the release, 35 for 1.35. */
export const isServed = ({ group, version, resource }: ApiResource, minor: number): boolean =>
  (since[`${group}/${version}`] ?? 0) <= minor && (since[`${group}/${version}/${resource}`] ?? 0) <= minor;

/** Served up to a minor release, and stored as another version; `warnedSince` and the text after it: what kubectl is told. */
type Row = readonly [groupVersion: string, resource: string, storage: string, last: number, warnedSince: number, instead?: false];

const gone: readonly Row[] = [
  ['autoscaling/v2beta2', 'horizontalpodautoscalers', 'autoscaling/v2', 25, 23],
  ['autoscaling/v2beta1', 'horizontalpodautoscalers', 'autoscaling/v2', 24, 22],
  ['batch/v1beta1', 'cronjobs', 'batch/v1', 24, 21],
  ['discovery.k8s.io/v1beta1', 'endpointslices', 'discovery.k8s.io/v1', 24, 21],
  ['events.k8s.io/v1beta1', 'events', 'v1', 24, 22, false],
  ['flowcontrol.apiserver.k8s.io/v1beta2', 'flowschemas', 'flowcontrol.apiserver.k8s.io/v1', 28, 26],
  ['flowcontrol.apiserver.k8s.io/v1beta2', 'prioritylevelconfigurations', 'flowcontrol.apiserver.k8s.io/v1', 28, 26],
  ['flowcontrol.apiserver.k8s.io/v1beta1', 'flowschemas', 'flowcontrol.apiserver.k8s.io/v1', 25, 23],
  ['flowcontrol.apiserver.k8s.io/v1beta1', 'prioritylevelconfigurations', 'flowcontrol.apiserver.k8s.io/v1', 25, 23],
  ['node.k8s.io/v1beta1', 'runtimeclasses', 'node.k8s.io/v1', 24, 22, false],
  ['policy/v1beta1', 'poddisruptionbudgets', 'policy/v1', 24, 21],
  ['storage.k8s.io/v1beta1', 'csistoragecapacities', 'storage.k8s.io/v1', 26, 24],
];

/** Every request asks. */
const goneVersions: ReadonlySet<string> = new Set(gone.map(([groupVersion]) => groupVersion));

/** What stands in place of a version that goes, where it is not the one that is stored. */
const successors: Readonly<Record<string, string>> = { 'flowcontrol.apiserver.k8s.io/v1beta1': 'flowcontrol.apiserver.k8s.io/v1beta2' };

type OldResource = {
  readonly api: ApiResource;
  readonly conversion?: Conversion;
  readonly strategy?: Strategy;
};

/** What a release of `minor` served and today's does not. */
export function oldResources(minor: number): readonly OldResource[] {
  const rows = gone.flatMap(([groupVersion, resource, storage, last]): OldResource[] => {
    const stored = parseGroupVersion(storage);
    const { group, version } = parseGroupVersion(groupVersion);
    const api = resourceOf(group === 'events.k8s.io' ? group : stored.group, group === 'events.k8s.io' ? 'v1' : stored.version, resource);
    if (!api || minor > last) return [];
    return [
      {
        api: { ...api, group, version },
        conversion: special[groupVersion] ?? renamed(groupVersion, storage),
      },
    ];
  });
  return minor <= 24 ? [...rows, podSecurityPolicies] : rows;
}

const special: Readonly<Record<string, Conversion>> = { 'events.k8s.io/v1beta1': betaEvents, 'autoscaling/v2beta1': oldestAutoscalers };

/** `Warning: …` of an API on its way out, as that release gave it. */
export function goingWarning(apiVersion: string, resource: string, kind: string, minor: number): string | undefined {
  if (resource === 'podsecuritypolicies') return 'policy/v1beta1 PodSecurityPolicy is deprecated in v1.21+, unavailable in v1.25+';
  if (!goneVersions.has(apiVersion)) return undefined;
  const row = gone.find(([groupVersion, name]) => groupVersion === apiVersion && name === resource);
  if (!row) return undefined;
  const [, , storage, last, warnedSince, instead] = row;
  if (minor < warnedSince) return undefined;
  const use = instead === false ? '' : `; use ${successors[apiVersion] ?? storage} ${kind}`;
  return `${apiVersion} ${kind} is deprecated in v1.${warnedSince}+, unavailable in v1.${last + 1}+${use}`;
}

type SecurityPolicy = KubeObject & {
  readonly spec?: {
    readonly privileged?: boolean;
    readonly allowedCapabilities?: readonly string[];
    readonly volumes?: readonly string[];
    readonly readOnlyRootFilesystem?: boolean;
  } & Readonly<Record<'seLinux' | 'runAsUser' | 'fsGroup' | 'supplementalGroups', { readonly rule?: string } | undefined>>;
};

/** Kept and shown; its admission plugin was off unless `--enable-admission-plugins` named it. */
const podSecurityPolicies: OldResource = {
  api: {
    group: 'policy',
    version: 'v1beta1',
    resource: 'podsecuritypolicies',
    singular: 'podsecuritypolicy',
    kind: 'PodSecurityPolicy',
    listKind: 'PodSecurityPolicyList',
    shortNames: ['psp'],
    namespaced: false,
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    categories: [],
    subresources: [],
  },
  strategy: strategyOf<SecurityPolicy>({
    columns: [
      nameColumn,
      { name: 'Priv', cell: ({ spec }) => String(spec?.privileged ?? false) },
      { name: 'Caps', cell: ({ spec }) => (spec?.allowedCapabilities ?? []).join(',') },
      { name: 'SELinux', cell: ({ spec }) => spec?.seLinux?.rule ?? '' },
      { name: 'RunAsUser', cell: ({ spec }) => spec?.runAsUser?.rule ?? '' },
      { name: 'FsGroup', cell: ({ spec }) => spec?.fsGroup?.rule ?? '' },
      { name: 'SupGroup', cell: ({ spec }) => spec?.supplementalGroups?.rule ?? '' },
      { name: 'ReadOnlyRootFs', cell: ({ spec }) => String(spec?.readOnlyRootFilesystem ?? false) },
      { name: 'Volumes', cell: ({ spec }) => (spec?.volumes ?? []).join(',') },
    ],
  }),
};
