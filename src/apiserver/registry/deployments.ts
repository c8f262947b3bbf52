import type { Deployment } from '../../api/types.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateDeployment, validateSelectorUnchanged } from '../validation/workloads.ts';
import { fill, mapField } from './fill.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { type Strategy, strategyOf } from './strategy.ts';
import { workloadWarnings } from './warnings.ts';
import { containerColumns, selectorColumn } from './workload-columns.ts';

/** kubernetes pkg/apis/apps/v1/defaults.go */
function defaultSpec(given: Deployment['spec']): Deployment['spec'] {
  const strategy = given.strategy ?? {};
  const type = strategy.type ?? 'RollingUpdate';
  const rollingUpdate = type === 'RollingUpdate' ? fill(strategy.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' }) : strategy.rollingUpdate;
  const filled = fill(given, { replicas: 1, strategy, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const full =
    strategy.type === type && strategy.rollingUpdate === rollingUpdate
      ? filled
      : { ...filled, strategy: { ...strategy, type, ...(rollingUpdate && { rollingUpdate }) } };
  return mapField(full, 'template', defaultTemplate);
}

/** kubernetes pkg/registry/apps/deployment/strategy.go */
const strategy: Strategy<Deployment> = {
  defaults: (deployment) => {
    const spec = deployment.spec && defaultSpec(deployment.spec);
    return spec === deployment.spec ? deployment : { ...deployment, spec };
  },
  prepareForCreate: (deployment) => ({ ...deployment, status: {} }),
  validate: (deployment) => validateDeployment(deployment),
  validateUpdate: (deployment, old) => [...validateDeployment(deployment), ...validateSelectorUnchanged(deployment.spec.selector, old.spec.selector)],
  warnings: workloadWarnings(),
  generation: 'annotations too',
  status: true,
  columns: [
    nameColumn,
    { name: 'Ready', cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    { name: 'Up-to-date', cell: ({ status }) => status?.updatedReplicas ?? 0 },
    { name: 'Available', cell: ({ status }) => status?.availableReplicas ?? 0 },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};

/** Rolling updates get a quarter of surge and of unavailable pods unless told otherwise. */
export const deployments = strategyOf(strategy);
