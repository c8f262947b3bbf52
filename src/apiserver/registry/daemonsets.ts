import type { DaemonSet } from '../../api/types.ts';
import { semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateDaemonSet, validateSelectorUnchanged } from '../validation/workloads.ts';
import { fill, mapField } from './fill.ts';
import { defaultTemplate } from './pod-defaults.ts';
import { type Strategy, strategyOf } from './strategy.ts';
import { workloadWarnings } from './warnings.ts';
import { containerColumns, mapText, selectorColumn } from './workload-columns.ts';

/** kubernetes pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet */
function defaultSpec(given: DaemonSet['spec']): DaemonSet['spec'] {
  const filled = mapField(fill(given, { updateStrategy: {}, revisionHistoryLimit: 10 }), 'updateStrategy', (strategy) => {
    const typed = fill(strategy, { type: 'RollingUpdate' });
    if (typed.type !== 'RollingUpdate') return typed;
    const rollingUpdate = fill(typed.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 });
    return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
  });
  return mapField(filled, 'template', defaultTemplate);
}

const generationAnnotation = 'deprecated.daemonset.template.generation';

/** TemplateGeneration, which apps/v1 keeps as an annotation (pkg/apis/apps/v1/conversion.go). */
function withTemplateGeneration(daemonSet: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...daemonSet.metadata.annotations, [generationAnnotation]: String(generation) };
  return { ...daemonSet, metadata: { ...daemonSet.metadata, annotations } };
}

function countTemplates(daemonSet: DaemonSet, old: DaemonSet): DaemonSet {
  const before = Number(old.metadata.annotations?.[generationAnnotation] ?? 0);
  return withTemplateGeneration(daemonSet, semanticEqual(daemonSet.spec.template, old.spec.template) ? before : before + 1);
}

/** kubernetes pkg/registry/apps/daemonset/strategy.go */
const strategy: Strategy<DaemonSet> = {
  defaults: (daemonSet) => mapField(daemonSet, 'spec', defaultSpec),
  prepareForUpdate: countTemplates,
  prepareForCreate: (daemonSet) => ({
    ...withTemplateGeneration(daemonSet, 1),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  validate: (daemonSet) => validateDaemonSet(daemonSet),
  validateUpdate: (daemonSet, old) => [...validateDaemonSet(daemonSet), ...validateSelectorUnchanged(daemonSet.spec.selector, old.spec.selector)],
  warnings: workloadWarnings(false),
  generation: true,
  status: true,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: ({ status }) => status?.desiredNumberScheduled ?? 0 },
    { name: 'Current', type: 'integer', cell: ({ status }) => status?.currentNumberScheduled ?? 0 },
    { name: 'Ready', type: 'integer', cell: ({ status }) => status?.numberReady ?? 0 },
    { name: 'Up-to-date', type: 'integer', cell: ({ status }) => status?.updatedNumberScheduled ?? 0 },
    { name: 'Available', type: 'integer', cell: ({ status }) => status?.numberAvailable ?? 0 },
    { name: 'Node Selector', cell: ({ spec }) => mapText(spec.template.spec?.nodeSelector) },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};

/** Counts changes of the template in an annotation, as apps/v1 keeps TemplateGeneration. */
export const daemonsets = strategyOf(strategy);
