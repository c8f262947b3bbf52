/** API priority and fairness as a new cluster has it: apiserver pkg/apis/flowcontrol/bootstrap/default.go. */
import type { KubeObject } from '../../api/types.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

/** Shares, percent that may be lent; queues and cards a hand, where there are queues. */
const levels: readonly (readonly [name: string, shares: number, lendable: number, queues?: number, hand?: number])[] = [
  ['catch-all', 5, 0],
  ['global-default', 20, 50, 128, 6],
  ['leader-election', 10, 0, 16, 4],
  ['node-high', 40, 25, 64, 6],
  ['system', 30, 33, 64, 6],
  ['workload-high', 40, 50, 128, 6],
  ['workload-low', 100, 90, 128, 6],
];

const everyone = 'Group/system:unauthenticated Group/system:authenticated';
/** Subjects as in RBAC's bootstrap; rules `verbs groups resources` of all namespaces (+ of the cluster too), or `verbs /paths`; none: all. */
const schemas: readonly (readonly [name: string, level: string, precedence: number, method: string, subjects: string, ...rules: string[]])[] = [
  ['catch-all', 'catch-all', 10000, 'ByUser', everyone],
  ['exempt', 'exempt', 1, '', 'Group/system:masters'],
  ['global-default', 'global-default', 9900, 'ByUser', everyone],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', 'User/system:kube-controller-manager'],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', 'User/system:kube-scheduler'],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', 'ServiceAccount/*'],
  ['probes', 'exempt', 2, '', everyone, 'get /healthz,/readyz,/livez'],
  ['service-accounts', 'workload-low', 9000, 'ByUser', 'Group/system:serviceaccounts'],
  [
    ...(['system-leader-election', 'leader-election', 100, 'ByUser'] as const),
    ...['User/system:kube-controller-manager User/system:kube-scheduler ServiceAccount/*', 'get,create,update coordination.k8s.io leases'],
  ] as unknown as (typeof schemas)[number],
  ['system-node-high', 'node-high', 400, 'ByUser', 'Group/system:nodes', '* + nodes,nodes/status', '* coordination.k8s.io leases'],
  ['system-nodes', 'system', 500, 'ByUser', 'Group/system:nodes'],
];

/** Levels first, then the schemas that name them. */
export function flowControlObjects(): readonly { readonly prefix: string; readonly object: KubeObject }[] {
  const level = (name: string, spec: object) => ({
    prefix: 'prioritylevelconfigurations',
    object: { apiVersion, kind: 'PriorityLevelConfiguration', metadata: { name, annotations, generation: 1 }, spec, status: {} } as KubeObject,
  });
  return [
    level('exempt', { type: 'Exempt', exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 } }),
    ...levels.map(([name, nominalConcurrencyShares, lendablePercent, queues, handSize]) => {
      const limitResponse = queues ? { queuing: { handSize, queueLengthLimit: 50, queues }, type: 'Queue' } : { type: 'Reject' };
      return level(name, { limited: { lendablePercent, limitResponse, nominalConcurrencyShares }, type: 'Limited' });
    }),
    ...schemas.map(([name, priorityLevel, matchingPrecedence, type, subjects, ...rules]) => ({
      prefix: 'flowschemas',
      object: {
        apiVersion,
        kind: 'FlowSchema',
        metadata: { name, annotations, generation: 1 },
        spec: {
          ...(type && { distinguisherMethod: { type } }),
          matchingPrecedence,
          priorityLevelConfiguration: { name: priorityLevel },
          rules: [{ ...rulesOf(rules), subjects: subjects.split(' ').map(subject) }],
        },
      } as KubeObject,
    })),
  ];
}

function subject(text: string): object {
  const [kind = '', name = ''] = text.split('/');
  if (kind === 'ServiceAccount') return { kind, serviceAccount: { name, namespace: 'kube-system' } };
  return { kind, [kind.toLowerCase()]: { name } };
}

function rulesOf(rules: readonly string[]): object {
  const every = ['*'];
  if (rules.length === 0)
    return {
      nonResourceRules: [{ nonResourceURLs: every, verbs: every }],
      resourceRules: [{ apiGroups: every, clusterScope: true, namespaces: every, resources: every, verbs: every }],
    };
  const parts = rules.map((rule) => rule.split(' ').map((part) => part.split(',')));
  const paths = parts.filter(([, what]) => what?.[0]?.startsWith('/'));
  if (paths.length > 0) return { nonResourceRules: paths.map(([verbs, nonResourceURLs]) => ({ nonResourceURLs, verbs })) };
  return {
    resourceRules: parts.map(([verbs, group, resources]) => ({
      apiGroups: group?.[0] === '+' ? [''] : group,
      ...(group?.[0] === '+' && { clusterScope: true }),
      namespaces: every,
      resources,
      verbs,
    })),
  };
}
