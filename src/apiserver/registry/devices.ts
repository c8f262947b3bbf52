/** resource.k8s.io: kubernetes pkg/registry/resource, printers.go printResourceClaim, printResourceSlice. */
import type { KubeObject, ResourceClaim } from '../../api/types.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

type ResourceSlice = KubeObject & { readonly spec: { readonly nodeName?: string; readonly driver: string; readonly pool: { readonly name: string } } };

function claimState({ metadata, status }: ResourceClaim): string {
  const allocated = status?.allocation === undefined ? [] : ['allocated', ...(status.reservedFor?.length ? ['reserved'] : [])];
  if (metadata.deletionTimestamp !== undefined) return ['deleted', ...allocated].join(',');
  return allocated.join(',') || 'pending';
}

const named = (...columns: readonly Column<never>[]): Strategy['columns'] => [nameColumn, ...columns, ageColumn] as unknown as Strategy['columns'];

/** Allocated by the scheduler alone. */
export const resourceclaims = strategyOf<ResourceClaim>({
  prepareForCreate: (claim) => ({ ...claim, status: {} }),
  status: true,
  columns: named({ name: 'State', cell: claimState }) as Strategy<ResourceClaim>['columns'],
});
/** Written by drivers. */
export const resourceslices = strategyOf<ResourceSlice>({
  columns: named(
    { name: 'Node', cell: ({ spec }: ResourceSlice) => spec.nodeName ?? '' },
    { name: 'Driver', cell: ({ spec }: ResourceSlice) => spec.driver },
    { name: 'Pool', cell: ({ spec }: ResourceSlice) => spec.pool.name },
  ) as Strategy<ResourceSlice>['columns'],
});
/** Name and age. */
export const plain = strategyOf({ columns: named() });
