/** flowcontrol.apiserver.k8s.io: kubernetes pkg/registry/flowcontrol, pkg/apis/flowcontrol/v1/defaults.go, printers.go; requests are not queued. */
import type { KubeObject } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { type FlowSchema, type PriorityLevel, validateFlowSchema, validatePriorityLevel } from '../validation/flow-control.ts';
import { fill, mapField } from './fill.ts';
import { type Strategy, type StrategyContext, strategyOf } from './strategy.ts';

const levelKey = (name: string): string => `/registry/prioritylevelconfigurations/${name}`;

/** Whether there is the level that a schema names, as the apiserver's own controller writes it. */
export function withDangling(schema: FlowSchema, { sim, storage }: Pick<StrategyContext, 'sim' | 'storage'>): FlowSchema {
  const name = schema.spec.priorityLevelConfiguration?.name ?? '';
  const found = storage.get(levelKey(name)) !== undefined;
  const text = `This FlowSchema references the PriorityLevelConfiguration object named "${name}" `;
  const message = text + (found ? 'and it exists' : 'but there is no such object');
  const before = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  if (before?.message === message) return schema;
  const condition = { lastTransitionTime: rfc3339(sim.now), message, reason: found ? 'Found' : 'NotFound', status: found ? 'False' : 'True', type: 'Dangling' };
  return { ...schema, status: { ...schema.status, conditions: [condition] } };
}

/** A level came or went. */
function tellSchemas({ storage, sim }: StrategyContext): void {
  for (const schema of storage.list<FlowSchema>('/registry/flowschemas/')) {
    const next = withDangling(schema, { storage, sim });
    if (next !== schema) storage.update(`/registry/flowschemas/${schema.metadata.name}`, next, Number(schema.metadata.resourceVersion));
  }
}

export const flowschemas = strategyOf<FlowSchema>({
  generation: true,
  status: true,
  defaults: (schema) => mapField(schema, 'spec', (spec) => (spec.matchingPrecedence ? spec : { ...spec, matchingPrecedence: 1000 })),
  prepareForCreate: (schema, context) => withDangling(schema, context),
  prepareForUpdate: (schema, _old, context) => withDangling(schema, context),
  validate: validateFlowSchema,
  validateUpdate: validateFlowSchema,
  columns: [
    nameColumn,
    { name: 'PriorityLevel', cell: ({ spec }) => spec.priorityLevelConfiguration?.name ?? '' },
    { name: 'MatchingPrecedence', cell: ({ spec }) => spec.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', cell: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    { name: 'MissingPL', cell: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?' },
  ] as Strategy<FlowSchema>['columns'] & object,
  rowOrder: (a, b) => (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
});

function defaultLevel(level: PriorityLevel): PriorityLevel {
  const { limited, exempt } = level.spec;
  const limits = limited && fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const { queuing } = limited?.limitResponse ?? {};
  const queues = queuing && fill(withoutZeros(queuing), { queues: 64, handSize: 8, queueLengthLimit: 50 });
  return {
    ...level,
    spec: {
      ...level.spec,
      ...(limits && { limited: { ...limits, ...(queues && { limitResponse: { ...limits.limitResponse, queuing: queues } }) } }),
      ...(exempt && { exempt: fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 }) }),
    },
  };
}

const withoutZeros = <T extends object>(object: T): T => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== 0)) as T;

type Cell = string | number;
const queue =
  (field: 'queues' | 'handSize' | 'queueLengthLimit') =>
  (object: KubeObject): Cell =>
    (object as PriorityLevel).spec.limited?.limitResponse?.queuing?.[field] ?? '<none>';

export const prioritylevelconfigurations = strategyOf<PriorityLevel>({
  generation: true,
  status: true,
  defaults: defaultLevel,
  validate: validatePriorityLevel,
  validateUpdate: validatePriorityLevel,
  afterCreate: (_level, context) => tellSchemas(context),
  afterDelete: (_level, context) => tellSchemas(context),
  columns: [
    nameColumn,
    { name: 'Type', cell: ({ spec }) => spec.type ?? '' },
    { name: 'NominalConcurrencyShares', cell: ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>' },
    { name: 'Queues', cell: queue('queues') },
    { name: 'HandSize', cell: queue('handSize') },
    { name: 'QueueLengthLimit', cell: queue('queueLengthLimit') },
    ageColumn,
  ] as Strategy<PriorityLevel>['columns'] & object,
});
