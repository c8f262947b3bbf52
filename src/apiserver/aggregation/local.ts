/** The APIServices of this server's own groups (kube-aggregator autoregister, kubernetes pkg/controlplane/apiserver/aggregator.go). */
import type { KubeObject } from '../../api/types.ts';
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts';
import { type Column, type Strategy, strategyOf } from '../registry/strategy.ts';
import type { ResourceTable } from '../resource-table.ts';
import { ageColumn, nameColumn } from '../table.ts';
import type { ApiService } from './api-services.ts';

/** Priorities of groups and versions, as upstream orders them. */
const priorities: Readonly<Record<string, readonly [group: number, version: number]>> = {
  '/v1': [18000, 1],
  'autoscaling/v2beta1': [17500, 9],
  'autoscaling/v2beta2': [17500, 1],
  'batch/v1beta1': [17400, 9],
  'discovery.k8s.io/v1beta1': [16200, 12],
  'events.k8s.io/v1beta1': [17750, 5],
  'flowcontrol.apiserver.k8s.io/v1beta1': [16100, 12],
  'flowcontrol.apiserver.k8s.io/v1beta2': [16100, 15],
  'node.k8s.io/v1beta1': [16300, 9],
  'policy/v1beta1': [17100, 9],
  'storage.k8s.io/v1beta1': [16800, 9],
  'apps/v1': [17800, 15],
  'events.k8s.io/v1': [17750, 15],
  'authentication.k8s.io/v1': [17700, 15],
  'authorization.k8s.io/v1': [17600, 15],
  'autoscaling/v1': [17500, 15],
  'autoscaling/v2': [17500, 30],
  'batch/v1': [17400, 15],
  'certificates.k8s.io/v1': [17300, 15],
  'networking.k8s.io/v1': [17200, 15],
  'policy/v1': [17100, 15],
  'rbac.authorization.k8s.io/v1': [17000, 15],
  'storage.k8s.io/v1': [16800, 15],
  'apiextensions.k8s.io/v1': [16700, 15],
  'admissionregistration.k8s.io/v1': [16700, 15],
  'scheduling.k8s.io/v1': [16600, 15],
  'coordination.k8s.io/v1': [16500, 15],
  'node.k8s.io/v1': [16300, 15],
  'discovery.k8s.io/v1': [16200, 15],
  'flowcontrol.apiserver.k8s.io/v1': [16100, 21],
  'resource.k8s.io/v1': [16100, 15],
};

/** One object a group version. */
export function localApiServices(table: ResourceTable, now: string): (KubeObject & { readonly metadata: KubeObject['metadata'] })[] {
  const seen = new Map<string, KubeObject>();
  for (const { group, version } of table.all()) {
    const id = `${group}/${version}`;
    if (seen.has(id) || group === 'apiregistration.k8s.io') continue;
    const [groupPriorityMinimum, versionPriority] = priorities[id] ?? [1000, 100];
    seen.set(id, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { ...(group !== '' && { group }), groupPriorityMinimum, version, versionPriority },
      status: {
        conditions: [{ lastTransitionTime: now, message: 'Local APIServices are always available', reason: 'Local', status: 'True', type: 'Available' }],
      },
    } as unknown as KubeObject);
  }
  return [...seen.values()];
}

function validate({ metadata, spec }: ApiService): FieldError[] {
  const errors: FieldError[] = [];
  const wanted = `${spec?.version ?? ''}.${spec?.group ?? ''}`;
  if (metadata.name !== wanted) errors.push(invalidValue('metadata.name', metadata.name ?? '', `must be \`spec.version+"."+spec.group\`: "${wanted}"`));
  if (!spec?.version) errors.push(required('spec.version'));
  if (spec?.service && !spec.service.namespace) errors.push(required('spec.service.namespace'));
  if (spec?.service && !spec.service.name) errors.push(required('spec.service.name'));
  return errors;
}

const available = ({ status }: ApiService): string => {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason})`;
};

const columns: readonly Column<ApiService>[] = [
  nameColumn,
  { name: 'Service', cell: ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local') },
  { name: 'Available', cell: available },
  ageColumn,
];

const strategy: Strategy<ApiService> = {
  defaults: (object) =>
    object.spec?.service && object.spec.service.port === undefined
      ? { ...object, spec: { ...object.spec, service: { ...object.spec.service, port: 443 } } }
      : object,
  validate,
  validateUpdate: validate,
  status: true,
  columns,
};

/** The strategy of the kind; what it means for requests is api-services.ts's. */
export const apiservices = strategyOf(strategy);
