import type { ReplicaSet, ReplicationController } from '../../api/types.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateReplicaSet, validateReplicationController, validateSelectorUnchanged } from '../validation/workloads.ts';
import { fill, mapField } from './fill.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';
import { workloadWarnings } from './warnings.ts';
import { containerColumns, mapText, selectorColumn } from './workload-columns.ts';

const replicaColumns: readonly Column<ReplicaSet | ReplicationController>[] = [
  nameColumn,
  { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas ?? 0 },
  { name: 'Current', type: 'integer', cell: ({ status }) => status?.replicas ?? 0 },
  { name: 'Ready', type: 'integer', cell: ({ status }) => status?.readyReplicas ?? 0 },
  ageColumn,
];

/** kubernetes pkg/registry/apps/replicaset/strategy.go */
const replicaSetStrategy: Strategy<ReplicaSet> = {
  defaults: (replicaSet) => mapField(replicaSet, 'spec', (spec) => mapField(fill(spec, { replicas: 1 }), 'template', defaultTemplate)),
  prepareForCreate: (replicaSet) => ({ ...replicaSet, status: { replicas: 0 } }),
  validate: (replicaSet) => validateReplicaSet(replicaSet),
  validateUpdate: (replicaSet, old) => [...validateReplicaSet(replicaSet), ...validateSelectorUnchanged(replicaSet.spec.selector, old.spec.selector)],
  warnings: workloadWarnings(),
  generation: true,
  status: true,
  fields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [...replicaColumns, ...containerColumns, selectorColumn],
};

/** kubernetes pkg/registry/core/replicationcontroller/strategy.go */
const replicationControllerStrategy: Strategy<ReplicationController> = {
  defaults: (controller) =>
    mapField(controller, 'spec', (spec) => {
      const labels = spec.template?.metadata?.labels;
      return mapField(fill(spec, { replicas: 1, selector: labels }), 'template', defaultTemplate);
    }),
  prepareForCreate: (controller) => ({ ...controller, status: { replicas: 0 } }),
  validate: (controller) => validateReplicationController(controller),
  validateUpdate: (controller) => validateReplicationController(controller),
  warnings: workloadWarnings(),
  generation: true,
  status: true,
  defaultPropagation: 'Orphan',
  fields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [
    ...replicaColumns,
    { name: 'Containers', wide: true, cell: ({ spec }) => (spec.template?.spec?.containers ?? []).map(({ name }) => name).join(',') },
    { name: 'Images', wide: true, cell: ({ spec }) => (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',') },
    { name: 'Selector', wide: true, cell: ({ spec }) => mapText(spec.selector) },
  ],
};

/** Field selector: status.replicas. */
export const replicasets = strategyOf(replicaSetStrategy);
/** The selector may be left out: it follows from the template's labels. */
export const replicationcontrollers = strategyOf(replicationControllerStrategy);
