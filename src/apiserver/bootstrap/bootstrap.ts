import type { KubeObject, rbac } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { fnv1a, Random } from '../../sim/random.ts';
import { localApiServices } from '../aggregation/local.ts';
import type { Core } from '../context.ts';
import { withDangling } from '../registry/flow-control.ts';
import { ipAddress } from '../registry/services.ts';
import { Uids } from '../uid.ts';
import type { FlowSchema } from '../validation/flow-control.ts';
import { aggregateToAdmin, aggregateToEdit, aggregateToView, clusterRoleBindings, clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { flowControlObjects } from './flow-control.ts';
import { namespacedBindings, namespacedRoles } from './namespaced-roles.ts';
import { rule } from './rules.ts';

type Maker = (prefix: string, object: Readonly<Record<string, unknown>> & { readonly metadata: KubeObject['metadata'] }, uid?: string) => void;

const rbacApi = 'rbac.authorization.k8s.io';
const bootstrapMeta = { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

/** What a first start finds missing, it makes: namespaces, RBAC policy, priority classes, the Service `kubernetes` (kubernetes pkg/controlplane). */
export function bootstrap(core: Core): void {
  const { storage, sim } = core;
  const creationTimestamp = rfc3339(sim.now);
  const make: Maker = (prefix, object, uid) => {
    const { name, namespace } = object.metadata;
    const key = `/registry/${prefix}/${namespace ? `${namespace}/` : ''}${name}`;
    if (storage.get(key) !== undefined) return;
    storage.create(key, { ...object, metadata: { ...object.metadata, uid: uid ?? core.uids.next(), creationTimestamp } } as KubeObject);
  };
  makeNamespaces(make);
  makeClusterRoles(make);
  makeNamespacedRoles(make);
  makePriorityClasses(make);
  makeConfigMaps(core, make);
  makeKubernetesService(core, make);
  if (core.minor >= 29) makeFlowControl(core, make);
  for (const object of localApiServices(core.table, creationTimestamp)) make('apiregistration.k8s.io/apiservices', { ...object });
}

/** The lab's controllers patch where upstream's update, and get what they list. */
function widened(text: string): string {
  const [verbs = '', what = ''] = text.split(' ');
  const list = new Set(verbs.split(','));
  if (list.has('update') || list.has('patch')) list.add('patch').add('update');
  if (list.has('list')) list.add('get').add('watch');
  return `${[...list].sort().join(',')} ${text.slice(verbs.length + 1) || what}`;
}

/** Frozen at the top: to freeze some thousand small lists would take as long as all the rest of the start. */
const rulesOf = (rules: readonly string[]): readonly rbac.PolicyRule[] => Object.freeze(rules.map(rule));

function makeNamespaces(make: Maker): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    make('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
}

function makeClusterRoles(make: Maker): void {
  const role = (name: string, rules: readonly string[], meta: object = bootstrapMeta, more: object = {}): void =>
    make('clusterroles', { apiVersion: `${rbacApi}/v1`, kind: 'ClusterRole', metadata: { name, ...meta }, ...more, rules: rulesOf(rules) });
  for (const [name, rules] of Object.entries(clusterRoles)) role(name, rules, name.startsWith('kubeadm:') ? {} : bootstrapMeta);
  for (const [name, rules] of Object.entries(controllerRoles)) role(`system:controller:${name}`, rules.map(widened));
  const parts = { view: aggregateToView, edit: aggregateToEdit, admin: aggregateToAdmin };
  for (const [target, rules] of Object.entries(parts)) {
    role(`system:aggregate-to-${target}`, rules, {
      ...bootstrapMeta,
      labels: { ...bootstrapMeta.labels, [`rbac.authorization.k8s.io/aggregate-to-${target}`]: 'true' },
    });
  }
  // The sums that the clusterrole-aggregation controller keeps up to date.
  const sums = { admin: [...aggregateToAdmin, ...aggregateToEdit, ...aggregateToView], edit: [...aggregateToEdit, ...aggregateToView], view: aggregateToView };
  for (const [name, rules] of Object.entries(sums)) {
    const matchLabels = { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' };
    const next = name === 'view' ? 'edit' : name === 'edit' ? 'admin' : undefined;
    const labels = { ...bootstrapMeta.labels, ...(next && { [`rbac.authorization.k8s.io/aggregate-to-${next}`]: 'true' }) };
    role(name, rules, { ...bootstrapMeta, labels }, { aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } });
  }
  const binding = (name: string, roleName: string, subjects: readonly string[]): void =>
    make('clusterrolebindings', {
      apiVersion: `${rbacApi}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, ...(name.startsWith('kubeadm:') ? {} : bootstrapMeta) },
      roleRef: { apiGroup: rbacApi, kind: 'ClusterRole', name: roleName },
      ...(subjects.length > 0 && { subjects: subjects.map(subject) }),
    });
  for (const [name, roleName, ...subjects] of clusterRoleBindings) binding(name, roleName, subjects);
  for (const name of Object.keys(controllerRoles)) binding(`system:controller:${name}`, `system:controller:${name}`, [`ServiceAccount/kube-system/${name}`]);
}

/** `Group/name`, `User/name`, `ServiceAccount/namespace/name` */
function subject(text: string): rbac.Subject {
  const [kind = '', first = '', second = ''] = text.split('/');
  return kind === 'ServiceAccount' ? { kind, name: second, namespace: first } : { apiGroup: rbacApi, kind, name: first };
}

function makeNamespacedRoles(make: Maker): void {
  const meta = (name: string): object => (name.startsWith('system:') || name.startsWith('extension') ? bootstrapMeta : {});
  for (const [namespace, name, ...rules] of namespacedRoles) {
    make('roles', { apiVersion: `${rbacApi}/v1`, kind: 'Role', metadata: { name, namespace, ...meta(name) }, rules: rulesOf(rules) });
  }
  for (const [namespace, name, role, ...subjects] of namespacedBindings) {
    make('rolebindings', {
      apiVersion: `${rbacApi}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace, ...meta(name) },
      roleRef: { apiGroup: rbacApi, kind: 'Role', name: role },
      subjects: subjects.map(subject),
    });
  }
}

/** pkg/controlplane/controller/clusterauthenticationtrust and legacytokentracking. */
function makeConfigMaps({ options, sim, minor }: Core, make: Maker): void {
  const config = (name: string, data: Readonly<Record<string, string>>): void =>
    make('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data });
  config('extension-apiserver-authentication', {
    'client-ca-file': options.caPem,
    ...(options.requestheaderCa !== undefined && {
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': options.requestheaderCa,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    }),
  });
  if (minor >= 26) config('kube-apiserver-legacy-service-account-token-tracking', { since: new Date(sim.now).toISOString().slice(0, 10) });
}

/** With chance of its own: what comes later does not depend on how many these are. */
function makeFlowControl(core: Core, make: Maker): void {
  const uids = new Uids(new Random(fnv1a('flowcontrol')), 0);
  for (const { prefix, object } of flowControlObjects())
    make(prefix, { ...(prefix === 'flowschemas' ? withDangling(object as FlowSchema, core) : object) }, uids.next());
}

function makePriorityClasses(make: Maker): void {
  const classes = [
    ['system-node-critical', 2000001000, 'Used for system critical pods that must not be moved from their current node.'],
    ['system-cluster-critical', 2000000000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'],
  ] as const;
  for (const [name, value, description] of classes) {
    make('priorityclasses', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name, generation: 1 },
      description,
      preemptionPolicy: 'PreemptLowerPriority',
      value,
    });
  }
}

/** kubernetes pkg/controlplane/controller/kubernetesservice and pkg/controlplane/reconcilers. */
function makeKubernetesService(core: Core, make: Maker): void {
  const clusterIP = core.allocator.address(1);
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  make('services/specs', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: core.options.securePort ?? 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  });
  if (core.minor >= 33) make('ipaddresses', { ...ipAddress(clusterIP, 'default', 'kubernetes') });
  make('networking.k8s.io/servicecidrs', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    spec: { cidrs: [core.allocator.cidr] },
    status: {
      conditions: [{ lastTransitionTime: rfc3339(core.sim.now), message: 'Kubernetes Service CIDR is ready', reason: '', status: 'True', type: 'Ready' }],
    },
  });
  const ip = core.options.advertiseAddress;
  if (ip === undefined) return;
  make('services/endpoints', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port: core.options.securePort ?? 6443, protocol: 'TCP' }] }],
  });
  make('endpointslices', {
    addressType: 'IPv4',
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'https', port: core.options.securePort ?? 6443, protocol: 'TCP' }],
  });
}
