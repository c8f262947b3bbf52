import type { StatefulSet } from '../../api/types.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from '../validation/workloads.ts';
import { fill, mapField } from './fill.ts';
import { defaultClaimSpec } from './persistentvolumeclaims.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { type Strategy, strategyOf } from './strategy.ts';
import { claimSpecWarnings, workloadWarnings } from './warnings.ts';
import { containerColumns } from './workload-columns.ts';

/** kubernetes pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet */
function defaultSpec(given: StatefulSet['spec']): StatefulSet['spec'] {
  const filled = fill(given, {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate' },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  });
  const withStrategy = mapField(filled, 'updateStrategy', (strategy) => {
    const typed = fill(strategy, { type: 'RollingUpdate' });
    return typed.type === 'RollingUpdate' ? fill({ ...typed, rollingUpdate: fill(typed.rollingUpdate ?? {}, { partition: 0 }) }, {}) : typed;
  });
  const withClaims = mapField(withStrategy, 'volumeClaimTemplates', (claims) =>
    mapKept(claims, (claim) =>
      fill(
        { ...claim, kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...(claim.spec && { spec: defaultClaimSpec(claim.spec) }) },
        { status: { phase: 'Pending' } },
      ),
    ),
  );
  return mapField(withClaims, 'template', defaultTemplate);
}

function setWarnings(set: StatefulSet, old?: StatefulSet): string[] {
  const found = workloadWarnings(false)(set, old);
  set.spec.volumeClaimTemplates?.forEach(({ spec }, i) => {
    if (spec) claimSpecWarnings(found, `spec.volumeClaimTemplates[${i}]${old === undefined ? '' : '.Spec'}`, spec);
  });
  if ((set.spec.revisionHistoryLimit ?? 0) < 0)
    found.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
  return found;
}

/** kubernetes pkg/registry/apps/statefulset/strategy.go */
const strategy: Strategy<StatefulSet> = {
  defaults: (statefulSet) => mapField(statefulSet, 'spec', defaultSpec),
  prepareForCreate: (statefulSet) => ({ ...statefulSet, status: { replicas: 0, availableReplicas: 0 } }),
  validate: (statefulSet) => validateStatefulSet(statefulSet),
  validateUpdate: (statefulSet, old) => [...validateStatefulSet(statefulSet), ...validateStatefulSetUpdate(statefulSet, old)],
  warnings: setWarnings,
  generation: true,
  status: true,
  columns: [nameColumn, { name: 'Ready', cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` }, ageColumn, ...containerColumns],
};

/** Claim templates are given kind, apiVersion and a Pending status, as upstream stores them. */
export const statefulsets = strategyOf(strategy);
