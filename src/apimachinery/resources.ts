/** The API resources of Kubernetes 1.35, as `kubectl api-resources` shows them. */

import type { GroupResource } from './status.ts';

/** `name` without the resource: `scale`, `status`, `log`. */
export type Subresource = {
  readonly name: string;
  /** What is sent to it or read from it, when that is another kind than the resource's own. */
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
};

/** One line of `kubectl api-resources`: metav1.APIResource with the group and version that it stands in. */
export type ApiResource = {
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
};

const standard = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const createOnly = ['create'];
const status: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };
const scale: Subresource = { name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] };
const proxy = (kind: string): Subresource => ({ name: 'proxy', kind, verbs: ['create', 'delete', 'get', 'patch', 'update'] });
const streaming = (name: string, kind: string): Subresource => ({ name, kind, verbs: ['create', 'get'] });

type Options = {
  readonly short?: string;
  readonly cluster?: boolean;
  readonly all?: boolean;
  readonly categories?: readonly string[];
  readonly verbs?: readonly string[];
  readonly sub?: readonly Subresource[];
};

type Row = readonly [resource: string, kind: string, options?: Options];

const podSubresources: readonly Subresource[] = [
  streaming('attach', 'PodAttachOptions'),
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  streaming('exec', 'PodExecOptions'),
  { name: 'log', verbs: ['get'] },
  streaming('portforward', 'PodPortForwardOptions'),
  proxy('PodProxyOptions'),
  { name: 'resize', verbs: ['get', 'patch', 'update'] },
  status,
];

const token: Subresource = { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] };
const approval: Subresource = { name: 'approval', verbs: ['get', 'patch', 'update'] };

const groups: readonly (readonly [groupVersion: string, rows: readonly Row[]])[] = [
  [
    'v1',
    [
      ['bindings', 'Binding', { verbs: createOnly }],
      ['componentstatuses', 'ComponentStatus', { short: 'cs', cluster: true, verbs: ['get', 'list'] }],
      ['configmaps', 'ConfigMap', { short: 'cm' }],
      ['endpoints', 'Endpoints', { short: 'ep' }],
      ['events', 'Event', { short: 'ev' }],
      ['limitranges', 'LimitRange', { short: 'limits' }],
      [
        'namespaces',
        'Namespace',
        { short: 'ns', cluster: true, verbs: standard.filter((verb) => verb !== 'deletecollection'), sub: [{ name: 'finalize', verbs: ['update'] }, status] },
      ],
      ['nodes', 'Node', { short: 'no', cluster: true, sub: [proxy('NodeProxyOptions'), status] }],
      ['persistentvolumeclaims', 'PersistentVolumeClaim', { short: 'pvc', sub: [status] }],
      ['persistentvolumes', 'PersistentVolume', { short: 'pv', cluster: true, sub: [status] }],
      ['pods', 'Pod', { short: 'po', all: true, sub: podSubresources }],
      ['podtemplates', 'PodTemplate'],
      ['replicationcontrollers', 'ReplicationController', { short: 'rc', all: true, sub: [scale, status] }],
      ['resourcequotas', 'ResourceQuota', { short: 'quota', sub: [status] }],
      ['secrets', 'Secret'],
      ['serviceaccounts', 'ServiceAccount', { short: 'sa', sub: [token] }],
      ['services', 'Service', { short: 'svc', all: true, sub: [proxy('ServiceProxyOptions'), status] }],
    ],
  ],
  ['apiregistration.k8s.io/v1', [['apiservices', 'APIService', { cluster: true, categories: ['api-extensions'], sub: [status] }]]],
  [
    'apps/v1',
    [
      ['controllerrevisions', 'ControllerRevision'],
      ['daemonsets', 'DaemonSet', { short: 'ds', all: true, sub: [status] }],
      ['deployments', 'Deployment', { short: 'deploy', all: true, sub: [scale, status] }],
      ['replicasets', 'ReplicaSet', { short: 'rs', all: true, sub: [scale, status] }],
      ['statefulsets', 'StatefulSet', { short: 'sts', all: true, sub: [scale, status] }],
    ],
  ],
  ['events.k8s.io/v1', [['events', 'Event', { short: 'ev' }]]],
  [
    'authentication.k8s.io/v1',
    [
      ['selfsubjectreviews', 'SelfSubjectReview', { cluster: true, verbs: createOnly }],
      ['tokenreviews', 'TokenReview', { cluster: true, verbs: createOnly }],
    ],
  ],
  [
    'authorization.k8s.io/v1',
    [
      ['localsubjectaccessreviews', 'LocalSubjectAccessReview', { verbs: createOnly }],
      ['selfsubjectaccessreviews', 'SelfSubjectAccessReview', { cluster: true, verbs: createOnly }],
      ['selfsubjectrulesreviews', 'SelfSubjectRulesReview', { cluster: true, verbs: createOnly }],
      ['subjectaccessreviews', 'SubjectAccessReview', { cluster: true, verbs: createOnly }],
    ],
  ],
  ['autoscaling/v2', [['horizontalpodautoscalers', 'HorizontalPodAutoscaler', { short: 'hpa', all: true, sub: [status] }]]],
  ['autoscaling/v1', [['horizontalpodautoscalers', 'HorizontalPodAutoscaler', { short: 'hpa', all: true, sub: [status] }]]],
  [
    'batch/v1',
    [
      ['cronjobs', 'CronJob', { short: 'cj', all: true, sub: [status] }],
      ['jobs', 'Job', { all: true, sub: [status] }],
    ],
  ],
  ['certificates.k8s.io/v1', [['certificatesigningrequests', 'CertificateSigningRequest', { short: 'csr', cluster: true, sub: [approval, status] }]]],
  [
    'networking.k8s.io/v1',
    [
      ['ingressclasses', 'IngressClass', { cluster: true }],
      ['ingresses', 'Ingress', { short: 'ing', sub: [status] }],
      ['ipaddresses', 'IPAddress', { short: 'ip', cluster: true }],
      ['networkpolicies', 'NetworkPolicy', { short: 'netpol' }],
      ['servicecidrs', 'ServiceCIDR', { cluster: true, sub: [status] }],
    ],
  ],
  ['policy/v1', [['poddisruptionbudgets', 'PodDisruptionBudget', { short: 'pdb', sub: [status] }]]],
  [
    'rbac.authorization.k8s.io/v1',
    [
      ['clusterrolebindings', 'ClusterRoleBinding', { cluster: true }],
      ['clusterroles', 'ClusterRole', { cluster: true }],
      ['rolebindings', 'RoleBinding'],
      ['roles', 'Role'],
    ],
  ],
  [
    'storage.k8s.io/v1',
    [
      ['csidrivers', 'CSIDriver', { cluster: true }],
      ['csinodes', 'CSINode', { cluster: true }],
      ['csistoragecapacities', 'CSIStorageCapacity'],
      ['storageclasses', 'StorageClass', { short: 'sc', cluster: true }],
      ['volumeattachments', 'VolumeAttachment', { cluster: true, sub: [status] }],
      ['volumeattributesclasses', 'VolumeAttributesClass', { short: 'vac', cluster: true }],
    ],
  ],
  [
    'admissionregistration.k8s.io/v1',
    [
      ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', { cluster: true, categories: ['api-extensions'] }],
      ['validatingadmissionpolicies', 'ValidatingAdmissionPolicy', { cluster: true, categories: ['api-extensions'], sub: [status] }],
      ['validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', { cluster: true, categories: ['api-extensions'] }],
      ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', { cluster: true, categories: ['api-extensions'] }],
    ],
  ],
  [
    'apiextensions.k8s.io/v1',
    [['customresourcedefinitions', 'CustomResourceDefinition', { short: 'crd,crds', cluster: true, categories: ['api-extensions'], sub: [status] }]],
  ],
  ['scheduling.k8s.io/v1', [['priorityclasses', 'PriorityClass', { short: 'pc', cluster: true }]]],
  ['coordination.k8s.io/v1', [['leases', 'Lease']]],
  ['node.k8s.io/v1', [['runtimeclasses', 'RuntimeClass', { cluster: true }]]],
  ['discovery.k8s.io/v1', [['endpointslices', 'EndpointSlice']]],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    [
      ['flowschemas', 'FlowSchema', { cluster: true, sub: [status] }],
      ['prioritylevelconfigurations', 'PriorityLevelConfiguration', { cluster: true, sub: [status] }],
    ],
  ],
  [
    'resource.k8s.io/v1',
    [
      ['deviceclasses', 'DeviceClass', { cluster: true }],
      ['resourceclaims', 'ResourceClaim', { sub: [status] }],
      ['resourceclaimtemplates', 'ResourceClaimTemplate'],
      ['resourceslices', 'ResourceSlice', { cluster: true }],
    ],
  ],
];

/** All of them; groups in the order of discovery (the apiserver's priorities), versions with the preferred one first. */
export const apiResources: readonly ApiResource[] = groups.flatMap(([groupVersion, rows]) => rows.map((row) => toResource(groupVersion, row)));

function toResource(groupVersion: string, [resource, kind, options = {}]: Row): ApiResource {
  const { group, version } = parseGroupVersion(groupVersion);
  return {
    group,
    version,
    resource,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    shortNames: options.short ? options.short.split(',') : [],
    namespaced: !options.cluster,
    verbs: options.verbs ?? standard,
    categories: options.all ? ['all'] : (options.categories ?? []),
    subresources: options.sub ?? [],
  };
}

/** `apps/v1` → group and version; `v1` is the core group's. */
export function parseGroupVersion(groupVersion: string): { group: string; version: string } {
  const slash = groupVersion.indexOf('/');
  return slash < 0 ? { group: '', version: groupVersion } : { group: groupVersion.slice(0, slash), version: groupVersion.slice(slash + 1) };
}

/** `apps/v1`, or `v1` in the core group. */
export const formatGroupVersion = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? version : `${group}/${version}`;

/** `deployments.apps`, or `pods`. */
export const resourceName = ({ group, resource }: GroupResource): string => (group === '' ? resource : `${resource}.${group}`);

/** The resource of a kind, in exactly this group and version. */
export const resourceOfKind = (groupVersion: string, kind: string): ApiResource | undefined => byKind.get(`${groupVersion}/${kind}`);

/** The resource by its plural name, in exactly this group and version. */
export const resourceOf = (group: string, version: string, resource: string): ApiResource | undefined => byPath.get(`${group}/${version}/${resource}`);

/** The preferred version of a resource named `pods` or `deployments.apps`. */
export const resourceNamed = (name: string): ApiResource | undefined => byName.get(name);

/**
 * What a user's word means among resources: plural, singular or kind in any case, or a short name, with `.group` or `.version.group` after it.
 * Short names come last, as in client-go's shortcut expander.
 */
export function findResource(word: string, among: readonly ApiResource[] = apiResources): ApiResource | undefined {
  const [first = '', ...rest] = word.split('.');
  const name = first.toLowerCase();
  const suffix = rest.join('.');
  const candidates = suffix === '' ? among : among.filter((entry) => inGroup(entry, suffix));
  return candidates.find((entry) => entry.resource === name || entry.singular === name) ?? candidates.find((entry) => entry.shortNames.includes(first));
}

const inGroup = ({ group, version }: ApiResource, suffix: string): boolean => {
  if (suffix === group || suffix === `${version}.${group}`) return true;
  // `deployments.v1.apps` names the version; `pods.v1.` is the core group's.
  return group === '' && suffix === `${version}.`;
};

const byKind: ReadonlyMap<string, ApiResource> = new Map(apiResources.map((entry) => [`${formatGroupVersion(entry)}/${entry.kind}`, entry]));
const byPath: ReadonlyMap<string, ApiResource> = new Map(apiResources.map((entry) => [`${entry.group}/${entry.version}/${entry.resource}`, entry]));
// Reversed, so that the first, preferred version of each stays.
const byName: ReadonlyMap<string, ApiResource> = new Map([...apiResources].reverse().map((entry) => [resourceName(entry), entry]));
