import type { KubeObject } from '../../api/types.ts';
import { nameColumn } from '../table.ts';
import { type Strategy, strategyOf } from './strategy.ts';

/** What a component answered when its health was asked for: `ok`, or why there was no answer. */
export type ComponentHealth = { readonly name: string; readonly error?: string };

type ComponentStatus = KubeObject & { readonly conditions: readonly { readonly status: string; readonly message: string; readonly error?: string }[] };

/** Asked at every read, stored nowhere: kubernetes pkg/registry/core/componentstatus/rest.go. */
export const componentStatuses = (health: readonly ComponentHealth[]): readonly KubeObject[] =>
  health.map(({ name, error }): ComponentStatus => {
    const condition = error === undefined ? { status: 'True', message: 'ok' } : { status: 'False', message: '', error };
    return { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [{ type: 'Healthy', ...condition }] } as never;
  });

const first = ({ conditions }: ComponentStatus): ComponentStatus['conditions'][number] | undefined => conditions[0];

/** kubernetes pkg/printers/internalversion/printers.go printComponentStatus */
const strategy: Strategy<ComponentStatus> = {
  columns: [
    nameColumn,
    { name: 'Status', cell: (object) => (first(object)?.status === 'True' ? 'Healthy' : 'Unhealthy') },
    { name: 'Message', cell: (object) => first(object)?.message ?? '' },
    { name: 'Error', cell: (object) => first(object)?.error ?? '' },
  ],
};

/** Never stored: made at each read by asking the components. */
export const componentstatuses = strategyOf(strategy);
