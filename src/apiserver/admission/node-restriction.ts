/** A kubelet may change its own node and its own pods only: kubernetes plugin/pkg/admission/noderestriction. */
import type { KubeObject, Node, Pod } from '../../api/types.ts';
import { forbidden, type StatusError } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin, Operation } from './chain.ts';

const userPrefix = 'system:node:';

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  validate(context, operation, object, old) {
    const { user, served } = context;
    if (!user.name.startsWith(userPrefix) || !user.groups.includes('system:nodes') || served.group !== '') return;
    const node = user.name.slice(userPrefix.length);
    if (served.resource === 'pods') checkPod(context, node, operation, object as Pod | undefined, old as Pod | undefined);
    else if (served.resource === 'nodes') checkNode(context, node, operation, object as Node | undefined, old as Node | undefined);
  },
};

const refuse = ({ served, info }: RequestContext, object: KubeObject | undefined, why: string): StatusError =>
  forbidden(served, object?.metadata.name ?? info.name, why);

function checkPod(context: RequestContext, node: string, operation: Operation, pod: Pod | undefined, old: Pod | undefined): void {
  const { subresource } = context.info;
  if (operation === 'create' && subresource === '') {
    if (pod?.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined)
      throw refuse(context, pod, `pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`);
    if (pod.spec.nodeName !== node) throw refuse(context, pod, `node "${node}" can only create pods with spec.nodeName set to itself`);
    return;
  }
  if (operation === 'delete' && old && old.spec.nodeName !== node)
    throw refuse(context, old, `node "${node}" can only delete pods with spec.nodeName set to itself`);
  if (operation !== 'update') return;
  if (subresource !== 'status') throw refuse(context, pod, `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`);
  if (old && old.spec.nodeName !== node) throw refuse(context, old, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
}

function checkNode(context: RequestContext, node: string, operation: Operation, object: Node | undefined, old: Node | undefined): void {
  const name = object?.metadata.name ?? old?.metadata.name ?? context.info.name;
  if (name !== node) throw refuse(context, object ?? old, `node "${node}" is not allowed to modify node "${name}"`);
  if (!object || operation === 'delete') return;
  const changed = changedLabels(object.metadata.labels ?? {}, old?.metadata.labels ?? {}).filter(isProtected);
  if (changed.length > 0) throw refuse(context, object, `is not allowed to modify labels: ${changed.join(', ')}`);
  if (operation === 'update' && context.info.subresource === '' && JSON.stringify(object.spec.taints ?? []) !== JSON.stringify(old?.spec.taints ?? []))
    throw refuse(context, object, `node "${node}" is not allowed to modify taints`);
}

const changedLabels = (now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => now[key] !== before[key]).sort();

/** Labels by which workloads are kept apart, and those of kubernetes.io that a kubelet does not set itself. */
function isProtected(key: string): boolean {
  const [domain = ''] = key.includes('/') ? key.split('/') : [''];
  if (domain === 'node-restriction.kubernetes.io' || domain.endsWith('.node-restriction.kubernetes.io')) return true;
  if (!/(^|\.)(kubernetes|k8s)\.io$/.test(domain)) return false;
  if (/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(domain)) return false;
  return !kubeletLabels.has(key);
}

const kubeletLabels = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
