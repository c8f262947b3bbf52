import type { PolicyRule } from '../../api/types.ts';

const groups: Readonly<Record<string, string>> = {
  core: '',
  admissionregistration: 'admissionregistration.k8s.io',
  apiextensions: 'apiextensions.k8s.io',
  apiregistration: 'apiregistration.k8s.io',
  authentication: 'authentication.k8s.io',
  authorization: 'authorization.k8s.io',
  certificates: 'certificates.k8s.io',
  coordination: 'coordination.k8s.io',
  discovery: 'discovery.k8s.io',
  events: 'events.k8s.io',
  flowcontrol: 'flowcontrol.apiserver.k8s.io',
  metrics: 'metrics.k8s.io',
  networking: 'networking.k8s.io',
  node: 'node.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  resource: 'resource.k8s.io',
  scheduling: 'scheduling.k8s.io',
  storage: 'storage.k8s.io',
};

/**
 * A rule in short: `get,list core:pods,services`, `update apps+extensions:deployments name=web`, `get /healthz,/version`.
 * Groups are named by their first word, `core` is the empty one, `*` all.
 */
export function rule(text: string): PolicyRule {
  const [verbList = '', what = '', named] = text.split(' ');
  const verbs = verbList.split(',');
  if (what.startsWith('/') || what === '*/') return { nonResourceURLs: what === '*/' ? ['*'] : what.split(','), verbs };
  const [groupList = '', resources = ''] = what.split(':');
  const apiGroups = groupList.split('+').map((group) => groups[group] ?? group);
  return { apiGroups, ...(named && { resourceNames: named.slice('name='.length).split(',') }), resources: resources.split(','), verbs };
}

/** What every role that reads may do, and every one that writes. */
export const read = 'get,list,watch';
/** The verbs of the policy.go variable of the same name. */
export const write = 'create,delete,deletecollection,patch,update';
